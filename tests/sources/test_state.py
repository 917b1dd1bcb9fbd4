"""Exported state as a source: what it holds, what it hides, and what is no state."""

import io
import json
import re
import subprocess
import sys
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from kubewitness.errors import ExitCode, InputError
from kubewitness.policies.verdict import Outcome
from kubewitness.reports.json_report import report
from kubewitness.reports.sarif import sarif
from kubewitness.reports.table import print_results
from support.azure_ids import azure_id
from support.check_source import check_source
from support.oracle import BASE, SECRET
from support.states import write_state

CLUSTER_ID = azure_id("aks", BASE["aks"])
WORKSPACE_ID = azure_id("workspace", BASE["workspace"])


def resource(name: str, **changes: Any) -> dict[str, Any]:
    """A resource of the base stack as a state holds it."""
    shown = BASE[name]
    inputs = {**shown.inputs, **changes.pop("inputs", {})}
    if name == "audit":
        inputs |= {"resourceUri": CLUSTER_ID, "workspaceId": WORKSPACE_ID}
    return {
        "urn": f"urn:pulumi:prod::shop::{shown.type}::{name}",
        "type": shown.type,
        "custom": True,
        "id": azure_id(name, shown),
        "inputs": inputs,
        "outputs": inputs,
        **changes,
    }


def outcomes(file: Path) -> dict[str, Outcome]:
    """The outcomes of the AKS rules."""
    return {v.policy_id: v.outcome for v in check_source(file).verdicts}


def test_a_deployed_stack_in_order_passes(tmp_path: Path) -> None:
    """Literal ids link what nothing depends on; calls are not shown."""
    found = outcomes(write_state(tmp_path, *(resource(name) for name in BASE)))
    assert found.pop("aks-admin-credentials") is Outcome.NOT_APPLICABLE
    assert set(found.values()) == {Outcome.PASS}


def test_the_value_of_a_target_decides_and_not_what_it_was_computed_from(tmp_path: Path) -> None:
    """An `apply` can return another cluster's ID: a preview cannot know it, a state contains it."""
    aks, audit = resource("aks"), resource("audit")
    audit["propertyDependencies"] = {"resourceUri": [aks["urn"]]}
    other = f"{CLUSTER_ID.rpartition('/')[0]}/other"
    for target, outcome in ((CLUSTER_ID, Outcome.PASS), (other, Outcome.FAIL)):
        audit["inputs"]["resourceUri"] = target
        found = check_source(write_state(tmp_path, aks, resource("workspace"), audit)).verdicts
        assert [
            verdict.outcome
            for verdict in found
            if verdict.policy_id == "aks-audit-logs" and verdict.resource.name == "aks"
        ] == [outcome]


def test_a_state_is_judged_as_it_is_also_at_level_remediate(tmp_path: Path) -> None:
    """The engine would remediate at the next update; what is deployed lacks its logs until then."""
    lacking = resource("audit", inputs={"logs": [{"category": "kube-audit", "enabled": True}]})
    file = write_state(tmp_path, resource("aks"), resource("workspace"), lacking)
    configuration = tmp_path / "policy.json"
    configuration.write_text(json.dumps({"aks-audit-logs-remediation": "remediate"}))
    found = check_source(file, policy_pack_config=configuration)
    assert {v.policy_id for v in found.verdicts if v.outcome is Outcome.FAIL} == {"aks-audit-logs"}


def test_a_secret_is_unknown_until_it_is_exported_in_clear(tmp_path: Path) -> None:
    """`--show-secrets` writes the plaintext, which is read."""
    hidden = {"disableLocalAccounts": {**SECRET, "ciphertext": "v1:abc"}}
    shown = {"disableLocalAccounts": {**SECRET, "plaintext": "false"}}
    redacted = {"disableLocalAccounts": "[secret]"}
    for inputs, outcome in (
        (hidden, Outcome.UNDECIDED),
        (redacted, Outcome.UNDECIDED),
        (shown, Outcome.FAIL),
    ):
        rest = [resource("workspace"), resource("audit")]
        file = write_state(tmp_path, resource("aks", inputs=inputs), *rest)
        assert outcomes(file)["aks-local-accounts"] is outcome


def test_a_secret_that_is_exported_in_clear_is_not_shown(tmp_path: Path) -> None:
    """The file holds it, and reports go where many read them."""
    audit = resource("audit")
    audit["inputs"] |= {"workspaceId": {**SECRET, "plaintext": '"hunter2-hunter2"'}}
    found = check_source(write_state(tmp_path, resource("aks"), audit))
    shown = report([found]).model_dump_json()
    assert "`[secret]` is not the ID of a Log Analytics workspace" in shown
    assert "hunter2" not in shown


def test_a_cluster_that_is_only_read_is_not_this_stacks(tmp_path: Path) -> None:
    """`external` in the state is what `.get()` leaves there."""
    file = write_state(tmp_path, {**resource("aks"), "external": True, "inputs": {}})
    assert set(outcomes(file).values()) == {Outcome.NOT_APPLICABLE}
    assert check_source(file).exit_code is ExitCode.NOTHING


def test_what_waits_to_be_deleted_counts_no_more(tmp_path: Path) -> None:
    """A setting that was replaced collects nothing."""
    rest = [resource("aks"), resource("workspace")]
    file = write_state(tmp_path, *rest, {**resource("audit"), "delete": True})
    assert outcomes(file)["aks-audit-logs"] is Outcome.FAIL


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("not json", "cannot be read as JSON"),
        ("[]", "is not an exported state: a file must be the exported state of a stack"),
        ('{"deployment": {"resources": 5}}', "is not an exported state"),
        ('{"deployment": {"resources": [5]}}', "resource 0: is not an object"),
        ('{"deployment": {"resources": [{"type": "x"}]}}', "resource 0: has no `urn`"),
        ("[" * 100_000, "cannot be read as JSON"),
    ],
    ids=lambda value: value[:30],
)
def test_what_is_no_state_is_an_error_that_says_so(
    tmp_path: Path, content: str, words: str
) -> None:
    """Never a stack without clusters."""
    file = tmp_path / "state.json"
    file.write_text(content, "utf-8")
    with pytest.raises(InputError) as error:
        check_source(file)
    assert words in str(error.value)


URN = "urn:pulumi:prod::shop::a:b:C::name"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"propertyDependencies": 5}, "its `propertyDependencies` is not an object"),
        (
            {"propertyDependencies": {"a": 5}},
            "its `propertyDependencies`: `a` is not a list of URNs",
        ),
        (
            {"propertyDependencies": {"a": [5]}},
            "its `propertyDependencies`: `a` is not a list of URNs",
        ),
        ({"delete": "false"}, "its `delete` is not true or false"),
        ({"external": 0}, "its `external` is not true or false"),
        ({"parent": 5}, "its `parent` is not text"),
        ({"provider": []}, "its `provider` is not text"),
        ({"outputs": "x"}, "its `outputs` is not an object"),
        ({"urn": "name"}, "its `urn` is not a URN"),
    ],
    ids=str,
)
def test_a_field_of_another_form_is_an_error_that_names_it(
    tmp_path: Path, changes: dict[str, Any], words: str
) -> None:
    """A resource that is waiting to be deleted counts no more, so `"false"` must not be true."""
    with pytest.raises(InputError, match=re.escape(f"resource 0: {words}")) as error:
        check_source(write_state(tmp_path, {"urn": URN, "type": "a:b:C", **changes}))
    assert len(error.value.faults) == 1


@pytest.mark.parametrize("plaintext", [False, True], ids=["inputs", "a secret"])
def test_a_state_that_nests_deeply_is_an_error_or_unknown(tmp_path: Path, plaintext: bool) -> None:
    """Python would run out of frames somewhere in the middle of a policy."""
    deep = "[" * 900 + "]" * 900
    tags = {**SECRET, "plaintext": deep} if plaintext else json.loads(deep)
    file = write_state(
        tmp_path, resource("aks", inputs={"tags": tags, "disableLocalAccounts": tags})
    )
    if plaintext:
        assert outcomes(file)["aks-local-accounts"] is Outcome.UNDECIDED
        return
    with pytest.raises(InputError, match="is nested too deeply"):
        check_source(file)


def test_half_a_character_in_a_state_is_an_error(tmp_path: Path) -> None:
    """No terminal and no report can show it."""
    with pytest.raises(InputError, match="half a character"):
        check_source(write_state(tmp_path, resource("aks", inputs={"location": "\ud800"})))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
WORDS = st.sampled_from([SECRET, {**SECRET, "plaintext": "["}, "kube-audit", CLUSTER_ID, [[]], {}])


@given(data=st.data())
def test_a_malformed_state_is_judged_or_is_an_error_never_a_crash(data: st.DataObject) -> None:
    """Any value may stand anywhere in it."""
    resources = [resource(name) for name in BASE]
    document = deepcopy({"version": 3, "deployment": {"resources": resources}})
    for _ in range(data.draw(st.integers(1, 3))):
        put(document, data, data.draw(JSON | WORDS))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "state.json")
        file.write_text(json.dumps(document), "utf-8")
        try:
            result = check_source(file)
        except InputError:
            return
        print_results(Console(file=io.StringIO()), [result], tree=True)
        json.dumps(sarif([result]))
        report([result]).model_dump_json()


def put(document: Any, data: st.DataObject, value: Any) -> None:
    """Put a value in some place of a document."""
    while True:
        places = list(document) if isinstance(document, dict) else range(len(document))
        place = data.draw(st.sampled_from(places))
        inner = document[place]
        if not isinstance(inner, dict | list) or not inner or data.draw(st.integers(0, 4)) == 0:
            document[place] = deepcopy(value)
            return
        document = inner


def test_a_file_of_bytes_is_told_what_it_should_be(tmp_path: Path) -> None:
    """In words, and not by the name of an exception; its own name is no place to export to."""
    file = tmp_path / "shop.tar.gz"
    file.write_bytes(b"\x1f\x8b\x08\x00\xff")
    with pytest.raises(InputError) as error:
        check_source(file)
    assert "`pulumi stack export --file state.json` writes" in str(error.value)
    assert "Error" not in str(error.value)


def test_all_faults_of_a_state_are_told_at_once(tmp_path: Path) -> None:
    """With the number of each resource."""
    with pytest.raises(InputError) as error:
        check_source(write_state(tmp_path, {"urn": 1}, {"urn": "x", "type": "y", "inputs": []}, {}))
    assert len(error.value.faults) == 6


def test_an_empty_state_is_nothing_to_check(tmp_path: Path) -> None:
    """Exit code 3, by the command itself."""
    command = [
        str(Path(sys.executable).parent / "kubewitness"),
        "check",
        str(write_state(tmp_path)),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == ExitCode.NOTHING
    assert "nothing to check" in done.stderr


def exported(folder: Path, resources: list[Any], pending: list[Any]) -> Path:
    """A state with operations that did not end."""
    file = folder / "state.json"
    inner = {"resources": resources, "pending_operations": pending}
    file.write_text(json.dumps({"version": 3, "deployment": inner}), "utf-8")
    return file


CORE = ("aks-audit-logs", "aks-local-accounts", "aks-entra-rbac")


@pytest.mark.parametrize("doing", ["creating", "updating", "deleting", "importing"])
@pytest.mark.parametrize("name", ["aks", "audit"])
def test_what_an_interrupted_deployment_did_is_undecided(
    tmp_path: Path, doing: str, name: str
) -> None:
    """A cluster may exist in part, and a setting may not exist at all."""
    rest = [resource(other) for other in BASE if other != name or doing != "creating"]
    pending = [{"resource": resource(name), "type": doing}]
    file = exported(tmp_path, rest, pending)
    expected = CORE if name == "aks" else CORE[:1]
    found = outcomes(file)
    assert {found[policy] for policy in expected} <= {Outcome.UNDECIDED, Outcome.PASS}
    assert any(found[policy] is Outcome.UNDECIDED for policy in expected)
    messages = [
        reason.message
        for verdict in check_source(file).verdicts
        if verdict.policy_id in expected and verdict.outcome is Outcome.UNDECIDED
        for reason in verdict.judgement.reasons
    ]
    assert all(f"interrupted while it was {doing}" in message for message in messages)


def test_a_second_cluster_that_was_being_created_is_undecided(tmp_path: Path) -> None:
    """A good one beside it changes nothing."""
    other = {**resource("aks"), "urn": "urn:pulumi:prod::shop::x::other", "id": ""}
    pending = [{"resource": other, "type": "creating"}]
    file = exported(tmp_path, [resource(name) for name in BASE], pending)
    found = [v for v in check_source(file).verdicts if v.resource.name == "other"]
    outcome = {v.policy_id: v.outcome for v in found}
    assert outcome["aks-local-accounts"] is Outcome.UNDECIDED
    assert outcome["aks-audit-logs"] is not Outcome.PASS


def test_what_was_only_being_read_is_known(tmp_path: Path) -> None:
    """To read changes nothing."""
    pending = [{"resource": resource("aks"), "type": "reading"}]
    file = exported(tmp_path, [resource(name) for name in BASE], pending)
    assert outcomes(file)["aks-local-accounts"] is Outcome.PASS


DRIFTED: list[tuple[str, dict[str, Any], str]] = [
    ("aks", {"disableLocalAccounts": False}, "aks-local-accounts"),
    ("aks", {"aadProfile": {"managed": True, "enableAzureRBAC": False}}, "aks-entra-rbac"),
    ("aks", {"apiServerAccessProfile": {"enablePrivateCluster": False}}, "aks-api-access"),
    (
        "audit",
        {"logs": [{"category": "kube-audit", "enabled": False}]},
        "aks-audit-logs",
    ),
    ("audit", {"logs": []}, "aks-audit-logs"),
    ("audit", {"logs": [{"enabled": True}]}, "aks-audit-logs"),
    ("workspace", {"retentionInDays": 30}, "aks-audit-retention"),
]


@pytest.mark.parametrize(("name", "outputs", "policy"), DRIFTED)
def test_what_drifted_is_undecided(
    tmp_path: Path, name: str, outputs: dict[str, Any], policy: str
) -> None:
    """After a refresh the outputs say what is there, and the inputs what was asked for."""
    good = resource(name)
    changed = {**good, "outputs": {**good["outputs"], **outputs}}
    file = write_state(tmp_path, *(changed if other == name else resource(other) for other in BASE))
    (verdict,) = (v for v in check_source(file).verdicts if v.policy_id == policy)
    assert verdict.outcome is Outcome.UNDECIDED
    assert "differ from the inputs" in " ".join(r.message for r in verdict.judgement.reasons)


def test_what_azure_spells_in_its_own_way_has_not_drifted(tmp_path: Path) -> None:
    """Regions, ids, the order of lists, and what it adds."""
    ranges = {"authorizedIPRanges": ["203.0.113.7", "198.51.100.0/24"]}
    aks = resource("aks", inputs={"location": "West Europe", "apiServerAccessProfile": ranges})
    shown = {"authorizedIPRanges": ["198.51.100.0/24", "203.0.113.7/32"]}
    more = {"location": "westeurope", "apiServerAccessProfile": shown, "fqdn": "x"}
    audit = resource("audit")
    off = {"category": "kube-scheduler", "enabled": False}
    entries = [
        {**entry, "retentionPolicy": {"days": 0, "enabled": False}}
        for entry in audit["inputs"]["logs"][::-1]
    ]
    listed = {"logs": [off, *entries], "workspaceId": WORKSPACE_ID.upper()}
    file = write_state(
        tmp_path,
        {**aks, "outputs": {**aks["inputs"], **more}},
        {**audit, "outputs": {**audit["inputs"], **listed}},
        resource("workspace"),
    )
    found = outcomes(file)
    judged = ("aks-audit-logs", "aks-local-accounts", "aks-entra-rbac", "aks-api-access")
    assert {found[policy] for policy in judged} == {Outcome.PASS}


def test_a_cluster_that_waits_to_be_deleted_is_there_until_then(tmp_path: Path) -> None:
    """It is judged, unless the state has what replaced it."""
    old = {**resource("aks", inputs={"disableLocalAccounts": False}), "delete": True}
    rest = [resource("workspace"), resource("audit")]
    assert outcomes(write_state(tmp_path, old, *rest))["aks-local-accounts"] is Outcome.FAIL
    replaced = write_state(tmp_path, old, resource("aks"), *rest)
    assert outcomes(replaced)["aks-local-accounts"] is Outcome.PASS


@pytest.mark.parametrize("pending", [5, "x", [5], [{"type": "creating"}], [{"resource": {}}]])
def test_operations_of_another_form_are_an_error(tmp_path: Path, pending: Any) -> None:
    """Never a state without them."""
    with pytest.raises(InputError):
        check_source(exported(tmp_path, [resource(name) for name in BASE], pending))
