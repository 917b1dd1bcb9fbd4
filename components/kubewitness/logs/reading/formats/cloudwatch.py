"""Log events of CloudWatch, which is where EKS writes the audit log.

A log event has the line as its `message`: in what `aws logs get-log-events` and `filter-log-events`
print, and in the envelopes of subscriptions. The group's other streams (authenticator, scheduler)
fill AKSControlPlane. Source: CloudWatch Logs docs, "OutputLogEvent", "FilteredLogEvent" and
"Subscription filters"; EKS docs, "Send control plane logs to CloudWatch Logs".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.logs.reading.formats.azure_export import control_plane_row
from kubewitness.logs.reading.formats.inner import inner_rows
from kubewitness.logs.reading.rows import Row
from kubewitness.logs.reading.times import iso_time


class CloudWatch:
    """A log event."""

    NAME = "cloudwatch"

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has a message with a time in milliseconds."""
        return isinstance(record.get("message"), str) and isinstance(record.get("timestamp"), int)

    @staticmethod
    def rows(record: Mapping[str, Any], text: bytes) -> Iterator[Row]:  # noqa: ARG004 of Format
        """Yield what the message says."""
        stream = str(record.get("logStreamName", "")) or None
        time = iso_time(record["timestamp"])
        where = {"pod": stream, "outer_time": time}
        yield from inner_rows(record["message"], where) or [
            control_plane_row(Message=record["message"], PodName=stream, TimeGenerated=time)
        ]
