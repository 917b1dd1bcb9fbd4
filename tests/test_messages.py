"""What people read: every finding of every rule, as a snapshot, so that none changes unseen."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.graph.build import build_graph
from kubewitness.graph.resources import Origin, Resource
from kubewitness.policies.configuration import Configuration
from kubewitness.policies.evaluate import judge
from kubewitness.policies.messages import explain
from kubewitness.policies.registry import all_rules, find_rule
from kubewitness.policies.rule import Rule
from kubewitness.policies.verdict import Verdict
from kubewitness.sources.crossguard import plain
from oracle import CATEGORIES, SENTINELS, TRIALS, Trial
from rule_examples import run_example
from servicer import Shown
from test_rule_oracle import VALUES, changed, degradations, read

TODAY = date(2026, 11, 21)


def verdicts(
    rule: Rule, resources: Iterable[Resource], trial: Trial | None = None
) -> list[Verdict]:
    """The verdicts of one rule on these resources."""
    own = dict((trial and trial.configuration) or {})
    configuration = Configuration({rule.id: own}, all_rules())
    return list(judge(rule, build_graph(resources), configuration.of(rule.id), TODAY))


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
        for finding in verdict.judgement.findings
    }


def few(lines: set[str]) -> list[str]:
    """The shortest and the longest line of each outcome and code: values vary, words should not."""
    groups: dict[str, list[str]] = {}
    for line in sorted(lines, key=lambda line: (len(line), line)):
        groups.setdefault(" | ".join(line.split(" | ")[:2]), []).append(line)
    return sorted({line for group in groups.values() for line in (group[0], group[-1])})


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_finding_of_a_rule_reads_as_it_should(
    rule: Rule, snapshot: SnapshotAssertion
) -> None:
    """What the rule says of its examples, and of every degradation of every property."""
    lines: set[str] = set()
    for example in rule.examples:
        configuration = Configuration({rule.id: example.configuration}, all_rules())
        graph = build_graph(run_example(example.program)[0])
        lines |= told(judge(rule, graph, configuration.of(rule.id), TODAY))
    for trial in TRIALS:
        if trial.rule == rule.id:
            for path in trial.paths:
                for value in (*degradations(read(trial.stack, path)), *VALUES):
                    stack = as_resources(changed(trial, [(path, value)]))
                    lines |= told(verdicts(rule, stack, trial))
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
    """Every rule's words on links, destinations, declarations of which something is unknown."""
    lines = [
        f"{verdict.rule_id}: {verdict.outcome.value} | "
        + "; ".join(f"{f.code}: {f.message} ({f.decide})" for f in verdict.judgement.findings)
        for rule in all_rules()
        for verdict in judge(
            rule,
            build_graph(SITUATIONS[case]),
            Configuration({"kubewitness-common": settings}, all_rules()).of(rule.id),
            TODAY,
        )
        if verdict.rule_id.endswith(("logs", "destination", "valid", "retention", "cost"))
    ]
    assert lines == snapshot


@pytest.mark.parametrize("case", ELSEWHERE)
def test_what_is_not_this_stacks_alone_is_said_so(case: str, snapshot: SnapshotAssertion) -> None:
    """Settings for clusters elsewhere, clusters only read, what cannot be seen into."""
    lines = [
        f"{verdict.rule_id}: {verdict.outcome.value}, "
        f"{'blocks' if verdict.blocks else 'does not block'}, on {verdict.resource.name} | "
        + "; ".join(f"{f.code}: {f.message} ({f.decide})" for f in verdict.judgement.findings)
        for rule in all_rules()
        for verdict in verdicts(rule, ELSEWHERE[case])
    ]
    assert lines == snapshot


def test_a_violation_is_complete_and_an_undecided_says_what_decides(
    snapshot: SnapshotAssertion,
) -> None:
    """The texts as the engine and the command print them."""
    rules = {rule.id: rule for rule in all_rules()}
    cases = [
        ("aks-audit-logs", 'setting("audit", cluster("aks").id, ["guard"])'),
        ("aks-audit-logs", 'setting("audit", cluster("aks").id, logs=workspace.customer_id)'),
    ]
    texts = []
    for rule_id, program in cases:
        (verdict,) = verdicts(rules[rule_id], run_example(program)[0])
        texts.append(explain(rules[rule_id], verdict))
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
    logs = find_rule("aks-audit-logs")
    own = {name: [{**one, "expires": TODAY} for one in given] for name, given in settings.items()}
    configuration = Configuration({logs.id: own}, all_rules())
    graph = build_graph([OURS, ours(logs=COMPLETE[:1])])
    (verdict,) = judge(logs, graph, configuration.of(logs.id), TODAY)
    told = explain(logs, verdict)
    assert told.splitlines()[-1] == line
    assert told.count("until 2026-11-21") == 1
