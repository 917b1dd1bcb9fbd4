"""Keeps the compiled modules of large SDKs where nothing else keeps them.

Compiling an SDK takes longer than running most programs. Python does it at every start where the
environment has no compiled modules and may not be written to.
"""

import importlib.util
import os
import sys


def keep_compiled_modules(folder: str) -> None:
    """Write compiled modules to a folder of the user's cache, if they would be lost."""
    spec = importlib.util.find_spec("pulumi")
    if spec is None or spec.origin is None:
        return
    packages = os.path.dirname(os.path.dirname(spec.origin))
    is_lost = sys.dont_write_bytecode or not os.access(packages, os.W_OK)
    if is_lost and sys.pycache_prefix is None and not _are_compiled(packages):
        sys.dont_write_bytecode = False
        sys.pycache_prefix = folder


def _are_compiled(packages: str) -> bool:
    """Return whether the SDK of Pulumi and of each provider have compiled modules."""
    folders = [
        os.path.join(packages, name)
        for name in os.listdir(packages)
        if name.partition("_")[0] == "pulumi" and "." not in name
    ]
    return all(os.path.isdir(os.path.join(folder, "__pycache__")) for folder in folders)
