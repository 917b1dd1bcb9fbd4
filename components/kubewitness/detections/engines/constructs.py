"""The KQL of detections and parsers: constructs that DuckDB and Kusto run with the same result.

duckdb-kql reports constructs that it cannot run. This list is about constructs that it runs
differently from Kusto, without a message. It checks a query in the form to which duckdb-kql lowers
it, in which calls of functions that a `let` defines are expanded.
"""

import re
from collections.abc import Iterator
from typing import Final

from duckdb_kql import KqlError, ir

from kubewitness.catalog.audit_tables import AZURE_DIAGNOSTICS, EMPTY_COLUMNS, TABLES
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.logs.kql.keywords import read_query
from kubewitness.logs.kql.kql_errors import TOO_DEEP, explain_kql
from kubewitness.logs.kql.tree import children_outside_queries, walk

OPERATORS: Final[dict[type[ir.Node], str]] = {
    ir.Where: "where",
    ir.Extend: "extend",
    ir.Project: "project",
    ir.ProjectAway: "project-away",
    ir.Distinct: "distinct",
    ir.Summarize: "summarize",
    ir.Join: "join",
    ir.MvExpand: "mv-expand",
    ir.Union: "union",
}
"""Not `take`, `top` and `sort`: the order of equal rows is undefined."""

JOIN_KINDS: Final = ("inner", "leftouter", "leftanti", "leftsemi")
"""Not the default, `innerunique`, which keeps any one of the rows on the left."""

AGGREGATES: Final = (
    "count",
    "countif",
    "dcount",
    "dcountif",
    "make_set",
    "min",
    "max",
    "sum",
    "arg_min",
    "arg_max",
    "take_any",
)
"""`dcount` is exact on DuckDB. According to Kusto's docs it is an estimate there, with an error
of 1.6 % or less: a threshold is a round number that no attack depends on. DuckDB ignores the
size limit of `make_set`."""

FUNCTIONS: Final = (
    "case",
    "iff",
    "coalesce",
    "not",
    "extract",
    "extract_all",
    "split",
    "strcat",
    "strcat_array",
    "array_concat",
    "array_length",
    "pack_array",
    "set_has_element",
    "replace_string",
    "replace_regex",
    "tolower",
    "strlen",
    "isempty",
    "isnotempty",
    "isnull",
    "isnotnull",
    "tostring",
    "gettype",
    "toint",
    "tolong",
    "tobool",
    "todatetime",
    "parse_json",
    "base64_decode_tostring",
    "bin",
)
"""Not `parse_url`, which leaves %2F unchanged on DuckDB only. `base64_decode_tostring` fails on
DuckDB for text that is not Base64: use it inside an `iff` that checks this first."""

OPERATIONS: Final = (
    "==",
    "!=",
    "=~",
    "!~",
    "<",
    "<=",
    ">",
    ">=",
    "and",
    "or",
    "+",
    "-",
    "*",
    "/",
    "has",
    "!has",
    "has_any",
    "contains",
    "!contains",
    "startswith",
    "!startswith",
    "endswith",
    "!endswith",
    "matches regex",
    "in",
    "!in",
    "in~",
    "!in~",
    "between",
)

CLOCK: Final = ("now", "ago")

_OTHERS_TEXT: Final = ("UserAgent", "RequestUri", "Command")
"""Columns that the attacker writes: on DuckDB `make_set` fails on a text that is a list in JSON."""

_PLAIN: Final = {
    column.name
    for table, each in TABLES.items()
    for column in each
    if column.type == "string" and column.name not in EMPTY_COLUMNS.get(table, ())
    if table not in (AZURE_DIAGNOSTICS, *INSIGHTS_TABLES)
}
"""Columns of text, which are never null in Kusto and are null on DuckDB where a log has none. Those
of Container insights are not null here either."""

_USER_FUNCTION: Final = re.compile(r"\blet\s+(\w+)\s*=\s*(?:view\s*)?\([^()]*\)\s*\{")


def construct_faults(text: str) -> list[str]:
    """Return the constructs in a query that DuckDB and Kusto run differently, each once."""
    try:
        query = read_query(text)
    except KqlError as error:
        return list(explain_kql(error, text).faults)
    except RecursionError:
        return [TOO_DEEP]
    return list(dict.fromkeys(fault for node in walk(query) for fault in _faults(node)))


def basic_plan_faults(text: str) -> list[str]:
    """Return what a query has that cannot be run on a table of the Basic plan.

    Source: Azure docs, "Query data in a Basic and Auxiliary table in Azure Monitor Logs": one
    table; no `join`, `find`, `search` and `externaldata`; no user-defined functions; no other
    workspaces or resources.

    Args:
        text: the query with all that it needs, as `parsers.definitions` gives it.
    """
    faults = [f"the function `{name}` of its own" for name in _USER_FUNCTION.findall(text)]
    try:
        query = read_query(text)
    except KqlError as error:
        return list(explain_kql(error, text).faults)
    if any(isinstance(node, ir.Join) for node in walk(query)):
        faults.append("`join`")
    if any(isinstance(node, ir.TableRef) and node.cluster for node in walk(query)):
        faults.append("another cluster or workspace")
    reads = _reads(query, {})
    if len(reads) > 1:
        faults.append(f"a table more than once, or more than one: {', '.join(reads)}")
    return [f"a table of the Basic plan cannot be queried with {fault}" for fault in faults]


def _reads(query: ir.Query, bound: dict[str, list[str]]) -> list[str]:
    """Return the tables that a query reads, each as often as it reads it."""
    for name, value in query.lets:
        if isinstance(value, ir.Query):
            bound = {**bound, name: _reads(value, bound)}
    found: list[str] = []
    for node in walk([query.source, *query.operators], children_outside_queries, with_repeats=True):
        if isinstance(node, ir.TableRef):
            found.extend(bound.get(node.name, [node.name]))
        elif isinstance(node, ir.Query):
            found.extend(_reads(node, bound))
    return found


def _faults(node: object) -> Iterator[str]:
    yield from _operator_faults(node)
    yield from _expression_faults(node)


def _operator_faults(node: object) -> Iterator[str]:
    match node:
        case ir.Join(kind=kind) if kind not in JOIN_KINDS:
            yield f"`join kind={kind}`: write the kind, one of {', '.join(JOIN_KINDS)}"
        case ir.Operator() if type(node) not in OPERATORS:
            yield f"operator `{_kebab(type(node).__name__)}`: {_NOT_ALIKE}"
        case ir.Summarize(aggregates=aggregates):
            yield from _aggregate_faults(aggregates)
        case _:
            return


def _expression_faults(node: object) -> Iterator[str]:
    match node:
        case ir.FunctionCall(name=name) if name in CLOCK:
            yield f"`{name}()`: the logs are of any time; leave the period to the options of `hunt`"
        case ir.FunctionCall(name="make_set", args=(ir.ColumnRef(name=name), *_)) if (
            name in _OTHERS_TEXT
        ):
            yield f"`make_set({name})`: fails where it reads as a list; write pack_array({name})"
        case ir.FunctionCall(name=name) if name not in {*FUNCTIONS, *AGGREGATES}:
            yield f"function `{name}`: {_NOT_ALIKE}"
        case ir.BinaryOp(op=operation) if operation not in OPERATIONS:
            yield f"`{operation}`: {_NOT_ALIKE}"
        case ir.ToScalar() | ir.HasList(require_all=True):
            yield f"`{'toscalar' if isinstance(node, ir.ToScalar) else 'has_all'}`: {_NOT_ALIKE}"
        case ir.BinaryOp(left=ir.ColumnRef(name=name), right=ir.Literal(value="")):
            yield from _empty_text(name)
        case ir.InList(value=ir.ColumnRef(name=name), items=items) if _has_empty_text(items):
            yield from _empty_text(name)
        case _:
            return


_NOT_ALIKE: Final = (
    "is not a construct that both engines run with the same result; "
    "see docs/investigate/writing-detections.md"
)


def _aggregate_faults(aggregates: tuple[ir.NamedExpr, ...]) -> Iterator[str]:
    for each in aggregates:
        if isinstance(each.expr, ir.FunctionCall) and each.expr.name in FUNCTIONS:
            continue
        if isinstance(each.expr, ir.FunctionCall) and each.expr.name not in AGGREGATES:
            yield f"aggregate `{each.expr.name}`: {_NOT_ALIKE}"


def _has_empty_text(items: tuple[ir.Expr, ...]) -> bool:
    return any(isinstance(item, ir.Literal) and item.value == "" for item in items)


def _empty_text(name: str) -> Iterator[str]:
    if name in _PLAIN:
        yield f'`{name}` against "": it is null on DuckDB and "" in Kusto; write isempty({name})'


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
