"""A resource as any source hands it over: Pulumi's shape, not yet understood.

Adapters in `kubewitness.sources` make these; `kubewitness.graph.build` normalises them. Nothing
else of a source's own format goes further.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from kubewitness.graph.values import ABSENT, Value
from kubewitness.source_position import SourcePosition


class Origin(Enum):
    """Who is responsible for a resource."""

    MANAGED = "managed"
    """This stack creates, updates and deletes it; or the source is Azure, and has it."""
    READ = "read"
    """This stack only looks it up, as `.get()` does."""
    REMOTE = "remote component"
    """A component whose children only its own provider process knows."""


@dataclass(frozen=True)
class Resource:
    """One resource of a Pulumi program, of a state, or of Azure in the shape that Pulumi gives it.

    Attributes:
        urn: Pulumi's unique name of it; in Azure its id.
        type: the type token, such as `azure-native:containerservice:ManagedCluster`.
        name: the logical name.
        properties: JSON values by wire name; an unknown leaf is `Unknown`, a secret is unwrapped.
        id: the provider's id.
        property_dependencies: for each property, the URNs of the resources that it came from.
        parent: the parent's URN, empty where there is none.
        origin: who is responsible for it.
        custom: true for what a provider makes; false for a component, whatever its type token says.
        provider: the URN of the explicit or default provider, empty where the source does not say.
        options: resource options by Pulumi's wire name, such as `protect`.
        outputs: what the provider answered, where that is known; only for what no input says.
        position: the line of the user's program that it comes from, where the source says so.
    """

    urn: str
    type: str
    name: str
    properties: Mapping[str, Any]
    id: Value[str] = ABSENT
    property_dependencies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    parent: str = ""
    origin: Origin = Origin.MANAGED
    custom: bool = True
    provider: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    position: SourcePosition | None = field(default=None, compare=False)
