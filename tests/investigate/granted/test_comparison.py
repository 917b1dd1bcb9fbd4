"""A permission is called unused only if its use would have been visible."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from kubewitness.errors import ExitCode
from support.audit_requests import request
from support.command import run
from support.granted_files import CLUSTER, bound, rule, write_azure, write_rbac
from support.used_access import ADA

PREFIX = "Microsoft.ContainerService/managedClusters"
BY_AZURE = {
    "authorization.k8s.io/decision": "allow",
    "authorization.k8s.io/reason": "Access allowed by Azure RBAC Role Assignment "
    "a4d546e5fc3b4a1c9a570d2f0c2b7e11 of Role 7f6c6a51bcf842ba922052d62157d7db to user ada",
}
ASSIGNMENT = {
    "name": "a4d546e5-fc3b-4a1c-9a57-0d2f0c2b7e11",
    "principalId": "11111111-1111-1111-1111-111111111111",
    "principalName": ADA,
    "roleDefinitionId": "/subscriptions/s/providers/Microsoft.Authorization/roleDefinitions/"
    "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
    "roleDefinitionName": "Azure Kubernetes Service RBAC Reader",
    "scope": CLUSTER,
}
OTHER = {**ASSIGNMENT, "name": "b4d546e5-fc3b-4a1c-9a57-0d2f0c2b7e11"}


def exported(events: Sequence[dict[str, Any]], folder: Path, category: str = "kube-audit") -> Path:
    """The events as a diagnostic setting exports them."""
    log = folder / "PT1H.json"
    records = (
        {
            "time": event["stageTimestamp"],
            "resourceId": CLUSTER.upper(),
            "category": category,
            "operationName": "Microsoft.ContainerService/managedClusters/diagnosticLogs/Read",
            "properties": {"log": json.dumps(event) + "\n", "stream": "stdout", "pod": "a"},
        }
        for event in events
    )
    log.write_text("".join(f"{json.dumps(one)}\n" for one in records), "utf-8")
    return log


def compared(
    capsys: pytest.CaptureFixture[str], log: Path, *granted: Path, words: Sequence[str] = ()
) -> dict[str, Any]:
    """The comparison in the JSON document."""
    files = [word for path in granted for word in ("--granted", path)]
    code, out, err = run(capsys, "access", log, *files, *words, "--format", "json")
    assert code == ExitCode.OK, err
    document: dict[str, Any] = json.loads(out)
    return document


def statuses(document: dict[str, Any]) -> dict[str, str]:
    """The status of each claim, by its permission."""
    return {claim["permission"]: claim["status"] for claim in document["granted"]["claims"]}


READ_AND_CHANGED = [
    request("get", "pods", "a", user=ADA),
    request("create", "pods", "a", subresource="eviction", user=ADA),
]
GRANTED = bound(
    "dev", [rule(["get", "list", "delete", "bind"], ["pods", "secrets"])], namespace="shop"
)


def test_unused_permissions_are_found_in_a_log_that_would_show_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verb that leaves no event is never called unused."""
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(GRANTED, tmp_path))
    assert statuses(document) == {
        "list pods": "unused",
        "delete pods": "unused",
        "get secrets": "unused",
        "list secrets": "unused",
        "delete secrets": "unused",
        "bind pods": "not visible",
        "bind secrets": "not visible",
    }
    for claim in document["granted"]["claims"]:
        assert claim["period"]["from"] <= claim["period"]["to"]
        assert claim["gaps"] == []


def test_on_an_admin_only_log_no_read_is_unused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor is exec, which is a GET request since kubectl 1.30, nor the reads of a wildcard."""
    everything = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    granted = [
        *bound(
            "dev", [rule(["get", "watch", "delete"], ["pods"]), rule(["create"], ["pods/exec"])]
        ),
        *bound("admin", everything, {"kind": "Group", "name": "ops"}),
    ]
    log = exported(READ_AND_CHANGED[1:], tmp_path, "kube-audit-admin")
    document = compared(capsys, log, write_rbac(granted, tmp_path))
    assert statuses(document) == {
        "get pods": "not visible",
        "watch pods": "not visible",
        "delete pods": "unused",
        "create pods/exec": "not visible",
        "* (reads) */*": "not visible",
        "* (changes) */*": "unused",
    }


def test_what_the_audit_policy_of_aks_drops_is_not_visible(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reads of events, and the path of health checks."""
    rules = [
        rule(["get", "list"], ["events"]),
        {"nonResourceURLs": ["/healthz", "/metrics"], "verbs": ["get"]},
    ]
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(bound("dev", rules), tmp_path))
    assert statuses(document) == {
        "get events": "not visible",
        "list events": "unused",
        "get /healthz": "not visible",
        "get /metrics": "unused",
    }


def test_with_an_unknown_audit_policy_a_claim_says_what_it_assumes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log of kube-apiserver does not show what its policy leaves out."""
    log = tmp_path / "audit.log"
    other = request("list", "pods", user="bob")
    log.write_text("".join(f"{json.dumps(one)}\n" for one in [*READ_AND_CHANGED, other]), "utf-8")
    granted = bound("dev", [rule(["list"], ["pods", "secrets"])], namespace="shop")
    document = compared(capsys, log, write_rbac(granted, tmp_path))
    assert statuses(document) == {"list pods": "unused", "list secrets": "unused if logged"}


def test_wildcards_come_first_then_what_escalates(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever has little time begins there."""
    rules = [
        rule(["list"], ["services"]),
        rule(["create"], ["serviceaccounts/token"]),
        rule(["*"], ["widgets"], "example.com"),
    ]
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(bound("dev", rules), tmp_path))
    risks = [claim["risk"] for claim in document["granted"]["claims"]]
    assert risks == ["wildcard", "wildcard", "escalation", "other"]


def test_a_use_by_a_member_is_a_use_of_what_the_group_has(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Groups are those in the events; wildcards and subresources are matched as RBAC does."""
    group = {"kind": "Group", "name": "system:authenticated"}
    rules = [rule(["*"], ["pods"]), rule(["create"], ["*/eviction"])]
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(bound("all", rules, group), tmp_path))
    assert statuses(document) == {"* (changes) pods": "unused"}


def test_an_impersonator_is_a_member_of_groups(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also one who made all requests as other users."""
    rules = [rule(["impersonate"], ["users"]), rule(["list"], ["pods"])]
    group = {"kind": "Group", "name": "system:authenticated"}
    acted = request("list", "pods", user=ADA, impersonatedUser={"username": "bob"})
    log = exported([acted], tmp_path)
    document = compared(capsys, log, write_rbac(bound("all", rules, group), tmp_path))
    assert statuses(document) == {"list pods": "unused"}
    assert [*document["granted"]["no_longer_granted"]] == ["bob"]


def test_what_was_used_and_is_no_longer_granted_is_listed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody removed it, or the file is of another cluster."""
    granted = bound("dev", [rule(["get"], ["pods"])], namespace="shop")
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(granted, tmp_path))
    (lost,) = document["granted"]["no_longer_granted"][ADA]
    assert (lost["verb"], lost["resource"]) == ("create", "pods/eviction")


def test_a_subject_that_made_no_request_has_unused_permissions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is in the bindings alone."""
    granted = bound("dev", [rule(["delete"], ["pods"])], {"kind": "User", "name": "bob"})
    log = exported(READ_AND_CHANGED, tmp_path)
    document = compared(capsys, log, write_rbac(granted, tmp_path), words=["--user", "bob"])
    assert statuses(document) == {"delete pods": "unused"}
    assert [subject["user"] for subject in document["subjects"]] == ["bob"]


def test_an_assignment_that_a_reason_names_is_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Reasons have its ID without dashes. One that nobody's reason names is unused."""
    log = exported([request("get", "pods", "a", user=ADA, annotations=BY_AZURE)], tmp_path)
    document = compared(capsys, log, write_azure([ASSIGNMENT, OTHER], tmp_path))
    (claim,) = document["granted"]["claims"]
    assert claim["status"] == "unused"
    assert OTHER["name"] in claim["source"]
    assert document["granted"]["gone_assignments"] == {}


def test_an_assignment_may_be_used_by_requests_that_do_not_name_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Cached decisions have the short reason."""
    short = {**BY_AZURE, "authorization.k8s.io/reason": "Access allowed by Azure RBAC"}
    log = exported([request("get", "pods", "a", user=ADA, annotations=short)], tmp_path)
    document = compared(capsys, log, write_azure([ASSIGNMENT], tmp_path))
    (claim,) = document["granted"]["claims"]
    assert claim["status"] == "not visible"
    assert "1 requests do not name" in claim["why"]


def azure_files(folder: Path, *permissions: dict[str, Any]) -> Sequence[Path]:
    """The assignment, and the definition of its role."""
    definition = {
        "name": "7f6c6a51-bcf8-42ba-9220-52d62157d7db",
        "assignableScopes": ["/"],
        "permissions": [*permissions],
    }
    return [
        write_azure([ASSIGNMENT], folder),
        write_azure([definition], folder, "definitions.json"),
    ]


def test_data_actions_of_a_known_role_are_compared_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the output of `az role definition list`."""
    actions = [f"{PREFIX}/pods/read", f"{PREFIX}/secrets/read", f"{PREFIX}/apps/*/write"]
    log = exported([request("get", "pods", "a", user=ADA, annotations=BY_AZURE)], tmp_path)
    files = azure_files(tmp_path, {"dataActions": actions, "notDataActions": []})
    document = compared(capsys, log, *files)
    assert statuses(document) == {actions[2]: "unused", actions[1]: "unused"}


def test_a_data_action_that_its_role_excludes_is_not_granted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its use is that of another assignment. An exclusion is of one entry in `permissions`."""
    log = exported([request("get", "pods", "a", user=ADA, annotations=BY_AZURE)], tmp_path)
    files = azure_files(
        tmp_path,
        {
            "dataActions": [f"{PREFIX}/*/read", f"{PREFIX}/PODS/read", f"{PREFIX}/secrets/*"],
            "notDataActions": [f"{PREFIX}/pods/*", f"{PREFIX}/services/read"],
        },
        {"dataActions": [f"{PREFIX}/pods/read", f"{PREFIX}/services/read"]},
    )
    document = compared(capsys, log, *files)
    assert statuses(document) == {
        f"{PREFIX}/*/read": "unused",
        f"{PREFIX}/secrets/*": "unused",
        f"{PREFIX}/services/read": "unused",
    }


def test_a_data_action_of_another_azure_service_is_not_judged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log of a cluster does not show its use."""
    blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
    log = exported([request("get", "pods", "a", user=ADA, annotations=BY_AZURE)], tmp_path)
    files = azure_files(tmp_path, {"dataActions": [blobs, f"{PREFIX}/secrets/read"]})
    document = compared(capsys, log, *files)
    assert statuses(document) == {f"{PREFIX}/secrets/read": "unused"}


def test_a_data_action_is_unused_only_if_the_log_would_show_its_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As with rules: not reads of events, health checks, and checks without an event."""
    names = {
        "events/read": ("not visible", "other"),
        "healthz/read": ("not visible", "other"),
        "rbac.authorization.k8s.io/clusterroles/bind/action": ("not visible", "escalation"),
        "users/impersonate/action": ("unused", "escalation"),
        "apps/deployments/write": ("unused", "escalation"),
        "pods/exec/action": ("unused", "escalation"),
        "services/write": ("unused", "other"),
        "*": ("unused", "wildcard"),
    }
    granted = azure_files(tmp_path, {"dataActions": [f"{PREFIX}/{name}" for name in names]})
    document = compared(capsys, exported(READ_AND_CHANGED, tmp_path), *granted)
    found = {
        claim["permission"].removeprefix(f"{PREFIX}/"): (claim["status"], claim["risk"])
        for claim in document["granted"]["claims"]
    }
    assert found == names


def test_a_data_action_has_the_period_of_the_events_that_would_show_its_use(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A log of `kube-audit-admin` alone has one for changes."""
    actions = [f"{PREFIX}/services/write", f"{PREFIX}/secrets/*", f"{PREFIX}/pods/exec/action"]
    granted = azure_files(tmp_path, {"dataActions": actions})
    log = exported(READ_AND_CHANGED[1:], tmp_path, "kube-audit-admin")
    document = compared(capsys, log, *granted)
    assert statuses(document) == {
        actions[0]: "unused",
        actions[1]: "not visible",
        actions[2]: "not visible",
    }
    periods = {claim["permission"]: claim["period"] for claim in document["granted"]["claims"]}
    assert periods[actions[0]] is not None
    assert periods[actions[1]] is periods[actions[2]] is None


def test_an_impersonation_may_be_a_use_of_its_data_action(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The event has the decision on the request of the impersonated user alone."""
    action = f"{PREFIX}/users/impersonate/action"
    acted = request("list", "pods", user=ADA, impersonatedUser={"username": "bob"})
    log = exported([acted], tmp_path)
    document = compared(capsys, log, *azure_files(tmp_path, {"dataActions": [action]}))
    assert statuses(document) == {}


def test_changes_show_what_began_and_what_ended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What ended is only what the log since then would show."""
    old: dict[str, Any] = {"stageTimestamp": "2026-02-01T10:00:00.000000Z"}
    events = [
        request("get", "secrets", "a", user=ADA, **old),
        request("delete", "pods", "a", user=ADA, **old),
        request("update", "pods", "a", user=ADA),
    ]
    log = exported(events, tmp_path)
    words = ["--changes-since", "2026-03-01T00:00:00Z"]
    changes = compared(capsys, log, words=words)["changes"]
    verbs = {key: [one["verb"] for one in changes[key][ADA]] for key in ("new", "ended")}
    assert verbs == {"new": ["update"], "ended": ["delete"]}
    assert [one["resource"] for one in changes["not_visible"][ADA]] == ["secrets"]


def test_an_exec_has_not_ended_if_the_log_has_no_reads_any_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Kubernetes 1.35 demands `create`, too, and clients still use GET requests."""
    old: dict[str, Any] = {"stageTimestamp": "2026-02-01T10:00:00.000000Z"}
    events = [
        request("get", "pods", "a", subresource="exec", user=ADA, **old),
        request("update", "pods", "a", user=ADA),
    ]
    words = ["--changes-since", "2026-03-01T00:00:00Z"]
    changes = compared(capsys, exported(events, tmp_path), words=words)["changes"]
    assert changes["ended"] == {}
    assert [one["verb"] for one in changes["not_visible"][ADA]] == ["create", "get"]


@pytest.mark.parametrize("text", ["", "a: 1", "[1]", "kind: Pod\nmetadata: {name: a}"])
def test_a_file_that_grants_nothing_is_an_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str
) -> None:
    """It would look as if nothing was granted."""
    path = tmp_path / "granted.yaml"
    path.write_text(text, "utf-8")
    log = exported(READ_AND_CHANGED, tmp_path)
    code, _, err = run(capsys, "access", log, "--granted", path)
    assert code == ExitCode.USAGE
    assert "kubectl get roles" in err
