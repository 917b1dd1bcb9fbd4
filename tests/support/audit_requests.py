"""Audit events of requests, and what rules find in them."""

import json
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from kubewitness.detections.detection import Detection
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.kql.query import open_for_queries
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.store.database import open_store

_numbers = count(1)


def request(  # noqa: PLR0913 each is a field of an event, and has a default
    verb: str,
    resource: str,
    name: str = "",
    *,
    namespace: str = "shop",
    subresource: str = "",
    group: str = "",
    user: str = "mallory@shop.example",
    code: int = 200,
    body: object = None,
    **fields: object,
) -> dict[str, Any]:
    """One request as kube-apiserver writes it when it is complete, with an audit id of its own."""
    number = next(_numbers)
    api = f"/apis/{group}/v1" if group else "/api/v1"
    path = "/".join(filter(None, [api, "namespaces", namespace, resource, name, subresource]))
    reference = {
        "resource": resource,
        "namespace": namespace,
        "name": name,
        "apiGroup": group,
        "apiVersion": "v1",
        "subresource": subresource,
    }
    return {
        "kind": "Event",
        "apiVersion": "audit.k8s.io/v1",
        "level": "Metadata" if body is None else "Request",
        "auditID": f"00000000-0000-4000-8000-{number:012}",
        "stage": "ResponseComplete",
        "requestURI": path,
        "verb": verb,
        "user": {"username": user, "groups": ["system:authenticated"]},
        "sourceIPs": ["203.0.113.7"],
        "userAgent": "kubectl/v1.33.1",
        "objectRef": {key: value for key, value in reference.items() if value},
        "responseStatus": {"metadata": {}, "code": code},
        **({} if body is None else {"requestObject": body}),
        "requestReceivedTimestamp": f"2026-03-01T10:00:{number % 60:02}.000000Z",
        "stageTimestamp": f"2026-03-01T10:00:{number % 60:02}.100000Z",
        "annotations": {"authorization.k8s.io/decision": "allow"},
        **fields,
    }


def findings(
    rules: Sequence[Detection], events: Iterable[object], folder: Path
) -> dict[str, list[dict[str, Any]]]:
    """The rows that each rule finds, by its name.

    Args:
        rules: to run.
        events: lines of a log.
        folder: for the log and the store.
    """
    log = folder / "audit.ndjson"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    with open_store(folder / "store") as connection:
        assert not ingest(connection, find_log_files([str(log)])).quarantine
    with open_for_queries(folder / "store") as connection:
        engine = LocalEngine(connection, rules)
        return {rule.slug: [dict(f.values) for f in engine.run(rule)] for rule in rules}
