"""What detections would see: AKS's audit policy, the settings, the tables, and what follows."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from kubewitness.audit_policy.aks import AKS_AUDIT_POLICY
from kubewitness.audit_policy.policy import AuditRule, as_logged, level
from kubewitness.catalog.log_categories import (
    ACTIVITY_CATEGORIES,
    GUARD,
    KUBE_AUDIT,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.detections.coverage.assessment import (
    Channel,
    DetectionCoverage,
    Reach,
    Status,
    assess,
    by_technique,
    demand,
)
from kubewitness.detections.coverage.simulation import Event, attacks_found
from kubewitness.detections.library import all_detections, cases
from kubewitness.errors import ExitCode
from kubewitness.provision.trail.workspace import READS_THAT_DETECTIONS_NEED
from support.command import run
from support.engine import write_project
from support.paths import EXAMPLES, SAMPLES

SAMPLE = SAMPLES / "aks-audit-policy.yaml"

RULES = all_detections()


def channel(category: str, reach: Reach = Reach.ALERT, **others: Any) -> Channel:
    """A channel of which all is known."""
    return Channel(category, reach, reach, **others)


ACTIVITY = (channel(GUARD), *map(channel, ACTIVITY_CATEGORIES))
FULL = (channel(KUBE_AUDIT), channel(KUBE_AUDIT_ADMIN), *ACTIVITY)
ADMIN = (channel(KUBE_AUDIT_ADMIN), *ACTIVITY)
FILTERED = (
    channel(KUBE_AUDIT, transformation=READS_THAT_DETECTIONS_NEED),
    channel(KUBE_AUDIT_ADMIN),
    *ACTIVITY,
)
LEGACY = (channel(KUBE_AUDIT, resource_specific=False), *ACTIVITY)


@cache
def whole() -> dict[str, frozenset[str]]:
    """What is found where nothing is missing."""
    return attacks_found(RULES, lambda event: event)


def by_slug(*channels: Channel) -> dict[str, DetectionCoverage]:
    """What becomes of each rule."""
    return {one.detection.slug: one for one in assess(channels, RULES)}


def test_the_audit_policy_is_the_one_that_was_compared_with_the_published_one() -> None:
    """Where Azure's page is not at hand, too; who changes it compares anew, by the next test."""
    entries = json.dumps([asdict(rule) for rule in AKS_AUDIT_POLICY], sort_keys=True)
    assert sha256(entries.encode()).hexdigest() == (
        "79d1966b288f3b766221251be58a1e4a45119c61d52dcc13610d453e16ac9e1b"
    )


@pytest.mark.samples
def test_the_audit_policy_is_the_one_that_azure_publishes() -> None:
    """Entry by entry, in the same order."""
    assert (
        tuple(map(_entry, yaml.safe_load(SAMPLE.read_text("utf-8"))["rules"])) == AKS_AUDIT_POLICY
    )


def _entry(rule: Mapping[str, Any]) -> AuditRule:
    groups = rule.get("resources")
    return AuditRule(
        rule["level"],
        users=tuple(rule.get("users", ())),
        groups=tuple(rule.get("userGroups", ())),
        verbs=tuple(rule.get("verbs", ())),
        namespaces=tuple(rule.get("namespaces", ())),
        resources=groups and {one["group"]: tuple(one.get("resources", ())) for one in groups},
        names=tuple(name for one in groups or () for name in one.get("resourceNames", ())),
        paths=tuple(rule.get("nonResourceURLs", ())),
    )


@pytest.mark.parametrize(
    ("verb", "reference", "username", "expected"),
    [
        ("get", {"resource": "secrets", "namespace": "shop"}, "alice", "Metadata"),
        ("create", {"resource": "pods", "namespace": "shop"}, "alice", "RequestResponse"),
        ("create", {"resource": "pods", "subresource": "exec"}, "alice", "RequestResponse"),
        ("get", {"resource": "pods"}, "aksService", "None"),
        ("create", {"resource": "applications", "apiGroup": "argoproj.io"}, "alice", "Metadata"),
        ("deletecollection", {"resource": "events", "namespace": "shop"}, "alice", "None"),
        ("delete", {"resource": "events", "namespace": "shop"}, "alice", "Metadata"),
        ("update", {"resource": "configmaps", "name": "coredns-custom",
                    "namespace": "kube-system"}, "alice", "RequestResponse"),
        ("update", {"resource": "configmaps", "name": "coredns",
                    "namespace": "kube-system"}, "alice", "Metadata"),
        ("list", {"resource": "clusterroles", "apiGroup": "rbac.authorization.k8s.io"},
         "alice", "Request"),
    ],
)  # fmt: skip
def test_the_first_entry_that_matches_decides(
    verb: str, reference: dict[str, str], username: str, expected: str
) -> None:
    """As kube-apiserver reads a policy."""
    event = {"verb": verb, "objectRef": reference, "user": {"username": username}}
    assert level(event, AKS_AUDIT_POLICY) == expected


def test_what_a_level_leaves_out_is_gone() -> None:
    """And a cluster that logged less than AKS would is not made to have logged more."""
    event = {"verb": "create", "objectRef": {"resource": "secrets"}, "requestObject": {"a": 1}}
    logged = as_logged(event, AKS_AUDIT_POLICY)
    assert logged is not None
    assert "requestObject" not in logged
    pod = {"verb": "create", "objectRef": {"resource": "pods"}, "level": "Request"}
    assert as_logged({**pod, "requestObject": 1, "responseObject": 2}, AKS_AUDIT_POLICY) == {
        **pod,
        "requestObject": 1,
    }


def test_every_case_is_found_among_all_the_others() -> None:
    """The cases of all detections in one log, each in its own days."""
    assert whole() == {rule.slug: frozenset(cases(rule, "malicious")) for rule in RULES}


def _without_bodies(event: Event) -> Event:
    return {k: v for k, v in event.items() if k not in {"requestObject", "responseObject"}}


def test_each_detection_needs_what_it_says_it_needs() -> None:
    """Some case is lost where what it needs is missing, and none where it is not."""
    without = {
        "activity": lambda e: None if "OperationNameValue" in e else e,
        "guard": lambda e: None if "Message" in e else e,
        "reads": lambda e: None if e.get("verb") in {"get", "list"} else e,
        "impersonation": lambda e: {k: v for k, v in e.items() if k != "impersonatedUser"},
        "request bodies": _without_bodies,
    }
    lost = {need: attacks_found(RULES, passes) for need, passes in without.items()}
    needed = {
        rule.slug: {need for need in without if lost[need][rule.slug] != whole()[rule.slug]}
        for rule in RULES
    }
    assert needed == {r.slug: set(r.kubewitness.needs) for r in RULES if r.kubewitness}


def test_of_ten_detections_nine_and_a_half_can_alert_where_everything_is_collected() -> None:
    """What cannot is said to be so: AKS's policy and tables leave something out."""
    found = by_slug(*FULL)
    able = [one for one in found.values() if one.status is Status.ALERTABLE]
    assert len(able) >= 0.95 * len(RULES), [s for s, o in found.items() if o not in able]


def test_the_profile_filtered_keeps_all_that_detections_read() -> None:
    """But one: what every node reads all day is what the profile is there to drop."""
    full = by_slug(*FULL)
    worse = {slug: one.missed for slug, one in by_slug(*FILTERED).items() if one != full[slug]}
    assert worse == {"system-identity-from-public-address": ("lease-of-its-own-read",)}


def test_a_cluster_without_reads_does_not_see_commands() -> None:
    """A command is run by a GET since kubectl 1.30."""
    found = by_slug(*ADMIN)["pod-exec"]
    assert found.status is Status.DEGRADED
    assert "exec-as-get" in found.missed
    assert "exec-as-create" not in found.missed


def test_logs_that_no_scheduled_rule_can_query_are_for_hunting() -> None:
    """A storage account, an event hub, a table of plan Basic."""
    stored = [channel(KUBE_AUDIT, Reach.HUNT), channel(GUARD, Reach.HUNT)]
    assert by_slug(*stored)["pod-exec"].status is Status.HUNT_ONLY
    assert {one.status for one in by_slug().values()} == {Status.BLIND}


def test_what_depends_on_the_unknown_is_undecided() -> None:
    """And says what it would be at best; what does not depend on it is decided."""
    unsure = Channel(KUBE_AUDIT, Reach.HUNT, Reach.ALERT)
    found = by_slug(unsure)
    assert (found["pod-exec"].status, found["pod-exec"].at_best) == (
        Status.UNDECIDED,
        Status.ALERTABLE,
    )
    sure = by_slug(unsure, *FULL)
    assert sure["pod-exec"].status is Status.ALERTABLE


def test_a_technique_is_as_good_as_its_best_detection() -> None:
    """And a doubtful detection is better than a blind one, without being a pass."""
    rule = RULES[0]
    for statuses, expected in (
        ((Status.BLIND, Status.DEGRADED), Status.DEGRADED),
        ((Status.BLIND, Status.UNDECIDED), Status.UNDECIDED),
        ((Status.HUNT_ONLY, Status.ALERTABLE), Status.ALERTABLE),
    ):
        found = by_technique([DetectionCoverage(rule, status) for status in statuses])
        assert set(found.values()) == {expected}


def test_the_command_tells_what_a_program_would_see(capfd: pytest.CaptureFixture[str]) -> None:
    """As JSON, with the ways that the logs take."""
    code, out, _ = run(
        capfd, "coverage", EXAMPLES / "quickstart", "--rule", "pod-exec", "--format", "json"
    )
    assert code == ExitCode.OK
    (cluster,) = json.loads(out)["clusters"]
    assert cluster["techniques"] == {"T1609": "alertable"}
    assert {c["category"] for c in cluster["channels"]} == {
        "kube-audit",
        "kube-audit-admin",
        "guard",
    }


def test_a_required_technique_that_nothing_can_know_is_undecided(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """The workspace is of another stack, and its table may have any plan."""
    words = ("coverage", EXAMPLES / "waf-aligned", "--rule", "pod-exec")
    code, out, err = run(capfd, *words, "--require", "T1609")
    assert code == ExitCode.UNDECIDED
    assert err.startswith(
        "shop-cluster: T1609 may not be covered: pod-exec is undecided and misses"
    )
    assert "alertable at best, depending on unknown values" in out


def test_a_technique_is_covered_where_all_its_detections_of_the_clusters_logs_are() -> None:
    """Changes alone show a debug container, and never that somebody ran a command."""
    changes = tuple(c for c in FULL if c.category != KUBE_AUDIT)
    found = demand(assess(changes, RULES), "T1609")
    assert (found.is_met, "pod-exec is degraded and misses" in found.why) == (False, True)
    assert demand(assess(changes, RULES), "T1609", not_blind=True).is_met
    assert demand(assess(FULL, RULES), "T1609").is_met
    unsure = assess((Channel(KUBE_AUDIT, Reach.HUNT, Reach.ALERT), *changes), RULES)
    assert demand(unsure, "T1609").is_met is None
    assert demand(assess((), RULES), "T1609", not_blind=True).is_met is False


def test_a_detection_of_the_activity_log_is_demanded_by_its_name() -> None:
    """The log is the subscription's; a technique that no other detection is of needs it."""
    audit = {KUBE_AUDIT, KUBE_AUDIT_ADMIN, GUARD}
    found = assess([c for c in FULL if c.category in audit], RULES)
    assert demand(found, "T1609").is_met
    assert not demand(found, "aks-run-command-used").is_met
    of_activity = [r for r in RULES if r.kubewitness and "activity" in r.kubewitness.needs]
    others = {t for r in RULES if r not in of_activity for t in r.relevant_techniques}
    alone = {t for r in of_activity for t in r.relevant_techniques} - others
    assert alone
    assert not any(demand(found, technique).is_met for technique in alone)


def test_a_demand_that_is_misspelt_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """It would never be met; all are told at once, before a program is run."""
    words = ("--require", "T1699", "--require-not-blind", "pod-exce")
    code, _, err = run(capsys, "coverage", EXAMPLES / "quickstart", *words)
    assert (code, err.count("error: ")) == (ExitCode.USAGE, 2)
    assert "did you mean `pod-exec`" in err


def test_a_layer_of_the_navigator_has_each_technique_once(
    capfd: pytest.CaptureFixture[str],
) -> None:
    """With the detections that it rests on."""
    words = ("coverage", EXAMPLES / "quickstart", "--format", "navigator", "--rule", "pod-exec")
    code, out, _ = run(capfd, *words)
    assert code == ExitCode.OK
    layer = json.loads(out)
    assert (layer["domain"], layer["versions"]["layer"]) == ("enterprise-attack", "4.5")
    (technique,) = layer["techniques"]
    assert (technique["techniqueID"], technique["score"]) == ("T1609", 100)
    assert technique["comment"] == "pod-exec: alertable"


PROGRAM = """\
from pulumi_azure_native import resources

from kubewitness import AuditDetections, SecureAksCluster

group = resources.ResourceGroup("shop")
shop = SecureAksCluster("shop", {
    "resource_group_name": group.name,
    "cluster_admins": {"group_object_ids": ["11111111-1111-1111-1111-111111111111"]},
    "api_access": {"private": True},
})
AuditDetections("detections", {"workspace_id": shop.workspace_id, "sentinel": "onboard"})
"""


def test_on_default_settings_nearly_every_detection_can_alert(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A cluster and the detections, with nothing said that need not be said."""
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    words = ("coverage", tmp_path, "--format", "json", "--python", sys.executable)
    code, out, _ = run(capfd, *words)
    assert code == ExitCode.OK
    (cluster,) = json.loads(out)["clusters"]
    assert cluster["summary"]["alertable"] >= 0.95 * len(RULES)
    assert not cluster["summary"]["undecided"]


FRUGAL = """
import pulumi
from pulumi_azure_native import containerservice, monitor, operationalinsights, resources

group = resources.ResourceGroup("group")
workspace = operationalinsights.Workspace("logs", resource_group_name=group.name)
cluster = containerservice.ManagedCluster("aks", resource_group_name=group.name)
monitor.DiagnosticSetting(
    "audit",
    resource_uri=cluster.id,
    workspace_id=workspace.id,
    log_analytics_destination_type="Dedicated",
    logs=[{"category": "kube-audit-admin", "enabled": True}],
)
"""
"""A cluster that collects only changes."""


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({}, ExitCode.OK),
        ({"aks-detection-coverage": {"techniques": ["pod-exec"]}}, ExitCode.OK),
        (
            {
                "aks-detection-coverage": {
                    "enforcementLevel": "mandatory",
                    "techniques": ["pod-exec"],
                }
            },
            ExitCode.VIOLATION,
        ),
        (
            {
                "aks-detection-coverage": {
                    "enforcementLevel": "mandatory",
                    "techniques": ["pod-exec"],
                },
                "aks-audit-logs-remediation": "remediate",
            },
            ExitCode.OK,
        ),
        ({"aks-detection-coverage": {"techniqes": ["pod-exec"]}}, ExitCode.USAGE),
    ],
    ids=["none", "policy is off", "required", "required and remediated", "misspelt"],
)
def test_the_settings_of_the_policies_count(
    settings: dict[str, Any], code: ExitCode, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """What they require is required, and what they remediate is covered."""
    program = write_project(tmp_path / "program", FRUGAL)
    config = tmp_path / "settings.json"
    config.write_text(json.dumps(settings), "utf-8")
    words = ("--rule", "pod-exec", "--python", sys.executable, "--policy-pack-config", config)
    assert run(capfd, "coverage", program, *words)[0] == code
