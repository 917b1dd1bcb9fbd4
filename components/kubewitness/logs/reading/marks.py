"""Marks: a line that has none of them yields no row, so that it need not be taken apart.

A log may consist of anything. Taking apart a short line that is none of ours costs a hundred times
as much per byte as reading an event. So all lines of a block are searched for marks at once.
"""

import base64
import re
from collections.abc import Iterator
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kubewitness.logs.reading.formats import FORMATS
from kubewitness.logs.reading.lines import Lines, Mask
from kubewitness.logs.reading.stamped_lines import STAMPED_LINE

_EVENT_NAMES: Final = (
    "auditID",
    "AuditId",
    "requestURI",
    "objectRef",
    "sourceIPs",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "authorization.k8s.io/decision",
    "audit.k8s.io/",
)
"""Of these an audit event, or what is left of one, has at least one."""

_ENCODED_NAMES: Final = (b"auditID", b"requestReceivedTimestamp", b"protoPayload")
_COMPRESSED: Final = ("H4sI", "KLUv")
"""How base64 of gzip and of zstd begins."""

_PART: Final = r'^\S+ std(?:out|err) P |(?:[^n]|[^\\]n)","stream":"std(?:out|err)"'
"""The regular expression of a line that is a part, but not the last."""

_LAST_PART: Final = r'^\S+ std(?:out|err) F |\\n","stream":"std(?:out|err)"'
"""The regular expression of a whole line, or of its last part."""

_BASE64_BITS: Final = 6


def _encoded(name: bytes) -> set[bytes]:
    """Return how base64 writes a name, which may begin at each of three places."""
    found = set()
    for before in range(3):
        text = base64.b64encode(bytes(before) + name)
        first = -(-before * 8 // _BASE64_BITS)
        found.add(text[first : (before + len(name)) * 8 // _BASE64_BITS])
    return found


def _event_marks() -> Iterator[str]:
    """Yield the marks of an audit event, also encoded once or twice."""
    yield from map(re.escape, _EVENT_NAMES)
    yield from _COMPRESSED
    for name in _ENCODED_NAMES:
        for once in _encoded(name):
            yield from (text.decode() for text in (once, *_encoded(once)))


_MARKS: Final = "|".join(
    [*_event_marks(), STAMPED_LINE, _PART, *(mark for one in FORMATS for mark in one.MARKS)]
)


MARK: Final = re.compile(_MARKS)

NEAR: Final = 4096
"""How many characters Python's `re` searches in the time in which RE2 starts."""

_WINDOW_GROWTH: Final = 16


def next_mark(text: str, at: int) -> int:
    """Return where the next mark is, the end of the text if there is none.

    Where none is near, RE2 searches on: a hundred times as fast as Python's `re`.

    Args:
        text: in Latin-1.
    """
    if near := MARK.search(text, at, at + NEAR):
        return near.start()
    size = NEAR
    while at + size < len(text):
        size *= _WINDOW_GROWTH
        window = pa.scalar(text[at : at + size].encode("latin-1"), pa.binary())
        found = int(pc.find_substring_regex(window, _MARKS).as_py())
        if found >= 0:
            return at + found
    return len(text)


def are_marked(lines: Lines, unread: Mask, *, has_parts: bool = False) -> Mask:
    """Return which of the unread lines have a mark.

    Args:
        has_parts: whether a part of a line precedes them, so that they may be the rest of it.
    """
    searched = unread & ~lines.is_short
    if has_parts or (_may_have_parts(lines) and _match(lines, searched, _PART).any()):
        return _match(lines, searched, f"{_MARKS}|{_LAST_PART}")
    return _match(lines, searched, _MARKS)


def _may_have_parts(lines: Lines) -> bool:
    return any(lines.data.find(text, 0, lines.size) >= 0 for text in (b" P ", b'","stream":"std'))


def _match(lines: Lines, searched: Mask, pattern: str) -> Mask:
    found = np.zeros(len(searched), np.bool_)
    if searched.any():
        matches = pc.match_substring_regex(lines.raw(searched), pattern)
        found[searched] = matches.to_numpy(zero_copy_only=False)
    return found


def runs(lines: Lines, unmarked: Mask) -> list[tuple[int, int]]:
    """Return where lines without a mark begin and end; such that follow each other are one run.

    Blank lines between them belong to the run, those around it do not.
    """
    if not unmarked.any():
        return []
    (indices,) = np.nonzero(unmarked & ~lines.are_blank())
    if not len(indices):
        return []
    others = np.cumsum(~unmarked)
    (last,) = np.nonzero(np.diff(others[indices], append=-1))
    first = np.concatenate([[0], last[:-1] + 1])
    return list(
        zip(lines.starts[indices[first]].tolist(), lines.ends[indices[last]].tolist(), strict=True)
    )
