"""Entries of requests to the API server."""

import json
import shlex
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from kubewitness.investigate.timeline.entry import (
    Candidate,
    EntryFinding,
    FieldChange,
    Role,
    TimelineEntry,
)
from kubewitness.investigate.timeline.inference import BehindAction
from kubewitness.investigate.timeline.json_values import json_object
from kubewitness.investigate.timeline.outcomes import admission, outcome
from kubewitness.investigate.timeline.requests import ApiRequest
from kubewitness.redaction.commands import redact_command
from kubewitness.redaction.requests import redact_agent, redact_uri
from kubewitness.redaction.text import redact_text

_AS_VERBS: Final = ("exec", "attach", "portforward", "proxy", "token", "eviction", "binding", "log")
"""Subresources that are actions, whatever the verb of the request is."""


@dataclass(frozen=True)
class RequestContext:
    """The findings of a timeline about a request.

    Attributes:
        role: why it is shown.
        behind: who may be behind it.
        issued: the request that issued the token which was used.
        changes: of the object.
        findings: of detections.
    """

    role: Role
    behind: tuple[BehindAction, ...]
    issued: ApiRequest | None
    changes: tuple[FieldChange, ...]
    findings: tuple[EntryFinding, ...]


def audit_entry(
    request: ApiRequest, context: RequestContext, *, show_commands: bool
) -> TimelineEntry:
    """Return the entry of a request, without what may be secrets.

    Args:
        show_commands: whether commands are shown as they were run.
    """
    last, known = request.last, known_names(request)
    words = _command(request)
    is_later = request.ended is not None and request.stages > 1
    return TimelineEntry(
        request.begun,
        "audit",
        redact_text(request.actor, known),
        _action(request),
        _object(request, known),
        outcome(request),
        request.ended if is_later else None,
        context.role,
        last.impersonated,
        last.address,
        redact_agent(last.agent),
        last.audit_id,
        last.cluster,
        command=words if show_commands else redact_command(words, known),
        message="" if request.is_allowed else redact_text(last.message or "", known),
        behind=tuple(_candidate(each) for each in context.behind),
        admission=tuple(admission(request, known)),
        changes=context.changes,
        findings=context.findings,
        details=dict(_details(request, context.issued)),
    )


def known_names(request: ApiRequest) -> frozenset[str]:
    """Return the names that an entry shows anyway, and that texts next to it may have."""
    last = request.last
    names = {last.username, last.upn, last.impersonated, last.resource, last.subresource}
    names |= {last.namespace, last.name, last.address, last.pod, last.node, request.actor}
    return frozenset(name for name in names if name)


def _action(request: ApiRequest) -> str:
    last = request.last
    if last.subresource in _AS_VERBS:
        return last.subresource if last.subresource != "token" else "issue a token"
    return f"{last.verb} {last.subresource}" if last.subresource else last.verb


def _object(request: ApiRequest, known: Collection[str]) -> str:
    if request.last.resource:
        return str(request.key)
    return redact_uri(request.last.uri, known)


def _command(request: ApiRequest) -> str:
    """Return the command of an exec, as a shell would take it."""
    if request.last.subresource != "exec":
        return ""
    query = parse_qsl(urlsplit(request.last.uri).query, keep_blank_values=True)
    words = [value for name, value in query if name == "command"]
    sent = json_object(request.last.sent).get("command")
    if not words and isinstance(sent, list):
        words = [str(word) for word in sent]
    return shlex.join(words)


def _candidate(behind: BehindAction) -> Candidate:
    return Candidate(
        behind.person, behind.why, tuple(request.last.audit_id for request in behind.rests_on)
    )


def _details(request: ApiRequest, issued: ApiRequest | None) -> Iterator[tuple[str, str]]:
    last = request.last
    if last.issued:
        yield "issued credential", last.issued
    if last.credential:
        yield "credential", last.credential
    if issued is not None:
        yield "credential issued by", f"{issued.actor} (audit ID {issued.last.audit_id})"
    if last.pod:
        yield "token of pod", last.pod
    if last.upn and last.username != last.upn:
        yield "object ID", last.username
    if last.code is not None:
        yield "code", str(last.code)
    if last.truncated:
        yield "truncated", ", ".join(json.loads(last.truncated))
