"""Files that only their owner may read: audit logs can contain tokens."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_OWNER_ONLY: Final = 0o077


@contextmanager
def private_files() -> Iterator[None]:
    """Create every new file with mode 0600, and every new folder with mode 0700.

    The mask holds for the whole process, so also for temporary files of libraries and for other
    threads. A file that exists keeps its mode.
    """
    before = os.umask(_OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)
