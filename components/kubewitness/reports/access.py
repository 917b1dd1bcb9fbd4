"""Which permissions subjects used, for people, as JSON and as Kubernetes objects."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from rich.console import Console

from kubewitness.investigate.access.permissions import Use
from kubewitness.investigate.access.roles import role_objects
from kubewitness.investigate.access.rules import Grants, Rule
from kubewitness.investigate.access_report import AccessReport, SubjectAccess
from kubewitness.printable import printable
from kubewitness.reports.access_claims import change_lines, comparison_lines, permission_line
from kubewitness.reports.console import print_text
from kubewitness.reports.kubernetes_yaml import kubernetes_yaml
from kubewitness.reports.times import span

CLUSTER: Final = "(cluster)"
"""The namespace of rules for the whole cluster in a report."""


def print_access(console: Console, report: AccessReport) -> None:
    """Print the rules of each subject, then what the log cannot show, then one line that counts."""
    for one in report.subjects:
        print_text(console, _title(one), "bold")
        for line in (*_grant_lines(one.kubernetes), *_azure_lines(one)):
            print_text(console, f"  {line}")
        print_text(console, "")
    for lines in (
        comparison_lines(report.comparison) if report.comparison else (),
        change_lines(report.changes) if report.changes else (),
    ):
        for line in lines:
            print_text(console, line)
    for note in notes(report):
        print_text(console, f"note: {note}")
    permissions = sum(len(one.uses) for one in report.subjects)
    print_text(
        console,
        f"{sum(1 for one in report.subjects if one.uses):,} subjects used {permissions:,} "
        f"permissions; {_period(report)}; gaps {len(report.log.gaps):,}",
    )


def access_yaml(report: AccessReport) -> str:
    """Return roles and bindings for `kubectl apply`, with what they generalise as comments."""
    return "".join(map(_comments_and_objects, _objects(report)))


def notes(report: AccessReport) -> Iterator[str]:
    """Yield what a reader of the permissions should know about the log."""
    if report.used.undecided:
        yield (
            f"{report.used.undecided:,} requests have no decision of an authorizer and did not "
            "succeed; their permissions are not counted"
        )
    if report.used.unreadable:
        yield (
            f"{report.used.unreadable:,} authorized requests do not show who made them or what "
            "for; their permissions are missing"
        )
    if not report.log.tells_impersonation:
        yield (
            "this log does not show whom users acted as (impersonation); such requests are "
            "attributed to the impersonator"
        )
    if by_azure := sum(1 for one in report.subjects if one.azure.roles):
        yield (
            f"Azure RBAC allowed requests of {by_azure:,} subjects; the table and `--format json` "
            "have their custom roles, and `--format yaml` has only what Kubernetes allowed"
        )
    if not report.log.reads:
        yield "this log has no reads (get, list); the roles do not grant any"


def period_annotation(report: AccessReport) -> dict[str, str]:
    """Return the annotation of roles that has the period of the log."""
    return {"kubewitness/period": span(report.period)} if report.period else {}


def _title(one: SubjectAccess) -> str:
    name = f" ({one.name})" if one.name else ""
    times = _times(one.uses)
    return f"{one.subject.user}{name}: {len(one.uses):,} permissions{times and ', ' + times}"


def _times(uses: Sequence[Use]) -> str:
    firsts = [use.first for use in uses if use.first]
    lasts = [use.last for use in uses if use.last]
    return span((min(firsts), max(lasts))) if firsts else ""


def _period(report: AccessReport) -> str:
    return f"period {span(report.period)}" if report.period else "no event has a time"


def _grant_lines(granted: Grants) -> Iterator[str]:
    for namespace, rules in granted.rules.items():
        for rule in rules:
            yield f"{namespace or CLUSTER}: {_rule_line(rule)}"
    yield from _besides(granted)


def _azure_lines(one: SubjectAccess) -> Iterator[str]:
    for role in one.azure.roles:
        yield f"{role.namespace or CLUSTER}: Azure role with {', '.join(role.data_actions)}"
        yield f"  scope: {role.scope}"
        if role.condition:
            yield f"  condition: {role.condition}"
        yield from (f"  also grants: {line}" for line in role.also_grants)
    for each in one.azure.not_granted:
        yield f"not granted: {permission_line(each)}: Azure RBAC has no data action for it"


def _rule_line(rule: Rule) -> str:
    verbs = ",".join(rule.verbs)
    if rule.paths:
        return f"{verbs} {' '.join(rule.paths)}"
    group = rule.groups[0]
    resources = ",".join(f"{group}/{each}" if group else each for each in rule.resources)
    named = f" named {', '.join(rule.names)}" if rule.names else ""
    return f"{verbs} {resources}{named}"


def _besides(granted: Grants) -> Iterator[str]:
    """Yield what is granted although it was not used, and what is not granted although it was."""
    for one in granted.generalisations:
        place = f" in {one.namespace}" if one.namespace else ""
        yield f"generalised: {one.verb} {one.resource}{place}: {one.why}"
    for each in granted.not_granted:
        yield f"not granted: {permission_line(each)}: no rule can grant only this"


def _objects(report: AccessReport) -> Iterator[tuple[SubjectAccess, Sequence[dict[str, Any]]]]:
    for one in report.subjects:
        objects = list(role_objects(one.subject, one.kubernetes, period_annotation(report)))
        if objects:
            yield one, objects


def _comments_and_objects(made: tuple[SubjectAccess, Sequence[dict[str, Any]]]) -> str:
    one, objects = made
    comments = [_title(one), *_besides(one.kubernetes)]
    return "".join(f"# {printable(line)}\n" for line in comments) + kubernetes_yaml(objects)
