"""The errors of a query at run time, for people."""

import re
from typing import Final

import duckdb

from kubewitness.errors import InputError

_EXCERPT: Final = re.compile(r"\s*\nLINE \d+:.*", re.DOTALL)


def explain_sql(error: duckdb.Error, *, is_translated: bool = False) -> InputError:
    """Return an error of DuckDB for people.

    Args:
        is_translated: whether the SQL was made of KQL: then it is not the user's text, and not
            shown.
    """
    if isinstance(error, duckdb.PermissionException):
        return InputError("a query reads the tables of its store and nothing else: no files")
    if isinstance(error, duckdb.InterruptException):
        return InputError("the query did not end in time; ask for less, or of fewer days")
    if isinstance(error, duckdb.OutOfMemoryException):
        return InputError("the query takes more memory than it may; ask for less, or of fewer days")
    text = re.sub(r"^(\w+) Error: ", r"the query fails: ", str(error).strip())
    return InputError(_EXCERPT.sub("", text) if is_translated else text)
