"""The kinds of value that arguments have, each with its check.

Sources, all of the Azure documentation: "Naming rules and restrictions for Azure resources"; "API
server authorized IP ranges"; "Manage data retention in a Log Analytics workspace"; "Well-known
labels, annotations and taints" of Kubernetes.
"""

import ipaddress
import re
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Strict, StringConstraints

from kubewitness.azure.ip_ranges import too_wide
from kubewitness.azure.resource_ids import GUID
from kubewitness.catalog.aks_roles import AKS_ROLES
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.catalog.retention import INTERACTIVE_DAYS, TOTAL_DAYS
from kubewitness.provision.arguments.validation import (
    Given,
    Together,
    hint,
    problem,
    problems,
)

MINIMUM_INTERACTIVE_DAYS: Final = INTERACTIVE_DAYS
MAXIMUM_INTERACTIVE_DAYS: Final = 730
MINIMUM_TOTAL_DAYS: Final = TOTAL_DAYS
# Beyond 730 days Azure keeps tables for whole years only.
DAYS_BEYOND_TWO_YEARS: Final = (1095, 1460, 1826, 2191, 2556, 2922, 3288, 3653, 4018, 4383)


def _whole(value: Any) -> Any:
    """Other languages' numbers arrive as floats: 30.0 is 30."""
    return int(value) if type(value) is float and value.is_integer() else value


def _total_days(days: int) -> int:
    if not MINIMUM_TOTAL_DAYS <= days <= MAXIMUM_INTERACTIVE_DAYS and (
        days not in DAYS_BEYOND_TWO_YEARS
    ):
        years = ", ".join(map(str, DAYS_BEYOND_TWO_YEARS))
        raise problem(
            f"is not a period that Azure takes or is too short; give {MINIMUM_TOTAL_DAYS} to "
            f"{MAXIMUM_INTERACTIVE_DAYS} days, or one of {years}"
        )
    return days


def _ip_range(text: str) -> str:
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise problem("is not an IP range; give CIDR notation such as `203.0.113.0/24`") from None
    if network.prefixlen == 0:
        raise problem("is the whole internet; give narrower ranges, or say `public_because`")
    if "/" in text and not text.rpartition("/")[2].isdigit():
        raise problem("is not in CIDR notation; give the length of the prefix, as in `/24`")
    if str(network.network_address) != text.partition("/")[0]:
        raise problem("does not start with the first address of its range; clear the host bits")
    return text


def _narrow(ranges: list[Any]) -> list[Any]:
    """Refuse ranges that alone or together are as wide as no restriction, as the pack does."""
    wide = too_wide(text for text in ranges if isinstance(text, str))
    if wide:
        raise problem(
            f"are together too wide to be a restriction ({', '.join(wide)}); give narrower ranges, "
            "or say `public_because`"
        )
    return ranges


def _categories(names: list[str]) -> list[str]:
    found = []
    for i, name in enumerate(names):
        if name not in AKS_LOG_CATEGORIES:
            near = hint(name, list(AKS_LOG_CATEGORIES))
            found.append((f"[{i}]", f"is not a log category of AKS{near}"))
        elif name in names[:i]:
            found.append((f"[{i}]", "is given twice; leave one out"))
    if found:
        raise problems(*found)
    return names


def _other_categories(names: list[str]) -> list[str]:
    audit = [i for i, name in enumerate(names) if name in AUDIT_CATEGORIES]
    if audit:
        reason = "is for `audit_profile` to say, which collects it by default; leave it out"
        raise problems(*((f"[{i}]", reason) for i in audit))
    return _categories(names)


def _role(name: str) -> str:
    """Return the id of a role definition, which may be given by name."""
    if name in AKS_ROLES:
        return AKS_ROLES[name]
    if re.fullmatch(GUID, name):
        return name
    raise problem(f"is no role that is known by name{hint(name, list(AKS_ROLES))}")


def _resource_id(provider: str, *types: str) -> StringConstraints:
    """Return the constraint that a string is the id of a resource; Azure ignores its case."""
    path = "/[^/]+/".join(types)
    return StringConstraints(
        pattern=r"(?i)^/subscriptions/[^/]+/resourceGroups/[^/]+/providers/"
        rf"{provider.replace('.', '[.]')}/{path}/[^/]+$"
    )


Text: TypeAlias = Annotated[str, StringConstraints(pattern=r"\S")]
Sentence: TypeAlias = Annotated[str, StringConstraints(pattern=r"\S\s+\S")]
Flag: TypeAlias = Annotated[bool, Strict()]
Whole: TypeAlias = Annotated[int, BeforeValidator(_whole), Strict()]
TotalDays: TypeAlias = Annotated[Whole, AfterValidator(_total_days)]
Tags: TypeAlias = Given[dict[str, Given[str]]]

Guid: TypeAlias = Annotated[str, StringConstraints(pattern=f"^{GUID}$")]
ClusterName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?$")
]
DnsPrefix: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$")
]
WorkspaceName: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{2,61}[A-Za-z0-9]$")
]
SettingName: TypeAlias = Annotated[str, StringConstraints(pattern=r'^[^<>*%&:\\?+/"]{1,250}$')]
AccountName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]{3,24}$")]
Namespace: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")
]
Role: TypeAlias = Annotated[str, AfterValidator(_role)]
ClockTime: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
UtcOffset: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[+-](0\d|1[0-4]):[0-5]\d$")]
PoolName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,11}$")]
KubernetesVersion: TypeAlias = Annotated[str, StringConstraints(pattern=r"^1\.\d+(\.\d+)?$")]
Taint: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=r"^[^=:\s]+(=[^=:\s]*)?:(NoSchedule|PreferNoSchedule|NoExecute)$"),
]
LogCategories: TypeAlias = Annotated[list[str], AfterValidator(_categories)]
OtherLogCategories: TypeAlias = Annotated[list[str], AfterValidator(_other_categories)]
IpRange: TypeAlias = Annotated[str, AfterValidator(_ip_range)]
IpRanges: TypeAlias = Together[Annotated[list[Given[IpRange]], AfterValidator(_narrow)]]

ClusterId: TypeAlias = Annotated[str, _resource_id("Microsoft.ContainerService", "managedClusters")]
WorkspaceId: TypeAlias = Annotated[str, _resource_id("Microsoft.OperationalInsights", "workspaces")]
SubnetId: TypeAlias = Annotated[
    str, _resource_id("Microsoft.Network", "virtualNetworks", "subnets")
]
PrivateDnsZoneId: TypeAlias = Annotated[str, _resource_id("Microsoft.Network", "privateDnsZones")]
StorageAccountId: TypeAlias = Annotated[str, _resource_id("Microsoft.Storage", "storageAccounts")]
ActionGroupId: TypeAlias = Annotated[str, _resource_id("Microsoft.Insights", "actionGroups")]
EventHubRuleId: TypeAlias = Annotated[
    str, _resource_id("Microsoft.EventHub", "namespaces", "authorizationRules")
]
AnyResourceId: TypeAlias = Annotated[
    str, StringConstraints(pattern=r"(?i)^/subscriptions/[^/]+/.*/providers/[^/]+/[^/]+/[^/]+")
]
