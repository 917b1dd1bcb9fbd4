"""Texts of others, such as names of files and resources, without what a terminal would obey."""


def printable(text: str) -> str:
    """Return a text with its control characters escaped, and those that change its direction."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def shortened(text: str, longest: int) -> str:
    """Return the first characters of a text, and an ellipsis if it has more than `longest`."""
    return text if len(text) <= longest else f"{text[:longest]}…"


def printable_lines(text: str) -> str:
    """Return a text of several lines with everything but its line breaks escaped."""
    return "\n".join(map(printable, text.split("\n")))
