"""Component and policy refuse the same diagnostic settings, for the same reason.

Random settings are put to the policy as resources, and to the component as the destinations that it
would write them for. Both take their reasons from `kubewitness.azure`.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubewitness import AksAuditLogging
from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES
from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Resource
from kubewitness.policies.evaluate import evaluate
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Outcome, Verdict
from kubewitness.provision.aks_audit_logging.model import AksAuditLoggingModel
from kubewitness.provision.arguments.validation import InvalidArguments, check_arguments
from support.in_process import preview_in_process

GROUP: Final = "/subscriptions/s/resourceGroups/g/providers"
CLUSTER: Final = f"{GROUP}/Microsoft.ContainerService/managedClusters/c"
WORKSPACE: Final = f"{GROUP}/Microsoft.OperationalInsights/workspaces"
STORAGE: Final = f"{GROUP}/Microsoft.Storage/storageAccounts"
HUBS: Final = f"{GROUP}/Microsoft.EventHub/namespaces"
MINE: Final = f"{WORKSPACE}/mine"
"""The workspace that the component is given besides: it gets nothing of what is drawn."""

NAMES: Final = {
    DestinationKind.WORKSPACE: ("workspaceId", "workspace_id"),
    DestinationKind.STORAGE_ACCOUNT: ("storageAccountId", "storage_account_id"),
    DestinationKind.EVENT_HUB: ("eventHubAuthorizationRuleId", "event_hub_authorization_rule_id"),
    DestinationKind.PARTNER: ("marketplacePartnerId", "partner_id"),
}
"""What a destination is called as a property of a setting and as an argument of the component."""

IDS: Final = {
    DestinationKind.WORKSPACE: [
        *(f"{WORKSPACE}/w{number}" for number in range(6)),
        f"{WORKSPACE}/W0/",
        f"{WORKSPACE}/w0/tables/AKSAudit",
        f"{STORAGE}/archive",
        "11111111-1111-4111-8111-111111111111",
    ],
    DestinationKind.STORAGE_ACCOUNT: [
        *(f"{STORAGE}/a{number}" for number in range(4)),
        f"{STORAGE.upper()}/A0",
        f"{STORAGE}/a0/blobServices/default",
        WORKSPACE,
    ],
    DestinationKind.EVENT_HUB: [
        *(f"{HUBS}/n/authorizationRules/r{number}" for number in range(3)),
        f"{GROUP}/Microsoft.ServiceBus/namespaces/n/authorizationRules/r",
        f"{HUBS}/n/eventhubs/h/authorizationRules/r",
        f"{HUBS}/n",
    ],
    DestinationKind.PARTNER: [
        f"{GROUP}/Microsoft.Datadog/monitors/m",
        "/subscriptions/s/providers/Microsoft.Datadog",
        "datadog",
    ],
}

CATEGORIES: Final = (*AKS_LOG_CATEGORIES, "kube-apisever", "kube_audit", "AllMetrics", "allLogs")


@dataclass(frozen=True)
class Drawn:
    """One diagnostic setting.

    Attributes:
        destinations: ids by kind.
        categories: what it enables.
        event_hub: the name of the event hub.
    """

    destinations: Mapping[DestinationKind, str]
    categories: tuple[str, ...]
    event_hub: str | None = None

    def as_resource(self, number: int, name: str | None) -> Resource:
        """The setting as Azure Native registers it."""
        properties: dict[str, Any] = {
            NAMES[kind][0]: identifier for kind, identifier in self.destinations.items()
        }
        properties["resourceUri"] = CLUSTER
        properties["logs"] = [_entry(one) for one in self.categories if one != "AllMetrics"]
        properties["metrics"] = [_entry(one) for one in self.categories if one == "AllMetrics"]
        properties |= {"eventHubName": self.event_hub, "name": name and f"{name}{_suffix(number)}"}
        return Resource(
            f"urn:{number}", "azure-native:monitor:DiagnosticSetting", f"s{number}", properties
        )

    def as_destinations(self) -> Iterator[dict[str, Any]]:
        """What the component is asked, so that it writes this setting."""
        more = {"categories": list(self.categories)}
        hub = {"event_hub_name": self.event_hub}
        if not self.destinations:
            yield {**more, **hub}
        for kind, identifier in self.destinations.items():
            yield {NAMES[kind][1]: identifier, **more, **hub}


def _entry(category: str) -> dict[str, Any]:
    return {"category": category, "enabled": True}


def _suffix(number: int) -> str:
    return f"-{number + 1}" if number else ""


@st.composite
def drawn_settings(draw: st.DrawFn) -> Drawn:
    """Draw one setting; most have one destination, some have none or several."""
    kinds = draw(st.lists(st.sampled_from(DestinationKind), max_size=2, unique=True))
    destinations = {kind: draw(st.sampled_from(IDS[kind])) for kind in kinds}
    often = st.sampled_from([("kube-audit",), ("guard",), ("kube-audit-admin", "guard")])
    seldom = st.lists(st.sampled_from(CATEGORIES), min_size=1, max_size=4).map(tuple)
    categories = draw(st.one_of(often, seldom))
    return Drawn(destinations, categories, draw(st.sampled_from([None, None, "audit"])))


SETTING_NAMES: Final = (None, "audit", "a" * 248, "a" * 255, "a" * 261, "a/b", "audit.", "logs?")
Case = tuple[list[Drawn], str | None]
CASES: Final = st.tuples(
    st.lists(drawn_settings(), min_size=1, max_size=7), st.sampled_from(SETTING_NAMES)
)


BEYOND_AZURE: Final = {
    "event hub name beside another destination": "is for an event hub; give its",
    "name that leaves no room for the kind of a destination": "has more than 248 characters",
    "category in another case": "is not spelt as Azure spells it",
    "several destinations in one object": "has several destinations; give exactly one of",
    "a workspace that is created, as well as one that is brought": "contradicts `workspace_id`",
    "no categories": "has no items",
    "an audit category among the others": "is set by `audit_profile`",
}
"""All that the component refuses of destinations and Azure accepts, by the words of its message."""

FEWER_BY_MERGING: Final = "need more than 5 diagnostic settings"
"""What the policy says of settings that the component merges into fewer."""


def component_says(more: Mapping[str, Any]) -> set[str]:
    """Why the component refuses these arguments; nothing where it accepts them."""
    arguments = {"cluster_id": CLUSTER, "workspace_id": MINE, **more}
    try:
        check_arguments(AksAuditLoggingModel, 'AksAuditLogging "drawn"', _as_arguments(arguments))
    except InvalidArguments as error:
        return {problem.reason for problem in error.problems}
    return set()


def _as_arguments(arguments: dict[str, Any]) -> dict[str, Any]:
    """Leave all that the profiles send to the workspace to somebody else."""
    everything = ["kube-audit", "kube-audit-admin", "guard"]
    return {"collected_elsewhere": everything, **arguments}


def policy_says(resources: list[Resource]) -> set[str]:
    """Why the policy fails these settings; nothing where it passes them."""
    policy = find_policy("aks-audit-settings-valid")
    cluster = Resource("urn:c", "azure-native:containerservice:ManagedCluster", "c", {}, id=CLUSTER)
    graph = build_graph([cluster, *resources])
    found: list[Verdict] = evaluate((policy,), graph, Settings({}, all_policies()))
    (verdict,) = [one for one in found if one.resource.urn == "urn:c"]
    assert verdict.outcome in {Outcome.PASS, Outcome.FAIL}
    return {reason.message for reason in verdict.judgement.reasons}


def is_beyond(reason: str) -> bool:
    """Whether only the component refuses it."""
    return any(words in reason for words in BEYOND_AZURE.values())


def asked(case: Case) -> dict[str, Any]:
    """What the component is asked."""
    drawn, name = case
    destinations = [one for setting in drawn for one in setting.as_destinations()]
    return {"destinations": destinations, "setting_name": name}


def written(case: Case) -> list[Resource]:
    """What the policy is shown."""
    drawn, name = case
    return [setting.as_resource(number, name) for number, setting in enumerate(drawn)]


COMPARED_LATER: Final = (FEWER_BY_MERGING, "would get", "has no destination")
"""What the component says only where each value by itself is right."""


@settings(max_examples=400, deadline=None)
@given(case=CASES)
def test_component_and_policy_refuse_the_same_settings_for_the_same_reason(case: Case) -> None:
    """Each reason of one is in the words of the other, but for the closed list."""
    own, theirs = component_says(asked(case)), policy_says(written(case))
    shared = {reason for reason in own if not is_beyond(reason)}
    for reason in shared:
        assert any(message.endswith(reason) for message in theirs), (reason, theirs)
    for message in theirs:
        told = any(message.endswith(reason) for reason in shared)
        later = own and any(words in message for words in COMPARED_LATER)
        assert told or later or FEWER_BY_MERGING in message, (message, own)


@settings(max_examples=25, deadline=None)
@given(case=CASES)
def test_what_the_component_accepts_passes_the_policy_as_it_writes_it(case: Case) -> None:
    """Settings that are merged included."""
    arguments = asked(case)
    if component_says(arguments):
        return
    whole: Any = _as_arguments({"cluster_id": CLUSTER, "workspace_id": MINE, **arguments})
    resources = preview_in_process(lambda: AksAuditLogging("drawn", whole))
    assert policy_says([one for one in resources if "DiagnosticSetting" in one.type]) == set()


ONLY_THE_COMPONENT: Final[dict[str, dict[str, Any]]] = {
    "event hub name beside another destination": {
        "destinations": [{"storage_account_id": f"{STORAGE}/a", "event_hub_name": "audit"}]
    },
    "name that leaves no room for the kind of a destination": {"setting_name": "a" * 255},
    "category in another case": {
        "destinations": [{"storage_account_id": f"{STORAGE}/a", "categories": ["Guard"]}]
    },
    "several destinations in one object": {
        "destinations": [{"storage_account_id": f"{STORAGE}/a", "workspace_id": f"{WORKSPACE}/w"}]
    },
    "a workspace that is created, as well as one that is brought": {"workspace": {"name": "logs"}},
    "no categories": {"destinations": [{"storage_account_id": f"{STORAGE}/a", "categories": []}]},
    "an audit category among the others": {"other_log_categories": ["guard"]},
}


@pytest.mark.parametrize("name", BEYOND_AZURE)
def test_the_policy_passes_what_only_the_component_refuses(name: str) -> None:
    """The list is closed: each entry is refused by the component, and by nothing in the policy."""
    arguments = ONLY_THE_COMPONENT[name]
    reasons = component_says(arguments)
    assert reasons
    assert all(BEYOND_AZURE[name] in reason for reason in reasons)
    by_default = [{"storage_account_id": f"{STORAGE}/a"}]
    destination = arguments.get("destinations", by_default)[0]
    kinds = {
        kind: destination[names[1]] for kind, names in NAMES.items() if names[1] in destination
    }
    categories = tuple(destination.get("categories", ("guard",)))
    setting = Drawn(kinds, categories, destination.get("event_hub_name"))
    assert policy_says([setting.as_resource(0, arguments.get("setting_name"))]) == set()


def test_the_random_settings_reach_every_reason() -> None:
    """Otherwise the agreement would be one on nothing."""
    reached: Counter[str] = Counter()

    @settings(max_examples=400, database=None, derandomize=True, deadline=None)
    @given(case=CASES)
    def count(case: Case) -> None:
        for message in policy_says(written(case)):
            reached.update(word for word in WORDS if word in message)
        for reason in component_says(asked(case)):
            reached.update(word for word in WORDS if word in reason)

    count()
    assert set(reached) == set(WORDS)


WORDS: Final = (
    "is not the ID of a Log Analytics workspace",
    "is not the ID of a storage account",
    "is not the ID of an authorization rule",
    "is not the ID of a resource of a partner solution",
    "is not a log category of AKS",
    "is listed twice",
    "would get",
    "need more than 5",
    "has no destination",
    "is not a name that Azure accepts",
    "is for an event hub",
    "has more than 248 characters",
)
