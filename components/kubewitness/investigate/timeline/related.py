"""Entries of other logs in a timeline: by its objects, nodes, addresses and users."""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from kubewitness.azure.resource_ids import fold
from kubewitness.investigate.timeline.objects import ObjectKey
from kubewitness.investigate.timeline.requests import ApiRequest
from kubewitness.investigate.timeline.selection import Selection


@dataclass(frozen=True)
class RelatedScope:
    """The names and addresses that other logs are searched for.

    Attributes:
        selection: of the timeline.
        objects: that its requests wrote or entered, as resource, namespace and name.
        users: the names and object IDs of those who acted, folded.
    """

    selection: Selection
    objects: AbstractSet[tuple[str, str, str]]
    users: AbstractSet[str]

    @classmethod
    def of(cls, selection: Selection, requests: Iterable[ApiRequest]) -> "RelatedScope":
        """Return the scope of a timeline with these requests."""
        found = list(requests)
        named = [one for one in found if one.key.name]
        changed = (one.key for one in named if one.is_write or one.last.subresource)
        objects = {key[1:] for key in (*changed, *selection.objects())}
        names = (name for one in found for name in _names(one) if name)
        given = [selection.user] if selection.user else []
        return cls(selection, objects, {fold(name) for name in (*given, *names)})

    def concerns(self, key: ObjectKey, node: str | None) -> bool:
        """Return whether what is known of an object, or of a node, belongs to the timeline."""
        selection = self.selection
        if selection == Selection():
            return True
        if selection.namespace and selection.namespace != key.namespace:
            return False
        if selection.node:
            return selection.node == (node or "") or key[1:] == ("nodes", "", selection.node)
        if selection.namespace and _only(selection, "namespace"):
            return True
        return key[1:] in self.objects or (key.resource, "", key.name) in self._anywhere

    def is_by(self, names: Iterable[str], address: str) -> bool:
        """Return whether an entry with one of these names, or from an address, belongs to it."""
        selection = self.selection
        if selection == Selection():
            return True
        if not (selection.user or selection.address):
            return False
        if selection.address and selection.address != address:
            return False
        others = any((selection.namespace, selection.node, selection.pod, selection.object))
        is_user = not selection.user or any(fold(name) in self.users for name in names)
        return is_user and not others

    @property
    def _anywhere(self) -> frozenset[tuple[str, str, str]]:
        """Return the selected objects that are given without a namespace."""
        return frozenset(key[1:] for key in self.selection.objects() if not key.namespace)


def _only(selection: Selection, name: str) -> bool:
    given = {field for field, value in vars(selection).items() if value is not None}
    return given == {name}


def _names(request: ApiRequest) -> tuple[str | None, ...]:
    return request.last.username, request.last.upn, request.last.object_id
