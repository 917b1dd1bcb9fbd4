"""The provider of Pulumi's package `kubernetes` for a cluster of the component."""

from importlib import import_module

import pulumi

from kubewitness.provision.secure_aks_cluster.component import SecureAksCluster


def kubernetes_provider(
    name: str, cluster: SecureAksCluster, opts: pulumi.ResourceOptions | None = None
) -> pulumi.ProviderResource:
    """Return a provider with which resources of Kubernetes are made in the cluster.

    kubelogin signs in as the identity of the Azure CLI; see the docs, "Sign in from a pipeline".

    Args:
        name: of the provider.
        cluster: which is deployed first.
        opts: as for every Pulumi resource; by default the provider is a child of the cluster.

    Raises:
        RunError: Pulumi's package `pulumi_kubernetes` is not installed.
    """
    try:
        package = import_module("pulumi_kubernetes")
    except ImportError as error:
        text = "kubernetes_provider: needs pulumi-kubernetes; run `pip install pulumi-kubernetes`"
        raise pulumi.RunError(text) from error
    own = pulumi.ResourceOptions(parent=cluster)
    options = pulumi.ResourceOptions.merge(own, opts)
    provider: pulumi.ProviderResource = package.Provider(
        name, kubeconfig=cluster.kubeconfig, opts=options
    )
    return provider
