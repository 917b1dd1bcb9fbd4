"""Looks up every table, column and path of a translated query before it runs.

DuckDB reports one unknown column at a time and takes `verb` for `Verb`, which Kusto does not: the
same text would fail in a workspace.
"""

import dataclasses
from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from duckdb_kql import Schema, ir
from duckdb_kql.schema import resolve_let_refs, surviving_branches

from kubewitness.logs.kql.columns import columns_of, stages
from kubewitness.logs.kql.hints import column_hint, field_hint
from kubewitness.logs.kql.tree import children_outside_queries, walk


@dataclasses.dataclass
class Names:
    """The findings: faults, with which a query cannot run, and warnings, each reported once."""

    faults: dict[str, None] = dataclasses.field(default_factory=dict)
    warnings: dict[str, None] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Place:
    """A place in a query.

    Attributes:
        columns: those that exist; None if they are unknown.
        first: the columns with which the query begins.
    """

    columns: list[str] | None = None
    first: Sequence[str] = ()


def check_names(query: ir.Query, schema: Schema) -> Names:
    """Look up the names of a query."""
    names = Names()
    _check(query, schema, names)
    return names


def _check(query: ir.Query, schema: Schema, names: Names) -> None:
    for name, bound in query.lets:
        if isinstance(bound, ir.Query):
            _check(bound, schema, names)
            schema = {**schema, name: columns_of(bound, schema) or []}
        else:
            _look_up(bound, Place(), schema, names)
    if isinstance(query.source, ir.TableRef) and not _is_table(query.source, schema, names):
        return
    first = columns_of(ir.Query(query.source), schema) or []
    for before, operator in stages(query, schema):
        _check_operator(operator, Place(before, first), schema, names)


def _is_table(source: ir.TableRef, schema: Schema, names: Names) -> bool:
    if source.qualified in schema:
        return True
    close = get_close_matches(source.name, schema, n=1)
    hint = f"did you mean `{close[0]}`? " if close else ""
    names.faults[f"unknown table `{source.name}`: {hint}The tables are {', '.join(schema)}"] = None
    return False


def _check_operator(operator: ir.Operator, place: Place, schema: Schema, names: Names) -> None:
    _look_up(resolve_let_refs(operator, place.columns or []), place, schema, names)
    for name in _names_in(operator):
        _look_up(ir.ColumnRef(name), place, schema, names)
    if isinstance(operator, ir.Join | ir.Lookup):
        right = Place(columns_of(operator.right, schema))
        for key in operator.keys:
            _look_up(ir.ColumnRef(key.right), right, schema, names)


def _names_in(operator: ir.Operator) -> list[str]:
    """Return the columns that an operator names as bare text."""
    match operator:
        case ir.ProjectAway():
            return list(operator.columns)
        case ir.ProjectRename():
            return [old for old, _ in operator.renames]
        case ir.MvExpand():
            return [target.column for target in operator.targets]
        case ir.Join() | ir.Lookup():
            return [key.left for key in operator.keys]
        case _:
            return []


def _look_up(node: object, place: Place, schema: Schema, names: Names) -> None:
    """Look up the names below a node; a query within has its own columns."""

    def below(node: object) -> Iterable[object]:
        if isinstance(node, ir.Union):
            return surviving_branches(node, schema)
        return children_outside_queries(node)

    for each in walk(node, below):
        if isinstance(each, ir.Query):
            _check(each, schema, names)
        elif isinstance(each, ir.ColumnRef):
            _check_column(each.name, place, names)
        elif isinstance(each, ir.PathAccess):
            _check_path(each, names)


def _check_column(name: str, place: Place, names: Names) -> None:
    if place.columns is not None and name not in place.columns:
        hint = column_hint(name, place.columns, place.first)
        names.faults[f"unknown column `{name}`: {hint}"] = None


def _check_path(path: ir.PathAccess, names: Names) -> None:
    field = _first_field(path.steps[0])
    if not isinstance(path.base, ir.ColumnRef) or field is None:
        return
    if hint := field_hint(path.base.name, field):
        written = f"{path.base.name}.{field}"
        names.warnings[f"`{written}` is null in every row: {hint}"] = None


def _first_field(step: ir.PathStep) -> str | None:
    """Return its name, also of `column["name"]`; None for a number and what is computed."""
    if step.name is not None:
        return step.name
    if isinstance(step.index, ir.Literal) and isinstance(step.index.value, str):
        return step.index.value
    return None
