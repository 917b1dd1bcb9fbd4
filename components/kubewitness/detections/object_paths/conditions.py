"""Find out which requested resources a condition allows."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from duckdb_kql import ir

from kubewitness.detections.object_paths.object_types import RequestedResource, api_groups, objects
from kubewitness.logs.kql.tree import walk

_FIELDS: Final[dict[str, Callable[[RequestedResource], str]]] = {
    "Resource": lambda requested: requested.resource,
    "resource": lambda requested: requested.resource,
    "Subresource": lambda requested: requested.subresource,
    "subresource": lambda requested: requested.subresource,
}
_GROUPS: Final = {"ApiGroup", "apiGroup"}
_NAMED: Final = {"Resource", "resource", *_GROUPS}
_EQUAL: Final = {"==": True, "=~": True, "!=": False, "!~": False}


def holds(condition: ir.Expr, requested: RequestedResource | None) -> bool | None:
    """Return whether a condition holds for requests of a resource; None if it depends on more.

    Args:
        requested: None for any resource.
    """
    match condition:
        case ir.BinaryOp("and", left, right):
            return _all(holds(left, requested), holds(right, requested))
        case ir.BinaryOp("or", left, right):
            return _not(_all(_not(holds(left, requested)), _not(holds(right, requested))))
        case ir.FunctionCall("not", (inner,)):
            return _not(holds(inner, requested))
        case ir.BinaryOp(op, value, other) if op in _EQUAL:
            return _is_one_of(value, requested, [other], wanted=_EQUAL[op])
        case ir.InList(value, items) if condition.subquery is None:
            return _is_one_of(value, requested, items, wanted=not condition.negated)
        case _:
            return None


def names_custom_resources(query: ir.Query) -> bool:
    """Return whether a query compares a resource or its group with what is none of Kubernetes' own.

    A text that is computed may be any.
    """
    return any(map(_names_a_custom_resource, walk(query)))


def _names_a_custom_resource(node: object) -> bool:
    match node:
        case ir.BinaryOp(_, value, other) if _name(value) in _NAMED:
            return _is_custom(value, [other])
        case ir.InList(value, items) | ir.HasList(value, items) if _name(value) in _NAMED:
            return node.subquery is not None or _is_custom(value, items)
        case _:
            return False


def _is_custom(value: ir.Expr, items: Iterable[ir.Expr]) -> bool:
    """Return whether one of the texts is not part of any name that the value can have."""
    is_group = _name(value) in _GROUPS
    known = api_groups() if is_group else {requested.resource for requested, _ in objects()}
    texts = [text for item in items for text in _texts(item)]
    return any(text is None or not any(text in name for name in known) for text in texts)


def _is_one_of(
    value: ir.Expr, requested: RequestedResource | None, items: Iterable[ir.Expr], *, wanted: bool
) -> bool | None:
    read = _FIELDS.get(_name(value))
    texts = [text for item in items for text in _texts(item)]
    if read is None or requested is None or None in texts:
        return None
    return (read(requested) in texts) is wanted


def _name(value: ir.Expr) -> str:
    """Return what a column or the path below ObjectRef is called; empty for all else."""
    match value:
        case ir.ColumnRef(name):
            return name
        case ir.FunctionCall("tostring" | "tolower", (inner,)):
            return _name(inner)
        case ir.PathAccess(ir.ColumnRef("ObjectRef"), (step,)):
            return step.name or ""
        case _:
            return ""


def _texts(item: ir.Expr) -> Iterator[str | None]:
    """Yield the texts of a literal or of a list, in lower case; None for what is computed."""
    match item:
        case ir.LetRef(_, value):
            yield from _texts(value)
        case ir.Literal(str(value), "dynamic"):
            yield from (str(each).lower() for each in json.loads(value))
        case ir.Literal(value):
            yield str(value).lower()
        case _:
            yield None


def _all(left: bool | None, right: bool | None) -> bool | None:
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value
