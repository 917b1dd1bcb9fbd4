"""Finds `=` in a condition, where `==` is meant.

duckdb-kql reads it as a name for what follows and drops the name: `where IsGitOps = false` would be
`where false`, and find nothing in silence. Kusto refuses it.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

from duckdb_kql import parse

_MAY_BE: Final = re.compile(r"\b(where|filter|not|case|\w*if+)\b[^|]*?[^=!<>~]=(?![=~>])")
"""Most queries have none: they need not be parsed a second time."""

_CONDITION: Final = re.compile(r"not|case|iff|iif|\w+if")
"""Functions that take a condition."""


def equals_faults(text: str) -> list[str]:
    """Return each condition with `=`, and what to write.

    Args:
        text: a query that duckdb-kql can read.
    """
    if not _MAY_BE.search(text):
        return []
    names = [_name(node) for node in _nodes(parse(text).tree) if _is_condition(node)]
    return [f"`{name} =`: write `{name} ==` to compare" for name in dict.fromkeys(names) if name]


def _is_condition(node: Any) -> bool:
    parent = node.parentCtx
    while parent is not None and len(parent.children) == 1:
        parent = parent.parentCtx
    if _kind(parent) == "NamedFunctionCallExpression":
        return _CONDITION.fullmatch(parent.getChild(0).getText()) is not None
    return _kind(parent) == "WhereOperator"


def _name(node: Any) -> str:
    """Return the name that an expression is given; empty if it has none."""
    first = node.getChild(0)
    if _kind(first) != "NamedExpressionNameClause":
        return ""
    text: str = first.getText()
    return text.removesuffix("=")


def _nodes(node: Any) -> Iterator[Any]:
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if children := getattr(each, "children", None):
            yield each
            waiting.extend(reversed(children))


def _kind(node: Any) -> str:
    return type(node).__name__.removesuffix("Context")
