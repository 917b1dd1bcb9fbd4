"""Whether a text holds an audit event, at any level of escaping or in base64."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from kubewitness.logs.reading.encodings import decode_base64
from kubewitness.logs.store.statements import EVENT_PREFIX

_BASE64_RUN: Final = re.compile(rb"[A-Za-z0-9+/_-]{64,}")

_QUOTE: Final = rb'(?:\\*"|\\+u0022|\\+x22|%22|&quot;|&#34;)'
_COLON: Final = rb"\s*(?::|%3[Aa])\s*"
_KIND: Final = re.compile(rb"kind%b%b%bEvent%b" % (_QUOTE, _COLON, _QUOTE, _QUOTE))
_FRAGMENT: Final = re.compile(
    rb"(?:requestReceivedTimestamp|stageTimestamp|authorization\.k8s\.io/decision)%b%b"
    % (_QUOTE, _COLON)
)
"""Names that only an audit event has: the second half of one that was split has no `auditID`."""


def _any_start(letters: str) -> bytes:
    """Return the pattern of the first letter, and of any number of those that follow."""
    pattern = _QUOTE if letters[0] == '"' else re.escape(letters[0]).encode()
    return b"%b(?:%b)?" % (pattern, _any_start(letters[1:])) if letters[1:] else pattern


_PREFIX: Final = re.escape(EVENT_PREFIX.encode()).replace(b'"', _QUOTE)
_AFTER_BRACE: Final = _any_start(EVENT_PREFIX.removeprefix("{"))
_BEGINNING_AS_STRING: Final = re.compile(
    rb'(?<!\\)(\\*)"\s{0,9}(?:%b|\{(?:%b)?(?:\\+n)?\1")' % (_PREFIX, _AFTER_BRACE)
)
"""A string that is the beginning of an event; the level of escaping determines where the string
ends."""

_BEGINNING: Final = re.compile(
    rb"(?:(?:\S{1,64} std(?:out|err) [FP] )?\{|.*\{%b)\s*" % _AFTER_BRACE, re.DOTALL
)
_SHORT_BASE64: Final = re.compile(rb"(?:ew|eyI|eyJr|IntcI)[A-Za-z0-9+/_-]{0,60}")
"""The beginnings of `{`, `{"`, `{"k` and `"{\"` in base64; a longer run is decoded anyway."""


def holds_event(text: bytes) -> bool:
    """Return whether a text holds an audit event or a part of one, at any level of escaping.

    Other mentions of the API group are of other logs.
    """
    if b"auditID" in text and _KIND.search(text):
        return True
    if _FRAGMENT.search(text) or _BEGINNING_AS_STRING.search(text):
        return True
    return _holds_event_in_base64(text)


def may_begin_event(line: bytes) -> bool:
    """Return whether a log line may be an event that was truncated within its first fields.

    `{` alone can be any log, so it cannot be excluded.
    """
    if _BEGINNING.fullmatch(line):
        return True
    short = _SHORT_BASE64.fullmatch(line.rstrip(b"="))
    return short is not None and _BEGINNING.fullmatch(_decoded(short[0])) is not None


def _holds_event_in_base64(text: bytes) -> bool:
    if any(holds_event(_decoded(run[0])) for run in _BASE64_RUN.finditer(text)):
        return True
    # Many words contain fewer letters.
    shorter = (run[0] for run in _SHORT_BASE64.finditer(text) if len(run[0]) > len("eyJr"))
    return any(_BEGINNING.fullmatch(_decoded(run).strip(b'"\\')) for run in shorter)


def _decoded(run: bytes) -> bytes:
    return decode_base64(run) or b""


def event_place(record: Mapping[str, Any]) -> str:
    """Return in which field of a record the event is, as `jq` names it."""
    place = ""
    value: Any = record
    while isinstance(value, dict | list):
        items = value.items() if isinstance(value, dict) else enumerate(value)
        holding = [(key, each) for key, each in items if holds_event(json.dumps(each).encode())]
        if not holding:
            break
        key, value = holding[0]
        place += f"[{key}]" if isinstance(key, int) else f".{key}"
    return place or "."
