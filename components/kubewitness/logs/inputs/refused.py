"""Files that are not read: what they are, and the command that converts them."""

from typing import Final, NamedTuple


class Refused(NamedTuple):
    """A kind of file.

    Attributes:
        name: what it is.
        magic: the bytes with which it begins.
        command: how it is converted.
    """

    name: str
    magic: bytes
    command: str


REFUSED: Final = (
    Refused("7z", b"7z\xbc\xaf\x27\x1c", "7z x -so FILE | kubewitness ingest -"),
    Refused("RAR", b"Rar!\x1a\x07", "unrar p -inul FILE | kubewitness ingest -"),
    Refused("lz4", b"\x04\x22\x4d\x18", "lz4 -dc FILE | kubewitness ingest -"),
    Refused("snappy", b"\xff\x06\x00\x00sNaPpY", "snzip -dc FILE | kubewitness ingest -"),
    Refused("compress (.Z)", b"\x1f\x9d", "uncompress -c FILE | kubewitness ingest -"),
    Refused("lzip", b"LZIP", "lzip -dc FILE | kubewitness ingest -"),
    Refused(
        "Avro (such as a capture of Event Hubs)",
        b"Obj\x01",
        "avro-tools tojson FILE | jq -r '.Body.bytes // .body' | kubewitness ingest -",
    ),
    Refused(
        "ORC",
        b"ORC",
        "duckdb -c \"INSTALL orc FROM community; LOAD orc; COPY (FROM read_orc('FILE')) "
        "TO '/dev/stdout' (FORMAT json)\" | kubewitness ingest -",
    ),
    Refused(
        "SQLite",
        b"SQLite format 3\0",
        "sqlite3 -json FILE 'SELECT * FROM TABLE' | kubewitness ingest -",
    ),
    Refused(
        "a journal of systemd",
        b"LPKSHHRH",
        "journalctl --file FILE -o cat | kubewitness ingest -",
    ),
    Refused("PDF", b"%PDF-", "export the logs as JSON"),
    Refused("HTML", b"<!DOCTYPE html", "export the logs as JSON"),
    Refused("an Excel file (.xls)", b"\xd0\xcf\x11\xe0", "save it as CSV, then read that"),
)


def refusal(start: bytes) -> str | None:
    """Return why a file is not read, by its first bytes; None if nothing is known against it."""
    for kind in REFUSED:
        if start.startswith(kind.magic):
            return f"is {kind.name}, which is not read; convert it: {kind.command}"
    return None
