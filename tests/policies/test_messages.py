"""What people read: every finding of every policy, as a snapshot, so that none changes unseen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.evaluate import evaluate, judge
from kubewitness.policies.messages import explain
from kubewitness.policies.policy import AnyPolicy
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Verdict
from kubewitness.sources.crossguard import plain
from support.degradations import VALUES, changed, degradations, read
from support.oracle import CATEGORIES, SENTINELS, TRIALS, Trial
from support.policy_examples import run_example
from support.servicer import Shown

TODAY = date(2026, 11, 21)


def verdicts(
    policy: AnyPolicy, resources: Iterable[Resource], trial: Trial | None = None
) -> list[Verdict]:
    """The verdicts of one policy on these resources."""
    own = dict((trial and trial.configuration) or {})
    configuration = Settings({policy.id: own}, all_policies())
    return list(judge(policy, build_graph(resources), configuration.of(policy.id), TODAY))


def as_resources(stack: dict[str, Shown]) -> list[Resource]:
    """The same stack as the graph takes it."""
    return [
        Resource(
            urn=f"urn:{name}",
            type=shown.type,
            name=name,
            properties=plain(shown.inputs),
            id=plain(SENTINELS[0]),
            property_dependencies={
                key: tuple(f"urn:{source}" for source in sources)
                for key, sources in shown.links.items()
            },
            outputs=plain(shown.outputs),
        )
        for name, shown in stack.items()
    ]


def told(found: Iterable[Verdict]) -> set[str]:
    """Each finding on a line of its own: outcome, code, words, what would decide it."""
    return {
        f"{verdict.outcome.value} | {finding.code} | {finding.message} | {finding.decide}"
        for verdict in found
        for finding in verdict.judgement.reasons
    }


def few(lines: set[str]) -> list[str]:
    """The shortest and the longest line of each outcome and code: values vary, words should not."""
    groups: dict[str, list[str]] = {}
    for line in sorted(lines, key=lambda line: (len(line), line)):
        groups.setdefault(" | ".join(line.split(" | ")[:2]), []).append(line)
    return sorted({line for group in groups.values() for line in (group[0], group[-1])})


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_every_finding_of_a_policy_reads_as_it_should(
    policy: AnyPolicy, snapshot: SnapshotAssertion
) -> None:
    """What the policy says of its examples, and of every degradation of every property."""
    lines: set[str] = set()
    for example in policy.examples:
        configuration = Settings({policy.id: example.settings}, all_policies())
        graph = build_graph(run_example(example.program)[0])
        lines |= told(judge(policy, graph, configuration.of(policy.id), TODAY))
    for trial in TRIALS:
        if trial.policy == policy.id:
            for path in trial.paths:
                for value in (*degradations(read(trial.stack, path)), *VALUES):
                    stack = as_resources(changed(trial, [(path, value)]))
                    lines |= told(verdicts(policy, stack, trial))
    assert few(lines) == snapshot


COMPLETE = [{"category": name, "enabled": True} for name in CATEGORIES]
CLUSTER_ID = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/theirs"
)
WORKSPACES = "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces"
SETTING = Resource(
    urn="urn:audit",
    type="azure-native:monitor:DiagnosticSetting",
    name="audit",
    properties={
        "resourceUri": CLUSTER_ID,
        "workspaceId": f"{WORKSPACES}/w",
        "logAnalyticsDestinationType": "Dedicated",
        "logs": COMPLETE,
    },
)
READ = Resource(
    "urn:aks", "azure-native:containerservice:ManagedCluster", "aks", {}, origin=Origin.READ
)
ELSEWHERE = {
    "complete": [SETTING],
    "incomplete": [replace(SETTING, properties={**SETTING.properties, "logs": COMPLETE[:1]})],
    "logs unknown": [
        replace(SETTING, properties={**SETTING.properties, "logs": plain(SENTINELS[0])})
    ],
    "with faults": [replace(SETTING, properties={**SETTING.properties, "logs": COMPLETE * 2})],
    "target unknown": [
        replace(SETTING, properties={**SETTING.properties, "resourceUri": plain(SENTINELS[0])})
    ],
    "beside a cluster of ours": [SETTING, replace(READ, origin=Origin.MANAGED)],
    "only read": [READ],
    "read, with a setting": [
        READ,
        replace(
            SETTING,
            properties={
                **SETTING.properties,
                "resourceUri": plain(SENTINELS[0]),
                "logs": COMPLETE[:1],
            },
            property_dependencies={"resourceUri": ("urn:aks",)},
        ),
    ],
    "a remote component": [replace(READ, origin=Origin.REMOTE, type="shop:index:Platform")],
    "a bridged provider": [
        replace(
            READ, origin=Origin.MANAGED, type="azurerm:index/kubernetesCluster:KubernetesCluster"
        )
    ],
}


HIDDEN = plain(SENTINELS[0])
OURS = Resource(
    "urn:aks",
    "azure-native:containerservice:ManagedCluster",
    "aks",
    {"resourceName": "shop", "resourceGroupName": "shops", "location": "westeurope"},
    id=HIDDEN,
)


def ours(name: str = "audit", source: str = "urn:aks", **changes: object) -> Resource:
    """A setting of ours for the cluster, some properties changed."""
    properties = {**SETTING.properties, "resourceUri": HIDDEN, **changes}
    links = {"resourceUri": (source,)} if source else {}
    return replace(
        SETTING,
        urn=f"urn:{name}",
        name=name,
        properties={key: value for key, value in properties.items() if value is not None},
        property_dependencies=links,
    )


EKS = Resource("urn:eks", "aws:eks/cluster:Cluster", "eks", {"enabledClusterLogTypes": ["audit"]})
ODD_ACCOUNT = Resource(
    "urn:account",
    "azure-native:storage:StorageAccount",
    "account",
    {"sku": {"name": HIDDEN}, "location": "westeurope"},
)
LITERAL = CLUSTER_ID.replace("/g/", "/shops/").replace("theirs", "shop")
SITUATIONS = {
    "a literal id that may be ours, with faults": [
        OURS,
        ours(resourceUri=LITERAL, source="", logs=COMPLETE * 2),
    ],
    "destinations that may not exist": [
        OURS,
        ours(workspaceId=HIDDEN, storageAccountId=HIDDEN),
    ],
    "a storage account of which little is known": [
        OURS,
        ODD_ACCOUNT,
        replace(
            ours(workspaceId=None, storageAccountId=HIDDEN),
            property_dependencies={
                "resourceUri": ("urn:aks",),
                "storageAccountId": ("urn:account",),
            },
        ),
    ],
    "two sinks of which nothing is known": [
        OURS,
        ours("one", workspaceId=HIDDEN, logs=COMPLETE[:2]),
        ours("two", workspaceId=HIDDEN, logs=COMPLETE[1:]),
        ours("three", workspaceId=f"{WORKSPACES}/known", logs=COMPLETE[1:]),
    ],
    "enabled unknown of a group": [
        OURS,
        ours("one", logs=[{"categoryGroup": "allLogs", "enabled": HIDDEN}]),
        ours("two", logs=[{"category": "guard", "enabled": HIDDEN}]),
        ours("three", logs=[{"categoryGroup": "other", "enabled": True}]),
    ],
    "several settings, none of them complete": [
        OURS,
        ours("one", logs=COMPLETE[:1]),
        ours("two", logs=[], workspaceId=f"{WORKSPACES}/other"),
    ],
    "a setting of another cluster's doubts": [
        OURS,
        ours(source="", logs=[{"categoryGroup": "allLogs", "enabled": True}]),
    ],
    "an EKS cluster": [EKS],
}
DECLARED = {
    "resource": "*",
    "by": "the policy assignment",
    "categories": [*CATEGORIES, "api", "authenticator", "controllerManager", "scheduler"],
}
ALLOWED = [
    {"id": "/subscriptions/a/resourceGroups/b", "owner": "soc"},
    {"id": "/subscriptions/c", "owner": "audit team"},
]


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"allowedDestinations": ALLOWED},
        {"collectedElsewhere": [{**DECLARED, "expires": "2026-11-21"}]},
        {"collectedElsewhere": [{**DECLARED, "expires": "2026-11-20"}]},
    ],
    ids=["by default", "destinations listed", "declared", "declared, expired"],
)
@pytest.mark.parametrize("case", SITUATIONS)
def test_what_a_situation_is_said_to_be(
    case: str, settings: dict[str, object], snapshot: SnapshotAssertion
) -> None:
    """Every policy's words on links, destinations, declarations of which something is unknown."""
    lines = [
        f"{verdict.policy_id}: {verdict.outcome.value} | "
        + "; ".join(f"{f.code}: {f.message} ({f.decide})" for f in verdict.judgement.reasons)
        for policy in all_policies()
        for verdict in judge(
            policy,
            build_graph(SITUATIONS[case]),
            Settings({"kubewitness-common": settings}, all_policies()).of(policy.id),
            TODAY,
        )
        if verdict.policy_id.endswith(("logs", "destination", "valid", "retention", "cost"))
    ]
    assert lines == snapshot


@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_is_not_this_stacks_alone_is_said_so(case: str, snapshot: SnapshotAssertion) -> None:
    """Settings for clusters elsewhere, clusters only read, what cannot be seen into."""
    lines = [
        f"{verdict.policy_id}: {verdict.outcome.value}, "
        f"{'blocks' if verdict.blocks else 'does not block'}, on {verdict.resource.name} | "
        + "; ".join(f"{f.code}: {f.message} ({f.decide})" for f in verdict.judgement.reasons)
        for verdict in evaluate(
            all_policies(), build_graph(ELSEWHERE[case]), Settings({}, all_policies()), TODAY
        )
    ]
    assert lines == snapshot


def test_a_violation_is_complete_and_an_undecided_says_what_decides(
    snapshot: SnapshotAssertion,
) -> None:
    """The texts as the engine and the command print them."""
    policies = {policy.id: policy for policy in all_policies()}
    cases = [
        ("aks-audit-logs", 'setting("audit", cluster("aks").id, ["guard"])'),
        ("aks-audit-logs", 'setting("audit", cluster("aks").id, logs=workspace.customer_id)'),
    ]
    texts = []
    for policy_id, program in cases:
        (verdict,) = verdicts(policies[policy_id], run_example(program)[0])
        texts.append(explain(policies[policy_id], verdict))
    assert texts == snapshot


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"exemptions": [{"resource": "aks", "reason": "r", "owner": "o"}]},
            "  by exemption of `aks` by o until 2026-11-21: r",
        ),
        (
            {"collectedElsewhere": [{"resource": "aks", "by": "b", "categories": CATEGORIES[1:]}]},
            "  - `kube-audit-admin`, `guard` of `aks` collected by b until 2026-11-21",
        ),
    ],
    ids=["exempt", "collected elsewhere"],
)
def test_what_a_verdict_rests_on_is_told_once(
    settings: dict[str, list[dict[str, object]]], line: str
) -> None:
    """An exemption after what it exempts; a declaration in place of what is missing."""
    logs = find_policy("aks-audit-logs")
    own = {name: [{**one, "expires": TODAY} for one in given] for name, given in settings.items()}
    configuration = Settings({logs.id: own}, all_policies())
    graph = build_graph([OURS, ours(logs=COMPLETE[:1])])
    (verdict,) = judge(logs, graph, configuration.of(logs.id), TODAY)
    told = explain(logs, verdict)
    assert told.splitlines()[-1] == line
    assert told.count("until 2026-11-21") == 1
