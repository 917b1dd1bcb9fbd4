"""Through which KQL goes what arrives in a table of a workspace."""

from kubewitness.graph.model import Graph
from kubewitness.graph.resources import Resource
from kubewitness.graph.transformations import transformations
from kubewitness.graph.values import ABSENT, Unknown

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"


def graph(*rules: tuple[str, str]) -> Graph:
    """A stack with transformations: each the KQL and the workspace as it stands in the rule."""
    found = [
        Resource(
            urn=kql,
            type="azure-native:monitor:DataCollectionRule",
            name=kql,
            properties={
                "kind": "WorkspaceTransforms",
                "destinations": {"logAnalytics": [{"workspaceResourceId": workspace}]},
                "dataFlows": [{"streams": ["Microsoft-Table-AKSAudit"], "transformKql": kql}],
            },
        )
        for kql, workspace in rules
    ]
    return Graph(transformations=transformations(found))


def test_an_expression_may_be_the_id_of_any_workspace() -> None:
    """In a template; taken for an id it would be nobody's, and nothing would be left out."""
    stack = graph(("source | where false", "[parameters('workspaceId')]"))
    assert stack.transformation("AKSAudit", WORKSPACE) == "source | where false"
    assert stack.transformation("AKSAuditAdmin", WORKSPACE) is ABSENT


def test_an_id_is_that_of_one_workspace_in_any_case() -> None:
    """Azure ignores it."""
    stack = graph(("source | where false", WORKSPACE.upper()))
    assert stack.transformation("aksaudit", f"{WORKSPACE}/") == "source | where false"
    assert stack.transformation("AKSAudit", f"{WORKSPACE}2") is ABSENT


def test_what_could_be_one_of_several_is_unknown() -> None:
    """Of the stack or, where it is not known yet, of the workspace."""
    stack = graph(("source", WORKSPACE), ("source | where false", f"{WORKSPACE}2"))
    assert stack.transformation("AKSAudit", WORKSPACE) == "source"
    assert isinstance(stack.transformation("AKSAudit", Unknown()), Unknown)
