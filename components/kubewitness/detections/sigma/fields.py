"""Which expression of KQL reads a field of Sigma: the field mapping that its Kusto backend lacks.

Sigma names the fields of an event as kube-apiserver writes it: `objectRef.resource`. The backend
would make a literal of that, `'objectRef.resource' =~ "pods"`, which is valid and never true; so
every name is looked up in the types of an event.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Final

from kubewitness.catalog.dynamic_fields import ANNOTATION_KEYS
from kubewitness.detections.object_paths.object_types import (
    EVENT,
    OBJECT_COLUMNS,
    Type,
    below,
    element,
    is_free,
    names,
    objects,
)
from kubewitness.detections.sigma.exceptions import RejectedError
from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS

_COLUMNS: Final = {
    **TEXT_FIELDS,
    "user.username": "Username",
    "impersonatedUser.username": "ImpersonatedUsername",
    "objectRef.resource": "Resource",
    "objectRef.subresource": "Subresource",
    "objectRef.namespace": "Namespace",
    "objectRef.name": "Name",
    "objectRef.apiGroup": "ApiGroup",
    "responseStatus.code": "tostring(ResponseCode)",
    f"annotations.{ANNOTATION_KEYS[0]}": "Decision",
}
"""Fields that `KubeAudit` has as columns; each is text, and empty where the event has none."""

_SENT: Final = {
    field: OBJECT_COLUMNS[c] for field, c in OBJECT_FIELDS.items() if c in OBJECT_COLUMNS
}

_PLAIN: Final = re.compile(r"[A-Za-z_]\w*")
_RESERVED: Final = {"count", "kind", "limit", "time", "title", "to"}
"""Words that Kusto or duckdb-kql does not accept as a name after a dot."""

_DEEPEST: Final = 8
"""How deep below an event a field is searched for if only the end of its path is given."""


@dataclass(frozen=True)
class Field:
    """A field of an event.

    Attributes:
        expression: of KQL; text, but for an object and a list.
        kinds: what it can be.
    """

    expression: str
    kinds: frozenset[Type]

    @property
    def is_list(self) -> bool:
        """Return whether it is a list of texts: a value is sought among them."""
        return any(element(kind) is not None and kind is not Any for kind in self.kinds)

    @property
    def is_object(self) -> bool:
        """Return whether it holds fields of its own, and no value."""
        return bool(self.kinds) and all(names(kind) or kind is dict for kind in self.kinds)


class Fields:
    """The fields of the events that a rule is about.

    Args:
        resources: that the rule names, with wildcards or without; none for all.
    """

    def __init__(self, resources: Iterable[str]) -> None:
        asked = [resource.lower() for resource in resources] or ["*"]
        self._sent = frozenset(
            kind
            for requested, kind in objects()
            if any(fnmatchcase(requested.resource, each) for each in asked)
        )
        self.elements: dict[str, str] = {}
        """The expansions for the fields that were found: a name for each list of objects."""

    def find(self, name: str) -> Field:
        """Return a field.

        Args:
            name: as Sigma has it, with `[]` or `[*]` after a list or without.

        Raises:
            RejectedError: no such event has it.
        """
        parts = re.sub(r"\[\*?\]|\{\}", "", name).split(".")
        if column := _COLUMNS.get(".".join(parts)):
            return Field(column, frozenset({int if "Code" in column else str}))
        expression = OBJECT_FIELDS.get(parts[0], "")
        kinds = self._top(parts[0])
        rest = parts[1:]
        while rest and kinds:
            if all(map(is_free, kinds)):
                rest = [".".join(rest)]
            expression, kinds = self._element(expression, kinds)
            step, *rest = rest
            expression, kinds = _joined(expression, step), _all_below(kinds, step)
        if not kinds or not expression:
            raise RejectedError(f"`{name}` is in no such audit event{self._hint(parts[-1])}")
        return self._leaf(expression, kinds)

    def _top(self, name: str) -> frozenset[Type]:
        if name in _SENT:
            return self._sent | {_SENT[name]}
        return _all_below(frozenset({EVENT}), name)

    def _element(self, expression: str, kinds: frozenset[Type]) -> tuple[str, frozenset[Type]]:
        """Return the elements of a list in place of the list."""
        inner = frozenset(
            e for kind in kinds if (e := element(kind)) is not None and kind is not Any
        )
        if not inner:
            return expression, kinds
        found = {path: item for item, path in self.elements.items()}
        if expression not in found:
            last = re.findall(r"\w+", expression)[-1]
            item = f"{last[0].upper()}{last[1:]}Item"
            item = item if item not in self.elements else f"{item}{len(self.elements)}"
            self.elements[item] = expression
            return item, inner
        return found[expression], inner

    def _leaf(self, expression: str, kinds: frozenset[Type]) -> Field:
        inner = {e for kind in kinds if (e := element(kind)) is not None and kind is not Any}
        if any(names(kind) for kind in inner):
            expression, kinds = self._element(expression, kinds)
        return Field(f"tostring({expression})", kinds)

    def _hint(self, last: str) -> str:
        """Return the nearest field that ends so, as the end of a sentence."""
        for path in self._paths():
            if path[-1] == last:
                return f"; did you mean `{'.'.join(path)}`?"
        return ""

    def _paths(self) -> Iterator[tuple[str, ...]]:
        """Yield the paths of all fields, the shortest first."""
        waiting: deque[tuple[tuple[str, ...], frozenset[Type]]] = deque()
        waiting.extend(((name,), self._top(name)) for name in names(EVENT))
        seen: set[Type] = set()
        while waiting:
            path, kinds = waiting.popleft()
            yield path
            inner = {e if (e := element(kind)) is not None else kind for kind in kinds}
            for kind in sorted(inner - seen, key=str):
                seen.add(kind)
                if len(path) < _DEEPEST:
                    fields = ((name, below(kind, name)) for name in names(kind))
                    waiting.extend(((*path, n), frozenset({k})) for n, k in fields if k is not None)


def _all_below(kinds: frozenset[Type], name: str) -> frozenset[Type]:
    return frozenset(found for kind in kinds if (found := below(kind, name)) is not None)


def _joined(expression: str, name: str) -> str:
    if _PLAIN.fullmatch(name) and name not in _RESERVED:
        return f"{expression}.{name}"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'{expression}["{quoted}"]'
