"""Makes of a query the queries that return the truncated events that it could not judge."""

from collections.abc import Mapping, Sequence

from duckdb_kql import KqlError

from kubewitness.detections.parsers import PARSERS, parser
from kubewitness.detections.unjudged.conditions import FlaggedColumn, FlaggedColumns
from kubewitness.detections.unjudged.names import flag
from kubewitness.detections.unjudged.pipelines import (
    TooComplexError,
    candidate_queries,
    passing_query,
    truncated_table,
)
from kubewitness.errors import InputError
from kubewitness.logs.kql.keywords import read_query
from kubewitness.logs.kql.rewrites import rewritten
from kubewitness.logs.kql.translation import Translation
from kubewitness.logs.kql.translator import translate_tree


def rewrite(
    name: str | None,
    text: str,
    flagged: Mapping[str, Sequence[str]],
    schema: Mapping[str, Sequence[str]],
) -> list[Translation]:
    """Return the rewritten queries of a detection, or the one of a parser.

    Args:
        name: of the parser; None for a detection.
        text: of the query.
        flagged: the columns of each table of truncated rows, by the name of the whole table.
        schema: the columns of every table.

    Raises:
        InputError: it cannot be rewritten.
    """
    tables = _tables(flagged, schema)
    known = {truncated_table(each).qualified: names for each, names in flagged.items()}
    try:
        query = rewritten(read_query(text), {n: list(names) for n, names in schema.items()})
        if name is not None:
            queries = [passing_query(query, tables, schema)[0]]
        else:
            queries = list(candidate_queries(query, tables, schema))
    except (KqlError, TooComplexError, RecursionError) as error:
        raise InputError(str(error)) from None
    return [translate_tree(each, known) for each in queries]


def _tables(
    flagged: Mapping[str, Sequence[str]], schema: Mapping[str, Sequence[str]]
) -> dict[str, FlaggedColumns]:
    """Return the columns of the tables, and of the parsers that read them."""
    found = {each: _columns(names) for each, names in flagged.items() if each not in PARSERS}
    for name in PARSERS:
        if name in flagged:
            found[name] = passing_query(read_query(parser(name)), found, schema)[1]
    return found


def _columns(names: Sequence[str]) -> FlaggedColumns:
    """Return the columns that have flags next to them, and those that are certain."""
    return {
        name: FlaggedColumn(flag(name, "partial") in names, flag(name, "unknown") in names)
        for name in names
        if "__" not in name
    }
