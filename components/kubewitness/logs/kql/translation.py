"""A query in KQL as SQL of DuckDB. A leaf module."""

from dataclasses import dataclass
from typing import Final

CLOCK: Final = "kqlnow"
"""The name that duckdb-kql gives the parameter of `now()` and `ago()`."""


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
