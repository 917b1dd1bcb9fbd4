"""What the real engine makes of levels, settings, faults and several packs at once."""

import itertools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from kubewitness.policies.crossguard.pack_folder import write_policy_pack
from kubewitness.policies.packs import all_packs
from support.engine import Engine, Outcome, write_project
from support.scenarios import LOGS, PRELUDE

pytestmark = pytest.mark.engine

WITHOUT_GUARD = PRELUDE + 'setting("audit", cluster("aks").id, ALL[:2])'
OPEN = PRELUDE + (
    'setting("audit", cluster("aks", disable_local_accounts=False, aad_profile=None).id)'
)
GROUP = "11111111-1111-1111-1111-111111111111"
_numbers = itertools.count()


def preview(  # noqa: PLR0913 what a run consists of
    engine: Engine,
    folder: Path,
    source: str,
    settings: Mapping[str, Any],
    packs: tuple[str, ...] = ("kubewitness",),
    *,
    up: bool = False,
) -> Outcome:
    """A first preview of a program, or its deployment."""
    program = write_project(folder / "program", source, name=f"levels-{next(_numbers)}")
    assert engine.init_stack(program).exit_code == 0
    folders = [write_policy_pack(name, folder / "cache") for name in packs]
    run = engine.up if up else engine.preview
    return run(program, folders, [settings, *({} for _ in packs[1:])])


def test_mandatory_blocks(engine: Engine, tmp_path: Path) -> None:
    """The preview fails, and says which category is missing."""
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, {LOGS: "mandatory"})
    assert outcome.exit_code != 0
    assert [(v.policy, v.level) for v in outcome.violations] == [(LOGS, "mandatory")]


def test_advisory_prints_and_lets_through(engine: Engine, tmp_path: Path) -> None:
    """The same words, and the preview succeeds."""
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, {LOGS: "advisory"})
    assert outcome.exit_code == 0
    assert [(v.policy, v.level) for v in outcome.violations] == [(LOGS, "advisory")]
    assert "category `guard` is not sent anywhere" in outcome.violations[0].message


def test_disabled_is_silent(engine: Engine, tmp_path: Path) -> None:
    """Not a word of the policy."""
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, {LOGS: "disabled"})
    assert outcome.exit_code == 0
    assert LOGS not in outcome.stdout + outcome.stderr


def test_remediate_mends_the_categories_and_then_passes(engine: Engine, tmp_path: Path) -> None:
    """What is deployed has all three, and nothing is reported any more."""
    settings = {f"{LOGS}-remediation": "remediate"}
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, settings, up=True)
    assert outcome.exit_code == 0, outcome.stdout
    deployed = engine.export(tmp_path / "program").document["deployment"]["resources"]
    assert outcome.violations == []
    assert {event["policyName"] for event in outcome.remediations} == {f"{LOGS}-remediation"}
    (made,) = [one for one in deployed if one["type"].endswith(":DiagnosticSetting")]
    assert {entry["category"] for entry in made["inputs"]["logs"]} == {
        "kube-audit",
        "kube-audit-admin",
        "guard",
    }


def test_remediate_of_access_needs_a_group_and_switches_everything(
    engine: Engine, tmp_path: Path
) -> None:
    """Without the group the level changes nothing, and the policies block."""
    level = {"enforcementLevel": "remediate"}
    policies = ("aks-local-accounts", "aks-entra-rbac")
    refused = preview(engine, tmp_path / "one", OPEN, dict.fromkeys(policies, level))
    assert {v.policy for v in refused.mandatory} == set(policies)
    with_group = {**level, "adminGroupObjectIds": [GROUP]}
    remediated = preview(engine, tmp_path / "two", OPEN, dict.fromkeys(policies, with_group))
    assert remediated.exit_code == 0, remediated.stdout
    assert "rotate-certs" in remediated.stdout + remediated.stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({LOGS: {"coverage": "half"}}, "coverage"),
        ({LOGS: {"covrage": "any"}}, "covrage"),
        ({LOGS: {"exemptions": [{"resource": "x"}]}}, "exemptions"),
        ({"aks-audit-retention": {"totalDays": "long"}}, "totalDays"),
    ],
    ids=str,
)
def test_a_wrong_configuration_is_a_clear_error(
    engine: Engine, tmp_path: Path, settings: dict[str, Any], words: str
) -> None:
    """The engine stops, and names the setting."""
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, settings)
    assert outcome.exit_code != 0
    assert words in outcome.stdout + outcome.stderr
    assert not any("Traceback" in violation.message for violation in outcome.violations)


def test_settings_by_stack_exemptions_and_declarations_reach_the_engine(
    engine: Engine, tmp_path: Path
) -> None:
    """An exemption in force is printed, one that nothing uses is reported, and none blocks."""
    exemption = {"reason": "moves away", "owner": "shop team", "expires": "2999-01-01"}
    settings = {
        "kubewitness-common": {
            "exemptions": [
                {**exemption, "resource": "aks", "policy": LOGS},
                {**exemption, "resource": "gone"},
            ]
        },
        "aks-local-accounts": {
            "stacks": [{"when": {"stack": "dev"}, "set": {"enforcementLevel": "disabled"}}]
        },
    }
    source = PRELUDE + (
        'setting("audit", cluster("aks", disable_local_accounts=False).id, ALL[:2])'
    )
    outcome = preview(engine, tmp_path, source, settings)
    assert outcome.exit_code == 0, outcome.stdout
    text = outcome.stdout + outcome.stderr
    assert "EXEMPT: `aks`" in text
    assert "by exemption of `aks` by shop team until 2999-01-01: moves away" in text
    assert "unused exemption of `gone`" in text


RAISING = """\
from dataclasses import replace

from kubewitness import serve
from kubewitness.policies import packs, registry


def broken(*_):
    raise KeyError("x")


policies = tuple(replace(policy, judge=broken) for policy in registry.all_policies())
packs.all_policies = lambda: policies
serve()
"""


def test_a_policy_that_raises_blocks(engine: Engine, tmp_path: Path) -> None:
    """Every policy of this pack is broken, and every violation names its policy."""
    folder = write_policy_pack("kubewitness", tmp_path / "cache")
    (folder / "__main__.py").write_text(RAISING, "utf-8")
    program = write_project(tmp_path / "program", WITHOUT_GUARD, name="raising")
    assert engine.init_stack(program).exit_code == 0
    outcome = engine.preview(program, [folder])
    assert outcome.exit_code != 0
    assert LOGS in {violation.policy for violation in outcome.mandatory}
    assert all("itself failed (KeyError)" in v.message for v in outcome.violations)


def test_all_packs_load_side_by_side(engine: Engine, tmp_path: Path) -> None:
    """Each gives its own verdict: CIS does not ask for guard, the others do."""
    outcome = preview(engine, tmp_path, WITHOUT_GUARD, {}, tuple(all_packs()))
    assert outcome.exit_code != 0
    assert {(v.pack, v.policy) for v in outcome.mandatory} == {
        ("kubewitness", LOGS),
        ("psrule-parity", LOGS),
    }
    assert "decides 4 of 51 items" in outcome.stdout + outcome.stderr
