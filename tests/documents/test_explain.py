"""What a model finds wrong is told in the words of YAML, with its place and without its value."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from kubewitness.documents.explain import Fault, explain, misspelt_keys, validate
from kubewitness.documents.reader import ParsedFile
from kubewitness.errors import InputError


class Grade(StrEnum):
    """A choice."""

    LOGGED = "logged"
    LOCKED = "delete-locked"


class Entry(BaseModel):
    """One of a list."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    reason: str = Field(min_length=1)
    policy: str = "*"
    grade: Grade = Grade.LOGGED
    total_days: int = Field(default=1, ge=0, le=99)


class Whole(BaseModel):
    """A document with a member of every kind."""

    model_config = ConfigDict(extra="forbid", alias_generator=to_camel, populate_by_name=True)

    version: Literal[1] = 1
    entries: tuple[Entry, ...] = ()
    names: tuple[str, ...] = Field(default=("a",), min_length=1)
    day: date | None = None
    time: AwareDatetime | None = None
    share: float = 0
    switch: bool = False
    code: str = Field(default="a", pattern="^a")
    tags: dict[str, str] = {}
    hidden: str = Field(default="", exclude=True)


RENAMED = {"rule": "policy", "hindered": "delete-locked"}


def told(document: Any) -> list[str]:
    """What is wrong with a document."""
    with pytest.raises(ValidationError) as error:
        Whole.model_validate(document, by_name=False)
    return [str(fault) for fault in explain(error.value, Whole, RENAMED)]


@pytest.mark.parametrize(
    ("document", "fault"),
    [
        ([], "the file: must be a mapping, as `key: value`"),
        ({"version": 2}, "version: must be 1"),
        ({"entries": {}}, "entries: must be a list, as `[a, b]`"),
        ({"entries": [{}]}, "entries, entry 1, reason: is missing; add it"),
        ({"entries": [{"reason": ""}]}, "entries, entry 1, reason: must not be empty"),
        ({"names": []}, "names: must have at least 1 entry"),
        ({"names": [5]}, "names, entry 1: must be text; put it in quotes"),
        ({"day": "soon"}, "day: must be a date, as 2027-06-30"),
        ({"day": 1.5}, "day: must be a date, as 2027-06-30"),
        ({"time": "2027-06-30"}, "time: must be a time with its zone, as 2027-06-30T12:00:00Z"),
        ({"time": "soon"}, "time: must be a time with its zone, as 2027-06-30T12:00:00Z"),
        ({"share": "much"}, "share: must be a number"),
        ({"switch": "perhaps"}, "switch: must be true or false"),
        ({"code": "b"}, "code: must match the pattern `^a`"),
        ({"tags": {"a\nb": 5}}, "tags, a\\nb: must be text; put it in quotes"),
        ({"nmes": []}, "nmes: unknown key; did you mean `names`?"),
        (
            {"x": 1},
            (
                "x: unknown key; the keys here are version, entries, names, day, time, share, "
                "switch, code, tags"
            ),
        ),
    ],
)
def test_a_fault_is_told_with_its_place(document: Any, fault: str) -> None:
    """In the words of what was written, not of what reads it."""
    assert told(document) == [fault]


@pytest.mark.parametrize(
    ("entry", "fault"),
    [
        ({"totalDays": -1}, "totalDays: must be at least 0"),
        ({"totalDays": 100}, "totalDays: must be at most 99"),
        ({"totalDays": "long"}, "totalDays: must be a whole number"),
        ({"totalDays": 1.5}, "totalDays: must be a whole number"),
        ({"total_days": 5}, "total_days: unknown key; did you mean `totalDays`?"),
        ({"grade": "secret"}, "grade: must be `logged` or `delete-locked`"),
        ({"grade": "loged"}, "grade: must be `logged` or `delete-locked`; did you mean `logged`?"),
        ({"grade": "hindered"}, "grade: `hindered` is called `delete-locked` now"),
        ({"rule": "x"}, "rule: `rule` is called `policy` now"),
    ],
)
def test_an_entry_of_a_list_is_counted_as_people_do(entry: dict[str, Any], fault: str) -> None:
    """From 1; and an old word is told with the new one."""
    assert told({"entries": [{"reason": "r", **entry}]}) == [f"entries, entry 1, {fault}"]


def test_an_old_key_is_told_only_where_the_new_one_is_known() -> None:
    """Elsewhere the same word is a key like any other."""
    assert told({"rule": 1})[0].startswith("rule: unknown key; the keys here are version, ")


def test_a_misspelt_key_is_one_fault() -> None:
    """Not a second one because the right key is missing."""
    (fault,) = told({"entries": [{"reasn": "r"}]})
    assert fault == "entries, entry 1, reasn: unknown key; did you mean `reason`?"


def test_a_file_is_told_with_the_line() -> None:
    """Every fault at once."""
    file = ParsedFile(Path("f.yaml"), {"version": 2, "x": 1}, "version: 2\nx: 1\n")
    with pytest.raises(InputError) as error:
        validate(file, Whole)
    assert [fault.partition(": ")[0] for fault in error.value.faults] == ["f.yaml:1", "f.yaml:2"]


class Lenient(BaseModel):
    """A format of others, of which only some keys are read."""

    model_config = ConfigDict(alias_generator=to_camel)

    query_period: str = ""
    name: str = ""
    parts: tuple["Lenient", ...] = ()
    part: "Lenient | None" = None


def test_a_key_that_is_almost_one_that_is_read_is_misspelt() -> None:
    """One that is like none is somebody else's; so is one beside the key that is meant."""
    document = {
        "queryperiod": "1h",
        "status": "Available",
        "name": "n",
        "names": [],
        "parts": [{}, {"Name": "n"}],
        "part": {"query_period": "1h"},
    }
    assert list(misspelt_keys(document, Lenient)) == [
        Fault(("queryperiod",), "unknown key; did you mean `queryPeriod`?"),
        Fault(("parts", 1, "Name"), "unknown key; did you mean `name`?"),
        Fault(("part", "query_period"), "unknown key; did you mean `queryPeriod`?"),
    ]
