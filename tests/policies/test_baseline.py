"""A baseline hides what was there before, until a day, and nothing else."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubewitness.errors import ExitCode, InputError
from kubewitness.policies.baseline import (
    NO_BASELINE,
    Baseline,
    added,
    baseline_text,
    compare,
    read_baseline,
    renewed,
)
from kubewitness.policies.check import CheckResult, check
from kubewitness.policies.exemptions import POLICY_ERROR
from kubewitness.policies.verdict import Outcome, Reason, fail, undecided
from kubewitness.printable import printable
from kubewitness.sources.load import load
from support.command import run
from support.states import CLUSTER_TYPE, state_resource, write_state

TODAY = date(2026, 11, 30)
UNTIL = date(2027, 2, 28)
RANGES = "apiServerAccessProfile"
BAD: dict[str, Any] = {
    "disableLocalAccounts": False,
    "aadProfile": {"managed": True, "enableAzureRBAC": True},
    RANGES: {"authorizedIPRanges": ["0.0.0.0/0"]},
}


def checked(folder: Path, *clusters: tuple[str, dict[str, Any]]) -> CheckResult:
    """Check a state of clusters."""
    resources = [state_resource(name, inputs=inputs) for name, inputs in clusters]
    return check(load(write_state(folder, *resources)))


def results(result: CheckResult) -> set[tuple[str, str, str]]:
    """The results that are left: policy, cluster and code."""
    return {
        (verdict.policy_id, verdict.resource.name, reason.code)
        for verdict in result.verdicts
        if verdict.outcome in (Outcome.FAIL, Outcome.UNDECIDED)
        for reason in verdict.judgement.reasons
    }


def test_a_baseline_hides_all_old_results_and_the_check_passes(tmp_path: Path) -> None:
    """The last day counts; what is hidden is counted."""
    before = checked(tmp_path, ("aks", BAD))
    assert before.exit_code is ExitCode.VIOLATION
    baseline = renewed(NO_BASELINE, [before], UNTIL)
    for day in (TODAY, UNTIL):
        compared = compare(baseline, [before], day)
        (after,) = compared.results
        assert after.exit_code is ExitCode.OK
        assert results(after) == set()
        assert after.in_baseline == len(results(before)) == len(compared.hidden)
        assert compared.fixed == ()


def test_an_expired_entry_is_a_result_again_with_a_note(tmp_path: Path) -> None:
    """The day after its last one."""
    before = checked(tmp_path, ("aks", BAD))
    baseline = renewed(NO_BASELINE, [before], UNTIL)
    (after,) = compare(baseline, [before], UNTIL + timedelta(days=1)).results
    assert results(after) == results(before)
    assert after.exit_code is ExitCode.VIOLATION
    assert after.in_baseline == 0
    assert any(note.startswith(f"expired on {UNTIL} in the baseline") for note in after.notes)


@pytest.mark.parametrize(
    "changed",
    [
        [("aks", {**BAD, RANGES: {"authorizedIPRanges": ["0.0.0.0/0", "AzureCloud"]}})],
        [("aks", {**BAD, RANGES: {"authorizedIPRanges": ["10.0.0.0/7"]}})],
        [("aks", {**BAD, RANGES: {}})],
        [("aks", BAD), ("aks2", BAD)],
        [("aks2", BAD)],
    ],
    ids=["one more range", "another range", "no range", "one more cluster", "another cluster"],
)
def test_a_new_result_is_never_hidden(
    tmp_path: Path, changed: list[tuple[str, dict[str, Any]]]
) -> None:
    """Also one of the same policy on the same cluster."""
    baseline = renewed(NO_BASELINE, [checked(tmp_path / "a", ("aks", BAD))], UNTIL)
    (after,) = compare(baseline, [checked(tmp_path / "b", *changed)], TODAY).results
    assert "aks-api-access" in {policy for policy, _, _ in results(after)}


def test_a_verdict_that_becomes_worse_is_a_new_result(tmp_path: Path) -> None:
    """A baseline of an undecided verdict does not hide the violation."""
    secret = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}
    unknown = {"disableLocalAccounts": {**secret, "ciphertext": "x"}}
    before = checked(tmp_path / "a", ("aks", unknown))
    (verdict,) = (v for v in before.verdicts if v.policy_id == "aks-local-accounts")
    assert verdict.outcome is Outcome.UNDECIDED
    baseline = renewed(NO_BASELINE, [before], UNTIL)
    failed = checked(tmp_path / "b", ("aks", {"disableLocalAccounts": False}))
    (after,) = compare(baseline, [failed], TODAY).results
    assert "aks-local-accounts" in {policy for policy, _, _ in results(after)}


def test_the_same_result_on_another_line_is_hidden(tmp_path: Path) -> None:
    """Fingerprints ignore line numbers."""
    lines = [
        state_resource("aks", inputs=BAD, sourcePosition=f"project:///__main__.py#{line},1")
        for line in (3, 70)
    ]
    first, second = (
        check(load(write_state(tmp_path / f"{i}", one))) for i, one in enumerate(lines)
    )
    baseline = renewed(NO_BASELINE, [first], UNTIL)
    (after,) = compare(baseline, [second], TODAY).results
    assert results(after) == set()


def test_a_second_doubt_with_the_same_code_is_new(tmp_path: Path) -> None:
    """Two properties of one workspace are unknown, and each message names only the workspace."""
    result = checked(tmp_path, ("aks", BAD))
    cap = Reason("unknown-receiver", "whether the workspace `w` has a daily cap is unknown")
    purge = Reason("unknown-receiver", "whether the workspace `w` purges records is unknown")
    one, both = (
        replace(result, verdicts=(replace(result.verdicts[0], judgement=undecided(*reasons)),))
        for reasons in ((cap,), (cap, purge))
    )
    (after,) = compare(renewed(NO_BASELINE, [one], UNTIL), [both], TODAY).results
    assert after.verdicts[0].judgement == undecided(purge)


def test_fixed_results_leave_the_file_and_other_stacks_stay(tmp_path: Path) -> None:
    """An entry keeps its last day when the file is written again."""
    before = checked(tmp_path / "a", ("aks", BAD))
    other = checked(tmp_path / "b", ("aks", BAD))
    baseline = renewed(NO_BASELINE, [before, of_stack(other, "test")], UNTIL)
    better = checked(tmp_path / "c", ("aks", {**BAD, "disableLocalAccounts": True}))
    fixed = compare(baseline, [better], TODAY).fixed
    assert {entry.policy for entry in fixed} == {"aks-local-accounts"}
    assert {entry.source for entry in fixed} == {"shop/prod"}
    after = renewed(baseline, [better], UNTIL + timedelta(days=90))
    assert {entry.expires for entry in after.results} == {UNTIL}
    kept = {entry.source for entry in after.results if entry.policy == "aks-local-accounts"}
    assert kept == {"shop/test"}


def of_stack(result: CheckResult, name: str) -> CheckResult:
    """The same results of another stack."""
    stack = replace(result.loaded.stack, name=name)
    return replace(result, loaded=replace(result.loaded, stack=stack))


def test_a_fault_of_a_policy_is_never_hidden(tmp_path: Path) -> None:
    """Nobody knows what the policy would have found."""
    result = checked(tmp_path, ("aks", BAD))
    verdict = replace(result.verdicts[0], judgement=fail(Reason(POLICY_ERROR, "it failed")))
    broken = replace(result, verdicts=(verdict,))
    baseline = renewed(NO_BASELINE, [broken], UNTIL)
    assert baseline.results == ()
    (after,) = compare(baseline, [broken], TODAY).results
    assert after.verdicts == (verdict,)


@given(
    st.lists(
        st.builds(
            dict,
            source=st.text(min_size=1).map(printable),
            policy=st.text(min_size=1).map(printable),
            result=st.text().map(printable),
            fingerprint=st.text("0123456789abcdef", min_size=32, max_size=32),
            expires=st.dates(),
        ),
        max_size=5,
    )
)
def test_a_written_baseline_is_read_as_it_was(entries: list[dict[str, Any]]) -> None:
    """Whatever names and messages hold."""
    baseline = Baseline.model_validate({"version": 1, "results": entries})
    document = yaml.safe_load(baseline_text(baseline))
    read = Baseline.model_validate(document)
    assert set(read.results) == set(baseline.results)


def test_every_fault_of_a_baseline_has_its_line(tmp_path: Path) -> None:
    """A key that is misspelt, a day that is none, a missing fingerprint."""
    file = tmp_path / "baseline.yaml"
    file.write_text(
        "version: 1\nresults:\n- source: a\n  policy: b\n  expires: soon\n  fingerprnt: x\n",
        "utf-8",
    )
    with pytest.raises(InputError) as raised:
        read_baseline(file)
    text = str(raised.value)
    assert "baseline.yaml:5" in text
    assert "must be a date" in text
    assert "fingerpr" in text


def test_added_entries_and_later_days_are_listed(tmp_path: Path) -> None:
    """Both hide more than before; an earlier day does not."""
    result = checked(tmp_path, ("aks", BAD))
    before = renewed(NO_BASELINE, [result], UNTIL)
    assert added(NO_BASELINE, before) == before.results
    assert added(before, before) == ()
    assert added(before, renewed(NO_BASELINE, [result], UNTIL - timedelta(days=1))) == ()
    later = renewed(NO_BASELINE, [result], UNTIL + timedelta(days=1))
    assert added(before, later) == later.results


def test_the_command_writes_a_baseline_and_then_fails_on_new_results_only(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The last line counts what is hidden."""
    state = write_state(tmp_path / "a", state_resource("aks", inputs=BAD))
    file = tmp_path / "baseline.yaml"
    assert run(capfd, "check", state)[0] == 1
    code, out, _ = run(capfd, "check", state, "--write-baseline", file)
    assert code == 0
    assert "hidden by the baseline" in out.splitlines()[-1]
    entries = read_baseline(file).results
    assert {e.expires for e in entries} == {datetime.now(UTC).date() + timedelta(days=90)}
    code, out, _ = run(capfd, "check", state, "--baseline", file, "--format", "json")
    assert code == 0
    assert json.loads(out)["summary"]["inBaseline"] == len(entries)
    two = write_state(tmp_path / "b", *(state_resource(n, inputs=BAD) for n in ("aks", "new")))
    code, out, _ = run(capfd, "check", two, "--baseline", file)
    assert code == 1
    assert f"`new` ({CLUSTER_TYPE})" in out
    assert f"`aks` ({CLUSTER_TYPE})" not in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--baseline", "{old}", "--write-baseline", "{file}"], "exclude each other"),
        (["--write-baseline", "{program}"], "program.py"),
        (["--baseline-expires", "2027-01-01"], "needs --write-baseline"),
    ],
    ids=["two baselines", "a file that is not a baseline", "nothing to write"],
)
def test_no_option_overwrites_entries_or_another_file(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    """Bad usage is exit code 2, and every file stays as it was."""
    state = write_state(tmp_path / "a", state_resource("aks", inputs=BAD))
    names = {name: tmp_path / name for name in ("old", "file")}
    paths = {**names, "program": tmp_path / "program.py"}
    for path in paths.values():
        path.write_text("version: 1\n" if path.name != "program.py" else "x = 1\n", "utf-8")
    before = {path: path.read_text("utf-8") for path in paths.values()}
    code, _, err = run(capfd, "check", state, *(word.format(**paths) for word in words))
    assert code == 2
    assert message in err
    assert {path: path.read_text("utf-8") for path in paths.values()} == before


def test_a_source_that_cannot_be_read_is_never_hidden(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """It is exit code 2, and its entries are not called fixed."""
    state = write_state(tmp_path / "a", state_resource("aks", inputs=BAD))
    file = tmp_path / "baseline.yaml"
    run(capfd, "check", state, "--write-baseline", file)
    written = file.read_text("utf-8")
    state.write_text("{", "utf-8")
    code, out, _ = run(capfd, "check", state, "--write-baseline", file, "--format", "markdown")
    assert code == 2
    assert "not everything could be checked" in out
    assert "Fixed" not in out
    assert file.read_text("utf-8") == written
