"""The generated audit log: what tests and benchmarks that count in it rely on."""

import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from urllib.parse import unquote_plus

import pytest

from log_generator import audit_log
from log_generator.audit_log import Event

COUNT = 30_000
FIELDS = [
    "kind",
    "apiVersion",
    "level",
    "auditID",
    "stage",
    "requestURI",
    "verb",
    "user",
    "impersonatedUser",
    "sourceIPs",
    "userAgent",
    "objectRef",
    "responseStatus",
    "requestObject",
    "responseObject",
    "requestReceivedTimestamp",
    "stageTimestamp",
    "annotations",
]
OPTIONAL = {"impersonatedUser", "objectRef", "responseStatus", "requestObject", "responseObject"}


@pytest.fixture(scope="module")
def log() -> list[Event]:
    """A log of three rounds of attacks."""
    return list(audit_log.events(COUNT))


def strict(text: bytes) -> Any:
    """JSON without the numbers that only Python reads, and without any key twice."""

    def refuse(name: str) -> None:
        raise AssertionError(name)

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        assert len(dict(pairs)) == len(pairs)
        return dict(pairs)

    return json.loads(text, parse_constant=refuse, object_pairs_hook=unique)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others() -> None:
    """Also through a time zone, for it is the moment that counts."""
    here = datetime(2026, 1, 5, 1, tzinfo=timezone(timedelta(hours=1)))
    first, again, moved, other = (
        [audit_log.as_line(event) for event in audit_log.events(500, **how)]
        for how in ({}, {"seed": 7}, {"start": here}, {"seed": 8})
    )
    assert first == again == moved
    assert not set(first) & set(other)


@pytest.mark.parametrize("count", [0, 1, 2, 40, 501])
def test_a_log_has_as_many_events_as_asked_for(count: int) -> None:
    """Attacks that do not fit in half of it stay away as a whole."""
    found = list(audit_log.events(count))
    assert len(found) == count
    ids = {event["auditID"] for event in found}
    assert all({*one.audit_ids, *one.lead_up} <= ids for one in audit_log.planted(count))


def test_every_event_is_strict_json_in_the_order_of_go_and_comes_back_equal(
    log: list[Event],
) -> None:
    """None of the characters that Go escapes stands in a line as it is."""
    for event in log:
        line = audit_log.as_line(event)
        assert strict(line) == event
        assert not any(character in line.decode() for character in "<>&\u2028\u2029")
        assert list(event) == [field for field in FIELDS if field in event]
        missing = set(FIELDS) - OPTIONAL - set(event)
        assert missing == ({"annotations"} if unannotated(event) else set())


def unannotated(event: Event) -> bool:
    """Before its authorization a request has no annotations, and without a user it gets none."""
    return event["stage"] == "RequestReceived" or not event["user"]


def test_events_come_in_the_order_in_which_they_were_written(log: list[Event]) -> None:
    """The last of them is open at the end of the time, at most."""
    times = [event["stageTimestamp"] for event in log]
    assert times == sorted(times)
    assert times[0] >= "2026-01-05"
    assert times[-1] < "2026-02-04T01"


def test_sizes_are_those_of_a_real_cluster(log: list[Event]) -> None:
    """On average 1.2 to 2.2 KB; half are smaller than the average, a few have 20 to 120 KB."""
    sizes = sorted(len(audit_log.as_line(event)) for event in log)
    mean = sum(sizes) / len(sizes)
    assert 1_200 < mean < 2_200
    assert 700 < sizes[len(sizes) // 2] < mean
    assert 20_000 < sizes[-50] < sizes[-1] < 120_000


def test_levels_and_bodies_are_those_of_the_published_policy(log: list[Event]) -> None:
    """Sensitive objects are without bodies, reads without answers, writes with both."""
    for event in log:
        kind = event.get("objectRef", {}).get("resource")
        if kind in {"secrets", "configmaps", "serviceaccounts", "leases", None}:
            assert event["level"] == "Metadata"
        if event["level"] == "Metadata":
            assert not {"requestObject", "responseObject"} & set(event)
        if event["level"] == "Request":
            assert "responseObject" not in event
        assert (event["user"].get("username"), event["verb"]) not in {
            ("aksService", "get"),
            ("aksService", "list"),
        }


def test_what_readers_stumble_over_is_there(log: list[Event]) -> None:
    """Odd bodies, stages, numbers, names and answers; else a reader's test of them says nothing."""
    stages = Counter(event["stage"] for event in log)
    assert set(stages) == {"RequestReceived", "ResponseStarted", "ResponseComplete", "Panic"}
    bodies = [event.get("requestObject") for event in log]
    assert "skipped-too-big-size-object" in bodies
    assert any(isinstance(body, list) for body in bodies)
    assert any("audit.k8s.io/truncated" in event.get("annotations", ()) for event in log)
    assert any("dryRun=All" in event["requestURI"] for event in log)
    assert {"deletecollection", "watch", "patch"} <= {event["verb"] for event in log}
    codes = {event["responseStatus"]["code"] for event in log if "responseStatus" in event}
    assert {101, 200, 201, 401, 403, 404, 500} <= codes
    text = b"".join(map(audit_log.as_line, log)).decode()
    assert all(part in text for part in ("🦊", "\\u2028", str(2**63 - 1), str(2**53 + 1)))


def of(event: Event, kind: str, *verbs: str) -> bool:
    """Whether an event is about a resource or subresource, with one of the verbs."""
    found = event.get("objectRef", {})
    name = "/".join(found[key] for key in ("resource", "subresource") if key in found)
    return name == kind and event["verb"] in verbs


def answered(event: Event) -> int:
    """The code of the answer."""
    return int(event.get("responseStatus", {}).get("code", 0))


def body(event: Event) -> str:
    """The request's body as text."""
    return json.dumps(event.get("requestObject", ""))


def human(event: Event) -> bool:
    """Whether the user is none of the system's."""
    return not event["user"].get("username", "system:").startswith("system:")


CONDITIONS: dict[str, Callable[[Event], bool]] = {
    "reverse-shell": lambda event: (
        of(event, "pods/exec", "get", "create") and "/dev/tcp/" in unquote_plus(event["requestURI"])
    ),
    "token-theft": lambda event: (
        of(event, "pods/exec", "get", "create")
        and "serviceaccount/token" in unquote_plus(event["requestURI"])
    ),
    "secrets-listed": lambda event: (
        of(event, "secrets", "list")
        and "namespace" not in event["objectRef"]
        and answered(event) < 400
        and human(event)
    ),
    "secrets-read": lambda event: of(event, "secrets", "get") and "python" in event["userAgent"],
    "privileged-pod": lambda event: (
        of(event, "pods", "create") and human(event) and '"privileged": true' in body(event)
    ),
    "privileged-daemon-set": lambda event: (
        '"hostPath": {"path": "/"' in body(event)
        and '"privileged": true' in body(event)
        and (of(event, "daemonsets", "create") or not human(event))
    ),
    "cluster-admin-binding": lambda event: (
        of(event, "clusterrolebindings", "create") and "cluster-admin" in body(event)
    ),
    "wildcard-role": lambda event: (
        of(event, "clusterroles", "create") and '"verbs": ["*"]' in body(event)
    ),
    "own-certificate": lambda event: (
        event["verb"] in {"create", "update"}
        and 'kubernetes.io/kube-apiserver-client"' in body(event)
        and event["requestObject"]["spec"]["username"] == event["user"]["username"]
    ),
    "controller-token": lambda event: of(event, "serviceaccounts/token", "create") and human(event),
    "kubelet-through-proxy": lambda event: (
        of(event, "nodes/proxy", "get", "create") and "/metrics" not in event["requestURI"]
    ),
    "anonymous-access": lambda event: (
        event["user"].get("username") == "system:anonymous"
        and "objectRef" in event
        and answered(event) == 200
    ),
    "denials": lambda event: (
        answered(event) == 403
        and event["verb"] == "list"
        and "objectRef" in event
        and not human(event)
    ),
    "debug-container": lambda event: of(event, "pods/ephemeralcontainers", "patch"),
    "webhook-deleted": lambda event: of(event, "validatingwebhookconfigurations", "delete"),
    "events-deleted": lambda event: of(event, "events", "delete"),
    "masters-impersonated": lambda event: (
        "system:masters" in event.get("impersonatedUser", {}).get("groups", ())
    ),
    "database-forwarded": lambda event: (
        of(event, "pods/portforward", "get") and "postgres" in event["objectRef"]["name"]
    ),
}


@pytest.mark.parametrize("name", CONDITIONS)
def test_the_condition_of_an_attack_finds_what_was_planted_and_nothing_else(
    name: str, log: list[Event]
) -> None:
    """One audit id for each telling request, however many stages it has."""
    known = {one: attack.name for attack in audit_log.planted(COUNT) for one in attack.audit_ids}
    found = {event["auditID"] for event in log if CONDITIONS[name](event)}
    assert found == {one for one, title in known.items() if title == name}


def test_every_attack_has_a_condition_and_is_planted_once_in_ten_thousand_events() -> None:
    """A new attack needs its condition here."""
    assert set(CONDITIONS) == set(audit_log.ATTACKS)
    names = Counter(attack.name for attack in audit_log.planted(COUNT))
    assert names == dict.fromkeys(audit_log.ATTACKS, 3)


@pytest.mark.parametrize(("verb", "kind"), [("get", "secrets"), ("list", "denied")])
def test_only_the_planted_bursts_are_bursts(verb: str, kind: str, log: list[Event]) -> None:
    """Twelve targets of one user in five minutes are at least half of one, wherever it is cut."""
    targets: dict[tuple[str, int], set[str]] = defaultdict(set)
    for event in log:
        wanted = answered(event) == 403 if kind == "denied" else of(event, kind, verb)
        if wanted and "objectRef" in event:
            at = datetime.fromisoformat(event["stageTimestamp"]).astimezone(UTC)
            window = int(at.timestamp()) // 300
            targets[event["user"]["username"], window].add(event["requestURI"])
    users = {user for (user, _), found in targets.items() if len(found) >= 12}
    assert len(users) == 1


def test_storage_records_hold_the_line_and_are_cut_where_azure_cuts(log: list[Event]) -> None:
    """Cut, the record is JSON and the event within it is not."""
    longest = max(log, key=lambda event: len(audit_log.as_line(event)))
    record = strict(audit_log.as_storage_record(longest))
    assert record["properties"]["log"].encode() == audit_log.as_line(longest)
    cut = strict(audit_log.as_storage_record(longest, limit=audit_log.STORAGE_LIMIT))
    assert len(cut["properties"]["log"].encode()) == audit_log.STORAGE_LIMIT
    with pytest.raises(json.JSONDecodeError):
        strict(cut["properties"]["log"])


def test_every_wrapper_keeps_the_events(log: list[Event]) -> None:
    """An event list alone does not repeat the kind of its items."""
    some = log[:25]
    hub = strict(audit_log.as_event_hub_message(some))["records"]
    assert [strict(record["properties"]["log"]) for record in hub] == some
    message = strict(gzip.decompress(audit_log.as_cloudwatch_subscription(some)))
    assert [strict(one["message"]) for one in message["logEvents"]] == some
    about = {"kind": "Event", "apiVersion": "audit.k8s.io/v1"}
    items = strict(audit_log.as_event_list(some))["items"]
    assert [about | item for item in items] == some


@pytest.mark.parametrize("log_format", audit_log.FORMATS)
def test_the_command_writes_about_as_much_as_asked_for_and_says_what(
    log_format: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Within a tenth, for small logs have a few large events more or less."""
    file = tmp_path / "audit.log"
    options = ["--megabytes", "20", "--format", log_format, "--output", str(file)]
    monkeypatch.setattr("sys.argv", ["audit_log.py", *options])
    audit_log.main()
    assert 18_000_000 < file.stat().st_size < 22_000_000
    said = capsys.readouterr().err
    assert f" {file.stat().st_size} bytes, planted: reverse-shell 1" in said
    assert said.count("\n") == 1
