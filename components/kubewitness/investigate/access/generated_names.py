"""Names of objects that Kubernetes generated: a role that keeps one soon grants nothing."""

import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import Final, TypeAlias

import duckdb

from kubewitness.investigate.access.permissions import Permission

_LETTERS: Final = "[bcdfghjklmnpqrstvwxz2456789]"
"""Source: Kubernetes, `k8s.io/apimachinery/pkg/util/rand`."""

_GENERATED: Final = re.compile(rf"-{_LETTERS}{{5}}$")
"""The suffix that generateName appends."""

_OF_CONTROLLERS: Final[Mapping[str, re.Pattern[str]]] = {
    "replicasets": re.compile(rf"-{_LETTERS}{{6,10}}$"),
    "controllerrevisions": re.compile(rf"-{_LETTERS}{{5,10}}$"),
    "jobs": re.compile(r"-\d{8,10}$"),
    "events": re.compile(r"\.[0-9a-f]{14,16}$"),
}
"""How names end that controllers compute: of ReplicaSets and ControllerRevisions a hash, of Jobs of
a CronJob a time, of events a time."""

# kube-apiserver adds the name in the request to the event before it generates one.
_CREATED: Final = """
SELECT DISTINCT coalesce(Ref[1], ''), Ref[2], coalesce(Ref[4], ''),
    ResponseObject->>'$.metadata.name'
FROM events WHERE Verb = 'create' AND Ref[2] <> '' AND coalesce(Ref[3], '') = ''
    AND coalesce(Ref[5], '') = '' AND ResponseObject IS NOT NULL"""

GeneratedNames: TypeAlias = AbstractSet[tuple[str, str, str, str]]
"""Group, resource, namespace and name of objects."""


def looks_generated(name: str, resource: str) -> str:
    """Return the SQL of whether a name looks generated, as `is_generated` decides it.

    Args:
        name: the SQL of the name.
        resource: the SQL of the resource, without its subresource.
    """
    special = " ".join(
        f"WHEN {resource} = '{kind}' THEN regexp_matches({name}, '{ending.pattern}')"
        for kind, ending in _OF_CONTROLLERS.items()
    )
    return f"(regexp_matches({name}, '{_GENERATED.pattern}') OR CASE {special} ELSE false END)"


def generated_names(connection: duckdb.DuckDBPyConnection) -> GeneratedNames:
    """Return the objects in the view `events` that were created without a name."""
    return {row for row in connection.execute(_CREATED).fetchall() if row[3]}


def is_generated(permission: Permission, known: GeneratedNames) -> bool:
    """Return whether Kubernetes generated the name in a permission, as far as the log shows it.

    Args:
        known: the objects that were created without a name.
    """
    if not permission.name:
        return False
    resource = permission.resource.partition("/")[0]
    key = (permission.group, resource, permission.namespace, permission.name)
    endings = (_GENERATED, _OF_CONTROLLERS.get(resource, _GENERATED))
    return key in known or any(ending.search(permission.name) for ending in endings)
