"""Verdicts as SARIF 2.1.0, for code scanning. The policies are those of the registry.

Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0".
"""

from importlib.metadata import version
from typing import Any, Final

from kubewitness.policies.check import CheckResult
from kubewitness.policies.messages import explain
from kubewitness.policies.policy import AnyPolicy, Severity
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.verdict import Outcome, Verdict

SCORES: Final = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""GitHub sorts by `security-severity`: over 9.0 critical, over 7.0 high, over 4.0 medium."""


def sarif(results: list[CheckResult]) -> dict[str, Any]:
    """Return one SARIF document with a run for all results."""
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kubewitness",
                        "version": version("kubewitness"),
                        "rules": [sarif_rule(policy) for policy in all_policies()],
                    }
                },
                "invocations": [_invocation(results)],
                "results": [
                    _result(result, verdict)
                    for result in results
                    for verdict in result.verdicts
                    if verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED, Outcome.EXEMPT)
                ],
            }
        ],
    }


def _invocation(results: list[CheckResult]) -> dict[str, Any]:
    """Return what the programs logged."""
    return {
        "executionSuccessful": True,
        "toolExecutionNotifications": [
            {
                "level": one.level,
                "message": {"text": one.message},
                "locations": [
                    {"physicalLocation": {"artifactLocation": {"uri": result.loaded.source}}}
                ],
            }
            for result in results
            for one in result.loaded.warnings
        ],
    }


def sarif_rule(policy: AnyPolicy) -> dict[str, Any]:
    """Return a policy as SARIF describes it."""
    return {
        "id": policy.id,
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": policy.why},
        "help": {"text": f"In Pulumi: {policy.fix_pulumi}\nIn the CLI: {policy.fix_cli}"},
        "helpUri": policy.links[0],
        "properties": {
            "security-severity": SCORES[policy.severity],
            "tags": ["security", *(f"{r.framework} {r.number}" for r in policy.references)][:20],
        },
    }


def _result(result: CheckResult, verdict: Verdict) -> dict[str, Any]:
    policy = find_policy(verdict.policy_id)
    document = {
        "ruleId": policy.id,
        "ruleIndex": all_policies().index(policy),
        "level": "error" if verdict.blocks else "warning",
        "kind": "fail" if verdict.outcome is Outcome.FAIL else "review",
        "message": {"text": explain(policy, verdict)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": result.loaded.source}},
                "logicalLocations": [
                    {"fullyQualifiedName": verdict.resource.urn, "name": verdict.resource.name}
                ],
            }
        ],
        "partialFingerprints": {"resource/v1": f"{policy.id}/{verdict.resource.urn}"},
    }
    if document["kind"] == "review":
        # SARIF demands level `none` beside any kind but `fail`; an undecided that blocks is one.
        document |= {"kind": "fail"} if verdict.blocks else {"level": "none"}
    if verdict.outcome is Outcome.EXEMPT:
        document["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": text}
            for text in verdict.declarations
        ]
    return document
