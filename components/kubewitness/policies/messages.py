"""A verdict in words: what, where, why, and how to mend it."""

from kubewitness.policies.rule import Rule
from kubewitness.policies.verdict import Outcome, Verdict


def explain(rule: Rule, verdict: Verdict) -> str:
    """The text of a violation, complete without opening the docs."""
    lines = [_headline(verdict)]
    for finding in verdict.judgement.findings:
        lines.append(f"  - {finding.message}")
        if finding.decide:
            lines.append(f"    to decide it: {finding.decide}")
    if verdict.outcome is Outcome.FAIL:
        lines += [f"  fix in Pulumi: {_indent(rule.fix_pulumi)}"]
        lines += [f"  fix in the CLI: {_indent(rule.fix_cli)}"]
        lines += [f"  why: {rule.why}"]
    return "\n".join(lines)


def _headline(verdict: Verdict) -> str:
    resource = verdict.resource
    word = "UNDECIDED: " if verdict.outcome is Outcome.UNDECIDED else ""
    return f"{word}`{resource.name}` ({resource.type})"


def _indent(text: str) -> str:
    return text.replace("\n", "\n      ")
