"""Walks the trees of a query: duckdb-kql's own, and the parse tree that it is made from."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator

from duckdb_kql import ir

Change = Callable[[object], object]
"""Returns the replacement of a node; the node itself if nothing changes."""


def children(node: object) -> Iterable[object]:
    """Return the children of a node: the fields of a node, the members of a list."""
    if isinstance(node, list | tuple):
        return node
    if dataclasses.is_dataclass(node):
        return [getattr(node, field.name) for field in dataclasses.fields(node)]
    return ()


def children_outside_queries(node: object) -> Iterable[object]:
    """Return the children of a node, and nothing below a query."""
    return () if isinstance(node, ir.Query) else children(node)


def parsed_children(node: object) -> Iterable[object]:
    """Return the children of a node of the parse tree; a token has none."""
    return getattr(node, "children", None) or ()


def walk(
    node: object,
    below: Callable[[object], Iterable[object]] = children,
    *,
    with_repeats: bool = False,
) -> Iterator[object]:
    """Yield a node and all below it, in the order of the text.

    Args:
        below: the children of a node.
        with_repeats: whether a node that several others share, as the value of a `let` that is read
            often, is yielded once for each of them.
    """
    # Nodes and not only their ids: the id of one that is gone could be that of another.
    seen: dict[int, object] = {}
    stack = [node]
    while stack:
        each = stack.pop()
        if not with_repeats:
            if id(each) in seen:
                continue
            seen[id(each)] = each
        yield each
        stack.extend(reversed([*below(each)]))


def changed(node: object, change: Change) -> object:
    """Return a tree in which `change` was asked of each node after the nodes below it.

    A query within is asked of, and nothing below it: its names are others.
    """
    return _changed(node, change, {})


def _changed(node: object, change: Change, known: dict[int, tuple[object, object]]) -> object:
    # A node that several others share stays one. The key's node is kept alive with it.
    if id(node) in known:
        return known[id(node)][1]
    made = change(_with_changed_children(node, change, known))
    known[id(node)] = (node, made)
    return made


def _with_changed_children(
    node: object, change: Change, known: dict[int, tuple[object, object]]
) -> object:
    before = [*children_outside_queries(node)]
    after = [_changed(each, change, known) for each in before]
    if all(one is other for one, other in zip(before, after, strict=True)):
        return node
    if isinstance(node, list | tuple):
        return type(node)(after)
    names = [field.name for field in dataclasses.fields(node)]  # type: ignore[arg-type]
    return dataclasses.replace(node, **dict(zip(names, after, strict=True)))  # type: ignore[type-var]
