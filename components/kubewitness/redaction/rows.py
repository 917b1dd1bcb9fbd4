"""Rows of queries and findings: each column by the content that its name implies."""

from collections.abc import Mapping
from typing import Any, Final

from kubewitness.redaction.commands import redact_command
from kubewitness.redaction.requests import redact_agent, redact_uri
from kubewitness.redaction.text import redact_markers, redact_text
from kubewitness.redaction.values import redact_json

_COMMANDS: Final = frozenset({"Command", "Commands"})

_NAMES: Final = frozenset(
    [
        "_ResourceId",
        "_SubscriptionId",
        "Actions",
        "ActorKind",
        "Addresses",
        "ApiGroup",
        "AuditId",
        "AuditIds",
        "Caller",
        "CallerIpAddress",
        "Capabilities",
        "Category",
        "ClientKind",
        "ClusterId",
        "ClusterName",
        "Clusters",
        "Collections",
        "Computer",
        "Containers",
        "ContainerName",
        "ControllerKind",
        "ControllerName",
        "CorrelationId",
        "CorrelationIds",
        "Decision",
        "FailurePolicy",
        "From",
        "Grants",
        "Groups",
        "HostPath",
        "HostPaths",
        "HostPorts",
        "Hosts",
        "Images",
        "ImpersonatedGroups",
        "ImpersonatedUsername",
        "Kinds",
        "Level",
        "LogFile",
        "Manager",
        "Missing",
        "Name",
        "Names",
        "Namespace",
        "Namespaces",
        "NodeName",
        "NodeSelector",
        "ObjectKind",
        "Operation",
        "OperationNameValue",
        "Others",
        "Paths",
        "PeerIp",
        "Places",
        "PodName",
        "PodNamespace",
        "PrincipalId",
        "PriorityClass",
        "Reason",
        "RequestedBy",
        "Resource",
        "ResourceGroup",
        "Resources",
        "Role",
        "RoleId",
        "RoleName",
        "Roots",
        "Rule",
        "Rules",
        "Scope",
        "Secrets",
        "ServiceAccount",
        "ServiceType",
        "Setting",
        "SignerName",
        "SourceIp",
        "Stage",
        "Subjects",
        "Subresource",
        "Type",
        "Username",
        "Verb",
        "Verbs",
        "Who",
        "Workload",
        "WorkloadId",
        "Workloads",
    ]
)
"""Columns that hold names: of users, objects, addresses and operations."""


def redact_row(values: Mapping[str, Any], *, show_commands: bool = False) -> dict[str, Any]:
    """Return a row without what may be secrets.

    Args:
        values: by column; dynamic values as JSON texts.
        show_commands: whether commands are shown as they were run.
    """
    named = (values.get(name) for name in _NAMES)
    known = frozenset(value for value in named if isinstance(value, str) and value)
    return {
        name: _shown(name, value, known, show_commands=show_commands)
        for name, value in values.items()
    }


def _shown(name: str, value: Any, known: frozenset[str], *, show_commands: bool) -> Any:
    if not isinstance(value, str):
        return value
    if name in _COMMANDS:
        return value if show_commands else redact_command(value, known)
    if name in _NAMES or name == "UserAgent":
        return redact_markers(value) if name in _NAMES else redact_agent(value)
    if name == "RequestUri":
        return redact_uri(value, known)
    return _of_unknown_column(value, known)


def _of_unknown_column(value: str, known: frozenset[str]) -> str:
    if value.startswith(("{", "[")):
        return redact_json(value, known)
    return redact_text(value, known)
