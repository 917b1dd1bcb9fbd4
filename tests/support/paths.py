"""Where things are, seen from the tests."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""The repository."""

EXAMPLES: Final = ROOT / "examples"
LIBRARY: Final = ROOT / "components" / "kubewitness" / "detections" / "library"
"""The detections in the repository: the wheel does not have their benign cases."""

DATA: Final = ROOT / "tests" / "data"

SAMPLES: Final = ROOT.parent / "shared" / "samples"
"""Inputs of others. They are not in the repository: tests that read them are marked `samples`."""

DOCS_PAGES: Final = sorted(
    page for page in (ROOT / "docs").rglob("*.md") if "node_modules" not in page.parts
)

NEEDS_SAMPLES: Final = "needs ../shared/samples: files of others, which are not in the repository"
