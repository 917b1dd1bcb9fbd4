"""The store: one DuckDB file with Azure's tables, where each row came from, and the quarantine.

Users see views with Azure's names and columns; the stored tables are in the schema `store`. Reading
logs again adds nothing: an event is identified by its audit ID, stage and contents.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import duckdb

from kubewitness.catalog.audit_tables import (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AKS_CONTROL_PLANE,
    AZURE_ACTIVITY,
    AZURE_DIAGNOSTICS,
    EMPTY_COLUMNS,
    OF_OURS,
    TABLES,
)
from kubewitness.catalog.columns import Column, ColumnType
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.errors import InputError
from kubewitness.logs.store.azure_diagnostics import DIAGNOSTICS_SOURCES
from kubewitness.logs.store.statements import AUDIT_EVENTS
from kubewitness.printable import printable
from kubewitness.private_files import private_files

VERSION: Final = 4
"""Of the schema; a store of another version is not touched."""

DEFAULT_MEMORY: Final = "1GB"

ROW_GROUP_SIZE: Final = 20_480
"""DuckDB writes the rows after a thread's last complete group twice, so groups are small."""

DATABASE: Final = "logs"

SQL_TYPES: Final[dict[ColumnType, str]] = {
    "string": "VARCHAR",
    "dynamic": "JSON",
    "datetime": "TIMESTAMP",
    "real": "DOUBLE",
    "long": "BIGINT",
    "int": "INTEGER",
    "bool": "BOOLEAN",
}
"""DuckDB's type for each of Kusto's."""

PLAIN_TABLES: Final[Mapping[str, str]] = {
    AKS_CONTROL_PLANE: "store.control_plane",
    AZURE_ACTIVITY: "store.activity",
    **{table: f'store."{table}"' for table in INSIGHTS_TABLES},
}
"""The tables whose rows are stored column by column, and where."""

ROWS: Final = ("store.audit_events", *PLAIN_TABLES.values())
"""Where rows of logs are stored."""

_PLACE_TYPES: Final = {
    "LogFile": "INTEGER",
    "LogOffset": "BIGINT",
    "LogLength": "INTEGER",
    "LogShape": "VARCHAR",
    "LogDamage": "VARCHAR",
    "IsPartial": "BOOLEAN",
    "TruncatedColumns": "JSON",
    "Copies": "BIGINT",
}
"""The columns with the position of a row in its file."""

_SCHEMA: Final = f"""
CREATE SCHEMA IF NOT EXISTS store;
CREATE TABLE IF NOT EXISTS store.version (version INTEGER, is_settled BOOLEAN);
CREATE TABLE IF NOT EXISTS store.files (
    number INTEGER PRIMARY KEY, name VARCHAR, head VARCHAR, stored_bytes BIGINT,
    read_to BIGINT, is_complete BOOLEAN,
    source VARCHAR, starts TIMESTAMP, ends TIMESTAMP, is_final BOOLEAN, fault VARCHAR
);
CREATE TABLE IF NOT EXISTS store.periods (
    source VARCHAR, starts TIMESTAMP, ends TIMESTAMP, missing VARCHAR
);
CREATE TABLE IF NOT EXISTS store.quarantine (
    LogFile INTEGER, LogOffset BIGINT, LogLength BIGINT, Sha256 VARCHAR, Reason VARCHAR,
    IsStored BOOLEAN, Sample BLOB
);
{AUDIT_EVENTS};
"""


def plain_columns(table: str) -> list[Column]:
    """Return the columns of a table that are stored: not those that are the same in each row."""
    made = {column.name for column in _MADE} | EMPTY_COLUMNS.get(table, {}).keys()
    if table in INSIGHTS_TABLES:
        made -= _OF_AGENTS.keys()
    return [column for column in TABLES[table] if column.name not in made]


_MADE: Final = (
    Column("_SubscriptionId", "string"),
    Column("TenantId", "string"),
    Column("SourceSystem", "string"),
    Column("_BilledSize", "real"),
    Column("_IsBillable", "string"),
    Column("Type", "string"),
)
"""Columns that the workspace would fill; here they are made from others, or null."""

_OF_AGENTS: Final = {"SourceSystem": 'r."SourceSystem"'}
"""The SQL of those that are stored, because the agent of Container insights fills them."""


@contextmanager
def open_store(
    path: Path,
    *,
    read_only: bool = False,
    memory: str = DEFAULT_MEMORY,
    export_to: Path | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open a store, made if it is not there. Only its owner may read it and its temporary files.

    Args:
        read_only: whether nothing may be written; then it must be there.
        memory: the most that DuckDB may use.
        export_to: a folder outside of the store that may be written, too.

    Raises:
        InputError: the store does not exist, or it is not a store of ours, or another process
            writes to it.
    """
    is_new = not path.exists()
    with private_files(), closing(_connect(path, export_to, read_only=read_only)) as connection:
        if not is_new:
            _require_tables(connection, path)
        connection.execute(f"SET TimeZone = 'UTC'; SET memory_limit = '{memory}'")
        # Rows have their position in the file that they came from; their order here has no meaning.
        connection.execute("SET preserve_insertion_order = false")
        # It would write its own to standard output, where results go.
        connection.execute("SET enable_progress_bar = false")
        if not read_only:
            # DuckDB tries them on every column, a tenth of the time, and audit logs choose others.
            connection.execute("SET disabled_compression_methods = 'zstd,fsst'")
            _create(connection)
        if not is_new:
            _require_version(connection, path)
            _require_own_views(connection, path)
        yield connection


def _connect(path: Path, export_to: Path | None, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    if read_only and not path.exists():
        raise InputError(f"{path}: there is no store; make one with `kubewitness ingest LOGS`")
    connection = duckdb.connect(":memory:")
    attached = str(path).replace("'", "''")
    try:
        # Under a name of our own: one made from the file's could be that of a schema in it.
        how = "READ_ONLY" if read_only else f"ROW_GROUP_SIZE {ROW_GROUP_SIZE}"
        connection.execute(f"SET temp_directory = '{attached}.tmp'")
        connection.execute(f"ATTACH '{attached}' AS {DATABASE} ({how}); USE {DATABASE}")
        if export_to is not None:
            folder = str(export_to.absolute()).replace("'", "''")
            connection.execute(f"SET allowed_directories = ['{folder}']")
        # Before anything of it is read: a view in a hostile store would open other files.
        connection.execute("SET enable_external_access = false")
    except duckdb.IOException as error:
        connection.close()
        if "lock" in str(error).lower():
            raise InputError(
                f"{path}: another process writes to this store; wait until it has ended"
            ) from None
        raise InputError(f"{path}: is not a store; name another file") from None
    except duckdb.Error:
        connection.close()
        raise InputError(f"{path}: is not a store; name another file") from None
    return connection


def _create(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute("BEGIN")
    connection.execute(_SCHEMA)
    place = ", ".join(f"{name} {kind}" for name, kind in _PLACE_TYPES.items())
    for table, stored in PLAIN_TABLES.items():
        columns = ", ".join(f'"{c.name}" {SQL_TYPES[c.type]}' for c in plain_columns(table))
        connection.execute(f"CREATE TABLE IF NOT EXISTS {stored} ({columns}, {place})")
    if not connection.execute("SELECT 1 FROM store.version").fetchall():
        connection.execute("INSERT INTO store.version VALUES (?, true)", [VERSION])
    for statement in _views():
        connection.execute(statement)
    connection.execute("COMMIT")


def _require_tables(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a store with views or functions that kubewitness did not create.

    The catalog lists them without opening a view, which could read other files or never end.
    """
    own = ", ".join(f"'{name}'" for name in TABLES)
    found = connection.execute(
        f"SELECT 'view', view_name FROM duckdb_views() WHERE database_name = '{DATABASE}' "
        f"AND NOT internal AND (schema_name <> 'main' OR view_name NOT IN ({own})) "
        "UNION ALL SELECT 'function', function_name FROM duckdb_functions() "
        f"WHERE database_name = '{DATABASE}' AND NOT internal"
    ).fetchall()
    if found:
        listed = ", ".join(f"{kind} {printable(repr(name))}" for kind, name in found[:5])
        raise InputError(
            f"{path}: is not a store that kubewitness made: it contains the {listed}; make a new "
            "one with `kubewitness ingest LOGS`"
        )


def _require_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    try:
        found = connection.execute("SELECT version FROM store.version").fetchall()
    except (duckdb.CatalogException, duckdb.BinderException):
        found = []
    if found != [(VERSION,)]:
        raise InputError(
            f"{path}: is not a store of this version of kubewitness; name another file"
        )


def _require_own_views(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Refuse a store whose views are not those of this version: one could leave out rows."""
    if changed := sorted(dict(_own_views().items() - _views_in(connection).items())):
        names = ", ".join(f"`{name}`" for name in changed)
        raise InputError(
            f"{path}: is not a store that kubewitness made: it has other definitions of {names}; "
            "make a new one with `kubewitness ingest LOGS`"
        )


@cache
def _own_views() -> dict[str, str]:
    """Return the definition of each view as DuckDB writes it."""
    with closing(duckdb.connect(":memory:")) as connection:
        connection.execute(f"ATTACH ':memory:' AS {DATABASE}; USE {DATABASE}")
        _create(connection)
        return _views_in(connection)


def _views_in(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        connection.execute(
            "SELECT view_name, sql FROM duckdb_views() "
            f"WHERE database_name = '{DATABASE}' AND NOT internal"
        ).fetchall()
    )


def _views() -> Iterator[str]:
    for table, condition in ((AKS_AUDIT, "InAudit"), (AKS_AUDIT_ADMIN, "InAdmin")):
        yield _view(table, _select(table, "store.audit_events", condition))
    for table, stored in PLAIN_TABLES.items():
        kept = _OF_AGENTS if table in INSIGHTS_TABLES else None
        yield _view(table, _select(table, stored, "true", kept))
    parts = (
        _select(AZURE_DIAGNOSTICS, stored, condition, made)
        for stored, condition, made in DIAGNOSTICS_SOURCES
    )
    yield _view(AZURE_DIAGNOSTICS, "\nUNION ALL\n".join(parts))


def _view(table: str, select: str) -> str:
    return f'CREATE OR REPLACE VIEW "{table}" AS\n{select}'


def _select(
    table: str, stored: str, condition: str, made_here: Mapping[str, str] | None = None
) -> str:
    """Return the SELECT of a table's columns from where its rows are stored.

    Args:
        made_here: the SQL of columns that only this table makes from others.
    """
    is_audit = stored == "store.audit_events"
    resource = "r.ResourceId" if is_audit else 'r."_ResourceId"'
    made = {
        **dict.fromkeys(EMPTY_COLUMNS.get(table, ()), "NULL::VARCHAR"),
        "_ResourceId": resource,
        "_SubscriptionId": f"nullif(split_part({resource}, '/', 3), '')",
        "SourceSystem": "'Azure'",
        "Type": f"'{table}'",
        "TenantId": "NULL::VARCHAR",
        "_BilledSize": "NULL::DOUBLE",
        "_IsBillable": "NULL::VARCHAR",
        "LogFile": "f.name",
        "IsDryRun": r"coalesce(regexp_matches(RequestUri, '[?&]dryRun='), false)"
        if is_audit
        else "false",
        "IsConflicting": "IsConflicting" if is_audit else "false",
        "ImpersonatedUser": "ImpersonatedUser" if is_audit else "NULL::JSON",
        "AdditionalFields": "AdditionalFields" if is_audit else "NULL::JSON",
        **(made_here or {}),
    }
    columns = ",\n    ".join(
        f'{made.get(column.name, f"""r."{column.name}" """)} AS "{column.name}"'
        for column in (*TABLES[table], *OF_OURS)
    )
    return f"""SELECT
    {columns}
FROM {stored} AS r LEFT JOIN store.files AS f ON r.LogFile = f.number WHERE {condition}"""


def is_settled(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether the last run ended: else copies of events may not be merged yet."""
    return connection.execute("SELECT is_settled FROM store.version").fetchall() == [(True,)]


def columns(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return the columns of each of users' tables in order, each with its type in SQL.

    Views of this connection alone are among them.
    """
    found: dict[str, dict[str, str]] = {}
    rows = connection.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns() "
        "WHERE database_name IN (?, 'temp') AND schema_name = 'main' "
        "ORDER BY table_name, column_index",
        [DATABASE],
    ).fetchall()
    for table, name, kind in rows:
        found.setdefault(table, {})[name] = kind
    return found
