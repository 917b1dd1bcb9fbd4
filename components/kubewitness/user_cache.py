"""The folder for files that can be created again."""

import os
from pathlib import Path


def user_cache() -> Path:
    """Return `$XDG_CACHE_HOME/kubewitness`, else `~/.cache/kubewitness`."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(configured) if configured else Path.home() / ".cache"
    return base.absolute() / "kubewitness"
