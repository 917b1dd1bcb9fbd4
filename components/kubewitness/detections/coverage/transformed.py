"""Find out which records a transformation of a workspace drops that it should keep."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import duckdb
from duckdb_kql import KqlError, ir

from kubewitness.catalog.audit_tables import AKS_AUDIT, AKS_CONTROL_PLANE, TABLES
from kubewitness.detections.coverage.samples import GUARD_ROWS, Sample, audit_samples
from kubewitness.detections.coverage.simulation import stored
from kubewitness.detections.engines.constructs import construct_faults
from kubewitness.errors import InputError
from kubewitness.logs.kql.keywords import read_query
from kubewitness.logs.kql.query import open_for_queries, run_kql
from kubewitness.logs.kql.tree import walk

_OF_THE_RECORD: Final = frozenset(
    {
        "TimeGenerated", "RequestReceivedTime", "StageReceivedTime", "TenantId", "SourceSystem",
        "Type", "PodName", "Stream", "_ResourceId", "_SubscriptionId", "_BilledSize", "_IsBillable",
    }
)  # fmt: skip
"""Columns that do not describe the request: when and where it was logged. No sample has the
values of a cluster's records."""

_STRING_OR_COMMENT: Final = re.compile(r"""@?"(?:[^"\\]|\\.)*"|@?'(?:[^'\\]|\\.)*'|//[^\n]*""")
_ASSIGNMENT_IN_WHERE: Final = re.compile(r"(?:^|\|)\s*(?:where|filter)\b[^|]*[^=!<>]=(?![=~])")

_AUDIT_NUMBER: Final = "AuditId"
_NUMBER: Final = "PodName"
"""The column that carries the number of a sample: nothing that is tried reads it."""


@dataclass(frozen=True)
class Remains:
    """The records that remain.

    Attributes:
        samples: what was tried.
        kept: the numbers of the samples that are left.
        changed: columns that are gone, or that hold something else.
    """

    samples: tuple[Sample, ...]
    kept: frozenset[int]
    changed: tuple[str, ...]


@lru_cache(maxsize=64)
def remains(kql: str, words: str, *, guard: bool) -> Remains:
    """Return what a transformation leaves; remembered, for clusters share workspaces.

    Args:
        kql: over `source`, as a data collection rule has it.
        words: all transformations of the stack, of whose words samples are made, so that all are
            tried on the same samples.
        guard: whether it is of AKSControlPlane; else of AKSAudit or AKSAuditAdmin.

    Raises:
        InputError: it cannot be run as Azure runs it; the message gives the reason.
    """
    if faults := list(_faults(kql)):
        raise InputError("; ".join(faults))
    samples = GUARD_ROWS if guard else audit_samples(words)
    table = AKS_CONTROL_PLANE if guard else AKS_AUDIT
    with TemporaryDirectory(prefix="kubewitness-") as folder:
        store = stored(Path(folder) / "samples.ndjson", _numbered(samples, guard=guard))
        with open_for_queries(store) as connection:
            number = _NUMBER if guard else _AUDIT_NUMBER
            before = _rows(connection, table, number)
            after = _rows(connection, f"let source = {table};\n{kql}", number)
    names = [column.name for column in TABLES[table] if column.name not in _OF_THE_RECORD]
    return Remains(samples, frozenset(after), tuple(_changed(names, before, after)))


def _faults(kql: str) -> Iterator[str]:
    """Yield why DuckDB cannot determine Azure's result."""
    if _ASSIGNMENT_IN_WHERE.search(_STRING_OR_COMMENT.sub('""', kql)):
        yield "`=` does not compare in KQL"
    yield from construct_faults(kql)
    try:
        query = read_query(kql)
    except KqlError:
        return  # among the faults above
    bound = {name for name, _ in query.lets}
    for node in walk(query):
        if isinstance(node, ir.TableRef) and node.name not in {"source", *bound}:
            yield f"it reads `{node.name}`, and a transformation reads `source` alone"
        if isinstance(node, ir.Where | ir.Extend):
            for one in walk(node):
                if isinstance(one, ir.ColumnRef) and one.name in _OF_THE_RECORD:
                    yield f"what it drops may depend on `{one.name}`"


def _numbered(samples: Sequence[Sample], *, guard: bool) -> Iterator[dict[str, Any]]:
    for number, sample in enumerate(samples):
        yield {**sample.record, (_NUMBER if guard else "auditID"): f"{number}"}


def _rows(
    connection: duckdb.DuckDBPyConnection, kql: str, number: str
) -> dict[int, dict[str, Any]]:
    """Return the rows of a query by the number of the sample that each was made of."""
    result = run_kql(connection, kql)
    rows = (dict(zip(result.columns, row, strict=True)) for row in result.rows())
    try:
        return {int(row[number]): row for row in rows}
    except (KeyError, TypeError, ValueError):
        raise InputError(f"it takes away or changes `{number}`, which identifies events") from None


def _changed(
    names: Sequence[str], before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]]
) -> Iterator[str]:
    for name in names:
        pairs = ((before[number], row) for number, row in after.items())
        if any(name not in row or row[name] != old.get(name) for old, row in pairs):
            yield name
