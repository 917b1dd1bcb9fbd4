"""Values as KQL writes them."""


def literal(text: str) -> str:
    """Return a text as KQL writes it.

    Raises:
        ValueError: it has a line break, or another character of control.
    """
    if not text.isprintable():
        raise ValueError(f"the value {text!r} has a character that cannot be printed")
    if '"' in text or "\\" in text:
        return '@"' + text.replace('"', '""') + '"'
    return f'"{text}"'
