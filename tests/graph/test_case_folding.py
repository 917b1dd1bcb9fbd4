"""Azure ignores the case of ASCII letters only: the Kelvin sign is no k."""

import ast
from pathlib import Path

import pytest

import kubewitness
from kubewitness.azure.resource_ids import fold
from kubewitness.graph.model import LogEntry
from kubewitness.graph.routes import group_members
from kubewitness.graph.values import ABSENT
from kubewitness.policies.verdict import Outcome
from support.check_source import check_planned
from support.offline import offline_resources
from support.oracle import BASE, LOGS
from support.servicer import Shown

KELVIN = "\N{KELVIN SIGN}"
FOLDED = ("graph", "azure", "policies/aks", "policies/judging", "sources/azure")
SCHEMES = {"sources/azure/scope.py", "azure/manager.py", "policies/judging/destinations.py"}
"""Where addresses, and names of our own, are compared."""


def test_the_kelvin_sign_is_no_k() -> None:
    """Python's own lower case confuses them."""
    assert KELVIN.lower() == "k"
    assert fold(f"{KELVIN}UBE-AUDIT") == f"{KELVIN}ube-audit"
    assert fold("KUBE-AUDIT") == "kube-audit"
    assert group_members(f"allLogs{KELVIN}") is None
    assert LogEntry(category=KELVIN, group=ABSENT, enabled=True).category != "k"


def test_a_category_with_a_kelvin_sign_is_not_collected() -> None:
    """Azure refuses it."""
    logs = [{**entry, "category": str(entry["category"]).replace("k", KELVIN)} for entry in LOGS]
    audit = BASE["audit"]
    stack = {**BASE, "audit": Shown(audit.type, {**audit.inputs, "logs": logs}, {}, audit.links)}
    verdicts = check_planned(offline_resources(stack)).verdicts
    found = {v.policy_id: v.outcome for v in verdicts}
    assert found["aks-audit-logs"] is Outcome.FAIL


@pytest.mark.parametrize("folder", FOLDED)
def test_what_azure_names_is_folded_by_one_function(folder: str) -> None:
    """`str.lower` and `str.casefold` go beyond ASCII."""
    root = Path(kubewitness.__file__).parent
    found = []
    for file in sorted((root / folder).rglob("*.py")):
        name = file.relative_to(root).as_posix()
        tree = ast.parse(file.read_text("utf-8"))
        calls = [n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)]
        if {"lower", "casefold"} & set(calls) and name not in SCHEMES:
            found.append(name)
    assert found in ([], ["azure/resource_ids.py"])
