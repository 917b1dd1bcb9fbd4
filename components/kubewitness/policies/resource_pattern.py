"""Which resources a setting means: a name, a pattern of the URN, or a pattern of an Azure ID.

In a pattern, `*` matches any text within one part. It stops at `::`, because a program chooses its
names: a cluster named `prod::legacy` must not match `legacy` of another stack.
"""

import re
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.resources import Resource

_START: Final = "urn:pulumi:"
_SEPARATOR: Final = "::"
_ALL_PARTS: Final = "urn:pulumi:STACK::PROJECT::TYPE::NAME"
_PARTS: Final = _ALL_PARTS.count(_SEPARATOR) + 1


def _checked(pattern: str) -> str:
    """Return the pattern.

    Raises:
        ValueError: it has some of the parts of a URN, but not all; with the replacement.
    """
    parts = pattern.split(_SEPARATOR)
    is_urn = len(parts) > 1 or pattern.startswith(_START)
    if is_urn and len(parts) < _PARTS:
        raise ValueError(
            f"`{pattern}` has {len(parts)} of the {_PARTS} parts of a URN; write "
            f"`{_replacement(parts)}`, which is the name of a resource or a pattern with all parts "
            f"({_ALL_PARTS})"
        )
    return pattern


ResourcePattern = Annotated[str, Field(min_length=1), AfterValidator(_checked)]
"""A name, a pattern of a URN with all parts, or a pattern of an Azure ID."""


def _replacement(parts: list[str]) -> str:
    """Return what was probably meant; parts that name nothing are left out."""
    missing = ["*"] * (_PARTS - len(parts))
    if parts[0].startswith(_START):
        return _SEPARATOR.join([*parts, *missing])
    if set(parts[:-1]) == {"*"}:
        return parts[-1]
    return _SEPARATOR.join([f"{_START}*", *missing[1:], *parts])


def is_meant(resource: Resource, pattern: str) -> bool:
    """Return whether a valid pattern means a resource."""
    if pattern.startswith("/"):
        return _all_match(fold(pattern).split("/"), fold(resource.urn).split("/"))
    if _SEPARATOR not in pattern:
        return _matches(pattern, resource.name)
    last = _PARTS - 1  # the name may hold the separator, too
    return _all_match(pattern.split(_SEPARATOR, last), resource.urn.split(_SEPARATOR, last))


def _all_match(patterns: list[str], parts: list[str]) -> bool:
    return len(patterns) == len(parts) and all(map(_matches, patterns, parts))


def _matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache
def _compiled(pattern: str) -> re.Pattern[str]:
    any_text = f"(?:(?!{_SEPARATOR}).)*"
    return re.compile(any_text.join(map(re.escape, pattern.split("*"))), re.DOTALL)
