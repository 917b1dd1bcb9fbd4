"""The saved queries answer their questions on a real log."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kubewitness.detections.queries import saved_queries
from kubewitness.errors import ExitCode
from log_generator.audit_log import as_line, events
from support.command import read, run
from support.log_reading import ndjson

ACTIVITY = {
    "Type": "AzureActivity",
    "TimeGenerated": "2026-01-06T00:00:00Z",
    "OperationNameValue": "MICROSOFT.INSIGHTS/DIAGNOSTICSETTINGS/DELETE",
    "ActivityStatusValue": "Success",
    "Caller": "mallory@shop.example",
    "CallerIpAddress": "203.0.113.9",
    "CorrelationId": "0c6d1c1e-6f6a-4c3e-8f0e-2b1f6f2b7a01",
}

SIGN_IN = {
    "Type": "SigninLogs",
    "TimeGenerated": "2026-01-06T00:00:00Z",
    "AuthenticationRequirement": "singleFactorAuthentication",
    "ResultType": "0",
    "UserId": "B5D3D287-015c-5e2f-9208-35a3f5eb1dfb",
    "UserPrincipalName": "li.ming@shop.example",
}


ARGUMENTS = {"history-of": "pods/p", "who-read-secret": "shop/a"}
"""What the queries are about that need it."""

WRITTEN_OFTEN = "configmaps/kube-system/cluster-autoscaler-status"


def call(name: str, argument: str = "") -> str:
    """A saved query with its argument, if it needs one."""
    return f"@{name} {argument or ARGUMENTS.get(name, '')}".rstrip()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with five days of a cluster, attacks among them, and a line of the activity log."""
    folder = tmp_path_factory.mktemp("logs")
    throttled = request(0, "list", "pods", "", responseStatus={"code": 429})
    lines = [*map(as_line, events(4000, days=5)), ndjson([ACTIVITY, SIGN_IN, throttled])]
    (folder / "logs.ndjson").write_bytes(b"".join(lines))
    store = folder / "logs.store"
    assert not read(store, folder / "logs.ndjson").quarantine
    return store


@pytest.mark.parametrize("name", saved_queries())
def test_a_saved_query_has_an_answer(
    name: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rows, without a warning of a path that no event has."""
    called = call(name, WRITTEN_OFTEN if name == "history-of" else "")
    code, out, err = run(capsys, "query", called, store, "--format", "json")
    assert code == ExitCode.OK
    assert json.loads(out)
    assert "warning" not in err
    assert saved_queries()[name].question.endswith("?")


def test_the_saved_queries_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """Each with its question and arguments; and of an unknown name it is told which are close."""
    code, out, _ = run(capsys, "query", "@")
    assert code == ExitCode.OK
    lines = out.splitlines()
    assert [line.split("?")[0] for line in lines] == [
        f"{call(query.name, query.argument.upper())}: {query.question[:-1]}"
        for query in saved_queries().values()
    ]
    assert any(line.endswith("and how often? Takes --user --service-account --namespace --secret")
               for line in lines)  # fmt: skip
    code, _, err = run(capsys, "query", "@who")
    assert code == ExitCode.USAGE
    assert "`who`; did you mean `who-" in err
    assert "`kubewitness query @` lists them" in run(capsys, "query", "@zzzz")[2]


def request(number: int, verb: str, resource: str, name: str, **more: Any) -> dict[str, Any]:
    """A request of Alice in the namespace `shop`, unless told otherwise."""
    namespace = more.pop("namespace", "shop")
    target = {"resource": resource, "namespace": namespace, "name": name} | more.pop("target", {})
    event = {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": f"id-{number}",
        "stage": "ResponseComplete",
        "requestURI": f"/api/v1/namespaces/{namespace}/{resource}/{name}",
        "verb": verb,
        "user": {"username": "alice@shop.example"},
        "sourceIPs": ["203.0.113.7"],
        "objectRef": {key: value for key, value in target.items() if value},
        "responseStatus": {"code": 200},
        "stageTimestamp": f"2026-03-01T10:{number:02}:00Z",
    }
    return event | more


ROBOT = {"username": "system:serviceaccount:shop:robot"}
NODE = {"username": "system:node:one"}
CONTROLLER = {"username": "system:serviceaccount:kube-system:replicaset-controller"}
LOG = [
    request(1, "get", "secrets", "a"),
    request(2, "get", "secrets", "b", user=ROBOT),
    request(3, "list", "secrets", ""),
    request(4, "list", "secrets", "", namespace="", user=ROBOT),
    request(5, "get", "secrets", "a", namespace="other"),
    request(6, "delete", "pods", "p", user=NODE),
    request(7, "delete", "pods", "q", user=CONTROLLER),
    request(8, "create", "pods", "p", target={"subresource": "eviction"}),
    request(9, "create", "pods", "p", target={"subresource": "binding"}),
    request(10, "delete", "pods", "r", impersonatedUser={"username": "root"}),
    request(11, "create", "pods", "", level="RequestResponse",
            requestObject={"metadata": {"generateName": "web-"}},
            responseObject={"metadata": {"name": "web-x7k2p"}}),
]  # fmt: skip

Ask = Callable[..., list[dict[str, Any]]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """Run a query on the requests above."""
    (tmp_path / "log").write_bytes(ndjson(LOG))
    read(tmp_path / "logs.store", tmp_path / "log")

    def rows(text: str, *options: str) -> list[dict[str, Any]]:
        code, out, err = run(
            capsys, "query", text, tmp_path / "logs.store", "--format", "json", *options
        )
        assert code == ExitCode.OK, err
        found: list[dict[str, Any]] = json.loads(out)
        return found

    return rows


def test_a_list_of_all_secrets_is_no_secret_with_an_empty_name(ask: Ask) -> None:
    """It is all of a namespace, or of the cluster; only names are counted as secrets."""
    found = {(row["Username"], row["Namespace"]): row for row in ask("@who-read-secrets")}
    alice = found["alice@shop.example", "shop"]
    assert (alice["Secrets"], sorted(alice["Names"])) == (1, ["(all of the namespace)", "a"])
    robot = found[ROBOT["username"], ""]
    assert (robot["Secrets"], robot["Names"]) == (0, ["(all of the cluster)"])


def test_deletions_by_nodes_and_controllers_and_evictions_are_among_the_deletions(ask: Ask) -> None:
    """An eviction is asked for by a create, and a controller carries out what somebody asked."""
    found = [(row["Operation"], row["Name"], row["ActorKind"]) for row in ask("@deletions")]
    assert found == [
        ("delete", "r", "user"),
        ("evict", "p", "user"),
        ("delete", "q", "controller"),
        ("delete", "p", "node"),
    ]


@pytest.mark.parametrize(
    "name", [query.name for query in saved_queries().values() if "Username" in query.text
             and not {"activity", "SigninLogs"} & {*query.needs}
             and query.name != "hours-without-events"]
)  # fmt: skip
def test_each_saved_query_that_shows_a_user_shows_whom_it_acted_as(ask: Ask, name: str) -> None:
    """On Rancher everything goes through impersonation."""
    assert "ImpersonatedUsername" in saved_queries()[name].text
    assert all("ImpersonatedUsername" in row for row in ask(call(name)))


@pytest.mark.parametrize(
    ("text", "options", "seen"),
    [
        ("@who-read-secrets", ("--secret", "a"), {"id-1", "id-3", "id-4", "id-5"}),
        ("@who-read-secrets", ("--secret", "shop/a"), {"id-1", "id-3", "id-4"}),
        ("@who-read-secrets", ("--user", "ALICE@shop.example"), {"id-1", "id-3", "id-5"}),
        ("@who-read-secrets", ("--service-account", "shop/robot"), {"id-2", "id-4"}),
        ("@who-read-secrets", ("--namespace", "shop"), {"id-1", "id-2", "id-3", "id-4"}),
        ("@who-read-secrets", ("--secret", "a", "--user", "nobody"), set()),
        ("@who-read-secrets", ("--since", "2026-03-01T10:05:00Z"), {"id-5"}),
        ("@deletions", ("--pod", "p"), {"id-6", "id-8"}),
        ("@history-of pods/p", (), {"id-6", "id-8", "id-9"}),
        ("@history-of po/shop/p | where Verb == 'delete'", (), {"id-6"}),
        ("@history-of", ("--object", "Pod/other/p"), set()),
        ("@deletions", ("--user", "root"), {"id-10"}),
        ("@deletions | where ActorKind == 'node'", (), {"id-6"}),
        ("@deletions | where Name == 'p' | take 5", ("--user", "system:node:one"), {"id-6"}),
    ],
)
def test_a_saved_query_takes_arguments_and_goes_on(
    ask: Ask, text: str, options: tuple[str, ...], seen: set[str]
) -> None:
    """A list of all secrets is a read of each; times tell which requests were counted."""
    minutes = {int(one.removeprefix("id-")) for one in seen}
    found = ask(text, *options)
    times = [row.get("TimeGenerated") or row["First"] for row in found]
    times += [row["Last"] for row in found if "Last" in row]
    assert {int(time[14:16]) for time in times} <= minutes
    counted = sum(row.get("Reads", 1) for row in found)
    assert counted == len(seen)


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("@who-read-secrets", "--pod", "p"), "--pod: @who-read-secrets takes --user, "),
        (("@since-when-are-we-blind", "--user", "u"), "takes no arguments; @activity-by-user, "),
        (("AKSAudit | count", "--user", "u"), "--user: is for saved queries"),
        (("@deletions where", ), "@deletions has no argument; remove `where`"),
        (("@history-of",), "write '@history-of OBJECT'"),
        (("@history-of web",), "write an object as RESOURCE/NAMESPACE/NAME"),
        (("@deletions where x", ), "operators follow the name of a saved query"),
        (("@deletions", "--service-account", "robot"), "write it as NAMESPACE/NAME"),
        (("@deletions", "--user", "a\nb"), "has a character that cannot be printed"),
    ],
)  # fmt: skip
def test_an_argument_that_does_nothing_is_an_error(
    words: tuple[str, ...], reason: str, store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An answer that was not restricted would be taken for one that was."""
    code, _, err = run(capsys, "query", words[0], store, *words[1:])
    assert (code, reason in err) == (ExitCode.USAGE, True)


def test_a_value_of_an_argument_is_text_and_no_query(ask: Ask) -> None:
    """Quotes and operators in it change nothing."""
    assert ask("@deletions", "--user", 'x" or true or "') == []
    assert ask("@deletions", "--user", "x\\") == []


def test_the_name_of_a_created_object_is_the_one_that_the_server_chose(ask: Ask) -> None:
    """Pods of controllers are created with `generateName`."""
    (row,) = ask("KubeAudit | where Verb == 'create' and Subresource == '' | project Name")
    assert row["Name"] == "web-x7k2p"


def test_what_never_arrived_is_among_the_parts_of_the_trail(ask: Ask) -> None:
    """First, with no events: nobody sees a part that is not in the list."""
    found = ask("@since-when-are-we-blind")
    never = [row["Part"] for row in found if row["Events"] == 0]
    assert never == ["operations in Azure (activity log)", "sign-ins (category guard)"]
    assert [row["Part"] for row in found[:2]] == never
    assert {row["Part"]: row["Events"] for row in found[2:]} == {
        "changes (category kube-audit-admin)": 6,
        "reads (category kube-audit)": 5,
        "request bodies": 1,
    }


def test_everybody_who_read_a_secret_is_listed_with_lists_of_all(ask: Ask) -> None:
    """In the order of time."""
    found = ask("@who-read-secret shop/a")
    assert [row["AuditId"] for row in found] == ["id-1", "id-3", "id-4"]
    assert [row["Secret"] for row in found] == ["a", "(all)", "(all)"]


def test_requests_that_were_slow_or_throttled_are_counted_by_client(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A watch is meant to last, and so is an exec."""
    slow = {"requestReceivedTimestamp": "2026-03-01T10:00:00.000000Z",
            "stageTimestamp": "2026-03-01T10:00:02.500000Z"}  # fmt: skip
    log = [
        request(1, "list", "pods", "") | slow,
        request(2, "watch", "pods", "") | slow,
        request(3, "get", "pods", "a", target={"subresource": "exec"}) | slow,
        request(4, "list", "pods", "", responseStatus={"code": 429}),
        request(5, "list", "pods", ""),
    ]
    (tmp_path / "log").write_bytes(ndjson(log))
    code, out, err = run(
        capsys, "query", "@slow-and-throttled-requests", tmp_path / "log", "--format", "json"
    )
    assert code == ExitCode.OK, err
    (row,) = json.loads(out)
    assert (row["Slow"], row["Throttled"], row["Slowest"]) == (1, 1, 2500)


def test_sign_ins_are_joined_by_object_id_and_not_visible_without_their_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A sign-in that failed, one with a second factor, and one of somebody else are left out."""
    oid = "b5d3d287-015c-5e2f-9208-35a3f5eb1dfb"
    user = {"username": "li.ming@shop.example", "extra": {"oid": [oid]}}
    audit = [request(1, "get", "pods", "a", user=user)]
    sign_ins = [
        SIGN_IN,
        SIGN_IN | {"ResultType": "50126"},
        SIGN_IN | {"AuthenticationRequirement": "multiFactorAuthentication"},
        SIGN_IN | {"UserId": "c5d3d287-015c-5e2f-9208-35a3f5eb1dfb"},
    ]
    (tmp_path / "log").write_bytes(ndjson([*audit, *sign_ins]))
    words = ("query", "@sign-ins-without-mfa", tmp_path / "log", "--format", "json")
    code, out, err = run(capsys, *words)
    assert code == ExitCode.OK, err
    (row,) = json.loads(out)
    assert (row["UserPrincipalName"], row["Requests"]) == ("li.ming@shop.example", 1)
    assert "not visible" not in err
    (tmp_path / "log").write_bytes(ndjson(audit))
    code, out, err = run(capsys, *words)
    assert (code, json.loads(out)) == (ExitCode.OK, [])
    assert "not visible in this log: the table SigninLogs" in err
