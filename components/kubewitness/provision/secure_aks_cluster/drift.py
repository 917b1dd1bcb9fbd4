"""Changes that Azure makes itself after the deployment, which are not drift.

Azure lists the user pools together with the system pool, sorted by name, and azure-native compares
lists by position: https://github.com/pulumi/pulumi-azure-native/issues/1808. Azure refuses a
cluster with a pool that does not exist: https://github.com/pulumi/pulumi-azure-native/issues/2719.
It does not delete a pool that the cluster leaves out: https://github.com/Azure/AKS/issues/1511.
"""

from typing import Any

from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.pools import SYSTEM_POOL_NAME, UserPool


def ignored_cluster_changes(arguments: SecureAksClusterModel) -> list[str]:
    """Return the cluster's properties that Azure changes by itself."""
    if arguments.mode == "automatic":
        # Values of the service: its own pools, and the versions that it upgrades to.
        return ["agentPoolProfiles", "kubernetesVersion"]
    version = ["kubernetesVersion"] if arguments.pool_version is None else []
    if arguments.ignores_system_pool:
        return ["agentPoolProfiles", *version]
    if any(pool.name < SYSTEM_POOL_NAME for pool in arguments.user_pools):
        # The first of the list is another pool after a refresh, whose values would be kept.
        return version
    return [
        *(f"agentPoolProfiles[0].{name}" for name in _of_a_pool(arguments, arguments.system_pool)),
        *version,
    ]


def ignored_pool_changes(arguments: SecureAksClusterModel, pool: UserPool) -> list[str]:
    """Return the properties of a user pool that Azure changes by itself."""
    return _of_a_pool(arguments, pool)


def _of_a_pool(arguments: SecureAksClusterModel, pool: Any) -> list[str]:
    overridden = {name.replace("_", "").lower() for name in pool.overrides}
    changed = {
        "count": pool.autoscales,
        "orchestratorVersion": arguments.pool_version is None,
        "powerState": True,
    }
    return [
        name
        for name, is_changed in changed.items()
        if is_changed and name.lower() not in overridden
    ]
