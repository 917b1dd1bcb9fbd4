"""Limits of what is read from a file."""

from typing import Final

MOST_EXPANSION: Final = 300
"""How many times its stored size a file may have when it is decoded: 10 to 60 times is usual for
audit logs, and 200 KB of gzip can hold 200 MiB."""

LEAST_LIMITED: Final = 64 << 20
"""Up to so many decoded bytes there is no limit."""
