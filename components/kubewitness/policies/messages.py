"""The message of a verdict: what, where, why, and how to fix it."""

from typing import Final

from kubewitness.graph.resources import Resource
from kubewitness.policies.policy import AnyPolicy, Change
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.printable import printable

_WORDS: Final = {
    Outcome.UNDECIDED: "UNDECIDED: ",
    Outcome.EXEMPT: "EXEMPT: ",
    Outcome.COLLECTED_ELSEWHERE: "COLLECTED ELSEWHERE: ",
    Outcome.IN_BASELINE: "IN THE BASELINE: ",
}


def explain(policy: AnyPolicy, verdict: Verdict) -> str:
    """Return the text of a violation, complete without opening the docs."""
    lines = [_headline(verdict)]
    for reason in verdict.judgement.reasons:
        lines.append(f"  - {printable(reason.message)}")
        if reason.decide:
            lines.append(f"    to resolve this: {printable(reason.decide)}")
    lines += [f"  by {printable(str(exemption))}" for exemption in verdict.exemptions]
    if verdict.outcome is Outcome.FAIL:
        lines += [f"  fix in Pulumi: {_indent(policy.fix_pulumi)}"]
        lines += [f"  fix in the CLI: {_indent(policy.fix_cli)}"]
        lines += [f"  why: {policy.why}", f"  more: kubewitness check --explain {policy.id}"]
    return "\n".join(lines)


def _headline(verdict: Verdict) -> str:
    resource = f"`{verdict.resource.name}` ({verdict.resource.type})"
    return f"{_WORDS.get(verdict.outcome, '')}{printable(resource)}"


def explain_change(policy: AnyPolicy, resource: Resource, change: Change) -> str:
    """Return what a remediation did, without the value, which may be a secret."""
    path = ".".join(change.path)
    text = f"{policy.id}: remediated `{resource.name}`: `{path}`: {policy.remediation}"
    return printable(text)


def _indent(text: str) -> str:
    return text.replace("\n", "\n      ")
