"""The oracle on several settings of a cluster: their names, metrics, and destinations by ID."""

from copy import deepcopy
from dataclasses import replace
from typing import Any

from support.oracle import (
    BASE,
    CATEGORIES,
    DESTINATIONS,
    LOGS,
    MISSING,
    TRAIL,
    UNKNOWN,
    Answer,
    Trial,
    audit_logs,
    carried,
    elements,
    every,
    get,
    goes_somewhere,
    inputs,
    is_the_clusters,
    is_true,
    settings_valid,
    some,
)
from support.servicer import Shown, Stack

SETTINGS = ("requests", "sign-ins")
GROUP = "/subscriptions/00000000-0000-4000-8000-00000000000a/resourceGroups"
INSIGHTS = "providers/Microsoft.OperationalInsights/workspaces"
OWN = f"{GROUP}/shop/{INSIGHTS}/central"
CENTRAL = f"{GROUP}/security/{INSIGHTS}/central"
ACCOUNT = f"{GROUP}/shop/providers/Microsoft.Storage/storageAccounts/archive"
HUBS = f"{GROUP}/shop/providers/Microsoft.EventHub/namespaces/n"
RULE = f"{HUBS}/authorizationRules/send"
IDS: tuple[str, ...] = (
    *(OWN, OWN.upper(), f"{OWN}/", CENTRAL, CENTRAL.lower(), f"{CENTRAL}/", f"{CENTRAL}2"),
    *(f"{CENTRAL}/tables/AKSAudit", f" {CENTRAL}", CENTRAL[1:], f"{GROUP}/security/{INSIGHTS}"),
    *(ACCOUNT, ACCOUNT.upper(), f"{ACCOUNT}/blobServices/default", f"{ACCOUNT}2"),
    *(RULE, RULE.lower(), HUBS, f"{HUBS}/eventhubs/h/authorizationRules/send", f"{RULE}2"),
    f"{GROUP}/shop/providers/Microsoft.Datadog/monitors/m",
    f"{GROUP}/shop",
)
"""IDs of a workspace of this stack and of others, of other destinations, and of no destination."""

NAMES = ("requests", "Requests", "REQUESTS", "sign-ins", "Sign-Ins", "a/b", "a.", "n" * 261)
ENTRIES: tuple[Any, ...] = (
    [{"category": "AllMetrics", "enabled": True}],
    [{"category": "allmetrics", "enabled": True}],
    [{"category": "AllMetrics", "enabled": False}],
    LOGS,
    LOGS[2:],
    [{"categoryGroup": "allLogs", "enabled": True}],
)


def same_name(stack: Stack) -> Answer:
    """Both settings have one name in Azure, which ignores case."""
    one, other = (inputs(stack, setting, "name") for setting in SETTINGS)
    if any(_is_none(name) for name in (one, other)):
        return False  # the provider makes names of their own
    if isinstance(one, str) and isinstance(other, str):
        return one.lower() == other.lower()
    return None


def _is_none(name: Any) -> bool:
    return name is MISSING or (isinstance(name, str) and not name.strip())


def shared_logs(stack: Stack) -> Answer:
    """Each category leaves the cluster through a setting that the other one does not replace."""
    sent = {setting: carried(stack, setting) for setting in SETTINGS}
    goes = {setting: goes_somewhere(stack, setting) for setting in SETTINGS}
    mine = {setting: is_the_clusters(stack, setting) for setting in SETTINGS}
    name = same_name(stack)

    def survives(number: int, other: str) -> Answer:
        clash = every([name, mine[other]])
        kept = every([sent[other][number], goes[other]])
        return some([None if clash is None else not clash, kept])

    return every(
        some(
            every(
                [
                    mine[setting],
                    goes[setting],
                    sent[setting][number],
                    survives(number, other),
                ]
            )
            for setting, other in (SETTINGS, SETTINGS[::-1])
        )
        for number in range(len(CATEGORIES))
    )


def accepted(stack: Stack) -> Answer:
    """Azure takes both settings, one beside the other."""
    name, twice = same_name(stack), every([_one_sink(stack), _sent_by_both(stack)])
    return every(
        [
            *(settings_valid(stack, setting) for setting in SETTINGS),
            None if name is None else not name,
            None if twice is None else not twice,
        ]
    )


def _sent_by_both(stack: Stack) -> Answer:
    logs = zip(*(carried(stack, setting) for setting in SETTINGS), strict=True)
    metrics = every(_sends_metrics(stack, setting) for setting in SETTINGS)
    return some([*(every(pair) for pair in logs), metrics])


def _sends_metrics(stack: Stack, setting: str) -> Answer:
    entries = elements(inputs(stack, setting, "metrics"))
    return None if entries is None else some(_is_sent(entry) for entry in entries)


def _is_sent(entry: Any) -> Answer:
    category = get(entry, "category")
    named = None if category is UNKNOWN else str(category).lower() == "allmetrics"
    return every([named, is_true(get(entry, "enabled"))])


def _one_sink(stack: Stack) -> Answer:
    """Both send to one destination. An ID that is not known yet is the workspace's."""
    return some(_same_place(stack, name) for name in DESTINATIONS)


def _same_place(stack: Stack, name: str) -> Answer:
    places = [inputs(stack, setting, name) for setting in SETTINGS]
    known = [one.lower().rstrip("/") for one in places if isinstance(one, str) and one.strip()]
    if len(known) == 2:
        return known[0] == known[1]
    if len(known) + places.count(UNKNOWN) < 2:
        return False
    if name != "workspaceId":
        return None
    return None if OWN.lower() in known else not known


def workspace_by_id(stack: Stack) -> Answer:
    """The logs go to the one workspace that the settings allow, by its ID."""
    return every([audit_logs(stack), settings_valid(stack), some(_allowed(stack))])


def _allowed(stack: Stack) -> list[Answer]:
    given = [inputs(stack, "audit", name) for name in DESTINATIONS]
    return [None if one is UNKNOWN else _is_central(one) for one in given]


def _is_central(value: Any) -> bool:
    return isinstance(value, str) and value.lower().rstrip("/") == CENTRAL.lower()


def kept_by_promise(stack: Stack) -> Answer:
    """The logs go to the workspace of which the settings promise enough; of others none knows."""
    kept = True if _is_central(inputs(stack, "audit", "workspaceId")) else None
    return every([audit_logs(stack), settings_valid(stack), kept])


def _setting(name: str, logs: list[dict[str, Any]], **more: Any) -> Shown:
    audit = BASE["audit"]
    return replace(audit, inputs={**audit.inputs, "name": name, "logs": logs, **more})


WORKSPACE = replace(
    BASE["workspace"], inputs={**BASE["workspace"].inputs, "workspaceName": "central"}
)
TWO = {
    "aks": deepcopy(BASE["aks"]),
    "workspace": WORKSPACE,
    "requests": _setting("requests", LOGS[:2]),
    "sign-ins": _setting("sign-ins", LOGS[2:], metrics=ENTRIES[0]),
}
BY_ID = {
    **BASE,
    "audit": replace(
        BASE["audit"],
        inputs={**BASE["audit"].inputs, "workspaceId": CENTRAL},
        links={"resourceUri": ("aks",)},
    ),
}
PATHS = tuple(
    (setting, *steps)
    for setting in SETTINGS
    for steps in (
        ("name",),
        ("name",),
        ("logs",),
        ("logs", 0, "category"),
        ("logs", 0, "enabled"),
        ("metrics",),
        ("metrics", 0, "category"),
        ("metrics", 0, "enabled"),
        *((name,) for name in DESTINATIONS),
    )
)
ID_PATHS = (*(("audit", name) for name in DESTINATIONS), ("audit", "workspaceId"))
ALLOWED = {
    "allowedDestinations": [
        {"id": CENTRAL, "owner": "soc", "interactiveDays": 90, "totalDays": 365}
    ]
}
BESIDE = (*TRAIL, "aks-audit-settings-valid")
VALUES = (*IDS, *NAMES, *ENTRIES)

SETTING_TRIALS = (
    Trial(
        "aks-audit-logs",
        TWO,
        shared_logs,
        (*PATHS, *((setting, "resourceUri") for setting in SETTINGS)),
        values=VALUES,
    ),
    Trial("aks-audit-settings-valid", TWO, accepted, PATHS, values=VALUES),
    Trial(
        "aks-audit-destination", BY_ID, workspace_by_id, ID_PATHS, ALLOWED, BESIDE, values=VALUES
    ),
    Trial("aks-audit-retention", BY_ID, kept_by_promise, ID_PATHS, ALLOWED, BESIDE, values=VALUES),
)
