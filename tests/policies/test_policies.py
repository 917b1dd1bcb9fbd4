"""What holds for every policy, and the corners of linking that no program in the table reaches."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.build import build_graph
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value, read
from kubewitness.policies.aks.audit_logs import POLICY as AUDIT_LOGS
from kubewitness.policies.evaluate import evaluate, judge
from kubewitness.policies.policy import AnyPolicy, Example, doubtful, failing, passing
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.settings_file import Settings
from kubewitness.policies.verdict import Judgement, Outcome, Verdict, not_applicable

DEFAULTS = Settings({}, all_policies())
CLUSTER = Resource(
    urn="urn:aks",
    type="azure-native:containerservice:ManagedCluster",
    name="aks",
    properties={"resourceName": "shop", "resourceGroupName": "shops"},
)
EKS_CLUSTER = Resource("urn:eks", "aws:eks/cluster:Cluster", "eks", {})
LOGS = [{"category": name, "enabled": True} for name in ("kube-audit", "kube-audit-admin", "guard")]


def setting(target: Value[str], *sources: str) -> Resource:
    """A complete setting with this target."""
    return Resource(
        urn="urn:audit",
        type="azure-native:monitor:DiagnosticSetting",
        name="audit",
        properties={"resourceUri": target, "workspaceId": "/w", "logs": LOGS},
        property_dependencies={"resourceUri": sources},
    )


def audit_logs(*resources: Resource, **settings: object) -> list[Verdict]:
    """The verdicts of `aks-audit-logs`."""
    configuration = Settings({"aks-audit-logs": settings}, all_policies())
    verdicts = evaluate(all_policies(), build_graph(resources), configuration)
    return [verdict for verdict in verdicts if verdict.policy_id == "aks-audit-logs"]


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_a_policy_says_what_why_and_how_to_fix(policy: AnyPolicy) -> None:
    """Nobody has to look a violation up elsewhere."""
    texts = (policy.title, policy.why, policy.fix_pulumi, policy.fix_cli)
    assert all(text.strip() for text in texts)
    assert policy.links
    assert not policy.title.endswith(".")


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_a_policy_that_raises_is_a_violation_naming_the_policy(policy: AnyPolicy) -> None:
    """Whatever a policy raises, the deployment does not go through."""

    def broken(*_: object) -> None:
        raise KeyError("secret-looking detail")

    raising = replace(policy, judge=broken)  # type: ignore[arg-type]  # a policy that breaks its word
    strict = Settings({"all": "mandatory"}, all_policies())
    (verdict,) = evaluate((raising,), build_graph([CLUSTER, EKS_CLUSTER]), strict)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.blocks
    (finding,) = verdict.judgement.reasons
    assert finding.code == "policy-error"
    assert f"`{policy.id}` itself failed (KeyError)" in finding.message
    assert "secret-looking" not in finding.message


def test_mypy_refuses_settings_that_a_policy_does_not_take() -> None:
    """The ignored error is the test: mypy reports an ignore that it does not need."""
    replace(AUDIT_LOGS, settings=PolicySettings)  # type: ignore[arg-type]
    graph = build_graph([CLUSTER])
    (verdict,) = judge(AUDIT_LOGS, graph, PolicySettings())  # type: ignore[misc]
    assert [reason.code for reason in verdict.judgement.reasons] == ["policy-error"]


ID = "/subscriptions/s/resourcegroups/{}/providers/Microsoft.ContainerService/managedClusters/{}"


@pytest.mark.parametrize(
    ("cluster", "target", "outcome"),
    [
        (CLUSTER, ID.format("SHOPS", "Shop"), Outcome.UNDECIDED),
        (CLUSTER, ID.format("shops", "other"), Outcome.FAIL),
        (CLUSTER, ID.format("others", "shop"), Outcome.FAIL),
        (CLUSTER, "/subscriptions/s/resourceGroups/shops", Outcome.FAIL),
        (CLUSTER, "", Outcome.FAIL),
        (replace(CLUSTER, id=ID.format("x", "y")), ID.format("X", "Y") + "/", Outcome.PASS),
        (replace(CLUSTER, id=ID.format("x", "y") + "/"), ID.format("X", "Y"), Outcome.PASS),
        (replace(CLUSTER, id=ID.format("x", "y")), ID.format("shops", "shop"), Outcome.FAIL),
        (
            replace(CLUSTER, properties={"resourceName": "shop", "resourceGroupName": Unknown()}),
            ID.format("shops", "shop"),
            Outcome.UNDECIDED,
        ),
        (
            replace(CLUSTER, properties={"resourceGroupName": "shops"}),
            ID.format("shops", "aks1a2b3c"),
            Outcome.UNDECIDED,
        ),
        (
            replace(CLUSTER, properties={"resourceGroupName": "shops"}),
            ID.format("shops", "shop"),
            Outcome.FAIL,
        ),
        (
            replace(
                CLUSTER,
                properties={
                    "name": "shop",
                    "location": "west europe",
                    "nodeResourceGroup": "MC_shops_shop_westeurope",
                },
            ),
            ID.format("others", "shop"),
            Outcome.FAIL,
        ),
    ],
    ids=[
        "name and group, perhaps of another subscription",
        "another name",
        "another group",
        "not a cluster",
        "nothing",
        "by id, with a slash",
        "by id, the cluster's with a slash",
        "another id although the name fits",
        "group unknown",
        "named by the provider, could be it",
        "named by the provider, cannot be it",
        "another group, by the node resource group",
    ],
)
def test_a_literal_target_links_by_id_or_by_name_and_group(
    cluster: Resource, target: str, outcome: Outcome
) -> None:
    """A literal id decides by the cluster's own id; name and group alone can only exclude."""
    verdicts = audit_logs(cluster, setting(target))
    own = [verdict for verdict in verdicts if verdict.resource.name == "aks"]
    assert [verdict.outcome for verdict in own] == [outcome]


@pytest.mark.parametrize(
    ("group", "name", "outcome"),
    [
        ("SHOPS", "Shop", Outcome.PASS),
        ("elsewhere", "Shop", Outcome.FAIL),
        ("shops", "other", Outcome.FAIL),
        ("shops", "shops", Outcome.FAIL),
    ],
)
def test_a_literal_target_that_came_from_the_cluster_is_told_by_its_name_and_group(
    group: str, name: str, outcome: Outcome
) -> None:
    """The subscription needs no proof; a group that is known to be another is another cluster's."""
    verdicts = audit_logs(CLUSTER, setting(ID.format(group, name), "urn:aks"))
    own = [verdict for verdict in verdicts if verdict.resource.name == "aks"]
    assert [verdict.outcome for verdict in own] == [outcome]


def test_a_fault_in_a_policy_stays_one_for_a_cluster_elsewhere() -> None:
    """It is not softened to a doubt."""

    def broken(*_: object) -> None:
        raise KeyError("x")

    logs = next(policy for policy in all_policies() if policy.id == "aks-audit-logs")
    raising = replace(logs, judge=broken)  # type: ignore[arg-type]  # a policy that breaks its word
    graph = build_graph([setting(ID.format("other", "theirs"))])
    (verdict,) = evaluate((raising,), graph, DEFAULTS)
    assert (verdict.outcome, verdict.blocks) == (Outcome.FAIL, True)


def test_a_fault_on_what_is_no_cluster_is_a_violation_of_the_stack() -> None:
    """There may be no resource to name."""

    def broken(*_: object) -> None:
        raise KeyError("x")

    entra = next(policy for policy in all_policies() if policy.id == "aks-entra-rbac")
    raising = replace(entra, judge_others=broken)  # type: ignore[arg-type]  # breaks its word
    (verdict,) = evaluate((raising,), build_graph([]), DEFAULTS)
    assert (verdict.outcome, verdict.blocks) == (Outcome.FAIL, True)
    assert verdict.resource == Resource("", "", "the stack", {})
    assert "itself failed (KeyError)" in verdict.judgement.reasons[0].message


def test_what_is_no_cluster_is_judged_by_the_policies_own_settings() -> None:
    """The same that count for its clusters."""

    def told(_graph: object, own: PolicySettings) -> Iterator[tuple[Resource, Judgement]]:
        yield CLUSTER, not_applicable("settings", str(own))

    entra = find_policy("aks-entra-rbac")
    (verdict,) = evaluate((replace(entra, judge_others=told),), build_graph([]), DEFAULTS)
    assert verdict.judgement.reasons[0].message == str(DEFAULTS.of(entra.id))


@pytest.mark.parametrize(
    ("make", "outcome"),
    [(passing, Outcome.PASS), (failing, Outcome.FAIL), (doubtful, Outcome.UNDECIDED)],
)
def test_an_example_is_what_it_is_called(make: Callable[..., Example], outcome: Outcome) -> None:
    """Title, program, outcome, settings."""
    assert make("title", "program", days=1) == Example("title", "program", outcome, {"days": 1})


def test_calls_of_admin_credentials_are_named() -> None:
    """Whichever version of the provider; the user's own credentials are nobody's business."""
    policy = next(policy for policy in all_policies() if policy.id == "aks-admin-credentials")
    bad = (
        "azure-native:containerservice:listManagedClusterAdminCredentials",
        "azure-native:containerservice/v20230101:listManagedClusterAdminCredentials",
        "azure-native_containerservice_v1:containerservice:listManagedClusterAccessProfile",
    )
    calls = (*bad, "azure-native:containerservice:listManagedClusterUserCredentials")
    verdicts = evaluate((policy,), build_graph([], calls), DEFAULTS)
    assert [verdict.resource.type for verdict in verdicts] == list(bad)
    for verdict in verdicts:
        assert verdict.resource.name == verdict.resource.type.split(":")[-1]
        assert (verdict.resource.urn, dict(verdict.resource.properties)) == ("", {})
        (finding,) = verdict.judgement.reasons
        assert finding.code == "call"
        assert "certificate of a local administrator" in finding.message


def logs(*names: str, enabled: object = True) -> list[dict[str, object]]:
    """Entries for these categories."""
    return [{"category": name, "enabled": enabled} for name in names]


CENTRAL = (
    "/subscriptions/s/resourceGroups/g/providers/Microsoft.OperationalInsights/workspaces/central"
)


def complete(**changes: object) -> Resource:
    """A setting of the cluster, complete but for these properties."""
    made = setting(Unknown(), "urn:aks")
    return replace(made, properties={**made.properties, **changes})


def test_a_category_is_known_though_a_preview_hides_whether_a_group_stands_beside_it() -> None:
    """An entry has one of the two; what Azure will add to the other is unknown until then."""
    entries = [{**entry, "categoryGroup": Unknown()} for entry in LOGS]
    (verdict,) = audit_logs(CLUSTER, complete(logs=entries))
    assert verdict.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("token", "outcome"),
    [
        ("azure-native:operationalinsights:Workspace", Outcome.PASS),
        ("azure-native:keyvault:Vault", Outcome.UNDECIDED),
        (None, Outcome.UNDECIDED),
    ],
)
def test_an_unknown_destination_exists_where_it_comes_from_one(
    token: str | None, outcome: Outcome
) -> None:
    """Anything else that it comes from may hold no id at all."""
    source = [replace(CLUSTER, urn="urn:source", type=token, name="source")] if token else []
    links = {"resourceUri": ("urn:aks",), "workspaceId": ("urn:source",)}
    made = replace(complete(workspaceId=Unknown()), property_dependencies=links)
    (verdict,) = audit_logs(CLUSTER, made, *source)
    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("coverage", "names", "outcome"),
    [
        ("any", ("kube-audit", "guard"), Outcome.PASS),
        ("any", ("kube-audit-admin", "guard"), Outcome.PASS),
        ("any", ("kube-audit", "kube-audit-admin"), Outcome.FAIL),
        ("any", ("guard",), Outcome.FAIL),
        ("cis", ("kube-audit", "kube-audit-admin"), Outcome.PASS),
        ("cis", ("kube-audit", "guard"), Outcome.FAIL),
        ("all", ("kube-audit", "kube-audit-admin"), Outcome.FAIL),
    ],
)
def test_a_coverage_demands_its_categories(
    coverage: str, names: tuple[str, ...], outcome: Outcome
) -> None:
    """`any` takes either of the two audit categories, and not neither."""
    (verdict,) = audit_logs(CLUSTER, complete(logs=logs(*names)), coverage=coverage)
    assert verdict.outcome is outcome


@pytest.mark.parametrize(
    ("sent", "outcome", "codes"),
    [
        (("kube-audit",), Outcome.UNDECIDED, ["unknown-enabled"]),
        ((), Outcome.FAIL, ["missing:kube-audit", "unknown-enabled"]),
    ],
)
def test_what_is_sent_what_may_be_and_what_others_collect_add_up(
    sent: tuple[str, ...], outcome: Outcome, codes: list[str]
) -> None:
    """Only what is none of the three is missing, and the doubts are told beside it."""
    entries = [*logs(*sent), *logs("kube-audit-admin", enabled=Unknown())]
    declared = {"resource": "aks", "by": "x", "categories": ["guard"], "expires": "2999-01-01"}
    (verdict,) = audit_logs(CLUSTER, complete(logs=entries), collectedElsewhere=[declared])
    assert verdict.outcome is outcome
    assert [finding.code for finding in verdict.judgement.reasons] == codes


@pytest.mark.parametrize(("number", "outcome"), [(5, Outcome.PASS), (6, Outcome.FAIL)])
def test_azure_takes_five_settings_and_no_more(number: int, outcome: Outcome) -> None:
    """Each to a workspace of its own."""
    settings = [
        replace(complete(workspaceId=f"{CENTRAL}{n}"), urn=f"urn:audit-{n}") for n in range(number)
    ]
    graph = build_graph([CLUSTER, *settings])
    (verdict,) = evaluate((find_policy("aks-audit-settings-valid"),), graph, DEFAULTS)
    assert verdict.outcome is outcome


def test_two_settings_of_one_name_are_two() -> None:
    """Logical names are unique only within a parent and a type."""
    twins = [
        replace(complete(workspaceId=CENTRAL), urn=urn)
        for urn in ("urn:one$audit", "urn:two$audit")
    ]
    policy = find_policy("aks-audit-settings-valid")
    (verdict,) = evaluate((policy,), build_graph([CLUSTER, *twins]), DEFAULTS)
    codes = [finding.code for finding in verdict.judgement.reasons]
    assert codes == ["same-sink:kube-audit", "same-sink:kube-audit-admin", "same-sink:guard"]


def test_a_setting_whose_target_is_hidden_is_judged_once_beside_a_cluster() -> None:
    """As what that cluster may have, not by itself as well."""
    verdicts = audit_logs(CLUSTER, setting(Unknown()))
    assert [verdict.resource.name for verdict in verdicts] == ["aks"]


CERTIFICATE = "users:\n- name: root\n  user:\n    client-certificate-data: AAA\n"


@pytest.mark.parametrize(
    ("kubeconfig", "outcome"),
    [
        ("users: [{name: clusterUser_shop}]", None),
        ('{"users": [{"name": "shop", "user": {"exec": {"command": "kubelogin"}}}]}', None),
        ("", None),
        (f"{CERTIFICATE}clusters: [{{cluster: {{server: https://shop.hcp.azmk8s.io}}}}]", "fail"),
        (CERTIFICATE, "undecided"),
        (CERTIFICATE.replace("-data", ""), "undecided"),
        ("~/.kube/config", "undecided"),
        ("users: [", "undecided"),
        ("2026-99-99", "undecided"),
        ({"users": [{"name": "clusterAdmin_shop"}]}, "undecided"),
        (Unknown(), None),
    ],
    ids=str,
)
def test_a_kubeconfig_is_judged_by_what_it_shows(kubeconfig: object, outcome: str | None) -> None:
    """A certificate is a local account's under any name; what shows no user is undecided."""
    provider = Resource(
        "urn:kube", "pulumi:providers:kubernetes", "kube", {"kubeconfig": kubeconfig}
    )
    assert [verdict.outcome.value for verdict in credentials(provider)] == [outcome] * bool(outcome)


@pytest.mark.parametrize(("disabled", "outcomes"), [(False, ["undecided"]), (True, [])])
def test_a_kubeconfig_of_a_classic_cluster_may_be_the_administrators(
    disabled: bool, outcomes: list[str]
) -> None:
    """It is an output, which no function call tells, and empty where there is no local account."""
    cluster = replace(
        CLUSTER,
        type="azure:containerservice/kubernetesCluster:KubernetesCluster",
        properties={"localAccountDisabled": disabled},
    )
    provider = Resource(
        "urn:kube",
        "pulumi:providers:kubernetes",
        "kube",
        {"kubeconfig": Unknown()},
        property_dependencies={"kubeconfig": ("urn:aks",)},
    )
    found = [v for v in credentials(cluster, provider) if v.resource.name == "kube"]
    assert [verdict.outcome.value for verdict in found] == outcomes


def credentials(*resources: Resource, calls: tuple[str, ...] = ()) -> list[Verdict]:
    """The verdicts of `aks-admin-credentials`, the calls of the program seen."""
    policy = next(policy for policy in all_policies() if policy.id == "aks-admin-credentials")
    return evaluate((policy,), build_graph(resources, calls), DEFAULTS)


def test_a_look_up_by_the_classic_provider_may_fetch_the_administrators_certificate() -> None:
    """Its answer holds it beside the user's; what the program takes of it nobody sees."""
    call = "azure:containerservice/getKubernetesCluster:getKubernetesCluster"
    (verdict,) = credentials(calls=(call,))
    assert (verdict.resource.type, verdict.outcome) == (call, Outcome.UNDECIDED)


def test_a_setting_for_something_else_is_no_business_of_ours() -> None:
    """A hidden target that comes from a vault, by a group of categories, is not a cluster's."""
    vault = replace(CLUSTER, urn="urn:vault", type="azure-native:keyvault:Vault", name="vault")
    other = setting(Unknown(), "urn:vault")
    other = replace(other, properties={**other.properties, "logs": [{"categoryGroup": "allLogs"}]})
    assert audit_logs(vault, other) == []
    assert audit_logs(replace(other, property_dependencies={})) == []


def test_a_target_from_a_component_and_its_cluster_is_the_clusters() -> None:
    """An output of a component that the engine constructs depends on both."""
    made = replace(CLUSTER, parent="urn:component")
    audit = setting(Unknown(), "urn:component", "urn:aks")
    group = {**audit.properties, "logs": [{"categoryGroup": "allLogs", "enabled": True}]}
    (verdict,) = audit_logs(made, replace(audit, properties=group))
    assert verdict.outcome is Outcome.PASS


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("azure-native:containerservice:ManagedCluster", ResourceKind.CLUSTER),
        ("azure-native:containerservice/v20230101:ManagedCluster", ResourceKind.CLUSTER),
        ("azure-nextgen:containerservice/latest:ManagedCluster", ResourceKind.CLUSTER),
        (
            "azure-native_containerservice_v20250602preview:containerservice:ManagedCluster",
            ResourceKind.CLUSTER,
        ),
        ("azure:containerservice/kubernetesCluster:KubernetesCluster", ResourceKind.CLUSTER),
        ("azure-native:insights:DiagnosticSetting", ResourceKind.DIAGNOSTIC_SETTING),
        (
            "azure-native:insights/v20210501preview:DiagnosticSetting",
            ResourceKind.DIAGNOSTIC_SETTING,
        ),
        ("azure-native:monitor:DiagnosticSetting", ResourceKind.DIAGNOSTIC_SETTING),
        ("azure:monitoring/diagnosticSetting:DiagnosticSetting", ResourceKind.DIAGNOSTIC_SETTING),
        ("azure-native:containerservice:AgentPool", ResourceKind.OTHER_ACCESS),
        ("azure-native:containerservice:ManagedClusterSnapshot", None),
        ("aws:eks/cluster:Cluster", ResourceKind.EKS_CLUSTER),
        ("aws-native:eks:Cluster", ResourceKind.EKS_CLUSTER),
        ("aws:eks/nodeGroup:NodeGroup", None),
        ("aws:index/eksCluster:EksCluster", ResourceKind.UNREAD_EKS_CLUSTER),
        ("azurerm:index/kubernetesCluster:KubernetesCluster", ResourceKind.UNREAD_AKS_CLUSTER),
        (
            "kubernetes:containerservice.azure.com/v1api20240901:ManagedCluster",
            ResourceKind.UNREAD_AKS_CLUSTER,
        ),
        ("azapi:resources:Resource", ResourceKind.ARM),
        ("azure-native:operationalinsights:Table", ResourceKind.TABLE),
        ("azure:loganalytics/workspaceTable:WorkspaceTable", ResourceKind.TABLE),
        ("azure-native:operationalinsights/v20250201:Workspace", ResourceKind.WORKSPACE),
        ("azure-native_storage_v20240101:storage:StorageAccount", ResourceKind.STORAGE_ACCOUNT),
        ("azure-native:storage:ManagementPolicy", ResourceKind.LIFECYCLE_POLICY),
        ("azure-native:storage:BlobContainerImmutabilityPolicy", ResourceKind.IMMUTABILITY_POLICY),
        ("azure-native:containerservice:JWTAuthenticator", ResourceKind.JWT_AUTHENTICATOR),
        (
            "azure:containerservice/clusterTrustedAccessRoleBinding:ClusterTrustedAccessRoleBinding",
            ResourceKind.TRUSTED_ACCESS,
        ),
    ],
)
def test_type_tokens_of_every_generation_are_known(token: str, kind: ResourceKind | None) -> None:
    """Versioned modules, packages per version, the classic provider; nothing by half a name."""
    assert kind_of(token) is kind


def test_reading_keeps_known_unknown_and_absent_apart() -> None:
    """A null is absent, an unknown parent makes its children unknown."""
    properties = {"a": {"b": 1, "n": None}, "u": Unknown("why"), "s": "text"}
    assert read(properties, "a", "b") == 1
    assert read(properties, "a", "n") is ABSENT
    assert read(properties, "a", "x") is ABSENT
    assert read(properties, "s", "x") is ABSENT
    assert read(properties, "u", "x") == Unknown("why")
