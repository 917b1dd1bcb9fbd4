"""Where the bytes of logs come from: files, folders, globs, standard input, and the clouds."""

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final, Protocol

from kubewitness.errors import InputError
from kubewitness.logs.inputs.chunks import Chunks, open_chunks
from kubewitness.logs.inputs.cloudwatch import SCHEME as CLOUDWATCH_SCHEME
from kubewitness.logs.inputs.cloudwatch import find_log_group
from kubewitness.logs.inputs.data_explorer import find_database_tables
from kubewitness.logs.inputs.data_explorer_api import SCHEME as DATA_EXPLORER_SCHEME
from kubewitness.logs.inputs.local_files import find_local_files
from kubewitness.logs.inputs.log_analytics import find_workspace_tables
from kubewitness.logs.inputs.log_analytics_api import SCHEME as LOG_ANALYTICS_SCHEME
from kubewitness.logs.inputs.object_stores import (
    AZURE_SCHEME,
    S3_SCHEME,
    find_azure_blobs,
    find_s3_objects,
)

STANDARD_INPUT: Final = "-"

_CHUNK: Final = 1 << 16
_SCHEMES: Final = (
    S3_SCHEME,
    AZURE_SCHEME,
    CLOUDWATCH_SCHEME,
    LOG_ANALYTICS_SCHEME,
    DATA_EXPLORER_SCHEME,
)
_HINTS: Final = {
    "azure": "for blobs write `az://CONTAINER/PREFIX`",
    "abfss": "write `az://CONTAINER/PREFIX`",
    "wasbs": "write `az://CONTAINER/PREFIX`",
    "s3a": "write `s3://BUCKET/PREFIX`",
    "s3n": "write `s3://BUCKET/PREFIX`",
    "eks": "for its audit log write `cloudwatch:///aws/eks/NAME/cluster`",
    "logs": "write `cloudwatch://LOG-GROUP`",
    "file": "write the path alone",
    "gs": "copy the objects here first with `gcloud storage cp --recursive`",
    "http": "download it first, or write `az://CONTAINER/PREFIX` for blobs",
    "https": "download it first, or write `az://CONTAINER/PREFIX` for blobs",
}


class LogFile(Protocol):
    """Something to read: bytes under a name."""

    @property
    def name(self) -> str:
        """Return a stable, unique name: a path, `s3://…`, `az://…`, `cloudwatch://…`, or `-`."""

    @property
    def size(self) -> int | None:
        """Return the bytes as stored; None where unknown, as with standard input and CloudWatch."""

    def open(self) -> BinaryIO:
        """Open the bytes as stored, compressed if they are; they can be read in chunks.

        A file that cannot be opened raises InputError, here or when it is read.
        """


@dataclass
class StandardInput:
    """Standard input, which can be read only once."""

    name: str = STANDARD_INPUT
    size: int | None = None
    opened: bool = False

    def open(self) -> BinaryIO:
        """Open what is piped in; closing leaves standard input open.

        Raises:
            InputError: it was opened before, so its bytes are gone, or there is none.
        """
        if self.opened or sys.stdin is None:
            raise InputError("-: standard input can be read once and only where there is one")
        self.opened = True
        return open_chunks(_standard_input())


def _standard_input() -> Chunks:
    while chunk := sys.stdin.buffer.read(_CHUNK):
        yield chunk


def find_log_files(
    words: Sequence[str], *, since: datetime | None = None, until: datetime | None = None
) -> list[LogFile]:
    """Return every log file that the words name, in the order of the words, each once.

    A word is one of:

    - a file, also a hidden one or a pipe;
    - a folder: every regular file in it and below, sorted by path. Links are followed. **Not read
      are** files and folders whose name begins with a dot, and entries that are not regular files
      (sockets, pipes, devices); name them to read them;
    - a glob, in which `**` also matches any number of folders, and no wildcard matches a first dot;
    - `-`: standard input;
    - `s3://BUCKET/PREFIX`, `az://CONTAINER/PREFIX`: every object whose key begins so, without the
      hidden ones, as in a folder;
    - `cloudwatch://LOG-GROUP`, with `?region=REGION` where it is not the default one;
    - `log-analytics://WORKSPACE`, `adx://CLUSTER/DATABASE`: the tables that have logs of AKS.

    A folder `.kubewitness-seal` is never read: the contents of a seal are not logs.

    Args:
        since: nothing earlier is wanted; saves reading clouds that are queried, by default a day
            of a table; other files are read whole.
        until: nothing later is read, in the same format.

    Raises:
        InputError: with every fault of every word.
    """
    faults = _window_faults(since, until)
    found: dict[str, LogFile] = {}
    for word in () if faults else dict.fromkeys(words):
        try:
            for file in _matches(word, since, until):
                found.setdefault(file.name, file)
        except InputError as error:
            faults.extend(error.faults)
    if faults:
        raise InputError(*dict.fromkeys(faults))
    return list(found.values())


def _window_faults(since: datetime | None, until: datetime | None) -> list[str]:
    naive = [
        f"{name}: {time} has no time zone; append one, such as `Z`"
        for name, time in (("since", since), ("until", until))
        if time is not None and time.utcoffset() is None
    ]
    if not naive and since and until and since > until:
        return [f"since: {since} is later than until: {until}; exchange them"]
    return naive


def _matches(word: str, since: datetime | None, until: datetime | None) -> Sequence[LogFile]:
    if word == STANDARD_INPUT:
        return [StandardInput()]
    scheme = re.match("[A-Za-z][A-Za-z0-9+.-]*://", word)
    if scheme is None:
        found: Sequence[LogFile] = find_local_files(word)
    elif scheme[0] in _QUERIED:
        found = _QUERIED[scheme[0]](word, since, until)
    elif scheme[0] in _OBJECT_STORES:
        found = _OBJECT_STORES[scheme[0]](word)
    else:
        hint = _HINTS.get(scheme[0].removesuffix("://").lower(), f"known: {', '.join(_SCHEMES)}")
        raise InputError(f"{word}: `{scheme[0]}` is not a supported scheme; {hint}")
    if not found:
        raise InputError(f"{word}: no such file or folder")
    return found


_OBJECT_STORES: Final[dict[str, Callable[[str], Sequence[LogFile]]]] = {
    S3_SCHEME: find_s3_objects,
    AZURE_SCHEME: find_azure_blobs,
}

_QUERIED: Final[dict[str, Callable[[str, datetime | None, datetime | None], Sequence[LogFile]]]] = {
    CLOUDWATCH_SCHEME: lambda word, since, until: [find_log_group(word, since, until)],
    LOG_ANALYTICS_SCHEME: find_workspace_tables,
    DATA_EXPLORER_SCHEME: find_database_tables,
}
