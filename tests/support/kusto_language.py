"""Microsoft's language service for Kusto, in a process of node."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from kubewitness.catalog.audit_tables import TABLES

HERE: Final = Path(__file__).parent / "kusto"

SCHEMA: Final = {
    name: f"({','.join(f'{column.name}:{column.type}' for column in columns)})"
    for name, columns in TABLES.items()
}


@dataclass(frozen=True)
class Diagnosis:
    """What the language service says of a query.

    Attributes:
        faults: errors and warnings.
        columns: what the query gives.
    """

    faults: list[str]
    columns: list[str]


class LanguageService:
    """`@kusto/language-service-next` of `tests/support/kusto/package-lock.json`, in a folder.

    Args:
        folder: where npm installs it.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for path in HERE.glob("*.js*"):
            shutil.copy2(path, folder)
        self._run(["npm", "ci", "--no-audit", "--no-fund", "--prefer-offline"], "")

    def diagnose(self, queries: Mapping[str, str]) -> dict[str, Diagnosis]:
        """All queries in one process: it takes a second to start."""
        document = json.dumps({"tables": SCHEMA, "queries": queries})
        answer: dict[str, Any] = json.loads(self._run(["node", "diagnose.js"], document))
        assert answer.keys() == queries.keys()
        return {name: Diagnosis(**one) for name, one in answer.items()}

    def _run(self, command: list[str], text: str) -> str:
        done = subprocess.run(
            command, cwd=self._folder, input=text, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
