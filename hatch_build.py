"""Makes the description for package indexes: README.md with links that work there."""

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface


class ReadmeHook(MetadataHookInterface):
    """Adds the description to the metadata of every wheel and source distribution."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set `readme`: each relative link becomes one into the repository."""
        text = Path(self.root, "README.md").read_text("utf-8")
        files = f"{metadata['urls']['Source']}/blob/HEAD/"
        absolute = re.sub(r"\]\((?!https?:|#)", f"]({files}", text)
        # The page of a picture is not a picture.
        absolute = re.sub(r"(?<=\.svg)(?=\))", "?raw=true", absolute)
        metadata["readme"] = {"content-type": "text/markdown", "text": absolute}
