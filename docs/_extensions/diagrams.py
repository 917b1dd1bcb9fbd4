"""Shows Mermaid code blocks as diagrams, with the Mermaid that the site itself contains.

Sphinx's usual extension for Mermaid loads D3 from another host.
"""

from pathlib import Path
from typing import Any, Final

from docutils import nodes
from docutils.parsers.rst import Directive
from sphinx.application import Sphinx

SCRIPT: Final = "mermaid.tiny.js"
_PACKAGE: Final = Path("node_modules", "@mermaid-js", "tiny", "dist")
_START: Final = """
mermaid.initialize({theme: "neutral", themeVariables: {fontFamily: "sans-serif"}});
"""


class Diagram(Directive):
    """A code block in the language of Mermaid."""

    has_content = True

    def run(self) -> list[nodes.Node]:
        """Return the block as Mermaid's script looks for it."""
        text = nodes.Text("\n".join(self.content)).astext()
        escaped = text.replace("&", "&amp;").replace("<", "&lt;")
        return [nodes.raw("", f'<div class="mermaid">\n{escaped}\n</div>', format="html")]


def _add_script(
    app: Sphinx,
    _page: str,
    _template: str,
    _context: dict[str, Any],
    doctree: nodes.document | None,
) -> None:
    """Add the script to the pages that have a diagram."""
    if doctree and any('class="mermaid"' in node.astext() for node in doctree.findall(nodes.raw)):
        app.add_js_file(SCRIPT)
        app.add_js_file(None, body=_START)


def _add_package(app: Sphinx) -> None:
    """Copy the script with the static files of the site."""
    app.config.html_static_path.append(str(_PACKAGE))


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.add_directive("mermaid", Diagram)
    app.connect("builder-inited", _add_package)
    app.connect("html-page-context", _add_script)
    return {"parallel_read_safe": True}
