"""Differences between the engines: KQL that Azure refuses, or runs with another result."""

from collections.abc import Iterator, Mapping
from typing import Final

from duckdb_kql import Schema, ir
from duckdb_kql.schema import resolve_let_refs

from kubewitness.catalog.audit_tables import EMPTY_COLUMNS
from kubewitness.logs.kql.columns import columns_of
from kubewitness.logs.kql.dynamic_columns import (
    Dynamic,
    dynamic_columns,
    dynamic_stages,
    is_dynamic,
)
from kubewitness.logs.kql.tree import children_outside_queries, walk

_OTHERWISE: Final = {
    "url_decode": "leaves `+` unchanged here; Azure's docs do not state whether it becomes a blank"
}
"""Functions whose result Azure's docs leave open in a part."""


def differences(query: ir.Query, schema: Schema) -> Iterator[str]:
    """Yield what Kusto refuses or does otherwise.

    Args:
        schema: the columns of each table.
    """
    yield from _of_query(query, schema, {})
    for node in walk(query):
        if isinstance(node, ir.FunctionCall) and node.name in _OTHERWISE:
            yield f"`{node.name}` {_OTHERWISE[node.name]}"


def _of_query(query: ir.Query, schema: Schema, bound: Mapping[str, Dynamic]) -> Iterator[str]:
    for name, value in query.lets:
        if isinstance(value, ir.Query):
            yield from _of_query(value, schema, bound)
            bound = {**bound, name: dynamic_columns(value, schema, bound)}
            schema = {**schema, name: columns_of(value, schema) or []}
    yield from _empty_columns(query)
    for columns, operator in dynamic_stages(query, schema, bound):
        for expression in _keys(operator):
            if is_dynamic(expression, columns):
                yield _refused(operator, expression)
        for node in walk(operator, children_outside_queries):
            if isinstance(node, ir.Query):
                yield from _of_query(node, schema, bound)


def _keys(operator: ir.Operator) -> list[ir.Expr]:
    """Return what an operator groups or sorts by, for which Kusto needs a plain value."""
    match operator:
        case ir.Summarize(by=keys):
            return [one.expr for one in keys]
        case ir.Sort(keys=sorted_by) | ir.Top(keys=sorted_by):
            return [one.expr for one in sorted_by]
        case _:
            return []


def _refused(operator: ir.Operator, expression: ir.Expr) -> str:
    word = {ir.Summarize: "summarize", ir.Sort: "sort", ir.Top: "top"}[type(operator)]
    written = _written(expression)
    return (
        f"`{word} by {written}`: Kusto refuses a dynamic value here, so the query does not run in "
        f"Azure; write `tostring({written})`"
    )


def _written(expression: object) -> str:
    """Return an expression as a query has it, a long one by its beginning."""
    match expression:
        case ir.ColumnRef(name=name):
            return name
        case ir.FunctionCall(name=name):
            return f"{name}(…)"
        case ir.PathAccess(base=base, steps=steps):
            return _written(base) + "".join(map(_step, steps))
        case ir.Literal(value=value):
            return str(value)
        case _:
            return "…"


def _step(step: ir.PathStep) -> str:
    if step.name is None:
        return f"[{_written(step.index)}]"
    return f".{step.name}" if step.name.isidentifier() else f'["{step.name}"]'


def _empty_columns(query: ir.Query) -> Iterator[str]:
    """Yield the columns of a table that Azure no longer fills and that the query reads."""
    source = query.source
    empty = EMPTY_COLUMNS.get(source.name, {}) if isinstance(source, ir.TableRef) else {}
    made: set[str] = set()
    for operator in query.operators if empty else ():
        for node in walk(resolve_let_refs(operator, [*empty]), children_outside_queries):
            if isinstance(node, ir.ColumnRef) and node.name in empty and node.name not in made:
                yield (
                    f"`{node.name}` is empty in every row, because Azure no longer fills it; use "
                    f"`{empty[node.name]}`"
                )
        if isinstance(operator, ir.Project | ir.Summarize):
            return
        if isinstance(operator, ir.Extend):
            made |= {one.name or "" for one in operator.expressions}
