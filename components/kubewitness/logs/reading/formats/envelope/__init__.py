"""Envelopes of log collectors: one field has the line or the event, the others describe it.

Docker (`log`), journald (`MESSAGE`), Fluentd and Fluent Bit (`log`, `message`), Filebeat and
Elasticsearch (`message`, `_source`), Splunk (`event`, `_raw`, `result`), Vector and others. The
field must hold an audit event: a line of another log in an envelope yields no row.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.logs.reading.event_text import holds_event
from kubewitness.logs.reading.rows import InnerRows, NoRowError, Record, Row
from kubewitness.logs.reading.times import iso_time

PAYLOADS: Final = (
    *("log", "message", "MESSAGE", "msg", "line", "body", "event", "_source", "_raw", "raw"),
    *("result", "record", "data", "payload", "value", "content", "text", "structured", "original"),
    *("@message", "log_s", "Message", "stringValue", "textPayload", "jsonPayload", "audit", "hits"),
    *("awslogs", "kinesis", "Data", "map", "full_message", "short_message", "@rawstring", "_line"),
    *("full_log", "attributes", "fields", "Line", "Body", "Event", "kvlistValue"),
)
"""Fields that hold a line or an event."""

_LISTS: Final = (
    *("items", "hits", "records", "Records", "events", "logEvents", "messages", "receivedMessages"),
    *("streams", "values", "result", "data", "logs", "results"),
    *("resourceLogs", "scopeLogs", "logRecords"),
)
_TIMES: Final = (
    *("time", "@timestamp", "timestamp", "Timestamp", "TimeGenerated", "_time", "ts"),
    *("timeUnixNano", "date", "publishTime", "_ts", "@ingesttimestamp"),
)


class Envelope:
    """A record with one field that holds an event."""

    NAME = "envelope"
    MARKS = ()
    IS_FALLBACK = True

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it has a field for a line or an event."""
        return any(_is_payload(record, name) for name in (*PAYLOADS, *_LISTS))

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield the events in the field that holds some; some products have a copy in another."""
        fields = record.value
        time = next((iso_time(fields[name]) for name in _TIMES if name in fields), None)
        found = {
            name: rows
            for name in filter(fields.get, dict.fromkeys((*PAYLOADS, *_LISTS)))
            if (rows := _rows(fields[name], time, record.inner_rows))
        }
        rest = {key: value for key, value in fields.items() if key not in found}
        distinct = {
            json.dumps([json.loads(row.text) for row in rows], sort_keys=True)
            for rows in found.values()
        }
        if len(distinct) > 1 or (found and holds_event(json.dumps(rest).encode())):
            raise NoRowError("has audit events in two fields")
        yield from next(iter(found.values()), ())


def _is_payload(record: Mapping[str, Any], name: str) -> bool:
    kinds = list if name in _LISTS and not isinstance(record.get(name), dict | str) else str | dict
    return isinstance(record.get(name), kinds)


def _rows(value: Any, time: str | None, inner_rows: InnerRows) -> list[Row]:
    if isinstance(value, dict | list):
        value = json.dumps(value, ensure_ascii=False)
    return inner_rows(value, {"outer_time": time}) if isinstance(value, str) else []
