"""Reads what people write in YAML, and tells them what is wrong with it."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final, get_args

import yaml
from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError

_Safe: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML was built with it: ten times as fast, for a hundred files at each start."""


class _Loader(_Safe):  # type: ignore[misc, valid-type]
    """Leaves dates as text: PyYAML raises on one that no calendar has, and says not where."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


_LIST: Final = "must be a list, as `[a, b]`"
_MAPPING: Final = "must be a mapping, as `key: value`"
_DATE: Final = "must be a date, as 2027-06-30"

_WHOLE_NUMBER: Final = "must be a whole number"
_BOOLEAN: Final = "must be true or false"

_SAID: Final = {
    "missing": "is missing; add it",
    "tuple_type": _LIST,
    "list_type": _LIST,
    "model_type": _MAPPING,
    "dict_type": _MAPPING,
    "string_type": "must be text; put it in quotes",
    "string_too_short": "must not be empty",
    "int_type": _WHOLE_NUMBER,
    "int_parsing": _WHOLE_NUMBER,
    "int_from_float": _WHOLE_NUMBER,
    "bool_type": _BOOLEAN,
    "bool_parsing": _BOOLEAN,
    "date_type": _DATE,
    "date_parsing": _DATE,
    "date_from_datetime_inexact": _DATE,
}
"""What is wrong, by pydantic's name for it."""


def read_yaml(path: Path) -> Any:
    """Return what stands in a file.

    Raises:
        InputError: it cannot be read as YAML.
    """
    return _read(path, yaml.load)


def read_documents(path: Path) -> list[Any]:
    """Return what stands in a file of several documents.

    Raises:
        InputError: it cannot be read as YAML.
    """
    found: list[Any] = _read(path, lambda text, loader: list(yaml.load_all(text, loader)))
    return found


def _read(path: Path, load: Callable[[str, Any], Any]) -> Any:
    try:
        return load(path.read_text("utf-8"), _Loader)
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read as YAML: {error}") from None


def explain(path: Path, error: ValidationError, model: type[BaseModel]) -> InputError:
    """Return every fault that a model found in a file, each with its place.

    Args:
        path: of the file.
        error: of the model.
        model: of the whole file, which knows the keys.
    """
    return InputError(*(f"{path}: {_place(e)}: {_what(e, model)}" for e in error.errors()))


def _place(error: ErrorDetails) -> str:
    """Return where it is; entries of a list are counted as people do."""
    steps = (f"entry {step + 1}" if isinstance(step, int) else step for step in error["loc"])
    return ", ".join(steps) or "the file"


def _what(error: ErrorDetails, model: type[BaseModel]) -> str:
    if error["type"] == "extra_forbidden":
        known = _keys(model, error["loc"][:-1])
        listed = f"the keys here are {', '.join(known)}"
        return f"unknown key{did_you_mean(str(error['loc'][-1]), known, listed)}"
    if error["type"] == "date_from_datetime_parsing":
        return f"{_DATE}: {error['ctx']['error']}"
    message = error["msg"].removeprefix("Value error, ")
    return _SAID.get(error["type"], message.replace("Input should be", "must be", 1))


def _keys(model: type[BaseModel], location: Sequence[int | str]) -> list[str]:
    """Return the keys that are known at a place in a file."""
    for step in location:
        fields = {_key(name, field): field for name, field in model.model_fields.items()}
        if step in fields:
            model = _model_in(fields[str(step)].annotation) or model
    return [_key(name, field) for name, field in model.model_fields.items()]


def _key(name: str, field: FieldInfo) -> str:
    return field.alias or name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type is, or is a list of, or may be."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := _model_in(each))), None)
