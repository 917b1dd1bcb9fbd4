"""Reads from a store which permissions each subject used.

The decision of the authorizer, which is in the annotations, decides: a request that was not found,
conflicted, or was denied by admission was authorized. A request without a decision counts if it was
answered without an error, since the API server answers only what it authorized.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import unquote

import duckdb

from kubewitness.investigate.access.generated_names import (
    GeneratedNames,
    generated_names,
    is_generated,
    looks_generated,
)
from kubewitness.investigate.access.impersonation import impersonation_permissions
from kubewitness.investigate.access.permissions import Permission, Subject, Use
from kubewitness.investigate.access.request_path import request_target
from kubewitness.logs.store.period import Period, within
from kubewitness.redaction.requests import redact_uri

AZURE_REASON: Final = "Access allowed by Azure RBAC"
"""The beginning of the reason if Azure RBAC allowed a request.

Source: Azure/guard, `authz/providers/azure/rbac`, `AccessAllowedVerdict` and its verbose form.
"""

_SEPARATOR: Final = "\x01"
"""Between the parts of an object in a row: a text is read several times as fast as a list."""

_CREATED: Final = 201
_UNAUTHENTICATED: Final = 401

_EVENTS: Final = """
CREATE OR REPLACE TEMP VIEW events AS
SELECT AuditId, TimeGenerated, coalesce(Stage, '') AS Stage,
    coalesce(lower(ResourceId), '') AS Cluster,
    coalesce(Verb, '') AS Verb, coalesce(RequestUri, '') AS RequestUri,
    coalesce(User->>'$.username', '') AS Username, User, ImpersonatedUser, AdditionalFields,
    json_extract_string(ObjectRef, ['$.apiGroup', '$.resource', '$.subresource', '$.namespace',
        '$.name']) AS Ref,
    ResponseObject, LogShape, TRY_CAST(ResponseStatus->>'$.code' AS INTEGER) AS Code,
    Annotations->>'$."authorization.k8s.io/decision"' AS Decision,
    Annotations->>'$."authorization.k8s.io/reason"' AS Reason
FROM store.audit_events
WHERE (InAudit OR InAdmin) AND coalesce(Stage, '') <> 'RequestReceived' AND {period}"""

_ALLOWED: Final = "coalesce(lower(Decision) = 'allow', Code < 400, false)"

# The path decides where the event does not name the resource, as in lists of AKSAudit, and for a
# new object: kube-apiserver adds its name and namespace to the event after the authorization. An
# impersonated user in the event shows that the impersonation was authorized, whatever the decision.
_USES: Final = f"""
SELECT Cluster, Username, ImpersonatedUser, Constraint_, Verb, IsAllowed,
    CASE WHEN NOT IsPath THEN concat_ws(chr(1), coalesce(Ref[1], ''), Ref[2], coalesce(Ref[3], ''),
        coalesce(Ref[4], ''), CASE WHEN IsMerged THEN '' ELSE coalesce(Ref[5], '') END) END AS Ref,
    IsMerged, min(CASE WHEN IsMerged THEN Ref[5] END) AS Example,
    CASE WHEN IsPath THEN split_part(RequestUri, '?', 1) END AS Path,
    CASE WHEN IsPath AND Verb IN ('list', 'watch')
        THEN regexp_extract(RequestUri, '[?&]fieldSelector=([^&]*)', 1) END AS Selector,
    coalesce(starts_with(Reason, '{AZURE_REASON}'), false) AS IsAzure,
    coalesce(Verb IN ('patch', 'update') AND Code = {_CREATED}, false) AS IsCreated,
    greatest(count(*) FILTER (Stage = 'ResponseStarted'),
        count(*) FILTER (Stage <> 'ResponseStarted')) AS Requests,
    min(TimeGenerated) AS First, max(TimeGenerated) AS Last
FROM (
    SELECT *, {_ALLOWED} AS IsAllowed,
        coalesce($merged AND {looks_generated("Ref[5]", "Ref[2]")}, false) AS IsMerged,
        coalesce(Ref[2], '') = '' OR (Verb = 'create' AND coalesce(Ref[3], '') = ''
            AND starts_with(RequestUri, '/api')) AS IsPath,
        CASE WHEN ImpersonatedUser IS NOT NULL
            THEN AdditionalFields->>'$.authenticationMetadata.impersonationConstraint'
            END AS Constraint_
    FROM events WHERE {_ALLOWED} OR ImpersonatedUser IS NOT NULL
) GROUP BY ALL"""

_UNDECIDED: Final = f"""
SELECT count(DISTINCT AuditId) FROM events
WHERE Decision IS NULL AND NOT {_ALLOWED} AND coalesce(Code, 0) <> {_UNAUTHENTICATED}"""


@dataclass(frozen=True)
class Used:
    """The permissions that subjects used.

    Attributes:
        uses: by subject.
        undecided: how many requests do not show whether they were authorized.
        unreadable: how many authorized requests do not show who made them or what they were for.
    """

    uses: Mapping[Subject, Sequence[Use]]
    undecided: int
    unreadable: int


def used_permissions(
    connection: duckdb.DuckDBPyConnection, period: Period, now: datetime, *, exact: bool = False
) -> Used:
    """Return the permissions that each subject used in a period.

    Args:
        now: from which the period counts.
        exact: whether each generated name is a permission of its own. By default one name
            represents all: a log of a month has tens of thousands.

    Raises:
        InputError: a time of the period cannot be read.
    """
    connection.execute(_EVENTS.format(period=within(period, now)))
    ((undecided,),) = connection.execute(_UNDECIDED).fetchall()
    generated = generated_names(connection)
    found: dict[Subject, list[Use]] = defaultdict(list)
    unreadable = 0
    for row in _rows(connection, merged=not exact):
        uses = list(_uses(row, generated))
        unreadable += 0 if uses else row["Requests"]
        for subject, use in uses:
            found[subject].append(use)
    merged = {subject: _merged(uses) for subject, uses in sorted(found.items())}
    return Used(merged, undecided, unreadable)


def _rows(connection: duckdb.DuckDBPyConnection, *, merged: bool) -> Iterator[dict[str, Any]]:
    running = connection.execute(_USES, {"merged": merged})
    names = [column[0] for column in running.description or ()]
    return (dict(zip(names, row, strict=True)) for row in running.fetchall())


def _uses(row: Mapping[str, Any], generated: GeneratedNames) -> Iterator[tuple[Subject, Use]]:
    """Yield the users and permissions of similar requests; none if the log lacks them."""
    permission = _permission(row)
    acted_as = json.loads(row["ImpersonatedUser"]) if row["ImpersonatedUser"] else {}
    username = acted_as.get("username") or row["Username"]
    if permission is None or not permission.verb or not username:
        return

    def use(user: str, needed: Permission) -> tuple[Subject, Use]:
        return Subject(row["Cluster"], user), Use(
            needed,
            "azure" if row["IsAzure"] and user == username else "kubernetes",
            row["Requests"],
            row["First"],
            row["Last"],
            row["IsMerged"] or is_generated(needed, generated),
        )

    if row["IsAllowed"]:
        for verb in _verbs(permission, is_created=row["IsCreated"], is_azure=row["IsAzure"]):
            needed = permission if verb == permission.verb else permission._replace(verb=verb)
            yield use(username, needed)
    if acted_as and row["Username"]:
        for needed in impersonation_permissions(acted_as, row["Constraint_"] or "", permission):
            yield use(row["Username"], needed)


def _permission(row: Mapping[str, Any]) -> Permission | None:
    if row["Ref"]:
        group, resource, subresource, namespace, name = row["Ref"].split(_SEPARATOR)
        name = row["Example"] or name
        resource = f"{resource}/{subresource}" if subresource else resource
        return Permission(
            row["Verb"], group, resource, namespace, _name(row["Verb"], resource, name)
        )
    if not row["Path"]:
        return None
    target = request_target(row["Path"])
    if not target.resource:
        return Permission(row["Verb"], path=redact_uri(unquote(row["Path"])))
    name = target.name or _selected_name(row["Selector"] or "")
    name = _name(row["Verb"], target.resource, name)
    return Permission(row["Verb"], target.group, target.resource, target.namespace, name)


def _name(verb: str, resource: str, name: str) -> str:
    """Return the name that is authorized: a new object does not have one yet."""
    return "" if verb == "create" and "/" not in resource else name


def _selected_name(selector: str) -> str:
    """Return the name that a field selector demands, which the API server authorizes."""
    fields = (field.partition("=") for field in unquote(selector).split(","))
    names = [value.removeprefix("=") for field, _, value in fields if field == "metadata.name"]
    return names[0] if len(names) == 1 else ""


def _verbs(permission: Permission, *, is_created: bool, is_azure: bool) -> Sequence[str]:
    """Return the verbs that a request needs.

    A patch or an update that creates the object is authorized as `create`, too. In Azure RBAC the
    second verb of a port forwarding would be the permission to create pods.
    """
    if is_created:
        return (permission.verb, "create")
    if permission.is_connection and not is_azure:
        return tuple(dict.fromkeys((permission.verb, "get", "create")))
    return (permission.verb,)


def _merged(uses: Sequence[Use]) -> Sequence[Use]:
    """Return each permission and authorizer once."""
    by_key: dict[Any, list[Use]] = defaultdict(list)
    for use in uses:
        by_key[use.permission, use.authorizer].append(use)
    return [_sum(same) for _, same in sorted(by_key.items())]


def _sum(same: Sequence[Use]) -> Use:
    if len(same) == 1:
        return same[0]
    return replace(
        same[0],
        requests=sum(use.requests for use in same),
        first=min((use.first for use in same if use.first), default=None),
        last=max((use.last for use in same if use.last), default=None),
        is_generated=any(use.is_generated for use in same),
    )
