"""The pack at the SDK's own door: every sentinel, wherever it stands, and never advisory."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pulumi.runtime.proto import analyzer_pb2

from kubewitness.policies.packs import Pack, find_pack
from kubewitness.policies.registry import all_policies
from support.oracle import BASE, CATEGORIES, LOGS, SECRET, SENTINELS
from support.servicer import Servicer, Shown, Stack


def judge(stack: Stack, servicer: Servicer | None = None) -> dict[str, str]:
    """Words of each policy that reports, after all calls of one preview.

    Every report must be mandatory, but that of the one rule that is advisory.
    """
    diagnostics = (servicer or Servicer()).diagnostics(stack)
    levels = {found.policyName: found.enforcementLevel for found in diagnostics}
    assert levels.pop("aks-audit-cost", analyzer_pb2.ADVISORY) == analyzer_pb2.ADVISORY
    assert set(levels.values()) <= {analyzer_pb2.MANDATORY}
    return {found.policyName: found.message for found in diagnostics}


def stack(**changes: dict[str, Any]) -> dict[str, Shown]:
    """A stack in order, some inputs of its resources changed."""
    return {
        name: replace(shown, inputs={**shown.inputs, **changes.get(name, {})})
        for name, shown in BASE.items()
    }


def test_a_first_preview_passes_though_every_id_is_unknown() -> None:
    """What came from what tells whose setting it is."""
    assert judge(stack()) == {}


@pytest.mark.parametrize("sentinel", SENTINELS)
@pytest.mark.parametrize(
    ("changes", "policy"),
    [
        ({"aks": {"disableLocalAccounts": "?"}}, "aks-local-accounts"),
        ({"aks": {"aadProfile": "?"}}, "aks-entra-rbac"),
        ({"aks": {"aadProfile": {"managed": True, "enableAzureRBAC": "?"}}}, "aks-entra-rbac"),
        ({"audit": {"logs": "?"}}, "aks-audit-logs"),
        ({"audit": {"logs": ["?"]}}, "aks-audit-logs"),
        ({"audit": {"logs": [*LOGS[:2], {"category": "guard", "enabled": "?"}]}}, "aks-audit-logs"),
        ({"audit": {"logs": [*LOGS[:2], {"category": "?", "enabled": True}]}}, "aks-audit-logs"),
    ],
    ids=lambda value: "" if isinstance(value, dict) else value,
)
def test_an_unknown_anywhere_is_undecided_and_mandatory(
    changes: dict[str, Any], policy: str, sentinel: str
) -> None:
    """The SDK alone would downgrade the whole policy to advisory and let the deployment pass."""
    changed = json.loads(json.dumps(changes).replace("?", sentinel))
    judged = judge(stack(**changed))
    assert set(judged) == {policy}
    assert "UNDECIDED: " in judged[policy]


WITHOUT_COMMON = {
    "kubewitness-common": {"enforcementLevel": "disabled"},
    **{
        rule.id: {"enforcementLevel": "disabled"} for rule in all_policies() if not rule.needs_stack
    },
}


def test_without_the_inputs_nothing_more_is_passed() -> None:
    """Where the policies that show inputs are disabled, outputs decide less, never worse."""
    bare = stack(audit={"logs": LOGS[:2]})
    assert set(judge(bare, Servicer(configuration=WITHOUT_COMMON))) == {"aks-audit-logs"}
    assert judge(stack(), Servicer(configuration=WITHOUT_COMMON)) == {}


def test_a_misspelt_setting_is_a_violation_that_names_it() -> None:
    """No stack trace, and no default in place of what was meant."""
    servicer = Servicer(configuration={"aks-audit-logs": {"coverge": "any"}})
    told = judge(stack(), servicer)["aks-audit-logs"]
    assert " are wrong: coverge: unknown key; did you mean `coverage`?" in told
    servicer = Servicer(configuration={"aks-audit-logs": {"exemptions": [{"resource": "aks"}]}})
    told = judge(stack(), servicer)["aks-audit-logs"]
    assert " are wrong: exemptions, entry 1, owner: is missing; add it" in told


def test_a_misspelt_common_setting_is_a_violation_that_names_it() -> None:
    """What was meant for every rule is not dropped in silence; `check` refuses the same."""
    common = {"allowedDestination": [{"id": "/subscriptions/x", "owner": "soc"}]}
    judged = judge(stack(), Servicer(configuration={"kubewitness-common": common}))
    assert set(judged) == {"kubewitness-common"}
    assert judged["kubewitness-common"].endswith(
        "are wrong: allowedDestination: unknown key; did you mean `allowedDestinations`?"
    )


def test_a_fault_in_common_settings_is_explained_by_the_common_policy_alone() -> None:
    """Every other policy that has the setting blocks, and names where to look."""
    incomplete = {"resource": "aks", "reason": "r", "expires": "2999-01-01"}
    common = {"kubewitness-common": {"exemptions": [incomplete]}}
    judged = judge(stack(), Servicer(configuration=common))
    explained = {name for name, told in judged.items() if "owner: is missing; add it" in told}
    assert explained == {"kubewitness-common"}
    assert judged["aks-audit-logs"].endswith(
        "not judged: the settings of `kubewitness-common` are wrong"
    )


def test_a_secret_is_judged_like_any_other_value() -> None:
    """Wrapping a value as a secret changes no verdict."""
    wrapped: dict[str, Any] = {
        "aks": {"disableLocalAccounts": {**SECRET, "value": True}},
        "audit": {"logs": {**SECRET, "value": LOGS}},
    }
    assert judge(stack(**wrapped)) == {}
    wrapped["aks"] = {"disableLocalAccounts": {**SECRET, "value": False}}
    assert set(judge(stack(**wrapped))) == {"aks-local-accounts"}


def test_every_policy_has_its_level_and_is_documented() -> None:
    """CrossGuard's own default would be advisory."""
    info = Servicer().servicer.GetAnalyzerInfo(None, None)
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels == {
        "kubewitness-common": analyzer_pb2.MANDATORY,
        **{rule.id: analyzer_pb2.MANDATORY for rule in all_policies()},
        "aks-audit-cost": analyzer_pb2.ADVISORY,
        "aks-detection-coverage": analyzer_pb2.DISABLED,
        "aks-audit-logs-remediation": analyzer_pb2.DISABLED,
        "kubewitness-notes": analyzer_pb2.MANDATORY,
    }
    rules = {rule.id: rule for rule in all_policies()}
    for policy in info.policies:
        if policy.name in rules:
            rule = rules[policy.name]
            assert policy.url == rule.links[0]
            assert policy.remediation_steps == rule.fix_pulumi
            assert policy.displayName == policy.description == rule.title
            assert "exemptions" in policy.configSchema.properties
            if rule.references:
                first, framework = rule.references[0], policy.framework
                assert framework.specification == first.title
                assert framework.reference == first.number
                assert (framework.name, framework.version) == (first.framework, first.source)
        if policy.name == "kubewitness-common":
            assert {"exemptions", "allowedDestinations"} <= policy.configSchema.properties.keys()


def test_a_pack_may_set_the_level_of_a_rule() -> None:
    """The user may still set another."""
    level = {"enforcementLevel": "advisory"}
    pack = Pack(name="mild", title="Mild", policies={"aks-local-accounts": level})
    info = Servicer(pack).servicer.GetAnalyzerInfo(None, None)
    levels = {policy.name: policy.enforcementLevel for policy in info.policies}
    assert levels["aks-local-accounts"] == analyzer_pb2.ADVISORY


def test_a_stack_without_resources_is_nothing_to_report() -> None:
    """As before the first deployment, or after `pulumi destroy`."""
    assert judge({}) == {}


def test_a_cluster_that_a_state_only_reads_is_not_judged() -> None:
    """`pulumi policy analyze` shows it without any input; no cluster of a stack has none."""
    read = replace(BASE["aks"], inputs={}, outputs={"disableLocalAccounts": False})
    assert judge({"aks": read}) == {}


EXEMPTION = {"reason": "moves away", "owner": "shop team", "expires": "2999-01-01"}


def test_common_settings_reach_every_rule_and_what_is_unused_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """One exemption is applied and printed, the other reported, each once."""
    common = {
        "exemptions": [
            {**EXEMPTION, "resource": "aks", "policy": "aks-*"},
            {**EXEMPTION, "resource": "gone"},
        ]
    }
    bad = stack(aks={"disableLocalAccounts": False}, audit={"logs": LOGS[:2]})
    assert judge(bad, Servicer(configuration={"kubewitness-common": common})) == {}
    printed = capsys.readouterr().err
    assert "aks-local-accounts: EXEMPT: `aks`" in printed
    assert "aks-audit-logs: EXEMPT: `aks`" in printed
    assert printed.count("kubewitness-common: unused exemption of `gone`") == 1
    assert "unused exemption of `aks`" not in printed


def test_another_way_to_a_cluster_is_printed_once(capsys: pytest.CaptureFixture[str]) -> None:
    """In the engine, too, and of a resource that is not a cluster."""
    member = Shown("azure-native:containerservice:FleetMember", {"fleetName": "fleet"})
    assert (
        judge(
            {
                **stack(aks={"linuxProfile": {"ssh": {"publicKeys": [{"keyData": "x"}]}}}),
                "member": member,
            }
        )
        == {}
    )
    printed = capsys.readouterr().err
    assert printed.count("`aks`: SSH keys allow sign-in") == 1
    assert printed.count("`member`: a person who controls the fleet can change the cluster") == 1


def test_settings_of_a_stack_go_by_its_name_project_and_tags() -> None:
    """The URN tells stack and project, the engine tells the tags."""
    for when, applies in (
        ({"stack": "dev"}, True),
        ({"project": "shop", "tags": {"environment": "te*"}}, True),
        ({"project": "other"}, False),
        ({"tags": {"environment": "prod"}}, False),
    ):
        settings = [{"when": when, "set": {"coverage": "cis"}}]
        servicer = Servicer(
            configuration={"aks-audit-logs": {"stacks": settings}},
            tags={"environment": "test"},
        )
        found = judge(stack(audit={"logs": LOGS[:2]}), servicer)
        assert ("aks-audit-logs" not in found) is applies


def test_a_level_that_a_stack_softens_is_printed_or_silent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The engine's level stays; advisory is printed, disabled says nothing."""
    for level, words in (("advisory", "aks-audit-logs: `aks`"), ("disabled", "")):
        settings = [{"when": {}, "set": {"enforcementLevel": level}}]
        servicer = Servicer(configuration={"aks-audit-logs": {"stacks": settings}})
        assert judge(stack(audit={"logs": LOGS[:2]}), servicer) == {}
        printed = capsys.readouterr().err
        assert words in printed
        assert bool(printed) is bool(words)


def test_a_pack_of_few_rules_has_its_settings_and_says_what_it_leaves_open(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """CIS does not ask for guard; a stack without clusters is told nothing."""
    servicer = Servicer(find_pack("cis-aks-audit"))
    assert judge(stack(audit={"logs": LOGS[:2]}), servicer) == {}
    assert "decides 4 of 51 items" in capsys.readouterr().err
    assert set(judge(stack(audit={"logs": LOGS[:1]}), servicer)) == {"aks-audit-logs"}
    capsys.readouterr()
    assert judge({"workspace": BASE["workspace"]}, servicer) == {}
    assert capsys.readouterr().err == ""


def test_what_is_undecided_and_set_to_be_reported_is_printed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of the rules beside the three it is so by default."""
    group = "/subscriptions/s/resourceGroups/g"
    literal = {"workspaceId": f"{group}/providers/Microsoft.OperationalInsights/workspaces/w"}
    assert judge(stack(audit=literal)) == {}
    assert "aks-audit-retention: UNDECIDED: `aks`" in capsys.readouterr().err


@pytest.mark.parametrize("notes", ["mandatory", "disabled"])
def test_one_preview_is_not_judged_by_the_stack_of_the_one_before(
    notes: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In Python 1 equals True, and 1 switches no category on."""
    monkeypatch.setattr("random.sample", lambda names, _count: list(names))
    servicer = Servicer(configuration={"kubewitness-notes": {"enforcementLevel": notes}})
    ones = [{**entry, "enabled": 1} for entry in LOGS]
    assert "aks-audit-logs" in judge(stack(audit={"logs": ones}), servicer)
    assert judge(stack(), servicer) == {}
    assert "aks-audit-logs" in judge(stack(audit={"logs": ones}), servicer)


def test_an_exemption_that_the_next_preview_does_not_use_is_printed_then(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The exemptions of each preview are counted on their own."""
    exemptions = [{**EXEMPTION, "resource": "aks"}]
    servicer = Servicer(configuration={"aks-audit-logs": {"exemptions": exemptions}})
    assert judge(stack(audit={"logs": LOGS[:2]}), servicer) == {}
    assert "unused" not in capsys.readouterr().err
    assert judge(stack(), servicer) == {}
    assert capsys.readouterr().err.startswith("aks-audit-logs: unused exemption of `aks`")


def test_one_preview_leaves_no_trace_in_the_next() -> None:
    """The engine may show several stacks to one process."""
    servicer = Servicer()
    assert set(judge(stack(audit={"logs": LOGS[:2]}), servicer)) == {"aks-audit-logs"}
    assert judge(stack(), servicer) == {}
    assert {entry["category"] for entry in LOGS} == set(CATEGORIES)


def test_a_secret_that_the_command_line_could_not_decrypt_is_unknown() -> None:
    """`pulumi policy analyze --file` writes a text in its place."""
    redacted = "[secret]"
    for changes, policy in (
        ({"audit": {"workspaceId": redacted}}, "aks-audit-logs"),
        ({"audit": {"logs": redacted}}, "aks-audit-logs"),
        ({"aks": {"disableLocalAccounts": redacted}}, "aks-local-accounts"),
    ):
        changed = stack(**changes)
        if "workspaceId" in changes.get("audit", {}):
            links = {"resourceUri": ("aks",)}
            changed["audit"] = replace(changed["audit"], links=links)
        found = judge(changed)
        assert found[policy].count("UNDECIDED")
        assert "could not decrypt" in found[policy]
        assert "aks-audit-settings-valid" not in found or "not the ID" not in str(found)
