"""Events that others wrote, and what our detections make of them: a table, and what it rests on.

The events are the unit tests of another project's rules; see `SAMPLE`. All go into one store, each
in days of its own, and every detection is run once.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.library import all_detections
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.store.database import open_store
from support.command import read
from support.paths import SAMPLES

SAMPLE: Final = SAMPLES / "panther-rule-tests.ndjson"

SAME: Final[Mapping[str, tuple[str, ...]]] = {
    "Amazon.EKS.AnonymousAPIAccess": (
        "anonymous-read",
        "anonymous-write",
        "anonymous-from-public-address",
    ),
    "Amazon.EKS.Audit.SystemNamespaceFromPublicIP": ("system-identity-from-public-address",),
    "GCP.K8s.IOC.Activity": (),
    "GCP.K8s.Pod.Attached.To.Node.Host.Network": ("host-network-pod",),
    "GCP.K8S.Pod.Create.Or.Modify.Host.Path.Volume.Mount": ("sensitive-host-path",),
    "GCP.K8S.Service.Type.NodePort.Deployed": ("service-exposed",),
    "Kubernetes.API.AnonymousAccess": (
        "anonymous-read",
        "anonymous-write",
        "anonymous-from-public-address",
    ),
    "Kubernetes.ClusterRoleBinding.Privileged": (
        "binding-to-cluster-admin",
        "binding-to-admin-or-edit",
        "binding-to-system-role",
    ),
    "Kubernetes.DaemonSet.Created": ("daemon-set-created",),
    "Kubernetes.Pod.Exec": ("pod-exec",),
    "Kubernetes.Kubectl.CP.Operation": ("files-copied-from-pod",),
    "Kubernetes.API.Multiple403.PublicIP": ("requests-denied-in-burst",),
    "Kubernetes.Pod.Host.Network": ("host-network-pod",),
    "Kubernetes.Pod.HostPath.Volume": ("sensitive-host-path",),
    "Kubernetes.Role.NodeProxyPermissions": ("role-granting-exec",),
    "Kubernetes.Role.Wildcard": ("wildcard-role",),
    "Kubernetes.Secret.AccessDenied": ("secrets-denied-in-burst",),
    "Kubernetes.BulkSecretAccess": ("secrets-read-in-burst",),
    "Kubernetes.Service.NodePort.Deployed": ("service-exposed",),
    "Kubernetes.Pod.StealServiceAccountToken": ("credentials-read-in-pod",),
    "Kubernetes.System.Principal.PublicIP": ("system-identity-from-public-address",),
}
"""Which of our detections are for what a rule of theirs is for."""

_COMPLETE: Final = """
UPDATE store.audit_events SET
    Stage = coalesce(nullif(Stage, ''), 'ResponseComplete'),
    AuditId = coalesce(nullif(AuditId, ''), 'event-' || rowid),
    ResponseStatus = coalesce(ResponseStatus, '{"code":200}')
"""

_SLOT: Final = timedelta(days=4)
_START: Final = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_NAMESPACE: Final = re.compile(r"(?<=/namespaces/)[^/]+")


@dataclass(frozen=True)
class Agreement:
    """One of their tests.

    Attributes:
        rule: theirs.
        test: its name.
        is_attack: whether their rule fires on it.
        found: which of our detections fire on it.
        is_read: whether it is an audit event at all.
    """

    rule: str
    test: str
    is_attack: bool
    found: frozenset[str]
    is_read: bool

    @property
    def same(self) -> frozenset[str]:
        """Which of those are for the same thing."""
        return self.found & {*SAME[self.rule]}


def agreement(folder: Path) -> list[Agreement]:
    """Run every detection on every event.

    Args:
        folder: empty; for the events and the store.
    """
    tests = [json.loads(line) for line in SAMPLE.read_text("utf-8").splitlines()]
    (folder / "events").mkdir()
    for number, test in enumerate(tests):
        path = folder / "events" / f"{number:03}.json"
        path.write_text("".join(_lines(number, test)), "utf-8")
    store = folder / "store"
    read(store, folder / "events")
    slots = _spread(store)
    found: dict[int, set[str]] = {number: set() for number in range(len(tests))}
    with open_for_queries(store) as connection:
        rules = [rule for rule in all_detections() if "KubeAudit" in rule.query]
        engine = LocalEngine(connection, rules)
        for rule in rules:
            for finding in engine.run(rule):
                if finding.time and rule.slug != "audit-gap":  # between the days there is nothing
                    found[(finding.time - _START) // _SLOT].add(rule.slug)
    return [
        Agreement(test["rule_id"], test["test"], test["expected"], frozenset(found[n]), n in slots)
        for n, test in enumerate(tests)
    ]


def _lines(number: int, test: Mapping[str, Any]) -> Iterator[str]:
    """Yield the event, as often as their rule must see it; each time of another object."""
    for index in range(test["threshold"] or 1):
        yield (
            json.dumps(_nth(test["log"], f"{number}-{index}", f"-{index}" if index else "")) + "\n"
        )


def _nth(log: Mapping[str, Any], audit_id: str, end: str) -> Mapping[str, Any]:
    """Return the event with an id of its own and another name; if it has none, namespace."""
    if isinstance(text := log.get("properties", {}).get("log"), str):
        event = _nth(json.loads(text), audit_id, end)
        return {**log, "properties": {**log["properties"], "log": json.dumps(event)}}
    if payload := log.get("protoPayload"):
        place = _NAMESPACE.sub(rf"\g<0>{end}", payload.get("resourceName", ""))
        return {**log, "insertId": audit_id, "protoPayload": {**payload, "resourceName": place}}
    reference = dict(log.get("objectRef", {}))
    if what := next((name for name in ("name", "namespace") if name in reference), None):
        reference[what] += end
    return {**log, "auditID": audit_id, **({"objectRef": reference} if reference else {})}


def _spread(store: Path) -> frozenset[int]:
    """Move the events of each file into days of its own; return which files gave any."""
    with open_store(store) as connection:
        files = dict(connection.execute("SELECT number, name FROM store.files").fetchall())
        numbers = {number: int(Path(name).stem) for number, name in files.items()}
        for number, place in numbers.items():
            connection.execute(
                "UPDATE store.audit_events SET TimeGenerated = ? + to_seconds("
                "row_number) FROM (SELECT rowid AS r, row_number() OVER (ORDER BY LogOffset) "
                "AS row_number FROM store.audit_events WHERE LogFile = ?) AS n "
                "WHERE store.audit_events.rowid = n.r",
                [_START + place * _SLOT + timedelta(days=1), number],
            )
        # The events are abridged: what kube-apiserver always writes is filled in where it is not.
        connection.execute(_COMPLETE)
        rows = connection.execute("SELECT DISTINCT LogFile FROM store.audit_events").fetchall()
    return frozenset(numbers[row[0]] for row in rows)
