"""Permissions as an authorizer of Kubernetes decides on them, and their use in a log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal, NamedTuple

Authorizer = Literal["kubernetes", "azure"]
"""Who allowed a request: an authorizer of the API server, most often RBAC, or Azure RBAC."""

SERVICE_ACCOUNT: Final = "system:serviceaccount:"
"""The prefix of the user names of service accounts."""

READS: Final = ("get", "list", "watch")
CHANGES: Final = ("create", "update", "patch", "delete", "deletecollection")

CONNECT: Final = ("pods/exec", "pods/attach", "pods/portforward")
"""Requests that Kubernetes 1.35 and later authorize as `create` besides the verb in the log.

Source: Kubernetes, feature gate AuthorizePodWebsocketUpgradeCreatePermission.
"""


class Permission(NamedTuple):
    """The permission that one request needs.

    Attributes:
        verb: of Kubernetes, such as `list`; of a path the HTTP method, such as `get`.
        group: of the API; the core group is empty.
        resource: with its subresource, such as `pods/log`; empty for a path.
        namespace: of the object; empty for the cluster.
        name: of the object that the request names; empty if it names none.
        path: of a request for no resource.
    """

    verb: str
    group: str = ""
    resource: str = ""
    namespace: str = ""
    name: str = ""
    path: str = ""

    @property
    def is_connection(self) -> bool:
        """Return whether it is a request of `CONNECT`."""
        return self.resource in CONNECT and not self.group

    @property
    def needs_reads(self) -> bool:
        """Return whether only a log with reads shows its use: exec is a GET request, too."""
        return self.verb in READS or self.is_connection


@dataclass(frozen=True, order=True, slots=True)
class Subject:
    """Who made requests.

    Attributes:
        cluster: the Azure ID of the cluster in lower case; empty if the log does not have it.
        user: the user name that the API server authorized: of an impersonated user, that one.
    """

    cluster: str
    user: str

    @property
    def service_account(self) -> tuple[str, str] | None:
        """Return namespace and name of a service account, or None."""
        if not self.user.startswith(SERVICE_ACCOUNT):
            return None
        namespace, _, name = self.user.removeprefix(SERVICE_ACCOUNT).partition(":")
        return (namespace, name) if namespace and name else None


@dataclass(frozen=True, slots=True)
class Use:
    """Requests of one subject that needed the same permission.

    Attributes:
        permission: that they needed.
        authorizer: that allowed them.
        requests: how many there are.
        first: the time of the first in UTC; None if no event has one.
        last: the time of the last, in the same format.
        is_generated: whether Kubernetes generated the name of the object.
    """

    permission: Permission
    authorizer: Authorizer
    requests: int
    first: datetime | None
    last: datetime | None
    is_generated: bool = False
