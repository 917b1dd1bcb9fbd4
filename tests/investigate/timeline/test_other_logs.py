"""Events of Kubernetes, the inventory of pods and operations in Azure have their place, too."""

import json
from pathlib import Path
from typing import Any

import pytest

from log_generator.intrusion import HOME, MALLORY, POD, lines
from support.command import read, run

NODE = "aks-nodepool1-31415926-vmss000001"
_CLUSTER = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/"
    "Microsoft.ContainerService/managedClusters/shop"
)


def inventory(minute: int, status: str, restarts: int = 0) -> dict[str, Any]:
    """A row of KubePodInventory."""
    return {
        "TimeGenerated": f"2026-03-02T09:{minute:02}:30Z",
        "Type": "KubePodInventory",
        "Name": POD,
        "Namespace": "shop",
        "PodStatus": status,
        "PodUid": "u",
        "Computer": NODE,
        "ContainerName": "web",
        "ContainerRestartCount": restarts,
        "ControllerKind": "ReplicaSet",
        "ControllerName": "web-5d4f8b7c9d",
    }


def kube_event(count: int, message: str) -> dict[str, Any]:
    """A row of KubeEvents."""
    return {
        "TimeGenerated": f"2026-03-02T10:{count:02}:00Z",
        "Type": "KubeEvents",
        "ObjectKind": "Pod",
        "Namespace": "shop",
        "Name": POD,
        "Reason": "BackOff",
        "Message": message,
        "KubeEventType": "Warning",
        "SourceComponent": "kubelet",
        "Count": count,
        "FirstSeen": "2026-03-02T10:00:00Z",
        "LastSeen": f"2026-03-02T10:{count:02}:00Z",
    }


def operation(status: str, second: int) -> dict[str, Any]:
    """A row of AzureActivity."""
    return {
        "TimeGenerated": f"2026-03-02T09:50:{second:02}Z",
        "Type": "AzureActivity",
        "Caller": MALLORY.title(),
        "CallerIpAddress": HOME,
        "OperationNameValue": (
            "MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/LISTCLUSTERUSERCREDENTIAL/ACTION"
        ),
        "ActivityStatusValue": status,
        "CorrelationId": "c",
        "_ResourceId": _CLUSTER,
        "CategoryValue": "Administrative",
    }


LISTED = {
    "apiVersion": "v1",
    "items": [
        {
            "apiVersion": "v1",
            "kind": "Event",
            "involvedObject": {
                "kind": "DaemonSet",
                "name": "node-tuner",
                "namespace": "kube-system",
            },
            "reason": "SuccessfulCreate",
            "message": "Created pod: node-tuner-1a2b3",
            "type": "Normal",
            "firstTimestamp": "2026-03-02T10:05:02Z",
            "lastTimestamp": "2026-03-02T10:05:02Z",
            "source": {"component": "daemonset-controller"},
        }
    ],
    "kind": "List",
}
"""As `kubectl get events -o json` writes it."""

SECRET = "hunter2x9"  # noqa: S105 planted


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The intrusion with the other logs."""
    folder = tmp_path_factory.mktemp("other")
    (folder / "audit.log").write_bytes(b"".join(lines()))
    rows = [inventory(1, "Pending"), inventory(2, "Running"), inventory(3, "Running")]
    rows += [inventory(4, "Running", 1)]
    message = f"Back-off restarting container web: login --password {SECRET}"
    rows += [kube_event(1, message), kube_event(5, message)]
    rows += [operation("Start", 1), operation("Success", 3)]
    (folder / "rows.json").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    (folder / "events.json").write_text(json.dumps(LISTED, indent=4), "utf-8")
    summary = read(
        folder / "logs.store", *(folder / n for n in ("audit.log", "rows.json", "events.json"))
    )
    assert summary.quarantine == []
    return folder / "logs.store"


def entries(capsys: pytest.CaptureFixture[str], store: Path, *words: str) -> list[dict[str, Any]]:
    """The entries that are not of the audit log."""
    _, out, err = run(capsys, "timeline", store, *words, "--no-findings", "--format", "json")
    assert out, err
    found: list[dict[str, Any]] = json.loads(out)["entries"]
    assert [e["time"] for e in found] == sorted(e["time"] for e in found)
    return [entry for entry in found if entry["source"] != "audit"]


def test_a_pod_has_its_inventory_and_its_events(
    capsys: pytest.CaptureFixture[str], store: Path
) -> None:
    """Of the inventory what changed, of an event that counts up one entry."""
    found = entries(capsys, store, "--pod", f"shop/{POD}")
    assert [(e["source"], e["action"], e["outcome"]) for e in found] == [
        ("pod inventory", "first seen", "Pending"),
        ("pod inventory", "changed", "Running"),
        ("pod inventory", "changed", "Running"),
        ("kubernetes event", "BackOff", "Warning"),
    ]
    assert found[2]["details"]["restarts"] == "1"
    assert found[3]["ended"] == "2026-03-02T10:05:00Z"
    assert SECRET not in json.dumps(found)


def test_an_object_has_the_events_that_kubectl_lists(
    capsys: pytest.CaptureFixture[str], store: Path
) -> None:
    """A file of `kubectl get events -o json` is one of the logs."""
    found = entries(capsys, store, "--object", "ds/kube-system/node-tuner")
    assert [(e["actor"], e["action"]) for e in found] == [
        ("daemonset-controller", "SuccessfulCreate")
    ]


@pytest.mark.parametrize("words", [("--user", MALLORY), ("--address", HOME)])
def test_a_user_and_an_address_have_operations_in_azure(
    capsys: pytest.CaptureFixture[str], store: Path, words: tuple[str, str]
) -> None:
    """One entry from its start to its end, whatever the case of the name."""
    azure = [e for e in entries(capsys, store, *words) if e["source"] == "azure"]
    assert [(e["outcome"], e["time"], e["ended"]) for e in azure] == [
        ("allowed", "2026-03-02T09:50:01Z", "2026-03-02T09:50:03Z")
    ]


def test_a_node_has_what_runs_on_it(capsys: pytest.CaptureFixture[str], store: Path) -> None:
    """By the inventory."""
    assert {e["source"] for e in entries(capsys, store, "--node", NODE)} == {"pod inventory"}


def test_what_does_not_concern_the_selection_is_left_out(
    capsys: pytest.CaptureFixture[str], store: Path
) -> None:
    """Another object's timeline has none of it."""
    assert entries(capsys, store, "--object", "secrets/shop/smtp") == []
