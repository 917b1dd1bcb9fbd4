"""Configures Sphinx, which builds the docs site: `make site`.

Why Sphinx with furo and MyST: all three are maintained. MkDocs has had no release since 2024, and
the authors of Material for MkDocs moved on to Zensical. Sphinx checks references within the site
and links to other sites. furo loads nothing from other hosts. MyST reads the same Markdown that
GitHub shows.
"""

import sys
import tomllib
from pathlib import Path
from typing import Final

DOCS: Final = Path(__file__).parent
sys.path.insert(0, str(DOCS / "_extensions"))

_PROJECT: Final = tomllib.loads((DOCS.parent / "pyproject.toml").read_text("utf-8"))["project"]

project = _PROJECT["name"]
release = version = _PROJECT["version"]
project_copyright = "the kubewitness maintainers"
html_title = f"{project} {release}"

extensions = ["myst_parser", "diagrams", "own_files", "repository_links"]
repository_files = f"{_PROJECT['urls']['Source']}/blob/HEAD/"
exclude_patterns = ["_extensions", "node_modules"]
nitpicky = True
suppress_warnings = ["myst.strikethrough"]

myst_heading_anchors = 4
"""Headings have the anchors that GitHub gives them."""
myst_fence_as_directive = {"mermaid"}
"""GitHub shows such a code block as a diagram, too."""

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {
    "source_repository": _PROJECT["urls"]["Source"],
    "source_branch": "main",
    "source_directory": "docs/",
}
pygments_style = "default"
pygments_dark_style = "monokai"

linkcheck_anchors = False
"""GitHub and Microsoft Learn make anchors with JavaScript."""
