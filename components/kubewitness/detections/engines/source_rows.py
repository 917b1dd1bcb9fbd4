"""The rows that the parsers read, on DuckDB."""

from typing import Final

STORED: Final = (
    "Level",
    "PodName",
    "RequestReceivedTime",
    "StageReceivedTime",
    "User",
    "ImpersonatedUser",
    "SourceIps",
    "ObjectRef",
    "ResponseStatus",
    "RequestObject",
    "ResponseObject",
    "Annotations",
)
"""Columns that detections read from the store only for rows that they found by the others."""

ROW_ID: Final = "StoredRow"

TEXTS: Final = {
    **{name: name for name in ("AuditId", "Stage", "Level", "Verb", "RequestUri", "UserAgent")},
    "PodName": "PodName",
    "_ResourceId": "ResourceId",
}
"""Columns of text, which is empty in Kusto where there is none, and never null."""


def source_rows(condition: str) -> str:
    """Return the SQL of what the parsers read: the events of a store that satisfy a condition.

    Their place identifies them: the number of the file and the offset.
    """
    texts = ", ".join(f"coalesce({own}, '') AS {name}" for name, own in TEXTS.items())
    others = ", ".join(name for name in STORED if name not in TEXTS)
    return f"""
SELECT TimeGenerated, {texts}, {others}, TruncatedColumns, LogFile, LogOffset, rowid AS {ROW_ID}
FROM store.audit_events WHERE {condition}"""
