"""The right path for a name from memory or from another tool's documentation."""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from functools import cache
from typing import Final

from kubewitness.catalog.audit_tables import AZURE_DIAGNOSTICS, TABLES
from kubewitness.catalog.dynamic_fields import ANNOTATION_KEYS, DYNAMIC_FIELDS
from kubewitness.logs.store.statements import FIELD_COLUMNS

MOST_LISTED: Final = 12
"""Of more columns than these a message would be all names."""

_WHOLE_RECORDS: Final = {"log", "properties", "propertieslog", "rawdata"}
"""Names of columns that hold a whole record as text in other tables."""

_OTHER_NAMES: Final = {
    "sourceip": "SourceIps[0]",
    "clientip": "SourceIps[0]",
    "timestamp": "TimeGenerated",
    "time": "TimeGenerated",
    "path": "RequestUri",
}

_SUFFIX: Final = re.compile(r"_[sdbgt]$")
"""The suffixes that Log Analytics appends to the columns of its older tables, for their type."""


def column_hint(name: str, columns: Sequence[str], first: Sequence[str] = ()) -> str:
    """Return what to write for a column that is not there, as the second half of a sentence.

    Args:
        columns: that are there at this place of the query.
        first: the columns with which the query begins.
    """
    if found := _lookup(name, columns):
        return f"use {_or(found)}"
    if name in first:
        return "the table has it, but an operator before this place removes it"
    if _key(_SUFFIX.sub("", name)) in _WHOLE_RECORDS:
        return (
            "a record is not one text here; its fields are columns, as `Verb` and `RequestUri`. "
            f"{AZURE_DIAGNOSTICS} has the text of each event in `log_s`"
        )
    return _close_hint(name, columns)


def _close_hint(name: str, columns: Sequence[str]) -> str:
    """Return what to write for a name that is only close to others, or is of another table."""
    if tables := _tables_with(name):
        return f"it is a column of {_listed(tables)}"
    known = {key: paths for key, paths in _index(tuple(columns)).items() if paths}
    if close := get_close_matches(_key(name), known, n=1, cutoff=0.75):
        return f"did you mean {_or(known[close[0]])}?"
    if len(columns) > MOST_LISTED:
        return "`getschema` lists the columns"
    return f"the columns here are {_listed(columns)}"


def field_hint(column: str, field: str) -> str | None:
    """Return what to write for the first step below a dynamic column; None if nothing is wrong."""
    if column == "Annotations":
        return _annotation_hint(field)
    fields = DYNAMIC_FIELDS.get(column)
    if fields is None or field in fields:
        return None
    by_key = {_key(known): known for known in fields}
    if close := get_close_matches(_key(field), by_key, n=1):
        return f"did you mean `{column}.{by_key[close[0]]}`?"
    return f"its fields are {_listed(fields)}"


def _annotation_hint(field: str) -> str | None:
    # Every key has a domain in front; a dot in a path would end it.
    if "/" in field:
        return None
    for key in ANNOTATION_KEYS:
        if _key(field) in {_key(key.split(".")[0]), _key(key.rsplit("/", maxsplit=1)[-1])}:
            return f"did you mean `{_annotation(key)}`?"
    return f"keys are quoted, as in `{_annotation(ANNOTATION_KEYS[0])}`"


def _lookup(name: str, columns: Sequence[str]) -> list[str]:
    index = _index(tuple(columns))
    return index.get(_key(name)) or index.get(_key(_SUFFIX.sub("", name)), [])


@cache
def _index(columns: tuple[str, ...]) -> dict[str, list[str]]:
    """Return the paths below these columns, by their keys; a column's own name comes first."""
    found: dict[str, list[str]] = {_key(column): [column] for column in columns}
    for rank in (_full_names, _last_names):
        mine: dict[str, list[str]] = {}
        for name, path in rank():
            if re.split(r"[.\[]", path)[0] in columns:
                mine.setdefault(_key(name), []).append(path)
        found = {**mine, **found}
    return {key: list(dict.fromkeys(paths)) for key, paths in found.items()}


def _full_names() -> Iterator[tuple[str, str]]:
    """Yield each name that contains the whole path, with the path."""
    yield from FIELD_COLUMNS.items()
    for column, fields in DYNAMIC_FIELDS.items():
        yield from ((column + field, f"{column}.{field}") for field in fields)
    for key in ANNOTATION_KEYS:
        yield key, _annotation(key)
        yield "Annotations" + key, _annotation(key)
    yield from _OTHER_NAMES.items()


def _last_names() -> Iterator[tuple[str, str]]:
    """Yield each name that is only the end of a path, with the path."""
    for column in ("User", "ObjectRef", "ResponseStatus"):
        yield from ((field, f"{column}.{field}") for field in DYNAMIC_FIELDS[column])
    yield from ((key.rsplit("/", maxsplit=1)[-1], _annotation(key)) for key in ANNOTATION_KEYS)


@cache
def _tables_with(name: str) -> tuple[str, ...]:
    """Return the tables that have a column."""
    return tuple(table for table in TABLES if name in {each.name for each in TABLES[table]})


def _annotation(key: str) -> str:
    return f'Annotations["{key}"]'


def _key(name: str) -> str:
    """Return the name without the differences between tools: case, and separators of its parts."""
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _or(paths: Sequence[str]) -> str:
    return " or ".join(f"`{path}`" for path in paths)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
