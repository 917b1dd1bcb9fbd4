"""The audit log of an EKS cluster, from CloudWatch Logs.

EKS writes to the log group `/aws/eks/NAME/cluster`; streams whose names begin with
`kube-apiserver-audit` hold the audit events, one a log event
(https://docs.aws.amazon.com/eks/latest/userguide/control-plane-logs.html). Reading them takes the
permissions `logs:DescribeLogStreams` and `logs:FilterLogEvents`.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import parse_qsl

from kubewitness.errors import InputError
from kubewitness.logs.inputs.chunks import Chunks, open_chunks
from kubewitness.logs.inputs.cloud_errors import aws_errors
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

SCHEME: Final = "cloudwatch://"
AUDIT_STREAMS: Final = "kube-apiserver-audit"
"""How the names of the log streams with audit events begin."""

_ATTEMPTS: Final = 10
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True)
class CloudWatchLogGroup:
    """The audit events of one log group; implements `kubewitness.logs.inputs.find.LogFile`.

    The window uses CloudWatch's own timestamps, both ends included. These are not the events'
    timestamps: to get those exactly, request a longer window and filter.

    Attributes:
        group: the log group's name.
        region: the AWS region.
        since: nothing earlier is read.
        until: nothing later is read.
    """

    group: str
    region: str
    since: datetime | None = None
    until: datetime | None = None

    @property
    def name(self) -> str:
        """Return the log group with its region, as it can be named again."""
        return f"{SCHEME}{self.group}?region={self.region}"

    @property
    def size(self) -> int | None:
        """Return None: CloudWatch does not report how much a window contains."""
        return None

    def open(self) -> BinaryIO:
        r"""Open JSON lines, one a page of CloudWatch: `{"events": [{"logStreamName": …, …}, …]}\n`.

        Each event is unchanged. Pages are fetched as they are read, and memory contains one. The
        reader waits for throttling, for ten attempts a page. A page that cannot be fetched raises
        InputError when it is read.
        """
        return open_chunks(self._lines())

    def _lines(self) -> Chunks:
        with aws_errors(self.name):
            pages = _client(self.region).get_paginator("filter_log_events")
            for page in pages.paginate(logGroupName=self.group, **self._selection()):
                if page["events"]:
                    yield json.dumps({"events": page["events"]}).encode("ascii") + b"\n"

    def _selection(self) -> dict[str, Any]:
        selection: dict[str, Any] = {"logStreamNamePrefix": AUDIT_STREAMS}
        if self.since is not None:
            selection["startTime"] = max(0, (self.since - _EPOCH) // _MILLISECOND)
        if self.until is not None:
            # Rounded up: an event within the last millisecond is still wanted.
            selection["endTime"] = max(0, -((_EPOCH - self.until) // _MILLISECOND))
        return selection


def find_log_group(
    word: str, since: datetime | None = None, until: datetime | None = None
) -> CloudWatchLogGroup:
    """Return the log group that a word such as `cloudwatch:///aws/eks/prod/cluster` names.

    Args:
        word: `cloudwatch://LOG-GROUP`, with `?region=REGION` where that is not the default one.
        since: nothing earlier is read; with a time zone.
        until: nothing later is read; with a time zone.

    Raises:
        InputError: the word cannot be understood, boto3 is not installed, or the group does not
            exist, may not be read, or has no stream of audit events.
    """
    name, region = _parse(word)
    with aws_errors(word):
        client = _client(region)
        found = client.describe_log_streams(
            logGroupName=name, logStreamNamePrefix=AUDIT_STREAMS, limit=1
        )
    if not found["logStreams"]:
        raise InputError(
            f"{word}: the log group has no stream `{AUDIT_STREAMS}-*`;"
            " switch on the cluster's log type `audit`"
        )
    return CloudWatchLogGroup(name, client.meta.region_name, since, until)


def _parse(word: str) -> tuple[str, str | None]:
    """Return name and region; not by `urlsplit`: a log group's name may contain a `#`."""
    name, _, query = word.removeprefix(SCHEME).partition("?")
    asked = dict(parse_qsl(query, keep_blank_values=True))
    region = asked.pop("region", None)
    if not name or asked or region == "":
        raise InputError(
            f"{word}: cannot be understood; write `{SCHEME}LOG-GROUP` or"
            f" `{SCHEME}LOG-GROUP?region=REGION`, such as `{SCHEME}/aws/eks/prod/cluster`"
        )
    return name, region


def _client(region: str | None) -> "CloudWatchLogsClient":
    boto3 = optional_import("boto3", "aws", SCHEME)
    config = optional_import("botocore.config", "aws", SCHEME)
    retries = config.Config(retries={"mode": "adaptive", "total_max_attempts": _ATTEMPTS})
    client: CloudWatchLogsClient = boto3.client("logs", region_name=region, config=retries)
    return client
