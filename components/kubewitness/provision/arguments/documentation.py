"""Puts the arguments of a component into its `help()`, from the model that defines them."""

import inspect
import re
import textwrap
from typing import Any

from kubewitness.provision.arguments.validation import Arguments


def describe_arguments(component: type[Any], model: type[Arguments]) -> None:
    """Add the arguments to the docstring of a component's constructor.

    Args:
        component: the class.
        model: of its arguments.
    """
    required = [name for name, field in model.model_fields.items() if field.is_required()]
    names = [*required, *(name for name in model.model_fields if name not in required)]
    lines = (
        textwrap.fill(
            f"{name}: {'required. ' if name in required else ''}{_first_sentence(model, name)}",
            96,
            initial_indent="    ",
            subsequent_indent="        ",
        )
        for name in names
    )
    own = inspect.cleandoc(component.__init__.__doc__ or "")
    component.__init__.__doc__ = "\n".join([own, "", "Arguments:", *lines])


def _first_sentence(model: type[Arguments], name: str) -> str:
    text = " ".join((model.model_fields[name].description or "").split())
    return re.split(r"(?<=[.:])\s", text, maxsplit=1)[0]
