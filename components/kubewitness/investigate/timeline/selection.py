"""Whose and which part of a log a timeline is of."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from kubewitness.errors import InputError
from kubewitness.investigate.timeline.objects import ObjectKey, parse_object

_SERVICE_ACCOUNT: Final = "system:serviceaccount:"

_OF_ALL: Final = "verb IN ('list', 'watch', 'deletecollection') AND name = ''"
"""A request for all objects concerns each of them."""


@dataclass(frozen=True)
class Selection:
    """The restrictions of a timeline; an entry satisfies all of them.

    Attributes:
        user: a username, the name of an Entra user, or an impersonated user.
        service_account: as `NAMESPACE/NAME`.
        pod: as `NAMESPACE/NAME`.
        object: as `RESOURCE/NAMESPACE/NAME` or `RESOURCE/NAME`.
        namespace: of what was asked for.
        address: of the client.
        node: by name.
        audit_id: of one request.
        token: the ID of a credential, such as `JTI=...`.
        audit_ids: of the requests of a finding; None without a finding.
    """

    user: str | None = None
    service_account: str | None = None
    pod: str | None = None
    object: str | None = None
    namespace: str | None = None
    address: str | None = None
    node: str | None = None
    audit_id: str | None = None
    token: str | None = None
    audit_ids: frozenset[str] | None = None

    @property
    def shows_causes(self) -> bool:
        """Return whether requests are shown, too, on which an inference about others rests."""
        return any((self.pod, self.object, self.token, self.audit_id, self.audit_ids))

    @property
    def shows_effects(self) -> bool:
        """Return whether requests are shown, too, that the selected ones caused."""
        return self.namespace is self.address is self.node is None

    def account(self) -> str | None:
        """Return the username of the service account.

        Raises:
            InputError: it is not written as `NAMESPACE/NAME`.
        """
        if self.service_account is None:
            return None
        written = self.service_account.removeprefix(_SERVICE_ACCOUNT).replace("/", ":")
        _two_parts("--service-account", self.service_account, written.partition(":"))
        return f"{_SERVICE_ACCOUNT}{written}"

    def objects(self) -> Iterator[ObjectKey]:
        """Yield the objects that are selected, without their cluster.

        Raises:
            InputError: one is not written as it has to be.
        """
        if self.object:
            yield parse_object(self.object)
        if self.pod:
            namespace, _, name = _two_parts("--pod", self.pod, self.pod.partition("/"))
            yield ObjectKey("", "pods", namespace, name)


def _two_parts(option: str, text: str, parts: tuple[str, str, str]) -> tuple[str, str, str]:
    if not all(parts):
        raise InputError(f"{option} {text}: write it as NAMESPACE/NAME, such as shop/web")
    return parts


def condition(selection: Selection) -> tuple[str, Mapping[str, Any]]:
    """Return the SQL of which stages of requests are selected, and its parameters.

    Raises:
        InputError: a part of the selection cannot be read; all such parts are named.
    """
    conditions: list[str] = []
    parameters: dict[str, Any] = {}
    faults: list[str] = []
    for name, sql in _CONDITIONS.items():
        value = getattr(selection, name)
        if value is not None:
            conditions.append(sql)
            parameters[name] = sorted(value) if isinstance(value, frozenset) else value
    try:
        account = selection.account()
    except InputError as error:
        faults += error.faults
    else:
        if account:
            conditions.append("(username = $account OR impersonated = $account)")
            parameters["account"] = account
    try:
        for number, key in enumerate(selection.objects()):
            conditions.append(_of_object(number, key, parameters))
    except InputError as error:
        faults += error.faults
    if faults:
        raise InputError(*faults)
    return " AND ".join(conditions) or "true", parameters


def _of_object(number: int, key: ObjectKey, parameters: dict[str, Any]) -> str:
    resource, name, namespace = (f"{part}{number}" for part in ("resource", "name", "namespace"))
    parameters |= {resource: key.resource, name: key.name}
    own = f"resource = ${resource} AND (name = ${name} OR {_OF_ALL})"
    if key.resource == "namespaces":
        own = f"({own} OR namespace = ${name} AND verb = 'deletecollection')"
    if key.namespace:
        parameters[namespace] = key.namespace
        own += f" AND (namespace = ${namespace} OR namespace = '' AND name = '')"
    if key.resource != "pods":
        return f"({own})"
    of_token = f"pod = ${name}"
    if key.namespace:
        of_token += f" AND starts_with(username, '{_SERVICE_ACCOUNT}' || ${namespace} || ':')"
    return f"({own} OR {of_token})"


_CONDITIONS: Final[Mapping[str, str]] = {
    "user": "(lower(username) = lower($user) OR lower(upn) = lower($user) "
    "OR lower(object_id) = lower($user) OR lower(impersonated) = lower($user))",
    "namespace": f"(namespace = $namespace OR namespace = '' AND {_OF_ALL})",
    "address": "(address = $address OR contains(addresses, '\"' || $address || '\"'))",
    "node": "(node = $node OR username = 'system:node:' || $node "
    "OR resource = 'nodes' AND name = $node)",
    "audit_id": "audit_id = $audit_id",
    "token": "(credential = $token OR issued = $token)",
    "audit_ids": "list_contains($audit_ids, audit_id)",
}
"""The SQL of each part of a selection, over the fields of `StoredStage`."""
