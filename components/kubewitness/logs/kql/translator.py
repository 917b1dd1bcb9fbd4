"""The translation of KQL itself, which loads a parser: half a second that remembered texts save."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from duckdb_kql import KqlError, ir
from duckdb_kql.control import is_control_command, strip_leading_comments
from duckdb_kql.lower import qualify
from duckdb_kql.translate import clock, to_sql

from kubewitness.errors import InputError
from kubewitness.logs.kql.differences import differences
from kubewitness.logs.kql.equals import equals_faults
from kubewitness.logs.kql.functions import register_functions
from kubewitness.logs.kql.keywords import read_query
from kubewitness.logs.kql.kql_errors import TOO_DEEP, explain_kql
from kubewitness.logs.kql.names import check_names
from kubewitness.logs.kql.rewrites import rewritten
from kubewitness.logs.kql.translation import Translation

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""The placeholder for the present until the query runs: it is a parameter."""


def translate(text: str, schema: Mapping[str, Sequence[str]]) -> Translation:
    """Translate a query.

    Args:
        schema: the columns of each table.

    Raises:
        InputError: the query has faults; all unknown names are reported at once.
    """
    if is_control_command(strip_leading_comments(text)):
        raise InputError("a text that begins with a dot is a command of Kusto, and no query")
    register_functions()
    known = {table: list(columns) for table, columns in schema.items()}
    try:
        query = rewritten(read_query(text), known)
        names = check_names(query, known)
        if faults := [*equals_faults(text), *names.faults]:
            raise InputError(*faults)
        with clock(_ANY_TIME) as asked:
            sql = str(to_sql(qualify(query, None), known))
    except KqlError as error:
        raise explain_kql(error, text) from None
    except RecursionError:
        raise InputError(TOO_DEEP) from None
    warnings = dict.fromkeys([*names.warnings, *differences(query, known)])
    return Translation(sql, asked.used, tuple(warnings))


def translate_tree(query: ir.Query, schema: Mapping[str, Sequence[str]]) -> Translation:
    """Translate a query that was made from another, whose names are known.

    Args:
        schema: the columns of each table.

    Raises:
        InputError: it has what DuckDB cannot run.
    """
    known = {table: list(columns) for table, columns in schema.items()}
    try:
        with clock(_ANY_TIME) as asked:
            sql = str(to_sql(query, known))
    except KqlError as error:
        raise InputError(str(error)) from None
    except RecursionError:
        raise InputError(TOO_DEEP) from None
    return Translation(sql, asked.used, ())
