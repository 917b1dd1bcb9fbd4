"""The action of each command: `run` in the file that has the command's name.

A command's options are in `kubewitness.cli.commands`, apart from this, so that help does not load
Pulumi, DuckDB, PyArrow or pydantic.
"""

from importlib import import_module
from typing import Any


def run_action(name: str, /, **options: Any) -> int:
    """Load what a command does, run it, and return the exit code.

    Args:
        name: of the file.
        options: of the command, as click hands them over.
    """
    code: int = import_module(f"{__name__}.{name}").run(**options)
    return code
