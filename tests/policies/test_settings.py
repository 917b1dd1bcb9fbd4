"""How policies are set: layers, stacks, exemptions, what others collect, and every mistake told."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from pydantic import ValidationError

from kubewitness.errors import InputError
from kubewitness.graph.build import build_graph
from kubewitness.graph.stack import Stack
from kubewitness.graph.values import Unknown
from kubewitness.policies.crossguard.schema import settings_schema
from kubewitness.policies.evaluate import evaluate, unused
from kubewitness.policies.exemptions import CollectedElsewhere, Exemption
from kubewitness.policies.judging.destinations import matches
from kubewitness.policies.packs import find_pack
from kubewitness.policies.registry import all_policies, find_policy
from kubewitness.policies.settings import COMMON, NOTES, Document, Level, PolicySettings
from kubewitness.policies.settings_file import Settings, explain_settings, read_settings
from kubewitness.policies.verdict import Outcome, Verdict
from support.policy_examples import run_example

LOGS = find_policy("aks-audit-logs")
RETENTION = find_policy("aks-audit-retention")
WITHOUT_GUARD = 'setting("audit", cluster("aks").id, ["kube-audit", "kube-audit-admin"])'
TODAY = date(2026, 6, 1)
EXEMPTION = {
    "resource": "aks",
    "reason": "moves to the new platform",
    "owner": "shop team",
    "expires": "2026-12-31",
}


def configured(document: Mapping[str, Any], stack: Stack | None = None) -> Settings:
    """The configuration that a document makes."""
    return Settings(document, all_policies(), stack=stack)


def verdicts(
    program: str, document: Mapping[str, Any], stack: Stack | None = None
) -> dict[str, Verdict]:
    """The verdicts on a program with one cluster, by policy."""
    graph = build_graph(run_example(program)[0])
    found = evaluate(all_policies(), graph, configured(document, stack), TODAY)
    return {verdict.policy_id: verdict for verdict in found}


def test_common_settings_hold_for_each_policy_that_has_them_and_lists_add_up() -> None:
    """A policy's own value wins; its own list is added to the common one."""
    one, two = {"id": "/a", "owner": "soc"}, {"id": "/b", "owner": "soc"}
    document = {
        COMMON: {"totalDays": 400, "allowedDestinations": [one]},
        "aks-audit-retention": {"allowedDestinations": [two]},
        "aks-audit-destination": {},
    }
    configuration: Any = configured(document)
    retention = configuration.of("aks-audit-retention")
    assert retention.total_days == 400
    assert [d.id for d in retention.allowed_destinations] == ["/a", "/b"]
    assert [d.id for d in configuration.of("aks-audit-destination").allowed_destinations] == ["/a"]


@pytest.mark.parametrize(
    ("stack", "level"),
    [
        (Stack("shop", "dev-1"), Level.ADVISORY),
        (Stack("shop", "prod"), Level.MANDATORY),
        (Stack("other", "dev-1"), Level.MANDATORY),
        (Stack("shop", "prod", {"environment": "test"}), Level.DISABLED),
    ],
)
def test_settings_of_some_stacks_go_by_project_name_and_tags(stack: Stack, level: Level) -> None:
    """Everything that `when` names must match, and the last that matches wins."""
    document = {
        "aks-audit-retention": {
            "stacks": [
                {
                    "when": {"project": "shop", "stack": "dev*"},
                    "set": {"enforcementLevel": "advisory"},
                },
                {
                    "when": {"tags": {"environment": "test"}},
                    "set": {"enforcementLevel": "disabled"},
                },
            ]
        }
    }
    assert configured(document, stack).of("aks-audit-retention").level is level


@pytest.mark.parametrize("glob", ["*", "?", "[!p]*", ""])
def test_a_tag_that_a_stack_does_not_have_matches_nothing(glob: str) -> None:
    """Settings for some stacks never soften those that nobody has tagged."""
    tagged = {"when": {"tags": {"environment": glob}}, "set": {"enforcementLevel": "disabled"}}
    configuration = configured({"aks-audit-logs": {"stacks": [tagged]}}, Stack("shop", "prod"))
    assert configuration.of("aks-audit-logs").level is Level.MANDATORY


@pytest.mark.parametrize("common", ["disabled", {"enforcementLevel": "advisory", "totalDays": 400}])
def test_the_common_settings_have_no_level_for_the_policies(common: Any) -> None:
    """The engine would switch off the common policy alone and let every policy block."""
    with pytest.raises(InputError, match="takes no `enforcementLevel`"):
        configured({COMMON: common})


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (
            {"aks-audit-log": {}},
            "no policy is called `aks-audit-log`; did you mean `aks-audit-logs` or ",
        ),
        ({"nonsense": {}}, "no policy is called `nonsense`; policies: aks-admin-credentials, aks"),
        ({"aks-entra-rbac-remediation": {}}, "no policy is called `aks-entra-rbac-remediation`"),
        ({"aks-audit-cost-remediation": {}}, "no policy is called `aks-audit-cost-remediation`"),
        (
            {COMMON: {"coverge": "any"}},
            "kubewitness-common, coverge: unknown key; did you mean `coverage`?",
        ),
        (
            {"aks-audit-logs": {"coverage": "anny"}},
            "aks-audit-logs, coverage: must be `all`, `any` or `cis`; did you mean `any`?",
        ),
        (
            {"aks-audit-logs": "strict"},
            "aks-audit-logs, enforcementLevel: must be `advisory`, `mandatory`, `remediate` or ",
        ),
        (
            {"aks-audit-logs-remediation": "remediat"},
            "aks-audit-logs-remediation, enforcementLevel: must be `advisory`, `mandatory`, ",
        ),
        ({NOTES: {"coverage": "any"}}, "kubewitness-notes, coverage: unknown key; the keys here"),
        ({"all": {"coverage": "any"}}, "all, coverage: unknown key; the keys here are enf"),
        ({COMMON: {"total_days": 5}}, "total_days: unknown key; did you mean `totalDays`"),
        (
            {"aks-audit-logs": {"exemptions": [{"resource": "x"}]}},
            "aks-audit-logs, exemptions, entry 1, owner: is missing; add it",
        ),
        (
            {"aks-audit-logs": {"exemptions": [{**EXEMPTION, "rule": "x"}]}},
            "aks-audit-logs, exemptions, entry 1, rule: `rule` is called `policy` now",
        ),
        (
            {COMMON: {"stacks": [{"when": {}, "set": {"exemptions": [{"rule": "x"}]}}]}},
            "stacks, entry 1, set, exemptions, entry 1, rule: `rule` is called `policy` now",
        ),
        (
            {"aks-audit-logs": {"stacks": [{"when": {"stack": "no"}, "set": {"covrage": "any"}}]}},
            "aks-audit-logs, stacks, entry 1, set, covrage: unknown key; did you mean `coverage`?",
        ),
        ({"aks-audit-retention": {"totalDays": "long"}}, "totalDays"),
        ({"aks-audit-retention": {"interactiveDays": -1}}, "interactiveDays"),
        ({"aks-audit-retention": {"totalDays": -1}}, "totalDays"),
        ({"aks-audit-protected": {"immutableDays": -1}}, "immutableDays"),
        (
            {COMMON: {"allowedDestinations": [{"id": "/x", "owner": "o", "totalDays": -1}]}},
            "kubewitness-common, allowedDestinations, entry 1, totalDays: must be at least 0",
        ),
        (
            {COMMON: {"allowedDestinations": [{"id": "/x", "owner": "o", "protection": "iron"}]}},
            "recorded, hindered, write-once",
        ),
    ],
)
def test_a_mistake_is_named_with_its_place(document: dict[str, Any], words: str) -> None:
    """Also in the settings of a stack that is not this one."""
    with pytest.raises(InputError) as error:
        configured(document)
    assert words in str(error.value)


def test_all_mistakes_are_told_at_once() -> None:
    """Nobody fixes a file one error at a time."""
    with pytest.raises(InputError) as error:
        configured({"nonsense": {}, "aks-audit-logs": {"coverage": 1, "undecided": 2}})
    assert len(error.value.faults) == 3
    assert all(fault.startswith("settings: ") for fault in error.value.faults)


def test_an_exemption_in_force_is_printed_and_does_not_block() -> None:
    """The verdict is exempt, and says who answers for it until when."""
    found = verdicts(WITHOUT_GUARD, {"aks-audit-logs": {"exemptions": [EXEMPTION]}})
    verdict = found["aks-audit-logs"]
    assert verdict.outcome is Outcome.EXEMPT
    assert not verdict.blocks
    assert "shop team until 2026-12-31: moves to" in verdict.declarations[0]


def test_an_expired_exemption_is_a_violation_that_says_so() -> None:
    """The last day still counts, the day after does not."""
    for expires, outcome in (("2026-06-01", Outcome.EXEMPT), ("2026-05-31", Outcome.FAIL)):
        document = {"aks-audit-logs": {"exemptions": [{**EXEMPTION, "expires": expires}]}}
        verdict = verdicts(WITHOUT_GUARD, document)["aks-audit-logs"]
        assert verdict.outcome is outcome
    assert verdict.blocks
    assert verdict.judgement.reasons[-1].code == "exemption-expired"
    assert "has expired" in verdict.judgement.reasons[-1].message


def test_an_exemption_counts_whatever_stands_before_it() -> None:
    """Another resource's, another policy's, one of another category, one that has expired."""
    others = [
        {"resource": "other"},
        {"policy": "eks-*"},
        {"category": "kube-audit"},
        {"expires": "2026-05-31"},
    ]
    exemptions = [*({**EXEMPTION, **other} for other in others), EXEMPTION]
    verdict = verdicts(WITHOUT_GUARD, {"aks-audit-logs": {"exemptions": exemptions}})[LOGS.id]
    assert verdict.outcome is Outcome.EXEMPT
    assert len(verdict.declarations) == 1


@pytest.mark.parametrize(
    ("expires", "outcome"), [("2026-06-01", Outcome.EXEMPT), ("2026-05-31", Outcome.FAIL)]
)
def test_today_is_the_day_in_greenwich(
    expires: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One commit gets one verdict, wherever the machine stands."""

    class Clock:
        @staticmethod
        def now(zone: object) -> datetime:
            return datetime(2026, 6, 1 if zone is UTC else 2, tzinfo=UTC)

    monkeypatch.setattr("kubewitness.policies.evaluate.datetime", Clock)
    graph = build_graph(run_example(WITHOUT_GUARD)[0])
    document = {LOGS.id: {"exemptions": [{**EXEMPTION, "expires": expires}]}}
    (verdict,) = evaluate((LOGS,), graph, configured(document))
    assert verdict.outcome is outcome


def test_an_exemption_of_one_category_exempts_no_other() -> None:
    """What else is missing still fails."""
    program = 'setting("audit", cluster("aks").id, ["kube-audit"])'
    document = {"aks-audit-logs": {"exemptions": [{**EXEMPTION, "category": "guard"}]}}
    verdict = verdicts(program, document)["aks-audit-logs"]
    assert verdict.outcome is Outcome.FAIL
    assert [f.code for f in verdict.judgement.reasons] == ["missing:kube-audit-admin"]


@pytest.mark.parametrize(
    ("others", "category", "codes"),
    [
        ('"kube-audit-admin"', "guard", ["unknown-enabled"]),
        ('"kube-audit-admin"', "other", ["missing:guard", "unknown-enabled"]),
        ("", "guard", ["missing:kube-audit-admin", "unknown-enabled"]),
    ],
)
def test_what_an_exemption_leaves_to_doubt_is_undecided(
    others: str, category: str, codes: list[str]
) -> None:
    """What is certain is exempted: the rest may be in order, and nobody knows."""
    program = (
        f'names = [("kube-audit", workspace.customer_id), *((n, True) for n in [{others}])]\n'
        'setting("audit", cluster("aks").id,\n'
        '    logs=[{"category": name, "enabled": enabled} for name, enabled in names])'
    )
    settings = {"exemptions": [{**EXEMPTION, "category": category}], "undecided": "report"}
    verdict = verdicts(program, {"aks-audit-logs": settings})["aks-audit-logs"]
    assert [finding.code for finding in verdict.judgement.reasons] == codes
    is_doubt = codes == ["unknown-enabled"]
    assert verdict.outcome is (Outcome.UNDECIDED if is_doubt else Outcome.FAIL)
    assert verdict.blocks is not is_doubt


@pytest.mark.parametrize(
    ("policy", "left"),
    [
        ("aks-audit-logs", ["interactive:kube-audit", "interactive:kube-audit-admin"]),
        ("*", ["interactive:kube-audit-admin"]),
    ],
)
def test_an_exemption_of_a_category_is_of_the_policies_that_it_names(
    policy: str, left: list[str]
) -> None:
    """Of each it exempts what is found on that category, and nothing on another one."""
    program = (
        'days = operationalinsights.Workspace("days", resource_group_name=group.name)\n'
        'setting("audit", cluster("aks").id, AUDIT_CATEGORIES[:2], workspace_id=days.id)'
    )
    exemption = {**EXEMPTION, "category": "kube-audit", "policy": policy}
    document = {COMMON: {"exemptions": [exemption], "totalDays": 30}}
    found = verdicts(program, document)
    assert [f.code for f in found["aks-audit-retention"].judgement.reasons] == left
    assert [f.code for f in found["aks-audit-logs"].judgement.reasons] == ["missing:guard"]


@pytest.mark.parametrize("policy", ["*", "aks-audit-logs"])
def test_a_policy_that_fails_itself_cannot_be_exempted(policy: str) -> None:
    """Nobody has seen what it would have found."""

    def broken(*_: object) -> None:
        raise KeyError("x")

    raising = replace(LOGS, judge=broken)  # type: ignore[arg-type]  # a policy that breaks its word
    document = {COMMON: {"exemptions": [{**EXEMPTION, "resource": "*", "policy": policy}]}}
    graph = build_graph(run_example(WITHOUT_GUARD)[0])
    (verdict,) = evaluate((raising,), graph, configured(document), TODAY)
    assert (verdict.outcome, verdict.blocks) == (Outcome.FAIL, True)


@pytest.mark.parametrize("resource", ["urn:pulumi:*::*::*::other", "ak", "other"])
def test_an_exemption_of_another_resource_counts_for_nothing_and_is_reported(
    resource: str,
) -> None:
    """It is unused, and whoever wrote it should know."""
    document = {COMMON: {"exemptions": [{**EXEMPTION, "resource": resource}]}}
    found = verdicts(WITHOUT_GUARD, document)
    assert found["aks-audit-logs"].outcome is Outcome.FAIL
    (report,) = unused(all_policies(), configured(document), found.values())
    assert f"`{resource}`" in report


def test_a_common_exemption_names_its_policy_and_is_used_once() -> None:
    """A glob of policy ids; used by one policy, it is not unused for the others."""
    document = {COMMON: {"exemptions": [{**EXEMPTION, "policy": "aks-audit-l*"}]}}
    found = verdicts(WITHOUT_GUARD, document)
    assert found["aks-audit-logs"].outcome is Outcome.EXEMPT
    assert unused(all_policies(), configured(document), found.values()) == []


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ({LOGS.id: {"exemptions": [EXEMPTION]}, RETENTION.id: {"exemptions": [EXEMPTION]}}, 1),
        ({COMMON: {"exemptions": [EXEMPTION, {**EXEMPTION, "policy": "eks-*"}]}}, 0),
        ({LOGS.id: {"exemptions": [EXEMPTION, {**EXEMPTION, "reason": "moves"}]}}, 0),
        ({COMMON: {"exemptions": [EXEMPTION]}, LOGS.id: {"exemptions": [EXEMPTION]}}, 1),
        (
            {
                COMMON: {"stacks": [{"when": {}, "set": {"exemptions": [EXEMPTION]}}]},
                RETENTION.id: {"exemptions": [EXEMPTION]},
            },
            1,
        ),
    ],
    ids=["policies", "common", "prefix", "common-and-policy", "stacks"],
)
def test_an_unused_exemption_that_reads_like_a_used_one_is_reported_where_it_stands(
    document: dict[str, Any], where: int
) -> None:
    """Neither equal words nor a word less make it the other one."""
    found = verdicts(WITHOUT_GUARD, document)
    assert found[LOGS.id].outcome is Outcome.EXEMPT
    (report,) = unused(all_policies(), configured(document), found.values())
    assert report.startswith(f"{list(document)[where]}: unused exemption of `aks`")


def test_an_exemption_that_is_written_twice_in_one_place_counts_once() -> None:
    """Which of the two was used cannot be told, and nothing would change without the other."""
    document = {LOGS.id: {"exemptions": [EXEMPTION, EXEMPTION]}}
    found = verdicts(WITHOUT_GUARD, document)
    assert unused(all_policies(), configured(document), found.values()) == []


def test_an_exemption_that_has_expired_is_not_unused() -> None:
    """The verdict names it already."""
    document = {LOGS.id: {"exemptions": [{**EXEMPTION, "expires": "2026-05-31"}]}}
    found = verdicts(WITHOUT_GUARD, document)
    assert unused(all_policies(), configured(document), found.values()) == []


ELSEWHERE = {
    "resource": "aks",
    "by": "the policy assignment setbypolicy",
    "categories": ["guard"],
    "expires": "2027-01-01",
}


def test_what_others_collect_counts_and_is_a_verdict_of_its_own() -> None:
    """No exemption: the logs are collected, and the report says by whom."""
    document = {"aks-audit-logs": {"collectedElsewhere": [ELSEWHERE]}}
    verdict = verdicts(WITHOUT_GUARD, document)["aks-audit-logs"]
    assert verdict.outcome is Outcome.COLLECTED_ELSEWHERE
    assert not verdict.blocks
    assert "setbypolicy until 2027-01-01" in verdict.declarations[0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"expires": "2026-05-31"}, "the declaration has expired"),
        ({"resource": "other"}, "category `guard` is not sent"),
        ({"categories": ["kube-audit"]}, "category `guard` is not sent"),
    ],
)
def test_a_declaration_that_does_not_cover_what_is_missing_helps_nothing(
    change: dict[str, Any], words: str
) -> None:
    """Expired, of another cluster, of another category."""
    document = {"aks-audit-logs": {"collectedElsewhere": [{**ELSEWHERE, **change}]}}
    verdict = verdicts(WITHOUT_GUARD, document)["aks-audit-logs"]
    assert verdict.outcome is Outcome.FAIL
    assert words in " ".join(f.message for f in verdict.judgement.reasons)


@pytest.mark.parametrize(
    ("expires", "codes"),
    [
        ("2026-06-01", ["missing:kube-audit"]),
        ("2026-05-31", ["missing:kube-audit", "missing:guard", "declaration-expired"]),
    ],
)
def test_a_declaration_has_expired_on_the_day_after_its_last(
    expires: str, codes: list[str]
) -> None:
    """Until then only what it does not cover is missing."""
    program = 'setting("audit", cluster("aks").id, ["kube-audit-admin"])'
    document = {"aks-audit-logs": {"collectedElsewhere": [{**ELSEWHERE, "expires": expires}]}}
    findings = verdicts(program, document)["aks-audit-logs"].judgement.reasons
    assert [finding.code for finding in findings] == codes


@pytest.mark.parametrize(
    ("log_types", "outcome"),
    [("audit", Outcome.COLLECTED_ELSEWHERE), ("all", Outcome.UNDECIDED)],
)
def test_what_is_hidden_of_an_eks_cluster_matters_only_where_nobody_else_collects_it(
    log_types: str, outcome: Outcome
) -> None:
    """Whatever the cluster lists, the rest is declared."""
    elsewhere = {**ELSEWHERE, "resource": "eks", "categories": ["audit"]}
    settings = {"collectedElsewhere": [elsewhere], "logTypes": log_types}
    program = 'aws.eks.Cluster("eks", enabled_cluster_log_types=workspace.customer_id)'
    verdict = verdicts(program, {"eks-audit-logs": settings})["eks-audit-logs"]
    assert verdict.outcome is outcome


def test_a_pack_sets_what_the_user_may_set_again() -> None:
    """The pack's settings stand between the policy's and the user's."""
    policies = find_pack("cis-aks-audit").policies
    plain: Any = Settings({}, all_policies(), policies)
    own: Any = Settings({"aks-audit-logs": {"coverage": "all"}}, all_policies(), policies)
    assert plain.of("aks-audit-logs").coverage == "cis"
    assert own.of("aks-audit-logs").coverage == "all"


def test_packs_name_policies_that_exist_with_settings_that_are_valid() -> None:
    """A few lines of data, and no misspelt one."""
    for name in ("kubewitness", "cis-aks-audit", "psrule-parity"):
        pack = find_pack(name)
        Settings({}, all_policies(), pack.policies)
        assert {policy.id for policy in pack.members} == (
            set(pack.policies) or {policy.id for policy in all_policies()}
        )
    with pytest.raises(InputError, match="kubewitness, cis-aks-audit, psrule-parity"):
        find_pack("nonsense")


def test_the_benchmark_pack_says_how_much_it_leaves_open() -> None:
    """Items decided are keyed by titles that its policies refer to, or that one policy covers."""
    benchmark = find_pack("cis-aks-audit").benchmark
    assert benchmark is not None
    assert str(benchmark) == (
        "CIS AKS Benchmark v1.8.0: this pack decides 4 of 51 items (`Enable audit Logs`; "
        "`Manage Kubernetes RBAC users with Azure AD`; `Use Azure RBAC for Kubernetes "
        "Authorization`; `Restrict Access to the Control Plane Endpoint`); 47 are not assessed"
    )


@pytest.mark.parametrize("policy", all_policies(), ids=lambda policy: policy.id)
def test_the_engine_checks_the_same_settings_as_we_do(policy: Any) -> None:
    """CrossGuard's schema takes every example's settings and refuses what we refuse."""
    schema = {"type": "object", "properties": settings_schema(policy.settings)}
    for example in policy.examples:
        jsonschema.validate(example.settings, schema)
    assert "enforcementLevel" not in schema["properties"]
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"exemptions": [{"resource": "x"}]}, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"undecided": "shrug"}, schema)


class Part(Document):
    """A member called like a keyword of JSON schema, and one that may be left out."""

    title: str
    chosen_level: Level | None = None


class Sample(PolicySettings):
    """Settings that no policy has so far."""

    some_parts: tuple[Part, ...] = ()


def test_a_setting_reaches_the_engine_whole_and_by_the_name_that_users_write() -> None:
    """No reference is left, no default, and no member is taken for a keyword."""
    levels = ["advisory", "mandatory", "remediate", "disabled"]
    assert settings_schema(Sample)["someParts"] == {
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": False,
            "required": ["title"],
            "properties": {
                "title": {"type": "string"},
                "chosenLevel": {"anyOf": [{"type": "string", "enum": levels}, {"type": "null"}]},
            },
        },
    }


def test_a_file_is_read_with_the_packs_defaults_and_for_the_stack(tmp_path: Path) -> None:
    """As UTF-8, whatever the machine's own encoding; without a file everything is at default."""
    file = tmp_path / "settings.json"
    settings = [{"when": {"stack": "dév"}, "set": {"coverage": "any"}}]
    document = {"aks-audit-logs": {"stacks": settings}}
    file.write_text(json.dumps(document, ensure_ascii=False), "utf-8")
    defaults = {"aks-audit-retention": {"totalDays": 10}}
    for path, stack, coverage in (
        (file, Stack("p", "dév"), "any"),
        (file, Stack("p", "prod"), "all"),
        (None, Stack("p", "dév"), "all"),
    ):
        loaded: Any = read_settings(path).resolve(defaults, stack)
        assert loaded.of("aks-audit-logs").coverage == coverage
        assert loaded.of("aks-audit-retention").total_days == 10


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{", "1: cannot be read as JSON: Expecting property name enclosed in double quotes"),
        ("[" * 100_000, "cannot be read as JSON: is nested too deeply"),
        ("[]", "1: must be a JSON object with a member for each policy"),
        ('{"nonsense": {}}', "1: nonsense: no policy is called `nonsense`"),
        ('{\n\t"all": {\n\t\t"undecided": "no"\n\t}\n}', "3: all, undecided: must be `block` or"),
    ],
)
def test_a_file_that_is_no_configuration_is_named(content: str, words: str, tmp_path: Path) -> None:
    """Every fault begins with the file."""
    file = tmp_path / "settings.json"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError) as error:
        read_settings(file)
    assert all(fault.startswith(f"{file}:") for fault in error.value.faults)
    assert words in str(error.value)


def test_a_fault_in_common_settings_is_told_once_and_where_it_was_written(tmp_path: Path) -> None:
    """Not once for each policy that has the setting, of which the user wrote none."""
    file = tmp_path / "settings.json"
    incomplete = {name: text for name, text in EXEMPTION.items() if name != "owner"}
    document = {COMMON: {"exemptions": [EXEMPTION, incomplete]}, "aks-audit-logs": {}}
    file.write_text(json.dumps(document, indent=2), "utf-8")
    with pytest.raises(InputError) as error:
        read_settings(file)
    line = file.read_text("utf-8").splitlines().index("      {", 4) + 1
    assert error.value.faults == (
        f"{file}:{line}: {COMMON}, exemptions, entry 2, owner: is missing; add it",
    )


def test_a_pack_with_wrong_settings_is_refused() -> None:
    """As the user's own are, and not taken for theirs."""
    with pytest.raises(InputError, match=r"^the pack: aks-audit-logs, coverage: must be `all`, "):
        Settings({}, all_policies(), {"aks-audit-logs": {"coverage": "none"}})


def test_without_a_file_the_stack_and_the_pack_still_count() -> None:
    """The pack may set something for some stacks."""
    settings = [{"when": {"stack": "dev"}, "set": {"totalDays": 1}}]
    defaults = {"aks-audit-retention": {"stacks": settings}}
    loaded: Any = read_settings(None).resolve(defaults, Stack("p", "dev"))
    assert loaded.of("aks-audit-retention").total_days == 1


@pytest.mark.parametrize(
    ("pattern", "fits"),
    [
        ("/subscriptions/*/resourceGroups/shop/providers/*/*/*", True),
        ("subscriptions/*/resourceGroups/shop/", True),
        ("/SUBSCRIPTIONS/*/RESOURCEGROUPS/SHOP/providers/*/*/logs", True),
        ("/subscriptions/*/resourceGroups/other/providers/*/*/*", False),
        ("/subscriptions/*/resourceGroups/shop/providers/*/*/logs/more", False),
        ("/subscriptions/s/resourceGroups/shop/providers/*/*/*", None),
        ("/subscriptions/s/resourceGroups/other/providers/*/*/*", False),
        ("/subscriptions/*/resourceGroups/*", True),
        ("/subscriptions/*", True),
    ],
)
def test_a_pattern_is_compared_segment_by_segment(pattern: str, fits: bool | None) -> None:
    """What is unknown of an id decides nothing, unless the pattern takes anything there."""
    identifier: list[Any] = [
        *("subscriptions", Unknown(), "resourcegroups", "shop", "providers"),
        *("microsoft.operationalinsights", "workspaces", "logs"),
    ]
    assert matches(pattern, identifier) is fits
    assert matches(pattern, []) is None


@pytest.mark.parametrize("odd", ["..", ".", ""])
def test_an_id_with_segments_that_lead_elsewhere_matches_nothing(odd: str) -> None:
    """`security/../shop` is the shop's, whatever stands first."""
    identifier: list[Any] = ["subscriptions", "s", "resourcegroups", "security", odd, "shop"]
    assert matches("/subscriptions/*/resourceGroups/security", identifier) is False
    assert matches("/subscriptions/*", identifier) is False


def test_an_exemption_and_a_declaration_read_as_sentences() -> None:
    """They stand in reports as they are."""
    exemption = Exemption.model_validate({**EXEMPTION, "category": "guard"})
    assert str(exemption) == (
        "exemption of `aks` for category `guard` by shop team until 2026-12-31: "
        "moves to the new platform"
    )
    assert str(Exemption.model_validate(EXEMPTION)).startswith("exemption of `aks` by shop")
    categories = {**ELSEWHERE, "categories": ["guard", "kube-audit"]}
    assert str(CollectedElsewhere.model_validate(categories)) == (
        "`guard`, `kube-audit` of `aks` collected by the policy assignment setbypolicy "
        "until 2027-01-01"
    )


def test_a_policy_is_found_by_its_id_alone() -> None:
    """A wrong one is told which there are."""
    assert tuple(find_policy(policy.id) for policy in all_policies()) == all_policies()
    with pytest.raises(
        InputError, match="no policy is called `x`; policies: aks-admin-credentials, aks"
    ):
        find_policy("x")


def test_faults_of_one_policy_are_told_without_the_file() -> None:
    """In the engine: those of the common settings by their name, else those of the policy."""
    policy = find_policy("aks-audit-retention")
    with pytest.raises(ValidationError) as error:
        policy.settings.model_validate({"totalDays": -1})
    common = {"allowedDestinations": [{"id": "/x"}]}
    told = explain_settings(policy, common, {"interactiveDays": -1}, error.value)
    assert [str(fault) for fault in told] == [
        f"{COMMON}, allowedDestinations, entry 1, owner: is missing; add it",
        "interactiveDays: must be at least 0",
    ]
    assert [str(fault) for fault in explain_settings(policy, {}, {}, error.value)] == [
        "totalDays: must be at least 0"
    ]


def test_faults_of_a_policy_and_of_its_stacks_are_told_together(tmp_path: Path) -> None:
    """One hides no other."""
    stacks = [{"when": {"stack": "prod"}, "set": {"covrage": "any"}}]
    path = tmp_path / "settings.json"
    path.write_text(json.dumps({"aks-audit-logs": {"coverage": "most", "stacks": stacks}}), "utf-8")
    with pytest.raises(InputError) as error:
        read_settings(path)
    first, second = error.value.faults
    assert "coverage: must be" in first
    assert "unknown key; did you mean `coverage`?" in second
