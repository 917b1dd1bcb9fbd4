"""Which detections run in a workspace, and what Azure refuses of the others.

Sources, all of the Azure documentation: "Scheduled analytics rules in Microsoft Sentinel"; "Service
limits for Microsoft Sentinel"; "Create or edit a log search alert rule"; "Optimize log search alert
queries"; the reference of the tables.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from kubewitness.detections.allow_list import Allowed, AllowList
from kubewitness.detections.parsers import Tables
from kubewitness.detections.registry import all_rules, find_rules
from kubewitness.detections.rule import Need, Rule


class Service(StrEnum):
    """What runs the rules."""

    SENTINEL = "Microsoft Sentinel"
    MONITOR = "Azure Monitor"


LACKS: Final[Mapping[Tables, tuple[Need, ...]]] = {
    Tables.BOTH: ("impersonation",),
    Tables.AUDIT: ("impersonation",),
    Tables.ADMIN: ("impersonation", "reads"),
    # There, category `guard` is in AzureDiagnostics, too, and AKSControlPlane is empty.
    Tables.DIAGNOSTICS: ("guard",),
}
"""What a rule may need that a workspace with these tables does not hold."""

LONGEST_QUERY: Final = {
    Service.SENTINEL: 10_000,
    # All properties of a rule together have 64 KB; this leaves room for what stands beside.
    Service.MONITOR: 60_000,
}
"""Characters."""

LONGEST_PERIOD: Final = {
    Service.SENTINEL: timedelta(days=14),
    Service.MONITOR: timedelta(days=2),
}
"""How far back a query can look."""

MOST_ENTITIES: Final = 10
MOST_IDENTIFIERS: Final = 3

_ALL_TABLES: Final = r"\b(search|union)\s+\*"
_MORE_TABLES: Final = r"\b(search|union)\b"


@dataclass(frozen=True)
class Choice:
    """The detections that run, and those that do not.

    Attributes:
        rules: that run.
        left_out: the names of those that cannot, each with the reason.
    """

    rules: tuple[Rule, ...]
    left_out: Mapping[str, str]


def choose(
    names: Sequence[str] | None, severities: Sequence[str], tables: Tables, service: Service
) -> Choice:
    """Choose detections.

    Args:
        names: of the detections; None for those of the severities.
        severities: which count if there are no names.
        tables: what the workspace has.
        service: what will run them.
    """
    by_severity = (rule for rule in all_rules() if rule.severity in severities)
    wanted = tuple(by_severity) if names is None else find_rules(names) if names else ()
    reasons = {rule.slug: why_not(rule, tables, service) for rule in wanted}
    return Choice(
        tuple(rule for rule in wanted if not reasons[rule.slug]),
        {slug: reason for slug, reason in reasons.items() if reason},
    )


def why_not(rule: Rule, tables: Tables, service: Service) -> str:
    """Say why a detection cannot run; empty if it can.

    Args:
        rule: the detection.
        tables: what the workspace has.
        service: what would run it.
    """
    return "; ".join([*_lacking(rule, tables), *_refused(rule, service)])


def _lacking(rule: Rule, tables: Tables) -> Iterator[str]:
    needs = rule.kubewitness.needs if rule.kubewitness else ()
    for need in needs:
        if need in LACKS[tables]:
            yield f"needs `{need}`, which a workspace with the tables `{tables}` does not hold"


def _refused(rule: Rule, service: Service) -> Iterator[str]:
    if rule.query_period > LONGEST_PERIOD[service]:
        most = LONGEST_PERIOD[service].days
        yield f"looks back {rule.query_period.days} days, and {service} {most} at most"
    if service is Service.MONITOR and re.search(_MORE_TABLES, rule.query):
        yield "uses `union` or `search`, which Azure Monitor does not support in alert rules"
    if service is Service.SENTINEL:
        yield from _refused_by_sentinel(rule)


def _refused_by_sentinel(rule: Rule) -> Iterator[str]:
    if re.search(_ALL_TABLES, rule.query):
        yield "uses `union *` or `search *`, which Microsoft Sentinel does not take"
    mappings = rule.entity_mappings
    if len(mappings) > MOST_ENTITIES:
        yield f"maps more than {MOST_ENTITIES} entities, the most that Microsoft Sentinel takes"
    if any(len(mapping.field_mappings) > MOST_IDENTIFIERS for mapping in mappings):
        yield f"names an entity by more than {MOST_IDENTIFIERS} columns, the most that it takes"


def deployed_query(rule: Rule, allowed: Sequence[Allowed]) -> str:
    """Return the query as it is deployed: with what is allowed, which expires by itself.

    Args:
        rule: the detection.
        allowed: what it leaves out.
    """
    allow_list = AllowList(version=1, allow=tuple(allowed))
    return allow_list.prelude(rule.slug, rule.query, today=None) + rule.query
