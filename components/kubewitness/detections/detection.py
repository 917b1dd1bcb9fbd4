"""A detection: an analytics rule in the YAML of Microsoft Sentinel, and what we add to it.

Source: Azure docs, "Scheduled analytics rules" and the Azure-Sentinel repository's query style
guide. Our additions are under the key `kubewitness`, which Sentinel ignores.
"""

import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kubewitness.documents.explain import explain, misspelt_keys, refusal
from kubewitness.documents.reader import read_yaml
from kubewitness.errors import InputError

Severity = Literal["High", "Medium", "Low", "Informational"]

SEVERITIES: Final[tuple[Severity, ...]] = ("High", "Medium", "Low", "Informational")
"""The worst comes first."""

Need = Literal["reads", "request bodies", "guard", "impersonation", "activity"]
"""The data that a detection requires: `get` and `list` requests (category `kube-audit`); the
request bodies; category `guard`; the impersonated user, which Azure's tables drop;
AzureActivity."""

_SPAN: Final = re.compile(r"(?P<number>\d+)(?P<unit>[mhd])")
_ISO_SPAN: Final = re.compile(r"P(?:(?P<d>\d+)D)?(?:T(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?)?")
_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}


def _timespan(value: object) -> object:
    """Return `1h` or `PT1H` as a time span."""
    text = str(value)
    if found := _SPAN.fullmatch(text):
        given = {_UNITS[found["unit"]]: int(found["number"])}
    elif (iso := _ISO_SPAN.fullmatch(text)) and any(iso.groups()):
        given = {_UNITS[unit]: int(n) for unit, n in iso.groupdict().items() if n}
    else:
        raise ValueError("write it as 5m, 1h or 14d")
    try:
        return timedelta(**given)
    except OverflowError:
        raise ValueError("is longer than any time span") from None


TimeSpan = Annotated[timedelta, BeforeValidator(_timespan)]

_OPERATORS: Final = {"GreaterThan": "gt", "LessThan": "lt", "Equal": "eq", "NotEqual": "ne"}

Operator = Annotated[
    Literal["gt", "lt", "eq", "ne"],
    BeforeValidator(
        lambda value: _OPERATORS.get(value, value) if isinstance(value, str) else value
    ),
]
"""Of the number of rows, and of the threshold; Sentinel's files spell it either way."""


class _Part(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        frozen=True,
        extra="ignore",
        # A version 1.0 is a number in YAML.
        coerce_numbers_to_str=True,
    )


class FieldMapping(_Part):
    """The column that contains an identifier of an entity."""

    identifier: str
    column_name: str


class EntityMapping(_Part):
    """Something that a finding is about: an Account, an IP, an AzureResource."""

    entity_type: str
    field_mappings: tuple[FieldMapping, ...]


class AlertProperty(_Part):
    """A column that a property of an alert is taken from."""

    alert_property: str
    value: str


class AlertDetails(_Part):
    """The text of an alert, with the values of columns."""

    alert_display_name_format: str | None = None
    alert_description_format: str | None = None
    alert_severity_column_name: str | None = None
    alert_tactics_column_name: str | None = None
    alert_dynamic_properties: tuple[AlertProperty, ...] | None = None


class EventGrouping(_Part):
    """Whether all rows are one alert, or each is."""

    aggregation_kind: Literal["SingleAlert", "AlertPerResult"]


class IncidentGrouping(_Part):
    """Which alerts are one incident."""

    enabled: bool = True
    reopen_closed_incident: bool = False
    lookback_duration: TimeSpan = timedelta(hours=5)
    matching_method: Literal["AllEntities", "AnyAlert", "Selected"] = "AllEntities"
    group_by_entities: tuple[str, ...] = ()
    group_by_alert_details: tuple[str, ...] = ()
    group_by_custom_details: tuple[str, ...] = ()


class Incidents(_Part):
    """Whether alerts make incidents, and which are one."""

    create_incident: bool = True
    grouping_configuration: IncidentGrouping | None = None


class Notes(_Part):
    """The properties of our own detections in addition to Sentinel's format."""

    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, frozen=True, extra="forbid"
    )

    needs: tuple[Need, ...] = ()
    false_positives: tuple[str, ...]
    response: tuple[str, ...]


class Detection(_Part):
    """A detection.

    Attributes:
        id: unique, a GUID.
        name: what is found, for a list.
        description: what happens and why it matters.
        severity: one of `SEVERITIES`.
        query: KQL; each row is a finding.
        query_frequency: how often it runs in the cloud.
        query_period: how far back it reads there; locally it reads all given logs.
        tactics: of MITRE ATT&CK, as Sentinel writes them.
        relevant_techniques: of MITRE ATT&CK, as `T1609` or `T1552.007`.
        entity_mappings: which columns are entities.
        enabled: whether it runs where it is deployed.
        custom_details: columns that an alert shows, by the names that it gives them.
        alert_details_override: the text of an alert.
        event_grouping_settings: what is one alert.
        suppression_enabled: whether it is silent for a while after an alert.
        suppression_duration: for how long.
        incident_configuration: what is one incident.
        version: of the detection.
        kubewitness: what we add; None in detections of others.
        slug: the name of its folder or file.
    """

    id: str = ""
    name: str
    description: str = ""
    severity: Severity = "Medium"
    kind: Literal["Scheduled", "NRT"] = "Scheduled"
    query: str = Field(strict=True)
    query_frequency: TimeSpan = timedelta(hours=1)
    query_period: TimeSpan = timedelta(hours=1)
    trigger_operator: Operator = "gt"
    trigger_threshold: int = 0
    tactics: tuple[str, ...] = ()
    relevant_techniques: tuple[str, ...] = ()
    entity_mappings: tuple[EntityMapping, ...] = ()
    enabled: bool | None = None
    custom_details: dict[str, str] | None = None
    alert_details_override: AlertDetails | None = None
    event_grouping_settings: EventGrouping | None = None
    suppression_enabled: bool | None = None
    suppression_duration: TimeSpan | None = None
    incident_configuration: Incidents | None = None
    version: str = "1.0.0"
    kubewitness: Notes | None = None
    slug: str = Field(default="", exclude=True)


def read_detection(path: Path, slug: str) -> Detection:
    """Read one detection.

    Args:
        path: of a YAML file.
        slug: what to call it.

    Raises:
        InputError: with every fault in the file.
    """
    read = read_yaml(path)
    if not isinstance(read.data, dict):
        raise InputError(f"{read.at(())}: is not a rule: a rule has `name` and `query`")
    # A key without a value is one that is not there.
    given = {key: value for key, value in read.data.items() if value is not None}
    # Sentinel's files have keys that are not read, so only those close to one that is are wrong.
    faults = list(misspelt_keys(given, Detection))
    try:
        detection = Detection.model_validate({**given, "slug": slug}, by_name=False)
    except ValidationError as error:
        faults += explain(error, Detection)
    if faults:
        raise refusal(read, faults)
    return detection
