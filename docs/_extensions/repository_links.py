"""Turns links to files of the repository outside of `docs` into links to its public address.

The same page works on GitHub, where the relative link works as it is, and on the site. A link to a
file that does not exist is a warning, which `make site` treats as an error.
"""

import os.path
import re
from pathlib import Path
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.util import logging

_LINK: Final = re.compile(r"\]\((?![a-z]+:|#)([^)\s#]+)(#[^)\s]*)?\)")
_FENCE: Final = re.compile(r"(^```.*?^```)", re.DOTALL | re.MULTILINE)
_PAGES: Final = {".md", ".svg"}

_logger: Final = logging.getLogger(__name__)


def _rewrite(app: Sphinx, docname: str, source: list[str]) -> None:
    """Rewrite the links of a page, except in its code."""
    page = Path(app.env.doc2path(docname))

    def public(found: re.Match[str]) -> str:
        path, heading = found[1], found[2] or ""
        target = Path(os.path.normpath(page.parent / path))
        docs = Path(app.srcdir)
        if target.is_relative_to(docs) and target.suffix in _PAGES:
            return found[0]
        if not target.exists():
            _logger.warning("link to a file that does not exist: %s", path, location=docname)
        relative = target.relative_to(docs.parent).as_posix()
        return f"]({app.config.repository_files}{relative}{heading})"

    parts = _FENCE.split(source[0])
    source[0] = "".join(
        part if part.startswith("```") else _LINK.sub(public, part) for part in parts
    )


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_config_value("repository_files", "", "env", str)
    app.connect("source-read", _rewrite)
    return {"parallel_read_safe": True}
