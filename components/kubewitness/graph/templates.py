"""What ARM templates declare, however they are wrapped.

Sources: ARM template reference, "Resource declaration", "Linked and nested templates" and "Symbolic
names"; Azure Native API docs for Deployment, DeploymentStack and Resource; Azure Classic API docs
for core.*TemplateDeployment; the azapi provider's docs for Resource.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, Unknown, Value, items, read

_TEMPLATES: Final = (
    ("properties", "template"),
    ("template",),
    ("templateContent",),
    ("templateBody",),
)
"""Where deployments of Azure Native and Azure Classic keep what they deploy."""

_LINKS: Final = (("properties", "templateLink"), ("templateLink",), ("templateSpecVersionId",))
"""Where they name a template that is elsewhere."""

_HIDDEN: Final = Unknown("the template cannot be read")
_DEPLOYMENTS: Final = "microsoft.resources/deployments"

Declared = Mapping[str, Any] | Unknown
"""A resource as a template declares it, with its full type and name; unknown where it is hidden."""


def declared(resource: Resource) -> Iterator[Declared]:
    """Yield every resource that a deployment, a generic resource or azapi makes.

    Args:
        resource: of any type that Azure Resource Manager stands behind.
    """
    properties = resource.properties
    if resource.type.startswith("azapi:"):
        yield from _azapi(resource)
    elif resource.type.endswith(":Resource"):
        yield _generic(properties)
    for path in _TEMPLATES:
        template = read(properties, *path)
        if template is not ABSENT:
            yield from _resources(template)
    if any(read(properties, *path) is not ABSENT for path in _LINKS):
        yield _HIDDEN


def type_of(one: Mapping[str, Any]) -> Value[str]:
    """Return the full type in lower case."""
    found = read(one, "type")
    return found.lower() if isinstance(found, str) else _HIDDEN


def _resources(template: Any, kind: str = "", name: str = "") -> Iterator[Declared]:
    """Yield what a template or a resource within one declares, and what that declares in turn."""
    listed = read(_parsed(template), "resources")
    found = tuple(listed.values()) if isinstance(listed, Mapping) else items(listed)
    for one in (found,) if isinstance(found, Unknown) else found:
        if not isinstance(one, Mapping):
            yield _HIDDEN
            continue
        whole = {**one, "type": _below(kind, read(one, "type"))}
        whole["name"] = _below(name, read(one, "name"))
        yield whole
        yield from _resources(one, f"{whole['type']}/", f"{whole['name']}/")
        if type_of(whole) == _DEPLOYMENTS:
            nested = read(one, "properties", "template")
            yield from [_HIDDEN] if nested is ABSENT else _resources(nested)


def _parsed(document: Value[Any]) -> Value[Any]:
    """Parse a template that is written as a string of JSON."""
    try:
        return json.loads(document) if isinstance(document, str) else document
    except ValueError:
        return _HIDDEN


def _below(parent: str, own: Value[Any]) -> Value[str]:
    """Return a child's full type or name, which may be given in full or below its parent's."""
    if not isinstance(own, str):
        return _HIDDEN
    if not parent or own.lower().startswith(parent.lower()) or own.startswith("["):
        return own
    return parent + own


def _azapi(resource: Resource) -> Iterator[Declared]:
    """Yield the resource, and what its body declares where that is a template."""
    kind, name, parent, body = (
        read(resource.properties, key) for key in ("type", "name", "parentId", "body")
    )
    if isinstance(kind, Unknown):
        yield kind
    if isinstance(kind, str):
        above = parent.rpartition("/")[2] if isinstance(parent, str) else ""
        full = f"{above}/{name}" if kind.count("/") > 1 else name
        inner = read(_parsed(body), "properties")
        yield {"type": kind.partition("@")[0], "name": full, "properties": inner}
        if kind.lower().startswith(_DEPLOYMENTS):
            yield from _resources(read(_parsed(body), "properties", "template"))
    elif body is not ABSENT:
        yield from _resources(body)


def _generic(properties: Mapping[str, Any]) -> Declared:
    parts = ("resourceProviderNamespace", "parentResourcePath", "resourceType")
    namespace, parent, kind = (read(properties, part) for part in parts)
    if not isinstance(namespace, str) or not isinstance(kind, str):
        return _HIDDEN
    above = parent.strip("/").split("/") if isinstance(parent, str) and parent else []
    own = read(properties, "resourceName")
    return {
        "type": "/".join([namespace, *above[::2], kind]),
        "name": "/".join([*above[1::2], own]) if isinstance(own, str) else own,
        "properties": read(properties, "properties"),
    }
