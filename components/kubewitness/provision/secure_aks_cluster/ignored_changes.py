"""Warns where the system pool is not as the program sets it, and no deployment changes that."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import pulumi
from pulumi_azure_native import containerservice

from kubewitness.azure.resource_ids import fold
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel
from kubewitness.provision.secure_aks_cluster.pools import SYSTEM_POOL_NAME, SystemPool
from kubewitness.provision.secure_aks_cluster.raw import on_the_wire, setters

_ARGUMENTS: Final = {
    **{path[0]: f"system_pool.{names[0]}" for path, names in setters(SystemPool).items()},
    "enableEncryptionAtHost": "host_encryption",
    "nodeTaints": "user_pools",
    "tags": "tags",
}
"""The argument that sets each property of the system pool."""


def warn_of_ignored_changes(
    name: str,
    arguments: SecureAksClusterModel,
    wanted: Mapping[str, Any],
    cluster: containerservice.ManagedCluster,
) -> None:
    """Warn of each property of the system pool that is not as the program sets it.

    Args:
        name: of the component.
        arguments: its arguments.
        wanted: the inputs of the system pool.
        cluster: with the pools as Azure last listed them.
    """
    if arguments.mode == "automatic" or not arguments.ignores_system_pool:
        return
    plain = {key for key, value in _on_the_wire(wanted).items() if isinstance(value, str | int)}

    def warn(known: Sequence[Any]) -> None:
        inputs, profiles = known
        for difference in _differences(_on_the_wire(inputs), profiles or (), plain):
            pulumi.log.warn(f'SecureAksCluster "{name}": {difference}', cluster)

    pulumi.Output.all({**wanted}, cluster.agent_pool_profiles).apply(warn)


def _on_the_wire(pool: Mapping[str, Any]) -> dict[str, Any]:
    return dict(on_the_wire(pool, containerservice.ManagedClusterAgentPoolProfileArgs))


def _differences(
    wanted: Mapping[str, Any], profiles: Sequence[Any], plain: set[str]
) -> Iterator[str]:
    """Yield what is not in Azure as the program sets it, with the values that `plain` names."""
    pool = next((one for one in profiles if one["name"] == SYSTEM_POOL_NAME), None)
    known = wanted if pool is None else _on_the_wire(pool)
    for key, value in wanted.items():
        is_scaled = key == "count" and wanted["enableAutoScaling"]
        if value is None or is_scaled or _holds(value, known.get(key)):
            continue
        argument = _ARGUMENTS.get(key, f"system_pool.overrides.{key}")
        shown = f" (`{value}` in the program, `{known.get(key)}` in Azure)" if key in plain else ""
        yield (
            f"`{argument}` asks for another `{key}` of the system pool than there is{shown}, which "
            "is not changed; give `system_pool.changes: applied` to change it"
        )


def _holds(wanted: Any, known: Any) -> bool:
    """Return whether Azure has what is wanted; it adds to maps and may not list what is off."""
    if isinstance(wanted, Mapping) and isinstance(known, Mapping):
        return all(_holds(value, known.get(key)) for key, value in wanted.items())
    if isinstance(wanted, list) and isinstance(known, list):
        return {*map(repr, wanted)} == {*map(repr, known)}
    if isinstance(wanted, str) and isinstance(known, str):
        return fold(wanted) == fold(known)
    return bool(wanted == known) or (known is None and not wanted)
