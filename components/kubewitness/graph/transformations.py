"""What a workspace makes of logs as they arrive.

Source: Azure docs, "Create a transformation in Azure Monitor" and "Structure of a data collection
rule": a rule of kind WorkspaceTransforms has a data flow for each table, by its stream.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.model import Transformation
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, type_of
from kubewitness.graph.values import ABSENT, Unknown, Value, items, read, text

_TYPE: Final = "microsoft.insights/datacollectionrules"
_CLASS: Final = ":DataCollectionRule"
_STREAM: Final = "microsoft-table-"
_KIND: Final = "workspacetransforms"


def transformations(resources: Iterable[Resource]) -> tuple[Transformation, ...]:
    """Return the transformations of a stack, or of the workspaces of a subscription."""
    return tuple(
        Transformation(table, kql, workspace)
        for resource in resources
        for rule in _rules(resource)
        if _is_for_a_workspace(rule)
        for workspace in [_workspace(read(rule, "destinations", "logAnalytics"))]
        for table, kql in _flows(read(rule, "dataFlows"))
    )


def _rules(resource: Resource) -> Iterator[Mapping[str, Any]]:
    """Yield the properties and the kind of every data collection rule that a resource makes."""
    if resource.type.endswith(_CLASS):
        yield resource.properties
    elif kind_of(resource.type) is ResourceKind.ARM:
        for one in declared(resource):
            if isinstance(one, Mapping) and type_of(one) == _TYPE:
                inner = read(one, "properties")
                known = inner if isinstance(inner, Mapping) else {}
                yield {**known, "kind": one.get("kind")}


def _is_for_a_workspace(rule: Mapping[str, Any]) -> bool:
    kind = text(read(rule, "kind"))
    return isinstance(kind, str) and kind.lower() == _KIND


def _workspace(listed: Value[Any]) -> Value[str]:
    """Return the workspace that a rule is of; in a template its id is an expression."""
    named = items(listed)
    one = named[0] if isinstance(named, tuple) and len(named) == 1 else {}
    known = text(read(one, "workspaceResourceId"))
    if isinstance(known, str) and known.startswith("/"):
        return known
    return Unknown("which workspace it is cannot be known before the deployment")


def _flows(flows: Value[Any]) -> Iterator[tuple[str, Value[str]]]:
    listed = items(flows)
    for flow in () if isinstance(listed, Unknown) else listed:
        kql = text(read(flow, "transformKql"))
        streams = items(read(flow, "streams"))
        for stream in () if isinstance(streams, Unknown) else streams:
            if isinstance(stream, str) and stream.lower().startswith(_STREAM) and kql is not ABSENT:
                yield stream.lower().removeprefix(_STREAM), kql
