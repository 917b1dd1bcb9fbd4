"""Where things are, seen from the tests."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
"""The repository."""

EXAMPLES: Final = ROOT / "examples"
DATA: Final = ROOT / "tests" / "data"

SAMPLES: Final = ROOT.parent / "shared" / "samples"
"""Inputs of others. They are not in the repository: tests that read them are marked `samples`."""

NEEDS_SAMPLES: Final = "needs ../shared/samples: files of others, which are not in the repository"
