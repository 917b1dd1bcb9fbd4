"""Logs that are not made of lines: one JSON document, or some, each over many lines or in one."""

import re
from collections.abc import Iterator
from typing import Final

from kubewitness.logs.reading.containers import CONTAINERS
from kubewitness.logs.reading.lines import Source
from kubewitness.logs.reading.pieces import Piece, Pieces

BLOCK_BYTES: Final = 1 << 20

_DOCUMENT: Final = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:\[|\{\s*[\r\n]|\{\s*\"(?:messageType|columns|%s)\"|"
    rb"\{\s*\"kind\"\s*:\s*\"EventList\"|"
    rb"\d{4}-\d\d-\d\dT[^\s{]+ [^\s{]+\s+\{\s*[\r\n])" % "|".join(CONTAINERS).encode()
)


def is_document(start: bytes) -> bool:
    """Return whether the first bytes are those of a document.

    That is a list, a container, or an object that does not go on in its first line, also behind the
    time and the stream that `aws logs tail --format json` writes.
    """
    return _DOCUMENT.match(start) is not None


def read_document(source: Source, offset: int) -> Iterator[Piece]:
    """Yield the pieces of a stream; memory does not grow with its length.

    Args:
        offset: of its first byte in the decoded file.
    """
    yield from Pieces(b"", offset, lambda: source.read(BLOCK_BYTES))
