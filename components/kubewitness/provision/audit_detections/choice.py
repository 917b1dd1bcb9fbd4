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
from uuid import UUID

from pulumi_azure_native.securityinsights import AttackTactic, EntityMappingType

from kubewitness.catalog.audit_tables import AKS_AUDIT, AKS_AUDIT_ADMIN
from kubewitness.detections.allow_list import Allowed, AllowList
from kubewitness.detections.detection import Detection, Need
from kubewitness.detections.parsers import Tables, names_in


class Service(StrEnum):
    """The service that runs the rules."""

    SENTINEL = "Microsoft Sentinel"
    MONITOR = "Azure Monitor"


LACKS: Final[Mapping[Tables, tuple[Need, ...]]] = {
    Tables.BOTH: ("impersonation",),
    Tables.AUDIT: ("impersonation",),
    Tables.ADMIN: ("impersonation", "reads"),
    # There, category `guard` is in AzureDiagnostics, too, and AKSControlPlane is empty.
    Tables.DIAGNOSTICS: ("guard",),
}
"""The requirements of a rule that a workspace with these tables may not meet."""

HELD: Final[Mapping[Tables, tuple[str, ...]]] = {
    Tables.BOTH: (AKS_AUDIT, AKS_AUDIT_ADMIN),
    Tables.AUDIT: (AKS_AUDIT,),
    Tables.ADMIN: (AKS_AUDIT_ADMIN,),
    Tables.DIAGNOSTICS: ("AzureDiagnostics",),
}
"""The tables with audit events, some of which a rule may read by their own names."""

_AUDIT_TABLES: Final = tuple(dict.fromkeys(table for each in HELD.values() for table in each))

LONGEST_QUERY: Final = {
    Service.SENTINEL: 10_000,
    # All properties of a rule together have 64 KB; this leaves room for the other properties.
    Service.MONITOR: 60_000,
}
"""Characters."""

LONGEST_PERIOD: Final = {
    Service.SENTINEL: timedelta(days=14),
    Service.MONITOR: timedelta(days=2),
}
"""How far back a query can look."""

SHORTEST_FREQUENCY: Final = timedelta(minutes=5)

MOST_ENTITIES: Final = 10
MOST_IDENTIFIERS: Final = 3

_SCHEDULE: Final = {
    "severity": "severity",
    "query_frequency": "queryFrequency",
    "query_period": "queryPeriod",
}
"""The properties that an alert rule has and a hunting query does not."""

_TACTICS: Final = {tactic.value for tactic in AttackTactic}
_ENTITIES: Final = {entity.value for entity in EntityMappingType}
_TECHNIQUE: Final = re.compile(r"T\d{4}(\.\d{3})?")

_ALL_TABLES: Final = r"\b(search|union)\s+\*"
_MORE_TABLES: Final = r"\b(search|union)\b"


@dataclass(frozen=True)
class Choice:
    """The detections that run, and those that do not.

    Attributes:
        rules: that run.
        left_out: the names of those that cannot, each with the reason.
    """

    rules: tuple[Detection, ...]
    left_out: Mapping[str, str]


def choose(
    known: Sequence[Detection],
    names: Sequence[str] | None,
    severities: Sequence[str],
    tables: Tables,
    service: Service,
) -> Choice:
    """Choose detections.

    Args:
        known: all that there are.
        names: of the detections; None for those of the severities.
        severities: which count if there are no names.
        tables: what the workspace has.
        service: what will run them.
    """
    wanted = [
        rule
        for rule in known
        if (rule.severity in severities if names is None else rule.slug in names)
    ]
    reasons = {rule.slug: why_not(rule, tables, service) for rule in wanted}
    return Choice(
        tuple(rule for rule in wanted if not reasons[rule.slug]),
        {slug: reason for slug, reason in reasons.items() if reason},
    )


def why_not(rule: Detection, tables: Tables, service: Service) -> str:
    """Return why a detection cannot run; empty if it can.

    Args:
        rule: the detection.
        tables: what the workspace has.
        service: what would run it.
    """
    return "; ".join([*_lacking(rule, tables), *_no_alert_rule(rule), *_refused(rule, service)])


def _lacking(rule: Detection, tables: Tables) -> Iterator[str]:
    needs = rule.kubewitness.needs if rule.kubewitness else ()
    for need in needs:
        if need in LACKS[tables]:
            yield f"needs `{need}`, which a workspace with the tables `{tables}` does not hold"
    read = names_in(rule.query, _AUDIT_TABLES)
    if read and not set(read) & set(HELD[tables]):
        yield f"reads {', '.join(read)}, which a workspace with the tables `{tables}` does not hold"


def _no_alert_rule(rule: Detection) -> Iterator[str]:
    if rule.kind != "Scheduled":
        yield f"is of kind {rule.kind}, and only rules of kind Scheduled are deployed"
    elif unsaid := [
        name for field, name in _SCHEDULE.items() if field not in rule.model_fields_set
    ]:
        yield f"does not have `{'`, `'.join(unsaid)}`, which hunting queries lack"
    if rule.query_frequency < SHORTEST_FREQUENCY:
        yield "runs more often than every 5 minutes, the most that Azure does"


def _refused(rule: Detection, service: Service) -> Iterator[str]:
    if rule.query_period > LONGEST_PERIOD[service]:
        most = LONGEST_PERIOD[service].days
        yield f"looks back {rule.query_period.days} days, and {service} {most} at most"
    if len(rule.query) > LONGEST_QUERY[service]:
        most = LONGEST_QUERY[service]
        yield f"has {len(rule.query):,} characters, and {service} takes {most:,} at most"
    if service is Service.MONITOR and re.search(_MORE_TABLES, rule.query):
        yield "uses `union` or `search`, which Azure Monitor does not support in alert rules"
    if service is Service.SENTINEL:
        yield from _refused_by_sentinel(rule)


def _refused_by_sentinel(rule: Detection) -> Iterator[str]:
    if not _is_guid(rule.id):
        yield "has no GUID as its `id`, which Microsoft Sentinel requires"
    if rule.query_frequency > LONGEST_PERIOD[Service.SENTINEL]:
        yield f"runs every {rule.query_frequency.days} days, and at least every 14 is wanted"
    yield from _unknown_to_sentinel(rule)
    if re.search(_ALL_TABLES, rule.query):
        yield "uses `union *` or `search *`, which Microsoft Sentinel does not take"
    mappings = rule.entity_mappings
    if len(mappings) > MOST_ENTITIES:
        yield f"maps more than {MOST_ENTITIES} entities, the most that Microsoft Sentinel takes"
    if any(len(mapping.field_mappings) > MOST_IDENTIFIERS for mapping in mappings):
        yield f"names an entity by more than {MOST_IDENTIFIERS} columns, the most that it takes"


def _unknown_to_sentinel(rule: Detection) -> Iterator[str]:
    said = {
        "tactic": [tactic for tactic in rule.tactics if tactic not in _TACTICS],
        "technique": [t for t in rule.relevant_techniques if not _TECHNIQUE.fullmatch(t)],
        "entity": [m.entity_type for m in rule.entity_mappings if m.entity_type not in _ENTITIES],
    }
    for kind, names in said.items():
        for name in names:
            yield f"names the {kind} `{name}`, which Microsoft Sentinel does not have"


def _is_guid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def deployed_query(rule: Detection, allowed: Sequence[Allowed]) -> str:
    """Return the query as it is deployed: with what is allowed, which expires by itself.

    Args:
        rule: the detection.
        allowed: what it leaves out.
    """
    allow_list = AllowList(version=1, allow=tuple(allowed))
    return allow_list.prelude(rule.slug, rule.query, today=None) + rule.query
