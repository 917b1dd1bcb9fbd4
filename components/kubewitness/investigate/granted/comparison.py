"""Compare granted with used permissions: granted and unused, used and no longer granted."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kubewitness.investigate.access.permissions import Permission, Subject, Use
from kubewitness.investigate.granted.actors import Actor, comparable_guid
from kubewitness.investigate.granted.azure_claims import azure_claims, is_holder
from kubewitness.investigate.granted.claim import GrantClaim
from kubewitness.investigate.granted.grant import Granted
from kubewitness.investigate.granted.kubernetes_claims import (
    is_principal,
    kubernetes_claims,
    no_longer_granted,
)
from kubewitness.investigate.granted.visibility import Visibility
from kubewitness.logs.store.contents import Contents


@dataclass(frozen=True)
class GrantComparison:
    """A comparison of what is granted with what was used.

    Attributes:
        claims: granted permissions that no request used, the most urgent first.
        no_longer_granted: by subject: permissions that were used and that nothing grants any more.
        gone_assignments: by subject: role assignments that allowed requests and that are not there.
        faults: what of the granted permissions could not be determined.
        log: what the log has of the cluster.
    """

    claims: Sequence[GrantClaim]
    no_longer_granted: Mapping[Subject, Sequence[Permission]]
    gone_assignments: Mapping[Subject, Sequence[str]]
    faults: Sequence[str]
    log: Contents


def compare(
    granted: Granted,
    uses: Mapping[Subject, Sequence[Use]],
    actors: Mapping[Subject, Actor],
    visibility: Visibility,
    wanted: AbstractSet[Subject] | None = None,
) -> GrantComparison:
    """Compare what is granted with what the subjects of one cluster used.

    Args:
        wanted: the subjects that are asked for; None for all, also those that made no request.
    """
    rules = [
        rule
        for rule in granted.rules
        if wanted is None
        or any(is_principal(rule.principal, one, _groups(actors, one)) for one in wanted)
    ]
    assignments = [
        one
        for one in granted.assignments
        if wanted is None
        or any(subject in actors and is_holder(one, actors[subject]) for subject in wanted)
    ]
    claims = [
        *kubernetes_claims(rules, uses, actors, visibility),
        *azure_claims(assignments, uses, actors, visibility),
    ]
    subjects = [one for one in uses if wanted is None or one in wanted]
    lost = {
        one: no_longer_granted(one, uses[one], _groups(actors, one), granted.rules)
        for one in subjects
        if granted.has_rbac
    }
    known = {comparable_guid(one.id) for one in granted.assignments}
    gone = {
        one: sorted(actors[one].assignments - known)
        for one in subjects
        if granted.assignments and one in actors
    }
    return GrantComparison(
        sorted(claims, key=lambda claim: claim.order),
        {subject: some for subject, some in lost.items() if some},
        {subject: some for subject, some in gone.items() if some},
        granted.faults,
        visibility.log,
    )


def _groups(actors: Mapping[Subject, Actor], subject: Subject) -> AbstractSet[str]:
    return actors[subject].groups if subject in actors else frozenset()
