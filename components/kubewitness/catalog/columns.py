"""Columns of tables, with the scalar types of the Kusto Query Language."""

from dataclasses import dataclass
from typing import Literal

ColumnType = Literal["string", "dynamic", "datetime", "real", "long", "int", "bool"]


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        name: as in Azure, whose names are case-sensitive.
        type: a scalar type of the Kusto Query Language.
    """

    name: str
    type: ColumnType


def columns(**types: ColumnType) -> tuple[Column, ...]:
    """Return columns with their types."""
    return tuple(Column(name, kind) for name, kind in types.items())
