"""Every query is KQL to Microsoft's own language service, in each kind of workspace."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.detections.parsers import PARSERS, Tables, definitions
from kubewitness.detections.queries import saved_queries
from kubewitness.detections.registry import all_rules

HERE: Final = Path(__file__).parent / "kusto"

DIAGNOSTICS: Final = ("TimeGenerated:datetime", "Category:string", "log_s:string", "pod_s:string")
"""What we read of AzureDiagnostics. Source: Azure docs, "Azure Monitor Logs reference"."""

SCHEMA: Final = {
    "AzureDiagnostics": f"({','.join(DIAGNOSTICS)},_ResourceId:string)",
    **{
        name: f"({','.join(f'{column.name}:{column.type}' for column in columns)})"
        for name, columns in TABLES.items()
    },
}

if shutil.which("node") is None or shutil.which("npm") is None:
    pytest.skip("needs node and npm on PATH", allow_module_level=True)


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
    """`@kusto/language-service-next` of `tests/kusto/package-lock.json`, in a folder.

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


@pytest.fixture(scope="module")
def language_service(tmp_path_factory: pytest.TempPathFactory) -> LanguageService:
    """One for all tests of a worker."""
    return LanguageService(tmp_path_factory.mktemp("kusto"))


def queries() -> dict[str, str]:
    """All that we ship: rules, parsers and saved queries."""
    rules = {rule.slug: rule.query for rule in all_rules()}
    return {**rules, **{name: name for name in PARSERS}, **saved_queries()}


def test_each_query_is_without_fault_in_every_workspace(language_service: LanguageService) -> None:
    """Whichever tables it has the events in; entities name columns that the rule gives."""
    diagnoses = language_service.diagnose(
        {
            f"{name} on {tables}": definitions(text, tables) + text
            for name, text in queries().items()
            for tables in Tables
        }
    )
    assert {name: one.faults for name, one in diagnoses.items() if one.faults} == {}
    for rule in all_rules():
        mapped = {field.column_name for e in rule.entity_mappings for field in e.field_mappings}
        for tables in Tables:
            assert mapped <= set(diagnoses[f"{rule.slug} on {tables}"].columns), rule.slug


WRONG: Final = {
    "table": ("AKSAudits | take 1", "KS204"),
    "column": ("KubeAudit | where Verbs == 'get'", "KS142"),
    "case of a column": ("KubeAudit | where verb == 'get'", "KS142"),
    "syntax": ("KubeAudit | where Verb = 'get' 1", "KS"),
    "function": ("KubeAudit | where is_nothing(Verb)", "KS211"),
    "type": ("KubeAudit | where TimeGenerated > 'now'", "KS"),
    "dynamic key": ("KubeAudit | summarize count() by User", "KS116"),
}


def test_the_language_service_sees_what_is_wrong(language_service: LanguageService) -> None:
    """Else the test above would pass whatever the queries say."""
    texts = {what: text for what, (text, _) in WRONG.items()}
    diagnoses = language_service.diagnose(
        {what: definitions(text, Tables.BOTH) + text for what, text in texts.items()}
    )
    for what, (_, code) in WRONG.items():
        assert any(f" {code}" in fault for fault in diagnoses[what].faults), what
