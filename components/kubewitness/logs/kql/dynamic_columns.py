"""Which columns hold dynamic values at each place of a query, as far as the query shows it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from duckdb_kql import Schema, ir

from kubewitness.catalog.audit_tables import OF_OURS, TABLES
from kubewitness.logs.kql.columns import columns_of

Dynamic = frozenset[str]
"""The names of columns."""

_OF_PARSERS: Final = ("PodSpec", "Containers", "Container", "Rules", "Subjects")

_OF_TABLES: Final = frozenset(
    column.name
    for columns in (*TABLES.values(), OF_OURS)
    for column in columns
    if column.type == "dynamic"
) | frozenset(_OF_PARSERS)

_MADE: Final = frozenset(
    {
        "parse_json", "todynamic", "split", "extract_all", "pack", "bag_pack", "pack_array", "zip",
        "array_concat", "array_slice", "array_reverse", "array_sort_asc", "array_sort_desc",
        "make_set", "make_list", "make_bag", "range", "bag_merge",
    }
)  # fmt: skip
"""Functions whose result is dynamic."""

_PASSED_ON: Final = frozenset(
    {"coalesce", "iff", "iif", "case", "min", "max", "take_any", "any", "arg_min", "arg_max"}
)
"""Functions whose result is what an argument is."""


def dynamic_stages(
    query: ir.Query, schema: Schema, bound: Mapping[str, Dynamic]
) -> Iterator[tuple[Dynamic, ir.Operator]]:
    """Yield each operator with the dynamic columns before it.

    Args:
        schema: the columns of each table.
        bound: the dynamic columns of each query that a `let` names.
    """
    yield from zip(_places(query, schema, bound), query.operators, strict=False)


def dynamic_columns(query: ir.Query, schema: Schema, bound: Mapping[str, Dynamic]) -> Dynamic:
    """Return the dynamic columns of a query's result."""
    places = [*_places(query, schema, bound)]
    return places[-1] if len(places) > len(query.operators) else frozenset()


def _places(query: ir.Query, schema: Schema, bound: Mapping[str, Dynamic]) -> Iterator[Dynamic]:
    """Yield the dynamic columns before the first operator and behind each.

    It ends at the first operator behind which the columns are not known.
    """
    found = _of_source(query.source, bound)
    yield found
    for index, operator in enumerate(query.operators):
        after = columns_of(ir.Query(query.source, query.operators[: index + 1]), schema)
        if after is None:
            return
        found = _after(operator, found, after, schema, bound)
        yield found


def is_dynamic(expression: object, columns: Dynamic) -> bool:
    """Return whether the value of an expression is certainly dynamic."""
    match expression:
        case ir.ColumnRef(name=name):
            return name in columns
        case ir.PathAccess() | ir.Literal(kind="dynamic"):
            return True
        case ir.FunctionCall(name=name, args=args):
            passed = name in _PASSED_ON and any(is_dynamic(one, columns) for one in args)
            return name in _MADE or passed
        case _:
            return False


def _of_source(source: ir.Source, bound: Mapping[str, Dynamic]) -> Dynamic:
    match source:
        case ir.TableRef(name=name):
            return bound.get(name, _OF_TABLES)
        case ir.WildcardTableRef():
            return _OF_TABLES
        case ir.DataTable(columns=columns):
            return frozenset(name for name, kind in columns if kind == "dynamic")
        case ir.PrintSource(expressions=expressions):
            return _named(expressions, frozenset())
        case _:
            return frozenset()


def _after(
    operator: ir.Operator,
    before: Dynamic,
    after: Sequence[str],
    schema: Schema,
    bound: Mapping[str, Dynamic],
) -> Dynamic:
    """Return the dynamic columns behind an operator.

    Args:
        after: all columns behind it.
    """
    match operator:
        case ir.Join(right=right) | ir.Lookup(right=right):
            other = dynamic_columns(right, schema, bound)
            return before | other | frozenset(f"{name}1" for name in other)
        case ir.Union(branches=branches):
            return before.union(*(dynamic_columns(each, schema, bound) for each in branches))
        case _:
            return _of_row(operator, before, after) & frozenset(after)


def _of_row(operator: ir.Operator, before: Dynamic, after: Sequence[str]) -> Dynamic:
    """Return the same for an operator that reads one table."""
    match operator:
        case ir.Project(expressions=made) | ir.Distinct(expressions=made):
            return _placed(made, after, before)
        case ir.Extend(expressions=made):
            return (before - {one.name or "" for one in made}) | _named(made, before)
        case ir.Summarize(by=keys, aggregates=aggregates):
            own = before - {one.name or "" for one in aggregates}
            kept = own & frozenset(after[len(keys) :])
            return _placed(keys, after[: len(keys)], before) | kept | _named(aggregates, before)
        case ir.MvExpand(targets=targets):
            cast = frozenset(one.name or one.column for one in targets if one.to_type)
            return (before | {one.name or one.column for one in targets}) - cast
        case _:
            return before


def _placed(made: Iterable[ir.NamedExpr], names: Sequence[str], before: Dynamic) -> Dynamic:
    """Return which columns are dynamic of those that are made of these expressions in order."""
    pairs = zip(names, made, strict=False)
    return frozenset(name for name, one in pairs if is_dynamic(one.expr, before))


def _named(made: Iterable[ir.NamedExpr], before: Dynamic) -> Dynamic:
    return frozenset(one.name for one in made if one.name and is_dynamic(one.expr, before))
