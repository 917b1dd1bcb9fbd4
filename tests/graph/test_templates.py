"""What ARM templates declare: every resource once, with its full type and name, or a doubt."""

import json
from typing import Any

import pytest

from kubewitness.graph.resources import Resource
from kubewitness.graph.templates import declared
from kubewitness.graph.values import Unknown

NATIVE = "azure-native:resources:"
TABLE = "Microsoft.OperationalInsights/workspaces/tables"
SHORT = {"plan": "Basic"}
HIDDEN = "hidden"


def found(token: str, properties: dict[str, Any]) -> list[Any]:
    """Type, name and properties of what is declared, in order."""
    return [
        HIDDEN
        if isinstance(one, Unknown)
        else tuple(one.get(key) for key in ("type", "name", "properties"))
        for one in declared(Resource("urn:x", token, "x", properties))
    ]


def deployed(*resources: Any) -> list[Any]:
    """What a deployment of these resources declares."""
    return found(f"{NATIVE}Deployment", {"properties": {"template": {"resources": [*resources]}}})


def one(name: str, kind: str = TABLE, **more: Any) -> dict[str, Any]:
    """A resource in a template."""
    return {"type": kind, "name": name, **more}


NESTED = "Microsoft.Resources/deployments"


@pytest.mark.parametrize(
    ("resources", "expected"),
    [
        ([one("w/T", properties=SHORT)], [(TABLE, "w/T", SHORT)]),
        ([Unknown(), one("w/T")], [HIDDEN, (TABLE, "w/T", None)]),
        (["text", one("w/T")], [HIDDEN, (TABLE, "w/T", None)]),
        (
            [
                one(
                    "w",
                    "Microsoft.OperationalInsights/workspaces",
                    resources=[one("T", "tables", properties=SHORT)],
                )
            ],
            [("Microsoft.OperationalInsights/workspaces", "w", None), (TABLE, "w/T", SHORT)],
        ),
        (
            [
                one(
                    "w",
                    "Microsoft.OperationalInsights/workspaces",
                    resources=[one("W/T", TABLE.upper()), one("[concat('w', '/T')]", "tables")],
                )
            ],
            [
                ("Microsoft.OperationalInsights/workspaces", "w", None),
                (TABLE.upper(), "W/T", None),
                (TABLE, "[concat('w', '/T')]", None),
            ],
        ),
        (
            [
                one(
                    "d",
                    NESTED.upper(),
                    properties={"template": {"resources": {"symbol": one("w/T")}}},
                ),
                one("w/U"),
            ],
            [
                (NESTED.upper(), "d", {"template": {"resources": {"symbol": one("w/T")}}}),
                (TABLE, "w/T", None),
                (TABLE, "w/U", None),
            ],
        ),
        ([one("d", NESTED)], [(NESTED, "d", None), HIDDEN]),
    ],
)
def test_a_deployment_declares_its_resources_and_theirs(
    resources: list[Any], expected: list[Any]
) -> None:
    """Children say their type and name in full or below their parent's; deployments nest."""
    assert deployed(*resources) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({"template": {"resources": [one("w/T")]}}, [(TABLE, "w/T", None)]),
        ({"templateContent": json.dumps({"resources": [one("w/T")]})}, [(TABLE, "w/T", None)]),
        ({"templateBody": "{"}, [HIDDEN]),
        ({"templateBody": "{}"}, []),
        ({"templateSpecVersionId": "x"}, [HIDDEN]),
        ({"templateLink": {}}, [HIDDEN]),
        ({}, []),
    ],
)
def test_a_template_stands_where_its_provider_keeps_it(
    properties: dict[str, Any], expected: list[Any]
) -> None:
    """As an object or as JSON; elsewhere, it is hidden."""
    assert found("azure:core/templateDeployment:TemplateDeployment", properties) == expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        (
            {"type": f"{TABLE}@2022", "name": "T", "parentId": "/x/workspaces/w"},
            [(TABLE, "w/T", Unknown)],
        ),
        ({"type": f"{TABLE}@2022", "name": "T"}, [(TABLE, "/T", Unknown)]),
        (
            {"type": "Microsoft.Web/sites@2022", "name": "s", "parentId": "/x/groups/g"},
            [("Microsoft.Web/sites", "s", Unknown)],
        ),
        (
            {
                "type": f"{NESTED}@2022",
                "name": "d",
                "body": json.dumps({"properties": {"template": {"resources": [one("w/T")]}}}),
            },
            [(NESTED, "d", {"template": {"resources": [one("w/T")]}}), (TABLE, "w/T", None)],
        ),
        ({"type": Unknown(), "body": {"resources": [one("w/T")]}}, [HIDDEN, (TABLE, "w/T", None)]),
        ({"body": {"resources": [one("w/T")]}}, [(TABLE, "w/T", None)]),
        ({}, []),
    ],
)
def test_azapi_says_its_type_with_a_version_and_its_name_below_a_parent(
    properties: dict[str, Any], expected: list[Any]
) -> None:
    """Its body may be a template."""
    seen = found("azapi:resources:Resource", properties)
    assert [(*each[:2],) if isinstance(each, tuple) else each for each in seen] == [
        (*each[:2],) if isinstance(each, tuple) else each for each in expected
    ]


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        ("workspaces/w", (TABLE, "w/T", SHORT)),
        ("/workspaces/w/", (TABLE, "w/T", SHORT)),
        ("a/b/c/d", ("Microsoft.OperationalInsights/a/c/tables", "b/d/T", SHORT)),
        ("", ("Microsoft.OperationalInsights/tables", "T", SHORT)),
        (None, ("Microsoft.OperationalInsights/tables", "T", SHORT)),
    ],
)
def test_a_generic_resource_says_its_type_in_parts(parent: Any, expected: tuple[Any, ...]) -> None:
    """Namespace, path of parents, own type and name."""
    properties = {
        "resourceProviderNamespace": "Microsoft.OperationalInsights",
        "parentResourcePath": parent,
        "resourceType": "tables",
        "resourceName": "T",
        "properties": SHORT,
    }
    assert found(f"{NATIVE}Resource", properties) == [expected]
    for part in ("resourceProviderNamespace", "resourceType"):
        assert found(f"{NATIVE}Resource", {**properties, part: Unknown()}) == [HIDDEN]
    unnamed = {**properties, "resourceName": Unknown("later")}
    assert found(f"{NATIVE}Resource", unnamed)[0][1] == Unknown("later")
