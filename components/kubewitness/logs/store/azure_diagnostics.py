"""AzureDiagnostics: the same rows as settings write them that are not resource-specific.

The table has an audit event as the text of the API server. The store has its columns, so the text
is written again from them. It contains one row for each category, as in Azure.
"""

from collections.abc import Mapping
from typing import Final

from kubewitness.catalog.log_categories import KUBE_AUDIT, KUBE_AUDIT_ADMIN
from kubewitness.logs.store.statements import (
    FIELD_COLUMNS,
    FIELD_ORDER,
    OBJECT_FIELDS,
    TEXT_FIELDS,
    TIME_FIELDS,
)

_FIELDS: Final = tuple(field for field in FIELD_ORDER if field in FIELD_COLUMNS)


def _event() -> str:
    """Return the SQL of an event as text; a field that is not there is left out."""
    fields = " || ".join(f"coalesce(',\"{field}\":' || {_value(field)}, '')" for field in _FIELDS)
    return f"""'{{"kind":"Event","apiVersion":"audit.k8s.io/v1"' || {fields} || '}}'"""


def _value(field: str) -> str:
    if field in OBJECT_FIELDS:
        return f'r."{OBJECT_FIELDS[field]}"::VARCHAR'
    if field in TIME_FIELDS:
        return f"""strftime(r."{TIME_FIELDS[field]}", '"%Y-%m-%dT%H:%M:%S.%fZ"')"""
    return f'to_json(r."{TEXT_FIELDS[field]}")::VARCHAR'


def _made(resource: str, **columns: str) -> Mapping[str, str]:
    """Return the SQL of the columns that AzureDiagnostics makes of a resource's id, and others."""
    parts = f"split_part(upper({resource}), '/', {{}})"
    return {
        "ResourceId": f"upper({resource})",
        "SubscriptionId": parts.format(3),
        "ResourceGroup": parts.format(5),
        "ResourceProvider": parts.format(7),
        "ResourceType": parts.format(8),
        "Resource": parts.format(9),
        "OperationName": "'Microsoft.ContainerService/managedClusters/diagnosticLogs/Read'",
        "ccpNamespace_s": "NULL::VARCHAR",
        "containerID_s": "NULL::VARCHAR",
        "pod_s": 'r."PodName"',
        **columns,
    }


def _of_audit(category: str) -> Mapping[str, str]:
    return _made(
        "r.ResourceId",
        Category=f"'{category}'",
        Level="NULL::VARCHAR",
        log_s=_event(),
        stream_s="NULL::VARCHAR",
    )


DIAGNOSTICS_SOURCES: Final = (
    ("store.audit_events", "InAudit", _of_audit(KUBE_AUDIT)),
    ("store.audit_events", "InAdmin", _of_audit(KUBE_AUDIT_ADMIN)),
    (
        "store.control_plane",
        "true",
        _made('r."_ResourceId"', log_s='r."Message"', stream_s='r."Stream"'),
    ),
)
"""Where its rows are stored, under which condition, and the SQL of the columns that it makes."""
