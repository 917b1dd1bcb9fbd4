"""Makes our rules of Sigma's; pySigma and its Kusto backend come with the extra `sigma`."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from sigma.collection import SigmaCollection
from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.conditions import ConditionFieldEqualsValueExpression as Equals
from sigma.conversion.state import ConversionState
from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule
from sigma.types import SigmaString

from kubewitness.catalog.audit_tables import READ_VERBS
from kubewitness.detections.detection import (
    Detection,
    EntityMapping,
    FieldMapping,
    Need,
    Notes,
    Severity,
)
from kubewitness.detections.sigma.backend import Backend
from kubewitness.detections.sigma.exceptions import RejectedError
from kubewitness.detections.sigma.fields import Fields
from kubewitness.detections.sigma.imported import Imported, Rejected
from kubewitness.detections.sigma.impossible_values import never

_SEVERITIES: Final[dict[str, Severity]] = {
    "CRITICAL": "High",
    "HIGH": "High",
    "MEDIUM": "Medium",
    "LOW": "Low",
    "INFORMATIONAL": "Informational",
}
_TACTICS: Final = {
    name.lower(): name
    for name in (
        *("Reconnaissance", "ResourceDevelopment", "InitialAccess", "Execution", "Persistence"),
        *("PrivilegeEscalation", "DefenseEvasion", "CredentialAccess", "Discovery", "Impact"),
        *("LateralMovement", "Collection", "CommandAndControl", "Exfiltration"),
    )
} | {
    # The new name of DefenseEvasion in ATT&CK, which Sentinel does not accept yet.
    "stealth": "DefenseEvasion",
    "defenseimpairment": "DefenseEvasion",
}
"""As Sentinel writes them."""

_TECHNIQUE: Final = re.compile(r"t\d{4}(\.\d{3})?")
_OBJECT: Final = re.compile(
    r"\b(User|ImpersonatedUser|SourceIps|ObjectRef|\w*Object|Annotations)\b"
)

_ENTITIES: Final = tuple(
    EntityMapping(
        entity_type=entity, field_mappings=(FieldMapping(identifier=name, column_name=column),)
    )
    for entity, name, column in (
        ("Account", "FullName", "Username"),
        ("IP", "Address", "SourceIp"),
        ("AzureResource", "ResourceId", "_ResourceId"),
    )
)

# A long request is logged twice, and an object with lists has a row for each element.
_END: Final = """| summarize arg_min(TimeGenerated, *) by AuditId
| project TimeGenerated, Username, SourceIp, UserAgent, Verb, Namespace, Resource, Name, \
Subresource, ResponseCode, AuditId, _ResourceId
"""


def import_file(path: Path) -> Imported:
    """Import the rules of a file."""
    try:
        rules = list(SigmaCollection.from_yaml(path.read_text("utf-8"), collect_errors=True))
    except Exception as error:  # noqa: BLE001 pySigma raises many exceptions for input that is not a rule
        return _rejected(path.stem, f"{path}: cannot be read as Sigma", error)
    found = Imported()
    for number, rule in enumerate(rules):
        slug = path.stem + (f"-{number + 1}" if number else "")
        where = f"{path}: {rule.title}" if rule.title else str(path)
        try:
            found += _import_rule(rule, slug, where)
        except (RejectedError, SigmaError, NotImplementedError) as error:
            found += _rejected(slug, where, error)
    return found


def _rejected(slug: str, where: str, error: Exception) -> Imported:
    # Errors of YAML and of pySigma have many lines.
    return Imported(rejected=(Rejected(slug, f"{where}: {' '.join(str(error).split())}"),))


def _import_rule(rule: Any, slug: str, where: str) -> Imported:
    if not isinstance(rule, SigmaRule):
        raise RejectedError("the Kusto backend has no correlation rules; write the query in KQL")
    if rule.errors:
        raise RejectedError("; ".join(map(str, rule.errors)))
    source = rule.logsource
    if source.product != "kubernetes" or source.service not in {None, "audit"}:
        raise RejectedError(f"is about {source}, not product kubernetes, service audit")
    conditions = [each.parsed for each in rule.detection.parsed_condition]
    whole = conditions[0] if len(conditions) == 1 else ConditionOR(conditions)
    fields = Fields(_named(whole, "objectRef.resource"))
    query = _query(whole, fields)
    reasons: list[str] = []
    if never(whole, fields, reasons):
        raise RejectedError(f"can find nothing: {'; '.join(dict.fromkeys(reasons))}")
    made = _rule(rule, slug, query, _needs(whole, query))
    if _misses_websockets(whole):
        reasons.append("kubectl has asked for this by `get` since version 1.30; add it to `verb`")
    return Imported((made,), notes=tuple(f"{where}: {reason}" for reason in dict.fromkeys(reasons)))


def _misses_websockets(condition: Any) -> bool:
    verbs = [verb.lower() for verb in _named(condition, "verb")]
    streams = {"exec", "attach", "portforward"} & set(_named(condition, "objectRef.subresource"))
    return bool(streams and verbs) and not any(fnmatchcase("get", verb) for verb in verbs)


def _query(condition: Any, fields: Fields) -> str:
    """Return the query: cheap conditions first, what was sent only of the rows that are left."""
    backend = Backend(fields)
    texts = [
        str(backend.convert_condition(each, ConversionState())) for each in _conjuncts(condition)
    ]
    sent = [text for text in texts if _OBJECT.search(text) or _names(text, fields.elements)]
    lines = [f"| where {text}" for text in texts if text not in sent]
    lines += [
        f'| mv-expand {name} = iff(array_length({path}) > 0, {path}, dynamic([""]))'
        for name, path in fields.elements.items()
    ]
    lines += [f"| where {text}" for text in sent]
    return "\n".join(["KubeAudit", *lines, _END])


def _names(text: str, elements: dict[str, str]) -> bool:
    return any(re.search(rf"\b{name}\b", text) for name in elements)


def _conjuncts(condition: Any) -> Iterator[Any]:
    if isinstance(condition, ConditionAND):
        for each in condition.args:
            yield from _conjuncts(each)
    else:
        yield condition


def _named(condition: Any, field: str) -> Iterator[str]:
    """Yield the values that a field may have, and not those that it may not."""
    if isinstance(condition, Equals):
        value = condition.value
        if condition.field == field and isinstance(value, SigmaString):
            yield str(value)
    elif not isinstance(condition, ConditionNOT):
        for each in getattr(condition, "args", []):
            yield from _named(each, field)


def _needs(condition: Any, query: str) -> tuple[Need, ...]:
    verbs = [verb.lower() for verb in _named(condition, "verb")]
    reads = not verbs or any(fnmatchcase(read, verb) for read in READ_VERBS for verb in verbs)
    bodies = "RequestObject" in query or "ResponseObject" in query
    wanted: dict[Need, bool] = {
        "reads": reads,
        "request bodies": bodies,
        "impersonation": "Impersonated" in query,
    }
    return tuple(need for need, is_needed in wanted.items() if is_needed)


def _rule(rule: SigmaRule, slug: str, query: str, needs: tuple[Need, ...]) -> Detection:
    tags = [tag.name.lower() for tag in rule.tags if tag.namespace == "attack"]
    # Sigma's licence asks for the author's name wherever a rule goes.
    credit = f"Sigma rule {rule.id or rule.title}, by {rule.author or 'an unnamed author'}."
    return Detection(
        id=str(rule.id or uuid5(NAMESPACE_URL, str(rule.title))),
        name=str(rule.title),
        description=f"{(rule.description or '').strip()}\n{credit}".strip() + "\n",
        severity=_SEVERITIES[rule.level.name] if rule.level else "Medium",
        query=query,
        tactics=tuple(
            _TACTICS[name] for tag in tags if (name := re.sub("[-_]", "", tag)) in _TACTICS
        ),
        relevant_techniques=tuple(tag.upper() for tag in tags if _TECHNIQUE.fullmatch(tag)),
        entity_mappings=_ENTITIES,
        kubewitness=Notes(
            needs=needs, false_positives=tuple(rule.falsepositives or ()), response=()
        ),
        slug=slug,
    )
