"""Files of granted permissions, as kubectl and the Azure CLI write them."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from support.used_access import ADA

CLUSTER = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/shop/providers/"
    "Microsoft.ContainerService/managedClusters/shop"
)


def rule(verbs: Sequence[str], resources: Sequence[str], group: str = "") -> dict[str, Any]:
    """A rule of a role."""
    return {"apiGroups": [group], "resources": [*resources], "verbs": [*verbs]}


def bound(
    name: str,
    rules: Sequence[Mapping[str, Any]],
    subject: Mapping[str, str] | None = None,
    namespace: str = "",
) -> list[dict[str, Any]]:
    """A role and its binding."""
    kind = "Role" if namespace else "ClusterRole"
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return [
        {"kind": kind, "metadata": metadata, "rules": [*rules]},
        {
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "roleRef": {"kind": kind, "name": name},
            "subjects": [subject or {"kind": "User", "name": ADA}],
        },
    ]


def write_rbac(objects: Sequence[Mapping[str, Any]], folder: Path) -> Path:
    """The output of `kubectl get … -o yaml`."""
    path = folder / "rbac.yaml"
    document = {"apiVersion": "v1", "kind": "List", "items": [*objects]}
    path.write_text(yaml.safe_dump(document), "utf-8")
    return path


def write_azure(entries: Sequence[Mapping[str, Any]], folder: Path, name: str = "az.json") -> Path:
    """The output of `az role … list -o json`."""
    path = folder / name
    path.write_text(json.dumps([*entries]), "utf-8")
    return path
