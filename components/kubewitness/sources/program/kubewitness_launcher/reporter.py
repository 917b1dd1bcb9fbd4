"""Reports to the parent process what happened, and where in the program's own code."""

import json
import os
import sys
from typing import Any, Dict

_KUBEWITNESS = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", "..", "..")) + os.sep
"""The package around the launcher: a library of the program where it is not installed."""

_STANDARD = os.path.dirname(os.path.abspath(os.__file__)) + os.sep


class Reporter:
    """Appends what happened, one JSON document a line.

    Args:
        path: the file, opened for each event, since a program may close what it did not open.
        token: distinguishes an event of the launcher from a line that the program wrote.
    """

    def __init__(self, path: str, token: str) -> None:
        self._path = path
        self._token = token

    def __call__(self, kind: str, **details: Any) -> None:
        """Append one event."""
        event = json.dumps({"token": self._token, "kind": kind, **details})
        with open(self._path, "a", encoding="utf-8") as report:
            report.write(event + "\n")


def caller() -> str:
    """Return file and line of the innermost frame of the program's own code."""
    frame: Any = sys._getframe(1)
    while frame is not None:
        if is_own(frame.f_code.co_filename):
            return f"{os.path.abspath(frame.f_code.co_filename)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


_known: Dict[str, bool] = {}


def is_own(filename: str) -> bool:
    """Return whether a file belongs to the program, and not to a library or to the launcher."""
    if filename not in _known:
        _known[filename] = _is_own(filename)
    return _known[filename]


def _is_own(filename: str) -> bool:
    path = os.path.abspath(filename)
    library = any(part in ("site-packages", "dist-packages") for part in path.split(os.sep))
    return os.path.exists(path) and not library and not path.startswith((_KUBEWITNESS, _STANDARD))
