"""Lines that a container runtime split, joined again.

containerd and CRI-O mark each part of a line with `P` and the last with `F`. Docker ends the last
one with a line break. Lines of the other stream can occur between the parts. Source: Kubernetes,
"CRI: Container Logging"; Docker docs, "JSON File logging driver".
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from kubewitness.logs.reading.lines import LONGEST_LINE
from kubewitness.logs.reading.pieces import Piece, PieceKind

_CRI: Final = re.compile(rb"(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([PF])(?::\S+)? (.*)", re.DOTALL)
_DOCKER: Final = re.compile(rb'\{"log":".*","stream":"std(?:out|err)"', re.DOTALL)


class _Part(NamedTuple):
    stream: str
    time: str
    text: str
    is_last: bool


class _Line(NamedTuple):
    offset: int
    data: bytes
    part: _Part


@dataclass
class Parts:
    """Parts of lines that still wait for their last one."""

    _open: dict[str, list[_Line]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self._open)

    def add(self, data: bytes, offset: int) -> Iterable[Piece] | None:
        """Return the line that is whole now, if it is; None for a line that was never split."""
        part = _part(data)
        if part is None or (part.is_last and part.stream not in self._open):
            return None
        lines = self._open.setdefault(part.stream, [])
        lines.append(_Line(offset, data, part))
        is_long = sum(len(line.data) for line in lines) > LONGEST_LINE
        return [self._join(part.stream)] if part.is_last or is_long else []

    def rest(self) -> Iterable[Piece]:
        """Return what is there of lines whose last part never came."""
        return [self._join(stream) for stream in list(self._open)]

    def begin(self, offset: int) -> int:
        """Return where the first of them begins; the offset if there are none."""
        return min([offset, *(lines[0].offset for lines in self._open.values())])

    def _join(self, stream: str) -> Piece:
        lines = self._open.pop(stream)
        text = "".join(line.part.text for line in lines)
        record = {"log": text, "stream": stream, "time": lines[0].part.time}
        data = b"".join(line.data for line in lines)
        return Piece(PieceKind.RECORD, lines[0].offset, data, record=record)


def _part(data: bytes) -> _Part | None:
    if found := _CRI.fullmatch(data):
        time, stream, tag, text = (group.decode(errors="replace") for group in found.groups())
        return _Part(stream, time, text, tag == "F")
    return _docker_part(data) if _DOCKER.match(data) else None


def _docker_part(data: bytes) -> _Part | None:
    try:
        record = json.loads(data)
        stream, time, text = record["stream"], record["time"], record["log"]
    except (ValueError, KeyError, RecursionError):
        return None
    if not isinstance(text, str) or not record.keys() <= {"log", "stream", "time", "attrs"}:
        return None
    # Collectors that write such records, too, drop the line break of a whole line.
    return _Part(str(stream), str(time), text, text.endswith("\n") or _is_whole(text))


def _is_whole(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
