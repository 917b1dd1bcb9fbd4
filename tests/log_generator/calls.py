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

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.policy import as_logged

Event = dict[str, Any]

_LONG_RUNNING: Final = frozenset({"exec", "attach", "portforward", "proxy", "log"})


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


def audit_id(random: Random) -> str:
    """A random UUID of version 4."""
    digits = f"{random.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"


def moment_text(moment: datetime) -> str:
    """A `MicroTime` in UTC: six digits even where they are zeros."""
    return moment.replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def stages(call: Call, moment: datetime, random: Random) -> list[tuple[datetime, Event]]:
    """The events that AKS logs of one call, with their times; they share one audit id.

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
    if call.code == 401:
        found = [(begun, _event(call, identity, "ResponseStarted", moment, begun))]
    else:
        if call.long_running:
            found.append((begun, _event(call, identity, "ResponseStarted", moment, begun)))
        last = "Panic" if call.panics else "ResponseComplete"
        found.append((ended, _event(call, identity, last, moment, ended)))
    logged = ((at, as_logged(event, AKS_AUDIT_POLICY)) for at, event in found)
    return [(at, event) for at, event in logged if event]


def _event(call: Call, identity: str, stage: str, received: datetime, at: datetime) -> Event:
    event: Event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "RequestResponse",
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
        bodies = {"requestObject": call.request, "responseObject": call.response}
        event |= {name: body for name, body in bodies.items() if body is not None}
    event["requestReceivedTimestamp"] = moment_text(received)
    event["stageTimestamp"] = moment_text(at)
    if stage != "RequestReceived" and call.actor.user:
        event["annotations"] = _annotations(call)
    return event


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
    if call.code == 401:
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
    forbidden = call.code == 403
    found = {
        "authorization.k8s.io/decision": "forbid" if forbidden else "allow",
        "authorization.k8s.io/reason": "" if forbidden else call.actor.reason,
        **call.annotations,
    }
    return dict(sorted(found.items()))
