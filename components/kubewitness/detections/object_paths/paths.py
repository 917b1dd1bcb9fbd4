"""Looks up each dynamic path of a query in the types of what it reads.

Both engines return null in every row for a misspelt path, without an error.
"""

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Any, Final

from duckdb_kql import ir

from kubewitness.detections.object_paths.conditions import holds, names_custom_resources
from kubewitness.detections.object_paths.object_types import (
    COLUMN_TYPES,
    EVENT,
    OBJECT_COLUMNS,
    WITHOUT_OBJECT,
    RequestedResource,
    Type,
    below,
    element,
    is_free,
    list_of,
    names,
    objects,
)
from kubewitness.detections.parsers import PARSERS, parser
from kubewitness.logs.kql.hints import MOST_LISTED
from kubewitness.logs.kql.keywords import read_query
from kubewitness.logs.kql.tree import children

Meaning = frozenset[tuple[RequestedResource | None, Type]]
"""The possible types of a value, each with the requested resource; None for any resource."""

Columns = Mapping[str, Meaning]

_NOTHING: Final[Meaning] = frozenset()
_LISTS: Final = {"make_set", "make_list", "make_set_if", "make_list_if", "pack_array"}
_FIRST: Final = {"coalesce", "array_concat", "tostring", "take_any", "array_slice", "set_union"}
_WHOLE_EVENT: Final = "log_s"
_COMPUTED: Final = "[…]"


def unknown_paths(text: str) -> tuple[str, ...]:
    """Return what is wrong with the paths of a query; empty if all of them exist.

    Args:
        text: one query in KQL, which duckdb-kql can read.
    """
    return tuple(_faults(read_query(text)))


def paths_of_no_object(text: str) -> tuple[str, ...]:
    """Return which paths nothing in Kubernetes' own API has; only what is certain.

    A query that names a custom resource is not checked, because a custom resource can have any
    field. Computed values are not checked either.

    Args:
        text: one query in KQL, which duckdb-kql can read.
    """
    query = read_query(text)
    if names_custom_resources(query):
        return ()
    return tuple(fault for fault, is_certain in _faults(query).items() if is_certain)


def _faults(query: ir.Query) -> dict[str, bool]:
    faults: dict[str, bool] = {}
    _Reader(faults, {}).query(query)
    return faults


@cache
def _parser_columns(name: str) -> Columns:
    return _Reader({}, {}).query(read_query(parser(name)))


@cache
def _table_columns() -> Columns:
    fixed = {name: frozenset({(None, kind)}) for name, kind in COLUMN_TYPES.items()}
    sent = {
        name: objects() | {(None, other), (None, WITHOUT_OBJECT[name])}
        for name, other in OBJECT_COLUMNS.items()
    }
    return {**fixed, **sent}


class _Reader:
    """Follows columns through a query.

    Args:
        faults: takes what is found, and whether it is certain.
        lets: the columns of tables that are bound around it.
    """

    def __init__(self, faults: dict[str, bool], lets: Mapping[str, Columns]) -> None:
        self._faults = faults
        self._lets = dict(lets)

    def query(self, query: ir.Query) -> Columns:
        """Return the dynamic columns that a query gives, as duckdb-kql lowers it."""
        inner = _Reader(self._faults, self._lets)
        for name, bound in query.lets:
            if isinstance(bound, ir.Query):
                inner._lets[name] = inner.query(bound)
        columns = _source(query.source, inner._lets)
        for operator in query.operators:
            columns = inner._operator(operator, columns)
        return columns

    def _operator(self, operator: ir.Operator, columns: Columns) -> Columns:
        after: Columns
        match operator:
            case ir.Where(predicate):
                after = _narrowed(columns, predicate)
                self._meaning(predicate, after)
            case ir.Extend(expressions):
                after = {**columns, **self._named(expressions, columns)}
            case ir.Project(expressions) | ir.Distinct(expressions):
                after = self._named(expressions, columns)
            case ir.Summarize(aggregates, by):
                after = self._summarized(aggregates, by, columns)
            case ir.ProjectAway(gone):
                after = {name: each for name, each in columns.items() if name not in gone}
            case ir.ProjectRename(renames):
                new = {old: new for new, old in renames}
                after = {new.get(name, name): each for name, each in columns.items()}
            case ir.MvExpand(targets):
                lists = {t.name or t.column: columns.get(t.column, _NOTHING) for t in targets}
                after = {**columns, **{name: _elements(each) for name, each in lists.items()}}
            case ir.Join() | ir.Lookup():
                after = self._joined(operator, columns)
            case ir.Union(branches):
                after = _merged([columns, *(self.query(each) for each in branches)])
            case _:
                self._children(operator, columns)
                after = columns
        return after

    def _named(self, expressions: Iterable[ir.NamedExpr], columns: Columns) -> Columns:
        return {_column(each): self._meaning(each.expr, columns) for each in expressions}

    def _summarized(
        self, aggregates: Sequence[ir.NamedExpr], by: Sequence[ir.NamedExpr], columns: Columns
    ) -> Columns:
        made = dict(self._named([*by, *aggregates], columns))
        for each in aggregates:
            arguments = each.expr.args if isinstance(each.expr, ir.FunctionCall) else ()
            if any(isinstance(one, ir.Wildcard) for one in arguments):
                return {**columns, **made}
            made.update(self._named([ir.NamedExpr(a) for a in arguments[1:]], columns))
        return made

    def _joined(self, operator: ir.Join | ir.Lookup, columns: Columns) -> Columns:
        right = self.query(operator.right)
        if operator.kind in {"leftanti", "leftsemi"}:
            return columns
        # This is another request: conditions on the resource of this one do not apply to it.
        others = {
            name + ("1" if name in columns else ""): frozenset((None, kind) for _, kind in each)
            for name, each in right.items()
        }
        return {**others, **columns}

    def _meaning(self, node: ir.Expr, columns: Columns) -> Meaning:
        """Return what an expression can be, having looked up all paths in it."""
        match node:
            case ir.ColumnRef(name):
                return columns.get(name, _NOTHING)
            case ir.LetRef(name, value):
                return columns[name] if name in columns else self._meaning(value, columns)
            case ir.PathAccess(base, steps):
                return self._path(base, steps, columns)
            case ir.BinaryOp("and" | "or" as op, left, right):
                for side in (left, right):
                    kept = _narrowed(columns, node if op == "and" else side)
                    self._meaning(side, kept)
                return _NOTHING
            case ir.FunctionCall(name, arguments):
                return self._call(name, arguments, columns)
            case _:
                self._children(node, columns)
                return _NOTHING

    def _call(self, name: str, arguments: Sequence[ir.Expr], columns: Columns) -> Meaning:
        # Of an even number one is missing, which the engines refuse.
        if name in {"iff", "iif", "case"} and len(arguments) % 2:
            return self._choice(arguments, columns)
        each = [self._meaning(one, columns) for one in arguments]
        whole = _NOTHING.union(*each)
        if name in _FIRST:
            return whole
        if name in _LISTS:
            return frozenset((requested, list_of(kind)) for requested, kind in whole)
        if name in {"split", "extract_all"}:
            return frozenset({(None, list[str])})
        if name in {"parse_json", "todynamic"}:
            is_event = arguments == (ir.ColumnRef(_WHOLE_EVENT),)
            return whole or frozenset({(None, EVENT if is_event else Any)})
        return _NOTHING

    def _choice(self, arguments: Sequence[ir.Expr], columns: Columns) -> Meaning:
        """Return what any branch can be, given its condition and that those before do not hold."""
        found: Meaning = _NOTHING
        *pairs, otherwise = arguments
        for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
            self._meaning(condition, columns)
            found |= self._meaning(value, _narrowed(columns, condition))
            columns = _narrowed(columns, condition, but=True)
        found |= self._meaning(otherwise, columns)
        # A branch that reads the same object from another text has its fields, too.
        return found - {(None, Any)} or found

    def _path(self, base: ir.Expr, steps: Sequence[ir.PathStep], columns: Columns) -> Meaning:
        before = self._meaning(base, columns)
        written = _written(base)
        for step in steps:
            self._children(step, columns)
            after = frozenset(
                (requested, kind)
                for requested, each in before
                if (kind := _below(each, step)) is not None
            )
            if not after:
                self._faults[_fault(before, written, step)] = _is_certain(before, step)
                return frozenset({(None, Any)})
            written, before = f"{written}.{_word(step)}", after
        return before

    def _children(self, node: object, columns: Columns) -> None:
        for each in children(node):
            if isinstance(each, ir.Query):
                self.query(each)
            elif isinstance(each, ir.Expr):
                self._meaning(each, columns)
            else:
                self._children(each, columns)


def _source(source: ir.Source, lets: Mapping[str, Columns]) -> Columns:
    if not isinstance(source, ir.TableRef):
        return {}
    if source.name in lets:
        return lets[source.name]
    return _parser_columns(source.name) if source.name in PARSERS else _table_columns()


def _merged(each: Iterable[Columns]) -> Columns:
    found: dict[str, Meaning] = {}
    for columns in each:
        for name, meaning in columns.items():
            found[name] = found.get(name, _NOTHING) | meaning
    return found


def _elements(meaning: Meaning) -> Meaning:
    """Return what mv-expand makes of a list; an object is taken apart and stays what it is."""
    return frozenset(
        (requested, inner if (inner := element(kind)) is not None else kind)
        for requested, kind in meaning
    )


def _below(kind: Type, step: ir.PathStep) -> Type | None:
    """Return the type of one step down; a key that is computed can be any."""
    if (name := _word(step)) != _COMPUTED:
        return below(kind, name)
    return Any if is_free(kind) else element(kind)


def _word(step: ir.PathStep) -> str:
    if step.name is None and isinstance(step.index, ir.Literal) and step.index.kind == "string":
        return str(step.index.value)
    return step.name or _COMPUTED


def _written(node: ir.Expr) -> str:
    match node:
        case ir.ColumnRef(name) | ir.LetRef(name):
            return name
        case ir.PathAccess(base, steps):
            return ".".join([_written(base), *map(_word, steps)])
        case ir.FunctionCall(name, arguments):
            return f"{name}({', '.join(map(_written, arguments))})"
        case _:
            return "…"


def _column(named: ir.NamedExpr) -> str:
    """Return what the column is called: Kusto calls `A.b` A_b, and `tostring(A.b)`, too."""
    node = named.expr
    if isinstance(node, ir.FunctionCall) and len(node.args) == 1 and not named.name:
        node = node.args[0]
    return named.name or _written(node).replace(".", "_")


def _is_certain(before: Meaning, step: ir.PathStep) -> bool:
    """Return whether a path cannot exist: not where it is computed, or webhooks may add keys."""
    is_computed = not before or _word(step) == _COMPUTED
    return not is_computed and not any(is_free(kind) for _, kind in before)


def _fault(before: Meaning, written: str, step: ir.PathStep) -> str:
    path = f"{written}.{_word(step)}"
    if not before:
        return f"`{path}`: what `{written}` holds here is not known"
    known = sorted({name for _, kind in before for name in names(kind)})
    if close := get_close_matches(_word(step), known, n=1):
        return f"`{path}`: there is no such field; did you mean `{written}.{close[0]}`?"
    if all(element(kind) is not None for _, kind in before):
        return f"`{path}`: `{written}` is a list; expand it with `mv-expand`"
    if len(known) > MOST_LISTED:
        return f"`{path}`: there is no such field"
    return f"`{path}`: there is no such field; there are {', '.join(known) or 'none'}"


def _narrowed(columns: Columns, condition: ir.Expr, *, but: bool = False) -> Columns:
    """Leave out what cannot be where a condition holds; with `but`, where it does not hold."""
    return {
        name: frozenset(one for one in meaning if holds(condition, one[0]) is not but)
        for name, meaning in columns.items()
    }
