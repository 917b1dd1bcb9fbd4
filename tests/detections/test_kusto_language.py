"""Every query is KQL to Microsoft's own language service, in each kind of workspace."""

import shutil
from pathlib import Path
from typing import Final

import pytest
import yaml

from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import PARSERS, Tables, definitions
from kubewitness.detections.queries import saved_queries
from kubewitness.detections.sigma.files import import_sigma
from support.kusto_language import LanguageService
from support.sigma_cases import CASES, HEAD, whole

if shutil.which("node") is None or shutil.which("npm") is None:
    pytest.skip("needs node and npm on PATH", allow_module_level=True)


@pytest.fixture(scope="module")
def language_service(tmp_path_factory: pytest.TempPathFactory) -> LanguageService:
    """One for all tests of a worker."""
    return LanguageService(tmp_path_factory.mktemp("kusto"))


def queries() -> dict[str, str]:
    """All that we ship: rules, parsers and saved queries."""
    rules = {rule.slug: rule.query for rule in all_detections()}
    saved = {query.name: query.text for query in saved_queries().values()}
    return {**rules, **{name: name for name in PARSERS}, **saved}


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
    for rule in all_detections():
        mapped = {field.column_name for e in rule.entity_mappings for field in e.field_mappings}
        for tables in Tables:
            assert mapped <= set(diagnoses[f"{rule.slug} on {tables}"].columns), rule.slug


def test_each_query_made_from_sigma_is_without_fault(
    language_service: LanguageService, tmp_path: Path
) -> None:
    """What DuckDB runs need not be what Kusto takes."""
    queries = {}
    for number, (name, case) in enumerate(CASES.items()):
        path = tmp_path / f"{number}.yml"
        path.write_text(yaml.safe_dump({**HEAD, "detection": whole(case.detection)}), "utf-8")
        (rule,) = import_sigma(path).detections
        queries[name] = definitions(rule.query, Tables.BOTH) + rule.query
    diagnoses = language_service.diagnose(queries)
    assert {name: one.faults for name, one in diagnoses.items() if one.faults} == {}


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
