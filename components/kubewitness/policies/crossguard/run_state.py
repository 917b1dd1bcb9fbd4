"""The state of the pack while the engine shows one stack: each resource, then all together."""

from dataclasses import dataclass, field

from kubewitness.graph.build import build_graph
from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Resource
from kubewitness.policies.exemption_use import ExemptionUse
from kubewitness.sources.crossguard import RememberedInputs


@dataclass
class Run:
    """The state of one preview or update; nothing of it is used for the next one.

    Attributes:
        inputs: of each resource, from the calls that show it alone.
        exemptions: those of all policies, and which of them were used.
    """

    inputs: RememberedInputs = field(default_factory=RememberedInputs)
    exemptions: ExemptionUse = field(default_factory=ExemptionUse)
    _resources: list[Resource] = field(default_factory=list)
    _graph: Graph = field(default_factory=Graph)

    def graph(self, resources: list[Resource]) -> Graph:
        """Return the graph of a stack, built once for all policies of the same stack.

        The SDK decodes the stack again for each of about ten policies. Comparing two decoded stacks
        takes a quarter of the time of building a graph.
        """
        if not _identical(self._resources, resources):
            self._resources, self._graph = resources, build_graph(resources)
        return self._graph


def _identical(one: object, other: object) -> bool:
    """Return whether two values are equal and of the same types; in Python, 1 equals True."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if isinstance(one, Resource):
        return _identical(vars(one), vars(other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_identical(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(_identical, one, other))
    return one == other
