"""Reads the YAML and JSON files that a person writes, and finds the line of a value in them."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final, TypeAlias

import yaml

from kubewitness.documents.limits import (
    MOST_VALUES,
    refuse_deep_nesting,
    refuse_depth,
    refuse_expansion,
    refuse_surrogates,
)
from kubewitness.errors import InputError

Location: TypeAlias = tuple[int | str, ...]
"""Keys and indexes that lead from the top of a document to a value."""

MUST_BE_MAPPING: Final = "must be a mapping, as `key: value`"

_TAG: Final = "tag:yaml.org,2002:"
_Safe: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML was built with it: ten times as fast, for a hundred files at each start."""


class _Loader(_Safe):  # type: ignore[misc, valid-type]
    """Reads YAML 1.2, as the Pulumi CLI does: `off`, `12:30`, dates and every key are text."""

    yaml_implicit_resolvers: ClassVar = {
        first: [
            (tag, pattern)
            for tag, pattern in known
            if tag.removeprefix(_TAG) not in ("bool", "int", "timestamp")
        ]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.deep_construct = True  # else a list could contain itself

    def construct_document(self, node: yaml.Node) -> Any:
        refuse_expansion(node)
        return super().construct_document(node)

    def flatten_mapping(self, node: yaml.MappingNode) -> None:
        super().flatten_mapping(node)
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                key.tag = f"{_TAG}str"


_Loader.add_implicit_resolver(
    f"{_TAG}bool", re.compile("^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)
_Loader.add_implicit_resolver(
    f"{_TAG}int",
    re.compile("^(?:[-+]?(?:0|[1-9][0-9]*)|0x[0-9a-fA-F]+)$"),
    list("-+0123456789"),
)

_PROBLEMS: Final = {
    "but found another document": "the file has several documents; leave one",
    "could not determine a constructor": "unknown tag; put text that begins with `!` in quotes",
    "aliases": f"aliases (`*`) expand to more than {MOST_VALUES:,} values",
    "found duplicate anchor": "two anchors (`&`) have the same name",
    "found unconstructable recursive node": "a value contains itself by an alias (`*`)",
    "found undefined alias": "unknown alias; put text that begins with `*` in quotes",
    "found unhashable key": "a key must be text",
    "second occurrence": "two anchors (`&`) have the same name",
}
"""Our texts for PyYAML's messages, by their beginning; the original may quote a value."""


@dataclass(frozen=True)
class ParsedFile:
    """A file that was read.

    Attributes:
        path: of the file.
        data: what it holds.
        text: the file itself, to find lines in.
    """

    path: Path
    data: Any
    text: str = field(repr=False)

    def mapping(self) -> dict[str, Any]:
        """Return the mapping that the file holds; an empty file holds an empty one.

        Raises:
            InputError: it holds something else.
        """
        if self.data is None:
            return {}
        if not isinstance(self.data, dict):
            raise InputError(f"{self.at(())}: the file: {MUST_BE_MAPPING}")
        return self.data

    def at(self, location: Location) -> str:
        """Return `FILE:LINE` of a value, or the file alone where the line is not known."""
        position = self.position(location)
        return str(self.path) if position is None else f"{self.path}:{position[0]}"

    def position(self, location: Location) -> tuple[int, int] | None:
        """Return line and column of a value, counted from 1.

        For a value in a mapping it is the position of the key; for a missing value it is the
        position of the innermost mapping or list around it.
        """
        node = self._root
        if node is None:
            return None
        mark = node.start_mark
        for step in location:
            found = _inner(node, step)
            if found is None:
                break
            mark, node = found
        return mark.line + 1, mark.column + 1

    @cached_property
    def _root(self) -> yaml.Node | None:
        """The nodes of the file; None where PyYAML finds other words for it than the reader did.

        Only an incorrect document takes the slow path. JSON is YAML except for tabs, which it has
        between values only, and surrogates, which the loader in C refuses.
        """
        try:
            return yaml.compose(self.text.replace("\t", " "), yaml.SafeLoader)
        except (yaml.YAMLError, RecursionError):
            return None


def _inner(node: yaml.Node, step: int | str) -> tuple[yaml.Mark, yaml.Node] | None:
    """Return the position of an item of a list, or of the last key of this name in a mapping."""
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        items = node.value[step : step + 1]
        return next(((item.start_mark, item) for item in items), None)
    if isinstance(node, yaml.MappingNode):
        pairs = reversed(node.value)
        return next(((key.start_mark, value) for key, value in pairs if key.value == step), None)
    return None


def read_yaml(path: Path) -> ParsedFile:
    """Read a file of one document.

    Raises:
        InputError: it cannot be read as YAML.
    """
    text = _text(path, "YAML")
    return ParsedFile(path, _parsed_yaml(path, text, yaml.load), text)


def read_documents(path: Path) -> list[Any]:
    """Return the documents in a file of any number of them.

    Raises:
        InputError: it cannot be read as YAML.
    """
    documents: list[Any] = _parsed_yaml(
        path, _text(path, "YAML"), lambda text, loader: list(yaml.load_all(text, loader))
    )
    return documents


def read_json(path: Path, wanted: str = "") -> ParsedFile:
    """Read a JSON file.

    Args:
        path: of the file.
        wanted: what the file must be, for the error; nothing by default.

    Raises:
        InputError: it cannot be read as JSON.
    """
    end = f"; {wanted}" if wanted else ""
    text = _text(path, "JSON", end)
    try:
        data = json.loads(text)
        refuse_depth(data)
        refuse_surrogates(text, data)
        return ParsedFile(path, data, text)
    except json.JSONDecodeError as error:
        what = f"{error.msg}{end}"
        raise InputError(f"{path}:{error.lineno}: cannot be read as JSON: {what}") from None
    except UnicodeEncodeError:
        what = "has half a character (`\\ud800` to `\\udfff`)"
        raise InputError(f"{path}: cannot be read as JSON: {what}{end}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as JSON: {_limit(error)}{end}") from None


def _text(path: Path, language: str, end: str = "") -> str:
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise InputError(f"{path}: cannot be read as {language}: is not UTF-8{end}") from None


def _parsed_yaml(path: Path, text: str, load: Callable[[str, Any], Any]) -> Any:
    try:
        refuse_deep_nesting(text, _Safe)
        return load(text, _Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        last = len(text.splitlines())  # what is not closed is missed on the line after
        where = f"{path}:{min(mark.line + 1, last)}" if mark else str(path)
        raise InputError(f"{where}: cannot be read as YAML: {_problem(error)}") from None
    except yaml.YAMLError:
        what = "has a character that YAML does not allow"
        raise InputError(f"{path}: cannot be read as YAML: {what}") from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: cannot be read as YAML: {_limit(error)}") from None
    except (AttributeError, LookupError, TypeError):  # what PyYAML makes of `!!bool maybe`
        what = "a value does not match its tag (`!!`)"
        raise InputError(f"{path}: cannot be read as YAML: {what}") from None


def _problem(error: yaml.MarkedYAMLError) -> str:
    """Return what is wrong, without the value: it may be a secret."""
    problem = str(error.problem or error.context)
    ours = (text for start, text in _PROBLEMS.items() if problem.startswith(start))
    return next(ours, problem)


def _limit(error: Exception) -> str:
    """Return why a number, or a nesting, goes beyond what Python reads."""
    deep = isinstance(error, RecursionError)
    return "is nested too deeply" if deep else "has a number or a tagged value that is not readable"
