"""Requests to the API server: one for all its stages, with what a timeline shows and infers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final

import duckdb

from kubewitness.investigate.timeline.objects import ObjectKey

_EXTRA: Final = "authentication.kubernetes.io"

_COLUMNS: Final = {
    "audit_id": "AuditId",
    "stage": "Stage",
    "received": "coalesce(RequestReceivedTime, TimeGenerated)",
    "ended": "coalesce(StageReceivedTime, TimeGenerated)",
    "verb": "Verb",
    "uri": "RequestUri",
    "username": "Username",
    "upn": "json_extract_string(User, '$.extra.upn[0]')",
    "object_id": "json_extract_string(User, '$.extra.oid[0]')",
    "impersonated": "ImpersonatedUsername",
    "actor_kind": "ActorKind",
    "is_gitops": "IsGitOps",
    "address": "PeerIp",
    "addresses": "CAST(SourceIps AS VARCHAR)",
    "agent": "UserAgent",
    "resource": "Resource",
    "subresource": "Subresource",
    "namespace": "Namespace",
    "name": "Name",
    "code": "ResponseCode",
    "decision": "Decision",
    "cluster": "lower(_ResourceId)",
    "credential": f"json_extract_string(User, '$.extra.\"{_EXTRA}/credential-id\"[0]')",
    "pod": f"json_extract_string(User, '$.extra.\"{_EXTRA}/pod-name\"[0]')",
    "node": f"json_extract_string(User, '$.extra.\"{_EXTRA}/node-name\"[0]')",
    "issued": f"json_extract_string(Annotations, '$.\"{_EXTRA}/issued-credential-id\"')",
    "message": "json_extract_string(ResponseStatus, '$.message')",
    "annotations": "CAST(Annotations AS VARCHAR)",
    "truncated": "CAST(TruncatedColumns AS VARCHAR)",
    "owners": "CAST(coalesce(json_extract(ResponseObject, '$.metadata.ownerReferences'), "
    "json_extract(RequestObject, '$.metadata.ownerReferences')) AS VARCHAR)",
    "labels": "CASE WHEN IsGitOps THEN CAST(coalesce(json_extract(ResponseObject, "
    "'$.metadata.labels'), json_extract(RequestObject, '$.metadata.labels')) AS VARCHAR) END",
    "tracking": "CASE WHEN IsGitOps THEN coalesce(json_extract_string(ResponseObject, "
    "'$.metadata.annotations.\"argocd.argoproj.io/tracking-id\"'), json_extract_string("
    "RequestObject, '$.metadata.annotations.\"argocd.argoproj.io/tracking-id\"')) END",
    "sent": "CASE WHEN Subresource = 'exec' THEN CAST(RequestObject AS VARCHAR) END",
    "contents": "hash(CAST(RequestObject AS VARCHAR), CAST(ResponseObject AS VARCHAR))",
    "logged": "TimeGenerated",
    "row": "StoredRow",
}
"""The SQL of each field of `StoredStage` over the parser KubeAudit."""

STAGES: Final = "RequestStages"
"""The view of the stages of all requests, with the fields of `StoredStage`."""

_STAGE_ORDER: Final = {"ResponseStarted": 1, "ResponseComplete": 2, "Panic": 3}

_FIRST_ERROR: Final = 400

OF_KUBERNETES: Final = ("controller", "control plane", "node")
"""The kinds of actors that are parts of Kubernetes."""

WRITES: Final = ("create", "update", "patch", "delete", "deletecollection")


@dataclass(frozen=True)
class StoredStage:
    """One stage of a request, as the log has it; the fields are those of `_COLUMNS`.

    Attributes:
        upn: the name of an Entra user, whose username is an object ID.
        object_id: of an Entra user, whose username is a name.
        address: of the connection; `addresses` are those that the client names, too, as JSON.
        cluster: Azure's ID of the cluster, in lower case.
        credential: the ID of the token or certificate that the client used.
        pod: to which that token is bound; `node` in the same way.
        issued: the ID of the token that the request issued.
        owners: `metadata.ownerReferences` as JSON.
        tracking: the annotation with which Argo CD marks the objects that it applied.
        sent: the options of an exec, where the log has them as an object.
        contents: a hash of the bodies.
        logged: the time by which periods restrict it.
        row: where it is stored; never shown, because it depends on the order of reading.
    """

    audit_id: str
    stage: str
    received: datetime | None
    ended: datetime | None
    verb: str
    uri: str
    username: str
    upn: str | None
    object_id: str | None
    impersonated: str
    actor_kind: str
    is_gitops: bool
    address: str
    addresses: str | None
    agent: str
    resource: str
    subresource: str
    namespace: str
    name: str
    code: int | None
    decision: str
    cluster: str
    credential: str | None
    pod: str | None
    node: str | None
    issued: str | None
    message: str | None
    annotations: str | None
    truncated: str | None
    owners: str | None
    labels: str | None
    tracking: str | None
    sent: str | None
    contents: int
    logged: datetime | None
    row: int

    @property
    def order(self) -> tuple[Any, ...]:
        """Return a key that sorts stages by time, and those of one time by what they contain."""
        texts = (self.annotations, self.message, self.owners, self.labels, self.sent)
        return (
            self.received is None,
            self.received or datetime.min,  # noqa: DTZ901 compared with none
            _STAGE_ORDER.get(self.stage, 0),
            *(self.audit_id, self.uri, self.verb, self.username, self.impersonated, self.agent),
            *(self.address, self.contents, -1 if self.code is None else self.code),
            *(text or "" for text in texts),
        )


@dataclass(frozen=True, eq=False)
class ApiRequest:
    """A request, known by its identity.

    Attributes:
        last: its last stage, which has the response.
        stages: how many stages the log has.
        begun: when it was received.
        ended: when its last stage was.
        rows: where its stages are stored.
    """

    last: StoredStage
    stages: int
    begun: datetime | None
    ended: datetime | None
    rows: frozenset[int]

    @cached_property
    def key(self) -> ObjectKey:
        """Return the object that was asked for."""
        last = self.last
        namespace = "" if last.resource == "namespaces" else last.namespace
        return ObjectKey(last.cluster, last.resource, namespace, last.name)

    @cached_property
    def actor(self) -> str:
        """Return who acted: of Entra users the name, because the username is an object ID."""
        return self.last.upn or self.last.username or "(nobody)"

    @property
    def is_by_machine(self) -> bool:
        """Return whether the actor is a part of Kubernetes or of GitOps, and so never a person."""
        return self.last.actor_kind in OF_KUBERNETES or self.last.is_gitops

    @property
    def is_allowed(self) -> bool:
        """Return whether it was carried out, as far as the log has the response."""
        return self.last.code is not None and self.last.code < _FIRST_ERROR

    def is_before(self, other: "ApiRequest") -> bool:
        """Return whether it is another request that was received before, or at the same time."""
        if self is other or self.begun is None or other.begun is None:
            return False
        return self.begun <= other.begun

    @property
    def is_write(self) -> bool:
        """Return whether it changed an object."""
        is_action = self.last.subresource in {"exec", "attach", "portforward", "proxy", "token"}
        return self.last.verb in WRITES and not is_action


def create_stages(connection: duckdb.DuckDBPyConnection) -> None:
    """Create the view `STAGES` over the parsers, for this connection only."""
    columns = ", ".join(f'{sql} AS "{name}"' for name, sql in _COLUMNS.items())
    connection.execute(f"CREATE TEMP VIEW {STAGES} AS SELECT {columns} FROM KubeAudit")


def selected_rows(
    connection: duckdb.DuckDBPyConnection, condition: str, parameters: Mapping[str, Any]
) -> frozenset[int]:
    """Return where the stages are stored that satisfy a condition."""
    rows = connection.execute(f"SELECT row FROM {STAGES} WHERE {condition}", dict(parameters))
    return frozenset(row for (row,) in rows.fetchall())


def load_requests(
    connection: duckdb.DuckDBPyConnection, condition: str, parameters: Mapping[str, Any]
) -> list[ApiRequest]:
    """Return the requests of which a stage satisfies a condition, in a total order.

    Args:
        condition: in SQL, over the fields of `StoredStage`.
        parameters: of the condition.
    """
    statement = f"FROM {STAGES} WHERE {condition}"
    rows = connection.execute(statement, dict(parameters)).fetchall()
    return joined(StoredStage(*row) for row in rows)


def joined(stages: Iterable[StoredStage]) -> list[ApiRequest]:
    """Return the requests of which these are stages.

    A client may choose the audit ID of its request, so the ID alone does not join two stages.
    """
    groups: dict[tuple[Any, ...], list[StoredStage]] = defaultdict(list)
    for stage in sorted(stages, key=lambda each: each.order):
        identity = (stage.cluster, stage.audit_id, stage.received, stage.verb, stage.uri)
        groups[(*identity, stage.username, stage.impersonated)].append(stage)
    requests = [one for group in groups.values() for one in _requests(group)]
    return sorted(requests, key=lambda one: one.last.order)


def _requests(stages: Sequence[StoredStage]) -> list[ApiRequest]:
    """Return one request, or several if the same stage is there with different contents."""
    if len({stage.stage for stage in stages}) < len(stages):
        return [one for stage in stages for one in _requests([stage])]
    first, last = stages[0], stages[-1]
    rows = frozenset(stage.row for stage in stages)
    return [ApiRequest(last, len(stages), first.received, last.ended, rows)]
