"""`kubewitness access`: what it prints, and what its exit codes mean."""

import json
from pathlib import Path

import duckdb
import pytest
import yaml

from kubewitness.errors import ExitCode
from support.audit_requests import request
from support.command import read, run
from support.granted_files import bound, rule, write_rbac
from support.used_access import ADA, cluster_request, write_log

ACCOUNT = "system:serviceaccount:shop:web"
EVENTS = [
    request("get", "secrets", "db", user=ADA),
    request("list", "pods", user=ADA),
    request("get", "pods", "a", user=ADA),
    request("get", "pods", "b", user=ADA),
    request("get", "configmaps", "1e3", namespace="1e3", user=ACCOUNT),
    cluster_request("get", "/healthz", user=ACCOUNT),
]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of two subjects."""
    return write_log(EVENTS, tmp_path_factory.mktemp("log"))


def test_a_table_has_the_rules_of_each_subject_and_what_they_generalise(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The last line counts, and has the period."""
    code, out, _ = run(capsys, "access", log)
    assert code == ExitCode.OK
    lines = [line.strip() for line in out.splitlines()]
    assert "shop: get secrets named db" in lines
    assert "shop: get,list,watch pods" in lines
    assert "generalised: get pods in shop: 2 names were used" in lines
    assert "generalised: watch pods in shop: `list` was used" in lines
    assert "(cluster): get /healthz" in lines
    assert "2 subjects used 6 permissions; period 2026-03-01T10:00:" in lines[-1]


def test_exact_keeps_names(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And grants no other verb."""
    _, out, _ = run(capsys, "access", log, "--user", ADA, "--exact")
    assert "shop: get pods named a, b" in out
    assert "shop: list pods\n" in out
    assert "generalised" not in out


def test_yaml_has_roles_and_bindings_with_quoted_texts(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kubectl reads a plain `1e3` as a number."""
    code, out, _ = run(capsys, "access", log, "--subject", "shop/web", "--format", "yaml")
    assert code == ExitCode.OK
    assert 'namespace: "1e3"' in out
    objects = list(yaml.safe_load_all(out))
    assert [one["kind"] for one in objects] == [
        "ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"
    ]  # fmt: skip
    assert objects[2]["rules"] == [
        {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["1e3"], "verbs": ["get"]}
    ]
    account = {"kind": "ServiceAccount", "namespace": "shop", "name": "web"}
    assert objects[1]["subjects"] == objects[3]["subjects"] == [account]
    assert objects[3]["roleRef"]["name"] == objects[2]["metadata"]["name"]


def test_json_has_each_permission_with_its_times(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For programs."""
    code, out, _ = run(capsys, "access", log, "--user", ADA, "--format", "json")
    assert code == ExitCode.OK
    document = json.loads(out)
    (subject,) = document["subjects"]
    assert len(subject["permissions"]) == 4
    secret = next(one for one in subject["permissions"] if one["resource"] == "secrets")
    assert (secret["name"], secret["requests"], secret["authorizer"]) == ("db", 1, "kubernetes")
    assert secret["first"] == secret["last"]
    assert document["period"]["from"] <= secret["first"] <= document["period"]["to"]


def test_a_subject_that_the_log_does_not_have_is_reported_with_similar_ones(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It would otherwise look as if the subject used nothing."""
    code, out, err = run(capsys, "access", log, "--user", "ada@shop.exampl")
    assert (code, out) == (ExitCode.NOTHING, "")
    assert f"did you mean `{ADA}`" in err


def test_a_period_without_events_is_nothing_to_check(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is granted would otherwise be called unused."""
    granted = write_rbac(bound("dev", [rule(["delete"], ["pods"])]), tmp_path)
    code, out, err = run(capsys, "access", log, "--granted", granted, "--until", "2000-01-01")
    assert (code, out) == (ExitCode.NOTHING, "")
    assert "no audit events in the period" in err


@pytest.mark.parametrize("command", ["access", "timeline"])
def test_a_store_that_was_not_read_to_the_end_is_reported(
    command: str, log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A permission whose use was not read would otherwise be called unused."""
    store = tmp_path / "logs.store"
    read(store, log)
    assert "interrupted" not in run(capsys, command, store)[2]
    with duckdb.connect(str(store)) as connection:
        connection.execute("UPDATE store.version SET is_settled = false")
    code, _, err = run(capsys, command, store)
    assert code == ExitCode.OK
    assert "warning: reading was interrupted, so events can be missing" in err
