"""Writes what the models of the components' arguments generate: TypedDicts and a reference page.

A model, `kubewitness/provision/<component>/model.py`, is the one definition of its arguments. The
TypedDicts are what type checkers and Pulumi's component analyzer read. Run alone, this module
writes only them, so that a process that starts afterwards imports them.
"""

import inspect
import json
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

from annotated_types import Ge, Le, MinLen
from argument_examples import EXAMPLES, OUTPUTS
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.validation import (
    OrLater,
    PublishedAs,
    PublishedAsInput,
    fix_of,
)
from kubewitness.provision.audit_archive.model import AuditArchiveModel
from kubewitness.provision.audit_detections.model import AuditDetectionsModel
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel

ROOT: Final = Path(__file__).parents[1]
MODELS: Final = (
    SecureAksClusterModel,
    AksAuditLoggingModel,
    AuditArchiveModel,
    AuditDetectionsModel,
)
"""Of the components' arguments, in the order of the reference page."""

WIDTH: Final = 100

_PROVISION: Final = "kubewitness.provision."
_SCALARS: Final = {
    str: ("str", "string"),
    date: ("str", "string"),
    int: ("int", "integer"),
    bool: ("bool", "boolean"),
    Any: ("Any", "any value"),
}
"""For each type what it is in a TypedDict and on the page. A date arrives as text."""

_PAGE: Final = """\
# Arguments of the components

This page is generated from the models of the arguments by `make docs`. It spells the names as
Python does. In YAML, TypeScript, Go, C# and Java they are in camel case: `resourceGroupName`.

In Python, give the arguments as keyword arguments or as a dictionary:

```python
kubewitness.AuditArchive("archive", resource_group_name="audit", immutable_days=730)
kubewitness.AuditArchive("archive", {"resource_group_name": "audit", "immutable_days": 730})
```

An argument without "may be an Output" must be known when the program runs.
"""


@dataclass(frozen=True)
class Published:
    """How a type is published.

    Attributes:
        python: in a TypedDict.
        words: on the reference page.
        values: all that are allowed; empty if there is no list of them.
        models: the objects within.
        is_later: whether it may be an Output.
    """

    python: str
    words: str
    values: tuple[str, ...] = ()
    models: tuple[type[BaseModel], ...] = ()
    is_later: bool = False


def published(annotation: Any, alias: str) -> Published:
    """Return how the annotation of a model's field is published.

    Args:
        annotation: with its `Annotated` parts.
        alias: the name for a `Literal` within.

    Raises:
        TypeError: Pulumi's analyzer takes no such type.
    """
    if annotation in _SCALARS:
        return Published(*_SCALARS[annotation])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        name = class_name(annotation)
        return Published(name, f"[{name}](#{name.lower()})", models=(annotation,))
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _published_annotated(inner[0], inner[1:], alias)
    if origin in {Union, UnionType} and inner[1:] == (NoneType,):
        return published(inner[0], alias)
    if origin is Literal:
        return Published(alias, "string", values=inner)
    if origin in {list, tuple, dict}:
        return _published_items(origin, inner, alias)
    raise TypeError(f"{alias}: {annotation} has no published type; mark it with `PublishedAs`")


def _published_annotated(base: Any, marks: Sequence[Any], alias: str) -> Published:
    for mark in marks:
        if isinstance(mark, PublishedAs):
            return published(mark.type, alias)
    is_later = any(isinstance(mark, OrLater) for mark in marks)
    known = published(get_args(base)[0] if is_later else base, alias)
    if not is_later and not any(isinstance(mark, PublishedAsInput) for mark in marks):
        return known
    return Published(
        f"pulumi.Input[{known.python}]", known.words, known.values, known.models, is_later
    )


def _published_items(origin: Any, inner: Sequence[Any], alias: str) -> Published:
    item = published(inner[-1] if origin is dict else inner[0], alias)
    output = ", each may be an Output" if item.is_later else ""
    if origin is dict:
        python, words = f"dict[str, {item.python}]", f"map from string to {item.words}{output}"
    else:
        python, words = f"list[{item.python}]", f"list of {item.words}{output}"
    return Published(python, words, item.values, item.models)


@dataclass(frozen=True)
class Output:
    """An output of a component.

    Attributes:
        name: as in Python.
        type: of its value.
        description: what users read about it.
    """

    name: str
    type: Any
    description: str

    @property
    def facts(self) -> str:
        """Return type and example as text."""
        return f"{published(self.type, self.name).words}; example `{OUTPUTS[self.name]}`"


@dataclass(frozen=True)
class Argument:
    """An argument of a component, or a field of an object among them."""

    name: str
    field: FieldInfo
    type: Published
    owner: str = ""

    @property
    def description(self) -> str:
        """Return the description for users."""
        return self.field.description or ""


def arguments_of(model: type[BaseModel]) -> list[Argument]:
    """Return the arguments of a model: the required ones, its own, and the inherited ones."""
    hints, fields = get_type_hints(model, include_extras=True), model.model_fields
    own = inspect.get_annotations(model)
    ordered = [
        *(name for name in fields if fields[name].is_required()),
        *(name for name in own if name in fields),
        *fields,
    ]
    return [
        Argument(name, fields[name], published(hints[name], alias_of(model, name)), model.__name__)
        for name in dict.fromkeys(ordered)
    ]


def class_name(model: type[BaseModel]) -> str:
    """Return the name of a model's TypedDict."""
    return re.sub("Model$", "Args", model.__name__)


def alias_of(model: type[BaseModel], field: str) -> str:
    """Return the name for the allowed values of a field, unique in a module."""
    prefix = "" if model in MODELS else model.__name__
    return prefix + "".join(map(str.title, field.split("_")))


def reachable(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """Yield the objects among the arguments of a model, each after those within it, and itself."""
    for argument in arguments_of(model):
        for inner in argument.type.models:
            yield from reachable(inner)
    yield model


def folder_of(model: type[BaseModel], component: type[BaseModel]) -> str:
    """Return the folder of `provision` that a model's TypedDict belongs to.

    A model from another package belongs to the component whose argument it is.
    """
    module = model.__module__
    owner = module if module.startswith(_PROVISION) else component.__module__
    return owner.removeprefix(_PROVISION).partition(".")[0]


def typed_dicts() -> dict[Path, str]:
    """Return each generated module of TypedDicts, by its path."""
    folders: dict[str, dict[type[BaseModel], None]] = {}
    for component in MODELS:
        for model in reachable(component):
            folders.setdefault(folder_of(model, component), {})[model] = None
    owner = {model: folder for folder, models in folders.items() for model in models}
    return {
        ROOT / "components/kubewitness/provision" / folder / "generated.py": _module(
            [*models], folder, owner
        )
        for folder, models in folders.items()
    }


def _module(
    models: Sequence[type[BaseModel]], folder: str, owner: dict[type[BaseModel], str]
) -> str:
    classes = "\n\n".join(_class(model) for model in models)
    aliases = _aliases(models)
    names = [
        name for name in ("Any", "NotRequired", "TypedDict") if re.search(rf"\b{name}\b", classes)
    ]
    imported = ", ".join([*(["TYPE_CHECKING"] if aliases else []), *names])
    others: dict[str, set[str]] = {}
    for model in models:
        for inner in (each for one in arguments_of(model) for each in one.type.models):
            if owner[inner] != folder:
                others.setdefault(owner[inner], set()).add(class_name(inner))
    imports = [
        f"from {_PROVISION}{other}.generated import {', '.join(sorted(named))}\n"
        for other, named in sorted(others.items())
    ]
    return "".join(
        [
            '"""The arguments as users write them. Generated by `make docs`; edit model.py."""\n\n',
            f"from typing import {imported}\n\nimport pulumi\n",
            *(["\n", *imports] if imports else []),
            aliases,
            "\n\n",
            classes,
        ]
    )


def _aliases(models: Sequence[type[BaseModel]]) -> str:
    """Return the names of allowed values: Pulumi's analyzer takes no Literal."""
    found = {
        alias_of(model, argument.name): argument.type.values
        for model in models
        for argument in arguments_of(model)
        if argument.type.values
    }
    if not found:
        return ""
    checked = (
        f"    {alias} = Literal[\n" + "".join(f'        "{each}",\n' for each in values) + "    ]\n"
        for alias, values in found.items()
    )
    taken = (f"    {alias} = str\n" for alias in found)
    return "".join(
        [
            "\nif TYPE_CHECKING:\n    from typing import Literal\n\n",
            *checked,
            "else:\n    # Pulumi's component analyzer takes no Literal.\n",
            *taken,
        ]
    )


def _class(model: type[BaseModel]) -> str:
    arguments = arguments_of(model)
    total = any(argument.field.is_required() for argument in arguments)
    bases = "TypedDict" if total else "TypedDict, total=False"
    fields = "\n".join(_field(argument, total=total) for argument in arguments)
    return f"class {class_name(model)}({bases}):\n{_indented(_docstring(model))}\n\n{fields}"


def _field(argument: Argument, *, total: bool) -> str:
    python = argument.type.python
    if total and not argument.field.is_required():
        python = f"NotRequired[{python}]"
    description = _indented(f'"""{argument.description}"""')
    return f"    {argument.name}: {python}\n{description}\n"


def _docstring(model: type[BaseModel]) -> str:
    """Return the docstring of a TypedDict. `help` shows its list of a component's arguments."""
    text = inspect.cleandoc(model.__doc__ or "")
    if model in MODELS:
        text += "\n\nAttributes:\n" + "\n".join(
            textwrap.fill(
                f"{argument.name}: {_first_sentence(argument.description)}",
                WIDTH - 4,
                initial_indent=" " * 4,
                subsequent_indent=" " * 8,
                break_on_hyphens=False,
            )
            for argument in arguments_of(model)
        )
    return f'"""{text}\n"""' if "\n" in text else f'"""{text}"""'


def _first_sentence(text: str) -> str:
    sentence = re.split(r"(?<=[.:])\s", " ".join(text.split()), maxsplit=1)[0]
    return re.sub(":$", ".", sentence)


def _indented(text: str) -> str:
    return textwrap.indent(text, " " * 4)


def reference_page(outputs: Mapping[str, Sequence[Output]]) -> str:
    """Return the reference page of all arguments and outputs.

    Args:
        outputs: those of each component, by its name.
    """
    nested = dict.fromkeys(
        model for component in MODELS for model in reachable(component) if model not in MODELS
    )
    sections = [
        part
        for model in MODELS
        for part in (_section(model), _outputs(outputs[class_name(model).removesuffix("Args")]))
    ]
    sections.append("\n## Objects\n")
    sections += (_section(model) for model in sorted(nested, key=class_name))
    return _PAGE + "".join(sections)


def _outputs(outputs: Sequence[Output]) -> str:
    entries = (
        f"- `{one.name}` ({one.facts})\n\n{_indented_by_two(one.description)}\n" for one in outputs
    )
    return "\nOutputs, each known when the deployment has made it:\n\n" + "\n".join(entries)


def _indented_by_two(text: str) -> str:
    return textwrap.indent(inspect.cleandoc(text), "  ")


def _section(model: type[BaseModel]) -> str:
    if model in MODELS:
        title = f"## {class_name(model).removesuffix('Args')}"
    else:
        title = f"### {class_name(model)}\n\n{inspect.cleandoc(model.__doc__ or '')}"
    return f"\n{title}\n\n" + "\n".join(map(_entry, arguments_of(model)))


def _entry(argument: Argument) -> str:
    description = textwrap.indent(argument.description, "  ")
    return f"- `{argument.name}` ({_facts(argument)})\n\n{description}\n"


def _facts(argument: Argument) -> str:
    """Return type, bounds, allowed values and default of an argument as text."""
    field, bounds = argument.field, _bounds(argument.field)
    facts = [argument.type.words + (f" {bounds}" if bounds else "")]
    if argument.type.values:
        facts[0] += ": " + ", ".join(f"`{value}`" for value in argument.type.values)
    facts += ["may be an Output"] if argument.type.is_later else []
    facts += ["required"] if field.is_required() else []
    facts += [] if field.is_required() else _default(argument)
    example = example_of(argument)
    return "; ".join([*facts, *([f"example `{example}`"] if example else [])])


def example_of(argument: Argument) -> str:
    """Return an example of an argument, as Python spells it; empty if it names none."""
    for key in (f"{argument.owner}.{argument.name}", argument.name):
        if key in EXAMPLES:
            return str(EXAMPLES[key])
    if argument.type.words == "boolean":
        return "True"
    if argument.type.values and not argument.type.words.startswith("list"):
        return json.dumps(argument.type.values[-1])
    if argument.type.words.startswith("integer"):
        return str(next((one.ge for one in argument.field.metadata if isinstance(one, Ge)), ""))
    named = re.search(r"such as `([^`]+)`", fix_of(argument.field) + argument.description)
    if named is None:
        return ""
    text = json.dumps(named[1])
    return f"[{text}]" if argument.type.words.startswith("list") else text


def _bounds(field: FieldInfo) -> str:
    least = next((each.ge for each in field.metadata if isinstance(each, Ge)), None)
    most = next((each.le for each in field.metadata if isinstance(each, Le)), None)
    if least is not None and most is not None:
        return f"from {least} to {most}"
    items = next((each.min_length for each in field.metadata if isinstance(each, MinLen)), None)
    if items is not None:
        return f"with at least {items} item{'s' * (items > 1)}"
    return "" if least is None else f"from {least}"


def _default(argument: Argument) -> list[str]:
    """Return the default as text; nothing if the description contains it."""
    default = argument.field.get_default(call_default_factory=True)
    values = default if isinstance(default, list | tuple) else [default]
    shown = [value for value in values if isinstance(value, str | int) and value != ""]
    if shown:
        texts = (str(each).lower() if isinstance(each, bool) else each for each in shown)
        return ["default " + ", ".join(f"`{text}`" for text in texts)]
    return [] if "default" in argument.description.lower() else ["default none"]


def main() -> None:
    """Write the TypedDicts."""
    for path, text in typed_dicts().items():
        path.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
