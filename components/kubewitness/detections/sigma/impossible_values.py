"""Values that a field of an audit event never has, and what they make of a condition."""

from fnmatch import fnmatchcase
from functools import cache
from typing import Any, Final

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.conditions import ConditionFieldEqualsValueExpression as Equals
from sigma.types import SigmaNumber, SigmaString

from kubewitness.detections.object_paths.object_types import objects
from kubewitness.detections.sigma.fields import Fields

_VERBS: Final = (
    *("get", "list", "watch", "create", "update", "patch", "delete", "deletecollection"),
    *("post", "put", "head", "options"),
)
"""Source: Kubernetes docs, "Authorization", request verbs; the last are for other paths."""

_VALUES: Final = {
    "verb": _VERBS,
    "stage": ("ResponseStarted", "ResponseComplete", "Panic"),
    "level": ("Metadata", "Request", "RequestResponse"),
    "annotations.authorization.k8s.io/decision": ("allow", "forbid"),
}
"""All values of a field. Of stage RequestReceived `KubeAudit` has no rows."""


def never(condition: Any, fields: Fields, reasons: list[str]) -> bool:
    """Return whether a condition holds for no event.

    Args:
        reasons: takes what is wrong with a value, also where the condition can hold by others.
    """
    if isinstance(condition, Equals):
        if reason := _fault(condition.field, condition.value, fields):
            reasons.append(reason)
        return bool(reason)
    inner = [never(each, fields, reasons) for each in getattr(condition, "args", [])]
    if isinstance(condition, ConditionNOT):
        return False
    return (any(inner) and isinstance(condition, ConditionAND)) or (
        all(inner) and isinstance(condition, ConditionOR)
    )


def _fault(name: str, value: Any, fields: Fields) -> str:
    """Return why a field never has a value; empty if it may."""
    if not isinstance(value, SigmaString | SigmaNumber):
        return ""
    text, found = str(value), fields.find(name)
    known = ("true", "false") if found.kinds == {bool} else _VALUES.get(name)
    why = ""
    if known and not _is_one_of(text, known):
        why = f": it is one of {', '.join(known)}"
    elif found.is_object and not ("*" in text or "?" in text):
        why = ": it is an object; name a field of it"
    elif found.kinds == {int} and not _is_number(text):
        why = ": it is a number"
    elif name == "objectRef.resource" and (plural := _plural(text.lower())):
        why = f"; did you mean `{plural}`?"
    return f"`{name}` is never `{text}`{why}" if why else ""


def _is_one_of(text: str, known: tuple[str, ...]) -> bool:
    return any(fnmatchcase(each.lower(), text.lower()) for each in known)


def _is_number(text: str) -> bool:
    return text.strip("*?").isdecimal() or not text.strip("*?")


@cache
def _resources() -> frozenset[str]:
    return frozenset(requested.resource for requested, _ in objects())


def _plural(text: str) -> str:
    """Return the resource whose kind was written; empty for anything else."""
    forms = (f"{text}s", f"{text}es", f"{text[:-1]}ies")
    return next((form for form in forms if form in _resources()), "")
