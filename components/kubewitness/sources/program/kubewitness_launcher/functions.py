"""Provider functions and stack references: what has no answer is unknown, or reported missing."""

import functools
import sys
from typing import Any, Dict

from .placeholders import field_names, placeholder
from .reporter import Reporter, caller

RENDERERS = (
    "kubernetes:helm:template",
    "kubernetes:kustomize:directory",
    "kubernetes:yaml:decode",
)
"""Functions that render manifests. No user could write their results down as an answer."""


def guard_functions(pulumi: Any, report: Reporter) -> None:
    """Report each direct call without an answer: it returns plain values, which are unknown."""
    module = sys.modules["pulumi.runtime.invoke"]
    original = getattr(module, "invoke")  # noqa: B009 its type is known only over there

    @functools.wraps(original)
    def invoke(tok: str, *args: Any, **kwargs: Any) -> Any:
        result = original(tok, *args, **kwargs)
        if not getattr(result, "is_known", True) or _is_unrendered(tok, result.value):
            return type(result)(_result(report, tok, _result_type(args, kwargs)))
        return result

    _replace(pulumi, module, "invoke", invoke)
    original_async = getattr(module, "invoke_async", None)
    if original_async is None:
        return

    @functools.wraps(original_async)
    async def invoke_async(tok: str, *args: Any, **kwargs: Any) -> Any:
        value = await original_async(tok, *args, **kwargs)
        # A result that is known is never None, be it empty.
        if value is None or _is_unrendered(tok, value):
            return _result(report, tok, _result_type(args, kwargs))
        return value

    _replace(pulumi, module, "invoke_async", invoke_async)


def _replace(pulumi: Any, module: Any, name: str, function: Any) -> None:
    setattr(module, name, function)
    setattr(pulumi.runtime, name, function)


def _result(report: Reporter, token: str, typ: Any) -> Any:
    if token in RENDERERS:
        return {"result": _unrendered()}
    what = "result of the function"
    report("unanswered", what=what, name=token, where=caller(), fields=field_names(typ))
    return placeholder(typ)


def _unrendered() -> Any:
    """Return an unknown list; an older SDK of Kubernetes walks through it all the same."""
    from pulumi.output import Unknown

    return type("Unrendered", (Unknown,), {"__iter__": lambda _: iter(())})()


def _is_unrendered(token: str, value: Any) -> bool:
    """Return whether manifests are missing: an older SDK reads an unknown result as empty."""
    return token in RENDERERS and not value


def _result_type(args: Any, kwargs: Dict[str, Any]) -> Any:
    """Return the class of the result: an argument that generated SDKs pass."""
    positional = args[2] if len(args) > 2 else None  # noqa: PLR2004 after arguments and options
    return kwargs.get("typ", positional)


def note_functions(pulumi: Any, report: Reporter) -> None:
    """Report each function that is called, also where the SDK holds the call back.

    It does so in every preview if an argument is unknown, so that no monitor receives the call.
    """
    module = sys.modules["pulumi.runtime.invoke"]
    for name in ("invoke", "invoke_async", "invoke_output"):
        original = getattr(module, name, None)
        if original is not None:
            _replace(pulumi, module, name, _noted(original, report))


def _noted(original: Any, report: Reporter) -> Any:
    @functools.wraps(original)
    def call(tok: str, *args: Any, **kwargs: Any) -> Any:
        report("called", name=tok, fields=field_names(_result_type(args, kwargs)))
        return original(tok, *args, **kwargs)

    return call


def guard_stack_references(pulumi: Any, report: Reporter) -> None:
    """Report an unknown output of another stack that is awaited as a plain value."""
    reference = pulumi.StackReference
    original = getattr(reference, "get_output_details", None)
    if original is None:
        return

    @functools.wraps(original)
    async def get_output_details(self: Any, name: str) -> Any:
        if await self.outputs.is_known():
            return await original(self, name)
        stack = await self.name.future()
        what = "output of another stack"
        report("unanswered", what=what, name=name, where=caller(), stack=stack)
        details = sys.modules["pulumi.stack_reference"].StackReferenceOutputDetails
        return details(value="unanswered")

    reference.get_output_details = get_output_details
