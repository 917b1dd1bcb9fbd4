"""What Azure changes by itself after the deployment, so that it is not drift.

Azure lists the user pools beside the system pool, sorted by name, and azure-native compares lists
by position: https://github.com/pulumi/pulumi-azure-native/issues/1808. Azure refuses a cluster with
a pool that does not exist: https://github.com/pulumi/pulumi-azure-native/issues/2719. It does not
delete a pool that the cluster leaves out: https://github.com/Azure/AKS/issues/1511.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_azure_native import containerservice

from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.pools import SYSTEM_POOL_NAME, UserPool

COMPARED: Final = {
    "vm_size": "vm_size",
    "os_sku": "os_sku",
    "enable_auto_scaling": "min_count",
    "min_count": "min_count",
    "max_count": "max_count",
    "count": "count",
}
"""Properties of a pool whose changes get a warning where they are ignored, with the argument."""


def ignored_cluster_changes(arguments: SecureAksClusterModel) -> list[str]:
    """Return the cluster's properties that Azure changes by itself."""
    if arguments.mode == "automatic":
        # What the service makes of it: pools of its own, and the versions that it upgrades to.
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


def warn_of_ignored_changes(
    name: str,
    arguments: SecureAksClusterModel,
    wanted: Mapping[str, Any],
    cluster: containerservice.ManagedCluster,
) -> None:
    """Warn where the system pool is not as the program says, and no deployment changes that.

    Args:
        name: of the component.
        arguments: its arguments.
        wanted: the inputs of the system pool.
        cluster: with the pools as Azure last listed them.
    """
    if arguments.mode == "automatic" or not arguments.ignores_system_pool:
        return

    def warn(known: Mapping[str, Any]) -> Any:
        return cluster.agent_pool_profiles.apply(lambda profiles: _warn(profiles, known))

    def _warn(profiles: Sequence[Any] | None, known: Mapping[str, Any]) -> None:
        for problem in _differences(profiles or (), known):
            pulumi.log.warn(f'SecureAksCluster "{name}": {problem}', cluster)

    pulumi.Output.from_input({**wanted}).apply(warn)


def _of_a_pool(arguments: SecureAksClusterModel, pool: Any) -> list[str]:
    said = {name.replace("_", "").lower() for name in pool.overrides}
    changed = {
        "count": pool.autoscales,
        "orchestratorVersion": arguments.pool_version is None,
        "powerState": True,
    }
    return [name for name, is_changed in changed.items() if is_changed and name.lower() not in said]


def _differences(profiles: Sequence[Any], wanted: Mapping[str, Any]) -> Iterator[str]:
    pool = next((one for one in profiles if one.name == SYSTEM_POOL_NAME), None)
    scaled = wanted.get("enable_auto_scaling")
    for name, argument in COMPARED.items() if pool is not None else ():
        known, said = getattr(pool, name), wanted.get(name)
        if (
            said is not None
            and known is not None
            and known != said
            and not (scaled and name == "count")
        ):
            yield (
                f"`system_pool.{argument}` is {said} in the program and {known} in Azure, and is "
                "not changed; give `system_pool.changes: applied` to change it"
            )
