"""The errors of a query, with the names of the query."""

import re
from difflib import get_close_matches
from typing import Final

from duckdb_kql import KqlError, KqlSyntaxError, KqlUnsupportedError, SourceSpan
from duckdb_kql.control import strip_leading_comments

from kubewitness.errors import InputError

TOO_DEEP: Final = "the query is nested too deeply to be read; split it with `let`"

_OPERATORS: Final = (
    "where",
    "project",
    "project-away",
    "project-rename",
    "extend",
    "summarize",
    "join",
    "mv-expand",
    "distinct",
    "count",
    "sort",
    "order",
    "top",
    "take",
    "limit",
    "union",
    "lookup",
    "parse",
    "parse-where",
    "render",
    "getschema",
)

_MISSING_OPERATORS: Final = (
    "mv-apply",
    "make-series",
    "evaluate",
    "serialize",
    "scan",
    "sample",
    "sample-distinct",
    "top-nested",
    "top-hitters",
    "fork",
    "facet",
    "partition",
    "reduce",
    "as",
    "invoke",
    "project-keep",
    "project-reorder",
    "parse-kv",
    "search",
    "find",
    "externaldata",
    "consume",
    "filter",
)

_INSTEAD: Final = {
    "mv-apply": "use `mv-expand` and `where`",
    "make-series": "use `summarize count() by bin(TimeGenerated, 1h)`",
    "top-nested": "use `summarize` and `top`",
    "filter": "use `where`",
    "sample": "use `take`",
    "project-keep": "use `project`",
    "project-reorder": "use `project`",
    "search": 'name the table and a column, as in `AKSAudit | where RequestUri has "text"`',
    "find": 'name the table and a column, as in `AKSAudit | where RequestUri has "text"`',
    "externaldata": "queries cannot read URLs or files here; write the values into a `datatable`",
    "*": 'name each column, as in `Caller has "x" or Properties has "x"`',
    "split": "an index is a number of 0 or more; take other parts as in `split(x, d)[-1]`",
    "column_ifexists": "the name is a text, at a place where all columns are known",
    "make_bag": "use `make_list`",
    "ipv4_is_match": "use `startswith` or `matches regex`",
    "ipv4_is_private": "use `matches regex`",
    "evaluate": "plugins run in Azure only; use `summarize` or `join`",
    "series_decompose_anomalies": "its model runs in Azure only; compare counts of `summarize`",
}

_SIGNS: Final = {"StringStarOperatorExpression": "*"}
"""The text for an operator without a name."""

_SQL: Final = re.compile(r"\s*(select|with|from|describe|summarize)\b", re.IGNORECASE)
"""How a statement of SQL begins, and no query in KQL."""


def explain_kql(error: KqlError, text: str) -> InputError:
    """Return the error for people."""
    if isinstance(error, KqlSyntaxError):
        return InputError(_syntax(error, text))
    if isinstance(error, KqlUnsupportedError):
        return InputError(_unsupported(error, text))
    return InputError(f"the query cannot be translated: {error}")


def _syntax(error: KqlSyntaxError, text: str) -> str:
    if not strip_leading_comments(text).strip():
        return "the query is empty"
    if _SQL.match(text):
        return "the text is SQL and not KQL; add `--sql`"
    first = error.diagnostics[0]
    if (found := _word_after_pipe(first.span, text)) and found[0] not in _OPERATORS:
        return _unknown_operator(*found, text)
    what = first.message.split(" expecting ")[0].replace("'<EOF>'", "end of the query")
    what = what.replace("mismatched input", "unexpected").replace("extraneous input", "unexpected")
    what = what.replace("token recognition error at: ", "KQL text cannot begin with ")
    hint = "; write `==` to compare" if re.match(r"=(?![=~>])", _rest(first.span, text)) else ""
    return f"syntax error {_place(first.span, text)}: {what}{hint}{_excerpt(first.span, text)}"


def _unknown_operator(word: str, span: SourceSpan, text: str) -> str:
    if word in _MISSING_OPERATORS:
        return _missing(word, span, text)
    close = get_close_matches(word, _OPERATORS, n=1)
    hint = f"; did you mean `{close[0]}`?" if close else ""
    excerpt = _excerpt(span, text)
    return f"syntax error {_place(span, text)}: `{word}` is not an operator{hint}{excerpt}"


def _unsupported(error: KqlUnsupportedError, text: str) -> str:
    kind, _, name = error.construct.rpartition(":")
    if kind in {"function", "aggregate"} or name in _SIGNS:
        return _missing(_SIGNS.get(name, name), error.span, text)
    word = _word_at(error.span, text)
    if name.endswith("Operator") and word:
        return _missing(word, error.span, text)
    if word in _MISSING_OPERATORS:
        return _missing(word, error.span, text)
    if error.construct == "multi-statement":
        return "a query is one statement; end only `let` with a semicolon"
    if word in _OPERATORS:
        return f"this form of `{word}` {_place(error.span, text)} is not supported by duckdb-kql"
    why = f": {error.hint}" if error.hint and "in this wave" not in error.hint else ""
    return _missing(word or error.construct, error.span, text) + why


def _missing(name: str, span: SourceSpan | None, text: str) -> str:
    place = f" {_place(span, text)}" if span else ""
    instead = f"; {_INSTEAD[name]}" if name in _INSTEAD else ""
    return f"`{name}`{place} is not supported by duckdb-kql, which runs queries here{instead}"


def _place(span: SourceSpan | None, text: str) -> str:
    if span is None:
        return "in the query"
    column = f"column {span.column + 1}"
    return f"at {column}" if "\n" not in text.strip() else f"at line {span.line}, {column}"


def _excerpt(span: SourceSpan, text: str) -> str:
    """Return the line with a mark below the place."""
    lines = text.splitlines() or [""]
    line = lines[min(span.line, len(lines)) - 1]
    return f"\n  {line}\n  {' ' * span.column}^"


def _word_after_pipe(span: SourceSpan, text: str) -> tuple[str, SourceSpan] | None:
    """Return the operator's name and its place, where the parser stopped at the pipe before it."""
    found = re.match(r"\|\s*([A-Za-z][\w-]*)", _rest(span, text))
    if found is None:
        return None
    before = found[0][: found.start(1)]
    column = len(before.rsplit("\n", maxsplit=1)[-1])
    lines = before.count("\n")
    return found[1], SourceSpan(span.line + lines, column if lines else span.column + column)


def _word_at(span: SourceSpan | None, text: str) -> str:
    found = re.match(r"[A-Za-z][\w-]*", _rest(span, text)) if span else None
    return found[0] if found else ""


def _rest(span: SourceSpan, text: str) -> str:
    return "\n".join(text.split("\n")[span.line - 1 :])[span.column :]
