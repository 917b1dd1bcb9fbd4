"""Log files as they really arrive, drawn at random: many formats, all kinds of damage.

Each comes with what must be read of it: the events that nothing touched, and where others stand.
"""

import gzip
import json
import random
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from log_generator.audit_log import Event, as_line, as_storage_record

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

TOUCHED_SHARE = 0.15
STRANGE_TEXT = 'line\u2028separator, tab\t, quote ", \\, \u0001, \ufeff, \U0001f600, <&>, \x85'
HUGE_NUMBER = "9" * 5_000
DEPTH = 100_000


@dataclass
class Written:
    """A log file.

    Attributes:
        data: as it is stored.
        untouched: the events that must come back as they are.
        touched: where the damaged records stand, in decoded bytes.
        storage: what was done to the stored bytes.
        story: what was done, for the message of a test that fails.
    """

    data: bytes = b""
    untouched: list[Event] = field(default_factory=list)
    touched: list[tuple[int, int]] = field(default_factory=list)
    storage: str = "plain"
    story: list[str] = field(default_factory=list)


def cut(text: bytes, draw: random.Random) -> bytes:
    """Truncate at any byte."""
    return text[: draw.randrange(1, len(text))]


def flip(text: bytes, draw: random.Random) -> bytes:
    """Flip one bit."""
    changed = bytearray(text)
    changed[draw.randrange(len(text))] ^= 1 << draw.randrange(8)
    return bytes(changed)


def null_block(text: bytes, draw: random.Random) -> bytes:
    """Overwrite a part with null bytes, as a log rotation does."""
    start = draw.randrange(len(text))
    size = min(draw.choice([1, 16, 512]), len(text) - start)
    return text[:start] + bytes(size) + text[start + size :]


def not_utf8(text: bytes, draw: random.Random) -> bytes:
    """Overwrite a byte with one that UTF-8 never has."""
    place = draw.randrange(len(text))
    return text[:place] + b"\xff" + text[place + 1 :]


def key_twice(text: bytes, draw: random.Random) -> bytes:
    """Give a name of the record a second value."""
    name = draw.choice(sorted(json.loads(text[text.index(b"{") :])))
    return text[:-1] + f',"{name}":"other"}}'.encode()


def comma_too_many(text: bytes, draw: random.Random) -> bytes:  # noqa: ARG001 all are called alike
    """End the record as only lenient readers take it."""
    return text[:-1] + b",}"


def not_a_number(text: bytes, draw: random.Random) -> bytes:
    """Add a constant that is no JSON."""
    return text[:-1] + f',"more":{draw.choice(["NaN", "Infinity", "-Infinity"])}}}'.encode()


def nested(text: bytes, draw: random.Random) -> bytes:
    """Add a member that is nested deeper than any reader's stack."""
    depth = draw.choice([2_000, DEPTH])
    return text[:-1] + b',"more":' + b"[" * depth + b"]" * depth + b"}"


def huge_number(text: bytes, draw: random.Random) -> bytes:  # noqa: ARG001 all are called alike
    """Add a number that Python refuses to convert."""
    return text[:-1] + f',"more":{HUGE_NUMBER}}}'.encode()


def half_a_pair(text: bytes, draw: random.Random) -> bytes:  # noqa: ARG001 all are called alike
    """Add half a surrogate pair."""
    return text[:-1] + b',"more":"\\ud83d"}'


def swallows(text: bytes, between: bytes) -> bool:
    """Return whether a damaged record takes the next one of its line as a value of its own.

    As where it ends behind the colon of a name. No reader can tell this from a value.
    """
    following = text + between + b"{}"
    try:
        json.loads(following.decode("latin-1"))
    except json.JSONDecodeError as error:
        return error.pos >= len(following)
    except (ValueError, RecursionError):
        return False
    return False


def damaged(text: bytes, between: bytes, draw: random.Random) -> tuple[bytes, str]:
    """Draw damage, and return the damaged text and the name of the damage."""
    while True:
        damage = draw.choice(DAMAGES)
        found = damage(text, draw)
        if b"\n" in between or not swallows(found, between):
            return found, damage.__name__


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    cut,
    cut,
    flip,
    flip,
    flip,
    null_block,
    not_utf8,
    key_twice,
    comma_too_many,
    not_a_number,
    nested,
    huge_number,
    half_a_pair,
)


def _raw(event: Event) -> bytes:
    return as_line(event)[:-1]


def _with_spaces(event: Event) -> bytes:
    return json.dumps(event, ensure_ascii=False).encode()


def _storage(event: Event) -> bytes:
    return as_storage_record(event)[:-1]


def _item(event: Event) -> bytes:
    return _raw(
        {name: value for name, value in event.items() if name not in {"kind", "apiVersion"}}
    )


def _log_event(event: Event) -> bytes:
    message = _raw(event).decode()
    return json.dumps({"id": "1", "timestamp": 1_767_225_600_000, "message": message}).encode()


@dataclass(frozen=True)
class Layout:
    """How a file holds its records."""

    text: Callable[[Event], bytes]
    head: bytes = b""
    between: bytes = b"\n"
    tail: bytes = b"\n"


LAYOUTS = {
    "raw": Layout(_raw),
    "raw with spaces": Layout(_with_spaces),
    "storage": Layout(_storage),
    "two on a line": Layout(_raw, between=b""),
    "stamped": Layout(lambda e: b"2026-01-01T00:00:00.000Z " + _raw(e)),
    "event hub": Layout(_storage, b'{"records":[', b",", b"]}"),
    "event list": Layout(
        _item,
        b'{"kind":"EventList","apiVersion":"audit.k8s.io/v1","metadata":{},"items":[',
        b",",
        b"]}",
    ),
    "aws logs": Layout(
        _log_event, b'{\n  "events": [\n    ', b",\n    ", b'\n  ],\n  "nextToken": "x"\n}\n'
    ),
    "list": Layout(_raw, b"[\n", b",\n", b"\n]"),
    "subscription": Layout(
        _log_event,
        b'{"messageType":"DATA_MESSAGE","owner":"1","logStream":"kube-apiserver-audit-1","logEvents":[',
        b",",
        b"]}",
    ),
}


def draw_file(events: Sequence[Event], draw: random.Random) -> Written:
    """Draw how a file holds some events, and what was done to it."""
    name = draw.choice(sorted(LAYOUTS))
    layout = LAYOUTS[name]
    written = Written(story=[name])
    between = layout.between
    if between == b"\n" and draw.random() < 0.3:
        between = draw.choice([b"\r\n", b"\n\n", b"\n \t\n"])
        written.story.append(f"between {between!r}")
    data = bytearray(b"\xef\xbb\xbf" if draw.random() < 0.1 else b"")
    data += layout.head
    shuffled = draw.sample(list(events), len(events))
    for index, drawn in enumerate(shuffled):
        data += between if index else b""
        event = draw.choice([drawn, drawn, {**drawn, "userAgent": STRANGE_TEXT}])
        text = layout.text(event)
        if draw.random() < TOUCHED_SHARE:
            text, name = damaged(text, between, draw)
            written.touched.append((len(data), len(data) + len(text)))
            written.story.append(f"{name} at {len(data)}")
        else:
            written.untouched.append(event)
        data += text
    data += layout.tail if draw.random() < 0.9 or layout.head else b""
    _store(bytes(data), written, draw)
    return written


def _store(data: bytes, written: Written, draw: random.Random) -> None:
    kinds = ["plain"] * 5 + ["gzip", "members", "zstd", "cut", "rubbish", "flipped"]
    written.storage = draw.choice(kinds)
    if written.storage == "plain":
        written.data = data
        return
    places = sorted(draw.randrange(len(data)) for _ in range(draw.randrange(1, 4)))
    parts = [data[a:b] for a, b in zip([0, *places], [*places, len(data)], strict=True)]
    packed = {
        "gzip": lambda: gzip.compress(data, 1, mtime=0),
        "zstd": lambda: b"".join(map(zstd.compress, parts)),
    }.get(written.storage, lambda: b"".join(gzip.compress(part, 1, mtime=0) for part in parts))()
    if written.storage == "cut":
        packed = packed[: draw.randrange(20, len(packed))]
    elif written.storage == "rubbish":
        packed += draw.randbytes(draw.randrange(1, 300))
    elif written.storage == "flipped":
        packed = packed[:20] + flip(packed[20:], draw)
    written.data = packed


def expected_row(event: Event) -> dict[str, Any]:
    """Return the fields of an event under the names of the columns."""
    return {name: value for name, value in event.items() if name not in {"kind", "apiVersion"}}
