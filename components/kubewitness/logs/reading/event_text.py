"""Whether a text holds an audit event, at any level of escaping or in base64."""

import base64
import re
from typing import Final

_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{64,}")

_QUOTE: Final = rb'(?:\\*"|\\+u0022|\\+x22|%22|&quot;|&#34;)'
_COLON: Final = rb"\s*(?::|%3[Aa])\s*"
_KIND: Final = re.compile(rb"kind%b%b%bEvent%b" % (_QUOTE, _COLON, _QUOTE, _QUOTE))
_FRAGMENT: Final = re.compile(
    rb"(?:requestReceivedTimestamp|stageTimestamp|authorization\.k8s\.io/decision)%b%b"
    % (_QUOTE, _COLON)
)
"""Names that only an audit event has: the second half of one that was split has no `auditID`."""


def holds_event(text: bytes) -> bool:
    """Return whether a text holds an audit event or a part of one, at any level of escaping.

    Other mentions of the API group are of other logs.
    """
    if b"auditID" in text and _KIND.search(text):
        return True
    return _FRAGMENT.search(text) is not None or _holds_event_in_base64(text)


def _holds_event_in_base64(text: bytes) -> bool:
    for run in _BASE64_RUN.finditer(text):
        whole = run[0][: len(run[0]) // 4 * 4]
        if holds_event(base64.b64decode(whole, altchars=altchars(whole))):
            return True
    return False


def altchars(text: bytes) -> bytes | None:
    """Return the two characters by which the URL-safe alphabet of base64 differs."""
    return b"-_" if b"-" in text or b"_" in text else None
