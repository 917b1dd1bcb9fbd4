"""Frames of an answer of Azure Data Explorer that describe the query, and not a log.

An answer of version 1 has tables of its status and of its contents, one of version 2 has frames
around its tables. Source: Azure docs, "Query/management HTTP response" and
"Query V2 HTTP response".
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.logs.reading.rows import OTHER, NoRowError, Record, Row

_TABLES: Final = (
    {"Timestamp", "Severity", "StatusCode", "ClientActivityId"},
    {"Timestamp", "ClientRequestId", "ActivityId", "Payload"},
    {"Ordinal", "Kind", "Name", "Id", "PrettyName"},
    {"TableId", "Key", "Value"},
)
"""Columns of the tables that describe a query."""


class KustoAnswer:
    """A frame, or a row of a table that describes the query."""

    NAME = "kusto-answer"
    MARKS = ("FrameType",)
    IS_FALLBACK = False

    @staticmethod
    def matches(record: Mapping[str, Any]) -> bool:
        """Return whether it is a frame, or has the columns of such a table."""
        is_status = any(columns <= record.keys() for columns in _TABLES)
        return is_status or "FrameType" in record or record.keys() == {"Value"}

    @staticmethod
    def rows(record: Record) -> Iterator[Row]:
        """Yield nothing that is stored.

        Raises:
            NoRowError: the answer is only a part of what was asked for.
        """
        if record.value.get("HasErrors"):
            raise NoRowError("is the end of an answer that states that rows are missing")
        yield Row(OTHER, b"")
