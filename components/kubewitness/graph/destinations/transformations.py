"""The transformations that a workspace applies to incoming logs.

Source: Azure docs, "Create a transformation in Azure Monitor" and "Structure of a data collection
rule": a rule of kind WorkspaceTransforms has a data flow for each table, by its stream.
"""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import ANY_TABLE, Transformation
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, properties_of, type_of
from kubewitness.graph.values import ABSENT, AnyCase, Unknown, Value, items, read, text

_TYPE: Final = "microsoft.insights/datacollectionrules"
_STREAM: Final = "microsoft-table-"
_KIND: Final = "workspacetransforms"


def transformations(resources: Iterable[Resource]) -> tuple[Transformation, ...]:
    """Return the transformations of a stack, or of the workspaces of a subscription."""
    listed = list(resources)
    workspaces = {one.urn for one in listed if kind_of(one.type) is ResourceKind.WORKSPACE}
    return tuple(
        Transformation(table, kql, workspace, _sources(resource, workspaces))
        for resource in listed
        for rule in _rules(resource)
        if _may_be_for_a_workspace(rule)
        for workspace in [_workspace(read(rule, "destinations", "logAnalytics"))]
        for table, kql in _flows(read(rule, "dataFlows"))
    )


def _sources(resource: Resource, workspaces: AbstractSet[str]) -> frozenset[str]:
    """Return the workspaces of the stack that a rule, or the template with it, comes from."""
    named = {urn for urns in resource.property_dependencies.values() for urn in urns}
    return frozenset({*named, resource.parent} & workspaces)


def _rules(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """Yield the properties and the kind of every data collection rule that a resource makes."""
    kind = kind_of(resource.type)
    if kind is ResourceKind.DATA_COLLECTION_RULE:
        yield resource.properties
    elif kind is ResourceKind.ARM:
        for one in declared(resource):
            if isinstance(one, Mapping) and type_of(one) == _TYPE:
                inner = properties_of(one)
                known = inner if isinstance(inner, Mapping) else {"dataFlows": inner}
                yield AnyCase({**known, "kind": one.get("kind")})


def _may_be_for_a_workspace(rule: Mapping[str, Any]) -> bool:
    """Return whether a rule transforms what arrives; only such rules have streams of tables."""
    kind = text(read(rule, "kind"))
    return not isinstance(kind, str) or kind.startswith("[") or fold(kind) == _KIND


def _workspace(listed: Value[Any]) -> Value[str]:
    """Return the workspace that a rule is of; in a template its id is an expression."""
    named = items(listed)
    one = named[0] if isinstance(named, tuple) and len(named) == 1 else {}
    known = text(read(one, "workspaceResourceId"))
    if isinstance(known, str) and known.startswith("/"):
        return known
    return Unknown("which workspace it is cannot be known before the deployment")


def _flows(flows: Value[Any]) -> Iterator[tuple[str, Value[str]]]:
    """Yield each table with the KQL that its rows go through."""
    listed = items(flows)
    for flow in (listed,) if isinstance(listed, Unknown) else listed:
        kql = text(read(flow, "transformKql"))
        streams = items(read(flow, "streams"))
        for stream in (streams,) if isinstance(streams, Unknown) else streams:
            table = _table(stream)
            if table and kql is not ABSENT:
                yield table, kql


def _table(stream: Any) -> str:
    """Return the table of a stream in lower case; empty for a stream of other rules."""
    if isinstance(stream, Unknown):
        return ANY_TABLE
    name = fold(str(stream))
    return name.removeprefix(_STREAM) if name.startswith(_STREAM) else ""
