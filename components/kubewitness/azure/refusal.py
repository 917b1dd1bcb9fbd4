"""Why Azure refuses something, in the words that components and policies share."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """A refusal by Azure, or a value that Azure accepts and ignores.

    Attributes:
        code: a stable name of it.
        reason: the rest of a sentence whose subject the caller names, such as `is not the ID of a
            storage account`, and how to fix it.
    """

    code: str
    reason: str

    @property
    def problem(self) -> str:
        """Return the reason without how to fix it."""
        return self.reason.partition(";")[0]
