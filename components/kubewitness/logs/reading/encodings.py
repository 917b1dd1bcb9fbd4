"""Base64 in logs: subscriptions of CloudWatch, Kinesis and Pub/Sub, perhaps compressed before."""

import base64
import binascii
import sys
import zlib
from typing import Final

from kubewitness.logs.reading.lines import LONGEST_LINE

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

GZIP: Final = b"\x1f\x8b\x08"
ZSTD: Final = b"\x28\xb5\x2f\xfd"


def decode_base64(text: bytes) -> bytes | None:
    """Return what a text encodes, decompressed; None if it cannot be decoded.

    Args:
        text: in either alphabet of base64; a last letter that is not a whole byte is left out.
    """
    letters = text.strip().rstrip(b"=")
    letters = letters[:-1] if len(letters) % 4 == 1 else letters
    altchars = b"-_" if b"-" in letters or b"_" in letters else None
    try:
        data = base64.b64decode(letters + b"=" * (-len(letters) % 4), altchars=altchars)
        return _decompress(data)
    except (binascii.Error, zlib.error, zstd.ZstdError):
        return None


def _decompress(data: bytes) -> bytes | None:
    """Return the data decompressed, once or twice; None if it is longer than any record."""
    for _ in range(2):
        if data.startswith(GZIP):
            data = zlib.decompressobj(wbits=31).decompress(data, LONGEST_LINE)
        elif data.startswith(ZSTD):
            data = zstd.ZstdDecompressor().decompress(data, LONGEST_LINE)
    return data if len(data) < LONGEST_LINE else None
