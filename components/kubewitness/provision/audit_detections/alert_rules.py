"""A detection as what Azure calls an alert rule, of Microsoft Sentinel or of Azure Monitor.

Sources, all of the Azure documentation: "Scheduled analytics rules in Microsoft Sentinel"; "Create
or edit a log search alert rule". The values of azure-native's arguments are those of its SDK.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from pydantic import TypeAdapter

from kubewitness.detections.detection import SEVERITIES, Detection, IncidentGrouping
from kubewitness.provision.audit_detections.model import FREQUENCIES

OPERATORS: Final = {"gt": "GreaterThan", "lt": "LessThan", "eq": "Equal", "ne": "NotEqual"}
"""Sentinel's, by those of a rule's file."""

_MONITORS_OPERATORS: Final = {**OPERATORS, "eq": "Equals"}

_WINDOWS: Final = (*FREQUENCIES.values(), timedelta(days=2))
"""How far back Azure Monitor looks."""

_SAME_INCIDENT: Final = timedelta(hours=5)

_duration: Final = TypeAdapter(timedelta)


def sentinel_rule(rule: Detection, query: str, every: timedelta | None) -> dict[str, Any]:
    """Return what azure-native's ScheduledAlertRule takes, but for its place and its state.

    Each row is an alert, and alerts about the same entities are one incident.

    Args:
        rule: the detection.
        query: as it is deployed.
        every: how often it runs, instead of the rule's own frequency.
    """
    frequency = every or rule.query_frequency
    period = max(rule.query_period, frequency)
    if period >= timedelta(days=2):
        # Sentinel refuses less than an hour with two days or more.
        frequency = max(frequency, timedelta(hours=1))
    return {
        "kind": "Scheduled",
        "rule_id": rule.id,
        "display_name": rule.name,
        "description": rule.description.strip(),
        "severity": rule.severity,
        "query": query,
        "query_frequency": _iso(frequency),
        "query_period": _iso(period),
        "trigger_operator": OPERATORS[rule.trigger_operator],
        "trigger_threshold": rule.trigger_threshold,
        "tactics": list(rule.tactics),
        "techniques": _techniques(rule.relevant_techniques),
        "entity_mappings": _entities(rule),
        **_alerts(rule),
        "incident_configuration": _incidents(rule),
        # Azure requires a duration even if nothing is suppressed.
        "suppression_enabled": bool(rule.suppression_enabled),
        "suppression_duration": _iso(rule.suppression_duration or _SAME_INCIDENT),
    }


def monitor_rule(rule: Detection, query: str, every: timedelta | None) -> dict[str, Any]:
    """Return what azure-native's ScheduledQueryRule takes, but for its place and its state.

    Azure Monitor supports some frequencies and windows only: the rule runs more often, and covers a
    longer period, than it specifies.

    Args:
        rule: the detection.
        query: as it is deployed.
        every: how often it runs, instead of the rule's own frequency.
    """
    wanted = every or rule.query_frequency
    frequency = max(each for each in FREQUENCIES.values() if each <= wanted)
    window = min(each for each in _WINDOWS if each >= max(rule.query_period, frequency))
    condition = {
        "query": query,
        "time_aggregation": "Count",
        "operator": _MONITORS_OPERATORS[rule.trigger_operator],
        "threshold": rule.trigger_threshold,
        "failing_periods": {"min_failing_periods_to_alert": 1, "number_of_evaluation_periods": 1},
        "resource_id_column": _resource_column(rule),
    }
    return {
        "kind": "LogAlert",
        "display_name": rule.name,
        "description": rule.description.strip(),
        # 0 is for what is down.
        "severity": SEVERITIES.index(rule.severity) + 1,
        "evaluation_frequency": _iso(frequency),
        "window_size": _iso(window),
        "criteria": {"all_of": [condition]},
        # A past action stays a fact: an alert is not resolved because nothing follows.
        "auto_mitigate": False,
    }


def _alerts(rule: Detection) -> dict[str, Any]:
    """Return what an alert is and shows; by default each row is one."""
    grouping, details = rule.event_grouping_settings, rule.alert_details_override
    kind = grouping.aggregation_kind if grouping else "AlertPerResult"
    shown = {
        "custom_details": rule.custom_details,
        "alert_details_override": details and details.model_dump(exclude_none=True),
    }
    return {
        "event_grouping_settings": {"aggregation_kind": kind},
        **{name: value for name, value in shown.items() if value},
    }


def _incidents(rule: Detection) -> dict[str, Any]:
    """Return what an incident is; by default alerts about the same entities are one."""
    said = rule.incident_configuration
    grouping = said.grouping_configuration if said else None
    if grouping is None:
        grouping = IncidentGrouping(enabled=bool(rule.entity_mappings))
    return {
        "create_incident": said is None or said.create_incident,
        "grouping_configuration": {
            **{name: value for name, value in grouping if value != ()},
            "lookback_duration": _iso(grouping.lookback_duration),
        },
    }


def _techniques(named: Sequence[str]) -> list[str]:
    """Return techniques without sub-techniques: this version of the API takes `T####` only."""
    return list(dict.fromkeys(name.partition(".")[0] for name in named))


def _entities(rule: Detection) -> list[dict[str, Any]]:
    return [
        {
            "entity_type": mapping.entity_type,
            "field_mappings": [
                {"identifier": field.identifier, "column_name": field.column_name}
                for field in mapping.field_mappings
            ],
        }
        for mapping in rule.entity_mappings
    ]


def _resource_column(rule: Detection) -> str | None:
    """Return the column with the resource that an alert is about; else it is the workspace."""
    for mapping in rule.entity_mappings:
        for field in mapping.field_mappings:
            if (mapping.entity_type, field.identifier) == ("AzureResource", "ResourceId"):
                return field.column_name
    return None


def _iso(span: timedelta) -> str:
    text: str = _duration.dump_python(span, mode="json")
    return text
