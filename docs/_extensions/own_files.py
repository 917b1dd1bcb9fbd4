"""Fails the build if a page of the site loads something from another host."""

import re
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

_LOADED: Final = re.compile(
    r"""(?:\bsrc=|<link\b(?![^>]*rel="(?:canonical|edit)")[^>]*\bhref=|@import\s+|\burl\()\s*"""
    r"""["']?((?:https?:)?//[^"')\s>]+)"""
)


def _check(app: Sphinx, error: Exception | None) -> None:
    """Look for addresses of other hosts in all that a browser loads."""
    if error or app.builder.format != "html":
        return
    files = [
        path for path in Path(app.outdir).rglob("*") if path.suffix in {".html", ".css", ".svg"}
    ]
    found = {
        f"{path.relative_to(app.outdir)}: {address}"
        for path in files
        for address in _LOADED.findall(path.read_text("utf-8"))
    }
    if found or not files:
        raise ExtensionError(f"loaded from other hosts: {', '.join(sorted(found)) or 'no files'}")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("build-finished", _check)
    return {"parallel_read_safe": True}
