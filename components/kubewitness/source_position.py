"""A line in one of the user's files."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SourcePosition:
    """A line in a file, as reports name it.

    Attributes:
        file: the path from the root of the repository, with `/` on every system.
        line: counted from 1.
        column: counted from 1; 0 where it is not known.
    """

    file: str
    line: int = 1
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"
