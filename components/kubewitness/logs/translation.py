"""Turns a query in KQL into the SQL of DuckDB, once for each text."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import duckdb_kql
from duckdb_kql.control import is_control_command, strip_leading_comments
from duckdb_kql.lower import lower

from kubewitness.errors import InputError
from kubewitness.logs.kql_errors import explain_kql
from kubewitness.logs.kql_names import check_names

CLOCK: Final = "kqlnow"
"""What duckdb-kql calls the parameter behind `now()` and `ago()`."""

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stands for the present until the query runs: it is a parameter."""


@dataclass(frozen=True)
class Translation:
    """A query as SQL.

    Attributes:
        sql: to run.
        asks_now: whether it has the parameter `CLOCK`.
        warnings: what the query asks in vain.
    """

    sql: str
    asks_now: bool
    warnings: tuple[str, ...]


def translate(text: str, schema: Mapping[str, Sequence[str]]) -> Translation:
    """Translate a query.

    Args:
        text: one query in KQL.
        schema: the columns of each table.

    Raises:
        InputError: the query has faults; all unknown names are told at once.
    """
    if is_control_command(strip_leading_comments(text)):
        raise InputError("a text that begins with a dot is a command of Kusto, and no query")
    known = {table: list(columns) for table, columns in schema.items()}
    try:
        names = check_names(lower(text), known)
        if names.faults:
            raise InputError(*names.faults)
        sql = duckdb_kql.to_sql(text, schema=known, allow_write=False, query_now=_ANY_TIME)
    except duckdb_kql.KqlError as error:
        raise explain_kql(error, text) from None
    return Translation(str(sql), CLOCK in sql.parameters, tuple(names.warnings))


class Translations:
    """Remembers translations in a folder, for the same text over the same tables.

    Args:
        folder: where; what cannot be written there is translated anew each time.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def translate(self, text: str, schema: Mapping[str, Sequence[str]]) -> Translation:
        """Translate a query, as `translate` does."""
        path = self._folder / f"{_key(text, schema)}.json"
        try:
            return _read(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError):
            made = translate(text, schema)
        self._remember(path, made)
        return made

    def _remember(self, path: Path, made: Translation) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # Whole or not at all: another process may read it now.
            half = path.with_suffix(f".{hashlib.sha256(made.sql.encode()).hexdigest()[:8]}")
            half.write_text(json.dumps(asdict(made)), "utf-8")
            half.replace(path)
        except OSError:
            return


def _key(text: str, schema: Mapping[str, Sequence[str]]) -> str:
    made_by = [version("kubewitness"), version("duckdb-kql")]
    whole = json.dumps([made_by, text, {table: list(names) for table, names in schema.items()}])
    return hashlib.sha256(whole.encode()).hexdigest()


def _read(document: Any) -> Translation:
    return Translation(
        str(document["sql"]), bool(document["asks_now"]), tuple(document["warnings"])
    )
