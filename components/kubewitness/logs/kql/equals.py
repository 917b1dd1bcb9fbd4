"""Finds `=` in a condition, where `==` is meant.

duckdb-kql reads it as a name for what follows and drops the name: `where IsGitOps = false` would be
`where false`, and find nothing in silence. Kusto refuses it.
"""

import re
from typing import Any, Final

from duckdb_kql import parse

from kubewitness.logs.kql.keywords import readable
from kubewitness.logs.kql.tree import parsed_children, walk

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
    nodes = walk(parse(readable(text)).tree, parsed_children)
    names = [_name(node) for node in nodes if parsed_children(node) and _is_condition(node)]
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


def _kind(node: Any) -> str:
    return type(node).__name__.removesuffix("Context")
