"""What a workspace makes of logs as they arrive.

Source: Azure docs, "Create a transformation in Azure Monitor" and "Structure of a data collection
rule": a rule of kind WorkspaceTransforms has a data flow for each table, by its stream.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from kubewitness.catalog.type_tokens import Kind, kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared, type_of
from kubewitness.graph.values import ABSENT, Unknown, Value, items, read, text

_TYPE: Final = "microsoft.insights/datacollectionrules"
_CLASS: Final = ":DataCollectionRule"
_STREAM: Final = "microsoft-table-"
_KIND: Final = "workspacetransforms"


def transformations(resources: Iterable[Resource]) -> dict[str, Value[str]]:
    """Return the KQL of each transformation of a stack, by the table in lower case."""
    return {
        table: kql
        for resource in resources
        for kind, flows in _rules(resource)
        if isinstance(kind, str) and kind.lower() == _KIND
        for table, kql in _flows(flows)
    }


def _rules(resource: Resource) -> Iterator[tuple[Value[str], Value[Any]]]:
    """Yield the kind and the data flows of every data collection rule that a resource makes."""
    if resource.type.endswith(_CLASS):
        yield text(read(resource.properties, "kind")), read(resource.properties, "dataFlows")
    elif kind_of(resource.type) is Kind.ARM:
        for one in declared(resource):
            if isinstance(one, Mapping) and type_of(one) == _TYPE:
                yield text(read(one, "kind")), read(one, "properties", "dataFlows")


def _flows(flows: Value[Any]) -> Iterator[tuple[str, Value[str]]]:
    listed = items(flows)
    for flow in () if isinstance(listed, Unknown) else listed:
        kql = text(read(flow, "transformKql"))
        streams = items(read(flow, "streams"))
        for stream in () if isinstance(streams, Unknown) else streams:
            if isinstance(stream, str) and stream.lower().startswith(_STREAM) and kql is not ABSENT:
                yield stream.lower().removeprefix(_STREAM), kql
