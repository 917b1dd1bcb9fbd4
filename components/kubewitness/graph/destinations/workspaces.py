"""Log Analytics workspaces: their tables, and the templates that declare tables.

Property names are those on the wire. Sources: Azure Native API docs for Workspace and Table; Azure
Classic API docs for the same; ARM template reference for workspaces/tables.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import ANY_TABLE, Receiver, Table, Workspace
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, properties_of, type_of
from kubewitness.graph.values import (
    TWICE,
    Unknown,
    Value,
    declared_flag,
    declared_text,
    first_present,
    number,
    period,
    read,
    text,
)

_TABLE_TYPE: Final = "microsoft.operationalinsights/workspaces/tables"
_TABLE_NAME: Final = re.compile(r"/(?P<table>\w+)(?:'|$)")
"""The table in `workspace/AKSAudit` and in `[format('{0}/AKSAudit', parameters('workspace'))]`."""

_HIDDEN: Final = Unknown("whether it is this one's cannot be known before the deployment")
HIDDEN_TABLE: Final = Table(_HIDDEN, _HIDDEN, _HIDDEN)
"""The settings of a table that may be another workspace's."""


def workspace(properties: Mapping[str, Any], common: Mapping[str, Any]) -> Workspace:
    """Return a workspace by its own properties and those of every receiver."""
    sku = read(properties, "sku")
    return Workspace(
        **common,
        sku=declared_text(read(properties, "sku", "name") if isinstance(sku, Mapping) else sku),
        interactive_days=period(read(properties, "retentionInDays")),
        daily_cap=number(
            first_present(
                read(properties, "workspaceCapping", "dailyQuotaGb"),
                read(properties, "dailyQuotaGb"),
            )
        ),
        default_rule=first_present(
            read(properties, "defaultDataCollectionRuleResourceId"),
            read(properties, "dataCollectionRuleId"),
        ),
        purges_at_once=declared_flag(
            first_present(
                read(properties, "features", "immediatePurgeDataOn30Days"),
                read(properties, "immediateDataPurgeOn30DaysEnabled"),
            )
        ),
    )


def tables(workspace: Workspace, attached: list[Resource]) -> dict[str, Table]:
    """Return the tables; one that two resources set is unknown, as the last to deploy decides."""
    tables: dict[str, Table] = {}
    for resource in attached:
        for name, table in tables_of(resource, workspace):
            tables[name] = Table(TWICE, TWICE, TWICE) if name in tables else table
    return tables


def tables_of(resource: Resource, workspace: Workspace) -> Iterator[tuple[str, Table]]:
    """Yield the settings of each table, in lower case as Azure compares them."""
    if kind_of(resource.type) is ResourceKind.TABLE:
        names = (read(resource.properties, name) for name in ("tableName", "name"))
        name = text(first_present(*names))
        known = fold(name) if isinstance(name, str) else ANY_TABLE
        yield known, _table(resource.properties) if known != ANY_TABLE else HIDDEN_TABLE
        return
    for item in declared(resource):
        if isinstance(item, Unknown):
            yield ANY_TABLE, HIDDEN_TABLE
        elif type_of(item) == _TABLE_TYPE:
            full = str(read(item, "name"))
            match = _TABLE_NAME.search(full)
            # An expression in a template takes the workspace's name from the one owner there is.
            if match is None:
                yield ANY_TABLE, HIDDEN_TABLE
            elif full.startswith("[") or _is_of(full, workspace):
                yield fold(match["table"]), _table(properties_of(item))


def _is_of(full: str, receiver: Receiver) -> bool:
    """Return whether a name such as `workspace/AKSAudit` begins with the receiver's."""
    return isinstance(receiver.name, str) and fold(full).startswith(f"{fold(receiver.name)}/")


def names_it(template: Resource, receiver: Receiver) -> bool:
    """Return whether a template that several receivers have a part in names this one literally."""
    names = template_names(template)
    return (
        bool(names)
        and all(not name.startswith("[") for name in names)
        and any(_is_of(name, receiver) for name in names)
    )


def template_names(resource: Resource) -> list[str]:
    """Return the names of the tables that a template declares, unchanged."""
    if kind_of(resource.type) is not ResourceKind.ARM:
        return []
    known = (one for one in declared(resource) if not isinstance(one, Unknown))
    names = (read(one, "name") for one in known if type_of(one) == _TABLE_TYPE)
    return [name for name in names if isinstance(name, str)]


def _table(properties: Value[Mapping[str, Any]]) -> Table:
    return Table(
        plan=declared_text(read(properties, "plan")),
        interactive_days=period(read(properties, "retentionInDays")),
        total_days=period(read(properties, "totalRetentionInDays")),
    )
