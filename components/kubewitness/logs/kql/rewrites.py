"""Rewrite KQL that duckdb-kql does not support, where Kusto's docs define an equal form.

It works on a query as duckdb-kql lowers it. Anything that is not exactly the same stays unchanged,
and the translation refuses it.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Final, TypeVar

from duckdb_kql import Schema, ir

from kubewitness.catalog.audit_tables import TABLES
from kubewitness.logs.kql.columns import columns_of
from kubewitness.logs.kql.tree import changed, walk

_Part = TypeVar("_Part", bound=ir.Node)

Columns = Sequence[str] | None
"""The columns at the place of a call; None if they are unknown."""


def rewritten(query: ir.Query, schema: Schema) -> ir.Query:
    """Return the query without unsupported parts, as far as an exact equivalent exists.

    Args:
        schema: the columns of each table.
    """
    return _query(query, schema) if any(map(_is_rewritten, walk(query))) else query


def _is_rewritten(node: object) -> bool:
    return isinstance(node, ir.WildcardTableRef) or (
        isinstance(node, ir.FunctionCall) and node.name in _CALLS
    )


def _query(query: ir.Query, schema: Schema) -> ir.Query:
    lets: list[tuple[str, ir.Query | ir.Expr]] = []
    for name, value in query.lets:
        made = _part(value, None, schema)
        lets.append((name, made))
        if isinstance(made, ir.Query):
            schema = {**schema, name: columns_of(made, schema) or []}
    expanded = _expanded(query, schema)
    source = _part(expanded.source, None, schema)
    operators: list[ir.Operator] = []
    for operator in expanded.operators:
        before = columns_of(ir.Query(source, operators), schema)
        operators.append(_part(operator, before, schema))
    return replace(query, source=source, operators=operators, lets=lets)


def _part(part: _Part, columns: Columns, schema: Schema) -> _Part:
    """Return an operator, a source or a value of a `let` with its calls rewritten."""

    def change(node: object) -> object:
        if isinstance(node, ir.Query):
            return _query(node, schema)
        if isinstance(node, ir.Union):
            return replace(node, branches=_branches(node.branches, schema))
        if isinstance(node, ir.FunctionCall) and node.name in _CALLS:
            return _CALLS[node.name](node, columns)
        return node

    made: _Part = changed(part, change)  # type: ignore[assignment]
    return made


def _expanded(query: ir.Query, schema: Schema) -> ir.Query:
    """Return the query with its tables written out where it begins with a pattern of names."""
    match query:
        case ir.Query(source=ir.WildcardTableRef(), operators=[ir.Union() as union, *more]):
            first, *others = _branches((ir.Query(query.source),), schema)
            written_out = replace(union, branches=(*others, *union.branches))
            return replace(query, source=first.source, operators=[written_out, *more])
        case _:
            return query


def _branches(branches: tuple[ir.Query, ...], schema: Schema) -> tuple[ir.Query, ...]:
    """Return the branches of a `union`, the tables of each pattern of names written out.

    A pattern is for tables. Parsers are functions in Azure, and would count all events once more.
    """
    return tuple(
        one
        for branch in branches
        for one in (_tables(branch.source, schema) if _is_pattern(branch) else ()) or (branch,)
    )


def _is_pattern(branch: ir.Query) -> bool:
    return isinstance(branch.source, ir.WildcardTableRef) and not branch.operators


def _tables(source: ir.Source, schema: Schema) -> tuple[ir.Query, ...]:
    if not isinstance(source, ir.WildcardTableRef) or source.database is not None:
        return ()
    names = (name for name in schema if name in TABLES and fnmatchcase(name, source.pattern))
    return tuple(ir.Query(ir.TableRef(name)) for name in names)


def _renamed(name: str) -> Callable[[ir.FunctionCall, Columns], ir.Expr]:
    """Return the rewrite of a function that Kusto has under two names."""
    return lambda call, _columns: replace(call, name=name)


def _replace(call: ir.FunctionCall, _columns: Columns) -> ir.Expr:
    """Write the old `replace(regex, rewrite, text)`; duckdb-kql takes the text for the first."""
    match call.args:
        case (regex, rewrite, text):
            return ir.FunctionCall("replace_regex", (text, regex, rewrite))
        case _:
            return call


def _split(call: ir.FunctionCall, _columns: Columns) -> ir.Expr:
    """Write `split(text, delimiter, index)` as a slice: an array of that part, or of none."""
    match call.args:
        case (text, delimiter, ir.Literal(value=int() as index) as place) if index >= 0:
            whole = ir.FunctionCall("split", (text, delimiter))
            return ir.FunctionCall("array_slice", (whole, place, place))
        case _:
            return call


def _column_if_exists(call: ir.FunctionCall, columns: Columns) -> ir.Expr:
    match call.args:
        case (name, default) if columns is not None:
            written = name.value if isinstance(name, ir.LetRef) else name
            if isinstance(written, ir.Literal) and isinstance(written.value, str):
                return ir.ColumnRef(written.value) if written.value in columns else default
        case _:
            pass
    return call


_CALLS: Final[Mapping[str, Callable[[ir.FunctionCall, Columns], ir.Expr]]] = {
    "split": _split,
    "column_ifexists": _column_if_exists,
    "columnifexists": _column_if_exists,
    "replace": _replace,
    "extractall": _renamed("extract_all"),
}
"""The rewriting of each function, by its name."""
