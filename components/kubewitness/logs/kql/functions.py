"""Functions of Kusto that duckdb-kql lacks and DuckDB has, as rows of duckdb-kql's own registry."""

from typing import Final

from duckdb_kql.translate.functions import SCALAR_FUNCTIONS, FunctionSpec

_FUNCTIONS: Final = (FunctionSpec("url_decode", "native", "url_decode({0})", (1,)),)


def register_functions() -> None:
    """Add them, unless this version of duckdb-kql has them."""
    for function in _FUNCTIONS:
        SCALAR_FUNCTIONS.setdefault(function.name, function)
