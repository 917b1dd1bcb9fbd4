"""Asks a store in KQL or SQL; nothing can be written, and no file but the store is read."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb

if TYPE_CHECKING:
    import pyarrow as pa

from kubewitness.errors import InputError
from kubewitness.logs.kql.sql_errors import explain_sql
from kubewitness.logs.kql.translation import CLOCK, Translation
from kubewitness.logs.store.database import ROWS, columns, open_store
from kubewitness.logs.store.period import Period, restrict
from kubewitness.logs.store.present import present_time
from kubewitness.logs.store.unread import no_rows, unread

FETCHED_ROWS: Final = 1000
"""The rows of a result that memory contains at a time."""


@dataclass(frozen=True)
class Result:
    """The result of a query; each way to read it runs the query, in small parts.

    Attributes:
        connection: to the store.
        sql: what is run.
        parameters: of the SQL.
        types: of the columns, by name and in order.
        warnings: what the query asks in vain.
        as_of: what the query took for the present; None if it does not matter to it.
        is_translated: whether the SQL was made of KQL.
    """

    connection: duckdb.DuckDBPyConnection
    sql: str
    parameters: Mapping[str, Any]
    types: Mapping[str, Any]
    warnings: tuple[str, ...] = ()
    as_of: datetime | None = None
    is_translated: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """Return the names of the columns."""
        return tuple(self.types)

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Yield the rows; dynamic values are JSON texts, and times have no zone but UTC."""
        with _explained(is_translated=self.is_translated):
            try:
                running = self.connection.execute(self.sql, self.parameters)
                while some := running.fetchmany(FETCHED_ROWS):
                    yield from some
            finally:
                # A result that is not read to its end would block the next query.
                self.connection.abort()

    def count(self) -> int:
        """Return how many rows there are."""
        with _explained(is_translated=self.is_translated):
            found = self._run(f"SELECT count(*) FROM (\n{self.sql}\n)").fetchall()
        return int(found[0][0])

    def batches(self) -> "pa.RecordBatchReader":
        """Return the rows as Arrow; timespans are text, which Parquet has no type for."""
        with _explained(is_translated=self.is_translated):
            spans = [name for name, kind in self.types.items() if kind.id == "interval"]
            return self._run(_cast(self.sql, spans, "VARCHAR")).to_arrow_reader()

    def _run(self, sql: str) -> duckdb.DuckDBPyRelation:
        return self.connection.sql(sql, params=dict(self.parameters))


@contextmanager
def open_for_queries(
    path: Path, period: Period | None = None, *, now: datetime | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a store so that queries can do no harm.

    Args:
        period: to which the four tables are restricted; by default all time.
        now: what counts as the present; by default the newest event's time.

    Raises:
        InputError: there is no such store, or a time cannot be read.
        NothingToCheckError: the store holds no rows.
        UnreadableError: there are no rows, and something could not be read.
    """
    with open_store(path, read_only=True) as connection:
        if not has_rows(connection):
            raise no_rows(f"{path} has no rows; `kubewitness ingest` adds rows", unread(connection))
        if period and period != Period():
            restrict(connection, period, present_time(connection, now))
        connection.execute("SET lock_configuration = true")
        yield connection


def run_kql(
    connection: duckdb.DuckDBPyConnection, text: str, *, now: datetime | None = None
) -> Result:
    """Prepare a query in KQL.

    Args:
        now: what `now()` is and `ago()` counts from; by default the newest event's time, for logs
            are old when they are asked.

    Raises:
        InputError: the query has faults; all unknown names are reported at once.
    """
    from kubewitness.logs.kql.translator import translate  # noqa: PLC0415 see there

    schema = {table: list(names) for table, names in columns(connection).items()}
    moment = present_time(connection, now)
    return run_translated(connection, translate(text, schema), moment)


def run_translated(
    connection: duckdb.DuckDBPyConnection, translation: Translation, now: datetime
) -> Result:
    """Prepare a query that was translated for this store.

    Args:
        now: what `now()` is and `ago()` counts from.

    Raises:
        InputError: the query has faults that only its run shows.
    """
    parameters = {CLOCK: now} if translation.asks_now else {}
    result = _result(connection, translation.sql, parameters, is_translated=True)
    return replace(result, warnings=translation.warnings, as_of=parameters.get(CLOCK))


def rows(
    connection: duckdb.DuckDBPyConnection, translation: Translation, now: datetime
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a query by column: for many queries, each of which is bound but once.

    Args:
        now: what `now()` is and `ago()` counts from.

    Raises:
        InputError: the query has faults that only its run shows.
    """
    with _explained(is_translated=True):
        try:
            running = connection.execute(
                translation.sql, {CLOCK: now} if translation.asks_now else {}
            )
            names = [column[0] for column in running.description or ()]
            while some := running.fetchmany(FETCHED_ROWS):
                yield from (dict(zip(names, map(_unzoned, row), strict=True)) for row in some)
        finally:
            # A result that is not read to its end would block the next query.
            connection.abort()


def _unzoned(value: Any) -> Any:
    is_zoned = isinstance(value, datetime) and value.tzinfo is not None
    return value.astimezone(UTC).replace(tzinfo=None) if is_zoned else value


def run_sql(connection: duckdb.DuckDBPyConnection, text: str) -> Result:
    """Prepare a query in DuckDB's SQL.

    Raises:
        InputError: it is not one SELECT, or it has faults.
    """
    with _explained(is_translated=False):
        statements = duckdb.extract_statements(text)
    if [statement.type for statement in statements] != [duckdb.StatementType.SELECT]:
        raise InputError("a query in SQL is one SELECT, or what is short for one, as FROM")
    return _result(connection, text.strip().rstrip(";"), {}, is_translated=False)


def _result(
    connection: duckdb.DuckDBPyConnection,
    sql: str,
    parameters: Mapping[str, Any],
    *,
    is_translated: bool,
) -> Result:
    with _explained(is_translated=is_translated):
        types = _types(connection, sql, parameters)
        zoned = [name for name, kind in types.items() if str(kind) == "TIMESTAMP WITH TIME ZONE"]
        sql = _cast(sql, zoned, "TIMESTAMP")
        types = _types(connection, sql, parameters)
    return Result(connection, sql, parameters, types, is_translated=is_translated)


def _types(
    connection: duckdb.DuckDBPyConnection, sql: str, parameters: Mapping[str, Any]
) -> dict[str, Any]:
    relation = connection.sql(sql, params=dict(parameters))
    if len(set(relation.columns)) < len(relation.columns):
        raise InputError("two columns of the result have the same name; rename one with `AS`")
    return dict(zip(relation.columns, relation.types, strict=True))


def _cast(sql: str, columns: list[str], kind: str) -> str:
    """Return the SQL with these columns as another type."""
    if not columns:
        return sql
    quoted = ['"' + column.replace('"', '""') + '"' for column in columns]
    casts = ", ".join(f"CAST({column} AS {kind}) AS {column}" for column in quoted)
    return f"SELECT * REPLACE ({casts}) FROM (\n{sql}\n)"


@contextmanager
def _explained(*, is_translated: bool) -> Iterator[None]:
    try:
        yield
    except (duckdb.InternalException, duckdb.FatalException):
        raise
    except duckdb.Error as error:
        raise explain_sql(error, is_translated=is_translated) from None


def has_rows(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether a store holds any row."""
    return any(connection.sql(f"FROM {name} LIMIT 1").fetchall() for name in ROWS)
