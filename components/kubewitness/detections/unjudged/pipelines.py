"""Rewrites a query so that it returns the truncated events that it could not judge.

Each place where a query reads events is followed on its own to the end of the query: a `where`
keeps what may pass, and notes what does not certainly pass. Operators that combine rows keep them
apart instead, and what they compute counts as opaque.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from duckdb_kql import KqlError, ir
from duckdb_kql.schema import output_columns
from duckdb_kql.translate import summarize_names

from kubewitness.detections.unjudged.conditions import (
    TRUE,
    FlaggedColumn,
    FlaggedColumns,
    Uncertainty,
    any_of,
    certain,
    is_opaque,
    negation,
    possible,
    uncertainty,
)
from kubewitness.detections.unjudged.names import (
    GUESSED,
    MEMORY,
    ROW,
    UNDECIDED,
    flag,
    truncated_name,
)
from kubewitness.logs.kql.tree import children

MOST_PATHS: Final = 50
"""A query that reads events in more places is not followed."""

_KEPT: Final = (ROW, UNDECIDED, GUESSED)

_Schema = Mapping[str, Sequence[str]]


class TooComplexError(Exception):
    """A query reads events in more places than are followed."""


class _Joined(NamedTuple):
    """A join, from the view of the rows on its right."""

    join: ir.Join | ir.Lookup
    left: tuple[str, ...]


class _Ended(NamedTuple):
    """The end of a query within an expression, whose values decide."""


_Step = ir.Operator | _Joined | _Ended


@dataclass(frozen=True)
class _Path:
    """How events go from a table to the end of a query."""

    table: str
    steps: tuple[_Step, ...] = ()

    def __add__(self, step: _Step) -> "_Path":
        return _Path(self.table, (*self.steps, step))


def truncated_table(name: str) -> ir.TableRef:
    """Return the table that has only the truncated rows of another, with flags."""
    return ir.TableRef(truncated_name(name), MEMORY)


def candidate_queries(
    query: ir.Query, tables: Mapping[str, FlaggedColumns], schema: _Schema
) -> Iterator[ir.Query]:
    """Yield the queries that return each event that a query could not judge.

    Args:
        query: as duckdb-kql lowers it.
        tables: that have truncated rows, with their columns.
        schema: the columns of every table.

    Raises:
        TooComplexError: it reads events in too many places.
    """
    for path in _paths(query, tables, schema):
        followed = _follow(path, tables, schema)
        yield followed.query(path.table, only_undecided=True)


def passing_query(
    query: ir.Query, tables: Mapping[str, FlaggedColumns], schema: _Schema
) -> tuple[ir.Query, FlaggedColumns]:
    """Return the query of all truncated events that may pass a parser, and its columns."""
    (path,) = _paths(query, tables, schema)
    followed = _follow(path, tables, schema)
    return followed.query(path.table, only_undecided=False), followed.columns


def _paths(query: ir.Query, tables: Mapping[str, FlaggedColumns], schema: _Schema) -> list[_Path]:
    reader = _PathFinder({name: [_Path(name)] for name in tables}, dict(schema))
    found = reader.paths(query)
    return [*found, *reader.within]


@dataclass
class _PathFinder:
    """Finds each place where a query reads events.

    Attributes:
        bound: the paths behind each name of a table.
        schema: the columns of each.
        within: paths that end in an expression.
    """

    bound: Mapping[str, list[_Path]]
    schema: _Schema
    within: list[_Path] = field(default_factory=list)

    def paths(self, query: ir.Query) -> list[_Path]:
        """Return the paths that reach the end of a query."""
        inner = self._with_lets(query)
        source = query.source
        found = list(inner.bound.get(source.name, ())) if isinstance(source, ir.TableRef) else []
        for index, operator in enumerate(query.operators):
            before = ir.Query(source, query.operators[:index])
            found = [path + operator for path in found] + inner.joining(operator, before)
            self._require_few(found)
        return found

    def _with_lets(self, query: ir.Query) -> "_PathFinder":
        inner = self
        for name, value in query.lets:
            if isinstance(value, ir.Query):
                bound = {**inner.bound, name: inner.paths(value)}
                schema = {**inner.schema, name: _names(value, inner.schema)}
                inner = _PathFinder(bound, schema, self.within)
            else:
                inner.note_queries_in(value)
        return inner

    def joining(self, operator: ir.Operator, before: ir.Query) -> list[_Path]:
        """Return the paths that come in with an operator."""
        match operator:
            case ir.Join() | ir.Lookup() if operator.kind in {"leftanti", "anti", "leftantisemi"}:
                # A row that is missing on its right adds a finding, and hides none.
                return []
            case ir.Join() | ir.Lookup():
                joined = _Joined(operator, tuple(_names(before, self.schema)))
                return [path + joined for path in self.paths(operator.right)]
            case ir.Union(branches):
                return [path for branch in branches for path in self.paths(branch)]
            case _:
                self.note_queries_in(operator)
                return []

    def note_queries_in(self, node: object) -> None:
        """Note the paths that end in an expression."""
        for each in children(node):
            if isinstance(each, ir.Query):
                self.within += [path + _Ended() for path in self.paths(each)]
                self._require_few(self.within)
            else:
                self.note_queries_in(each)

    @staticmethod
    def _require_few(paths: Sequence[_Path]) -> None:
        if len(paths) > MOST_PATHS:
            raise TooComplexError


def _names(query: ir.Query, schema: _Schema) -> list[str]:
    try:
        return list(output_columns(query, {name: list(each) for name, each in schema.items()}))
    except KqlError:
        return []


def _follow(path: _Path, tables: Mapping[str, FlaggedColumns], schema: _Schema) -> "_Followed":
    followed = _Followed(dict(tables[path.table]), schema)
    for step in path.steps:
        followed.step(step)
    return followed


class _Followed:
    """The rewritten operators so far, and the columns after them."""

    def __init__(self, columns: dict[str, FlaggedColumn], schema: _Schema) -> None:
        self.columns = columns
        self._schema = schema
        self._operators: list[ir.Operator] = []
        self._ended = False

    def query(self, table: str, *, only_undecided: bool) -> ir.Query:
        """Return the rewritten query."""
        operators = list(self._operators)
        if only_undecided:
            kept = (ir.NamedExpr(ir.ColumnRef(name), name) for name in (ROW, GUESSED))
            operators += [ir.Where(ir.ColumnRef(UNDECIDED)), ir.Project(tuple(kept))]
        return ir.Query(truncated_table(table), operators)

    def step(self, step: _Step) -> None:
        """Follow the rows through a step."""
        if self._ended:
            return
        match step:
            case ir.Where(predicate):
                self._where(predicate)
            case ir.Extend(expressions):
                self._extend(_named(expressions))
            case ir.Project(expressions) | ir.Distinct(expressions):
                self._project(_named(expressions))
            case ir.ProjectAway(names):
                self.columns = {n: c for n, c in self.columns.items() if n not in names}
            case ir.ProjectRename(renames):
                self._rename(dict(renames))
            case _:
                self._combine(step)

    def _combine(self, step: _Step) -> None:
        """Follow the rows through a step that combines them with others."""
        match step:
            case ir.MvExpand():
                self._expand(step)
            case ir.Summarize(aggregates, by):
                self._summarize(aggregates, by)
            case ir.Join() | ir.Lookup():
                self._join(step)
            case _Joined(join, left):
                self._join_from_right(join, left)
            case ir.Union() | ir.Sort() | ir.Take() | ir.Top():
                pass
            case _:
                self._end()

    def _where(self, predicate: ir.Expr) -> None:
        may = possible(predicate, self.columns)
        if may != TRUE:
            self._operators.append(ir.Where(may))
        if self._doubt(predicate) is not None:
            self._require(
                certain(predicate, self.columns),
                certain(predicate, self.columns, trust_opaque=True),
            )

    def _require(self, decided: ir.Expr, not_guessed: ir.Expr) -> None:
        """Note for which rows a condition is not certain; what is null is not certain, either."""
        noted = [
            ir.NamedExpr(ir.FunctionCall("iff", (each, ir.ColumnRef(name), TRUE)), name)
            for name, each in ((UNDECIDED, decided), (GUESSED, not_guessed))
            if each != TRUE
        ]
        if noted:
            self._operators.append(ir.Extend(tuple(noted)))

    def _extend(self, named: Mapping[str, ir.Expr]) -> None:
        made, columns = self._computed(named)
        if made:
            self._operators.append(ir.Extend(made))
        self.columns = {**self.columns, **columns}

    def _rename(self, renames: Mapping[str, str]) -> None:
        self._extend({new: ir.ColumnRef(old) for new, old in renames.items()})
        self.columns = {n: c for n, c in self.columns.items() if n not in renames.values()}

    def _project(self, named: Mapping[str, ir.Expr]) -> None:
        made, columns = self._computed(named)
        kept = tuple(ir.NamedExpr(ir.ColumnRef(name), name) for name in _KEPT)
        self._operators.append(ir.Project((*kept, *made)))
        self.columns = columns

    def _computed(
        self, named: Mapping[str, ir.Expr]
    ) -> tuple[tuple[ir.NamedExpr, ...], dict[str, FlaggedColumn]]:
        """Return the expressions of columns and of their flags, and the columns."""
        made: list[ir.NamedExpr] = []
        columns: dict[str, FlaggedColumn] = {}
        for name, expr in named.items():
            opaque = is_opaque(expr, self.columns)
            doubt = uncertainty(expr, self.columns)
            columns[name] = _column(doubt, opaque=opaque)
            made += [*([] if opaque else [ir.NamedExpr(expr, name)]), *_flags(name, doubt)]
        return tuple(made), columns

    def _expand(self, operator: ir.MvExpand) -> None:
        """Keep the row whole: which members a list has is opaque."""
        lists = {each.name or each.column: each.column for each in operator.targets}
        self._add_opaque(
            {n: Uncertainty(unknown=self._doubt(ir.ColumnRef(c))) for n, c in lists.items()}
        )
        if operator.item_index:
            self._add_opaque({operator.item_index: Uncertainty()})

    def _summarize(self, aggregates: Sequence[ir.NamedExpr], by: Sequence[ir.NamedExpr]) -> None:
        """Keep the row apart: what a group comes to is opaque."""
        step = ir.Summarize(tuple(aggregates), tuple(by))
        key_names, names = summarize_names(step, list(self.columns))
        grouped = any_of(self._doubt(key.expr) for key in by)
        keys = dict(zip(key_names, (key.expr for key in by), strict=True))
        doubts: dict[str, Uncertainty] = {}
        for each, made in zip(aggregates, names, strict=True):
            inner = each.expr.args if isinstance(each.expr, ir.FunctionCall) else (each.expr,)
            doubt = any_of((grouped, *map(self._doubt, inner)))
            for name in made:  # `arg_min(a, *)` keeps columns under their names
                own = self._doubt(ir.ColumnRef(name)) if name in self.columns else None
                doubts[name] = Uncertainty(unknown=any_of((doubt, own)))
        expressions, columns = self._computed(keys)
        flags = [each for name, doubt in doubts.items() for each in _flags(name, doubt)]
        if expressions or flags:
            self._operators.append(ir.Extend((*expressions, *flags)))
        self.columns = {name: _column(each, opaque=True) for name, each in doubts.items()} | columns

    def _doubt(self, expr: ir.Expr) -> ir.Expr | None:
        if isinstance(expr, ir.Wildcard):
            return None
        return uncertainty(expr, self.columns).either

    def _add_opaque(self, doubts: Mapping[str, Uncertainty]) -> None:
        flags = tuple(each for name, doubt in doubts.items() for each in _flags(name, doubt))
        if flags:
            self._operators.append(ir.Extend(flags))
        added = {name: _column(doubt, opaque=True) for name, doubt in doubts.items()}
        self.columns = {**self.columns, **added}

    def _join(self, operator: ir.Join | ir.Lookup) -> None:
        self._note_keys(key.left for key in operator.keys)
        right = _names(operator.right, self._schema)
        taken = {name: Uncertainty() for name in right if name not in self.columns}
        taken |= {f"{name}1": Uncertainty() for name in right if name in self.columns}
        self._add_opaque(taken)

    def _join_from_right(self, operator: ir.Join | ir.Lookup, left: Sequence[str]) -> None:
        self._note_keys(key.right for key in operator.keys)
        renamed = {f"{name}1": ir.ColumnRef(name) for name in left if name in self.columns}
        self._extend(renamed)
        self._add_opaque({name: Uncertainty() for name in left})

    def _note_keys(self, names: Iterable[str]) -> None:
        if doubt := any_of(self._doubt(ir.ColumnRef(name)) for name in names):
            self._require(negation(doubt), negation(doubt))

    def _end(self) -> None:
        """Follow the rows no further: all that is uncertain may decide."""
        if doubt := any_of(self._doubt(ir.ColumnRef(name)) for name in self.columns):
            self._require(negation(doubt), TRUE)
        self._ended = True


def _named(expressions: Iterable[ir.NamedExpr]) -> dict[str, ir.Expr]:
    """Return expressions by the names of their columns; those without a name are left out.

    A name that is not followed counts as uncertain as any.
    """
    found: dict[str, ir.Expr] = {}
    for each in expressions:
        node = each.expr
        name = each.name or (node.name if isinstance(node, ir.ColumnRef | ir.LetRef) else None)
        if name:
            found[name] = node
    return found


def _column(doubt: Uncertainty, *, opaque: bool) -> FlaggedColumn:
    return FlaggedColumn(doubt.partial is not None, doubt.unknown is not None, opaque)


def _flags(name: str, doubt: Uncertainty) -> list[ir.NamedExpr]:
    return [
        ir.NamedExpr(each, flag(name, kind))
        for kind, each in (("partial", doubt.partial), ("unknown", doubt.unknown))
        if each is not None
    ]
