"""Which tables of Azure contain logs of AKS, and the addresses that name one of them."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.audit_tables import (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AKS_CONTROL_PLANE,
    AZURE_ACTIVITY,
    AZURE_DIAGNOSTICS,
)
from kubewitness.catalog.container_insights import INSIGHTS_TABLES
from kubewitness.errors import InputError

READ_TABLES: Final = (
    AKS_AUDIT,
    AKS_AUDIT_ADMIN,
    AKS_CONTROL_PLANE,
    AZURE_DIAGNOSTICS,
    AZURE_ACTIVITY,
    *INSIGHTS_TABLES,
)

_CONDITIONS: Final = {
    # Of all services that send their logs here, only AKS has audit events.
    AZURE_DIAGNOSTICS: ' | where ResourceProvider =~ "Microsoft.ContainerService"',
}

_SOURCE_AND_TABLE: Final = re.compile(
    r"(?P<source>log-analytics://(?:[0-9A-Fa-f-]{36}|/(?:[^/]+/){7}[^/]+)|adx://[^/]+/[^/]+)"
    r"/(?P<table>[^/?#]+)/?"
)
"""A resource ID of a workspace has eight segments."""


class Address(NamedTuple):
    """The parts of an address.

    Attributes:
        source: the address of the workspace or database.
        tables: that are to be read.
        is_restricted: whether the address names a table.
    """

    source: str
    tables: Sequence[str] = READ_TABLES
    is_restricted: bool = False


def parse_address(word: str) -> Address:
    """Return what the address of a workspace or database, or of a table in it, names.

    Args:
        word: `log-analytics://WORKSPACE`, `adx://CLUSTER/DATABASE`, or either with `/TABLE`.

    Raises:
        InputError: the table is not one with logs of AKS.
    """
    found = _SOURCE_AND_TABLE.fullmatch(word)
    if not found:
        return Address(word)
    by_name = {fold(name): name for name in READ_TABLES}
    name = by_name.get(fold(found["table"]))
    if name is None:
        known = ", ".join(READ_TABLES)
        raise InputError(
            f"{word}: `{found['table']}` is not a table that is read; use one of {known}"
        )
    return Address(found["source"], (name,), is_restricted=True)


def condition(table: str) -> str:
    """Return the KQL that restricts a table to logs of AKS."""
    return _CONDITIONS.get(table, "")
