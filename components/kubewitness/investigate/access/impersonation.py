"""The permissions that a user needs to act as another one.

Source: Kubernetes, `k8s.io/apiserver/pkg/endpoints/filters/impersonation`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kubewitness.azure.resource_ids import GUID
from kubewitness.investigate.access.permissions import Permission, Subject
from kubewitness.redaction.text import redact_text

_GROUP: Final = "authentication.k8s.io"
_LEGACY: Final = "impersonate"
_ON_ANY_NODE: Final = "impersonate:associated-node"
_NODE: Final = "system:node:"
_OBJECT_ID: Final = "oid"
"""The extra field that AKS adds. A GUID in any other can be a secret."""

_ADDED_GROUPS: Final = ("system:authenticated", "system:unauthenticated", "system:nodes")
"""Groups that the API server adds to an impersonated user without a check."""


def impersonation_permissions(
    acted_as: Mapping[str, Any], constraint: str, request: Permission
) -> Iterator[Permission]:
    """Yield the permissions of users who impersonated another user.

    Args:
        acted_as: the impersonated user, as in the event.
        constraint: of constrained impersonation, such as `impersonate:user-info`; else empty.
        request: what the impersonated user needed for the request.
    """
    verb = constraint or _LEGACY
    user_group = _GROUP if constraint else ""
    yield _of_user(str(acted_as.get("username", "")), verb, user_group)
    if uid := acted_as.get("uid"):
        yield Permission(verb, _GROUP, "uids", name=str(uid))
    for group in _requested_groups(acted_as):
        yield Permission(verb, user_group, "groups", name=group)
    for key, values in (acted_as.get("extra") or {}).items():
        for value in values:
            yield Permission(verb, _GROUP, f"userextras/{key}", name=_shown(key, str(value)))
    if constraint:
        mode = constraint.removeprefix(f"{_LEGACY}:")
        yield request._replace(verb=f"impersonate-on:{mode}:{request.verb}")


def _shown(key: str, value: str) -> str:
    """Return an extra value without what may be a secret; the object ID of Entra ID is none."""
    return value if key == _OBJECT_ID and re.fullmatch(GUID, value) else redact_text(value)


def _of_user(username: str, verb: str, group: str) -> Permission:
    if account := Subject("", username).service_account:
        return Permission(verb, group, "serviceaccounts", *account)
    if verb != _LEGACY and username.startswith(_NODE):
        name = "*" if verb == _ON_ANY_NODE else username.removeprefix(_NODE)
        return Permission(verb, group, "nodes", name=name)
    return Permission(verb, group, "users", name=username)


def _requested_groups(acted_as: Mapping[str, Any]) -> Sequence[str]:
    """Return the groups without those that the API server adds."""
    groups = [group for group in acted_as.get("groups") or () if group not in _ADDED_GROUPS]
    account = Subject("", str(acted_as.get("username", ""))).service_account
    if account and {*groups} == {"system:serviceaccounts", f"system:serviceaccounts:{account[0]}"}:
        return ()
    return groups
