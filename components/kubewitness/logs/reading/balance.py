"""The balance of a run: every decoded byte is counted once, and the sum must be what was read."""

from dataclasses import asdict, dataclass, fields
from typing import Any


@dataclass
class Balance:
    """Where the decoded bytes of one or many files went, and how many records they were.

    Attributes:
        decoded_bytes: all that was read.
        event_bytes: of whole records.
        salvaged_bytes: of damaged records that yielded a row.
        quarantined_bytes: of what could not be read.
        other_bytes: of records that are known to be of other logs.
        envelope_bytes: of the text around records: brackets, commas, stamps.
        blank_bytes: of line breaks and other space between records.
        events: rows from whole records.
        salvaged: rows from damaged ones.
        quarantined: entries in the quarantine.
        other: records that are known to be of other logs.
        unvouched: complete rows whose bytes have no checksum.
    """

    decoded_bytes: int = 0
    event_bytes: int = 0
    salvaged_bytes: int = 0
    quarantined_bytes: int = 0
    other_bytes: int = 0
    envelope_bytes: int = 0
    blank_bytes: int = 0
    events: int = 0
    salvaged: int = 0
    quarantined: int = 0
    other: int = 0
    unvouched: int = 0

    @property
    def unaccounted_bytes(self) -> int:
        """Return how many bytes no part counts; anything but 0 is an internal error."""
        return (
            self.decoded_bytes
            - self.event_bytes
            - self.salvaged_bytes
            - self.quarantined_bytes
            - self.other_bytes
            - self.envelope_bytes
            - self.blank_bytes
        )

    def __add__(self, other: "Balance") -> "Balance":
        """Return the sum of both."""
        return Balance(
            **{f.name: getattr(self, f.name) + getattr(other, f.name) for f in fields(self)}
        )

    def as_document(self) -> dict[str, Any]:
        """Return it as JSON."""
        return {**asdict(self), "unaccounted_bytes": self.unaccounted_bytes}
