"""What exists in the stand-in's Azure, by its log, and what changed there since."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import sdk
from .sdk import Values

Entry = dict[str, Any]


@dataclass(frozen=True)
class World:
    """The resources that were written, in order, and the environment of the run.

    Attributes:
        log: each call that was not part of a preview.
        drift: for each kind of resource what Azure changed by itself, by path; `{}` for none.
        table_plan: of a workspace's tables.
        is_reader: whether whoever deploys may only read.
    """

    log: Sequence[Entry] = ()
    drift: dict[str, Values] = field(default_factory=dict)
    table_plan: str = "Analytics"
    is_reader: bool = False

    @classmethod
    def from_environment(cls) -> "World":
        """Return the world of the engine that started this plugin."""
        log = Path(os.environ.get("STAND_IN_LOG", os.devnull))
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return cls(
            [json.loads(line) for line in lines],
            json.loads(os.environ.get("STAND_IN_DRIFT", "{}")),
            os.environ.get("STAND_IN_TABLE_PLAN", "Analytics"),
            "STAND_IN_READER" in os.environ,
        )

    def written(self, resource_id: str) -> Values | None:
        """Return the last inputs of a resource; None if this stand-in has not made it."""
        known = [
            entry["inputs"]
            for entry in self.log
            if entry.get("id") == resource_id and "inputs" in entry
        ]
        return known[-1] if known else None

    def existing(self, kind: str, below: str = "") -> list[Entry]:
        """Return the last call for each resource of a kind that exists below an identifier."""
        last: dict[str, Entry] = {}
        for entry in self.log:
            if "id" in entry and sdk.kind(entry["type"]) == kind:
                last[entry["id"]] = entry
        return [
            entry
            for key, entry in last.items()
            if entry["op"] != "delete" and key.lower().startswith(below.lower())
        ]

    def pools_of(self, cluster_id: str, inline: Sequence[Values]) -> Iterator[Values]:
        """Yield the node pools of a cluster besides those that it was written with."""
        names = {pool.get("name") for pool in inline}
        for entry in self.existing("containerservice:AgentPool", f"{cluster_id}/"):
            name = entry["id"].rpartition("/")[-1]
            if name not in names:
                yield {**entry["inputs"], "name": name}

    def version_of(self, cluster_name: str, default: str) -> str:
        """Return the Kubernetes version of a cluster."""
        for entry in self.existing("containerservice:ManagedCluster"):
            if entry["id"].endswith(f"/{cluster_name}"):
                return str(entry["inputs"].get("kubernetesVersion", default))
        return default

    def rule_of(self, workspace_id: str) -> str | None:
        """Return the transformation that a deployment gave a workspace after its last write."""
        rule = None
        for entry in self.log:
            if entry.get("id") == workspace_id:
                rule = None
            elif "inputs" in entry and "Deployment" in entry["type"]:
                rule = _rule(entry["inputs"], workspace_id) or rule
        return rule

    def drifted(self, kind: str, outputs: Values) -> Values:
        """Return the outputs of a resource as Azure has changed them since."""
        changed: Values = json.loads(json.dumps(outputs))
        for path, value in self.drift.get(kind, {}).items():
            *steps, last = re.findall(r"\w+", path)
            place: Any = changed
            for step in steps:
                place = place[int(step)] if isinstance(place, list) else place.setdefault(step, {})
            place[last] = value
        return changed


def _rule(deployment: Values, workspace_id: str) -> str | None:
    properties = deployment["properties"]
    named = properties["parameters"].get("workspace", {}).get("value")
    writes = any(
        "defaultDataCollectionRuleResourceId" in one.get("properties", {})
        for one in properties["template"]["resources"]
    )
    if not writes or named != workspace_id.rpartition("/")[-1]:
        return None
    group = workspace_id.partition("/providers/")[0]
    return f"{group}/providers/Microsoft.Insights/dataCollectionRules/{named}-kube-audit"
