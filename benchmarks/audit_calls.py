"""A call to the API server, and the audit events that an AKS cluster writes of it.

Sources: the `Event` of k8s.io/apiserver/pkg/apis/audit/v1 for the fields and their order, its
`WithAudit` filters for the stages, and the audit policy that Microsoft publishes for AKS (the
page "Monitor AKS", August 2026) for the levels.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from random import Random
from typing import Any, Final

Event = dict[str, Any]

WRITES: Final = frozenset({"create", "update", "patch", "delete", "deletecollection"})
_LONG_RUNNING: Final = frozenset({"exec", "attach", "portforward", "proxy", "log"})
_BODIES: Final = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "metrics.k8s.io",
        "networking.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    }
)
"""The API groups whose bodies the policy keeps; of any other it keeps metadata alone."""

_FLEET: Final = frozenset({"karpenter.sh", "karpenter.azure.com"})
_NO_BODIES: Final = frozenset(
    {"secrets", "configmaps", "serviceaccounts", "serviceaccounts/token", "tokenreviews", "events"}
)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who calls, from where, with what, and why the call is allowed."""

    user: Mapping[str, Any]
    address: str
    agent: str
    reason: str = ""

    @property
    def name(self) -> str:
        """The user name; a request without valid credentials has none."""
        return str(self.user.get("username", ""))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request and its answer; a `path` stands for a URL that is no resource."""

    actor: Actor
    verb: str
    resource: str = ""
    subresource: str = ""
    group: str = ""
    version: str = "v1"
    namespace: str = ""
    name: str = ""
    path: str = ""
    query: str = ""
    code: int = 200
    message: str = ""
    request: Any = None
    response: Any = None
    impersonated: Mapping[str, Any] | None = None
    annotations: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    panics: bool = False

    @property
    def kind(self) -> str:
        """The resource as policies name it, with its subresource."""
        return f"{self.resource}/{self.subresource}" if self.subresource else self.resource

    @property
    def long_running(self) -> bool:
        """Whether the server writes an event when the answer begins, too."""
        return self.verb == "watch" or self.subresource in _LONG_RUNNING

    @property
    def uri(self) -> str:
        """The path and query that were asked for."""
        if self.path:
            return self.path
        parts = ["/apis/" + self.group if self.group else "/api", self.version]
        parts += ["namespaces", self.namespace] if self.namespace else []
        parts.append(self.resource)
        named = self.name if self.verb != "create" or self.subresource else ""
        parts += [part for part in (named, self.subresource) if part]
        return "/".join(parts) + (f"?{self.query}" if self.query else "")


def level(call: Call) -> str:
    """The level at which AKS's published policy logs a call."""
    if not call.resource or call.kind in _NO_BODIES:
        return "Metadata"
    if call.verb in WRITES and _is_expected(call):
        return "Request"
    if call.group in _FLEET and call.verb in WRITES:
        return "RequestResponse"
    if call.group not in _BODIES:
        return "Metadata"
    return "RequestResponse" if call.verb in WRITES else "Request"


def _is_expected(call: Call) -> bool:
    """Writes whose answers the policy leaves out because they are large and usual."""
    if call.kind in {"nodes/status", "pods/status"}:
        return "system:nodes" in call.actor.user.get("groups", ())
    if call.verb == "deletecollection":
        return call.actor.name.endswith(":namespace-controller")
    return call.group == "autoscaling.k8s.io"


def audit_id(random: Random) -> str:
    """A random UUID of version 4."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def moment_text(moment: datetime) -> str:
    """A `MicroTime` in UTC: six digits even where they are zeros."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def stages(call: Call, moment: datetime, random: Random) -> list[tuple[datetime, Event]]:
    """The events of one call with their times; they share one audit id.

    Args:
        call: what was asked and answered.
        moment: when it was received, in UTC.
        random: for the audit id and how long the server took.
    """
    identity = audit_id(random)
    latency = timedelta(microseconds=random.randrange(900, 60_000))
    begun, ended = moment + latency, moment + latency + timedelta(seconds=call.seconds)
    found: list[tuple[datetime, Event]] = []
    if call.kind == "events":  # the only rules of the policy that do not omit this stage
        found.append((moment, _event(call, identity, "RequestReceived", moment, moment)))
    if call.code == 401:  # noqa: PLR2004 - refused before there is a user: no other stage is written
        return [(begun, _event(call, identity, "ResponseStarted", moment, begun))]
    if call.long_running:
        found.append((begun, _event(call, identity, "ResponseStarted", moment, begun)))
    last = "Panic" if call.panics else "ResponseComplete"
    found.append((ended, _event(call, identity, last, moment, ended)))
    return found


def _event(call: Call, identity: str, stage: str, received: datetime, at: datetime) -> Event:
    own_level = level(call)
    event: Event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": own_level,
        "auditID": identity,
        "stage": stage,
        "requestURI": call.uri,
        "verb": call.verb,
        "user": call.actor.user,
    }
    if call.impersonated:
        event["impersonatedUser"] = call.impersonated
    event |= {"sourceIPs": [call.actor.address], "userAgent": call.actor.agent}
    if call.resource:
        event["objectRef"] = _reference(call)
    if stage != "RequestReceived":
        event["responseStatus"] = _status(call)
    if stage in {"ResponseComplete", "Panic"}:
        _add_bodies(event, call, own_level)
    event["requestReceivedTimestamp"] = moment_text(received)
    event["stageTimestamp"] = moment_text(at)
    if stage != "RequestReceived" and call.actor.user:
        event["annotations"] = _annotations(call)
    return event


def _add_bodies(event: Event, call: Call, own_level: str) -> None:
    if own_level != "Metadata" and call.request is not None:
        event["requestObject"] = call.request
    if own_level == "RequestResponse" and call.response is not None:
        event["responseObject"] = call.response


def _reference(call: Call) -> dict[str, str]:
    # The server completes the reference from the object of an update, whatever the level.
    known = call.request["metadata"] if call.verb == "update" and call.request else {}
    parts = {
        "resource": call.resource,
        "namespace": call.namespace,
        "name": call.name,
        "uid": known.get("uid", ""),
        "apiGroup": call.group,
        "apiVersion": call.version,
        "resourceVersion": known.get("resourceVersion", ""),
        "subresource": call.subresource,
    }
    return {key: value for key, value in parts.items() if value}


@cache
def _success(code: int) -> dict[str, Any]:
    return {"metadata": {}, "code": code}


def _status(call: Call) -> dict[str, Any]:
    if not call.message:
        return _success(call.code)
    if call.code == 401:  # noqa: PLR2004 - a code that every reader knows
        return {"metadata": {}, "message": call.message, "code": call.code}
    return failure(call.code, call.message, call.resource, call.name)


def failure(code: int, message: str, resource: str = "", name: str = "") -> dict[str, Any]:
    """A `Status` of what went wrong, as it stands in `responseStatus`."""
    reasons = {403: "Forbidden", 404: "NotFound", 409: "Conflict", 500: "InternalError"}
    details = {key: value for key, value in (("name", name), ("kind", resource)) if value}
    return {
        "metadata": {},
        "status": "Failure",
        "message": message,
        "reason": reasons[code],
        "details": details,
        "code": code,
    }


def _annotations(call: Call) -> dict[str, str]:
    """Go writes the keys of a map in order."""
    forbidden = call.code == 403  # noqa: PLR2004 - a code that every reader knows
    found = {
        "authorization.k8s.io/decision": "forbid" if forbidden else "allow",
        "authorization.k8s.io/reason": "" if forbidden else call.actor.reason,
        **call.annotations,
    }
    return dict(sorted(found.items()))
