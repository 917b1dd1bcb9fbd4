"""The audit log of EKS from CloudWatch Logs, as moto plays it."""

import json
import traceback
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

boto3 = pytest.importorskip("boto3", reason="needs the extra aws")
moto = pytest.importorskip("moto", reason="needs moto")

from botocore.awsrequest import AWSResponse  # noqa: E402 after the skip
from botocore.compat import HTTPHeaders  # noqa: E402 likewise
from botocore.exceptions import (  # noqa: E402 likewise
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
)

from kubewitness.errors import InputError  # noqa: E402 likewise
from kubewitness.logs.inputs.find import LogFile, find_log_files  # noqa: E402 likewise
from kubewitness.logs.reading.ingest import ingest  # noqa: E402 likewise
from kubewitness.logs.store.database import open_store  # noqa: E402 likewise
from log_generator.audit_log import as_line, events  # noqa: E402 likewise

if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUP = "/aws/eks/prod/cluster"
WORD = f"cloudwatch://{GROUP}"
NOW = datetime.now(UTC).replace(microsecond=0)
"""Moto, like CloudWatch, takes no event older than two weeks."""


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator["CloudWatchLogsClient"]:
    """A log group as EKS fills it, empty; whatever this machine has of AWS is out of sight."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very-secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with moto.mock_aws():
        boto3.setup_default_session()
        client = boto3.client("logs")
        client.create_log_group(logGroupName=GROUP)
        yield client
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)


def put(client: "CloudWatchLogsClient", stream: str, *events: tuple[datetime, str]) -> None:
    """Write events to a stream, ten thousand at a time, which is the most at once."""
    client.create_log_stream(logGroupName=GROUP, logStreamName=stream)
    for start in range(0, len(events), 10_000):
        client.put_log_events(
            logGroupName=GROUP,
            logStreamName=stream,
            logEvents=[
                {"timestamp": round(time.timestamp() * 1000), "message": message}
                for time, message in events[start : start + 10_000]
            ],
        )


def read(**window: datetime) -> list[list[dict[str, Any]]]:
    """The events of each page."""
    [file] = find_log_files([WORD], **window)
    with file.open() as stream:
        lines = stream.read().split(b"\n")
    assert lines.pop() == b""
    pages = [json.loads(line) for line in lines]
    assert all(set(page) == {"events"} for page in pages)
    return [page["events"] for page in pages]


def messages(**window: datetime) -> list[str]:
    """The messages of all pages."""
    return sorted(event["message"] for page in read(**window) for event in page)


def test_an_eks_cluster_is_read_into_the_store(
    cloud: "CloudWatchLogsClient", tmp_path: Path
) -> None:
    """The audit stream's events become rows; what CloudWatch sends again adds nothing."""
    drawn = list(events(300, seed=4))
    lines = [(NOW, as_line(event).decode().strip()) for event in drawn]
    put(cloud, "kube-apiserver-audit-1", *lines)
    with open_store(tmp_path / "store") as connection:
        first, again = (ingest(connection, find_log_files([WORD])) for _ in range(2))
        rows = connection.execute(
            'SELECT AuditId, Stage, Copies, LogShape FROM "AKSAudit" ORDER BY ALL'
        ).fetchall()
    assert (first.balance.events, first.copies) == (300, 0)
    assert (again.balance.events, again.copies) == (300, 300)
    assert rows == sorted((e["auditID"], e["stage"], 2, "cloudwatch") for e in drawn)


def test_each_page_is_a_line_and_no_event_is_lost(cloud: "CloudWatchLogsClient") -> None:
    """More than the ten thousand events that one answer of CloudWatch holds."""
    wanted = [f'{{"auditID":"{number}"}}' for number in range(12_001)]
    put(cloud, "kube-apiserver-audit-1", *((NOW, message) for message in wanted))
    pages = read()
    assert [len(page) for page in pages] == [10_000, 2_001]
    assert Counter(event["message"] for page in pages for event in page) == Counter(wanted)


def test_an_event_is_as_cloudwatch_tells_it(cloud: "CloudWatchLogsClient") -> None:
    """Also text that is no ASCII, and line separators that are none of JSON lines."""
    put(cloud, "kube-apiserver-audit-1", (NOW, "é\u2028\n😀"))
    [[event]] = read()
    assert set(event) == {"logStreamName", "timestamp", "message", "ingestionTime", "eventId"}
    assert event["logStreamName"] == "kube-apiserver-audit-1"
    assert event["timestamp"] == NOW.timestamp() * 1000
    assert event["message"] == "é\u2028\n😀"


def test_only_streams_of_audit_events_are_read(cloud: "CloudWatchLogsClient") -> None:
    """The same group holds the API server's own log, and what the authenticator says.

    Moto lists streams by prefix but reads events regardless of it, so what counts is the question.
    """
    put(cloud, "kube-apiserver-audit-1", *((NOW, "x") for _ in range(10_001)))
    asked: list[dict[str, Any]] = []
    boto3.DEFAULT_SESSION.events.register_first(
        "before-send.cloudwatch-logs.FilterLogEvents",
        lambda request, **_: asked.append(json.loads(request.body)),
    )
    read(since=datetime(1960, 1, 1, tzinfo=UTC), until=NOW)
    question = {
        "logGroupName": GROUP,
        "logStreamNamePrefix": "kube-apiserver-audit",
        "startTime": 0,
        "endTime": NOW.timestamp() * 1000,
    }
    assert [{key: ask[key] for key in question} for ask in asked] == [question] * 2


def test_the_window_includes_both_ends(cloud: "CloudWatchLogsClient") -> None:
    """Microseconds are rounded outwards."""
    times = [NOW + timedelta(milliseconds=number) for number in range(-2, 3)]
    put(cloud, "kube-apiserver-audit-1", *((time, str(i)) for i, time in enumerate(times)))
    assert messages(since=times[1], until=times[3]) == ["1", "2", "3"]
    assert messages(since=times[3]) == ["3", "4"]
    inwards = timedelta(microseconds=300)
    assert messages(since=times[1] + inwards, until=times[3] - inwards) == ["1", "2", "3"]


def test_the_name_holds_the_region(cloud: "CloudWatchLogsClient") -> None:
    """The default region, spelled out or not, is one and the same log."""
    put(cloud, "kube-apiserver-audit-1", (NOW, "here"))
    [file] = find_log_files([WORD, f"{WORD}?region=eu-west-1"])
    assert (file.name, file.size) == (f"{WORD}?region=eu-west-1", None)
    with pytest.raises(InputError, match="no such log group here"):
        find_log_files([f"{WORD}?region=us-east-1"])


class _Body:
    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> Iterator[bytes]:
        yield self._body


def refuse(code: str, times: int, operation: str = "FilterLogEvents") -> list[str]:
    """Let AWS answer the next calls with an error; returns the log of all calls."""
    calls: list[str] = []

    def answer(**_: Any) -> AWSResponse | None:
        calls.append(operation)
        if len(calls) > times:
            return None
        body = json.dumps({"__type": code, "message": "key very-secret is refused"}).encode()
        return AWSResponse("https://logs", 400, HTTPHeaders(), _Body(body))

    # Before moto's own answer, which hangs on the shorter name of this event.
    name = f"before-send.cloudwatch-logs.{operation}"
    boto3.DEFAULT_SESSION.events.register_first(name, answer)
    return calls


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts, which last no time; nor does the limit that adapts to them."""
    waits: list[float] = []
    monkeypatch.setattr(
        "botocore.retries.adaptive.ClientRateLimiter.on_sending_request", lambda *_, **__: None
    )
    monkeypatch.setattr("botocore.endpoint.time.sleep", waits.append)
    return waits


def test_throttling_is_waited_out(cloud: "CloudWatchLogsClient", impatient: list[float]) -> None:
    """FilterLogEvents has a low quota, shared with everybody in the account."""
    put(cloud, "kube-apiserver-audit-1", (NOW, "late"))
    calls = refuse("ThrottlingException", times=4)
    assert messages() == ["late"]
    assert len(calls) == 5
    assert len(impatient) >= 4


def test_throttling_without_end_is_a_fault(
    cloud: "CloudWatchLogsClient", impatient: list[float]
) -> None:
    """After ten attempts, and never an end of the log that looks like one."""
    put(cloud, "kube-apiserver-audit-1", (NOW, "never"))
    calls = refuse("ThrottlingException", times=99)
    with pytest.raises(InputError, match="still throttled"):
        read()
    assert len(calls) == 10
    assert impatient


@pytest.mark.parametrize("operation", ["DescribeLogStreams", "FilterLogEvents"])
@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("AccessDeniedException", "not permitted; needs permission for {operation}"),
        ("ExpiredTokenException", "the credentials have expired; sign in again"),
        ("UnrecognizedClientException", "AWS does not accept the credentials; sign in again"),
        ("OddException", "AWS answers {operation}: OddException"),
    ],
)
def test_a_refusal_is_explained_without_secrets(
    cloud: "CloudWatchLogsClient", code: str, fault: str, operation: str
) -> None:
    """AWS's own words may hold keys and signatures, so they are not repeated, nor chained."""
    put(cloud, "kube-apiserver-audit-1", (NOW, "unread"))
    refuse(code, 99, operation)
    with pytest.raises(InputError) as caught:
        read()
    assert caught.value.faults[0].startswith(WORD)
    assert fault.format(operation=operation) in caught.value.faults[0]
    assert "very-secret" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (NoCredentialsError(), "no credentials for AWS"),
        (NoRegionError(), "no region; append `?region=eu-west-1`"),
        (EndpointConnectionError(endpoint_url="https://x"), "AWS cannot be reached there"),
    ],
)
def test_what_is_missing_before_any_call_is_explained(
    cloud: "CloudWatchLogsClient", error: Exception, fault: str
) -> None:
    """Credentials, region, network."""

    def fail(**_: Any) -> None:
        raise error

    assert cloud
    boto3.DEFAULT_SESSION.events.register_first("before-call.cloudwatch-logs", fail)
    with pytest.raises(InputError, match=f"^{WORD}: {fault}".replace("?", r"\?")):
        find_log_files([WORD])


def test_a_log_group_without_audit_streams_matches_nothing(cloud: "CloudWatchLogsClient") -> None:
    """EKS logs nothing by default."""
    put(cloud, "authenticator-a1", (NOW, "signed in"))
    with pytest.raises(InputError) as caught:
        find_log_files([WORD, "cloudwatch://absent"])
    no_stream, no_group = caught.value.faults
    assert no_stream == (
        f"{WORD}: the log group has no stream `kube-apiserver-audit-*`;"
        " switch on the cluster's log type `audit`"
    )
    assert no_group == "cloudwatch://absent: no such log group here; check its name and `?region=`"


@pytest.mark.parametrize("tail", ["", "?region=x", "group?regoin=x", "group?region="])
def test_a_word_that_cannot_be_understood_is_a_fault(tail: str) -> None:
    """A misspelled option must not mean the default region."""
    with pytest.raises(InputError, match="cannot be understood; write `cloudwatch://LOG-GROUP`"):
        find_log_files([f"cloudwatch://{tail}"])


def test_an_empty_page_is_not_the_end(cloud: "CloudWatchLogsClient") -> None:
    """CloudWatch returns as many as it likes before it finds something, with a token to go on."""
    put(cloud, "kube-apiserver-audit-1", *((NOW, "x") for _ in range(10_001)))
    pages: list[Any] = []

    def empty_the_first(parsed: dict[str, Any], **_: Any) -> None:
        pages.append(parsed)
        if len(pages) == 1:
            parsed["events"] = []

    name = "after-call.cloudwatch-logs.FilterLogEvents"
    boto3.DEFAULT_SESSION.events.register(name, empty_the_first)
    assert [len(page) for page in read()] == [1]
    assert len(pages) == 2


def test_pages_are_fetched_as_they_are_read(cloud: "CloudWatchLogsClient") -> None:
    """Whoever stops early, or reads slowly, holds no more than one page."""
    put(cloud, "kube-apiserver-audit-1", *((NOW, "x" * 60) for _ in range(20_001)))
    calls = refuse("", times=0)
    file: LogFile
    [file] = find_log_files([WORD])
    assert not calls
    with file.open() as stream:
        assert stream.read(12) == b'{"events": ['
        assert len(calls) == 1
