"""Explains what a model finds wrong with a document, in the words of YAML and with the place."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kubewitness.documents.reader import MUST_BE_MAPPING, Location, ParsedFile
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError
from kubewitness.printable import printable

Model = TypeVar("Model", bound=BaseModel)

_LIST: Final = "must be a list, as `[a, b]`"
_DATE: Final = "must be a date, as 2027-06-30"
_TIME: Final = "must be a time with its zone, as 2027-06-30T12:00:00Z"
_TEXT: Final = "must be text; put it in quotes"
_WHOLE_NUMBER: Final = "must be a whole number"
_NUMBER: Final = "must be a number"
_BOOLEAN: Final = "must be true or false"

_WORDS: Final = {
    "missing": "is missing; add it",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": MUST_BE_MAPPING,
    "dict_type": MUST_BE_MAPPING,
    "string_type": _TEXT,
    "string_too_short": "must not be empty",
    "string_pattern_mismatch": "must match the pattern `{pattern}`",
    "too_short": "must have at least {min_length} entry",
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_parsing_size": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": _NUMBER,
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
    "datetime_type": _TIME,
    "datetime_parsing": _TIME,
    "datetime_from_date_parsing": _TIME,
    "timezone_aware": _TIME,
    "json_invalid": "cannot be read as JSON: {error}",
}
"""The messages for errors, by pydantic's names; the names in braces are of pydantic's context."""

_MISSPELT: Final = 0.85
"""The similarity of two names from which one is certainly a misspelling of the other."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a document.

    Attributes:
        location: where.
        what: what is wrong and how to fix it; never the value, which may be a secret.
    """

    location: Location
    what: str

    def __str__(self) -> str:
        steps = (f"entry {s + 1}" if isinstance(s, int) else s for s in self.location)
        return printable(f"{', '.join(steps) or 'the file'}: {self.what}")

    def below(self, *steps: int | str) -> "Fault":
        """Return the same fault in a document that holds this one at a place."""
        return replace(self, location=(*steps, *self.location))


def validate(file: ParsedFile, model: type[Model], context: Any = None) -> Model:
    """Return what a file holds as a model.

    Args:
        file: the file.
        model: of the whole content.
        context: values for the model's validators.

    Raises:
        InputError: with every fault, each with the file and the line.
    """
    try:
        return model.model_validate(file.data, by_name=False, context=context)
    except ValidationError as error:
        raise refusal(file, explain(error, model)) from None


def refusal(file: ParsedFile, faults: Iterable[Fault]) -> InputError:
    """Return the error that has every fault, each with the file and the line."""
    return InputError(*(f"{file.at(fault.location)}: {fault}" for fault in faults))


def explain(
    error: ValidationError, model: type[BaseModel], renamed: Mapping[str, str] | None = None
) -> list[Fault]:
    """Return every fault that a model found.

    Args:
        error: of the model.
        model: of the whole document, with its keys.
        renamed: keys and values that have another name now, the old name first.
    """
    errors = error.errors(include_url=False)
    unknown = [each["loc"] for each in errors if each["type"] == "extra_forbidden"]
    return [
        Fault(tuple(each["loc"]), _what(each, model, renamed or {}))
        for each in errors
        if not _follows(each, unknown)
    ]


def _follows(error: ErrorDetails, unknown: Iterable[Location]) -> bool:
    """Return whether an error is there only because of another one.

    A key is missing because it is misspelt, or pydantic counts only the right entries of a list.
    """
    if error["type"] == "too_short":
        return bool(len(error["input"]) >= error["ctx"]["min_length"])
    if error["type"] != "missing":
        return False
    beside = [str(one[-1]) for one in unknown if one[:-1] == error["loc"][:-1]]
    return bool(get_close_matches(str(error["loc"][-1]), beside, n=1, cutoff=_MISSPELT))


def misspelt_keys(data: Any, model: type[BaseModel]) -> Iterator[Fault]:
    """Yield unknown keys that are almost certainly misspelt ones."""
    if not isinstance(data, Mapping):
        return
    fields = _fields(model)
    absent = {key.lower(): key for key in fields if key not in data}
    for name, value in data.items():
        if name in fields:
            yield from _misspelt_below(name, value, fields[name].annotation)
        elif close := get_close_matches(name.lower(), absent, n=1, cutoff=_MISSPELT):
            yield Fault((name,), f"unknown key; did you mean `{absent[close[0]]}`?")


def _misspelt_below(name: str, value: Any, annotation: Any) -> Iterator[Fault]:
    model = _model_in(annotation)
    if model is None:
        return
    if not isinstance(value, list):
        yield from (fault.below(name) for fault in misspelt_keys(value, model))
        return
    for index, item in enumerate(value):
        yield from (fault.below(name, index) for fault in misspelt_keys(item, model))


def _what(error: ErrorDetails, model: type[BaseModel], renamed: Mapping[str, str]) -> str:
    kind, given, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown_key(error["loc"], model, renamed)
    if isinstance(given, str) and given in renamed:
        return _new_name(given, renamed)
    if kind in ("enum", "literal_error"):
        return _choice(str(context["expected"]), given)
    if kind == "date_from_datetime_parsing":
        why = str(context["error"])  # a day or a month that no calendar has, or no date at all
        return f"{_DATE}: {why}" if "outside" in why else _DATE
    if kind in _WORDS:
        return _WORDS[kind].format_map(context)
    message = error["msg"].removeprefix("Value error, ")
    return re.sub(r"^[A-Z]\w+ should ", "must ", message)


def _new_name(old: str, renamed: Mapping[str, str]) -> str:
    return f"`{old}` is called `{renamed[old]}` now"


def _choice(expected: str, given: Any) -> str:
    """Return which values there are, of pydantic's `'a', 'b' or 'c'`."""
    values = re.findall("'([^']*)'", expected)
    meant = did_you_mean(given, values) if isinstance(given, str) else ""
    listed = expected.replace("'", "`")
    return f"must be {listed}{meant}"


def _unknown_key(
    location: Sequence[int | str], model: type[BaseModel], renamed: Mapping[str, str]
) -> str:
    word, known = str(location[-1]), _keys(model, location[:-1])
    if renamed.get(word) in known:
        return _new_name(word, renamed)
    listed = f"the keys here are {', '.join(known)}"
    return f"unknown key{did_you_mean(word, known, listed)}"


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys that a user may write at a place in a document."""
    for step in location:
        if found := _fields(model).get(str(step)):
            model = _model_in(found.annotation) or model
    return [key for key, one in _fields(model).items() if not one.exclude]


def _fields(model: type[BaseModel]) -> dict[str, FieldInfo]:
    return {field.alias or name: field for name, field in model.model_fields.items()}


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type is, or is a list of, or may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
