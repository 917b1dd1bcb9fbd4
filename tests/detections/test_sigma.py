"""Sigma's rules find on events what they say, and one that can find nothing is rejected."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubewitness.detections.custom.load import read_custom
from kubewitness.detections.detection import Detection
from kubewitness.detections.object_paths.paths import unknown_paths
from kubewitness.detections.sigma.files import import_sigma
from kubewitness.errors import ExitCode, InputError
from support.audit_requests import findings, request
from support.command import run
from support.sigma_cases import CASES, EXEC, HEAD, REJECTED, whole


def write(folder: Path, detection: object, **changes: object) -> Path:
    """A rule as a file; the detection is one selection, or whole where it has a condition."""
    path = folder / "something.yml"
    path.write_text(yaml.safe_dump({**HEAD, "detection": whole(detection), **changes}), "utf-8")
    return path


def imported(folder: Path, detection: object, **changes: object) -> Detection:
    """The rule that one becomes."""
    found = import_sigma(write(folder, detection, **changes))
    assert not found.rejected
    (rule,) = found.detections
    return rule


def ids(events: list[dict[str, Any]]) -> set[str]:
    """The audit ids of events."""
    return {event["auditID"] for event in events}


@pytest.mark.parametrize("name", CASES)
def test_a_rule_finds_what_it_is_about_and_nothing_like_it(name: str, tmp_path: Path) -> None:
    """Each request once, whatever KQL and the backend would make of it."""
    case = CASES[name]
    rule = imported(tmp_path, case.detection)
    assert unknown_paths(rule.query) == ()
    events = [*case.found, *case.passed]
    rows = findings([rule], events, tmp_path)[rule.slug]
    assert sorted(row["AuditId"] for row in rows) == sorted(ids(list(case.found)))


@pytest.mark.parametrize("reason", REJECTED)
def test_a_rule_that_can_find_nothing_is_rejected(reason: str, tmp_path: Path) -> None:
    """With its file, its title and what to write."""
    path = write(tmp_path, REJECTED[reason])
    found = import_sigma(path)
    assert not found.detections
    (rejected,) = found.rejected
    told = rejected.reason
    assert told.startswith(f"{path}: Something happened: ")
    assert reason in told


def test_a_session_that_is_logged_twice_is_found_once(tmp_path: Path) -> None:
    """When it begins and when it ends."""
    rule = imported(tmp_path, CASES["dotted fields are columns and no literals"].detection)
    rows = findings([rule], [{**EXEC, "stage": "ResponseStarted"}, EXEC], tmp_path)[rule.slug]
    assert len(rows) == 1


def test_a_rule_keeps_what_sigma_says_of_it(tmp_path: Path) -> None:
    """Its author too, whom Sigma's licence wants named."""
    rule = imported(tmp_path, {"requestObject.spec.hostNetwork": True, "verb": "create"})
    assert (rule.id, rule.name, rule.slug) == (HEAD["id"], HEAD["title"], "something")
    assert rule.severity == "High"
    assert rule.tactics == ("CredentialAccess", "DefenseEvasion")
    assert rule.relevant_techniques == ("T1552.007",)
    assert rule.description.startswith("It should not have.\n")
    assert "by Ada" in rule.description
    assert rule.kubewitness is not None
    assert rule.kubewitness.false_positives == ("Administrators",)
    assert rule.kubewitness.needs == ("request bodies",)
    assert {mapping.entity_type for mapping in rule.entity_mappings} == {
        "Account",
        "IP",
        "AzureResource",
    }


@pytest.mark.parametrize(
    ("detection", "needs"),
    [({"verb": "get"}, ("reads",)), ({"objectRef.name": "a"}, ("reads",)), ({"verb": "patch"}, ())],
)
def test_a_rule_needs_reads_unless_it_is_about_writes(
    detection: Mapping[str, object], needs: tuple[str, ...], tmp_path: Path
) -> None:
    """Category `kube-audit-admin` has no `get` and no `list`."""
    notes = imported(tmp_path, detection).kubewitness
    assert notes is not None
    assert notes.needs == needs


@pytest.mark.parametrize(
    ("level", "severity"),
    [("high", "High"), ("medium", "Medium"), ("low", "Low"), ("informational", "Informational")],
)
def test_a_level_is_a_severity(level: str, severity: str, tmp_path: Path) -> None:
    """Of Sentinel's four; `critical` is High."""
    assert imported(tmp_path, {"verb": "get"}, level=level).severity == severity


def test_what_a_rule_seeks_in_vain_is_told(tmp_path: Path) -> None:
    """It is imported, for it finds others."""
    verb = import_sigma(write(tmp_path, {"verb": ["replace", "update"]}))
    assert "`verb` is never `replace`" in verb.notes[0]
    stream = import_sigma(write(tmp_path, {"verb": "create", "objectRef.subresource": "exec"}))
    assert "by `get` since version 1.30" in stream.notes[0]
    both = import_sigma(write(tmp_path, {"verb": "*", "objectRef.subresource": "exec"}))
    assert (len(both.detections), both.notes) == (1, ())


OTHERS: dict[str, tuple[dict[str, object], str]] = {
    "source": ({"logsource": {"product": "windows", "service": "security"}}, "not product"),
    "level": ({"level": "worst"}, "level"),
    "condition": ({"detection": {"a": {"verb": "get"}, "condition": "a | count() > 3"}}, ""),
    "missing": ({"detection": {"a": {"verb": "get"}, "condition": "b"}}, "b"),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_is_no_such_rule_is_rejected(what: str, tmp_path: Path) -> None:
    """Another log, or a fault in the file, in one line and without a traceback."""
    changes, reason = OTHERS[what]
    found = import_sigma(write(tmp_path, **{"detection": {"verb": "get"}, **changes}))
    assert not found.detections
    assert reason in found.rejected[0].reason


def test_a_correlation_is_rejected_and_the_rule_beside_it_is_not(tmp_path: Path) -> None:
    """The backend would lose its time span."""
    path = write(tmp_path, {"verb": "get"}, name="gets")
    burst = {
        "title": "Many",
        "correlation": {
            "type": "event_count",
            "rules": ["gets"],
            "group-by": ["user.username"],
            "timespan": "5m",
            "condition": {"gte": 10},
        },
    }
    path.write_text(f"{path.read_text('utf-8')}---\n{yaml.safe_dump(burst)}", "utf-8")
    found = import_sigma(path)
    assert [rule.name for rule in found.detections] == ["Something happened"]
    assert "Many: the Kusto backend has no correlation" in found.rejected[0].reason


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One rule of Sentinel's and three of Sigma's, of which two have one file name."""
    rules = tmp_path / "rules"
    for name, detection in {
        "good": {"verb": "list", "objectRef.resource": "secrets"},
        "wrong": {"hostPath": "*"},
        "other": {"verb": "delete"},
    }.items():
        (rules / name).mkdir(parents=True)
        write(rules / name, detection, title=name)
    (rules / "own.yaml").write_text("name: own\nquery: AKSAudit | where Verb == 'list'\n", "utf-8")
    return rules


def log(tmp_path: Path) -> Path:
    """A log of two requests."""
    path = tmp_path / "audit.ndjson"
    events = [request("list", "secrets"), request("delete", "pods", "a")]
    path.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    return path


def test_hunt_runs_a_folder_of_both_and_says_what_it_does_not_run(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Files of the same name are rules of their own."""
    code, out, err = run(capsys, "hunt", log(tmp_path), "--rules", folder, "--format", "json")
    assert code == ExitCode.VIOLATION
    document = json.loads(out)
    found = {finding["detection"]: finding["name"] for finding in document["findings"]}
    assert found == {"something": "good", "something-2": "other", "own": "own"}
    assert "warning: not run: " in err
    assert "wrong: `hostPath` is in no such audit event" in err
    assert (document["summary"]["detections"], document["summary"]["not_run"]) == (4, 1)
    (not_run,) = document["not_run"]
    assert not_run["detection"] == "something-3"
    (reason,) = not_run["reasons"]
    assert "wrong: `hostPath` is in no such audit event" in reason


def test_hunt_warns_of_what_a_rule_seeks_in_vain(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As the import does."""
    write(tmp_path, {"verb": ["get", "replace"]})
    words = ("hunt", log(tmp_path), "--rules", tmp_path / "something.yml", "--format", "json")
    _, out, err = run(capsys, *words)
    (warning,) = json.loads(out)["warnings"]
    assert "`verb` is never `replace`" in warning
    assert f"warning: {warning}" in err


def test_a_name_chooses_among_rules_of_sigma_also_one_that_is_rejected(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is there, and is not run."""
    words = ("hunt", log(tmp_path), "--rules", folder, "--format", "json", "--rule")
    for name, expected, counts in (
        ("something", ExitCode.VIOLATION, (1, 0)),
        ("something-3", ExitCode.UNREADABLE, (1, 1)),
    ):
        code, out, _ = run(capsys, *words, name)
        summary = json.loads(out)["summary"]
        assert (code, (summary["detections"], summary["not_run"])) == (expected, counts)


def test_hunt_that_could_not_run_a_rule_is_not_all_well(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where the others find nothing."""
    rules = folder / "wrong"
    assert run(capsys, "hunt", log(tmp_path), "--rules", rules)[0] == ExitCode.UNREADABLE


def test_elsewhere_a_rejected_rule_is_a_fault(folder: Path) -> None:
    """Whoever does not take the reasons must not miss them."""
    with pytest.raises(InputError, match="hostPath"):
        read_custom(folder)


def test_import_sigma_writes_rules_of_sentinel(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it writes is what `hunt` runs, and Sentinel's rules are passed over."""
    output = tmp_path / "made" / "here"
    code, out, err = run(capsys, "import-sigma", folder, "--output", output)
    assert (code, out) == (ExitCode.UNREADABLE, "imported 2, rejected 1\n")
    assert "rejected: " in err
    written = {rule.slug: rule for rule in read_custom(output)}
    sigma = {rule.name: rule for rule in import_sigma(folder).detections}
    assert written["something"].model_dump() == sigma["good"].model_dump()
    assert written["something-2"].model_dump() == sigma["other"].model_dump()
    assert "query: |\n  KubeAudit\n" in (output / "something.yaml").read_text("utf-8")


def test_import_sigma_leaves_a_file_alone_that_somebody_tuned(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It names it and ends with 2, unless told to overwrite; the other files are written."""
    rules, output = folder / "good", tmp_path / "made"
    assert run(capsys, "import-sigma", rules, "--output", output)[0] == ExitCode.OK
    (first,) = output.iterdir()
    made = first.read_text("utf-8")
    assert run(capsys, "import-sigma", rules, "--output", output) == (
        0,
        "imported 1, rejected 0\n",
        "",
    )

    first.write_text(made.replace("severity:", "# tuned\nseverity:"), "utf-8")
    code, out, err = run(capsys, "import-sigma", folder, "--output", output)
    assert (code, out) == (ExitCode.USAGE, "imported 1, rejected 1, left alone 1\n")
    assert f"not changed: {first}: exists and differs" in err
    assert "# tuned" in first.read_text("utf-8")
    assert len(list(output.iterdir())) == 2

    assert run(capsys, "import-sigma", rules, "--output", output, "--force")[0] == ExitCode.OK
    assert first.read_text("utf-8") == made


def test_import_sigma_into_what_cannot_be_written_is_an_error(
    tmp_path: Path, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 and the path."""
    (tmp_path / "file").write_text("", "utf-8")
    output = tmp_path / "file" / "folder"
    code, _, err = run(capsys, "import-sigma", folder, "--output", output)
    assert code == ExitCode.USAGE
    assert "cannot be written" in err


def test_import_sigma_of_nothing_is_nothing_to_check(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder without a rule is told from one whose rules are all rejected."""
    (tmp_path / "own.yaml").write_text("name: own\nquery: AKSAudit\n", "utf-8")
    code, _, err = run(capsys, "import-sigma", tmp_path, "--output", tmp_path / "made")
    assert code == ExitCode.NOTHING
    assert "holds no Sigma rule" in err
    assert not (tmp_path / "made").exists()


def test_without_the_extra_the_error_says_how_to_install_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only where there is a Sigma rule."""
    monkeypatch.setitem(sys.modules, "kubewitness.detections.sigma.rules", None)
    with pytest.raises(InputError, match=r"install kubewitness\[sigma\]"):
        import_sigma(write(tmp_path, {"verb": "get"}))
