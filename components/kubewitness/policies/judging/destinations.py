"""The destinations that an organisation allows, and what it promises of them.

A workspace of another stack cannot be inspected. Its owner states its properties in the settings,
and the policies on destination, retention and protection use them.
"""

from enum import IntEnum
from fnmatch import fnmatchcase

from pydantic import Field, field_validator

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.model import Destination, Receiver
from kubewitness.graph.values import Unknown, Value
from kubewitness.policies.settings import Document, PolicySettings

PROVIDER_TYPES = {
    "Workspace": "microsoft.operationalinsights/workspaces",
    "StorageAccount": "microsoft.storage/storageaccounts",
    "EventHubNamespace": "microsoft.eventhub/namespaces",
}
"""The type of each kind of receiver within an Azure id."""

_NO_NAMES = ("", ".", "..")
"""Segments that no Azure ID has, because resolving them leads to another resource."""


class Protection(IntEnum):
    """How hard it is to make the trail disappear, each grade including the ones before."""

    RECORDED = 1
    """Azure's activity log shows who deleted what, for 90 days, whatever the stack does."""
    HINDERED = 2
    """A lock that another stack or owner holds must be removed first."""
    WRITE_ONCE = 3
    """A locked immutability policy: no one can delete or change the data before it expires."""

    @property
    def words(self) -> str:
        """Return the grade as it is written in a settings file."""
        return self.name.lower().replace("_", "-")


def protection_words(value: object) -> object:
    """Return the grade that a word in the settings means; anything else as it is."""
    names = {grade.words: grade for grade in Protection}
    if isinstance(value, str):
        if value not in names:
            raise ValueError(f"must be one of {', '.join(names)}")
        return names[value]
    return value


class AllowedDestination(Document):
    """A destination that audit logs may go to.

    Attributes:
        id: a glob of its Azure id, compared without regard to case; `*` stays within one segment.
        owner: who answers for it.
        interactive_days: for how long its records can be queried; None: no promise.
        total_days: for how long they are kept in total; None: no promise.
        region: the region of a storage account or event hub.
        protection: `recorded` (default), `hindered` or `write-once`.
    """

    id: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    interactive_days: int | None = Field(default=None, ge=0)
    total_days: int | None = Field(default=None, ge=0)
    region: str = ""
    protection: Protection = Field(
        default=Protection.RECORDED,
        json_schema_extra={"type": "string", "enum": [grade.words for grade in Protection]},
    )

    _words = field_validator("protection", mode="before")(protection_words)


class DestinationSettings(PolicySettings):
    """The settings of a policy that asks what destinations are worth.

    Attributes:
        allowed_destinations: the destinations allowed; none means that any is.
    """

    allowed_destinations: tuple[AllowedDestination, ...] = ()

    def promises(self, destination: Destination) -> list[AllowedDestination]:
        """Return the entries that certainly mean a destination, of which the least counts."""
        identifier = known_id(destination)
        return [one for one in self.allowed_destinations if matches(one.id, identifier) is True]


def known_id(destination: Destination) -> list[Value[str]]:
    """Return the segments of a destination's id, as far as they are known in a preview."""
    if isinstance(destination.id, str):
        return list(fold(destination.id.strip("/")).split("/"))
    return _id_of(destination.receiver) if destination.receiver else []


def _id_of(receiver: Receiver) -> list[Value[str]]:
    """Return the id that Azure will give to a resource of this stack."""
    hidden = Unknown()
    own = receiver.resource.id
    if isinstance(own, str):
        return list(fold(own.strip("/")).split("/"))
    name, group = (
        fold(v) if isinstance(v, str) else hidden for v in (receiver.name, receiver.resource_group)
    )
    provider, kind = PROVIDER_TYPES[type(receiver).__name__].split("/")
    return ["subscriptions", hidden, "resourcegroups", group, "providers", provider, kind, name]


def matches(pattern: str, identifier: list[Value[str]]) -> bool | None:
    """Return whether an id fits a glob; None where what is unknown of it decides.

    An id that goes on after the pattern ends is within it: the authorization rule of an event hub
    is its namespace's.
    """
    globs = fold(pattern.strip("/")).split("/")
    if not identifier:
        return None
    if len(globs) > len(identifier) or any(part in _NO_NAMES for part in identifier):
        return False
    pairs = list(zip(globs, identifier, strict=False))
    if any(isinstance(part, str) and not fnmatchcase(part, glob) for glob, part in pairs):
        return False
    hidden = any(not isinstance(part, str) and glob != "*" for glob, part in pairs)
    return None if hidden else True
