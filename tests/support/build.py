"""Builds what is published."""

import subprocess
import sys
from pathlib import Path

from support.paths import ROOT


def build(target: str, folder: Path) -> Path:
    """Build a wheel or a source distribution."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", target]
    done = subprocess.run(
        [*command, "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (built,) = folder.iterdir()
    return built
