"""Checks the arguments of a component against a pydantic model and reports every error at once.

An error says where (the property path), what is wrong and how to fix it. It never shows the value,
which may be a secret. How to fix it is the `description` of the model's field, so that the words
stand beside the check.

A value that Pulumi knows only later, an `Output`, passes where the model says `Given[T]`, and is
checked against T as soon as it is known; anywhere else it is an error.
"""

import re
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, Final, TypeVar, get_args

import pulumi
from pulumi.output import Unknown
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the arguments.

    Attributes:
        path: the property, as in `user_pools[0].name`.
        reason: what is wrong and, after a semicolon, how to fix it.
    """

    path: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


class InvalidArguments(pulumi.RunError, pulumi.InputPropertiesError):
    """Some arguments of a component are wrong; the message lists all of them.

    A `RunError` ends a Pulumi program with the message and without a traceback. The details of the
    `InputPropertiesError` stay empty: the engine prints the value of each property named there,
    secrets in clear text.

    Attributes:
        problems: what is wrong, in the order of the arguments.
    """

    def __init__(self, component: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(_message(component, map(str, problems)), [])
        self.component = component
        self.problems = problems

    def for_other_languages(self) -> pulumi.InputPropertiesError:
        """Return the same error with the arguments spelt as the other languages do."""
        return pulumi.InputPropertiesError(
            _message(self.component, (_camel(str(problem)) for problem in self.problems)), []
        )


class Arguments(BaseModel):
    """The base of all models of arguments: no argument but the known ones, immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


Checked = TypeVar("Checked", bound=Arguments)
Known = TypeVar("Known")


def check_arguments(
    model: type[Checked], component: str, arguments: Mapping[str, Any] | None
) -> Checked:
    """Return the arguments as `model`, with its defaults.

    The validators get the arguments as their context, to compare across objects.

    Args:
        model: what the arguments must look like.
        component: how the message calls the component, as in `SecureAksCluster "prod"`.
        arguments: a TypedDict or plain dictionary whose values may be Outputs.

    Raises:
        InvalidArguments: with everything that is wrong.
    """
    marked = _mark_later(arguments or {}, _Place(component, model))
    try:
        return model.model_validate(marked, context=marked)
    except ValidationError as error:
        raise _invalid(error, _Place(component, model)) from None


def problems(*found: tuple[str, str]) -> PydanticCustomError:
    """Return the error with which a validator reports several problems.

    Args:
        *found: each a path below the validated field, such as `[0].name`, or "", and the reason.
    """
    return PydanticCustomError("problems", "see context", {"problems": found})


def problem(reason: str) -> PydanticCustomError:
    """Return the error with which a validator reports one problem with its own field."""
    return problems(("", reason))


def whole_arguments(info: ValidationInfo) -> Mapping[str, Any]:
    """Return all arguments of the component, not yet checked, for checks across objects."""
    return info.context if isinstance(info.context, Mapping) else {}


def suggestion(word: str, known: Sequence[str]) -> str:
    """Return which of the known words was probably meant, or else which there are."""
    near = get_close_matches(word, known, n=1)
    return f"did you mean `{near[0]}`?" if near else f"choose among {', '.join(known)}"


Location = tuple[int | str, ...]


@dataclass(frozen=True)
class _Place:
    """Where a value stands in a component's arguments."""

    component: str
    model: type[Arguments]
    location: Location = ()

    def below(self, step: int | str) -> "_Place":
        return replace(self, location=(*self.location, step))

    def above(self) -> "_Place":
        return replace(self, location=self.location[:-1])


@dataclass(frozen=True)
class _Later:
    """A value that is not known yet, and where it stands."""

    value: pulumi.Output[Any]
    place: _Place


class _OrLater:
    """The annotation behind `Given`: T, or an Output that is checked against T once known."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        expected = get_args(source)[0]
        adapter: TypeAdapter[Any] = TypeAdapter(expected, config=Arguments.model_config)

        def check(value: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            if not isinstance(value, _Later):
                return validate(value)
            return value.value.apply(lambda known: _check_known(adapter, known, value.place))

        return core_schema.no_info_wrap_validator_function(check, handler(expected))


# `pulumi.Input` says the same with a forward reference, which pydantic cannot resolve.
Given = Annotated[Known | Awaitable[Known] | pulumi.Output[Known], _OrLater()]
"""A T that may also be an Output of T, checked at once or else as soon as it is known."""


def _as_given(value: Any) -> Any:
    """Undo `_mark_later`."""
    if isinstance(value, _Later):
        return value.value
    if isinstance(value, Mapping):
        return {key: _as_given(item) for key, item in value.items()}
    return [_as_given(item) for item in value] if isinstance(value, list) else value


class _Together:
    """The annotation behind `Together`: a list that is checked again once all of it is known."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        expected = handler(source)
        adapter: TypeAdapter[Any] = TypeAdapter(source, config=Arguments.model_config)

        def check(value: Any, validate: core_schema.ValidatorFunctionWrapHandler) -> Any:
            checked = validate(value)
            later = [item for item in value if isinstance(item, _Later)]
            if not later:
                return checked
            place = later[0].place.above()
            return pulumi.Output.all(*checked).apply(
                lambda known: _check_known(adapter, known, place)
            )

        return core_schema.no_info_wrap_validator_function(check, expected)


Items = TypeVar("Items", bound=list[Any])
Together = Annotated[Items, _Together()]
"""A list whose items may be Outputs; its own checks are repeated once all items are known."""

Raw = Annotated[dict[str, Any], BeforeValidator(_as_given)]
"""A map whose values may be anything, Outputs at any depth among them."""


def _check_known(adapter: TypeAdapter[Any], known: Any, place: _Place) -> Any:
    try:
        return adapter.validate_python(known)
    except ValidationError as error:
        raise _invalid(error, place) from None


def _mark_later(value: Any, place: _Place) -> Any:
    """Replace each Output within by one that knows its place, so that a late error can name it.

    None is what programs pass for "not given", as in `workspace_id=config.get("workspaceId")`.
    """
    if isinstance(value, pulumi.Output | Awaitable | Unknown):
        return _Later(pulumi.Output.from_input(value), place)
    if isinstance(value, Mapping):
        marked = {key: _mark_later(item, place.below(key)) for key, item in value.items()}
        given = {key: item for key, item in marked.items() if item is not None}
        return given if given or not value else None  # only what is not given: not given either
    if isinstance(value, list | tuple):
        return [_mark_later(item, place.below(i)) for i, item in enumerate(value)]
    return value


def _invalid(error: ValidationError, place: _Place) -> InvalidArguments:
    return InvalidArguments(
        place.component,
        tuple(
            found
            for detail in error.errors(include_url=False)
            for found in _found(detail, place.model, (*place.location, *detail["loc"]))
        ),
    )


def _found(detail: ErrorDetails, model: type[Arguments], location: Location) -> Iterator[Problem]:
    path = _path(location)
    if detail["type"] == "problems":
        for below, reason in detail["ctx"]["problems"]:
            yield Problem(_join(path, below), reason)
    elif detail["type"] == "extra_forbidden":
        yield Problem(path, f"is not an argument; {_near_argument(model, location)}")
    elif isinstance(detail["input"], _Later):
        yield Problem(
            path,
            "must be known when the program runs; give its parts as Outputs, or a plain value",
        )
    else:
        yield Problem(path, f"{_what(detail)}; {_fix(model, location)}")


_WHAT: Final = {
    "missing": "is required",
    "string_type": "is not a string",
    "string_sub_type": "is not a string",
    "string_too_short": "is empty",
    "int_type": "is not a whole number",
    "bool_type": "is not true or false",
    "list_type": "is not a list",
    "dict_type": "is not a map",
    "model_type": "is not an object",
    "string_pattern_mismatch": "is not of the right form",
    "greater_than_equal": "is less than {ge}",
    "less_than_equal": "is more than {le}",
    "too_short": "has no items",
    "too_long": "has more than {max_length} items",
    "literal_error": "is not one of {expected}",
    "date_type": "is not a date",
    "date_from_datetime_parsing": "is not a date",
    "value_error": "is not right: {error}",
}


def _what(detail: ErrorDetails) -> str:
    known = _WHAT.get(detail["type"])
    return known.format_map(detail.get("ctx", {})) if known else detail["msg"]


def _fix(model: type[Arguments], location: Location) -> str:
    fixes = [field.description for field in _fields(model, location) if field.description]
    return fixes[-1] if fixes else f"give a dictionary of {', '.join(model.model_fields)}"


def _fields(model: type[BaseModel], location: Location) -> Iterator[FieldInfo]:
    """Yield the model's field at each step of a location, as far as there is one."""
    within: type[BaseModel] | None = model
    for step in location:
        field = within.model_fields.get(str(step)) if within else None
        if field is not None:
            yield field
            within = next(_models(field.annotation), None)


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Yield the models within an annotation such as `list[UserPool] | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models(argument)


def _near_argument(model: type[Arguments], location: Location) -> str:
    within: type[BaseModel] = model
    for field in _fields(model, location[:-1]):
        within = next(_models(field.annotation), within)
    return suggestion(_snake(str(location[-1])), list(within.model_fields))


def _path(location: Location) -> str:
    path = ""
    for step in location:
        path = _join(path, f"[{step}]" if isinstance(step, int) else step)
    return path or "args"


def _join(path: str, below: str) -> str:
    return f"{path}.{below}" if path and below and not below.startswith("[") else path + below


def _message(component: str, found: Iterable[str]) -> str:
    lines = list(found)
    noun = "argument" if len(lines) == 1 else "arguments"
    return "\n  ".join([f"{component} has {len(lines)} invalid {noun}:", *lines])


def _camel(text: str) -> str:
    """Return a text with the arguments in it as the other languages spell them.

    A user's own words, such as the name of a tag, stay as they are.
    """
    arguments = set(_argument_names(Arguments))

    def spelt(found: re.Match[str]) -> str:
        first, *others = found[0].split("_")
        return first + "".join(map(str.title, others)) if found[0] in arguments else found[0]

    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", spelt, text)


def _argument_names(model: type[Arguments]) -> Iterator[str]:
    yield from model.model_fields
    for more in model.__subclasses__():
        yield from _argument_names(more)


def _snake(name: str) -> str:
    """Return a name as Python spells it: `groupObjectIds` is near `group_object_ids`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)
