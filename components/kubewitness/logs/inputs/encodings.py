"""Text that is not UTF-8: PowerShell writes UTF-16."""

import codecs
from typing import BinaryIO, Final

from kubewitness.logs.inputs.chunks import Chunks

_CHUNK: Final = 1 << 20
_BOMS: Final = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}
_BEGINNINGS: Final = {b"{\0": "utf-16-le", b"[\0": "utf-16-le", b"\0{": "utf-16-be"}


def utf16(start: bytes) -> str | None:
    """Return the encoding of a text if it is one of UTF-16, by its first bytes."""
    return _BOMS.get(start[:2]) or _BEGINNINGS.get(start[:2])


def utf_8_chunks(stream: BinaryIO, encoding: str) -> Chunks:
    """Yield a text as UTF-8, what cannot be decoded as U+FFFD."""
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while chunk := stream.read(_CHUNK):
        yield decoder.decode(chunk).removeprefix("\ufeff").encode()
    yield decoder.decode(b"", final=True).encode()
