"""When wrong arguments end a program: in a preview, after every component has been checked.

A program registers its components one after another. If the first wrong one ended the program, the
next would be reported in the next run only. In an update it does end the program, because nothing
may be deployed in spite of it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

import pulumi

from kubewitness.provision.arguments.validation import (
    Checked,
    InvalidArguments,
    check_arguments,
)

_at_once: ContextVar[bool] = ContextVar("at_once", default=False)
_waiting: Final[list[InvalidArguments]] = []


@contextmanager
def reported_at_once() -> Iterator[None]:
    """Let wrong arguments raise where they are found, also in a preview."""
    token = _at_once.set(True)
    try:
        yield
    finally:
        _at_once.reset(token)


def checked_arguments(
    model: type[Checked], component: str, arguments: Mapping[str, Any] | None
) -> Checked | None:
    """Return the arguments as `model`; None if they are wrong and reported later.

    Args:
        model: what the arguments must look like.
        component: how the message calls the component.
        arguments: as the program gives them.

    Raises:
        InvalidArguments: in an update, with everything that is wrong.
    """
    try:
        return check_arguments(model, component, arguments)
    except InvalidArguments as error:
        if _at_once.get() or not pulumi.runtime.is_dry_run():
            raise
        _report_later(error)
        return None


def leave_unknown(component: pulumi.ComponentResource) -> None:
    """Leave every output of a component unknown, so that the rest of a program can be previewed."""
    for name in type(component).__annotations__:
        setattr(component, name, unknown())


def unknown() -> pulumi.Output[Any]:
    """Return an output whose value is unknown in this preview."""

    async def value(of: Any) -> Any:
        return of

    return pulumi.Output(set(), value(None), value(False))


def _report_later(error: InvalidArguments) -> None:
    _waiting.append(error)
    if len(_waiting) == 1:
        # Runs once the program has come to its end, or awaits something.
        pulumi.Output.from_input(None).apply(_report)


def _report(_: None) -> None:
    found = tuple(_waiting)
    _waiting.clear()
    raise found[0].with_others(found[1:])
