"""Prints texts of others on a console: no markup, no wrapping, nothing that a terminal obeys."""

from rich.console import Console
from rich.text import Text

from kubewitness.printable import printable, printable_lines


def print_text(console: Console, text: str, style: str = "") -> None:
    """Print a text of one or more lines unchanged."""
    console.print(Text(printable_lines(text), style=style), soft_wrap=True)


def cell(text: str, style: str = "") -> Text:
    """Return a text for the cell of a table or the branch of a tree."""
    return Text(printable(text), style=style)
