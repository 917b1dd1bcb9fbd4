"""The provider of Pulumi's package for Kubernetes, made from the kubeconfig of a cluster.

A class with the constructor of `pulumi_kubernetes.Provider` stands in for that package.
"""

import sys
from types import ModuleType
from typing import Any

import pulumi
import pytest
import yaml

from kubewitness import SecureAksCluster, kubernetes_provider
from support.components import VALID, Deployment

ARGUMENTS: Any = VALID


class Provider(pulumi.ProviderResource):
    """As the package has it."""

    def __init__(
        self,
        resource_name: str,
        opts: pulumi.ResourceOptions | None = None,
        kubeconfig: pulumi.Input[str] | None = None,
    ) -> None:
        """Register the provider."""
        super().__init__("kubernetes", resource_name, {"kubeconfig": kubeconfig}, opts)


@pytest.fixture
def package(monkeypatch: pytest.MonkeyPatch) -> None:
    """Install the stand-in."""
    module = ModuleType("pulumi_kubernetes")
    monkeypatch.setattr(module, "Provider", Provider, raising=False)
    monkeypatch.setitem(sys.modules, "pulumi_kubernetes", module)


def deployed(opts: pulumi.ResourceOptions | None = None, *, preview: bool = False) -> Deployment:
    """Deploy a cluster and its provider."""
    return Deployment(
        lambda: kubernetes_provider("shop", SecureAksCluster("prod", ARGUMENTS), opts),
        preview=preview,
    )


def inputs(deployment: Deployment) -> dict[str, Any]:
    """Return the inputs of the provider."""
    (request,) = deployment.requests("providers:kubernetes")
    return dict(pulumi.runtime.rpc.deserialize_properties(request.object))


@pytest.mark.usefixtures("package")
def test_the_provider_signs_in_to_the_cluster_with_kubelogin() -> None:
    """Its kubeconfig is that of the cluster, and it stands below the component."""
    made = deployed()
    kubeconfig = yaml.safe_load(inputs(made)["kubeconfig"])
    assert kubeconfig["clusters"][0]["name"] == "prod"
    assert kubeconfig["users"][0]["user"]["exec"]["command"] == "kubelogin"
    (request,) = made.requests("providers:kubernetes")
    assert request.parent.endswith("$kubewitness:index:SecureAksCluster::prod")


@pytest.mark.usefixtures("package")
def test_options_of_the_program_apply() -> None:
    """As for every resource."""
    made = deployed(pulumi.ResourceOptions(protect=True))
    (request,) = made.requests("providers:kubernetes")
    assert request.protect
    assert request.parent.endswith("::prod")


@pytest.mark.usefixtures("package")
def test_the_provider_can_be_previewed_before_there_is_a_cluster() -> None:
    """Its kubeconfig is unknown then."""
    (request,) = deployed(preview=True).requests("providers:kubernetes")
    assert request.object["kubeconfig"] == pulumi.runtime.rpc.UNKNOWN


def test_a_missing_package_is_an_error_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the command that installs it, and without a traceback: it is a RunError."""
    monkeypatch.setitem(sys.modules, "pulumi_kubernetes", None)
    with pytest.raises(pulumi.RunError, match="run `pip install pulumi-kubernetes`"):
        deployed()
