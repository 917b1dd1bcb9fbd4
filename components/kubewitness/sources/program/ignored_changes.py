"""Properties whose changes are ignored: what is deployed decides, if anything is deployed yet.

Source: `ParsePropertyPath` and `PropertyPath` in `sdk/go/common/resource/property_path.go` of
pulumi/pulumi: names separated by dots, indices and quoted names in brackets, `*` for everything.
"""

import re
from collections.abc import Iterable, Mapping
from itertools import product
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.values import MostlyUnknown, Unknown

_ELEMENT: Final = re.compile(
    r"""\.?(?:\["(?P<quoted>(?:\\"|[^"])*)"\]|\[(?P<index>[^\]]*)\]|(?P<name>[^.\[]+))"""
)
_ALL: Final = "*"

_MOST_WORDS: Final = 6
"""No property that a policy reads has more words behind the first."""


def hide_ignored(
    properties: dict[str, Any], dependencies: Mapping[str, tuple[str, ...]], paths: Iterable[str]
) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """Return properties and what they came from, without what the paths of `ignore_changes` name.

    A property that the program does not set is unknown as well: the deployed one may be set.
    """
    sources = dict(dependencies)
    for path in paths:
        elements = _elements(path)
        if not elements:
            continue
        if elements[0] == _ALL:
            return MostlyUnknown(dict.fromkeys(properties, _ignored(path)), _ignored(path)), {}
        _hide(properties, elements, _ignored(path))
        for name in _spellings(sources, elements[0]):
            sources.pop(name, None)
    return properties, sources


def _ignored(path: str) -> Unknown:
    return Unknown(
        f"`ignore_changes` contains `{path}`, so what is deployed counts",
        "remove it from `ignore_changes`, or check what is deployed: an exported state or Azure",
    )


def _elements(path: str) -> list[str]:
    """Return the elements of a path; an index as its digits."""
    found = []
    for match in _ELEMENT.finditer(path):
        quoted, index, name = match.group("quoted", "index", "name")
        text = name or index or ""
        found.append(text if quoted is None else quoted.replace('\\"', '"'))
    return found


def _hide(value: Any, elements: list[str], why: Unknown) -> None:
    """Put what a path names out of sight, within a mapping or a list."""
    first, *rest = elements
    inner = rest and rest[0] == _ALL and len(rest) == 1  # everything in it: all of it
    if isinstance(value, list):
        for index in range(len(value)) if first == _ALL else _index(first, value):
            _replace(value, index, [] if inner else rest, why)
    elif isinstance(value, dict):
        for name in list(value) if first == _ALL else _spellings(value, first):
            if rest and not inner and value.get(name) is None:
                value[name] = {}
            _replace(value, name, [] if inner else rest, why)


def _replace(container: Any, key: Any, rest: list[str], why: Unknown) -> None:
    if rest:
        _hide(container[key], rest, why)
    else:
        container[key] = why


def _index(element: str, listed: list[Any]) -> range:
    index = int(element) if element.isdecimal() else len(listed)
    return range(index, min(index + 1, len(listed)))


def _spellings(properties: Mapping[str, Any], name: str) -> list[str]:
    """Return the properties that a name means in Python's spelling, too; else the name itself."""
    plain = fold(name.replace("_", ""))
    found = [key for key in properties if fold(key.replace("_", "")) == plain]
    return found or [name, *_camel_cases(name)]


def _camel_cases(name: str) -> list[str]:
    """Return how Azure may write a name: any word may be an acronym, as `serverAppID` has."""
    head, *tail = name.split("_")
    if len(tail) > _MOST_WORDS:
        return [head + "".join(map(str.title, tail))]
    forms = product(*map(_forms, tail))
    return [head + "".join(words) for words in forms]


def _forms(word: str) -> set[str]:
    """Return a word, an acronym, and the plural of one."""
    plural = {word[:-1].upper() + "s"} if word.endswith("s") else set()
    return {word.title(), word.upper(), *plural}
