"""The diagnostic settings of an AKS cluster that Azure accepts.

The components check their arguments with it, and the policy `aks-audit-settings-valid` checks the
settings of a stack. Sources: Azure docs, "Diagnostic settings in Azure Monitor" and "Naming rules
and restrictions for Azure resources"; Azure's answers as reported in Azure/azure-policy#351
(authorization rules), Azure/azure-cli#24425 (their rights) and
hashicorp/terraform-provider-azurerm#22406 (what is sent twice).
"""

import re
from collections.abc import Collection
from enum import StrEnum
from typing import Final

from kubewitness.azure.refusal import Refusal
from kubewitness.azure.resource_ids import ANY_ID, example_id, fold, id_pattern
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES, CATEGORY_GROUPS
from kubewitness.documents.suggestions import did_you_mean

MOST_SETTINGS: Final = 5
"""How many a resource can have."""

ALL_METRICS: Final = "AllMetrics"
"""The only category of metrics that a cluster has."""

RULE_RIGHTS: Final = frozenset({"manage", "send", "listen"})
"""The rights that an authorization rule of an event hub namespace can have, in lower case."""


class DestinationKind(StrEnum):
    """The kinds of destination. A setting has at most one of each."""

    WORKSPACE = "Log Analytics workspace"
    STORAGE_ACCOUNT = "storage account"
    EVENT_HUB = "event hub"
    PARTNER = "partner solution"


_ID_TYPES: Final = {
    DestinationKind.WORKSPACE: ("Microsoft.OperationalInsights/workspaces",),
    DestinationKind.STORAGE_ACCOUNT: ("Microsoft.Storage/storageAccounts",),
    DestinationKind.EVENT_HUB: (
        "Microsoft.EventHub/namespaces/authorizationRules",
        "Microsoft.ServiceBus/namespaces/authorizationRules",
    ),
    DestinationKind.PARTNER: (),
}
_ID_PATTERNS: Final = {
    kind: [re.compile(id_pattern(one), re.ASCII) for one in types] or [re.compile(ANY_ID, re.ASCII)]
    for kind, types in _ID_TYPES.items()
}
_NO_PARTNER: Final = re.compile(
    r"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.(?:ContainerService|EventHub|"
    r"Insights|OperationalInsights|OperationsManagement|ServiceBus|Storage)/",
    re.ASCII | re.IGNORECASE,
)
"""Resources of Azure's own services, which are not partner solutions: Azure documents no list of
the partners' types, and marketplace offers add to them."""
_ID_OF: Final = {
    DestinationKind.WORKSPACE: "a Log Analytics workspace",
    DestinationKind.STORAGE_ACCOUNT: "a storage account",
    DestinationKind.EVENT_HUB: "an authorization rule of an event hub namespace",
    DestinationKind.PARTNER: "a resource of a partner solution",
}

_NAME: Final = re.compile(r'[^<>*%&:\\?+/"#\x00-\x1f]{1,260}(?<![ .])')

NO_DESTINATION: Final = Refusal(
    "no-destination",
    "has no destination, and Azure refuses it; give a workspace, a storage account, an event hub "
    "or a partner solution",
)
TOO_MANY_SETTINGS: Final = Refusal(
    "too-many",
    f"need more than {MOST_SETTINGS} diagnostic settings, the most that a resource can have; send "
    "the same categories to several destinations in one setting, or leave some out",
)
MIXED_WITH_A_GROUP: Final = Refusal(
    "mixed",
    "mixes categories with a category group, which Azure refuses even where the entry is disabled; "
    "name categories or a group",
)
NAMES_NOTHING: Final = Refusal(
    "no-category",
    "has an entry without a category and without a category group; name one of the two",
)
LISTED_TWICE: Final = Refusal("repeated", "is listed twice, and Azure refuses it; leave one out")
DEAD_RETENTION_POLICY: Final = Refusal(
    "retention-policy",
    "asks for a `retentionPolicy`, which Azure ignores since 2025-09-30: the logs are kept as long "
    "as their destination keeps them; leave it out",
)


def refused_name(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a setting."""
    if _NAME.fullmatch(name):
        return None
    return Refusal(
        "name",
        "is not a name that Azure accepts; give 1 to 260 characters other than "
        '`<>*%&:\\?+/"#`, no space or period at the end',
    )


def refused_id(kind: DestinationKind, identifier: str) -> Refusal | None:
    """Return why Azure refuses an id as that of a destination."""
    is_own = kind is DestinationKind.PARTNER and _NO_PARTNER.match(identifier)
    if is_own or not any(pattern.match(identifier) for pattern in _ID_PATTERNS[kind]):
        return wrong_resource(kind)
    return None


def wrong_resource(kind: DestinationKind) -> Refusal:
    """Return why Azure refuses the id of a resource of another type as that of a destination."""
    example = example_id((*_ID_TYPES[kind], "NAMESPACE/TYPE")[0])
    reason = (
        f"is not the ID of {_ID_OF[kind]}, and Azure refuses it; give its resource ID, `{example}`"
    )
    return Refusal("no-id", reason)


def refused_category(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a log category, which it takes in any case."""
    known = {fold(one) for one in AKS_LOG_CATEGORIES}
    if fold(name) in known:
        return None
    near = did_you_mean(name, AKS_LOG_CATEGORIES, f"choose among {', '.join(AKS_LOG_CATEGORIES)}")
    return Refusal("unknown-category", f"is not a log category of AKS, and Azure refuses it{near}")


def refused_group(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a category group, which it takes in any case."""
    if fold(name) in {fold(one) for one in CATEGORY_GROUPS}:
        return None
    near = did_you_mean(name, CATEGORY_GROUPS, f"choose among {', '.join(CATEGORY_GROUPS)}")
    return Refusal("unknown-group", f"is not a category group, and Azure refuses it{near}")


def refused_metric(name: str) -> Refusal | None:
    """Return why Azure refuses the name of a category of metrics."""
    if fold(name) == fold(ALL_METRICS):
        return None
    reason = f"is not a category of metrics of AKS, and Azure refuses it; use `{ALL_METRICS}`"
    return Refusal("unknown-metric", reason)


def sent_twice(category: str) -> Refusal:
    """Return why Azure refuses a category that two settings send to one destination."""
    return Refusal(
        f"same-sink:{category}",
        f"would get `{category}` twice, and Azure refuses it; send it to this destination once",
    )


def refused_rights(rights: Collection[str], *, names_a_hub: bool) -> Refusal | None:
    """Return why Azure refuses an authorization rule for what it allows.

    Args:
        rights: what the rule allows, in lower case.
        names_a_hub: whether the setting names an event hub; else Azure makes one, for which it
            needs every right.
    """
    needed = {"send"} if names_a_hub else RULE_RIGHTS
    if needed <= set(rights):
        return None
    missing = " and ".join(f"`{one.title()}`" for one in sorted(needed - set(rights)))
    fix = "give it this right" if names_a_hub else "give it all rights, or name an event hub"
    reason = f"is a rule without the right {missing}, and Azure refuses it; {fix}"
    return Refusal("rule-rights", reason)
