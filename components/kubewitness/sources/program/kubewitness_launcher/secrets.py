"""Report to the parent process which texts the program marks secret, so no error shows them."""

import functools
from typing import Any

from .reporter import Reporter


def note_secrets(pulumi: Any, report: Reporter) -> None:
    """Report each plain value that becomes a secret, also where no resource receives it."""
    original = pulumi.Output.secret

    @functools.wraps(original)
    def secret(val: Any) -> Any:
        if isinstance(val, (str, int, float, list, dict)) and not isinstance(val, bool):
            report("secret", value=_plain(val))
        return original(val)

    pulumi.Output.secret = staticmethod(secret)


def _plain(value: Any) -> Any:
    """Return the texts and numbers within a value."""
    if isinstance(value, dict):
        return [_plain(item) for item in value.values()]
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if isinstance(value, (str, int, float)) else None
