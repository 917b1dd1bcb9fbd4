"""Compares role assignments of Azure with what a log shows as used."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.investigate.access.azure_actions import CLUSTER_TYPE, data_action, role_action
from kubewitness.investigate.access.permissions import Permission, Subject, Use
from kubewitness.investigate.granted.actors import Actor, comparable_guid
from kubewitness.investigate.granted.claim import GrantClaim, Risk, risk
from kubewitness.investigate.granted.grant import ALL, AzureAssignment
from kubewitness.investigate.granted.visibility import GrantStatus, Visibility

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
        actions = {
            action
            for subject in mine
            for use in uses.get(subject, ())
            if use.authorizer == "azure" and _is_within(one, use.permission.namespace)
            for action in (data_action(use.permission), role_action(use.permission))
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


def _is_within(assignment: AzureAssignment, namespace: str) -> bool:
    _, separator, own = comparable(assignment.scope).partition("/namespaces/")
    return not separator or own == fold(namespace)


def _of_assignment(one: AzureAssignment, unnamed: int, visibility: Visibility) -> GrantClaim:
    if not one.is_known:
        why = _NO_ROLE
    elif unnamed:
        why = f"{unnamed:,} requests do not name the assignment that allowed them"
    else:
        why = "" if visibility.log.reads else _NO_READS
    return _claim(one, f"role {one.role}", Risk.WILDCARD, why, visibility)


def _of_actions(
    one: AzureAssignment, used: Iterable[str], visibility: Visibility
) -> Iterator[GrantClaim]:
    taken = list(used)
    for each in one.data_actions or ():
        granted = each.name
        if not any(map(each.includes, taken)):
            kind = granted.rpartition("/")[2]
            reads = kind in ("read", ALL) or granted.endswith("pods/exec/action")
            why = _NO_READS if reads and not visibility.log.reads else ""
            yield _claim(one, granted, _risk(granted), why, visibility)


def _risk(action: str) -> Risk:
    """Return the risk of a data action: that of the Kubernetes verb and resource."""
    *resource, kind = action.removeprefix(f"{CLUSTER_TYPE}/").split("/")
    verbs = {"read": "get", "write": "create", "action": "get"}
    name = "/".join(part for part in resource if "." not in part)
    return risk(verbs.get(kind, kind), "", name)


def _claim(
    one: AzureAssignment, permission: str, urgency: Risk, why: str, visibility: Visibility
) -> GrantClaim:
    holder = one.principal_name or one.principal_id
    _, _, namespace = one.scope.partition("/namespaces/")
    return GrantClaim(
        GrantStatus.NOT_VISIBLE if why else GrantStatus.UNUSED,
        urgency,
        f"Entra ID {holder}",
        f"role assignment {one.id} ({one.role}) at {one.scope}",
        namespace,
        permission,
        why,
        visibility.period(Permission("get")),
    )
