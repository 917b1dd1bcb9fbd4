"""Storage accounts: when blobs are deleted, and where they cannot be.

Property names are those on the wire. Sources: Azure Native API docs for StorageAccount,
ManagementPolicy and BlobContainerImmutabilityPolicy; Azure Classic API docs for the same.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeGuard

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import CONTAINER
from kubewitness.graph.model import StorageAccount
from kubewitness.graph.resource_kinds import is_classic
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import (
    ABSENT,
    TWICE,
    T,
    Unknown,
    Value,
    declared_text,
    first_present,
    items,
    period,
    read,
    text,
)

CONTAINER_ID_PROPERTY: Final = "storageContainerResourceManagerId"
"""Where the classic provider's immutability policy keeps the id of its container."""

CONTAINER_ID: Final = re.compile(
    r"/storageaccounts/(?P<account>[^/]+)/blobservices/[^/]+/containers/(?P<container>[^/]+)",
    re.IGNORECASE | re.ASCII,
)
"""The account and the container in the id of a container."""

ANY_CONTAINER: Final = "*"
"""Represents every container of a storage account, if a policy may be on any."""

NEVER: Final = -1.0
"""The value of the classic provider for a period that never ends."""

_LOGS: Final = CONTAINER.format("")
ELSEWHERE: Final = Unknown("whether it is this one's cannot be known before the deployment")
"""The settings of an account, or of one that may be another one."""

_STATES: Final = {True: "Locked", False: "Unlocked"}


def storage_account(properties: Mapping[str, Any], common: Mapping[str, Any]) -> StorageAccount:
    """Return a storage account by its own properties and those of every receiver."""
    return StorageAccount(
        **common,
        premium=_premium(properties),
        dns_zone=_is(read(properties, "dnsEndpointType"), "azurednszone"),
        closed=_closed(properties),
    )


def _is(value: Value[Any], word: str) -> Value[bool]:
    given = declared_text(value)
    return fold(given) == word if isinstance(given, str) else given


def _closed(properties: Mapping[str, Any]) -> Value[bool]:
    """Return whether the firewall blocks clients that no rule names; by default it does not."""
    rules = first_present(read(properties, "networkRuleSet"), read(properties, "networkRules"))
    denies = _is(read(rules, "defaultAction"), "deny")
    if denies is not True:
        return denies
    bypass = first_present(read(rules, "bypass"), read(rules, "bypasses"))
    listed = bypass.split(",") if isinstance(bypass, str) else items(bypass)
    if bypass is ABSENT:
        return False
    if isinstance(listed, Unknown):
        return listed
    hidden = [one for one in listed if isinstance(one, Unknown)]
    admits = any(fold(str(one).strip()) == "azureservices" for one in listed)
    return hidden[0] if hidden and not admits else not admits


def _premium(properties: Mapping[str, Any]) -> Value[bool]:
    """Return whether the performance tier is premium."""
    tier = declared_text(
        first_present(read(properties, "sku", "name"), read(properties, "accountTier"))
    )
    return fold(tier).startswith("premium") if isinstance(tier, str) else tier


def deletion(policy: Resource) -> Value[float]:
    """Return after how many days a lifecycle policy deletes blobs first; absent if never."""
    classic = is_classic(policy.type)
    path = ("rules",) if classic else ("policy", "rules")
    rules = items(read(policy.properties, *path))
    if isinstance(rules, Unknown):
        return rules
    return shortest([_rule_deletion(rule, classic=classic) for rule in rules])


def _rule_deletion(rule: Value[Any], *, classic: bool) -> Value[float]:
    if read(rule, "enabled") is False or not _may_concern_logs(rule, classic=classic):
        return ABSENT
    actions = read(rule, "actions") if classic else read(rule, "definition", "actions")
    base = read(actions, "baseBlob")
    delete = base if classic else read(base, "delete")
    if isinstance(delete, Unknown) or delete is ABSENT:
        return delete
    if not isinstance(delete, Mapping):
        return ELSEWHERE
    prefix = "deleteAfterDaysSince" if classic else "daysAfter"
    days = [period(read(delete, name)) for name in delete if name.startswith(prefix)]
    return shortest([each for each in days if not (classic and each == NEVER)])


def _may_concern_logs(rule: Value[Any], *, classic: bool) -> bool:
    """Return whether the filters of a lifecycle rule let in what diagnostic settings write."""
    filters = read(rule, "filters") if classic else read(rule, "definition", "filters")
    prefixes, types = (items(read(filters, name)) for name in ("prefixMatch", "blobTypes"))
    known = [fold(one) for one in types] if _is_plain(types) else []
    if known and "appendblob" not in known:
        return False
    if not isinstance(prefixes, tuple) or not prefixes:
        return True
    return any(
        not isinstance(one, str) or one.startswith(_LOGS) or _LOGS.startswith(one)
        for one in prefixes
    )


def _is_plain(listed: tuple[Any, ...] | Unknown) -> TypeGuard[tuple[str, ...]]:
    return isinstance(listed, tuple) and all(isinstance(one, str) for one in listed)


def shortest(periods: list[Value[float]]) -> Value[float]:
    """Return the shortest period; unknown if one is, absent if there is none."""
    hidden = [period for period in periods if isinstance(period, Unknown)]
    known = [period for period in periods if isinstance(period, float)]
    if hidden:
        return hidden[0]
    return min(known, default=ABSENT)


def immutability(policy: Resource) -> tuple[str, Value[str]]:
    """Return the container and the policy's state.

    The classic provider locks a policy itself; in Azure Native only Azure's answer shows it.
    """
    if is_classic(policy.type):
        locked = read(policy.properties, "locked")
        named = CONTAINER_ID.search(str(read(policy.properties, CONTAINER_ID_PROPERTY)))
        name = named["container"] if named else policy.name
        return name, locked if isinstance(locked, Unknown) else _STATES[locked is True]
    container = text(read(policy.properties, "containerName"))
    if isinstance(container, Unknown):
        return ANY_CONTAINER, container
    name = container if isinstance(container, str) else policy.name
    if not policy.outputs:
        return name, Unknown("Azure reports this only after the deployment")
    return name, text(read(policy.outputs, "state"))


def without_repeats(pairs: Iterable[tuple[str, Value[T]]]) -> dict[str, Value[T]]:
    """Return the value of each container; unknown where two policies set it, as only one counts."""
    found: dict[str, Value[T]] = {}
    for name, value in pairs:
        found[name] = TWICE if name in found else value
    return found


def immutable_days(policy: Resource) -> Value[float]:
    """Return for how long an immutability policy keeps a blob."""
    names = ("immutabilityPeriodSinceCreationInDays", "immutabilityPeriodInDays")
    days = period(first_present(*(read(policy.properties, name) for name in names)))
    return 0.0 if days is ABSENT else days
