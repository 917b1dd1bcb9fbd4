"""What to install for signatures and time stamps. A leaf module."""

from collections.abc import Iterator
from contextlib import contextmanager

from kubewitness.errors import InputError


@contextmanager
def seal_extra(what: str) -> Iterator[None]:
    """Turn an import that fails into an error that names the extra `seal`.

    Args:
        what: needs the extra; a plural.

    Raises:
        InputError: an import failed.
    """
    try:
        yield
    except ImportError as error:
        raise InputError(
            f"{what} need the extra `seal`: pip install 'kubewitness[seal]'"
        ) from error
