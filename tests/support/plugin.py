"""The component plugin, for programs in every language."""

import json
import shutil
import sys
from pathlib import Path

import pytest
import yaml

from support.paths import ROOT


def plugin(folder: Path) -> Path:
    """The component plugin, in the environment of these tests."""
    folder.mkdir()
    manifest = yaml.safe_load((ROOT / "components" / "PulumiPlugin.yaml").read_text("utf-8"))
    manifest["runtime"]["options"]["virtualenv"] = sys.prefix
    (folder / "PulumiPlugin.yaml").write_text(json.dumps(manifest), "utf-8")
    shutil.copy2(ROOT / "components" / "__main__.py", folder)
    return folder


def needs(*commands: str) -> pytest.MarkDecorator:
    """Skip, saying so, where a command is absent."""
    missing = [command for command in commands if shutil.which(command) is None]
    return pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)} on PATH")
