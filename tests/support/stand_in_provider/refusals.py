"""What Azure refuses, of what components may ask for."""

import re
from typing import Final

from . import sdk
from .sdk import Values
from .world import World

_NAMES: Final = {
    "storage:StorageAccount": ("accountName", "[a-z0-9]{3,24}"),
    "operationalinsights:Workspace": (
        "workspaceName",
        "[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]",
    ),
    "resources:Deployment": ("deploymentName", r"[-\w._()]{1,64}"),
    "containerservice:ManagedCluster": (
        "resourceName",
        "[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?",
    ),
}
_DESTINATIONS: Final = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
)


def refuse(token: str, resource_id: str, inputs: Values, world: World) -> None:
    """Refuse what Azure would.

    Raises:
        ValueError: with Azure's reason.
    """
    kind = sdk.kind(token)
    key, form = _NAMES.get(kind, ("", ""))
    if key and not re.fullmatch(form, str(inputs.get(key))):
        raise ValueError(f"Azure refuses {key} {inputs.get(key)!r}")
    if kind == "containerservice:ManagedCluster":
        _refuse_new_pools(resource_id, inputs, world)
    if kind == "monitor:DiagnosticSetting":
        _refuse_shared_sinks(resource_id, inputs, world)


def _refuse_new_pools(cluster_id: str, inputs: Values, world: World) -> None:
    before = world.written(cluster_id)
    if before is None:
        return
    inline = before["agentPoolProfiles"]
    known = {pool["name"] for pool in [*inline, *world.pools_of(cluster_id, inline)]}
    if {pool["name"] for pool in inputs["agentPoolProfiles"]} - known:
        raise ValueError("BadRequest: A new agent pool was introduced. For agent pool specific")


def _refuse_shared_sinks(setting_id: str, inputs: Values, world: World) -> None:
    cluster = str(inputs["resourceUri"])
    for other in world.existing("monitor:DiagnosticSetting", f"{cluster}/"):
        if other["id"].lower() != setting_id.lower():
            shared = routes(inputs) & routes(other["inputs"])
            if shared:
                raise ValueError(f"Conflict: Data sink is already used: {sorted(shared)}")


def routes(setting: Values) -> set[tuple[str, str]]:
    """Return each category that a diagnostic setting sends, with its destination."""
    entries = [*setting.get("logs", []), *setting.get("metrics", [])]
    return {
        (entry["category"], str(setting[key]).lower())
        for key in _DESTINATIONS
        if key in setting
        for entry in entries
        if entry.get("enabled")
    }
