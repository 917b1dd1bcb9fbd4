"""Through which KQL goes what arrives in a table of a workspace."""

from typing import Any

import pytest

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.graph.build import build_graph
from kubewitness.graph.destinations.receivers import Receivers
from kubewitness.graph.destinations.transformations import transformations
from kubewitness.graph.model import Destination, Graph, Transformation
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value

WORKSPACE = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/w"
NATIVE = "azure-native:"
LATER = Unknown("later")


def rule(kql: object, workspace: object = WORKSPACE, **changes: Any) -> dict[str, Any]:
    """The properties of a rule that transforms AKSAudit."""
    flows = [{"streams": ["Microsoft-Table-AKSAudit"], "transformKql": kql}]
    return {
        "kind": "WorkspaceTransforms",
        "destinations": {"logAnalytics": [{"workspaceResourceId": workspace}]},
        "dataFlows": flows,
        **changes,
    }


def resource(name: str, token: str, properties: dict[str, Any], *sources: str) -> Resource:
    """A resource that comes from others."""
    links = {"destinations": tuple(sources)}
    return Resource(f"urn:{name}", token, name, properties, property_dependencies=links)


def found(properties: dict[str, Any], token: str = "monitor:DataCollectionRule") -> Any:  # noqa: S107
    """The transformations of one rule."""
    return transformations([resource("rule", NATIVE + token, properties)])


def graph(*rules: tuple[str, str]) -> Graph:
    """A stack with transformations: each the KQL and the workspace as it stands in the rule."""
    made = [
        resource(kql, f"{NATIVE}monitor:DataCollectionRule", rule(kql, workspace))
        for kql, workspace in rules
    ]
    return Graph(transformations=transformations(made))


def to(identifier: Value[str]) -> Destination:
    """A workspace of which the stack knows no more than an id."""
    return Destination(DestinationKind.WORKSPACE, identifier, from_destination=False)


def test_an_expression_may_be_the_id_of_any_workspace() -> None:
    """In a template; taken for an id it would be nobody's, and nothing would be left out."""
    stack = graph(("source | where false", "[parameters('workspaceId')]"))
    assert stack.transformation("AKSAudit", to(WORKSPACE)) == "source | where false"
    assert stack.transformation("AKSAuditAdmin", to(WORKSPACE)) is ABSENT


def test_an_id_is_that_of_one_workspace_in_any_case() -> None:
    """Azure ignores it."""
    stack = graph(("source | where false", WORKSPACE.upper()))
    assert stack.transformation("aksaudit", to(f"{WORKSPACE}/")) == "source | where false"
    assert stack.transformation("AKSAudit", to(f"{WORKSPACE}2")) is ABSENT


def test_what_could_be_one_of_several_is_unknown() -> None:
    """Of the stack or, where it is not known yet, of the workspace."""
    stack = graph(("source", WORKSPACE), ("source | where false", f"{WORKSPACE}2"))
    assert stack.transformation("AKSAudit", to(WORKSPACE)) == "source"
    assert isinstance(stack.transformation("AKSAudit", to(Unknown())), Unknown)


def test_a_rule_of_another_workspace_of_the_stack_is_not_of_this_one() -> None:
    """Before their ids are known, by what they come from."""
    workspaces = [
        resource(name, f"{NATIVE}operationalinsights:Workspace", {"workspaceName": name})
        for name in ("mine", "theirs")
    ]
    made = resource(
        "rule", f"{NATIVE}monitor:DataCollectionRule", rule("source", LATER), "urn:theirs"
    )
    stack = Graph(transformations=transformations([*workspaces, made]))
    receivers = Receivers({one.urn: one for one in workspaces})
    for name, kql in (("mine", ABSENT), ("theirs", "source")):
        receiver = receivers.get(f"urn:{name}")
        own = Destination(DestinationKind.WORKSPACE, LATER, True, receiver)
        assert stack.transformation("AKSAudit", own) == kql
    assert stack.transformation("AKSAudit", to(WORKSPACE)) is ABSENT
    assert stack.transformation("AKSAudit", to(LATER)) == "source"


def test_a_rule_that_a_workspace_names_and_the_stack_has_not_may_drop_anything() -> None:
    """It is another stack's."""
    made = {"workspaceName": "w", "defaultDataCollectionRuleResourceId": "/rule"}
    workspace = resource("w", f"{NATIVE}operationalinsights:Workspace", made)
    receiver = Receivers({workspace.urn: workspace}).get(workspace.urn)
    own = Destination(DestinationKind.WORKSPACE, LATER, True, receiver)
    assert isinstance(Graph().transformation("AKSAudit", own), Unknown)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [("aksaudit", "source")]),
        ({"kind": "workspacetransforms"}, [("aksaudit", "source")]),
        ({"kind": "Linux"}, []),
        ({"kind": LATER}, [("aksaudit", "source")]),
        ({"dataFlows": LATER}, [("*", LATER)]),
        ({"dataFlows": [{"streams": LATER, "transformKql": "source"}]}, [("*", "source")]),
        ({"dataFlows": [{"streams": ["MICROSOFT-TABLE-AksAudit"]}]}, []),
        (
            {"dataFlows": [{"streams": ["microsoft-table-AKSAUDITADMIN"], "transformKql": "x"}]},
            [("aksauditadmin", "x")],
        ),
        ({"dataFlows": [{"streams": ["Microsoft-Syslog"], "transformKql": "x"}]}, []),
        (
            {"dataFlows": [{"streams": ["Microsoft-Table-AKSAudit"], "transformKql": LATER}]},
            [("aksaudit", LATER)],
        ),
    ],
)
def test_what_is_hidden_of_a_rule_may_be_of_any_table(
    changes: dict[str, Any], expected: list[tuple[str, object]]
) -> None:
    """Streams are named in any case; a flow without KQL changes nothing."""
    assert [(one.table, one.kql) for one in found(rule("source", **changes))] == expected


@pytest.mark.parametrize(
    "type_", ["azure:monitoring/dataCollectionRule:DataCollectionRule", f"{NATIVE}insights:{{}}"]
)
def test_rules_of_either_provider_are_read(type_: str) -> None:
    """They spell the properties alike."""
    made = resource("rule", type_.format("DataCollectionRule"), rule("source"))
    assert [one.kql for one in build_graph([made]).transformations] == ["source"]
    assert kind_of(made.type), "the pack in the engine does not convert what has no kind"


def test_rules_in_templates_and_generic_resources_are_read() -> None:
    """Where an expression is nothing that anybody but Azure can run."""
    inner = {key: value for key, value in rule("source").items() if key != "kind"}
    template = {
        "resources": [
            {
                "type": "Microsoft.Insights/dataCollectionRules",
                "kind": "WorkspaceTransforms",
                "properties": {
                    "DataFlows": [
                        {
                            "Streams": ["Microsoft-Table-AKSAudit"],
                            "TransformKQL": "[variables('kql')]",
                        }
                    ]
                },
            }
        ]
    }
    (hidden,) = found({"properties": {"template": template}}, "resources:Deployment")
    assert isinstance(hidden.kql, Unknown)
    generic = {
        "resourceProviderNamespace": "Microsoft.Insights",
        "resourceType": "dataCollectionRules",
        "resourceName": "rule",
        "kind": "WorkspaceTransforms",
        "properties": inner,
    }
    (plain,) = found(generic, "resources:Resource")
    assert plain == Transformation("aksaudit", "source", WORKSPACE)
    (unread,) = found({**generic, "properties": LATER}, "resources:Resource")
    assert (unread.table, unread.kql) == ("*", LATER)
