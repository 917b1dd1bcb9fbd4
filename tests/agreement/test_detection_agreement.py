"""Our detections find what others attack with, and where we differ, somebody has said why."""

import json
from pathlib import Path

import pytest

from agreement.detections import SAME, SAMPLE
from agreement.detections_table import PAGE, agreements, differs, is_found, page
from agreement.differences import DIFFERENCES
from agreement.stratus_techniques import PAGES, TECHNIQUES, Technique, shown, write_events
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.library import cases, find_detections
from kubewitness.logs.kql.query import open_for_queries
from support.command import read

FROM_CLOUDS = "EKS Legitimate Node from AWS IP", "AKS CSI Disk Driver from Azure Node"


def fires(slug: str, events: Path, folder: Path) -> bool:
    """Whether a detection finds something in a file of which every byte is read."""
    assert not read(folder / "store", events).quarantine
    (rule,) = find_detections([slug])
    with open_for_queries(folder / "store") as connection:
        return any(LocalEngine(connection, [rule]).run(rule))


@pytest.mark.samples
def test_of_their_attacks_95_in_100_are_found() -> None:
    """By the detection for the same thing, or by one that the table names instead."""
    attacks = [one for one in agreements() if one.is_attack]
    assert sum(map(is_found, attacks)) >= 0.95 * len(attacks) > 0


@pytest.mark.samples
def test_every_difference_has_its_reason_and_nothing_else() -> None:
    """A new difference needs one; one that no longer applies must go. None is named twice."""
    named = [(d.rule, test) for d in DIFFERENCES for test in d.tests]
    assert sorted(named) == sorted((one.rule, one.test) for one in agreements() if differs(one))


@pytest.mark.samples
def test_what_is_said_to_be_found_instead_is_found() -> None:
    """By each detection that the table names, of those that are not for the same thing."""
    found = {(one.rule, one.test): one.found - one.same for one in agreements() if one.is_attack}
    for difference in DIFFERENCES:
        if difference.instead:
            for test in difference.tests:
                assert {*difference.instead} <= found[difference.rule, test]


@pytest.mark.samples
def test_every_rule_of_theirs_is_held_against_detections_of_ours() -> None:
    """Which exist; and no rule is listed that has no test."""
    assert {one.rule for one in agreements()} == SAME.keys()
    find_detections([slug for ours in SAME.values() for slug in ours])


@pytest.mark.samples
@pytest.mark.parametrize("test", FROM_CLOUDS)
def test_a_node_that_renews_its_lease_makes_its_address_the_clusters(
    test: str, tmp_path: Path
) -> None:
    """The reason for flagging a single event from a cloud's address: in a log it is not alone."""
    logs = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    (log,) = (one["log"] for one in logs if one["test"] == test)
    event = json.loads(log["properties"]["log"]) if "properties" in log else log
    lease = {
        "kind": "Event", "apiVersion": "audit.k8s.io/v1", "auditID": "lease", "verb": "update",
        "stage": "ResponseComplete", "user": {"username": "system:node:a"},
        "objectRef": {"resource": "leases", "namespace": "kube-node-lease", "name": "a"},
        "responseStatus": {"code": 200}, "sourceIPs": event["sourceIPs"],
    }  # fmt: skip
    slug = "system-identity-from-public-address"
    for name, events in {"alone": [event], "in-a-log": [lease, event]}.items():
        (tmp_path / name).mkdir()
        path = tmp_path / name / "log"
        path.write_text("".join(f"{json.dumps(one)}\n" for one in events), "utf-8")
        assert fires(slug, path, tmp_path / name) is (name == "alone")


@pytest.mark.samples
def test_the_page_is_what_the_detections_make_of_the_events() -> None:
    """`make docs` writes it."""
    assert PAGE.read_text("utf-8") == page()


@pytest.mark.samples
def test_every_technique_of_stratus_is_accounted_for() -> None:
    """A page, a row; and only the one that is done outside of the cluster is not found."""
    assert sorted(path.stem for path in PAGES.glob("*.md")) == sorted(t.page for t in TECHNIQUES)
    assert [t.page for t in TECHNIQUES if not t.detections] == [
        "eks.lateral-movement.create-access-entry"
    ]
    for technique in TECHNIQUES:
        assert bool(shown(technique)) is not bool(technique.cases)


@pytest.mark.samples
@pytest.mark.parametrize(
    "technique", [t for t in TECHNIQUES if t.detections and not t.cases], ids=lambda t: t.page
)
def test_a_technique_is_found_in_the_events_of_its_page(
    technique: Technique, tmp_path: Path
) -> None:
    """Completed where people have abridged them."""
    write_events(technique, tmp_path / "log")
    for slug in technique.detections:
        assert fires(slug, tmp_path / "log", tmp_path)


@pytest.mark.parametrize("technique", [t for t in TECHNIQUES if t.cases], ids=lambda t: t.page)
def test_a_technique_without_an_event_is_found_in_our_own(
    technique: Technique, tmp_path: Path
) -> None:
    """Each step by the detection that is named for it."""
    for slug, case in zip(technique.detections, technique.cases, strict=True):
        (tmp_path / slug).mkdir()
        (rule,) = find_detections([slug])
        assert fires(slug, cases(rule, "malicious")[case], tmp_path / slug)


@pytest.mark.samples
def test_what_is_done_outside_of_the_cluster_is_no_audit_event(tmp_path: Path) -> None:
    """An access entry of EKS is in CloudTrail: it is said to be unreadable, not passed over."""
    (technique,) = (t for t in TECHNIQUES if not t.detections)
    (tmp_path / "log").write_text("".join(f"{json.dumps(e)}\n" for e in shown(technique)), "utf-8")
    log = tmp_path / "log"
    summary = read(tmp_path / "store", log)
    assert summary.balance.events == 0
    assert sum(entry.length for entry in summary.quarantine) == log.stat().st_size - 1
