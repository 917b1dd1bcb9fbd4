"""Refuses documents that a walk through them could not cope with."""

import json
from collections.abc import Iterable
from typing import Any, Final

import yaml
from yaml.constructor import ConstructorError

_DEEPEST: Final = 200
"""The nesting depth of lists and mappings. A walk through a document takes two frames for each."""

MOST_VALUES: Final = 1_000_000
"""The number of values in a document in which every alias is expanded."""

_CHARACTERS: Final = 64
"""So many characters of text count as another value."""


def refuse_depth(data: Any) -> None:
    """Raise RecursionError if lists and mappings nest more deeply than in any real document."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > _DEEPEST:
            raise RecursionError
        level = [inner for value in level for inner in _values(value)]


def _values(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def refuse_surrogates(text: str, data: Any) -> None:
    """Raise UnicodeEncodeError where a text has half a character, which nothing can print."""
    if "\\ud" in text.lower():
        json.dumps(data, ensure_ascii=False).encode()


def refuse_deep_nesting(text: str, loader: Any) -> None:
    """Raise RecursionError where a document nests too deeply for libyaml.

    It is looked at closely only where it has the brackets, or the columns, that this takes.
    """
    columns = max(map(len, text.splitlines()), default=0)
    if text.count("[") + text.count("{") + columns <= _DEEPEST:
        return
    depth = 0
    for event in yaml.parse(text, loader):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > _DEEPEST:
            raise RecursionError


def refuse_expansion(root: yaml.Node) -> None:
    """Refuse a document whose aliases expand to too many values: a walk through it would never end.

    Raises:
        ConstructorError: they do, or a value contains itself.
        RecursionError: with its aliases replaced, the document nests too deeply.
    """
    known: dict[int, tuple[int, int]] = {}
    opened: set[int] = set()

    def measure(node: yaml.Node) -> tuple[int, int]:
        """Return how many values a node expands to, and how deeply they nest."""
        if isinstance(node, yaml.ScalarNode):
            return 1 + len(node.value) // _CHARACTERS, 0
        if id(node) not in known:
            if id(node) in opened:
                raise ConstructorError(
                    None, None, "found unconstructable recursive node", node.start_mark
                )
            opened.add(id(node))
            pairs = isinstance(node, yaml.MappingNode)
            inner = [part for pair in node.value for part in pair] if pairs else node.value
            values, depth = 1, 1
            for each in inner:  # a frame for each level of nesting, and no more
                count, deep = measure(each)
                values, depth = values + count, max(depth, 1 + deep)
            if values > MOST_VALUES:
                raise ConstructorError(None, None, "aliases", node.start_mark)
            if depth > _DEEPEST:
                raise RecursionError
            known[id(node)] = values, depth
        return known[id(node)]

    measure(root)
