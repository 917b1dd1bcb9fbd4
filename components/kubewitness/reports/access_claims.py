"""Granted and unused permissions, and changes, for people and for JSON."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from kubewitness.investigate.access.changes import Changes
from kubewitness.investigate.access.permissions import Permission, Subject
from kubewitness.investigate.access.rules import resource_name
from kubewitness.investigate.granted.claim import GrantClaim
from kubewitness.investigate.granted.comparison import GrantComparison
from kubewitness.logs.store.contents import Contents
from kubewitness.reports.times import span, utc


def permission_line(one: Permission) -> str:
    """Return a permission as text."""
    place = f" in {one.namespace}" if one.namespace else ""
    name = f" named {one.name}" if one.name else ""
    return f"{one.verb} {resource_name(one)}{name}{place}"


def comparison_lines(found: GrantComparison) -> Iterator[str]:
    """Yield what is granted and not used, then what is used and no longer granted."""
    for heading, claims in groupby(found.claims, _heading):
        some = list(claims)
        yield heading
        yield f"  {', '.join(each.permission for each in some)}"
        period = f"period {span(some[0].period)}" if some[0].period else "no event has a time"
        yield f"  {period}, {_gaps(found.log)}"
    for subject, permissions in found.no_longer_granted.items():
        yield f"used and no longer granted: {subject.user}: {_listed(permissions)}"
    for subject, assignments in found.gone_assignments.items():
        listed = ", ".join(assignments)
        yield f"used and no longer granted: {subject.user}: role assignments {listed}"
    yield from (f"not judged: {fault}" for fault in found.faults)


def change_lines(found: Changes) -> Iterator[str]:
    """Yield what each subject used only before a time, and only since then."""
    parts: Sequence[tuple[str, Mapping[Subject, Sequence[Permission]]]] = (
        (f"used only since {utc(found.at)}", found.new),
        (f"used only before {utc(found.at)}", found.ended),
        ("used before; the log since then would not show it", found.not_visible),
    )
    for title, by_subject in parts:
        for subject, permissions in by_subject.items():
            if permissions:
                yield f"{title}: {subject.user}: {_listed(permissions)}"
    for title, log in (("before", found.before), ("since then", found.since)):
        yield f"{title}: {log.audit_events:,} audit events, {_gaps(log)}"


def comparison_document(found: GrantComparison) -> dict[str, Any]:
    """Return a comparison for JSON; each claim has its period and its gaps."""
    return {
        "claims": [_claim_document(claim, found.log) for claim in found.claims],
        "no_longer_granted": _by_user(found.no_longer_granted),
        "gone_assignments": {one.user: list(s) for one, s in found.gone_assignments.items()},
        "not_judged": list(found.faults),
    }


def changes_document(found: Changes) -> dict[str, Any]:
    """Return the changes for JSON."""
    return {
        "at": utc(found.at),
        "new": _by_user(found.new),
        "ended": _by_user(found.ended),
        "not_visible": _by_user(found.not_visible),
        "gaps_before": _gap_documents(found.before),
        "gaps_since": _gap_documents(found.since),
    }


def _claim_document(claim: GrantClaim, log: Contents) -> dict[str, Any]:
    return {
        "status": claim.status.value,
        "risk": claim.risk.value,
        "principal": claim.principal,
        "source": claim.source,
        "namespace": claim.namespace,
        "permission": claim.permission,
        "why": claim.why or None,
        "period": claim.period and {"from": utc(claim.period[0]), "to": utc(claim.period[1])},
        "gaps": _gap_documents(log),
    }


def _heading(claim: GrantClaim) -> str:
    place = f" in {claim.namespace}" if claim.namespace else ""
    why = f": {claim.why}" if claim.why else ""
    return f"{claim.status}: {claim.risk}: {claim.principal} by {claim.source}{place}{why}"


def _listed(permissions: Sequence[Permission]) -> str:
    return ", ".join(map(permission_line, permissions))


def _gaps(log: Contents) -> str:
    """Return how much is missing, and the longest gap; JSON has all."""
    if not log.gaps:
        return "no gaps"
    hours = sum((ends - begins).total_seconds() for begins, ends in log.gaps) / 3600
    longest = max(log.gaps, key=lambda gap: gap[1] - gap[0])
    count = "1 gap" if len(log.gaps) == 1 else f"{len(log.gaps):,} gaps"
    return f"{count} of {hours:,.0f} hours in all, the longest {span(longest)}"


def _gap_documents(log: Contents) -> list[dict[str, str | None]]:
    return [{"from": utc(begins), "to": utc(ends)} for begins, ends in log.gaps]


def _by_user(found: Mapping[Subject, Sequence[Permission]]) -> dict[str, list[dict[str, Any]]]:
    return {
        subject.user: [one._asdict() for one in some] for subject, some in found.items() if some
    }
