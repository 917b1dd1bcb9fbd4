"""The formats in which audit logs come, one folder each, recognised by content.

A folder has a description (`format.yaml`) and samples. Formats that the general unwrapping of inner
lines does not read have a module, too. An adapter translates: whatever holds an event, the event
leaves as kube-apiserver wrote it.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final, cast

from kubewitness.logs.reading.rows import Format


def _found() -> Iterator[type[Format]]:
    for module in pkgutil.iter_modules(__path__):
        defined = vars(import_module(f"{__name__}.{module.name}"))
        for value in defined.values():
            is_own = getattr(value, "__module__", None) == defined["__name__"]
            if isinstance(value, type) and is_own and hasattr(value, "MARKS"):
                yield cast("type[Format]", value)


FORMATS: Final = tuple(sorted(_found(), key=lambda one: (one.IS_FALLBACK, one.NAME)))
"""All formats; what is of no other format is of the fallback."""


def find_format(record: Mapping[str, Any]) -> type[Format] | None:
    """Return the format of a record, None if it is of none that is known."""
    return next((log_format for log_format in FORMATS if log_format.matches(record)), None)
