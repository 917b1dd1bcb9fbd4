"""What is wrong with a query once it runs, for people."""

import re

import duckdb

from kubewitness.errors import InputError


def explain_sql(error: duckdb.Error) -> InputError:
    """Return an error of DuckDB for people."""
    if isinstance(error, duckdb.PermissionException):
        return InputError("a query reads the tables of its store and nothing else: no files")
    if isinstance(error, duckdb.OutOfMemoryException):
        return InputError("the query takes more memory than it may; ask for less, or of fewer days")
    return InputError(re.sub(r"^(\w+) Error: ", r"the query fails: ", str(error).strip()))
