"""Compares role assignments of Azure with what a log shows as used."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.investigate.access.azure_actions import (
    data_action,
    granted_permissions,
    role_action,
)
from kubewitness.investigate.access.permissions import Permission, Subject, Use
from kubewitness.investigate.granted.actors import Actor, comparable_guid
from kubewitness.investigate.granted.claim import RISKS, GrantClaim, Risk, risk
from kubewitness.investigate.granted.grant import ALL, AzureAssignment
from kubewitness.investigate.granted.visibility import STATUSES, Asked, GrantStatus, Visibility

_NO_READS: Final = "this log has no reads (get, list), which the assignment may grant"
_NO_ROLE: Final = (
    "the data actions of the role are not known; add the output of `az role definition list`"
)


def azure_claims(
    assignments: Iterable[AzureAssignment],
    uses: Mapping[Subject, Sequence[Use]],
    actors: Mapping[Subject, Actor],
    visibility: Visibility,
) -> Iterator[GrantClaim]:
    """Yield a claim for each assignment, or data action of it, that no request used.

    Args:
        uses: of the subjects of one cluster.
        actors: of the same cluster.
    """
    for one in assignments:
        if not concerns(one, visibility.cluster):
            continue
        mine = {subject: actor for subject, actor in actors.items() if is_holder(one, actor)}
        named = any(comparable_guid(one.id) in actor.assignments for actor in mine.values())
        if one.data_actions is None:
            if not named:
                yield _of_assignment(one, sum(actor.unnamed for actor in mine.values()), visibility)
            continue
        used = [use for subject in mine for use in uses.get(subject, ()) if _may_be_by(one, use)]
        actions = {
            action
            for needed in {use.permission for use in used}
            for action in (data_action(needed), role_action(needed))
            if action
        }
        yield from _of_actions(one, actions, visibility)


def concerns(assignment: AzureAssignment, cluster: str) -> bool:
    """Return whether an assignment holds in a cluster, or in a namespace of it."""
    scope = comparable(assignment.scope)
    own = f"{comparable(cluster)}/"
    return not cluster or f"{scope}/".startswith(own) or own.startswith(f"{scope}/")


def is_holder(assignment: AzureAssignment, actor: Actor) -> bool:
    """Return whether a subject has an assignment: itself, or as a member of a group."""
    groups = {fold(group) for group in actor.groups}
    return bool(
        {assignment.principal_id, fold(assignment.principal_name)} & (actor.object_ids | groups)
    )


def _may_be_by(assignment: AzureAssignment, use: Use) -> bool:
    """Return whether an assignment may have allowed a use, as far as its scope shows it.

    The log does not show which authorizer allowed an impersonation.
    """
    is_impersonation = use.permission.verb == "impersonate"
    return (use.authorizer == "azure" or is_impersonation) and (
        _namespace(assignment) in ("", fold(use.permission.namespace))
    )


def _namespace(assignment: AzureAssignment) -> str:
    """Return the namespace where an assignment holds, folded; empty for the whole cluster."""
    return comparable(assignment.scope).partition("/namespaces/")[2]


def _of_assignment(one: AzureAssignment, unnamed: int, visibility: Visibility) -> GrantClaim:
    if not one.is_known:
        why = _NO_ROLE
    elif unnamed:
        why = f"{unnamed:,} requests do not name the assignment that allowed them"
    else:
        why = "" if visibility.log.reads else _NO_READS
    status = GrantStatus.NOT_VISIBLE if why else GrantStatus.UNUSED
    period = visibility.period(Permission("get"))
    return _claim(one, f"role {one.role}", Risk.WILDCARD, (status, why), period)


def _of_actions(
    one: AzureAssignment, used: Collection[str], visibility: Visibility
) -> Iterator[GrantClaim]:
    for granted in one.data_actions or ():
        if any(map(granted.includes, used)):
            continue
        needed = [
            each._replace(namespace=_namespace(one)) for each in granted_permissions(granted.name)
        ]
        # The permission whose use is the least visible decides: it may have been used.
        judged = [(*visibility.judge(Asked("", (), each)), each) for each in needed]
        status, why, least = max(judged, key=lambda each: STATUSES.index(each[0]))
        risks = [risk(each.verb, each.group, each.resource) for each in needed]
        urgency = Risk.WILDCARD if ALL in granted.name else min(risks, key=RISKS.index)
        yield _claim(one, granted.name, urgency, (status, why), visibility.period(least))


def _claim(
    one: AzureAssignment,
    permission: str,
    urgency: Risk,
    judged: tuple[GrantStatus, str],
    period: tuple[datetime, datetime] | None,
) -> GrantClaim:
    status, why = judged
    holder = one.principal_name or one.principal_id
    return GrantClaim(
        status,
        urgency,
        f"Entra ID {holder}",
        f"role assignment {one.id} ({one.role}) at {one.scope}",
        _namespace(one),
        permission,
        why,
        period,
    )
