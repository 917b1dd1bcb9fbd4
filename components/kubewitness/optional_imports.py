"""Import modules of an extra on demand, or report which extra to install."""

from importlib import import_module
from typing import Any

from kubewitness.errors import InputError


class MissingExtraError(InputError):
    """Something needs a library that is not installed."""


def optional_import(module: str, extra: str, needed_by: str, *, library: str = "") -> Any:
    """Import a module of a library that an extra installs, or one of ours that needs it.

    Args:
        module: its whole name.
        extra: as in `pip install 'kubewitness[EXTRA]'`.
        needed_by: what the user named or asked for.
        library: as the error calls it; by default after the module.

    Raises:
        MissingExtraError: the library is not installed.
    """
    try:
        return import_module(module)
    except ImportError as error:
        name = library or module.replace(".", "-")
        raise MissingExtraError(
            f"{needed_by}: needs {name}; install kubewitness[{extra}]"
        ) from error
