"""The walk over the tree of a query."""

from duckdb_kql import ir
from duckdb_kql.lower import lower

from kubewitness.logs.kql.tree import children_outside_queries, walk


def columns(*nodes: object) -> list[str]:
    """The names of the columns among nodes."""
    return [node.name for node in nodes if isinstance(node, ir.ColumnRef)]


def test_a_walk_yields_nodes_in_the_order_of_the_text() -> None:
    """So faults are told in that order."""
    query = lower("T | where A == 1 and f(B, C.x) | extend D = tostring(E)")
    assert columns(*walk(query)) == ["A", "B", "C", "E"]


def test_a_node_that_others_share_is_yielded_once_unless_repeats_are_wanted() -> None:
    """Bindings that read each other would otherwise take time without end."""
    shared = ir.ColumnRef("A")
    assert columns(*walk([shared, (shared,)])) == ["A"]
    assert columns(*walk([shared, (shared,)], with_repeats=True)) == ["A", "A"]


def test_what_stands_in_a_query_within_can_be_left_out() -> None:
    """It has columns of its own; the query itself is yielded."""
    query = lower("T | where A in ((U | where B == 1 | project C))")
    found = list(walk(query.operators, children_outside_queries))
    assert columns(*found) == ["A"]
    assert sum(isinstance(node, ir.Query) for node in found) == 1
