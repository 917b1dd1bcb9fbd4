"""The types of the dynamic columns: of audit events and of Kubernetes objects.

Source: Kubernetes docs, "kube-apiserver Audit Configuration (v1)", Event, and the OpenAPI document
of the Kubernetes API, which lightkube-models makes classes of; it comes with the extra `sigma`.
"""

import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from types import GenericAlias, UnionType
from typing import Any, Final, NamedTuple, Union, get_args, get_origin

import lightkube.resources
import msgspec
from lightkube.core.resource import Resource, api_info
from lightkube.models.authentication_v1 import UserInfo
from lightkube.models.meta_v1 import DeleteOptions, ListMeta, ObjectMeta, Status

from kubewitness.catalog.dynamic_fields import ANNOTATION_KEYS, DYNAMIC_FIELDS
from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS

Type = Any
"""A class of msgspec, `list[...]`, `dict[str, ...]`, a scalar, or `Any` where all is free."""


class RequestedResource(NamedTuple):
    """The requested resource of a sent object, as in ObjectRef."""

    resource: str
    subresource: str


class _Annotations:
    """Keys of kube-apiserver are known; webhooks and policies add others under their own domain."""


ObjectReference: Final = msgspec.defstruct(
    "ObjectReference", [(name, str) for name in DYNAMIC_FIELDS["ObjectRef"]]
)

COLUMN_TYPES: Final[dict[str, Type]] = {
    "User": UserInfo,
    "ImpersonatedUser": UserInfo,
    "SourceIps": list[str],
    "ObjectRef": ObjectReference,
    "ResponseStatus": Status,
    "Annotations": _Annotations,
    "AdditionalFields": Any,
    # Azure's resource providers write this in different ways.
    "Authorization_d": Any,
    "Claims_d": Any,
    "Properties_d": Any,
}
"""Of each dynamic column, but for those that hold an object."""

OBJECT_COLUMNS: Final = {"RequestObject": DeleteOptions, "ResponseObject": Status}
"""Columns that hold the object, and what they hold instead: of a deletion, and of a failure."""

_PATCH: Final = msgspec.defstruct(
    "JSONPatchOperation", [("op", str), ("path", str), ("from", str), ("value", Any)]
)
"""Source: RFC 6902, "JavaScript Object Notation (JSON) Patch"."""

_LIST: Final = msgspec.defstruct(
    "List",
    [("kind", str), ("apiVersion", str), ("metadata", ListMeta)]
    + [(name, list[Any]) for name in ("items", "columnDefinitions", "rows")],
)
"""Source: Kubernetes docs, "Kubernetes API Concepts", collections and tables."""

WITHOUT_OBJECT: Final[dict[str, Type]] = {
    "RequestObject": GenericAlias(list, (_PATCH,)),
    "ResponseObject": _LIST,
}
"""The content of the same columns without a sent object: of a JSON patch, and of many objects."""

EVENT: Final = msgspec.defstruct(
    "Event",
    [
        *((name, str) for name in (*TEXT_FIELDS, *TIME_FIELDS)),
        *((name, COLUMN_TYPES.get(column, Any)) for name, column in OBJECT_FIELDS.items()),
    ],
)
"""An audit event as kube-apiserver writes it."""


_STREAM: Final = msgspec.defstruct(
    "PodExecOptions",
    [
        *((name, str) for name in ("kind", "apiVersion", "container")),
        *((name, bool) for name in ("stdin", "stdout", "stderr", "tty")),
        ("command", list[str]),
    ],
)
"""The options of a session. Source: Kubernetes' source, core/v1, PodExecOptions."""

_CONSTRAINT: Final = msgspec.defstruct(
    "Constraint",
    [
        ("metadata", ObjectMeta),
        ("spec", msgspec.defstruct("Spec", [("enforcementAction", str), ("match", Any)])),
    ],
)
"""Source: Gatekeeper docs, "How to use Gatekeeper"; each template makes a resource of its own."""

_NOT_IN_THE_DOCUMENT: Final[dict[RequestedResource, Type]] = {
    RequestedResource("pods", "exec"): _STREAM,
    RequestedResource("pods", "attach"): _STREAM,
    RequestedResource("constraints.gatekeeper.sh", ""): _CONSTRAINT,
}


@cache
def objects() -> frozenset[tuple[RequestedResource, Type]]:
    """Return the type of the object that is sent for each resource and subresource.

    A resource of several groups or versions has several: HorizontalPodAutoscaler of v2 has fields
    that v1 lacks.
    """
    found = {
        (RequestedResource(info.plural, info.action or ""), each)
        for each in _resources()
        for info in [api_info(each)]
    }
    kept = (one for one in found if one[0] not in _NOT_IN_THE_DOCUMENT)
    return frozenset({*_NOT_IN_THE_DOCUMENT.items(), *kept})


@cache
def api_groups() -> frozenset[str]:
    """Return the groups of Kubernetes' own API; the first one has no name."""
    return frozenset(api_info(each).resource.group for each in _resources())


@cache
def _resources() -> tuple[Any, ...]:
    for module in pkgutil.iter_modules(lightkube.resources.__path__):
        import_module(f"{lightkube.resources.__name__}.{module.name}")
    return tuple(
        each
        for each in _subclasses(Resource)
        if "_api_info" in vars(each)
        # In what kube-apiserver keeps for itself everything is free.
        and not api_info(each).resource.group.startswith("internal.")
    )


def below(kind: Type, name: str) -> Type | None:
    """Return the type of a field; None if there is none of this name.

    Args:
        name: as it is written, in a path or as a key.
    """
    if kind is Any or kind is dict:
        return Any
    if name.startswith("$"):
        return Any  # a directive of a strategic merge patch, as `$setElementOrder/containers`
    if kind is _Annotations:
        return str if name in ANNOTATION_KEYS or not _is_of_kubernetes(name) else None
    if _generic(kind) is dict:
        return _plain(get_args(kind)[1])
    return _fields(kind).get(name)


def element(kind: Type) -> Type | None:
    """Return the element type of a list; None if it is not a list."""
    if kind in {Any, list}:
        return Any
    return _plain(get_args(kind)[0]) if _generic(kind) is list else None


def list_of(kind: Type) -> Type:
    """Return the type of a list of these."""
    return GenericAlias(list, (kind,))


def names(kind: Type) -> tuple[str, ...]:
    """Return the names of all fields; none where they are free."""
    return tuple(_fields(kind))


def is_free(kind: Type) -> bool:
    """Return whether any key is allowed below it."""
    return kind in {Any, dict, _Annotations} or _generic(kind) is dict


@cache
def _fields(kind: Type) -> dict[str, Type]:
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return {}
    return {each.encode_name: _plain(each.type) for each in msgspec.structs.fields(kind)}


def _plain(hint: Type) -> Type:
    """Return what is not None of an optional type; a choice of scalars is text."""
    if _generic(hint) in {Union, UnionType}:
        left = [each for each in get_args(hint) if each is not type(None)]
        return _plain(left[0]) if len(left) == 1 else str
    # `Dict` without types is generic, too.
    return hint if get_args(hint) else _generic(hint) or hint


def _generic(kind: Type) -> Any:
    return get_origin(kind)


def _subclasses(kind: Any) -> Iterator[Any]:
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def _is_of_kubernetes(key: str) -> bool:
    domain, slash, _ = key.rpartition("/")
    return not slash or domain.endswith(("k8s.io", "kubernetes.io"))
