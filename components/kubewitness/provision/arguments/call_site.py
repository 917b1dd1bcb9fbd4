"""Where in the user's program a component is made."""

import inspect
import sysconfig
from pathlib import Path
from typing import Final

_OURS: Final = str(Path(__file__).parents[2])
_OTHERS: Final = tuple(
    {sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
)


def call_site() -> str:
    """Return file and line of the innermost call outside of libraries; empty if there is none.

    A program in another language calls from another process.
    """
    frame = inspect.currentframe()
    while frame is not None:
        file = frame.f_code.co_filename
        if not file.startswith((_OURS, "<", *_OTHERS)) and "site-packages" not in file:
            return f"{_relative(file)}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


def _relative(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else path.name
