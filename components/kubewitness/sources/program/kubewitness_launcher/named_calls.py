"""Finds the provider functions that a withheld function would call, by the names in its code."""

import dis
import re
import sys
import types
from typing import Any, Iterator, List, Set

from .reporter import is_own

_TOKEN = re.compile(r"[\w-]+:[\w./-]+:\w+")


def named_calls(function: Any) -> Set[str]:
    """Return the tokens of the provider functions that a function of the program names."""
    return {token for named in _functions(function, set()) for token in _tokens(named)}


def _tokens(function: Any) -> Iterator[str]:
    """Yield what looks like a token: a function of an SDK holds its own as a constant."""
    for constant in function.__code__.co_consts:
        if isinstance(constant, str) and _TOKEN.fullmatch(constant):
            yield constant


def _functions(function: Any, seen: Set[Any]) -> Iterator[Any]:
    """Yield the functions of libraries that a function names, through the program's own ones."""
    function = function.__func__ if isinstance(function, types.MethodType) else function
    if not isinstance(function, types.FunctionType) or function in seen:
        return
    seen.add(function)
    wrapped = function.__dict__.get("__wrapped__")
    if wrapped is not None:
        yield from _functions(wrapped, seen)
    if not is_own(function.__code__.co_filename):
        yield function
        return
    names = set(code_names(function.__code__))
    for value in _values(function, names):
        yield from _functions(value, seen)


def _values(function: Any, names: Set[str]) -> Iterator[Any]:
    """Yield the values of the names: globals, imports, closures, members of modules."""
    found = [function.__globals__.get(name) for name in names]
    imported = [sys.modules.get(name) for name in imports(function.__code__)]
    modules: Set[Any] = set()
    pending = [*found, *imported, *held_values(function)]
    while pending:
        value = pending.pop()
        if not isinstance(value, types.ModuleType):
            yield value
        elif value not in modules:
            modules.add(value)
            pending += [_member(value, name) for name in names]


def _member(module: Any, name: str) -> Any:
    try:
        return getattr(module, name, None)
    except Exception:  # noqa: BLE001 a module that loads lazily may fail with anything
        return None


def code_names(code: Any) -> Iterator[str]:
    """Yield the names in code, and in the functions inside it."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from code_names(constant)


def imports(code: Any) -> Iterator[str]:
    """Yield the modules that code imports, and those of the functions inside it."""
    for instruction in dis.get_instructions(code):
        if instruction.opname == "IMPORT_NAME":
            yield instruction.argval
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from imports(constant)


def held_values(function: Any) -> List[Any]:
    """Return the values of a function's closure and of its defaults."""
    cells = [cell.cell_contents for cell in function.__closure__ or () if _is_filled(cell)]
    defaults = (function.__kwdefaults__ or {}).values()
    return [*cells, *(function.__defaults__ or ()), *defaults]


def _is_filled(cell: Any) -> bool:
    try:
        return cell.cell_contents is not cell
    except ValueError:
        return False
