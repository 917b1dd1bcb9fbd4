"""Where changes of the system pool are ignored, each one that is not applied gets a warning."""

from typing import Any

import pulumi
import pytest

from kubewitness import SecureAksCluster
from kubewitness.testing import AzureMocks
from support.components import VALID, run_under_mocks

POOLS: dict[str, Any] = {"user_pools": [{"name": "work"}]}
SCALED = {"min_count": 1, "max_count": 3}


def warnings(
    monkeypatch: pytest.MonkeyPatch,
    arguments: dict[str, Any],
    in_azure: dict[str, Any],
    later_size: str = "",
) -> list[str]:
    """Return what is warned of, where Azure lists other properties of the system pool."""

    class Azure(AzureMocks):
        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> Any:
            id_, outputs = super().new_resource(args)
            if args.typ.endswith(":ManagedCluster"):
                (pool,) = outputs["agentPoolProfiles"]
                listed = [{"name": "aaa", "vmSize": "other"}, {**pool, **in_azure}]
                outputs = {**outputs, "agentPoolProfiles": listed}
            return id_, outputs

    def program() -> dict[str, pulumi.Output[Any]]:
        given: Any = {**VALID, **arguments}
        if later_size:
            given["system_pool"] = {"vm_size": pulumi.Output.from_input(later_size)}
        return {"id": SecureAksCluster("prod", given).cluster_id}

    shown: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: shown.append(text))
    run_under_mocks(Azure(), program)
    return shown


CHANGES: tuple[tuple[dict[str, Any], dict[str, Any], str], ...] = (
    ({"system_pool": {"vm_size": "Standard_D8ds_v5"}}, {"vmSize": "x"}, "`system_pool.vm_size`"),
    ({"system_pool": {"os_sku": "Ubuntu2404"}}, {"osSKU": "AzureLinux"}, "`system_pool.os_sku`"),
    ({"system_pool": {"count": 5}}, {"count": 3}, "`5` in the program, `3` in Azure"),
    ({"system_pool": SCALED}, {"minCount": 2}, "`system_pool.min_count`"),
    ({"system_pool": SCALED}, {"maxCount": 9}, "`system_pool.max_count`"),
    ({"system_pool": {"count": 3}}, {"enableAutoScaling": True}, "`enableAutoScaling`"),
    ({"system_pool": {"availability_zones": []}}, {"availabilityZones": ["1"]}, "zones`"),
    ({"host_encryption": True}, {"enableEncryptionAtHost": None}, "`host_encryption`"),
    ({"tags": {"team": "shop"}}, {"tags": {"team": "web"}}, "`tags` asks for another"),
    ({}, {"nodeTaints": None}, "`user_pools` asks for another `nodeTaints`"),
    (
        {"system_pool": {"changes": "ignored", "overrides": {"max_pods": 50}}},
        {"maxPods": 250},
        "`system_pool.overrides.maxPods`",
    ),
    (
        {
            "system_pool": {
                "changes": "ignored",
                "overrides": {"upgrade_settings": {"max_surge": "33%"}},
            }
        },
        {"upgradeSettings": {"maxSurge": "10%", "drainTimeoutInMinutes": 30}},
        "`system_pool.overrides.upgradeSettings`",
    ),
)


@pytest.mark.parametrize(("arguments", "in_azure", "text"), CHANGES)
def test_a_change_that_is_ignored_gets_a_warning(
    monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], in_azure: dict[str, Any], text: str
) -> None:
    """With the argument that asks for it, and with the argument that applies it."""
    (shown,) = warnings(monkeypatch, {**POOLS, **arguments}, in_azure)
    assert shown.startswith('SecureAksCluster "prod": ')
    assert text in shown
    assert "give `system_pool.changes: applied` to change it" in shown


SAME: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = (
    (POOLS, {}),
    ({**POOLS, "system_pool": SCALED}, {"count": 3}),
    (POOLS, {"vmSize": "standard_d4DS_v5", "availabilityZones": ["3", "1", "2"]}),
    ({**POOLS, "tags": {"team": "shop"}}, {"tags": {"team": "shop", "cost": "5"}}),
    (POOLS, {"orchestratorVersion": "1.34", "osDiskSizeGB": 128, "enableEncryptionAtHost": None}),
    ({}, {"vmSize": "x"}),
    ({**POOLS, "system_pool": {"changes": "applied"}}, {"vmSize": "x"}),
    ({**POOLS, "upgrade_channel": "patch", "kubernetes_version": "1.34"}, {"vmSize": "x"}),
)


@pytest.mark.parametrize(("arguments", "in_azure"), SAME)
def test_nothing_else_gets_a_warning(
    monkeypatch: pytest.MonkeyPatch, arguments: dict[str, Any], in_azure: dict[str, Any]
) -> None:
    """What Azure changes or adds by itself, and changes that are applied."""
    assert warnings(monkeypatch, arguments, in_azure) == []


def test_a_value_that_was_an_output_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """It may be a secret."""
    (shown,) = warnings(monkeypatch, POOLS, {"vmSize": "x"}, later_size="hunter2")
    assert "`system_pool.vm_size`" in shown
    assert "hunter2" not in shown
