"""Verdicts as SARIF 2.1.0, for code scanning. The policies are those of the registry.

Sources: OASIS, "Static Analysis Results Interchange Format (SARIF) Version 2.1.0"; GitHub docs,
"SARIF support for code scanning".
"""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import quote

from kubewitness.policies.check import CheckResult
from kubewitness.policies.messages import explain
from kubewitness.policies.policy import AnyPolicy, Severity
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.printable import printable, printable_lines
from kubewitness.reports.policy_page import policy_page
from kubewitness.source_position import SourcePosition
from kubewitness.sources.loaded import NotLoaded, Violation

SCORES: Final = {
    Severity.LOW: "3.0",
    Severity.MEDIUM: "5.5",
    Severity.HIGH: "8.0",
    Severity.CRITICAL: "9.5",
}
"""GitHub sorts by `security-severity`: over 9.0 critical, over 7.0 high, over 4.0 medium."""

_SHOWN: Final = (Outcome.FAIL, Outcome.UNDECIDED, Outcome.EXEMPT, Outcome.IN_BASELINE)


def sarif(results: Sequence[CheckResult], not_loaded: Sequence[NotLoaded] = ()) -> dict[str, Any]:
    """Return one SARIF document with a run for all results.

    Args:
        results: of the sources that were checked.
        not_loaded: those that could not be.
    """
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "kubewitness",
                        "version": version("kubewitness"),
                        "informationUri": "https://github.com/kubewitness/kubewitness",
                        "rules": [*map(sarif_rule, all_policies()), *_foreign_rules(results)],
                    }
                },
                "invocations": [_invocation(results, not_loaded)],
                "results": [
                    *(one for result in results for one in _verdicts(result)),
                    *(one for result in results for one in _violations(result)),
                ],
            }
        ],
    }


def sarif_rule(policy: AnyPolicy) -> dict[str, Any]:
    """Return a policy as SARIF describes it."""
    return {
        "id": policy.id,
        "shortDescription": {"text": policy.title},
        "fullDescription": {"text": policy.why},
        "help": {
            "text": f"In Pulumi: {policy.fix_pulumi}\nIn the CLI: {policy.fix_cli}",
            "markdown": policy_page(policy),
        },
        "helpUri": policy.links[0],
        "properties": {
            "security-severity": SCORES[policy.severity],
            "tags": ["security", *(f"{r.framework} {r.number}" for r in policy.references)][:20],
        },
    }


def _foreign_rules(results: Sequence[CheckResult]) -> list[dict[str, Any]]:
    """Return the policies of other packs that reported something, of which only names are known."""
    names = dict.fromkeys(_name(v) for result in results for v in result.loaded.violations)
    return [{"id": name, "shortDescription": {"text": name}} for name in names]


def _name(violation: Violation) -> str:
    return printable(f"{violation.pack}/{violation.policy}")


def _invocation(results: Sequence[CheckResult], not_loaded: Sequence[NotLoaded]) -> dict[str, Any]:
    """Return what was not checked or not read, and what the programs logged."""
    errors = [
        _notification("error", fault.message, fault.position, one.source, one.stack)
        for one in not_loaded
        for fault in one.faults
    ]
    return {
        "executionSuccessful": not errors,
        "toolExecutionNotifications": [*errors, *(n for r in results for n in _notifications(r))],
    }


def _notifications(result: CheckResult) -> Iterator[dict[str, Any]]:
    loaded = result.loaded
    logged = [(one.level, one.message, loaded.position_of_urn(one.urn)) for one in loaded.warnings]
    unread = [("error", f"unreadable: {one}", loaded.project_file) for one in loaded.unreadable]
    for level, message, position in (*logged, *unread):
        yield _notification(level, message, position, loaded.source, loaded.stack.name)


def _notification(
    level: str, message: str, position: SourcePosition | None, source: str, stack: str
) -> dict[str, Any]:
    return {
        "level": level,
        "message": {"text": printable_lines(message)},
        "locations": [{"physicalLocation": _physical(position, source)}],
        "properties": {"source": source, "stack": stack},
    }


def _verdicts(result: CheckResult) -> Iterator[dict[str, Any]]:
    for verdict in result.verdicts:
        if verdict.outcome in _SHOWN:
            yield _verdict(result, verdict)


def _verdict(result: CheckResult, verdict: Verdict) -> dict[str, Any]:
    policy = find_policy(verdict.policy_id)
    resource = verdict.resource
    position = result.loaded.position_of(resource)
    document = {
        "ruleId": policy.id,
        "ruleIndex": all_policies().index(policy),
        "level": "error" if verdict.blocks else "warning",
        "kind": "fail" if verdict.outcome is Outcome.FAIL else "review",
        "message": {"text": explain(policy, verdict)},
        **_place(result, position, policy.id, resource.urn, resource.name),
    }
    if document["kind"] == "review":
        # SARIF requires level `none` for any kind but `fail`; an undecided verdict that blocks is a
        # `fail`.
        document |= {"kind": "fail"} if verdict.blocks else {"level": "none"}
    if verdict.outcome is Outcome.IN_BASELINE:
        document["baselineState"] = "unchanged"
        document["suppressions"] = [{"kind": "external", "status": "accepted"}]
    if verdict.outcome is Outcome.EXEMPT:
        document["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": printable_lines(text)}
            for text in verdict.declarations
        ]
    return document


def _violations(result: CheckResult) -> Iterator[dict[str, Any]]:
    for violation in result.loaded.violations:
        position = result.loaded.position_of_urn(violation.urn)
        yield {
            "ruleId": _name(violation),
            "level": "error" if violation.blocks else "warning",
            "kind": "fail",
            "message": {"text": printable_lines(violation.message)},
            **_place(result, position, _name(violation), violation.urn),
        }


def _place(
    result: CheckResult, position: SourcePosition | None, rule: str, urn: str, name: str = ""
) -> dict[str, Any]:
    """Return where a result is, and what it is known by again wherever its line moves to."""
    loaded = result.loaded
    resource = urn or f"{loaded.stack.project}/{loaded.stack.name}/{name}"
    identity = printable(f"{rule}/{resource}")
    logical = {"fullyQualifiedName": printable(resource), "kind": "resource"}
    return {
        "locations": [
            {
                "physicalLocation": _physical(position, urn or loaded.source),
                "logicalLocations": [logical],
            }
        ],
        "partialFingerprints": {
            "resource/v1": identity,
            # The only one that GitHub reads; it would compute its own from the line's text.
            "primaryLocationLineHash": f"{sha256(identity.encode()).hexdigest()[:16]}:1",
        },
        "properties": {"source": loaded.source, "stack": loaded.stack.name},
    }


def _physical(position: SourcePosition | None, otherwise: str) -> dict[str, Any]:
    """Return a physical location; what is in Azure has no file and is named by its ID.

    GitHub takes relative addresses only, and shows nothing without one.
    """
    name = position.file if position else otherwise.partition("://")[2] or otherwise
    region = {"startLine": position.line if position else 1}
    if position and position.column:
        region["startColumn"] = position.column
    uri = quote(name.lstrip("/"), errors="surrogatepass") or "."
    return {"artifactLocation": {"uri": uri}, "region": region}
