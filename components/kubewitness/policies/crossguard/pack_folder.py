"""The folder for `pulumi preview --policy-pack`, which is written to the user's cache each time.

The Pulumi CLI runs a pack with the Python of the environment that the pack names. If that
environment no longer has a Python, the CLI waits forever and ignores SIGTERM. So the folder names
its own environment, whose `bin/python` is a script: it runs the Python that kubewitness is
installed in. If that Python no longer exists, the script reports this and ends.
"""

import hashlib
import os
import shlex
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Final

import yaml

from kubewitness.errors import InputError
from kubewitness.policies.packs import Pack, find_pack
from kubewitness.user_cache import user_cache

_MAIN: Final = """\
from kubewitness.policies.crossguard.pack import serve

serve({name!r})
"""

_PYTHON: Final = """\
#!/bin/sh
# Runs the Python that kubewitness is installed in.
if [ -x {python} ]; then
    exec {python} "$@"
fi
echo 'kubewitness: {gone} is gone; install kubewitness again, and print the folder again' >&2
# The Pulumi CLI may stop reading as soon as the process ends.
sleep 1
exit 1
"""


def write_policy_pack(name: str, cache: Path | None = None) -> Path:
    """Write the pack and return its folder, an absolute path.

    Args:
        name: the name of a pack.
        cache: where to write; by default `$XDG_CACHE_HOME/kubewitness`, else
            `~/.cache/kubewitness`.

    Raises:
        InputError: there is no such pack, or the folder cannot be written.
    """
    pack = find_pack(name)
    # One folder for each installation, so that two of them do not run each other's pack.
    key = hashlib.sha256(sys.executable.encode()).hexdigest()[:12]
    folder = (cache or user_cache()) / "policy-packs" / key / name
    try:
        _write(folder, pack)
    except OSError as error:
        raise InputError(
            f"{folder}: the policy pack cannot be written there: {error.strerror}; set "
            "XDG_CACHE_HOME to a folder that can be written"
        ) from error
    return folder


def _write(folder: Path, pack: Pack) -> None:
    environment = folder / "environment"
    (environment / "bin").mkdir(parents=True, exist_ok=True)
    _replace(folder / "PulumiPolicy.yaml", yaml.safe_dump(_project(environment, pack)))
    _replace(folder / "__main__.py", _MAIN.format(name=pack.name))
    _replace(environment / "pyvenv.cfg", f"home = {Path(sys.executable).parent}\n")
    script = _PYTHON.format(
        python=shlex.quote(sys.executable), gone=sys.executable.replace("'", "")
    )
    for name in ("python", "python3"):
        _replace(environment / "bin" / name, script, mode=0o755)


def _project(environment: Path, pack: Pack) -> Mapping[str, object]:
    on_windows = os.name == "nt"  # no shell script there: name the real environment
    return {
        "description": pack.title,
        "runtime": {
            "name": "python",
            "options": {"virtualenv": sys.prefix if on_windows else str(environment)},
        },
        "version": version("kubewitness"),
    }


def _replace(path: Path, text: str, mode: int = 0o644) -> None:
    """Write a file completely, so that an engine never reads a part of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(text, encoding="utf-8")
    temporary.chmod(mode)
    temporary.replace(path)
