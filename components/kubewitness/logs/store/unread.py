"""The unreadable parts of logs: for queries, and not only for the run that reads them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

import duckdb

from kubewitness.errors import KubewitnessError, NothingToCheckError, UnreadableError
from kubewitness.logs.store.windows import gaps

MOST_REASONS: Final = 1_000
"""How many are listed; the store has them all."""

FILES_TOLD: Final = 5
REASONS_TOLD: Final = 3
"""How many files and reasons a person is shown."""

_REASONS: Final = f"""
SELECT f.name, q.Reason, count(*) FROM store.quarantine AS q
JOIN store.files AS f ON q.LogFile = f.number
GROUP BY f.name, q.Reason ORDER BY f.name, min(q.LogOffset), q.Reason LIMIT {MOST_REASONS}
"""


@dataclass(frozen=True)
class UnreadReason:
    """Why pieces of a file could not be read.

    Attributes:
        file: its name.
        reason: why.
        pieces: how many of them.
    """

    file: str
    reason: str
    pieces: int


@dataclass(frozen=True)
class Unread:
    """An unreadable part.

    Attributes:
        pieces: how many pieces.
        reasons: why, in the order of the files; at most a thousand.
        faults: why files could not be read to their end, one each.
    """

    pieces: int = 0
    reasons: tuple[UnreadReason, ...] = ()
    faults: tuple[str, ...] = ()

    def __len__(self) -> int:
        return self.pieces + len(self.faults)

    def lines(self) -> Iterator[str]:
        """Yield the messages for people, a line for each file."""
        yield from self.faults
        files = [list(each) for _, each in groupby(self.reasons, lambda one: one.file)]
        for reasons in files[:FILES_TOLD]:
            yield _line(reasons)
        if len(files) > FILES_TOLD:
            yield f"and pieces of {len(files) - FILES_TOLD} more files"


ALL_READ: Final = Unread()


def _line(reasons: list[UnreadReason]) -> str:
    pieces = sum(each.pieces for each in reasons)
    noun = "piece" if pieces == 1 else "pieces"
    told = [f"{each.reason} ({each.pieces:,})" for each in reasons[:REASONS_TOLD]]
    more = len(reasons) - REASONS_TOLD
    listed = "; ".join([*told, *([f"and {more} more reasons"] if more > 0 else [])])
    return f"{reasons[0].file}: {pieces:,} {noun} could not be read: {listed}"


def unread(connection: duckdb.DuckDBPyConnection, faults: Sequence[str] = ()) -> Unread:
    """Return what could not be read into a store.

    Args:
        faults: of the run that filled it, for files that could not be read to their end.
    """
    pieces = connection.execute("SELECT count(*) FROM store.quarantine").fetchall()[0][0]
    reasons = connection.execute(_REASONS).fetchall() if pieces else []
    all_faults = tuple(dict.fromkeys((*faults, *gaps(connection))))
    return Unread(pieces, tuple(UnreadReason(*each) for each in reasons), all_faults)


def no_rows(why: str, unread: Unread) -> KubewitnessError:
    """Return the error that logs have no row: there was nothing, or nothing that could be read.

    Args:
        why: where there was nothing.
    """
    return UnreadableError(*unread.lines()) if len(unread) else NothingToCheckError(why)
