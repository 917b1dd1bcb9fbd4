"""Three-valued logic over the columns of a truncated event, as expressions of KQL.

A value is *partial* if it is what precedes the truncation: what it contains is certain, what it
lacks is not. It is *unknown* if nothing is certain. A column is *opaque* if its value depends on
other rows (a count, a member of a list): a condition on it holds as far as this row decides it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from duckdb_kql import ir

from kubewitness.detections.unjudged.names import flag
from kubewitness.logs.kql.tree import children, children_outside_queries, walk


class FlaggedColumn(NamedTuple):
    """The uncertainty of a column, as flags next to it in each row."""

    partial: bool = False
    unknown: bool = False
    opaque: bool = False


FlaggedColumns = Mapping[str, FlaggedColumn]


class Uncertainty(NamedTuple):
    """When a value is uncertain, as conditions on the flags of a row; None for never."""

    partial: ir.Expr | None = None
    unknown: ir.Expr | None = None

    @property
    def either(self) -> ir.Expr | None:
        """Return when the value is partial or unknown."""
        return any_of((self.partial, self.unknown))


CERTAIN: Final = Uncertainty()
TRUE: Final = ir.Literal(True, "bool")
FALSE: Final = ir.Literal(False, "bool")

_OPPOSITE: Final = {"and": "or", "or": "and"}
_GROWS: Final = {"has", "contains", "startswith", "matches regex"}
"""Operators whose result stays true, whatever follows a partial text."""


def uncertainty(expr: ir.Expr, columns: FlaggedColumns) -> Uncertainty:
    """Return when the value of an expression is uncertain."""
    match expr:
        case ir.ColumnRef(name):
            return _of_column(name, columns)
        case ir.LetRef(name, value):
            return _of_column(name, columns) if name in columns else uncertainty(value, columns)
        case ir.PathAccess() if not is_opaque(expr, columns):
            return _of_path(expr, columns)
        case ir.FunctionCall() if not is_opaque(expr, columns):
            return _of_call(expr, columns)
        case _:
            return _of_parts(expr, columns)


def possible(condition: ir.Expr, columns: FlaggedColumns, *, holds: bool = True) -> ir.Expr:
    """Return when a condition may hold, or with `holds=False` may not hold."""
    if (parts := _parts(condition, holds=holds)) is not None:
        op, each = parts
        return _join(op, [possible(one, columns, holds=wanted) for one, wanted in each])
    if is_opaque(condition, columns):
        return TRUE
    uncertain = uncertainty(condition, columns).either
    term = condition if holds else negation(condition)
    return term if uncertain is None else _join("or", [term, uncertain])


def certain(
    condition: ir.Expr, columns: FlaggedColumns, *, holds: bool = True, trust_opaque: bool = False
) -> ir.Expr:
    """Return when a condition certainly holds, or with `holds=False` certainly does not.

    Args:
        trust_opaque: whether a condition on an opaque column counts as certain.
    """
    if (parts := _parts(condition, holds=holds)) is not None:
        op, each = parts
        return _join(
            op,
            [certain(one, columns, holds=w, trust_opaque=trust_opaque) for one, w in each],
        )
    doubt = uncertainty(condition, columns)
    if is_opaque(condition, columns):
        return TRUE if trust_opaque or doubt.either is None else negation(doubt.either)
    term = condition if holds else negation(condition)
    growing = _growing(condition, columns) if holds else None
    uncertain = doubt.either if growing is None else uncertainty(growing, columns).unknown
    return term if uncertain is None else _join("and", [term, negation(uncertain)])


def is_opaque(expr: ir.Expr, columns: FlaggedColumns) -> bool:
    """Return whether a value depends on other rows: of a query within, too."""
    return any(
        isinstance(node, ir.Query)
        or (isinstance(node, ir.ColumnRef) and _column(node.name, columns).opaque)
        or (isinstance(node, ir.LetRef) and columns.get(node.name, FlaggedColumn()).opaque)
        for node in walk(expr, children_outside_queries)
    )


def negation(expr: ir.Expr) -> ir.Expr:
    """Return when a condition does not hold."""
    if expr in (TRUE, FALSE):
        return FALSE if expr == TRUE else TRUE
    return ir.FunctionCall("not", (expr,))


def any_of(conditions: Iterable[ir.Expr | None]) -> ir.Expr | None:
    """Return when any condition holds; None for never."""
    given: list[ir.Expr] = []
    for each in conditions:  # a condition with a query within has no hash
        if each is not None and each not in given:
            given.append(each)
    return _join("or", given) if given else None


def _of_call(call: ir.FunctionCall, columns: FlaggedColumns) -> Uncertainty:
    match call:
        case ir.FunctionCall("tostring", (inner,)):
            return uncertainty(inner, columns)
        case ir.FunctionCall("array_concat", arguments):
            each = [uncertainty(one, columns) for one in arguments]
            return Uncertainty(any_of(u.partial for u in each), any_of(u.unknown for u in each))
        case ir.FunctionCall("iff" | "iif" | "case", arguments) if len(arguments) % 2:
            return _of_choice(arguments, columns)
        case ir.FunctionCall("coalesce", arguments):
            return _of_first(arguments, columns)
        case _:
            return _of_parts(call, columns)


def _of_parts(expr: ir.Expr, columns: FlaggedColumns) -> Uncertainty:
    """Return when anything is uncertain that a value is made of."""
    below = (uncertainty(each, columns).either for each in _expressions_below(expr))
    return Uncertainty(unknown=any_of(below))


def _of_column(name: str, columns: FlaggedColumns) -> Uncertainty:
    column = _column(name, columns)
    if name not in columns:
        # Not followed here: as uncertain as all that it may be made of.
        flags = (_of_column(each, columns).either for each in columns)
        return Uncertainty(unknown=any_of(flags))
    return Uncertainty(
        ir.ColumnRef(flag(name, "partial")) if column.partial else None,
        ir.ColumnRef(flag(name, "unknown")) if column.unknown else None,
    )


def _column(name: str, columns: FlaggedColumns) -> FlaggedColumn:
    return columns.get(name, FlaggedColumn(opaque=True))


def _of_path(path: ir.PathAccess, columns: FlaggedColumns) -> Uncertainty:
    """Return when the value at a path is uncertain: a scalar that precedes a truncation is whole.

    The last member of a list is not known as long as the list is not whole.
    """
    base = uncertainty(path.base, columns)
    indexes = any_of(uncertainty(s.index, columns).either for s in path.steps if s.index)
    unknown = any_of((base.unknown, indexes))
    if base.partial is None:
        return Uncertainty(unknown=unknown)
    if not all(map(_is_fixed, path.steps)):
        return Uncertainty(unknown=any_of((unknown, base.partial)))
    text = ir.FunctionCall("tostring", (path,))
    is_missing = _join("and", [base.partial, ir.FunctionCall("isempty", (text,))])
    begins = [ir.BinaryOp("startswith", text, ir.Literal(each, "string")) for each in "{["]
    is_container = _join("and", [base.partial, _join("or", begins)])
    return Uncertainty(is_container, any_of((unknown, is_missing)))


def _is_fixed(step: ir.PathStep) -> bool:
    if step.name is not None:
        return True
    value = step.index.value if isinstance(step.index, ir.Literal) else None
    return isinstance(value, str) or (isinstance(value, int) and value >= 0)


def _of_choice(arguments: tuple[ir.Expr, ...], columns: FlaggedColumns) -> Uncertainty:
    *pairs, otherwise = arguments
    undecided = [_undecided(condition, columns) for condition in pairs[::2]]
    values = [uncertainty(value, columns) for value in (*pairs[1::2], otherwise)]
    return Uncertainty(
        _chosen(pairs[::2], [value.partial for value in values]),
        any_of([*undecided, _chosen(pairs[::2], [value.unknown for value in values])]),
    )


def _chosen(conditions: list[ir.Expr], flags: list[ir.Expr | None]) -> ir.Expr | None:
    """Return the flag of the value that is chosen."""
    if not any(flags):
        return None
    values = [each or FALSE for each in flags]
    pairs = [one for pair in zip(conditions, values[:-1], strict=True) for one in pair]
    return ir.FunctionCall("case", (*pairs, values[-1]))


def _undecided(condition: ir.Expr, columns: FlaggedColumns) -> ir.Expr | None:
    if uncertainty(condition, columns).either is None:
        return None
    sides = [certain(condition, columns, holds=holds) for holds in (True, False)]
    return negation(_join("or", sides))


def _of_first(arguments: tuple[ir.Expr, ...], columns: FlaggedColumns) -> Uncertainty:
    """Return when the first value that is not null is uncertain."""
    first, *others = arguments
    mine = uncertainty(first, columns)
    if not others:
        return mine
    rest = _of_first(tuple(others), columns)
    is_null = ir.FunctionCall("isnull", (first,))
    if_null = any_of((mine.partial, rest.unknown))
    return Uncertainty(
        any_of((mine.partial, rest.partial and _join("and", [is_null, rest.partial]))),
        any_of((mine.unknown, if_null and _join("and", [is_null, if_null]))),
    )


def _parts(condition: ir.Expr, *, holds: bool) -> tuple[str, list[tuple[ir.Expr, bool]]] | None:
    """Return how a condition is made of others: the operator, each of them, and whether it holds.

    None if it is not made of others.
    """
    match condition:
        case ir.BinaryOp("and" | "or" as op, left, right):
            return (op if holds else _OPPOSITE[op]), [(left, holds), (right, holds)]
        case ir.FunctionCall("not", (inner,)) | ir.UnaryOp("not", inner):
            return "and", [(inner, not holds)]
        case _:
            return None


def _growing(condition: ir.Expr, columns: FlaggedColumns) -> ir.Expr | None:
    """Return the value of a condition that stays true, whatever follows a partial value."""
    match condition:
        case ir.BinaryOp(op, value, right) if op in _GROWS:
            return value if uncertainty(right, columns).either is None else None
        case ir.BinaryOp(">" | ">=", ir.FunctionCall("array_length", (value,)), right):
            return value if uncertainty(right, columns).either is None else None
        case ir.FunctionCall("isnotempty" | "isnotnull", (value,)):
            return value
        case ir.HasList(value) if condition.subquery is None:
            return value
        case _:
            return None


def _expressions_below(expr: object) -> Iterator[ir.Expr]:
    for each in children(expr):
        if isinstance(each, ir.Expr):
            yield each
        elif not isinstance(each, ir.Query):
            yield from _expressions_below(each)


def _join(op: str, conditions: Sequence[ir.Expr]) -> ir.Expr:
    """Return what `and` or `or` makes of conditions, without those that decide nothing."""
    neutral, deciding = (TRUE, FALSE) if op == "and" else (FALSE, TRUE)
    if deciding in conditions:
        return deciding
    first, *rest = [each for each in conditions if each != neutral] or [neutral]
    for each in rest:
        first = ir.BinaryOp(op, first, each)
    return first
