"""Takes the texts that a source marks secret out of what is shown of it."""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final
from urllib.parse import quote, quote_plus

from kubewitness.printable import printable_lines, shortened

LONGEST_MESSAGE: Final = 2000
"""Characters of a message that are kept."""

_SHORTEST: Final = 3
"""Pulumi's own log does not hide shorter ones either, because they occur in any text."""

_SHORTEST_PART: Final = 8
"""A line of a secret, or its base64 form, is hidden only if few other texts contain it."""

_HIDDEN: Final = "[secret]"


class HiddenSecrets:
    """Secrets of one source. Values that a program computed from one are unknown.

    Args:
        secrets: the texts; none of them is shown, and no form of it in Python, JSON, a URL, or
            base64.
    """

    def __init__(self, secrets: Iterable[str]) -> None:
        self._secrets = {secret for secret in secrets if len(secret.strip()) >= _SHORTEST}

    def hide(self, text: str) -> str:
        """Return the text with each secret replaced."""
        return self._pattern.sub(_HIDDEN, text) if self._secrets else text

    def message(self, text: str, longest: int = LONGEST_MESSAGE) -> str:
        """Return a message that fits on a screen, and that no terminal obeys."""
        return shortened(printable_lines(self.hide(text).strip()), longest)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        forms = {form for secret in self._secrets for form in _forms(secret)}
        return re.compile("|".join(map(re.escape, sorted(forms, key=len, reverse=True))))


NO_SECRETS: Final = HiddenSecrets(())


def _forms(secret: str) -> Iterator[str]:
    """Yield a secret as programs print it: as it is, escaped, encoded, and each of its lines."""
    yield secret
    yield secret.strip()
    yield repr(secret)[1:-1]
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    data = secret.encode("utf-8", "surrogatepass")
    yield quote(data, safe="")
    yield quote(data)
    yield quote_plus(data)
    if len(secret) >= _SHORTEST_PART:
        yield base64.b64encode(data).decode().rstrip("=")
        yield base64.urlsafe_b64encode(data).decode().rstrip("=")
    lines = [line.strip() for line in secret.splitlines()]
    yield from (line for line in lines if len(line) >= _SHORTEST_PART)
