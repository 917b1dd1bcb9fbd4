"""Names of the tables and columns that rewritten queries read."""

from typing import Final

MEMORY: Final = "memory"
"""The database in memory, which all connections can read."""

ROW: Final = "__row"
"""The column that identifies an event."""

UNDECIDED: Final = "__undecided"
"""Whether some condition could not be decided for an event."""

GUESSED: Final = "__guessed"
"""Whether one of them depends on a single value of the event: a finding about it would be an
assumption."""


def truncated_name(table: str) -> str:
    """Return the name of the table that has only the truncated rows of another, with flags."""
    return f"{table}__truncated"


def flag(column: str, kind: str) -> str:
    """Return the name of the column that shows whether another is `partial` or `unknown`."""
    return f"{column}__{kind}"
