"""Names of resources are understood as people write them."""

import pytest

from kubewitness.catalog.kubernetes_api import KUBERNETES_RESOURCES
from kubewitness.catalog.kubernetes_resources import SHORT_NAMES, resource_name


@pytest.mark.parametrize(
    ("written", "resource"),
    [
        ("Pod", "pods"),
        ("deploy", "deployments"),
        ("deployments.apps", "deployments"),
        ("NetworkPolicy", "networkpolicies"),
        ("Ingress", "ingresses"),
        ("StorageClass", "storageclasses"),
        ("Endpoints", "endpoints"),
        ("NodeMetrics", "nodemetrics"),
        ("Gateway", "gateways"),
    ],
)
def test_kinds_plurals_and_abbreviations_name_a_resource(written: str, resource: str) -> None:
    """In the plural and in lower case."""
    assert resource_name(written) == resource


def test_each_abbreviation_is_of_a_resource_of_kubernetes() -> None:
    """A misspelt one would find no events."""
    assert {*SHORT_NAMES.values()} <= {
        name for all_ in KUBERNETES_RESOURCES.values() for name in all_
    }


def test_each_resource_of_kubernetes_names_itself() -> None:
    """Otherwise no event of it would be found."""
    names = {name for all_ in KUBERNETES_RESOURCES.values() for name in all_}
    assert {name: resource_name(name) for name in names} == {name: name for name in names}
