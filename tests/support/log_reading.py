"""Logs of one format, read into a store."""

import json
from pathlib import Path
from typing import Any

from kubewitness.catalog.audit_tables import OF_OURS, TABLES
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import open_store


def read(home: Path, data: bytes, name: str = "log") -> tuple[Summary, list[dict[str, Any]]]:
    """Read bytes as one file; return what was read and the rows of AKSAudit."""
    (home / name).write_bytes(data)
    with open_store(home / f"{name}.store") as connection:
        summary = ingest(connection, find_log_files([str(home / name)]))
        rows = table(connection, "AKSAudit")
    assert summary.balance.unaccounted_bytes == 0
    return summary, rows


def table(connection: Any, name: str) -> list[dict[str, Any]]:
    """Rows of a table as users see it, dynamic columns as values."""
    found = connection.execute(f'SELECT * FROM "{name}" ORDER BY ALL')  # noqa: S608 ours
    dynamic = {c.name for c in (*TABLES[name], *OF_OURS) if c.type == "dynamic"}
    return [
        {
            title[0]: json.loads(value) if title[0] in dynamic and value is not None else value
            for title, value in zip(found.description, row, strict=True)
        }
        for row in found.fetchall()
    ]


def ndjson(records: list[Any]) -> bytes:
    """Records, a line each."""
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
