"""A resource as any source returns it: in Pulumi's format, not yet interpreted.

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
    """A component whose children only its own provider process can list."""


@dataclass(frozen=True)
class Resource:
    """One resource of a Pulumi program, of a state, or of Azure in Pulumi's format.

    Attributes:
        urn: Pulumi's unique name of it; in Azure its id.
        type: the type token, such as `azure-native:containerservice:ManagedCluster`.
        name: the logical name.
        properties: JSON values by wire name; an unknown leaf is `Unknown`, a secret is unwrapped.
        id: the provider's id.
        property_dependencies: for each property, the URNs of the resources that it came from.
        parent: the parent's URN, empty where there is none.
        origin: who is responsible for it.
        custom: true for a resource of a provider; false for a component, whatever its type token
            is.
        provider: the URN of the explicit or default provider, empty if the source does not contain
            it.
        options: resource options by Pulumi's wire name, such as `protect`.
        outputs: the provider's answer, if it is available; only for values that no input contains.
        position: the line of the user's program that it comes from, if the source contains it.
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
