"""An oracle for the policies, independent of them: what a careful reader of raw inputs would say.

It reads the properties as the engine sends them, knows nothing of graph or policies, and answers in
three values: True where the stack is in order, False where it is not, None where nobody can know.
"""

import ipaddress
from collections.abc import Callable, Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from pulumi_policy import proxy

from support.servicer import Shown, Stack

SENTINELS = sorted(v for n, v in vars(proxy).items() if n.startswith("UNKNOWN_"))
UNKNOWN_STRING = proxy.UNKNOWN_STRING_VALUE
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
MISSING, UNKNOWN = object(), object()
CATEGORIES = ("kube-audit", "kube-audit-admin", "guard")
DESTINATIONS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "marketplacePartnerId",
)
EKS_TYPES = ("api", "audit", "authenticator", "controllerManager", "scheduler")

Answer = bool | None


def every(answers: Iterable[Answer]) -> Answer:
    """True where all are, False where one is."""
    found = list(answers)
    return False if False in found else None if None in found else True


def some(answers: Iterable[Answer]) -> Answer:
    """True where one is, False where all are."""
    found = list(answers)
    return True if True in found else None if None in found else False


def get(value: Any, *path: str | int) -> Any:
    """What stands at a path; MISSING or UNKNOWN where nothing or nobody-knows-what does."""
    for step in (*path, None):
        if isinstance(value, Mapping) and SECRET.items() <= value.items():
            value = value["value"]
        if value is UNKNOWN or (isinstance(value, str) and value in SENTINELS):
            return UNKNOWN
        if step is None:
            return MISSING if value is None else value
        if isinstance(step, int) and isinstance(value, list) and step < len(value):
            value = value[step]
        elif isinstance(step, str) and isinstance(value, Mapping):
            value = value.get(step)
        else:
            return MISSING
    return MISSING


def is_true(value: Any) -> Answer:
    """Switched on in so many words."""
    return None if value is UNKNOWN else value is True


def elements(value: Any) -> list[Any] | None:
    """The elements of a list, none where it is no list, None where nobody knows."""
    if value is UNKNOWN:
        return None
    return [get(item) for item in value] if isinstance(value, list) else []


def inputs(stack: Stack, name: str, *path: str | int) -> Any:
    """What a resource's inputs hold at a path; MISSING where there is no such resource."""
    return get(stack[name].inputs, *path) if name in stack else MISSING


def local_accounts(stack: Stack) -> Answer:
    """Local accounts are off."""
    return is_true(inputs(stack, "aks", "disableLocalAccounts"))


def entra(stack: Stack) -> Answer:
    """Managed Entra ID and Azure RBAC are on."""
    names = ("managed", "enableAzureRBAC")
    application = inputs(stack, "aks", "aadProfile", "serverAppID")
    not_given = None if application is UNKNOWN else not _is_text(application)
    return every([not_given, *(is_true(inputs(stack, "aks", "aadProfile", n)) for n in names)])


def api_access(stack: Stack) -> Answer:
    """Private, or ranges and tags that are no whole internet or cloud."""
    profile = inputs(stack, "aks", "apiServerAccessProfile")
    ranges = elements(get(profile, "authorizedIPRanges"))
    return some([is_true(get(profile, "enablePrivateCluster")), _narrow(ranges)])


def run_command(stack: Stack) -> Answer:
    """Run command is off."""
    return is_true(inputs(stack, "aks", "apiServerAccessProfile", "disableRunCommand"))


def only_backups(stack: Stack) -> Answer:
    """Each role is one of the two that the settings allow."""
    roles = elements(inputs(stack, "binding", "roles"))
    if not roles:
        return None
    known = {BACKUP.lower(), BACKUP_READER.lower()}
    return every(
        role.lower() in known if isinstance(role, str) and role.strip() else None for role in roles
    )


def _narrow(ranges: list[Any] | None) -> Answer:
    if ranges is None:
        return None
    given = [one for one in ranges if one is not MISSING and one != ""]
    if not given:
        return False
    networks = []
    if any(str(one).strip().lower().startswith("azurecloud") for one in given):
        return False
    for one in given:
        try:
            networks.append(ipaddress.ip_network(one.strip(), strict=False))
        except (ValueError, AttributeError):
            continue
    four = list(ipaddress.collapse_addresses(n for n in networks if n.version == 4))
    if any(n.prefixlen < 8 for n in four) or sum(n.num_addresses for n in four) > 4 * 2**24:
        return False
    return True if len(networks) == len(given) else None


def audit_logs(stack: Stack) -> Answer:
    """All three categories leave the cluster."""
    if "audit" not in stack:
        return False
    return every([is_the_clusters(stack), goes_somewhere(stack), *carried(stack)])


def is_the_clusters(stack: Stack, setting: str = "audit") -> Answer:
    """The setting is attached to the cluster."""
    target = inputs(stack, setting, "resourceUri")
    if target is not UNKNOWN:
        return False
    return True if "aks" in stack[setting].links.get("resourceUri", ()) else None


def goes_somewhere(stack: Stack, setting: str = "audit") -> Answer:
    """The setting has a destination."""
    return some(_exists(stack, name, setting) for name in DESTINATIONS)


def _exists(stack: Stack, name: str, setting: str = "audit") -> Answer:
    value = inputs(stack, setting, name)
    if value is UNKNOWN:
        return True if stack[setting].links.get(name) else None
    return isinstance(value, str) and bool(value.strip())


def carried(stack: Stack, setting: str = "audit") -> list[Answer]:
    """Of each category: the setting sends it."""
    entries = elements(inputs(stack, setting, "logs"))
    if entries is None:
        return [None] * len(CATEGORIES)
    return [some(_names(entry, category) for entry in entries) for category in CATEGORIES]


def _names(entry: Any, category: str) -> Answer:
    if entry is UNKNOWN:
        return None
    enabled = get(entry, "enabled")
    if enabled is not True and enabled is not UNKNOWN:
        return False
    name, group = get(entry, "category"), get(entry, "categoryGroup")
    if isinstance(name, str) and name.strip():
        named: Answer = name.isascii() and name.lower() == category
    elif isinstance(group, str) and group.strip():
        named = True if group.lower() == "alllogs" else None
    else:
        named = None if UNKNOWN in (name, group) else False
    return every([named, is_true(enabled)])


def days(value: Any, demanded: int) -> Answer:
    """A number of days that is enough; none given means Azure's 30."""
    if value is UNKNOWN:
        return None
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and value >= demanded


def workspace_retention(stack: Stack) -> Answer:
    """The workspace keeps everything for a year."""
    return every([audit_logs(stack), days(inputs(stack, "workspace", "retentionInDays"), 365)])


def archive_retention(stack: Stack) -> Answer:
    """The workspace is at hand for 90 days, and no lifecycle rule empties the account in a year."""
    interactive = days(inputs(stack, "workspace", "retentionInDays"), 90)
    rules = elements(inputs(stack, "lifecycle", "policy", "rules"))
    kept = None if rules is None else every(_keeps(rule) for rule in rules)
    in_workspace = days(inputs(stack, "workspace", "retentionInDays"), 365)
    archived = every([_exists(stack, "storageAccountId"), kept])
    return every([audit_logs(stack), interactive, some([in_workspace, archived])])


def _keeps(rule: Any) -> Answer:
    if rule is UNKNOWN:
        return None
    if get(rule, "enabled") is False:
        return True
    delete = get(rule, "definition", "actions", "baseBlob", "delete")
    after = get(delete, "daysAfterModificationGreaterThan")
    if UNKNOWN in (delete, after) or not (delete is MISSING or isinstance(delete, Mapping)):
        return None
    if after is MISSING:
        return True
    is_number = isinstance(after, int | float) and not isinstance(after, bool)
    return is_number and after >= 365


def keeps_what_it_gets(stack: Stack) -> Answer:
    """No cap, no plan Free, no purge: each must be absent or harmless in so many words."""
    if inputs(stack, "audit", "workspaceId") is not UNKNOWN:
        return audit_logs(stack)  # a literal id: a workspace of which this stack says nothing
    cap = inputs(stack, "workspace", "workspaceCapping", "dailyQuotaGb")
    purge = inputs(stack, "workspace", "features", "immediatePurgeDataOn30Days")
    sku = inputs(stack, "workspace", "sku")
    plan = get(sku, "name") if isinstance(sku, Mapping) else sku
    is_number = isinstance(cap, int | float) and not isinstance(cap, bool)
    return every(
        [
            audit_logs(stack),
            cap is MISSING or (cap < 0 if is_number else None),
            purge is MISSING or purge is False or (False if purge is True else None),
            plan is MISSING or (plan.lower() != "free" if isinstance(plan, str) else None),
        ]
    )


def same_region(stack: Stack) -> Answer:
    """Cluster and storage account say that they are in one region; the account is no premium."""
    places = [inputs(stack, name, "location") for name in ("aks", "account")]
    if places == [MISSING, MISSING]:  # both stand where their common resource group stands
        region: Answer = True
    elif not all(isinstance(place, str) and place.strip() for place in places):
        region = None
    else:
        one, other = (str(place).replace(" ", "").lower() for place in places)
        region = one == other
    plan = inputs(stack, "account", "sku", "name")
    if isinstance(plan, str):
        premium: Answer = plan.lower().startswith("premium")
    else:
        premium = False if plan is MISSING else None
    return every([audit_logs(stack), region, None if premium is None else not premium])


def write_once(stack: Stack) -> Answer:
    """Each category's container has a policy for a year, and Azure says that it is locked."""
    names = [f"lock-{name}" for name in CATEGORIES]
    periods = (inputs(stack, name, "immutabilityPeriodSinceCreationInDays") for name in names)
    states = [get(stack[f"lock-{name}"].outputs, "state") for name in CATEGORIES]
    locked = [None if s is UNKNOWN else s == "Locked" for s in states]
    return every([audit_logs(stack), *locked, *(days(period, 365) for period in periods)])


def settings_valid(stack: Stack, setting: str = "audit") -> Answer:
    """Azure takes the setting as it is written."""
    entries = elements(inputs(stack, setting, "logs"))
    given = [inputs(stack, setting, name) for name in DESTINATIONS]
    are_ids = every(_is_an_id(name, value) for name, value in zip(DESTINATIONS, given, strict=True))
    goes = are_ids and any(one is UNKNOWN or _is_text(one) for one in given)
    metrics = elements(inputs(stack, setting, "metrics"))
    others = [
        goes,
        None if metrics is None else every(_is_a_metric(metrics, one) for one in metrics),
        _is_a_name(inputs(stack, setting, "name")),
    ]
    if entries is None:
        return every([*others, None])
    known = [str(get(e, "category")).lower() for e in entries if _is_text(get(e, "category"))]
    groups = [get(entry, "categoryGroup") for entry in entries]
    mixed = some(_both(known, group, entry) for entry, group in zip(entries, groups, strict=True))
    retention = every(_no_retention(get(entry, "retentionPolicy", "enabled")) for entry in entries)
    return every(
        [
            *others,
            len(set(known)) == len(known),
            None if mixed is None else not mixed,
            retention,
            *(_names_a_log(entry) for entry in entries),
        ]
    )


def _names_a_log(entry: Any) -> Answer:
    """Whether an entry names a category or a group that Azure has for clusters."""
    category, group = get(entry, "category"), get(entry, "categoryGroup")
    if _is_text(category) and not (
        category.isascii() and category.lower() in (*CATEGORIES, "kube-apiserver")
    ):
        return False
    if _is_text(group) and group.lower() not in ("alllogs", "audit"):
        return False
    if _is_text(category) or _is_text(group):
        return True
    is_odd = group is not MISSING and not isinstance(group, str)
    return None if entry is UNKNOWN or category is UNKNOWN or is_odd else False


def _is_a_metric(metrics: list[Any], entry: Any) -> Answer:
    category = get(entry, "category")
    if not _is_text(category):
        return None if category is UNKNOWN else False
    if category.lower() != "allmetrics":
        return False
    once = [get(one, "category") for one in metrics].count(category) == 1
    return every([once, _no_retention(get(entry, "retentionPolicy", "enabled"))])


def _is_a_name(value: Any) -> bool:
    if not _is_text(value):
        return True
    return len(value) <= 260 and not set(value) & set('<>*%&:\\?+/"#') and value[-1] not in " ."


TYPES_OF_DESTINATIONS = {
    "workspaceId": ("microsoft.operationalinsights", "workspaces"),
    "storageAccountId": ("microsoft.storage", "storageaccounts"),
    "eventHubAuthorizationRuleId": ("microsoft.eventhub", "namespaces", "authorizationrules"),
}


OWN_SERVICES = {
    f"microsoft.{name}"
    for name in (
        *("containerservice", "eventhub", "insights", "operationalinsights"),
        *("operationsmanagement", "servicebus", "storage"),
    )
}
"""Of Azure itself: no partner's."""


def _is_an_id(name: str, value: Any) -> bool:
    """Whether what stands there in letters, if any does, is the ID that belongs there."""
    if not _is_text(value):
        return True
    lead, *parts = value.lower().removesuffix("/").split("/")
    if lead or "" in parts or len(parts) < 8 or len(parts) % 2:
        return False
    words = tuple(parts[index] for index in (0, 2, 4))
    types = (parts[5], *parts[6::2])
    if name == "marketplacePartnerId" and types[0] in OWN_SERVICES:
        return False
    return words == ("subscriptions", "resourcegroups", "providers") and (
        types == TYPES_OF_DESTINATIONS.get(name, types)
    )


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _both(known: list[str], group: Any, entry: Any) -> Answer:
    """Whether a group stands beside categories; what stands beside a category might be one."""
    if not known or entry is UNKNOWN:
        return False
    if _is_text(group):
        return True
    is_odd = group is not MISSING and not isinstance(group, str)
    return None if is_odd and _is_text(get(entry, "category")) else False


def _no_retention(value: Any) -> Answer:
    if value is MISSING or value is False:
        return True
    return False if value is True else None


def no_admin_credentials(stack: Stack) -> Answer:
    """The kubeconfig is not an administrator's."""
    value = inputs(stack, "kube", "kubeconfig")
    if value is MISSING:
        return True
    if not isinstance(value, str):
        return None
    if not value.strip():
        return True
    return False if "clusterAdmin" in value else (True if "users" in value else None)


def cheap(stack: Stack) -> Answer:
    """A table for each kind of log, and not all logs."""
    if is_the_clusters(stack) is not True or inputs(stack, "audit", "workspaceId") is MISSING:
        return True
    kind = inputs(stack, "audit", "logAnalyticsDestinationType")
    entries = elements(inputs(stack, "audit", "logs"))
    dedicated = None if kind is UNKNOWN else isinstance(kind, str) and kind.lower() == "dedicated"
    if entries is None:
        return every([dedicated, None])
    sends = any(get(entry, "enabled") is True for entry in entries)
    everything = any(
        get(entry, "enabled") is True and str(get(entry, "categoryGroup")).lower() == "alllogs"
        for entry in entries
    )
    return every([dedicated if sends or kind is UNKNOWN else True, not everything])


def eks_logs(stack: Stack) -> Answer:
    """All five log types, whatever their case."""
    listed = elements(inputs(stack, "eks", "enabledClusterLogTypes"))
    if listed is None:
        return None
    known = {one.lower() for one in listed if isinstance(one, str)}
    missing = [name for name in EKS_TYPES if name.lower() not in known]
    hidden = sum(one is UNKNOWN for one in listed)
    return True if not missing else None if hidden >= len(missing) else False


LOGS = [{"category": name, "enabled": True} for name in CATEGORIES]
NATIVE = "azure-native:"
BASE: dict[str, Shown] = {
    "aks": Shown(
        NATIVE + "containerservice:ManagedCluster",
        {
            "resourceGroupName": "shop",
            "location": "westeurope",
            "disableLocalAccounts": True,
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "apiServerAccessProfile": {"enablePrivateCluster": True, "disableRunCommand": True},
        },
        {"id": UNKNOWN_STRING},
    ),
    "workspace": Shown(
        NATIVE + "operationalinsights:Workspace",
        {"resourceGroupName": "shop", "location": "westeurope", "retentionInDays": 365},
        {"id": UNKNOWN_STRING},
    ),
    "audit": Shown(
        NATIVE + "monitor:DiagnosticSetting",
        {
            "resourceUri": UNKNOWN_STRING,
            "workspaceId": UNKNOWN_STRING,
            "logAnalyticsDestinationType": "Dedicated",
            "logs": LOGS,
        },
        {"id": UNKNOWN_STRING},
        {"resourceUri": ("aks",), "workspaceId": ("workspace",)},
    ),
}


def _also(**more: Any) -> dict[str, Shown]:
    return {**deepcopy(BASE), **more}


BACKUP = "Microsoft.DataProtection/backupVaults/backup-operator"
BACKUP_READER = "Microsoft.DataProtection/backupVaults/backup-reader"
BINDING = Shown(
    NATIVE + "containerservice:TrustedAccessRoleBinding",
    {
        "resourceGroupName": "shop",
        "resourceName": "aks",
        "sourceResourceId": "/subscriptions/s/resourceGroups/b/providers/Microsoft.X/vaults/v",
        "roles": [BACKUP, BACKUP_READER],
    },
    {"id": UNKNOWN_STRING},
)
ACCOUNT = Shown(
    NATIVE + "storage:StorageAccount",
    {"resourceGroupName": "shop", "location": "westeurope", "sku": {"name": "Standard_ZRS"}},
    {"id": UNKNOWN_STRING},
)
TO_ACCOUNT = Shown(
    NATIVE + "monitor:DiagnosticSetting",
    {"resourceUri": UNKNOWN_STRING, "storageAccountId": UNKNOWN_STRING, "logs": LOGS},
    {"id": UNKNOWN_STRING},
    {"resourceUri": ("aks",), "storageAccountId": ("account",)},
)
TO_BOTH = replace(
    TO_ACCOUNT,
    inputs={**TO_ACCOUNT.inputs, "workspaceId": UNKNOWN_STRING},
    links={**TO_ACCOUNT.links, "workspaceId": ("workspace",)},
)
LIFECYCLE = Shown(
    NATIVE + "storage:ManagementPolicy",
    {
        "accountName": UNKNOWN_STRING,
        "policy": {
            "rules": [
                {
                    "name": "old",
                    "enabled": True,
                    "definition": {
                        "actions": {
                            "baseBlob": {"delete": {"daysAfterModificationGreaterThan": 400}}
                        }
                    },
                }
            ]
        },
    },
    {},
    {"accountName": ("account",)},
)
IN_90_DAYS = replace(BASE["workspace"], inputs={**BASE["workspace"].inputs, "retentionInDays": 90})
WITH_METRICS = replace(
    BASE["audit"],
    inputs={**BASE["audit"].inputs, "metrics": [{"category": "AllMetrics", "enabled": True}]},
)
KUBE = Shown("pulumi:providers:kubernetes", {"kubeconfig": "users: [{name: clusterUser_shop}]"})
EKS = Shown("aws:eks/cluster:Cluster", {"roleArn": "r", "enabledClusterLogTypes": list(EKS_TYPES)})
RESTRICTED = replace(
    BASE["aks"],
    inputs={
        **BASE["aks"].inputs,
        "apiServerAccessProfile": {"authorizedIPRanges": ["203.0.113.0/24", "198.51.100.0/24"]},
    },
)
LOCKS = {
    f"lock-{name}": Shown(
        NATIVE + "storage:BlobContainerImmutabilityPolicy",
        {
            "accountName": UNKNOWN_STRING,
            "containerName": f"insights-logs-{name}",
            "immutabilityPeriodSinceCreationInDays": 365,
        },
        {"state": "Locked"},
        {"accountName": ("account",)},
    )
    for name in CATEGORIES
}


@dataclass(frozen=True)
class Trial:
    """A stack in order, what may go wrong with it, and who says what is right.

    Attributes:
        policy: the policy on trial.
        stack: the stack in order.
        oracle: what a careful reader says of it.
        paths: the properties that the policy reads, by resource; an output begins with `outputs`.
        configuration: the policy's settings.
        beside: policies that answer for what this one leaves to them.
        values: what else may stand in place of a property.
    """

    policy: str
    stack: dict[str, Shown]
    oracle: Callable[[Stack], Answer]
    paths: tuple[tuple[str | int, ...], ...]
    configuration: Mapping[str, Any] | None = None
    beside: tuple[str, ...] = ()
    values: tuple[Any, ...] = ()


LOG_PATHS: tuple[tuple[str | int, ...], ...] = (
    ("audit", "logs"),
    ("audit", "logs", 0),
    ("audit", "logs", 0, "category"),
    ("audit", "logs", 0, "categoryGroup"),
    ("audit", "logs", 1, "category"),
    ("audit", "logs", 1, "enabled"),
    ("audit", "logs", 2),
    ("audit", "logs", 2, "enabled"),
    ("audit", "resourceUri"),
)
TRAIL = ("aks-audit-logs",)

TRIALS = (
    Trial("aks-local-accounts", BASE, local_accounts, (("aks", "disableLocalAccounts"),)),
    Trial(
        "aks-entra-rbac",
        BASE,
        entra,
        (
            ("aks", "aadProfile"),
            ("aks", "aadProfile", "managed"),
            ("aks", "aadProfile", "enableAzureRBAC"),
            ("aks", "aadProfile", "serverAppID"),
        ),
    ),
    Trial(
        "aks-api-access",
        BASE,
        api_access,
        (
            ("aks", "apiServerAccessProfile"),
            ("aks", "apiServerAccessProfile", "enablePrivateCluster"),
        ),
    ),
    Trial(
        "aks-api-access",
        _also(aks=RESTRICTED),
        api_access,
        (
            ("aks", "apiServerAccessProfile"),
            ("aks", "apiServerAccessProfile", "authorizedIPRanges"),
            ("aks", "apiServerAccessProfile", "authorizedIPRanges", 0),
            ("aks", "apiServerAccessProfile", "authorizedIPRanges", 1),
        ),
    ),
    Trial(
        "aks-run-command",
        BASE,
        run_command,
        (
            ("aks", "apiServerAccessProfile"),
            ("aks", "apiServerAccessProfile", "disableRunCommand"),
        ),
    ),
    Trial(
        "aks-trusted-access",
        _also(binding=BINDING),
        only_backups,
        (("binding", "roles"), ("binding", "roles", 0), ("binding", "roles", 1)),
        {"trustedRoles": [BACKUP, BACKUP_READER]},
    ),
    Trial("aks-audit-logs", BASE, audit_logs, (*LOG_PATHS, ("audit", "workspaceId"))),
    Trial(
        "aks-audit-retention",
        BASE,
        workspace_retention,
        (("workspace", "retentionInDays"), ("workspace", "retentionInDays"), *LOG_PATHS),
        beside=TRAIL,
    ),
    Trial(
        "aks-audit-retention",
        _also(workspace=IN_90_DAYS, account=ACCOUNT, audit=TO_BOTH, lifecycle=LIFECYCLE),
        archive_retention,
        (
            ("workspace", "retentionInDays"),
            ("lifecycle", "policy"),
            ("lifecycle", "policy", "rules"),
            ("lifecycle", "policy", "rules", 0),
            ("lifecycle", "policy", "rules", 0, "enabled"),
            (
                *("lifecycle", "policy", "rules", 0, "definition", "actions", "baseBlob"),
                *("delete", "daysAfterModificationGreaterThan"),
            ),
        ),
        beside=TRAIL,
    ),
    Trial(
        "aks-audit-destination",
        BASE,
        keeps_what_it_gets,
        (
            ("workspace", "workspaceCapping"),
            ("workspace", "workspaceCapping", "dailyQuotaGb"),
            ("workspace", "features"),
            ("workspace", "features", "immediatePurgeDataOn30Days"),
            ("workspace", "sku", "name"),
            ("audit", "workspaceId"),
        ),
        beside=TRAIL,
    ),
    Trial(
        "aks-audit-destination",
        _also(account=ACCOUNT, audit=TO_ACCOUNT),
        same_region,
        (("account", "location"), ("aks", "location"), ("account", "sku", "name")),
        beside=TRAIL,
    ),
    Trial(
        "aks-audit-protected",
        _also(account=ACCOUNT, audit=TO_ACCOUNT, **LOCKS),
        write_once,
        (
            *((f"lock-{name}", "outputs", "state") for name in CATEGORIES),
            *((f"lock-{name}", "immutabilityPeriodSinceCreationInDays") for name in CATEGORIES),
        ),
        {"grade": "write-once"},
        beside=TRAIL,
    ),
    Trial(
        "aks-audit-settings-valid",
        _also(audit=WITH_METRICS),
        settings_valid,
        (
            *LOG_PATHS[:-1],
            ("audit", "logs", 2, "categoryGroup"),
            ("audit", "logs", 1, "retentionPolicy"),
            ("audit", "logs", 1, "retentionPolicy", "enabled"),
            ("audit", "workspaceId"),
            ("audit", "name"),
            ("audit", "metrics"),
            ("audit", "metrics", 0, "category"),
            ("audit", "metrics", 0, "retentionPolicy", "enabled"),
        ),
    ),
    Trial(
        "aks-admin-credentials", _also(kube=KUBE), no_admin_credentials, (("kube", "kubeconfig"),)
    ),
    Trial(
        "aks-audit-cost",
        BASE,
        cheap,
        (("audit", "logAnalyticsDestinationType"), *LOG_PATHS[:-1]),
    ),
    Trial(
        "eks-audit-logs",
        {"eks": EKS},
        eks_logs,
        (
            ("eks", "enabledClusterLogTypes"),
            ("eks", "enabledClusterLogTypes", 1),
            ("eks", "enabledClusterLogTypes", 3),
        ),
    ),
)
