"""The properties of each subject in a log: groups, object ID, role assignments."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import duckdb

from kubewitness.azure.resource_ids import fold
from kubewitness.investigate.access.permissions import Subject

# An impersonator needs permissions, too, and may have them as a member of a group.
_ACTORS: Final = """
SELECT Cluster, coalesce(Who->>'$.username', '') AS Name,
    json_extract_string(Who, ['$.groups', '$.extra.oid[0]', '$.extra."oid"']) AS Details
FROM (SELECT Cluster, unnest([User, ImpersonatedUser]) AS Who FROM events)
WHERE Who IS NOT NULL GROUP BY ALL"""

# The long form of the reason names the assignment; the short form, of cached decisions, does not.
_ASSIGNMENTS: Final = """
SELECT Cluster, coalesce(ImpersonatedUser->>'$.username', Username) AS Name,
    regexp_extract(Reason, 'Role Assignment ([^ ]+) of Role', 1) AS Assignment,
    count(DISTINCT AuditId)
FROM events WHERE starts_with(Reason, $reason) GROUP BY ALL"""

_WHOLE: Final = "azure-export"
"""How rows are marked that a diagnostic setting wrote to storage or an event hub."""

_SHAPES: Final = "SELECT DISTINCT LogShape FROM events WHERE Cluster = $cluster"


@dataclass
class Actor:
    """A subject in a log.

    Attributes:
        groups: of which it was a member in some request.
        object_ids: in Entra ID, folded.
        assignments: by which Azure RBAC allowed requests, in lower case without dashes.
        unnamed: how many requests Azure RBAC allowed without naming the assignment.
    """

    groups: set[str] = field(default_factory=set)
    object_ids: set[str] = field(default_factory=set)
    assignments: set[str] = field(default_factory=set)
    unnamed: int = 0


def actors(connection: duckdb.DuckDBPyConnection, reason: str) -> Mapping[Subject, Actor]:
    """Return the subjects in the view `events`.

    Args:
        reason: what the reason begins with if Azure RBAC allowed a request.
    """
    found: dict[Subject, Actor] = {}
    for cluster, name, (groups, oid, whole) in connection.execute(_ACTORS).fetchall():
        actor = found.setdefault(Subject(cluster, name), Actor())
        actor.groups |= set(_list(groups))
        actor.object_ids |= {fold(each) for each in (oid or whole, name) if each}
    rows = connection.execute(_ASSIGNMENTS, {"reason": reason}).fetchall()
    for cluster, name, assignment, requests in rows:
        actor = found.setdefault(Subject(cluster, name), Actor())
        if assignment:
            actor.assignments.add(comparable_guid(assignment))
        else:
            actor.unnamed += requests
    return found


def is_whole(connection: duckdb.DuckDBPyConnection, cluster: str) -> bool:
    """Return whether all events of a cluster were exported by a diagnostic setting."""
    found = connection.execute(_SHAPES, {"cluster": cluster}).fetchall()
    return found == [(_WHOLE,)]


def comparable_guid(text: str) -> str:
    """Return the GUID of an Azure ID in lower case without dashes, as reasons write it."""
    return fold(text).rpartition("/")[2].replace("-", "")


def _list(text: str | None) -> Sequence[str]:
    found = json.loads(text) if text else None
    return [str(each) for each in found] if isinstance(found, list) else []
