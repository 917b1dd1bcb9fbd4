"""Parquet, as Firehose, Data Explorer and `kubewitness export` write it: a row becomes a line."""

import base64
import json
from datetime import UTC, date, datetime
from typing import Any, BinaryIO, Final

from kubewitness.logs.inputs.chunks import Chunks

PARQUET: Final = b"PAR1"
_ROWS: Final = 1000


def parquet_chunks(stream: BinaryIO) -> Chunks:
    """Yield the rows of a file as lines of JSON."""
    # It takes a second to load, and few logs are Parquet.
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415

    for batch in ParquetFile(stream).iter_batches(batch_size=_ROWS):
        lines = [json.dumps(row, default=_plain, ensure_ascii=False) for row in batch.to_pylist()]
        yield "".join(f"{line}\n" for line in lines).encode(errors="surrogatepass")


def _plain(value: Any) -> Any:
    """Return a value as JSON has it."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return base64.b64encode(value).decode()
    return str(value)
