"""The translation of KQL itself, which loads a parser: half a second that remembered texts save."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import duckdb_kql
from duckdb_kql.control import is_control_command, strip_leading_comments
from duckdb_kql.lower import lower

from kubewitness.errors import InputError
from kubewitness.logs.kql.equals import equals_faults
from kubewitness.logs.kql.kql_errors import TOO_DEEP, explain_kql
from kubewitness.logs.kql.names import check_names
from kubewitness.logs.kql.translation import CLOCK, Translation

_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
"""Stands for the present until the query runs: it is a parameter."""


def translate(text: str, schema: Mapping[str, Sequence[str]]) -> Translation:
    """Translate a query.

    Args:
        schema: the columns of each table.

    Raises:
        InputError: the query has faults; all unknown names are told at once.
    """
    if is_control_command(strip_leading_comments(text)):
        raise InputError("a text that begins with a dot is a command of Kusto, and no query")
    known = {table: list(columns) for table, columns in schema.items()}
    try:
        names = check_names(lower(text), known)
        if faults := [*equals_faults(text), *names.faults]:
            raise InputError(*faults)
        sql = duckdb_kql.to_sql(text, schema=known, allow_write=False, query_now=_ANY_TIME)
    except duckdb_kql.KqlError as error:
        raise explain_kql(error, text) from None
    except RecursionError:
        raise InputError(TOO_DEEP) from None
    return Translation(str(sql), CLOCK in sql.parameters, tuple(names.warnings))
