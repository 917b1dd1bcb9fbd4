"""One planted intrusion: every step in its order, and each attributed to the person behind it."""

import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.library import all_detections
from kubewitness.investigate.timeline.build import TimelineOptions, build_timeline
from kubewitness.investigate.timeline.selection import Selection
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.present import present_time
from kubewitness.reports.timeline import timeline_document
from log_generator.intrusion import (
    ADA,
    BINDING,
    DAEMON_SET,
    EVENTS,
    ISSUED_TOKEN,
    MALLORY,
    POD,
    POD_TOKEN,
    SECRETS,
    lines,
)
from support.command import read

STEPS = [
    ("exec", f"pods/shop/{POD}"),
    ("list", "secrets/shop"),
    *(("get", f"secrets/shop/{name}") for name in SECRETS),
    ("get", "secrets/kube-system/bootstrap-token-abcdef"),
    ("issue a token", "serviceaccounts/shop/deployer"),
    ("create", f"daemonsets/kube-system/{DAEMON_SET}"),
    ("create", f"pods/kube-system/{DAEMON_SET}-1a2b3"),
    ("create", f"pods/kube-system/{DAEMON_SET}-2a2b3"),
    ("create", f"clusterrolebindings/{BINDING}"),
    *(("delete", f"events/kube-system/{name}") for name in EVENTS),
]
"""What Mallory does after looking around, by action and object."""

CASES_PER_SHUFFLE = 100

BY_MALLORY = Selection(user=MALLORY)
DETECTIONS = {
    "binding-to-cluster-admin",
    "credentials-read-in-pod",
    "events-deleted",
    "privileged-container",
}
OBJECT = f"ds/kube-system/{DAEMON_SET}"

Document = dict[str, Any]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the log."""
    return stored(tmp_path_factory.mktemp("intrusion"), lines())


def stored(folder: Path, log: Sequence[bytes]) -> Path:
    """Read a log into a store."""
    (folder / "audit.log").write_bytes(b"".join(log))
    read(folder / "logs.store", folder / "audit.log")
    return folder / "logs.store"


Timeline = Callable[[Selection], Document]


@pytest.fixture(scope="module")
def timeline(store: Path) -> Iterator[Timeline]:
    """Build the JSON of a timeline, with the findings of a few detections."""
    with open_for_queries(store) as connection:
        now = present_time(connection)
        chosen = [one for one in all_detections() if one.slug in DETECTIONS]
        engine = LocalEngine(connection, chosen, now=now)
        found = [finding for detection in chosen for finding in engine.run(detection)]
        options = TimelineOptions(Period(), now, found)

        def build(selection: Selection) -> Document:
            built = build_timeline(connection, selection, options)
            document: Document = json.loads(timeline_document(built, {}))
            assert document["entries"]
            return document

        yield build


def built_in(store: Path) -> str:
    """The JSON of Mallory's timeline in a store."""
    with open_for_queries(store) as connection:
        options = TimelineOptions(Period(), present_time(connection))
        return timeline_document(build_timeline(connection, BY_MALLORY, options), {})


def steps(document: Document) -> list[tuple[str, str]]:
    """What was done to what."""
    return [(entry["action"], entry["object"]) for entry in document["entries"]]


def persons(entry: Document) -> list[str]:
    """Who is behind an entry: who acted, or who is inferred."""
    return [each["person"] for each in entry.get("behind", ())] or [entry["actor"]]


def test_by_user_every_step_is_there_in_order(timeline: Timeline) -> None:
    """Also what was done with stolen and issued tokens, and what controllers made of it."""
    found = timeline(BY_MALLORY)
    assert steps(found) == [("list", "pods/shop"), *STEPS]
    assert all(persons(entry) == [MALLORY] for entry in found["entries"])


def test_what_is_inferred_is_marked_with_what_it_rests_on(timeline: Timeline) -> None:
    """The audit IDs are those of requests in the timeline; who acted themselves is not inferred."""
    entries = timeline(BY_MALLORY)["entries"]
    known = {entry["audit_id"] for entry in entries}
    for entry in entries:
        assert ("behind" in entry) == (entry["actor"] != MALLORY)
        for each in entry.get("behind", ()):
            assert each["inferred"] is True
            assert each["audit_ids"]
            assert set(each["audit_ids"]) <= known


def test_findings_stand_at_their_position(timeline: Timeline) -> None:
    """At the request that they are about."""
    entries = timeline(BY_MALLORY)["entries"]
    found = {
        entry["object"]: {each["detection"] for each in entry["findings"]}
        for entry in entries
        if entry.get("findings")
    }
    assert "credentials-read-in-pod" in found[f"pods/shop/{POD}"]
    assert "privileged-container" in found[f"daemonsets/kube-system/{DAEMON_SET}"]
    assert "binding-to-cluster-admin" in found[f"clusterrolebindings/{BINDING}"]
    assert "events-deleted" in found[f"events/kube-system/{EVENTS[0]}"]


def test_by_object_the_person_is_found(timeline: Timeline) -> None:
    """Who made the DaemonSet used an issued token, and its pods were made by a controller."""
    found = timeline(Selection(object=OBJECT))
    of_daemon_set = [step for step in STEPS if f"/{DAEMON_SET}" in step[1] and step[0] == "create"]
    cause = [step for step in STEPS if step[0] in {"exec", "issue a token"}]
    assert steps(found) == [*cause, *of_daemon_set[:3]]
    assert all(persons(entry) == [MALLORY] for entry in found["entries"])


@pytest.mark.parametrize(
    ("token", "first"),
    [(POD_TOKEN, "secrets/shop"), (ISSUED_TOKEN, f"daemonsets/kube-system/{DAEMON_SET}")],
)
def test_by_token_issue_and_use_are_found(timeline: Timeline, token: str, first: str) -> None:
    """The request that issued it comes first; what the stranger did with it is Mallory's."""
    found = timeline(Selection(token=token))["entries"]
    issue = next(e for e in found if e["details"].get("issued credential") == token)
    uses = [e for e in found if e["details"].get("credential") == token]
    assert found.index(issue) < found.index(uses[0])
    by_mallory = [e["object"] for e in uses if persons(e) == [MALLORY]]
    assert by_mallory[0] == first


def test_the_pods_own_requests_are_nobody_elses(timeline: Timeline) -> None:
    """The program of the pod keeps its address and user agent after the exec."""
    found = timeline(Selection(service_account="shop/web"))["entries"]
    own = [entry for entry in found if entry["object"] == "configmaps/shop/web"]
    assert len(own) > 10
    assert not any(entry.get("behind") for entry in own)


def test_a_controllers_action_leads_to_the_person_who_deployed(timeline: Timeline) -> None:
    """Deployment, ReplicaSet, Pod."""
    found = timeline(Selection(pod=f"shop/{POD}"))["entries"]
    created = next(
        entry
        for entry in found
        if entry["action"] == "create" and entry["object"].startswith("pods/")
    )
    assert persons(created) == [ADA]
    cause = next(entry for entry in found if entry["role"] == "cause")
    assert cause["object"] == "deployments/shop/web"


def test_the_denied_attempt_is_marked(timeline: Timeline) -> None:
    """With the message of the authorizer."""
    found = timeline(BY_MALLORY)
    (denied,) = [entry for entry in found["entries"] if entry["outcome"] == "denied"]
    assert "cannot get resource" in denied["message"]
    assert found["summary"]["denied"] == 1


def test_a_change_is_a_difference(timeline: Timeline) -> None:
    """Ada scaled the Deployment."""
    found = timeline(Selection(object="deployment/shop/web"))
    (patch,) = [entry for entry in found["entries"] if entry["action"] == "patch"]
    assert patch["changes"] == [
        {"path": "spec.replicas", "before": 1, "after": 2, "is_before_known": True}
    ]


def test_shuffled_input_gives_the_same_bytes(
    tmp_path: Path, store: Path, pytestconfig: pytest.Config
) -> None:
    """The order is total. `--cases 100000` shuffles a thousand times."""
    expected = built_in(store)
    log = lines()
    for number in range(max(2, pytestconfig.getoption("cases") // CASES_PER_SHUFFLE)):
        random.Random(number).shuffle(log)  # noqa: S311 no secret
        folder = tmp_path / str(number)
        folder.mkdir()
        assert built_in(stored(folder, log)) == expected
        shutil.rmtree(folder)
