"""Who is behind what a controller did: the persons who wrote the objects that it follows.

Deployment → ReplicaSet → Pod, CronJob → Job → Pod, the objects of operators, and what Flux and
Argo CD apply. `metadata.ownerReferences` and the labels of GitOps lead from an object to its owner;
where bodies are not logged, the names that controllers generate do.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from kubewitness.investigate.timeline.inference import BehindAction
from kubewitness.investigate.timeline.json_values import json_texts
from kubewitness.investigate.timeline.objects import ObjectKey, owners, possible_owners
from kubewitness.investigate.timeline.requests import OF_KUBERNETES, ApiRequest

_AUTOSCALER: Final = ":horizontal-pod-autoscaler"
"""Follows the load, and not a person who wrote the scaled object."""

_FLUX: Final = {
    "kustomize.toolkit.fluxcd.io": "kustomizations",
    "helm.toolkit.fluxcd.io": "helmreleases",
}
_NOT_BY_OWNERS: Final = ("status", "binding", "eviction")
_UNRELATED: Final = ("leases", "events")
_MOST_OWNERS: Final = 8
"""Objects between an object and the one that a person wrote; more are a circle."""


class OwnerChains:
    """The objects of a log, who wrote them, and to which others they belong.

    Args:
        requests: in the order of time.
    """

    def __init__(self, requests: Iterable[ApiRequest]) -> None:
        self._writes: dict[ObjectKey, list[ApiRequest]] = defaultdict(list)
        self._owners: dict[ObjectKey, dict[ObjectKey, str]] = defaultdict(dict)
        for one in requests:
            if one.is_write and one.is_allowed and one.last.subresource not in _NOT_BY_OWNERS:
                self._writes[one.key].append(one)
                self._owners[one.key].update(_owners(one))

    def behind(
        self, request: ApiRequest, persons: Callable[[ApiRequest], Sequence[BehindAction]]
    ) -> Iterator[BehindAction]:
        """Yield the persons whose writes a controller followed, the latest first.

        Args:
            persons: returns who is behind one of those writes: themselves, or others.
        """
        found: dict[str, BehindAction] = {}
        for write, why in self._earlier_writes(request):
            for person in persons(write):
                found.setdefault(
                    person.person, BehindAction(person.person, why, (write, *person.rests_on))
                )
        yield from found.values()

    def _earlier_writes(self, request: ApiRequest) -> list[tuple[ApiRequest, str]]:
        """Return the earlier writes that a request may have followed, the latest first."""
        found: list[tuple[ApiRequest, str]] = []
        for key, why in self._chain(request.key, request):
            for write in reversed(self._writes.get(key, ())):
                if write.is_before(request):
                    found.append((write, why))
                    if write.last.verb == "create":
                        break  # what was done to an object of the same name before it was made
        return sorted(found, key=lambda each: each[0].last.order, reverse=True)

    def _chain(self, key: ObjectKey, request: ApiRequest) -> Iterator[tuple[ObjectKey, str]]:
        """Yield an object and those to which it belongs, with how that is known."""
        left, seen = [(key, f"wrote {key}")], {key}
        while left and len(seen) <= _MOST_OWNERS:
            each, why = left.pop(0)
            if each != key or request.last.actor_kind in OF_KUBERNETES:
                # Operators and GitOps follow the owner, even if others wrote the object too.
                yield each, why
            for owner, how in self._owners_of(each, request).items():
                if owner not in seen:
                    seen.add(owner)
                    left.append((owner, f"wrote {owner}, {how}"))

    def _owners_of(self, key: ObjectKey, request: ApiRequest) -> dict[ObjectKey, str]:
        own = dict(self._owners.get(key, {}))
        if not own:
            named = (each for each in possible_owners(key) if each in self._writes)
            own = dict.fromkeys(named, f"to which {key} belongs by its name")
        if request.last.username.endswith(":namespace-controller"):
            space = ObjectKey(key.cluster, "namespaces", "", key.namespace)
            own[space] = f"the namespace of {key}"
        return own


def is_by_controller(request: ApiRequest) -> bool:
    """Return whether another person may be behind a write."""
    last = request.last
    may_follow = request.is_by_machine or last.actor_kind == "serviceaccount"
    may_follow = may_follow and not last.username.endswith(_AUTOSCALER)
    is_change = request.is_write and request.is_allowed
    return may_follow and is_change and last.resource not in _UNRELATED


def _owners(request: ApiRequest) -> Iterator[tuple[ObjectKey, str]]:
    """Yield the objects that the one which was written belongs to, with how that is known."""
    key, last = request.key, request.last
    for owner in owners(last.owners, key.cluster, key.namespace):
        yield owner, f"the owner of {key}"
    labels = json_texts(last.labels)
    for prefix, resource in _FLUX.items():
        if name := labels.get(f"{prefix}/name"):
            space = labels.get(f"{prefix}/namespace", key.namespace)
            yield ObjectKey(key.cluster, resource, space, name), f"which Flux applied as {key}"
    if last.is_gitops and (name := _argo_application(last.tracking, labels)):
        space = last.username.split(":")[2]
        yield ObjectKey(key.cluster, "applications", space, name), f"which Argo CD applied as {key}"


def _argo_application(tracking: str | None, labels: dict[str, str]) -> str | None:
    if tracking:
        return tracking.partition(":")[0].rpartition("_")[2]
    return labels.get("argocd.argoproj.io/instance") or labels.get("app.kubernetes.io/instance")
