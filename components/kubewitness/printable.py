"""Names of files as they may stand in a terminal."""


def printable(name: str) -> str:
    """A file's name without what a terminal would obey."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in name)
