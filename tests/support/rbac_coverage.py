"""Kubernetes' own comparison of rules, in a process of Go."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

GO: Final = shutil.which("go")
NEEDS_GO: Final = "needs Go: `go` is not on PATH"

_ENVIRONMENT: Final = dict(os.environ)
"""With Go's own cache: tests have an empty one, with which the program takes minutes to build."""

_HERE: Final = Path(__file__).parent / "rbac_oracle"

Rules: TypeAlias = Sequence[Mapping[str, Any]]


def uncovered(questions: Sequence[tuple[Rules, Rules]], folder: Path) -> list[Rules]:
    """What of the second rules of each pair the first do not cover, by component-helpers' `Covers`.

    Args:
        folder: where the program is built.
    """
    program = folder / "rbac_oracle"
    if not program.exists():
        _run(["go", "build", "-o", str(program), "."], "")
    lines = (json.dumps({"owner": owner, "servant": servant}) for owner, servant in questions)
    answers: list[Rules] = [
        json.loads(line) or [] for line in _run([str(program)], "\n".join(lines)).splitlines()
    ]
    assert len(answers) == len(questions)
    return answers


def _run(command: list[str], text: str) -> str:
    done = subprocess.run(
        command,
        cwd=_HERE,
        env=_ENVIRONMENT,
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
