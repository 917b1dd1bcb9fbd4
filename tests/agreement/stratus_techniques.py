"""The techniques of Stratus Red Team on Kubernetes and EKS, and which detections find them.

Its pages show the events that a technique leaves, abridged by people and at times in another
product's words. What they say is kept; what kube-apiserver always writes is filled in where they
left it out. A page without an event is told by one of our own cases, which is said.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from agreement.detections import SAMPLE

PAGES: Final = SAMPLE.parent / "stratus"


class Technique(NamedTuple):
    """One of their pages.

    Attributes:
        page: its name.
        detections: of ours, each of which finds it.
        cases: for a page that shows no event, the malicious case that has what it describes, in
            the order of the detections.
        remark: what else is to be said.
    """

    page: str
    detections: tuple[str, ...]
    cases: tuple[str, ...] = ()
    remark: str = ""


TECHNIQUES: Final = (
    Technique("k8s.credential-access.dump-secrets", ("secrets-listed",)),
    Technique("k8s.credential-access.steal-serviceaccount-token", ("credentials-read-in-pod",)),
    Technique(
        "k8s.persistence.create-admin-clusterrole",
        ("wildcard-role", "service-account-created-in-kube-system", "long-lived-token-secret"),
        ("everything", "by-a-user", "created"),
    ),
    Technique(
        "k8s.persistence.create-client-certificate",
        ("certificate-for-a-system-identity", "certificate-approved"),
        ("controller-manager", "self-approved"),
    ),
    Technique("k8s.persistence.create-token", ("kube-system-token-minted",)),
    Technique(
        "k8s.privilege-escalation.hostpath-volume", ("sensitive-host-path",), ("root-of-the-disk",)
    ),
    Technique("k8s.privilege-escalation.nodes-proxy", ("kubelet-through-proxy",)),
    Technique("k8s.privilege-escalation.privileged-pod", ("privileged-container",)),
    Technique(
        "eks.persistence.backdoor-aws-auth-configmap",
        ("aws-auth-changed",),
        remark="The verb is not in the event; `update` is what the technique does.",
    ),
    Technique(
        "eks.lateral-movement.create-access-entry",
        (),
        remark=(
            "This is done in the API of AWS and logged in CloudTrail, which we do not read: the "
            "API server does not receive it. The later requests of the new principal are in the "
            "audit log, and the saved query `new-users` shows the first one."
        ),
    ),
)

_BLOCK: Final = re.compile(r"```json[^\n]*\n(.*?)```", re.DOTALL)
_TRAILING_COMMA: Final = re.compile(r",(?=\s*[}\]])")
_NAMESPACE: Final = re.compile(r"/namespaces/([^/]+)/")


def shown(technique: Technique) -> list[dict[str, Any]]:
    """The events in a page, as they stand there but for commas that JSON does not know."""
    text = (PAGES / f"{technique.page}.md").read_text("utf-8")
    return [json.loads(_TRAILING_COMMA.sub("", block)) for block in _BLOCK.findall(text)]


def completed(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event with what kube-apiserver always writes.

    Verb and code stand under `http` in the words of the product that they were taken from; the
    namespace is in the path.
    """
    event = {**event, **event.get("attributes", {})}
    http = event.pop("http", {})
    event.pop("attributes", None)
    namespace = _NAMESPACE.search(event["requestURI"])
    reference = {"namespace": namespace[1]} if namespace else {}
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata",
        "auditID": "7d0c5c3e-0000-4000-8000-000000000001",
        "stage": "ResponseComplete",
        "verb": http.get("method", "update"),
        "user": {"username": "mallory@example.com", "groups": ["system:authenticated"]},
        "sourceIPs": ["203.0.113.66"],
        "userAgent": "stratus-red-team",
        "responseStatus": {"metadata": {}, "code": http.get("status_code", 200)},
        "requestReceivedTimestamp": "2026-05-01T10:00:00.000000Z",
        "stageTimestamp": "2026-05-01T10:00:00.100000Z",
        **event,
        "objectRef": {**reference, **event["objectRef"]},
    }


def write_events(technique: Technique, path: Path) -> None:
    """Write the completed events of a page, a line each."""
    path.write_text("".join(f"{json.dumps(completed(e))}\n" for e in shown(technique)), "utf-8")


def rows() -> Iterator[tuple[str, str, str]]:
    """For the page: technique, what finds it, what the events are."""
    for technique in TECHNIQUES:
        found = ", ".join(f"`{slug}`" for slug in technique.detections) or "not found"
        own = "our own cases: the page shows none" if technique.cases else "the page's, completed"
        events = own if technique.detections else "of CloudTrail"
        yield technique.page, found, f"{events}. {technique.remark}".removesuffix(" ")
