"""Which Python runs a program or a policy pack: the one that its project file names."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from kubewitness.errors import InputError


def find_interpreter(
    folder: Path, options: Mapping[str, Any], needs: str, override: Path | None = None
) -> Path:
    """Return the Python executable for a project.

    The order: `override`; the environment that `runtime.options` names, by `virtualenv` or by
    the toolchain `uv` or `poetry`; the first `python3` or `python` on PATH that has `needs`,
    as the Pulumi engine takes it; the Python that runs kubewitness.

    Args:
        folder: the folder of the project file; relative paths start there.
        options: `runtime.options` of the project file.
        needs: the module that the interpreter must have, `pulumi` or `pulumi_policy`.
        override: an executable chosen by the user.

    Raises:
        InputError: the environment named does not exist.
    """
    if override is not None:
        return _existing(override, "the interpreter given with --python")
    environment = _environment(folder, options)
    if environment is not None:
        where = f"{folder}: the environment that its project file names"
        return _existing(_python_of(environment), where)
    candidates = [shutil.which(name) for name in ("python3", "python")]
    usable = (Path(name) for name in candidates if name and _has(name, needs))
    return next(usable, Path(sys.executable))


def _environment(folder: Path, options: Mapping[str, Any]) -> Path | None:
    if options.get("virtualenv"):
        return folder / str(options["virtualenv"])
    if options.get("toolchain") == "uv":
        return _uv_project(folder) / ".venv"
    if options.get("toolchain") == "poetry":
        return _poetry_environment(folder)
    return None


def _uv_project(folder: Path) -> Path:
    """Return the folder that uv takes for the project's, as Pulumi does: also of a workspace."""
    around = (folder.absolute(), *folder.absolute().parents)
    for name in ("uv.lock", "pyproject.toml"):
        found = next((each for each in around if (each / name).is_file()), None)
        if found is not None:
            return found
    return folder


def _poetry_environment(folder: Path) -> Path:
    command = ["poetry", "env", "info", "--path"]
    try:
        found = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError(
            f"{folder}: its project file names the toolchain poetry, and `poetry env info --path` "
            "fails there; run `poetry install` in it, or give the interpreter with --python"
        ) from error
    return Path(found.stdout.strip())


def _python_of(environment: Path) -> Path:
    return environment / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _existing(executable: Path, what: str) -> Path:
    if executable.is_file():
        return executable.absolute()
    raise InputError(
        f"{what} has no `{executable}`; create it and install the requirements, as `pulumi "
        "install` does, or give another interpreter with --python"
    )


def _has(executable: str, module: str) -> bool:
    code = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return (
        subprocess.run([executable, "-c", code], capture_output=True, check=False).returncode == 0
    )
