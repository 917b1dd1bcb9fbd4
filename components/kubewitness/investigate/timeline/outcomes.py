"""How a request ended, and what admission control decided on it."""

import json
from collections.abc import Collection, Iterator
from typing import Any, Final

from kubewitness.investigate.timeline.json_values import json_texts
from kubewitness.investigate.timeline.requests import ApiRequest
from kubewitness.redaction.text import redact_text

_UNAUTHENTICATED: Final = 401
_FORBIDDEN: Final = 403

_DENIED_BY: Final = ("admission webhook", "ValidatingAdmissionPolicy", "violates PodSecurity")
"""How messages begin or go on when admission control refuses what the authorizer allowed."""

_PREFIXES: Final = {
    "pod-security.kubernetes.io/": "Pod Security",
    "mutation.webhook.admission.k8s.io/": "mutating webhook",
    "patch.webhook.admission.k8s.io/": "patch of a webhook",
    "failed-open.mutation.webhook.admission.k8s.io/": "mutating webhook failed open",
    "failed-open.validating.webhook.admission.k8s.io/": "validating webhook failed open",
    "failed-open.validation.webhook.admission.k8s.io/": "validating webhook failed open",
    "validation.policy.admission.k8s.io/": "validating admission policy",
    "mutation.policy.admission.k8s.io/": "mutating admission policy",
}
"""Keys of audit annotations that admission control writes, and what they are of."""

_NAMED: Final = ("configuration", "webhook", "mutated", "policy", "binding", "validationActions")
"""Fields of the values that name who decided what; the others may hold parts of the object."""


def outcome(request: ApiRequest) -> str:
    """Return how a request ended."""
    code = request.last.code
    if code is None:
        return "unknown: no response in this log"
    if request.is_allowed:
        return "allowed"
    if code == _UNAUTHENTICATED:
        return "not authenticated"
    if any(text in (request.last.message or "") for text in _DENIED_BY):
        return "refused by admission"
    if code == _FORBIDDEN:
        return "refused by admission" if request.last.decision == "allow" else "denied"
    return f"failed with {code}"


def admission(request: ApiRequest, known: Collection[str]) -> Iterator[str]:
    """Yield what admission control decided, from the annotations of the event."""
    for key, value in sorted(json_texts(request.last.annotations).items()):
        for prefix, title in _PREFIXES.items():
            if key.startswith(prefix):
                yield f"{title}: {_decision(key.removeprefix(prefix), value, known)}"


def _decision(name: str, value: str, known: Collection[str]) -> str:
    try:
        decided = json.loads(value)
    except ValueError:
        return f"{name}: {redact_text(value, known)}"
    entries = decided if isinstance(decided, list) else [decided]
    named = [_named(each, known) for each in entries if isinstance(each, dict)]
    return "; ".join(named) or f"{name}: {redact_text(value, known)}"


def _named(entry: dict[str, Any], known: Collection[str]) -> str:
    parts = [f"{key} {_plain(entry[key])}" for key in _NAMED if key in entry]
    if isinstance(entry.get("message"), str):
        parts.append(f"message {redact_text(entry['message'], known)}")
    return redact_text(", ".join(parts), {*known, *(str(entry.get(key)) for key in _NAMED)})


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
