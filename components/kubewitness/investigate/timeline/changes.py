"""How objects changed: the difference between two states of an object that the log has."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import duckdb

from kubewitness.investigate.timeline.entry import FieldChange
from kubewitness.investigate.timeline.objects import ObjectKey  # noqa: TC001 a type alias uses it
from kubewitness.investigate.timeline.requests import ApiRequest
from kubewitness.redaction.values import redact_key, redact_value

_IGNORED: Final = frozenset(
    {
        ("apiVersion",),
        ("kind",),
        ("metadata", "creationTimestamp"),
        ("metadata", "generation"),
        ("metadata", "managedFields"),
        ("metadata", "name"),
        ("metadata", "namespace"),
        ("metadata", "resourceVersion"),
        ("metadata", "selfLink"),
        ("metadata", "uid"),
        ("metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"),
    }
)
"""Fields that the API server or kubectl maintains, and that no user changed."""

_NAMED_BY: Final = ("name", "key", "containerPort")
"""Fields that distinguish the elements of a list."""

Path = tuple[str, ...]
Bodies = tuple[Any, Any]


def object_changes(
    connection: duckdb.DuckDBPyConnection, writes: Iterable[ApiRequest], known: Collection[str]
) -> dict[ApiRequest, tuple[FieldChange, ...]]:
    """Return what each write changed, as far as the log has bodies.

    Args:
        connection: to a store.
        writes: all writes to the objects in question, in the order of time.
        known: names that may be shown.
    """
    histories: dict[tuple[ObjectKey, str], list[ApiRequest]] = defaultdict(list)
    for one in writes:
        histories[one.key, one.last.subresource].append(one)
    found: dict[ApiRequest, tuple[FieldChange, ...]] = {}
    for history in histories.values():
        found |= _changes(history, _bodies(connection, history), known)
    return found


def _changes(
    history: Sequence[ApiRequest], bodies: Mapping[int, Bodies], known: Collection[str]
) -> dict[ApiRequest, tuple[FieldChange, ...]]:
    state: Any = None
    found: dict[ApiRequest, tuple[FieldChange, ...]] = {}
    for write in history:
        sent, returned = bodies.get(write.last.row, (None, None))
        if not write.is_allowed:
            found[write] = tuple(_sent(sent, known))
            continue
        after = _whole(returned) or (None if write.last.verb == "patch" else _whole(sent))
        if write.last.verb.startswith("delete"):
            state = None
            continue
        if write.last.verb == "create" and write.key.name:
            found[write] = tuple(_difference({}, _whole(sent) or after or {}, known))
        elif state is not None and after is not None:
            found[write] = tuple(_difference(state, after, known))
        else:
            found[write] = tuple(_sent(sent, known)) if write.last.verb == "patch" else ()
        state = after
    return found


def _whole(body: Any) -> Any:
    """Return a body that is a whole object, None for a patch or a status."""
    is_object = isinstance(body, dict) and "metadata" in body and body.get("kind") != "Status"
    return body if is_object else None


def _sent(body: Any, known: Collection[str]) -> Iterator[FieldChange]:
    """Yield what a request sets, where the log does not have the object as it was before."""
    if isinstance(body, list):
        for step in (each for each in body if isinstance(each, dict)):
            path = tuple(str(step.get("path", "")).strip("/").split("/"))
            yield _change(path, None, step.get("value"), known, is_before_known=False)
    elif isinstance(body, dict) and body.get("kind") not in {"Status", "DeleteOptions"}:
        for path, value in _leaves(body):
            yield _change(path, None, value, known, is_before_known=False)


def _difference(before: Any, after: Any, known: Collection[str]) -> Iterator[FieldChange]:
    old, new = dict(_leaves(before)), dict(_leaves(after))
    for path in sorted(old.keys() | new.keys()):
        if old.get(path) != new.get(path):
            yield _change(path, old.get(path), new.get(path), known)


def _change(
    path: Path, before: Any, after: Any, known: Collection[str], *, is_before_known: bool = True
) -> FieldChange:
    fields = tuple(part for part in path if not part.startswith("["))
    old, new = (redact_value(fields, value, known) for value in (before, after))
    return FieldChange(_text(path), old, new, is_before_known)


def _text(path: Path) -> str:
    parts = (redact_key(part.strip("[]")) for part in path)
    named = (
        f"[{text}]" if part.startswith("[") else f".{text}"
        for part, text in zip(path, parts, strict=True)
    )
    return "".join(named).removeprefix(".")


def _leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values of an object with their paths; elements of lists by their names."""
    if path in _IGNORED or path[:1] == ("status",):
        return
    if isinstance(value, dict) and value:
        for name, each in value.items():
            yield from _leaves(each, (*path, name))
    elif isinstance(value, list) and any(isinstance(each, dict) for each in value):
        for number, each in enumerate(value):
            yield from _leaves(each, (*path, f"[{_element(each, number)}]"))
    elif path:
        yield path, value


def _element(value: Any, number: int) -> str:
    named = (value.get(name) for name in _NAMED_BY) if isinstance(value, dict) else ()
    return str(next((name for name in named if isinstance(name, str | int)), number))


def _bodies(
    connection: duckdb.DuckDBPyConnection, requests: Sequence[ApiRequest]
) -> dict[int, Bodies]:
    rows = connection.execute(
        "SELECT rowid, CAST(RequestObject AS VARCHAR), CAST(ResponseObject AS VARCHAR) "
        "FROM store.audit_events WHERE rowid IN (SELECT unnest($rows))",
        {"rows": [one.last.row for one in requests]},
    ).fetchall()
    return {row: (_json(sent), _json(returned)) for row, sent, returned in rows}


def _json(text: str | None) -> Any:
    return json.loads(text) if text else None
