"""Finds the calls of `apply` that the SDK withholds because their value is unknown.

A function that did not run may hide resources. One that can only compute, such as
`lambda identifier: identifier.upper()`, hides none and is not reported.
"""

import builtins
import functools
import sys
import types
from typing import Any, Dict, List, Set, Tuple

from .named_calls import code_names, held_values, imports, named_calls
from .reporter import Reporter, is_own

_RUN_CODE = frozenset({"__import__", "compile", "eval", "exec", "importlib", "runpy"})
_COMPUTES = (str, bytes, int, float, tuple, frozenset, type(None), types.BuiltinFunctionType)


class Applies:
    """The calls of `apply` in the program's own code."""

    def __init__(self) -> None:
        self._pending: Dict[Any, Tuple[str, Any, Any]] = {}

    def watch(self, pulumi: Any) -> None:
        """Note each call until its function runs."""
        original = pulumi.Output.apply

        @functools.wraps(original)
        def apply(output: Any, func: Any, *args: Any, **kwargs: Any) -> Any:
            frame = sys._getframe(1)
            if not is_own(frame.f_code.co_filename) or not may_register(func):
                return original(output, func, *args, **kwargs)
            call = object()
            where = frame.f_code.co_filename + ":" + str(frame.f_lineno)
            self._pending[call] = (where, output, func)

            def noted(value: Any) -> Any:
                self._pending.pop(call, None)
                return func(value)

            return original(output, noted, *args, **kwargs)

        pulumi.Output.apply = apply

    async def report(self, report: Reporter) -> None:
        """Report each line with withheld calls: how many, and on outputs of which resources.

        Also report the provider functions that the withheld ones name.
        """
        lines: Dict[str, List[Any]] = {}
        tokens: Set[str] = set()
        for where, output, function in list(self._pending.values()):
            lines.setdefault(where, []).append(output)
            tokens |= named_calls(function)
        for token in sorted(tokens):
            report("named", name=token)
        for where, outputs in lines.items():
            names: Set[str] = set()
            for output in outputs:
                names |= {resource._name for resource in await output.resources()}
            report("withheld", where=where, count=len(outputs), resources=sorted(names))


def may_register(function: Any, seen: Tuple[Any, ...] = ()) -> bool:
    """Return whether a function can reach anything that registers a resource."""
    if not isinstance(function, types.FunctionType):
        return not isinstance(function, type(len)) and function not in (str, int, bool, float)
    if function in seen:
        return False
    names = set(code_names(function.__code__))
    imported = set(imports(function.__code__))
    if names & _RUN_CODE or imported & _RUN_CODE or not all(map(_is_standard, imported)):
        return True
    known = [function.__globals__[name] for name in names if name in function.__globals__]
    values = (*known, *held_values(function))
    return any(_reaches(value, (*seen, function)) for value in values)


def _reaches(value: Any, seen: Any) -> bool:
    if isinstance(value, types.ModuleType):
        return value.__name__ in _RUN_CODE or not _is_standard(value.__name__)
    if isinstance(value, types.FunctionType):
        return may_register(value, seen)
    if isinstance(value, type):
        return value.__module__ != builtins.__name__
    return not isinstance(value, _COMPUTES)


def _is_standard(module: str) -> bool:
    """Return whether a module is of the standard library; before Python 3.10 none is known."""
    return module.partition(".")[0] in getattr(sys, "stdlib_module_names", ())
