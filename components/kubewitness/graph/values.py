"""Values as a policy meets them: known, unknown until the deployment, or absent.

Keeping the three apart is what lets a policy fail closed: an unknown value is never compared as if
it were known, and an absent one is never taken for unknown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final, Never, TypeAlias, TypeVar

from kubewitness.azure.resource_ids import fold

T = TypeVar("T")


@dataclass(frozen=True)
class Unknown:
    """A value that exists but cannot be known before the deployment.

    Attributes:
        why: the cause of the unknown value, for people; empty if only the deployment shows it.
        decide: how to make it known, where that is not to write it as a plain value.
    """

    why: str = ""
    decide: str = ""

    @property
    def words(self) -> str:
        """Return the end of a sentence on what cannot be known."""
        return (
            f"cannot be known: {self.why}" if self.why else "cannot be known before the deployment"
        )

    def __bool__(self) -> Never:
        """Raise TypeError: an unknown value is not true or false."""
        raise TypeError("an unknown value has no truth; compare it with isinstance")


class MostlyUnknown(dict[str, Any]):
    """Properties of which all but some are unknown, also those that are not there.

    Args:
        known: the properties that are known.
        why: what all others are.
    """

    def __init__(self, known: Mapping[str, Any], why: Unknown) -> None:
        super().__init__(known)
        self._why = why

    def get(self, name: str, _default: Any = None) -> Any:
        """Return a property; unknown where it is not known."""
        return super().get(name, self._why)


class AnyCase(dict[str, Any]):
    """Properties that are read without regard to case, as Azure reads those of a template."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        super().__init__(known)
        self._by_name = {fold(str(name)): value for name, value in known.items()}

    def get(self, name: str, default: Any = None) -> Any:
        """Return a property whatever the case of its name."""
        return self._by_name.get(fold(name), default)


class Absent(Enum):
    """The type of `ABSENT`, the value of a property that is not set."""

    ABSENT = "absent"

    def __bool__(self) -> Never:
        """Raise TypeError: the meaning of absence depends on the property."""
        raise TypeError("an absent value has no truth; compare it with `is ABSENT`")


ABSENT: Final = Absent.ABSENT

TWICE: Final = Unknown("two resources set it")
"""The value that two resources write: the last one to deploy decides."""

Value: TypeAlias = T | Unknown | Absent


def read(properties: Value[Mapping[str, Any]], *path: str) -> Value[Any]:
    """Read a nested property.

    Args:
        properties: a resource's properties; unknown leaves are `Unknown`.
        path: the property names from the outside in, as the provider spells them on the wire.

    Returns:
        The value; `Unknown` where it or a parent is unknown; `ABSENT` where it or a parent is
        missing, null, or not a mapping.
    """
    value: Any = properties
    for name in path:
        if isinstance(value, Unknown):
            return value
        if not isinstance(value, Mapping):
            return ABSENT
        value = value.get(name)
    return ABSENT if value is None else value


def text(value: Value[Any]) -> Value[str]:
    """Return the value if it is text with something in it, unknown if unknown, else absent."""
    if isinstance(value, Unknown):
        return value
    return value if isinstance(value, str) and value.strip() else ABSENT


def declared_text(value: Value[Any]) -> Value[str]:
    """Read text like `text` where absence is harmless: anything that is not text is unknown."""
    if isinstance(value, str):
        return text(value)
    return value if value is ABSENT or isinstance(value, Unknown) else Unknown("it is not text")


def declared_flag(value: Value[Any]) -> Value[bool]:
    """Return true or false where absence is harmless: anything else is unknown."""
    if isinstance(value, bool | Unknown) or value is ABSENT:
        return value
    return Unknown("it is not true or false")


def number(value: Value[Any]) -> Value[float]:
    """Return the value if it is a number; unknown if it is unknown or not a number at all."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return value if value is ABSENT or isinstance(value, Unknown) else Unknown("it is not a number")


def period(value: Value[Any]) -> Value[float]:
    """Return a number of days, zero if it is not a number: nothing is kept for `[]` days."""
    if value is ABSENT or isinstance(value, Unknown):
        return value
    known = number(value)
    return 0.0 if isinstance(known, Unknown) else known


def items(value: Value[Any]) -> tuple[Any, ...] | Unknown:
    """Return the items of a list, none if it is not a list, unknown if it is unknown."""
    if isinstance(value, Unknown):
        return value
    if isinstance(value, Sequence) and not isinstance(value, str):
        return tuple(value)
    return ()


def first_present(*values: Value[Any]) -> Value[Any]:
    """Return the first value that is not absent, for a property with several spellings."""
    return next((value for value in values if value is not ABSENT), ABSENT)
