"""How many events of a store are truncated: a part of each is missing, and could hold an answer."""

from datetime import datetime

import duckdb

from kubewitness.logs.store.database import ROWS
from kubewitness.logs.store.period import Period, within


def truncated_condition(period: Period, now: datetime) -> str:
    """Return the SQL of whether a row is truncated and of a period; without a time it may be.

    Args:
        now: from which the period counts.

    Raises:
        InputError: a time of the period cannot be read.
    """
    return f"TruncatedColumns IS NOT NULL AND ({within(period, now)} OR TimeGenerated IS NULL)"


def count_truncated(connection: duckdb.DuckDBPyConnection, period: Period, now: datetime) -> int:
    """Return how many rows of a period are truncated."""
    condition = truncated_condition(period, now)
    counts = (connection.execute(f"SELECT count(*) FROM {r} WHERE {condition}") for r in ROWS)
    return sum(each.fetchall()[0][0] for each in counts)
