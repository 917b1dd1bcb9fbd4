"""The result of a run of reading."""

from dataclasses import dataclass, field
from typing import Final

from kubewitness.logs.reading.balance import Balance

MOST_ENTRIES: Final = 1_000
"""How many entries of the quarantine a summary lists; the store has them all."""


@dataclass(frozen=True)
class QuarantineEntry:
    """An entry of the quarantine: see `Quarantined`; its sample stays in the store."""

    file: str
    offset: int
    length: int
    sha256: str
    reason: str
    is_stored: bool


@dataclass
class Summary:
    """The result of a run.

    Attributes:
        files: how many were read, whole or from where an earlier run ended.
        files_known: how many were skipped, because they are in the store.
        faults: files that could not be read to their end, and why.
        balance: of all that was read.
        copies: how many rows were copies of others, and merged.
        rows_by_format: how many rows of each format the run read.
        quarantine: what the run could not read, at most a thousand entries.
    """

    files: int = 0
    files_known: int = 0
    faults: list[str] = field(default_factory=list)
    balance: Balance = field(default_factory=Balance)
    copies: int = 0
    rows_by_format: dict[str, int] = field(default_factory=dict)
    quarantine: list[QuarantineEntry] = field(default_factory=list)
