"""The kinds of value that arguments have, each with its check.

Sources, all of the Azure documentation: "Naming rules and restrictions for Azure resources"; "API
server authorized IP ranges"; "Manage data retention in a Log Analytics workspace"; "Well-known
labels, annotations and taints" of Kubernetes.
"""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Final, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Strict, StringConstraints

from kubewitness.azure.diagnostic_settings import (
    ALL_METRICS,
    LISTED_TWICE,
    DestinationKind,
    refused_category,
    refused_id,
    refused_name,
)
from kubewitness.azure.ip_ranges import is_shared_tag, too_wide
from kubewitness.azure.refusal import Refusal
from kubewitness.azure.resource_ids import GUID, fold, id_pattern
from kubewitness.azure.storage_accounts import refused_account_name
from kubewitness.azure.workspaces import (
    MOST_INTERACTIVE_DAYS,
    refused_total_days,
    refused_workspace_name,
)
from kubewitness.catalog.aks_roles import AKS_ROLES
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, AUDIT_CATEGORIES
from kubewitness.catalog.retention import INTERACTIVE_DAYS, TOTAL_DAYS
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.provision.arguments.validation import (
    Given,
    Together,
    hint,
    problem,
    problems,
)

MINIMUM_INTERACTIVE_DAYS: Final = INTERACTIVE_DAYS
MAXIMUM_INTERACTIVE_DAYS: Final = MOST_INTERACTIVE_DAYS
MINIMUM_TOTAL_DAYS: Final = TOTAL_DAYS
LONGEST_SETTING_NAME: Final = 248
"""The component adds up to `-event-hub-4` to the name, of which Azure accepts 260 characters."""

Check = Callable[[str], Refusal | None]


def _whole(value: Any) -> Any:
    """Other languages' numbers arrive as floats: 30.0 is 30."""
    return int(value) if type(value) is float and value.is_integer() else value


def _unless_refused(check: Check) -> AfterValidator:
    """Return the validator of a value that Azure may refuse."""

    def checked(value: str) -> str:
        if refusal := check(value):
            raise problem(refusal.reason)
        return value

    return AfterValidator(checked)


def _total_days(days: int) -> int:
    if refusal := refused_total_days(days, MINIMUM_TOTAL_DAYS):
        raise problem(refusal.reason)
    return days


def _setting_name(name: str) -> str:
    if len(name) > LONGEST_SETTING_NAME:
        raise problem(f"has more than {LONGEST_SETTING_NAME} characters; shorten it")
    return name


def _ip_range(text: str) -> str:
    if is_shared_tag(text):
        raise problem(
            "is a service tag that includes the addresses of every Azure tenant; give your own "
            "ranges, or set `public_because`"
        )
    try:
        network = ipaddress.ip_network(text, strict=False)
    except ValueError:
        raise problem("is not an IP range; give CIDR notation such as `203.0.113.0/24`") from None
    if network.prefixlen == 0:
        raise problem("is the whole internet; give narrower ranges, or set `public_because`")
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
            f"are together too wide to be a restriction ({', '.join(wide)}); give narrower "
            "ranges, or set `public_because`"
        )
    return ranges


def repeated(
    values: Sequence[Any], before: Sequence[Any] = (), reason: str = "is given twice; leave one out"
) -> list[tuple[str, str]]:
    """Return a problem for each value that a list contains before it; Outputs are not compared.

    Args:
        values: the list.
        before: values of another list, which is read first.
        reason: of each problem.
    """
    folded = [fold(one) if isinstance(one, str) else None for one in (*before, *values)]
    first = len(before)
    return [
        (f"[{i - first}]", reason)
        for i, one in enumerate(folded)
        if i >= first and one is not None and one in folded[:i]
    ]


def _each_once(fault: Callable[[str], str | None]) -> AfterValidator:
    """Return the validator of a list of categories, which reports every fault of every one."""

    def checked(names: list[str]) -> list[str]:
        found = [(f"[{i}]", reason) for i, name in enumerate(names) if (reason := fault(name))]
        if found := [*found, *repeated(names, reason=LISTED_TWICE.reason)]:
            raise problems(*found)
        return names

    return AfterValidator(checked)


def _spelling(name: str, known: Iterable[str]) -> str | None:
    """Return how Azure spells a name that is given in another case."""
    spelt = next((one for one in known if fold(one) == fold(name)), name)
    return f"is not spelt as Azure spells it; write `{spelt}`" if spelt != name else None


def _log_fault(name: str) -> str | None:
    if refusal := refused_category(name):
        return refusal.reason
    return _spelling(name, AKS_LOG_CATEGORIES)


def _log_or_metric_fault(name: str) -> str | None:
    if fold(name) == fold(ALL_METRICS):
        return _spelling(name, (ALL_METRICS,))
    if near := did_you_mean(name, (ALL_METRICS,)):
        return f"is not a log category of AKS or its metrics{near}"
    return _log_fault(name)


def _other_log_fault(name: str) -> str | None:
    if fold(name) in AUDIT_CATEGORIES:
        return "is set by `audit_profile`, which collects it by default; leave it out"
    return _log_fault(name)


def _role(name: str) -> str:
    """Return the id of a role definition, which may be given by name."""
    if name in AKS_ROLES:
        return AKS_ROLES[name]
    if re.fullmatch(GUID, name):
        return name
    raise problem(f"is not the name of a role on clusters, or a GUID{hint(name, list(AKS_ROLES))}")


def _resource_id(type_: str) -> StringConstraints:
    """Return the constraint that a string is the id of a resource."""
    return StringConstraints(pattern=id_pattern(type_))


def _destination_id(kind: DestinationKind) -> AfterValidator:
    return _unless_refused(lambda identifier: refused_id(kind, identifier))


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
WorkspaceName: TypeAlias = Annotated[str, _unless_refused(refused_workspace_name)]
SettingName: TypeAlias = Annotated[
    str, _unless_refused(refused_name), AfterValidator(_setting_name)
]
AccountName: TypeAlias = Annotated[str, _unless_refused(refused_account_name)]
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
LogAndMetricCategories: TypeAlias = Annotated[list[str], _each_once(_log_or_metric_fault)]
LogCategories: TypeAlias = Annotated[list[str], _each_once(_log_fault)]
OtherLogCategories: TypeAlias = Annotated[list[str], _each_once(_other_log_fault)]
IpRange: TypeAlias = Annotated[str, AfterValidator(_ip_range)]
IpRanges: TypeAlias = Together[Annotated[list[Given[IpRange]], AfterValidator(_narrow)]]

ClusterId: TypeAlias = Annotated[str, _resource_id("Microsoft.ContainerService/managedClusters")]
WorkspaceId: TypeAlias = Annotated[str, _destination_id(DestinationKind.WORKSPACE)]
SubnetId: TypeAlias = Annotated[str, _resource_id("Microsoft.Network/virtualNetworks/subnets")]
PrivateDnsZone: TypeAlias = Annotated[
    str,
    StringConstraints(pattern=f"^(system|none)$|{id_pattern('Microsoft.Network/privateDnsZones')}"),
]
StorageAccountId: TypeAlias = Annotated[str, _destination_id(DestinationKind.STORAGE_ACCOUNT)]
ActionGroupId: TypeAlias = Annotated[str, _resource_id("Microsoft.Insights/actionGroups")]
EventHubRuleId: TypeAlias = Annotated[str, _destination_id(DestinationKind.EVENT_HUB)]
PartnerId: TypeAlias = Annotated[str, _destination_id(DestinationKind.PARTNER)]
