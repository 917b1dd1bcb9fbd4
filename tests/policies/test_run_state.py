"""One run of the engine never judges the stack of the one before."""

from typing import Any

import pytest

from kubewitness.graph.resources import Resource
from kubewitness.policies.crossguard.run_state import Run


def stack(value: Any) -> list[Resource]:
    """A stack of one resource with a property."""
    return [Resource("urn:a", "azure-native:containerservice:ManagedCluster", "a", {"x": value})]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, True),
        (0, False),
        (1, 1.0),
        ("a", "b"),
        ([1, 2], [1, 3]),
        ([1, 2], [3, 2]),
        ([1], [True]),
        ([1], [1, 1]),
        ([1], (1,)),
        ({"a": 1}, {"a": True}),
        ({"a": 1}, {"b": 1}),
        ({"a": 1}, {"a": 1, "b": 1}),
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}),
        ({"a": 1, "b": 2}, {"a": 3, "b": 2}),
        ((1, 2), (1, 3)),
    ],
    ids=str,
)
def test_a_stack_that_differs_gets_a_graph_of_its_own(one: Any, other: Any) -> None:
    """Also where Python calls both equal."""
    run = Run()
    first = run.graph(stack(one))
    assert run.graph(stack(other)) is not first
    assert run.graph(stack(other)).clusters[0].resource.properties["x"] == other


@pytest.mark.parametrize("value", [1, "a", [1, "b", None], (1, 2), {"a": {"b": [True]}}], ids=str)
def test_the_same_stack_decoded_anew_is_built_once(value: Any) -> None:
    """The SDK decodes it for each policy."""
    run = Run()
    assert run.graph(stack(value)) is run.graph(stack(value))


def test_a_resource_more_or_less_is_another_stack() -> None:
    """Beginning with none."""
    run = Run()
    empty = run.graph([])
    assert run.graph(stack(1)).clusters
    assert run.graph([*stack(1), *stack(1)]) is not run.graph(stack(1))
    assert run.graph([]) == empty
