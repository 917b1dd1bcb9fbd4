"""The AKS checks of PSRule, Checkov and Trivy, restated for the properties of an ARM template.

These are all the checks that the three projects have for AKS, each with the reason why the
component's default cluster does not satisfy it, where it does not. The conditions are in our own
words. The rules of PSRule stand together in `src/PSRule.Rules.Azure/rules/Azure.AKS.Rule.ps1` and
`.yaml`; a check of the others stands in the file that it names. A check of Checkov that exists for
ARM and for Terraform is restated from its form for ARM, in whose terms a cluster is read here; one
that exists for Terraform alone, by what its argument becomes in ARM. Trivy reads both into one
model, in `pkg/iac/adapters` of `aquasecurity/trivy`.

The facts that reasons rest on are from the Azure documentation: "Azure CNI Overlay networking",
"Secure traffic between pods with network policies", "Storage options for applications in AKS",
"Host-based encryption on AKS", "Manage system node pools in AKS"; and from the change log of AKS.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final


@dataclass(frozen=True)
class DefaultCluster:
    """The cluster that the component makes when it is told no more than it requires.

    Attributes:
        properties: of the cluster, by ARM's names; what ARM keeps below `properties` stands here
            beside `name`, `sku` and `identity`, as Pulumi has it. Resources of their own stand here
            as lists: node pools behind the inline one in `agentPoolProfiles`, others in
            `maintenanceConfigurations` and `diagnosticSettings`.
    """

    properties: Mapping[str, Any]

    def values(self, path: str) -> tuple[Any, ...]:
        """What stands at a path such as `sku.tier` or `agentPoolProfiles[].type`.

        There is one value for each element of a list, or for the first one where the path says
        `[0]`. None is what nobody said.
        """
        found: tuple[Any, ...] = (self.properties,)
        for step in path.split("."):
            name, _, element = step.partition("[")
            found = tuple(_property(value, name) for value in found)
            if element:
                end = 1 if element == "0]" else None
                found = tuple(each for value in found for each in (value or ())[:end])
        return found


def _property(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else None


@dataclass(frozen=True)
class Condition:
    """What a check wants to hold.

    Attributes:
        reads: the paths of the properties that it looks at.
        demanded: what should stand there, for people.
        holds: whether it does.
    """

    reads: tuple[str, ...]
    demanded: str
    holds: Callable[[DefaultCluster], bool]


def demand(path: str, demanded: str, accepts: Callable[[Any], bool]) -> Condition:
    """Demand of every value at a path that it is acceptable."""
    return Condition((path,), demanded, lambda cluster: all(map(accepts, cluster.values(path))))


def equal(path: str, *accepted: object) -> Condition:
    """Demand one of these values."""
    words = " or ".join(shown(value) for value in accepted)
    return demand(path, words, lambda value: value in accepted)


def present(path: str) -> Condition:
    """Demand any value that is not empty."""
    return demand(path, "some value", bool)


def absent_or(path: str, accepted: object) -> Condition:
    """Demand this value or none."""
    return demand(path, f"{shown(accepted)} or nothing", lambda value: value in (None, accepted))


def at_least(path: str, least: int) -> Condition:
    """Demand a number; none is too few."""
    return demand(path, f"at least {shown(least)}", lambda value: (value or 0) >= least)


def either(one: Condition, other: Condition) -> Condition:
    """Demand one of two things."""
    return Condition(
        one.reads + other.reads,
        f"{one.demanded}, or `{other.reads[0]}` with {other.demanded}",
        lambda cluster: one.holds(cluster) or other.holds(cluster),
    )


def shown(value: object) -> str:
    """A value as it stands in JSON, a text without its quotes."""
    if isinstance(value, bool):
        return f"`{value}`".lower()
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


class Outcome(Enum):
    """What a check says of the default cluster."""

    SATISFIED = "satisfied"
    NOT_SATISFIED = "not satisfied"
    NOT_APPLICABLE = "not applicable"


@dataclass(frozen=True)
class Peer:
    """Another project that checks AKS clusters.

    Attributes:
        name: the project.
        reads: what it looks at.
        repository: its repository on GitHub.
        revision: the commit that is restated.
        folder: the folder of that repository below which the checks' files are.
    """

    name: str
    reads: str
    repository: str
    revision: str
    folder: str

    def url(self, file: str = "") -> str:
        """A file below the folder, or the folder itself."""
        kind = "blob" if file else "tree"
        path = f"{self.folder}/{file}" if file else self.folder
        return f"https://github.com/{self.repository}/{kind}/{self.revision}/{path}"


@dataclass(frozen=True)
class PeerCheck:
    """A check of another project.

    Attributes:
        peer: the project.
        id: the id by which the project's users know it.
        title: what it is about.
        demands: the condition.
        file: where it stands, below the project's folder.
        reason: why the default cluster does not satisfy it; empty where it does.
        reference: a second id, where the project has one.
        applies: whether there is anything to look at.
        not_applicable: why there is not; empty where there is.
    """

    peer: Peer
    id: str
    title: str
    demands: Condition
    file: str
    reason: str = ""
    reference: str = ""
    applies: Callable[[DefaultCluster], bool] = lambda _cluster: True
    not_applicable: str = ""

    def satisfied(self, cluster: DefaultCluster) -> bool:
        """Whether the condition holds."""
        return self.demands.holds(cluster)

    def outcome(self, cluster: DefaultCluster) -> Outcome:
        """What the check says of a cluster."""
        if not self.applies(cluster):
            return Outcome.NOT_APPLICABLE
        return Outcome.SATISFIED if self.satisfied(cluster) else Outcome.NOT_SATISFIED


PSRULE: Final = Peer(
    "PSRule for Azure",
    "ARM templates, Bicep, exports of live resources",
    "Azure/PSRule.Rules.Azure",
    "76c88e410bb385236ae619a35f072f8e145e18b4",
    "docs/en/rules",
)
CHECKOV: Final = Peer(
    "Checkov",
    "ARM templates, Bicep, Terraform",
    "bridgecrewio/checkov",
    "03d5fdad8d6154b1565799a7b1fb8070c158866f",
    "checkov",
)
TRIVY: Final = Peer(
    "Trivy",
    "ARM templates, Terraform",
    "aquasecurity/trivy-checks",
    "80e5382269707262f35cf893bdc0805cb72217e9",
    "checks/cloud/azure/container",
)
PEERS: Final = (PSRULE, CHECKOV, TRIVY)
"""Every project, in the order of the page."""

ONLY_CRITICAL_ADDONS: Final = "CriticalAddonsOnly=true:NoSchedule"
MAINTENANCE_WINDOWS: Final = {"aksManagedAutoUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule"}
PLATFORM_LOGS: Final = {
    "cluster-autoscaler",
    "kube-apiserver",
    "kube-controller-manager",
    "kube-scheduler",
}

_CATEGORIES: Final = "diagnosticSettings[].logs[].category"
_SECRETS_PROVIDER: Final = "addonProfiles.azureKeyvaultSecretsProvider"


def _enabled(entries: Any) -> set[str]:
    """The categories that a list of logs or metrics switches on."""
    return {
        (entry.get("category") or "").lower()
        for entry in entries or ()
        if entry.get("enabled") is True
    }


def _every_setting_has_audit_logs(cluster: DefaultCluster) -> bool:
    settings = [_enabled(logs) for logs in cluster.values("diagnosticSettings[].logs")]
    audit = {"kube-audit", "kube-audit-admin"}
    return bool(settings) and all("guard" in on and on & audit for on in settings)


def _every_setting_has_platform_logs(cluster: DefaultCluster) -> bool:
    settings = cluster.values("diagnosticSettings[]")
    return bool(settings) and all(
        _enabled(setting.get("logs")) >= PLATFORM_LOGS
        and "allmetrics" in _enabled(setting.get("metrics"))
        for setting in settings
    )


def _no_setting_has_kube_audit(cluster: DefaultCluster) -> bool:
    return not any(
        "kube-audit" in _enabled(logs) for logs in cluster.values("diagnosticSettings[].logs")
    )


def _nodes(pool: Mapping[str, Any]) -> float:
    """The fewest nodes that a pool has."""
    nodes: float = pool.get("minCount") or pool.get("count") or 0
    return nodes


def _has_three_system_nodes(cluster: DefaultCluster) -> bool:
    pools = cluster.values("agentPoolProfiles[]")
    return sum(_nodes(pool) for pool in pools if pool.get("mode") != "User") >= 3


def _user_pools(cluster: DefaultCluster) -> list[Mapping[str, Any]]:
    return [
        pool
        for pool in cluster.values("agentPoolProfiles[]")
        if pool.get("mode") == "User" and pool.get("scaleSetPriority") != "Spot"
    ]


def _pools_have_the_clusters_version(cluster: DefaultCluster) -> bool:
    return {None, *cluster.values("kubernetesVersion")}.issuperset(
        cluster.values("agentPoolProfiles[].orchestratorVersion")
    )


def _version_at_least(path: str, least: tuple[int, ...]) -> Condition:
    return demand(
        path,
        f"at least `{'.'.join(map(str, least))}`",
        lambda value: value is not None and tuple(map(int, value.split("."))) >= least,
    )


NOTHING: Final = Condition((), "nothing", lambda _cluster: True)
"""The condition of a check that never gets as far as this cluster."""

_PRIVATE_CLUSTER: Final = equal("apiServerAccessProfile.enablePrivateCluster", True)
_AUTHORISED_RANGES: Final = present("apiServerAccessProfile.authorizedIPRanges")
_RBAC: Final = equal("enableRBAC", True)
_LOCAL_ACCOUNTS_OFF: Final = equal("disableLocalAccounts", True)
_STANDARD_TIER: Final = equal("sku.tier", "Standard")
_ANY_NETWORK_POLICY: Final = present("networkProfile.networkPolicy")
_FIFTY_PODS: Final = at_least("agentPoolProfiles[].maxPods", 50)
_OWN_DISK_KEY: Final = present("diskEncryptionSetID")
_POLICY_ADD_ON: Final = equal("addonProfiles.azurepolicy.enabled", True)
_CONTAINER_INSIGHTS: Final = equal("addonProfiles.omsagent.enabled", True)
_SECRETS_PROVIDER_ON: Final = equal(f"{_SECRETS_PROVIDER}.enabled", True)
_HTTP_ROUTING_OFF: Final = absent_or("addonProfiles.httpApplicationRouting.enabled", False)
_UPGRADES: Final = demand(
    "autoUpgradeProfile.upgradeChannel",
    "any channel but `none`",
    lambda channel: channel not in {None, "", "none"},
)

_NO_AUDIT_LOG: Final = (
    "Container Insights collects from nodes and containers and costs money. It is not an audit "
    "log, and the check does not read diagnostic settings, which send audit logs."
)
_NO_KEY: Final = (
    "This needs a vault and a key that you rotate. Azure encrypts the disks with its own keys "
    "in any case."
)
_CALLERS_CHOICE: Final = (
    "You must set how the API is reached; `api_access: {private: true}` satisfies the check."
)


def _psrule(
    rule: str, reference: str, title: str, demands: Condition, reason: str = "", **rest: Any
) -> PeerCheck:
    """A rule of PSRule, each of which has a page of its own.

    PSRule compares names and texts without regard to case. Its paths stand here as Azure writes
    them, so that one spelling does for all three projects.
    """
    name = f"Azure.AKS.{rule}"
    return PeerCheck(
        PSRULE, name, title, demands, f"{name}.md", reason, reference=reference, **rest
    )


def _name_format(rule: str, reference: str, what: str) -> PeerCheck:
    """A rule that runs only where somebody has configured a format for names."""
    return _psrule(
        rule,
        reference,
        f"{what} follow a naming convention",
        NOTHING,
        applies=lambda _cluster: False,
        not_applicable="The rule is inactive until you configure a format for names.",
    )


PSRULE_CHECKS: Final = (
    _psrule(
        "Version",
        "AZR-000015",
        "The Kubernetes version is a supported one",
        either(
            equal("autoUpgradeProfile.upgradeChannel", "rapid", "stable"),
            _version_at_least("kubernetesVersion", (1, 33, 7)),
        ),
    ),
    _psrule(
        "PoolVersion",
        "AZR-000016",
        "Node pools run the version of the control plane",
        Condition(
            ("agentPoolProfiles[].orchestratorVersion",),
            "the cluster's version or nothing",
            _pools_have_the_clusters_version,
        ),
    ),
    _psrule(
        "PoolScaleSet",
        "AZR-000017",
        "Node pools are scale sets",
        equal("agentPoolProfiles[].type", "VirtualMachineScaleSets"),
    ),
    _psrule(
        "NodeMinPods",
        "AZR-000018",
        "Nodes take at least 50 pods",
        _FIFTY_PODS,
    ),
    _psrule(
        "AutoScaling",
        "AZR-000019",
        "Node pools scale by themselves",
        equal("agentPoolProfiles[].enableAutoScaling", True),
        "The number of nodes determines the cost: `min_count` and `max_count` set it and enable "
        "the autoscaler.",
    ),
    _psrule(
        "CNISubnetSize",
        "AZR-000020",
        "Subnets of Azure CNI are large",
        NOTHING,
        applies=lambda _cluster: False,
        not_applicable="The rule reads the subnets of live clusters that were exported. Here AKS "
        "makes the network, and pods take no addresses from it.",
    ),
    _psrule(
        "AvailabilityZone",
        "AZR-000021",
        "Node pools span availability zones, in regions that have them",
        present("agentPoolProfiles[].availabilityZones"),
    ),
    _psrule(
        "AuditLogs",
        "AZR-000022",
        "Audit logs are collected",
        Condition(
            (_CATEGORIES,),
            "`guard` and one of `kube-audit` and `kube-audit-admin`, in every setting",
            _every_setting_has_audit_logs,
        ),
    ),
    _psrule(
        "PlatformLogs",
        "AZR-000023",
        "Logs and metrics of the control plane are collected",
        Condition(
            (_CATEGORIES, "diagnosticSettings[].metrics[].category"),
            "`cluster-autoscaler`, `kube-apiserver`, `kube-controller-manager`, `kube-scheduler` "
            "and `AllMetrics`, in every setting",
            _every_setting_has_platform_logs,
        ),
        "These are diagnostic logs, which cost money and do not show who did what. "
        "`other_log_categories` adds the logs; Azure Monitor has the metrics without a setting.",
    ),
    _psrule(
        "MinNodeCount",
        "AZR-000024",
        "There are at least three system nodes",
        Condition(("agentPoolProfiles[].count",), "three system nodes", _has_three_system_nodes),
    ),
    _psrule(
        "ManagedIdentity",
        "AZR-000025",
        "The cluster has a managed identity",
        equal("identity.type", "SystemAssigned", "UserAssigned"),
    ),
    _psrule(
        "StandardLB",
        "AZR-000026",
        "The load balancer is a Standard one",
        equal("networkProfile.loadBalancerSku", "standard"),
    ),
    _psrule(
        "NetworkPolicy",
        "AZR-000027",
        "Network policies are enforced",
        equal("networkProfile.networkPolicy", "azure", "calico"),
        "The rule does not support Cilium, which Azure recommends. Azure's own engine, which the "
        "rule accepts, loses its support on Linux on 30 September 2028.",
    ),
    _psrule(
        "AzurePolicyAddOn",
        "AZR-000028",
        "The Azure Policy add-on is on",
        _POLICY_ADD_ON,
    ),
    _psrule(
        "ManagedAAD",
        "AZR-000029",
        "Entra ID is managed by AKS",
        equal("aadProfile.managed", True),
    ),
    _psrule(
        "AuthorizedIPs",
        "AZR-000030",
        "A public API server is reached from authorised ranges",
        _AUTHORISED_RANGES,
        applies=lambda cluster: not _PRIVATE_CLUSTER.holds(cluster),
    ),
    _psrule(
        "LocalAccounts",
        "AZR-000031",
        "Local accounts are off",
        _LOCAL_ACCOUNTS_OFF,
    ),
    _psrule(
        "AzureRBAC",
        "AZR-000032",
        "Azure RBAC authorises requests",
        equal("aadProfile.enableAzureRBAC", True),
    ),
    _psrule(
        "SecretStore",
        "AZR-000033",
        "Secrets come from Key Vault",
        _SECRETS_PROVIDER_ON,
        "Only workloads determine the vault and the secrets. With workload identity, which is "
        "enabled, they can read a vault without the add-on.",
    ),
    _psrule(
        "SecretStoreRotation",
        "AZR-000034",
        "Secrets from Key Vault are refreshed",
        equal(f"{_SECRETS_PROVIDER}.config.enableSecretRotation", "true"),
        applies=_SECRETS_PROVIDER_ON.holds,
        not_applicable="The add-on whose secrets it would refresh is off.",
    ),
    _psrule(
        "HttpAppRouting",
        "AZR-000035",
        "HTTP application routing is off",
        _HTTP_ROUTING_OFF,
    ),
    _psrule(
        "AutoUpgrade",
        "AZR-000036",
        "Kubernetes is upgraded by itself",
        _UPGRADES,
    ),
    _psrule(
        "UseRBAC",
        "AZR-000038",
        "Kubernetes RBAC is on",
        _RBAC,
    ),
    _psrule(
        "Name",
        "AZR-000039",
        "The name is one that Azure takes",
        demand(
            "name",
            "1 to 63 letters, digits, underscores and hyphens, a letter or digit at both ends",
            lambda name: bool(re.fullmatch(r"(?=.{1,63}$)[A-Za-z0-9][-\w]*[A-Za-z0-9]", name)),
        ),
    ),
    _psrule(
        "DNSPrefix",
        "AZR-000040",
        "The DNS prefix is one that Azure takes",
        demand(
            "dnsPrefix",
            "1 to 54 letters, digits and hyphens, a letter or digit at both ends",
            lambda prefix: bool(
                re.fullmatch(r"(?=.{1,54}$)[A-Za-z0-9]([-A-Za-z0-9]*[A-Za-z0-9])?", prefix)
            ),
        ),
    ),
    _psrule(
        "ContainerInsights",
        "AZR-000041",
        "Container Insights is on",
        _CONTAINER_INSIGHTS,
        _NO_AUDIT_LOG,
    ),
    _psrule(
        "UptimeSLA",
        "AZR-000285",
        "The tier has an uptime SLA",
        _STANDARD_TIER,
    ),
    _psrule(
        "EphemeralOSDisk",
        "AZR-000287",
        "OS disks are ephemeral",
        absent_or("agentPoolProfiles[].osDiskType", "Ephemeral"),
    ),
    _psrule(
        "DefenderProfile",
        "AZR-000370",
        "Defender watches the cluster",
        equal("securityProfile.defender.securityMonitoring.enabled", True),
    ),
    _psrule(
        "MinUserPoolNodes",
        "AZR-000412",
        "User node pools have at least three nodes",
        Condition(
            ("agentPoolProfiles[].count",),
            "three nodes in every user pool",
            lambda cluster: all(_nodes(pool) >= 3 for pool in _user_pools(cluster)),
        ),
        applies=lambda cluster: bool(_user_pools(cluster)),
        not_applicable="There is no user pool by default.",
    ),
    _psrule(
        "NodeAutoUpgrade",
        "AZR-000435",
        "The OS of nodes is patched by itself",
        equal("autoUpgradeProfile.nodeOSUpgradeChannel", "SecurityPatch", "NodeImage"),
    ),
    _psrule(
        "AuditAdmin",
        "AZR-000445",
        "`kube-audit` is not collected",
        Condition((_CATEGORIES,), "an entry without `kube-audit`", _no_setting_has_kube_audit),
        "To save cost, the rule requires the opposite of the purpose of this component. Without "
        "`kube-audit`, there is no record of who has read a Secret.",
    ),
    _psrule(
        "MaintenanceWindow",
        "AZR-000446",
        "Upgrades have maintenance windows",
        Condition(
            ("maintenanceConfigurations[].name",),
            "`aksManagedAutoUpgradeSchedule` and `aksManagedNodeOSUpgradeSchedule`",
            lambda cluster: (
                set(cluster.values("maintenanceConfigurations[].name")) >= MAINTENANCE_WINDOWS
            ),
        ),
    ),
    _name_format("Naming", "AZR-000507", "Clusters"),
    _name_format("SystemPoolNaming", "AZR-000508", "System node pools"),
    _name_format("UserPoolNaming", "AZR-000509", "User node pools"),
)

_ARM: Final = "arm/checks/resource"
_TERRAFORM: Final = "terraform/checks/resource/azure"
_GRAPH: Final = "terraform/checks/graph_checks/azure"

CHECKOV_CHECKS: Final = (
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_4",
        "Azure Monitor has logs",
        _CONTAINER_INSIGHTS,
        f"{_ARM}/AKSLoggingEnabled.py",
        _NO_AUDIT_LOG,
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_5",
        "Kubernetes RBAC is on",
        _RBAC,
        f"{_ARM}/AKSRbacEnabled.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_6",
        "The API server is reached from authorised ranges",
        _AUTHORISED_RANGES,
        f"{_ARM}/AKSApiServerAuthorizedIpRanges.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_7",
        "Network policies are enforced",
        _ANY_NETWORK_POLICY,
        f"{_ARM}/AKSNetworkPolicy.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_8",
        "The Kubernetes dashboard is off",
        equal("addonProfiles.kubeDashboard.enabled", False),
        f"{_ARM}/AKSDashboardDisabled.py",
        "AKS has had no dashboard since Kubernetes 1.19. The check for ARM still requires that "
        "it is disabled explicitly; the check for Terraform does not.",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_115",
        "The cluster is private",
        _PRIVATE_CLUSTER,
        f"{_TERRAFORM}/AKSEnablesPrivateClusters.py",
        _CALLERS_CHOICE,
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_116",
        "The Azure Policy add-on is on",
        _POLICY_ADD_ON,
        f"{_TERRAFORM}/AKSUsesAzurePoliciesAddon.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_117",
        "Disks are encrypted with a key of one's own",
        _OWN_DISK_KEY,
        f"{_TERRAFORM}/AKSUsesDiskEncryptionSet.py",
        _NO_KEY,
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_141",
        "Local accounts are off",
        _LOCAL_ACCOUNTS_OFF,
        f"{_ARM}/AKSLocalAdminDisabled.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_143",
        "Nodes have no public addresses",
        absent_or("agentPoolProfiles[0].enableNodePublicIP", False),
        f"{_TERRAFORM}/AKSNodePublicIpDisabled.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_168",
        "Nodes take at least 50 pods",
        _FIFTY_PODS,
        f"{_ARM}/AKSMaxPodsMinimum.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_169",
        "Nodes are scale sets",
        demand(
            "agentPoolProfiles[0].type",
            "anything but `AvailabilitySet`",
            lambda kind: kind != "AvailabilitySet",
        ),
        f"{_ARM}/AKSPoolTypeIsScaleSet.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_170",
        "The tier has an uptime SLA",
        _STANDARD_TIER,
        f"{_TERRAFORM}/AKSIsPaidSku.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_171",
        "Kubernetes is upgraded by itself",
        _UPGRADES,
        f"{_ARM}/AKSUpgradeChannel.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_172",
        "Secrets from Key Vault are refreshed",
        demand(
            f"{_SECRETS_PROVIDER}.config.enableSecretRotation",
            "the boolean `true`",
            lambda value: value is True,
        ),
        f"{_ARM}/AkSSecretStoreRotation.py",
        "The add-on whose secrets it would refresh is off. With the add-on, the form for ARM would "
        "still be at odds with Azure, where the value is a string.",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_226",
        "OS disks are ephemeral",
        equal("agentPoolProfiles[0].osDiskType", "Ephemeral"),
        f"{_ARM}/AKSEphemeralOSDisks.py",
        "If it is not set, it is ephemeral for every VM size with enough space, such as the "
        "default size. If it is set, Azure refuses sizes without enough space.",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_227",
        "Hosts encrypt temporary disks and caches",
        equal("agentPoolProfiles[].enableEncryptionAtHost", True),
        f"{_ARM}/AKSEncryptionAtHostEnabled.py",
        "The feature `EncryptionAtHost` must be registered for the subscription first, and not "
        "every region and size of VM has it.",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_232",
        "System nodes run critical pods only",
        demand(
            "agentPoolProfiles[0].nodeTaints",
            f"`{ONLY_CRITICAL_ADDONS}`",
            lambda taints: ONLY_CRITICAL_ADDONS in (taints or ()),
        ),
        f"{_TERRAFORM}/AKSOnlyCriticalPodsOnSystemNodes.py",
        "By default there is one pool, and with the taint no workload would run on it.",
    ),
    PeerCheck(
        CHECKOV,
        "CKV_AZURE_246",
        "HTTP application routing is off",
        _HTTP_ROUTING_OFF,
        f"{_TERRAFORM}/KubernetesClusterHTTPApplicationRouting.py",
    ),
    PeerCheck(
        CHECKOV,
        "CKV2_AZURE_29",
        "The network plugin is Azure CNI",
        equal("networkProfile.networkPlugin", "azure"),
        f"{_GRAPH}/AzureAKSclusterAzureCNIEnabled.yaml",
    ),
)

TRIVY_CHECKS: Final = (
    PeerCheck(
        TRIVY,
        "AZU-0040",
        "Azure Monitor has logs",
        _CONTAINER_INSIGHTS,
        "logging.rego",
        _NO_AUDIT_LOG,
        reference="AVD-AZU-0040",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0041",
        "A public API server is reached from authorised ranges",
        either(_AUTHORISED_RANGES, _PRIVATE_CLUSTER),
        "limit_authorized_ips.rego",
        reference="AVD-AZU-0041",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0042",
        "Kubernetes RBAC is on",
        _RBAC,
        "use_rbac_permissions.rego",
        reference="AVD-AZU-0042",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0043",
        "Network policies are enforced",
        _ANY_NETWORK_POLICY,
        "configured_network_policy.rego",
        reference="AVD-AZU-0043",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0065",
        "The cluster is private",
        _PRIVATE_CLUSTER,
        "enable_private_cluster.rego",
        _CALLERS_CHOICE,
        reference="AVD-AZU-0065",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0066",
        "The Azure Policy add-on is on",
        _POLICY_ADD_ON,
        "enable_azure_policy_addon.rego",
        reference="AVD-AZU-0066",
    ),
    PeerCheck(
        TRIVY,
        "AZU-0067",
        "Disks are encrypted with a key of one's own",
        _OWN_DISK_KEY,
        "enable_disk_encryption.rego",
        _NO_KEY,
        reference="AVD-AZU-0067",
    ),
)

CHECKS: Final = PSRULE_CHECKS + CHECKOV_CHECKS + TRIVY_CHECKS
"""Every check, in the order of the page."""
