"""Which permission a request path needs, as the API server determines it.

Source: Kubernetes, `k8s.io/apiserver/pkg/endpoints/request`, `RequestInfoFactory`.
"""

from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

_NAMESPACE_SUBRESOURCES: Final = ("status", "finalize")
_PATH_VERBS: Final = ("proxy", "watch")


@dataclass(frozen=True)
class RequestTarget:
    """The object that a path names.

    Attributes:
        group: of the API.
        namespace: empty for the cluster.
        resource: with its subresource; empty if the path is for no resource.
        name: empty if the path names no object.
    """

    group: str = ""
    namespace: str = ""
    resource: str = ""
    name: str = ""


def request_target(path: str) -> RequestTarget:
    """Return what a path names.

    Args:
        path: without the query, percent-encoded as in the log.
    """
    parts = unquote(path).strip("/").split("/")
    if parts[0] == "api":
        group, parts = "", parts[2:]
    elif parts[0] == "apis":
        group, parts = "".join(parts[1:2]), parts[3:]
    else:
        return RequestTarget()
    is_proxy = parts[:1] == ["proxy"]
    if parts[:1] and parts[0] in _PATH_VERBS:
        parts = parts[1:]
    if not parts:
        return RequestTarget()
    namespace = parts[1] if parts[0] == "namespaces" and len(parts) > 1 else ""
    if namespace and len(parts) > 2 and parts[2] not in _NAMESPACE_SUBRESOURCES:  # noqa: PLR2004 a place in a path
        parts = parts[2:]
    resource, name, subresource = (*parts, "", "")[:3]
    resource = f"{resource}/{subresource}" if subresource and not is_proxy else resource
    return RequestTarget(group, namespace, resource, name)
