"""Log events of CloudWatch, which is where EKS writes the audit log.

A log event has the line as its `message`: in what `aws logs get-log-events` and `filter-log-events`
print, and in the envelopes of subscriptions. The group's other streams (authenticator, scheduler)
fill AKSControlPlane. Source: CloudWatch Logs docs, "OutputLogEvent", "FilteredLogEvent" and
"Subscription filters"; EKS docs, "Send control plane logs to CloudWatch Logs".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from kubewitness.logs.reading.formats.azure_export import control_plane_row
from kubewitness.logs.reading.rows import Record, Row
from kubewitness.logs.reading.times import iso_time


class CloudWatch:
    """A log event."""

    NAME = "cloudwatch"
    MARKS = (r'"timestamp"\s*:\s*\d',)
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has a message with a time in milliseconds."""
        return isinstance(record.get("message"), str) and isinstance(record.get("timestamp"), int)

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the row of the message."""
        message = record.value["message"]
        stream = str(record.value.get("logStreamName", "")) or None
        time = iso_time(record.value["timestamp"])
        where = {"pod": stream, "outer_time": time}
        yield from record.inner_rows(message, where) or [
            control_plane_row(Message=message, PodName=stream, TimeGenerated=time)
        ]
