"""Checks the arguments of a component against a pydantic model and reports every error at once.

An error contains the place (the property path and the line of the program), the problem, the value
and the fix. It never shows a value that was an `Output`, which may be a secret. The fix is the
`fix` of the model's field, so that the text is next to the check.

A model is the one definition of its arguments. The docstring below a field describes the argument
to users; `docs/generate_arguments.py` writes the TypedDict and the reference page from it.

A value that is known only later, an `Output`, passes if the model has `Given[T]`, and is checked
against T as soon as it is known; anywhere else it is an error.
"""

import re
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Annotated, Any, Final, TypeVar, get_args

import pulumi
from pulumi.output import Unknown
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
)
from pydantic.fields import FieldInfo
from pydantic_core import CoreSchema, ErrorDetails, PydanticCustomError, core_schema

from kubewitness.documents.suggestions import did_you_mean
from kubewitness.printable import printable
from kubewitness.provision.arguments.call_site import call_site


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with the arguments.

    Attributes:
        path: the property, as in `user_pools[0].name`.
        reason: what is wrong and, after a semicolon, how to fix it.
        value: what is given, as text; empty if it may be a secret, or is a list or an object.
    """

    path: str
    reason: str
    value: str = ""

    def __str__(self) -> str:
        given = f" (given: `{self.value}`)" if self.value else ""
        return f"{self.path}: {self.reason}{given}"


class InvalidArguments(pulumi.RunError, pulumi.InputPropertiesError):
    """Some arguments of a component are wrong; the message lists all of them.

    A `RunError` ends a Pulumi program with the message and without a traceback. The details of the
    `InputPropertiesError` stay empty: the engine prints the value of each property named there,
    secrets in clear text.

    Attributes:
        problems: what is wrong, in the order of the arguments.
    """

    def __init__(
        self,
        component: str,
        problems: tuple[Problem, ...],
        where: str = "",
        others: "tuple[InvalidArguments, ...]" = (),
    ) -> None:
        own = _message(component, map(str, problems), where)
        super().__init__("\n".join([own, *map(str, others)]), [])
        self.component = component
        self.problems = problems
        self.where = where

    def with_others(self, others: "tuple[InvalidArguments, ...]") -> "InvalidArguments":
        """Return the same error, followed by those of other components of the program."""
        return (
            InvalidArguments(self.component, self.problems, self.where, others) if others else self
        )

    def for_other_languages(self, model: "type[Arguments]") -> pulumi.InputPropertiesError:
        """Return the same error with the arguments spelt as the other languages do.

        Args:
            model: of the component's arguments, with their names.
        """
        names = {name for inner in objects_within(model) for name in inner.model_fields}
        return pulumi.InputPropertiesError(
            _message(self.component, (_camel(str(each), names) for each in self.problems)), []
        )


class Arguments(BaseModel):
    """The base of all models of arguments: no argument but the known ones, immutable."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
    )


def argument(*, fix: str, **checks: Any) -> Any:
    """Return the field of an argument.

    Args:
        fix: how to fix a wrong value: the second half of the error message.
        checks: default and bounds, as pydantic's `Field` takes them.
    """
    return Field(json_schema_extra={"fix": fix}, **checks)


def fix_of(field: FieldInfo) -> str:
    """Return the fix for a wrong value of a field; empty if the field has none."""
    extra = field.json_schema_extra
    return str(extra.get("fix", "")) if isinstance(extra, dict) else ""


Marker = TypeVar("Marker")


def marked(model: type[BaseModel], kind: type[Marker]) -> dict[str, Marker]:
    """Return the fields whose annotation carries a marker, each with the marker.

    Args:
        model: of arguments.
        kind: the class of the marker.
    """
    return {
        name: marker
        for name, field in model.model_fields.items()
        for marker in field.metadata
        if isinstance(marker, kind)
    }


Checked = TypeVar("Checked", bound=Arguments)
Known = TypeVar("Known")


NOT_GIVEN: Final[Any] = None
"""The default of a component's `args`, whose annotation Pulumi's analyzer reads."""


def given_arguments(
    component: str, args: Mapping[str, Any] | None, keywords: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return the arguments of a component, which are given as `args` or as keyword arguments.

    Args:
        component: how the message calls the component, as in `SecureAksCluster "prod"`.
        args: the dictionary; None if it is not given.
        keywords: all keyword arguments besides `opts`.

    Raises:
        InvalidArguments: both are given, or neither.
    """
    if args is not None and keywords:
        listed = ", ".join(f"`{name}`" for name in keywords)
        reason = f"contradicts the keyword arguments {listed}; give all arguments in one way"
        raise InvalidArguments(component, (Problem("args", reason),), call_site())
    if args is None and not keywords:
        reason = "is required; give a dictionary of the arguments, or give keyword arguments"
        raise InvalidArguments(component, (Problem("args", reason),), call_site())
    return keywords if args is None else args


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
    place = _Place(component, model, where=call_site())
    marked = _mark_later(arguments or {}, place)
    try:
        return model.model_validate(marked, context=marked)
    except ValidationError as error:
        raise _invalid(error, place, marked) from None


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


def hint(word: str, known: Sequence[str]) -> str:
    """Return the end of a sentence: which known words are close to a word, or else all of them."""
    return did_you_mean(word, known, f"choose among {', '.join(known)}")


Location = tuple[int | str, ...]

LONGEST_SHOWN: Final = 80
"""How many characters of a value an error shows."""


@dataclass(frozen=True)
class _Place:
    """The path of a value in a component's arguments."""

    component: str
    model: type[Arguments]
    location: Location = ()
    where: str = ""

    def below(self, step: int | str) -> "_Place":
        return replace(self, location=(*self.location, step))

    def above(self) -> "_Place":
        return replace(self, location=self.location[:-1])


@dataclass(frozen=True)
class _Later:
    """A value that is not known yet, and its path."""

    value: pulumi.Output[Any]
    place: _Place


class OrLater:
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


# `pulumi.Input` is the same with a forward reference, which pydantic cannot resolve.
Given = Annotated[Known | Awaitable[Known] | pulumi.Output[Known], OrLater()]
"""A T that may also be an Output of T, checked at once or else as soon as it is known."""


class PublishedAsInput:
    """Marks what the published type calls an Input although an Output of it is an error."""


@dataclass(frozen=True)
class PublishedAs:
    """Marks a value whose published type is another than the checked one."""

    type: Any


ByParts = Annotated[Known, PublishedAsInput()]
"""A T whose parts may be Outputs and which must itself be known.

The published type is Input, as in the first schema.
"""


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
    """Replace each Output within by one with its path, so that a late error can name it.

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


def _invalid(error: ValidationError, place: _Place, arguments: Any = None) -> InvalidArguments:
    """Return the error for users.

    Args:
        error: pydantic's.
        place: of the value.
        arguments: whose values are shown; None if they were Outputs.
    """
    return InvalidArguments(
        place.component,
        tuple(
            _with_value(found, arguments if detail["type"] != "extra_forbidden" else None)
            for detail in error.errors(include_url=False)
            for found in _found(detail, place.model, (*place.location, *detail["loc"]))
        ),
        place.where,
    )


def _with_value(found: Problem, arguments: Any) -> Problem:
    """Return the problem with the plain value at its path, shortened, if there is one to show."""
    value = arguments
    for step in re.findall(r"[^.\[\]]+", found.path):
        try:
            value = value[int(step) if isinstance(value, list) else step]
        except (LookupError, TypeError, ValueError):
            return found
    if not isinstance(value, str | int | float):
        return found
    text = str(value).lower() if isinstance(value, bool) else str(value)
    shown = text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."
    return replace(found, value=printable(shown))


def _found(detail: ErrorDetails, model: type[Arguments], location: Location) -> Iterator[Problem]:
    path = _path(location)
    if detail["type"] == "problems":
        for below, reason in detail["ctx"]["problems"]:
            yield Problem(_join(path, below), reason)
    elif detail["type"] == "extra_forbidden":
        yield Problem(path, f"is not an argument{_near_argument(model, location)}")
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
    fixes = [fix for field in _fields(model, location) if (fix := fix_of(field))]
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
    word, own = _snake(str(location[-1])), sorted(within.model_fields)
    if near := did_you_mean(word, own):
        return near
    inner: dict[str, str] = {}
    for outer, field in within.model_fields.items():
        for one in _models(field.annotation):
            for name in one.model_fields:
                inner.setdefault(name, f"{outer}.{name}")
    if word in inner:
        return f"; use `{inner[word]}`"
    if part := next((name for name in inner if name in word.split("_")), None):
        return f"; did you mean `{inner[part]}`?"
    paths = [inner[name] for name in get_close_matches(word, inner, n=2)]
    named = " or ".join(f"`{path}`" for path in paths)
    return f"; did you mean {named}?" if paths else f"; choose among {', '.join(own)}"


def _path(location: Location) -> str:
    path = ""
    for step in location:
        path = _join(path, f"[{step}]" if isinstance(step, int) else step)
    return path or "args"


def _join(path: str, below: str) -> str:
    return f"{path}.{below}" if path and below and not below.startswith("[") else path + below


def _message(component: str, found: Iterable[str], where: str = "") -> str:
    lines = list(found)
    noun = "argument" if len(lines) == 1 else "arguments"
    place = [f"at {where}"] if where else []
    return "\n  ".join([f"{component} has {len(lines)} invalid {noun}:", *lines, *place])


def _camel(text: str, arguments: AbstractSet[str]) -> str:
    """Return a text with the arguments in it as the other languages spell them.

    A user's own words, such as the name of a tag, stay as they are.
    """

    def spelt(found: re.Match[str]) -> str:
        first, *others = found[0].split("_")
        return first + "".join(map(str.title, others)) if found[0] in arguments else found[0]

    return re.sub(r"\b[a-z]+(?:_[a-z]+)+\b", spelt, text)


def objects_within(model: type[Arguments]) -> Iterator[type[Arguments]]:
    """Yield a model and those of the objects among its arguments, at any depth."""
    yield model
    for field in model.model_fields.values():
        for inner in _models(field.annotation):
            if issubclass(inner, Arguments):
                yield from objects_within(inner)


def _snake(name: str) -> str:
    """Return a name as Python spells it: `groupObjectIds` is near `group_object_ids`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda found: f"_{found[1].lower()}", name)
