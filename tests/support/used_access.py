"""The permissions that a log of given events shows, and the events of requests."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kubewitness.investigate.access.permissions import Permission, Subject
from kubewitness.investigate.access.used import Used, used_permissions
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.present import present_time
from support.audit_requests import request
from support.command import read

ADA = "ada@shop.example"


def cluster_request(verb: str, path: str, **fields: Any) -> dict[str, Any]:
    """One request by path, without the object in the event."""
    event = request(verb, "none", user=fields.pop("user", ADA), **fields)
    del event["objectRef"]
    return {**event, "requestURI": path}


def write_log(events: Iterable[object], folder: Path) -> Path:
    """A log of these events."""
    log = folder / "audit.ndjson"
    log.write_text("".join(f"{json.dumps(event)}\n" for event in events), "utf-8")
    return log


def used_in(events: Iterable[object], folder: Path, *, exact: bool = True) -> Used:
    """The permissions that were used."""
    store = folder / "logs.store"
    read(store, write_log(events, folder))
    with open_store(store, read_only=True) as connection:
        return used_permissions(connection, Period(), present_time(connection), exact=exact)


def permissions_of(used: Used, user: str = ADA, cluster: str = "") -> set[Permission]:
    """The permissions of one subject."""
    return {use.permission for use in used.uses.get(Subject(cluster, user), ())}
