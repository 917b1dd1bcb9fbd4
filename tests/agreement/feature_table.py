"""Compare the features of the component with other modules, and write the page.

The other modules' columns are read from their sources, by hand, at the versions named. Ours is
computed: each row asks the default cluster, so that the page cannot praise what is not there.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from agreement.default_cluster_table import default_cluster
from agreement.peer_cluster_checks import DefaultCluster
from kubewitness.provision.secure_aks_cluster.generated import SecureAksClusterArgs

PEERS: Final = (
    "AVM Bicep 0.14.0",
    "AVM Terraform 0.8",
    "AVM pattern aks-production",
    "aks-baseline",
    "pulumi-eks",
)

Ours = Callable[[DefaultCluster], str]


class Feature(NamedTuple):
    """A row: what a user asks for, what the others do by default, and what we do.

    Attributes:
        name: what a user would look for.
        peers: one cell for each of `PEERS`.
        ours: the default, from the properties of the default cluster.
        argument: what changes it; empty where nothing does.
    """

    name: str
    peers: tuple[str, str, str, str, str]
    ours: Ours
    argument: str = ""


def on(path: str, wanted: Any = True) -> Ours:
    """Return on or off, by the value at a path."""
    return lambda cluster: "**on**" if set(cluster.values(path)) == {wanted} else "off"


def value(path: str) -> Ours:
    """Return the value at a path."""

    def said(cluster: DefaultCluster) -> str:
        found = cluster.values(path)[0]
        text = ", ".join(map(str, found)) if isinstance(found, list) else str(found)
        return f"`{text}`"

    return said


def categories(*wanted: str) -> Ours:
    """Return whether these log categories are collected."""

    def said(cluster: DefaultCluster) -> str:
        logs = [log for found in cluster.values("diagnosticSettings[].logs") for log in found]
        enabled = {log["category"] for log in logs if log["enabled"]}
        return "**on**" if enabled >= set(wanted) else "off"

    return said


def words(text: str) -> Ours:
    """Return a feature that no property of the default cluster shows; it has its own test."""
    return lambda _cluster: text


FEATURES: Final = (
    Feature(
        "Audit logs with zero configuration",
        ("no", "no", "**yes**", "yes, admin only", "no"),
        categories("kube-audit", "kube-audit-admin", "guard"),
        "audit_profile",
    ),
    Feature("`kube-audit`", ("opt", "opt", "on", "no", "opt (`audit`)"), categories("kube-audit")),
    Feature("`kube-audit-admin`", ("opt", "opt", "on", "on", "no"), categories("kube-audit-admin")),
    Feature("`guard`", ("opt", "opt", "on", "on", "opt (`authenticator`)"), categories("guard")),
    Feature(
        "Other control plane categories",
        ("all, opt", "all, opt", "8 on", "2 on", "opt"),
        words("opt, by name, checked"),
        "other_log_categories",
    ),
    Feature(
        "Resource-specific tables",
        ("opt", "on", "on", "AzureDiagnostics", "no"),
        on("diagnosticSettings[].logAnalyticsDestinationType", "Dedicated"),
    ),
    Feature(
        "Workspace created or existing",
        ("bring", "bring", "creates", "bring", "AWS makes a log group"),
        words("either"),
        "workspace",
    ),
    Feature(
        "Interactive / total retention",
        ("no", "no", "30 d", "30 d", "no"),
        words("90 d / 365 d"),
        "workspace",
    ),
    Feature(
        "Plan of the audit tables",
        ("no", "no", "Basic for all: no joins, no alerts", "no", "no"),
        words("Analytics; Basic for `AKSAudit` when asked"),
        "workspace",
    ),
    Feature(
        "Fewer reads by transformation",
        ("no",) * 5,
        words("opt: keeps what detections need"),
        "audit_profile",
    ),
    Feature(
        "Workspace, storage, event hub, partner",
        ("all four", "all four", "workspace", "workspace", "no"),
        words("all four"),
        "destinations",
    ),
    Feature(
        "Categories routed by destination",
        ("by hand", "by hand", "no", "no", "no"),
        words("opt, in few settings, which change without a gap"),
        "destinations",
    ),
    Feature(
        "Settings that Azure would refuse are refused first",
        ("no", "partly", "no", "no", "no"),
        words("**yes**: five settings, same sink twice, unknown category"),
    ),
    Feature(
        "Immutable archive",
        ("no",) * 5,
        words("component `AuditArchive`"),
    ),
    Feature(
        "Detections in Sentinel or Azure Monitor",
        ("no",) * 5,
        words("component `AuditDetections`"),
    ),
    Feature("Attach to an existing cluster", ("no",) * 5, words("component `AksAuditLogging`")),
    Feature("Take over plain resources", ("no",) * 5, words("by aliases"), "adopt"),
    Feature("Shows the coverage", ("no",) * 5, words("output `collected`")),
    Feature(
        "Entra ID with Azure RBAC",
        ("opt", "opt", "on", "on", "access entries"),
        on("aadProfile.enableAzureRBAC"),
    ),
    Feature(
        "Local accounts disabled",
        ("**on**", "off", "**on**", "**on**", "no"),
        on("disableLocalAccounts"),
    ),
    Feature(
        "API server not open to all",
        ("opt", "opt", "private", "private", "public"),
        words("must be decided: private, ranges, or public with a reason"),
        "api_access",
    ),
    Feature(
        "VNet integration",
        ("?", "?", "no", "on", "no"),
        words("opt; always with Automatic"),
        "api_access",
    ),
    Feature(
        "Run command off",
        ("opt", "opt", "no", "**on**", "no"),
        on("apiServerAccessProfile.disableRunCommand"),
        "run_command",
    ),
    Feature(
        "Azure Policy add-on",
        ("**on**", "off", "**on**", "**on**", "no"),
        on("addonProfiles.azurepolicy.enabled"),
        "azure_policy",
    ),
    Feature(
        "Defender sensor",
        ("opt", "opt", "no", "**on**", "no"),
        on("securityProfile.defender.securityMonitoring.enabled"),
        "defender",
    ),
    Feature(
        "Image cleaner",
        ("opt", "opt", "no", "on, 120 h", "no"),
        on("securityProfile.imageCleaner.enabled"),
        "image_cleaner_hours",
    ),
    Feature(
        "OIDC issuer",
        ("off", "opt", "on", "on", "opt"),
        on("oidcIssuerProfile.enabled"),
    ),
    Feature(
        "Workload identity",
        ("off", "opt", "on", "on", "opt"),
        on("securityProfile.workloadIdentity.enabled"),
    ),
    Feature(
        "Node resource group lockdown",
        ("opt", "opt", "no", "no", "no"),
        on("nodeResourceGroupProfile.restrictionLevel", "ReadOnly"),
        "node_resource_group_lockdown",
    ),
    Feature(
        "Network policy",
        ("opt", "opt", "calico or cilium", "azure", "no"),
        value("networkProfile.networkPolicy"),
        "network_policy",
    ),
    Feature(
        "Upgrade channel",
        ("`stable`", "`none`", "`patch`", "`none`", "policy"),
        value("autoUpgradeProfile.upgradeChannel"),
        "upgrade_channel",
    ),
    Feature(
        "Node OS channel",
        ("opt", "`NodeImage`", "`NodeImage`", "`NodeImage`", "no"),
        value("autoUpgradeProfile.nodeOSUpgradeChannel"),
        "node_os_upgrade_channel",
    ),
    Feature(
        "Maintenance windows",
        ("param", "param", "no", "node OS", "no"),
        lambda cluster: f"**on**, {len(cluster.values('maintenanceConfigurations[].name'))}",
        "maintenance_window",
    ),
    Feature(
        "Availability zones",
        ("1, 2, 3", "opt", "regional", "1, 2, 3", "subnets"),
        value("agentPoolProfiles[0].availabilityZones"),
        "system_pool",
    ),
    Feature(
        "Tier with an uptime agreement",
        ("Standard", "opt", "Standard", "Standard", "no"),
        value("sku.tier"),
        "sku_tier",
    ),
    Feature(
        "Host encryption",
        ("off", "opt", "on", "off", "no"),
        on("agentPoolProfiles[].enableEncryptionAtHost"),
        "host_encryption",
    ),
    Feature(
        "Container insights by managed identity",
        ("?", "?", "?", "?", "no"),
        words("opt, streams chosen"),
        "container_insights",
    ),
    Feature(
        "Role assignments",
        ("opt", "opt", "no", "opt", "opt"),
        words("opt, also by namespace"),
        "role_assignments",
    ),
    Feature("AKS Automatic", ("opt", "example", "no", "no", "no"), words("opt"), "mode"),
    Feature(
        "All other properties",
        ("87 parameters", "all", "no", "no", "opt"),
        words("raw, merged, judged by our policies; of pools as well"),
        "cluster_overrides",
    ),
    Feature(
        "Kubeconfig without a secret",
        ("no", "no", "admin's", "no", "?"),
        words("output `kubeconfig`"),
    ),
    Feature(
        "All wrong arguments reported at once",
        ("?", "?", "?", "?", "?"),
        words("**yes**"),
    ),
    Feature(
        "Tests of upgrades",
        ("idempotency", "offline", "no", "no", "**yes**"),
        words("**yes**, recorded states"),
    ),
    Feature(
        "Languages",
        ("Bicep", "Terraform", "Terraform", "Bicep", "every Pulumi language"),
        words("every Pulumi language"),
    ),
)

_PAGE = """\
# Compare SecureAksCluster with other modules

The values are defaults, unless the cell states otherwise: `opt` is a parameter without a default,
and `?` was not looked up. The last two columns are ours: the default, and the argument that changes
it. Values in **bold**, off and code are computed from the properties that the component passes to
Azure. `make docs` generates this page.

The columns of others were read manually from their sources: AVM Bicep
`avm/res/container-service/managed-cluster` 0.14.0, AVM Terraform
`avm-res-containerservice-managedcluster` 0.8, `terraform-azurerm-avm-ptn-aks-production`,
`mspnp/aks-baseline` and `pulumi/pulumi-eks`, in 2026. The collected categories are the most
important difference: both AVM examples for the Well-Architected Framework leave the audit
categories out.

The component does not have a parameter for everything. Use `cluster_overrides` for other
properties; see [Overrides](cluster.md#overrides).

"""


def page() -> str:
    """The page, as Markdown."""
    cluster = default_cluster()
    header = ["feature", *PEERS, "kubewitness", "argument"]
    rows = [
        [one.name, *one.peers, one.ours(cluster), one.argument and f"`{one.argument}`"]
        for one in FEATURES
    ]
    lines = [header, ["---"] * len(header), *rows]
    return _PAGE + "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def unknown_arguments() -> set[str]:
    """The arguments that the table names and the component does not have."""
    named = {one.argument for one in FEATURES if one.argument}
    fields: Mapping[str, Any] = SecureAksClusterArgs.__annotations__
    return named - fields.keys()
