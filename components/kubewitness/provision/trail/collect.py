"""The diagnostic settings that send the audit logs where they go: what the components share.

Source: Azure docs, "Diagnostic settings in Azure Monitor" and "Monitor AKS".
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

import pulumi
from pulumi_azure_native import monitor

from kubewitness.azure.diagnostic_settings import ALL_METRICS, DestinationKind
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES
from kubewitness.provision.arguments.call_site import call_site
from kubewitness.provision.trail.adoption import adopted
from kubewitness.provision.trail.model import AuditTrail
from kubewitness.provision.trail.routes import (
    Setting,
    WantedRoute,
    named_settings,
    writing_order,
)
from kubewitness.provision.trail.workspace import AuditWorkspace

METRICS_TABLE: Final = "AzureMetrics"
"""The table that metrics fill, those of every kind of resource."""

Collected = pulumi.Output[dict[str, list[dict[str, str]]]]
"""For each log category where it goes: `kind` of destination, `id`, `table` of a workspace."""


_PROPERTIES: Final = {
    DestinationKind.WORKSPACE: "workspace_id",
    DestinationKind.STORAGE_ACCOUNT: "storage_account_id",
    DestinationKind.EVENT_HUB: "event_hub_authorization_rule_id",
    DestinationKind.PARTNER: "marketplace_partner_id",
}
"""The property of a diagnostic setting that names a destination of each kind."""


@dataclass(frozen=True)
class CollectedLogs:
    """The collected logs and their destinations.

    Attributes:
        setting_ids: resource ids of the diagnostic settings.
        collected: for each log category, its destinations.
    """

    setting_ids: pulumi.Output[list[str]]
    collected: Collected

    @property
    def tables(self) -> pulumi.Output[list[str]]:
        """The names of the tables of workspaces that the logs fill."""
        return self.collected.apply(_tables)


def collect_logs(  # noqa: PLR0913 the fourth and sixth differ between the components
    name: str,
    cluster_id: pulumi.Input[str],
    arguments: AuditTrail,
    workspace: AuditWorkspace,
    *,
    setting_name: pulumi.Input[str] | None = None,
    parent: pulumi.Resource,
) -> CollectedLogs:
    """Send a cluster's logs to the workspace and to the other destinations.

    Args:
        name: of the component; its children's names begin with it.
        cluster_id: resource id of the cluster.
        arguments: those of the component that concern the logs.
        workspace: where the logs go, the other destinations aside.
        setting_name: of the diagnostic setting; azure-native makes one by default.
        parent: the component.
    """
    routes = arguments.routes(workspace.workspace_id)
    named = named_settings(arguments.settings(workspace.workspace_id))
    made: dict[str, monitor.DiagnosticSetting] = {}
    for suffix in writing_order(named):
        made[suffix] = monitor.DiagnosticSetting(
            f"{name}-audit-logs{suffix}",
            resource_uri=cluster_id,
            name=setting_name and pulumi.Output.concat(setting_name, suffix),
            **_setting_inputs(named[suffix]),
            opts=pulumi.ResourceOptions(
                parent=parent,
                depends_on=[*workspace.ready, *[*made.values()][-1:]],
                aliases=_former_names(name, [*named].index(suffix), arguments),
                # Under a new name, Azure would refuse what the old one still sends.
                delete_before_replace=True,
            ),
        )
    check = partial(arguments.check_destinations, f'{type(parent).__name__} "{name}"', call_site())
    known_routes = _known(routes).apply(check)
    return CollectedLogs(
        pulumi.Output.all(*(made[suffix].id for suffix in named)), known_routes.apply(_by_category)
    )


def _former_names(name: str, place: int, arguments: AuditTrail) -> Any:
    """Return the aliases of a setting; before version 0.1 they were numbered."""
    if place:
        return [pulumi.Alias(name=f"{name}-audit-logs-{place + 1}")]
    return adopted(arguments.adopt.diagnostic_setting)


def _setting_inputs(setting: Setting) -> dict[str, Any]:
    inputs: dict[str, Any] = {
        _PROPERTIES[route.kind]: route.destination for route in setting.routes
    }
    for route in setting.routes:
        if route.kind is DestinationKind.WORKSPACE:
            # A table for each kind of log, with columns, instead of AzureDiagnostics.
            inputs["log_analytics_destination_type"] = "Dedicated"
        if route.event_hub_name is not None:
            inputs["event_hub_name"] = route.event_hub_name
    # Never a category group: Azure changes their members, and refuses them together with
    # categories.
    inputs["logs"] = [
        {"category": category, "enabled": True}
        for category in AKS_LOG_CATEGORIES
        if category in setting.categories
    ]
    if ALL_METRICS in setting.categories:
        inputs["metrics"] = [{"category": ALL_METRICS, "enabled": True}]
    return inputs


def _known(routes: Sequence[WantedRoute]) -> pulumi.Output[list[WantedRoute]]:
    """Return the routes as soon as all their destinations are known."""
    identifiers = pulumi.Output.all(*(route.destination for route in routes))
    return identifiers.apply(
        lambda known: [
            replace(route, destination=identifier)
            for route, identifier in zip(routes, known, strict=True)
        ]
    )


def _by_category(routes: Sequence[WantedRoute]) -> dict[str, list[dict[str, str]]]:
    return {
        category: [_where(category, route) for route in routes if category in route.categories]
        for category in (*AKS_LOG_CATEGORIES, ALL_METRICS)
        if any(category in route.categories for route in routes)
    }


def _tables(collected: dict[str, list[dict[str, str]]]) -> list[str]:
    named = [where["table"] for ways in collected.values() for where in ways if "table" in where]
    return list(dict.fromkeys(named))


def _where(category: str, route: WantedRoute) -> dict[str, str]:
    where = {"kind": route.kind.name.lower(), "id": route.destination}
    if route.kind is DestinationKind.WORKSPACE:
        metrics = category == ALL_METRICS
        where["table"] = METRICS_TABLE if metrics else AKS_LOG_CATEGORIES[category].table
    return where
