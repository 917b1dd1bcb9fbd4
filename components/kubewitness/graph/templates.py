"""The resources that ARM templates declare, in any wrapper.

Azure reads the keys of a template without regard to case. Sources: ARM template reference,
"Resource declaration", "Linked and nested templates" and "Symbolic names"; Azure Native API docs
for Deployment, DeploymentStack, TemplateSpecVersion, blueprint.TemplateArtifact, solutions.
Application and Resource; Azure Classic API docs for core.*TemplateDeployment; the azapi provider's
docs for Resource, UpdateResource and ResourceAction.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.property_values import ASSET, SIGNATURE
from kubewitness.graph.resources import Resource
from kubewitness.graph.values import ABSENT, AnyCase, Unknown, Value, first_present, items, read

_TEMPLATES: Final = (
    ("properties", "template"),
    ("template",),
    ("templateContent",),
    ("templateBody",),
    ("template_content",),
    ("mainTemplate",),
)
"""Where deployments, template specs and definitions keep what they deploy."""

_LINKS: Final = (
    ("properties", "templateLink"),
    ("templateLink",),
    ("templateSpecVersionId",),
    ("template_spec_version_id",),
)
"""Where they name a template that is elsewhere."""

_ALWAYS_ELSEWHERE: Final = re.compile(
    r".*(?:blueprint[:/].*Assignment|solutions.*:Application)|azure:managedapplication/application:.*"
)
"""Assignments of blueprints and managed applications, whose templates are always elsewhere."""

_HIDDEN: Final = Unknown("the template cannot be read")
_EXPRESSION: Final = Unknown("it is an expression in a template")
_ELSEWHERE_TYPES: Final = (
    "microsoft.solutions/applications",
    "microsoft.blueprint/blueprintassignments",
)
_DEPLOYMENTS: Final = ("microsoft.resources/deployments", "microsoft.resources/deploymentstacks")

Declared = Mapping[str, Any] | Unknown
"""A resource as a template declares it, by its keys in lower case; unknown where it is hidden.

`type` and `name` are given in full, `target` is the id of what an extension or an update is of.
"""


def declared(resource: Resource) -> Iterator[Declared]:
    """Yield every resource that a deployment, a generic resource or azapi makes.

    Args:
        resource: of any type of Azure Resource Manager.
    """
    properties = resource.properties
    if resource.type.startswith("azapi:") or ":tf:azapi_" in resource.type:
        yield from _azapi(resource)
    elif resource.type.endswith(":Resource"):
        yield _generic(properties)
    for path in _TEMPLATES:
        template = read(properties, *path)
        if template is not ABSENT:
            yield from _template(template)
    is_elsewhere = _ALWAYS_ELSEWHERE.fullmatch(resource.type) is not None
    if is_elsewhere or any(read(properties, *path) is not ABSENT for path in _LINKS):
        yield _HIDDEN


def type_of(one: Mapping[str, Any]) -> Value[str]:
    """Return the full type in lower case."""
    found = literal(read(one, "type"))
    return fold(found) if isinstance(found, str) else _HIDDEN


def properties_of(one: Mapping[str, Any]) -> Value[Any]:
    """Return the properties of a declared resource, in any case, each expression as unknown."""
    return _settled(read(one, "properties"))


def _settled(value: Any) -> Any:
    if isinstance(value, Mapping):
        return AnyCase({str(key): _settled(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return [_settled(item) for item in value]
    return _EXPRESSION if isinstance(value, str) and _is_expression(value) else value


def _is_expression(value: str) -> bool:
    return value.startswith("[") and not value.startswith("[[")


def _template(template: Any) -> Iterator[Declared]:
    content = _folded(_parsed(template))
    if isinstance(content, Unknown):
        yield content
    else:
        yield from _resources(content)


def _resources(outer: Mapping[str, Any], kind: str = "", name: str = "") -> Iterator[Declared]:
    """Yield what a template or a resource within one declares, and what that declares in turn."""
    listed = read(outer, "resources")
    found = tuple(listed.values()) if isinstance(listed, Mapping) else items(listed)
    if isinstance(found, Unknown) or (isinstance(listed, str) and listed.strip()):
        yield _HIDDEN
        return
    for one in found:
        inner = _folded(one)
        if isinstance(inner, Unknown):
            yield inner
            continue
        whole = {**inner, "type": _below(kind, read(inner, "type"))}
        whole["name"] = _below(name, read(inner, "name"))
        whole["target"] = literal(read(inner, "scope"))
        yield whole
        if type_of(whole) in _ELSEWHERE_TYPES:
            yield _HIDDEN
        yield from _resources(inner, f"{whole['type']}/", f"{whole['name']}/")
        if type_of(whole) in _DEPLOYMENTS:
            nested = read(_folded(read(inner, "properties")), "template")
            yield from [_HIDDEN] if nested is ABSENT else _template(nested)


def _parsed(document: Value[Any]) -> Value[Any]:
    """Parse a template that is written as a string of JSON, or that an asset holds."""
    if isinstance(document, Mapping) and document.get(SIGNATURE) == ASSET:
        document = document.get("text", _HIDDEN)
    try:
        if isinstance(document, str):
            return json.loads(document.removeprefix("\ufeff"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return _HIDDEN
    return document


def _unique(pairs: list[tuple[str, Any]]) -> Any:
    """Return an object of JSON; unknown where it has one key twice, whichever of both counts."""
    found = dict(pairs)
    return found if len(found) == len(pairs) else _HIDDEN


def _folded(value: Any) -> Mapping[str, Any] | Unknown:
    """Return an object by its keys in lower case; unknown where two differ in case only."""
    if not isinstance(value, Mapping):
        return _HIDDEN
    found = {fold(str(key)): item for key, item in value.items()}
    return found if len(found) == len(value) else _HIDDEN


def literal(value: Value[Any]) -> Value[str]:
    """Return a text of a template; unknown if it is an expression."""
    if isinstance(value, str) and not _is_expression(value):
        return value
    return ABSENT if value is ABSENT else _HIDDEN


def _below(parent: str, own: Value[Any]) -> Value[str]:
    """Return a child's full type or name, which may be given in full or below its parent's."""
    if not isinstance(own, str):
        return _HIDDEN
    if not parent or fold(own).startswith(fold(parent)) or own.startswith("["):
        return own
    return parent + own


def _azapi(resource: Resource) -> Iterator[Declared]:
    """Yield the resource, and what its body declares where that is a template."""
    properties = resource.properties
    kind, name, body = (read(properties, key) for key in ("type", "name", "body"))
    target = first_present(
        *(read(properties, key) for key in ("resourceId", "resource_id", "parentId", "parent_id"))
    )
    if isinstance(kind, Unknown):
        yield kind
    if isinstance(kind, str):
        above = target.rpartition("/")[2] if isinstance(target, str) else ""
        full = f"{above}/{name}" if kind.count("/") > 1 else name
        content = _folded(_parsed({} if body is ABSENT else body))
        inner = read(content, "properties")
        yield {
            "type": kind.partition("@")[0],
            "name": full,
            "kind": read(content, "kind"),
            "properties": inner,
            "target": target,
        }
        if fold(kind).startswith(_DEPLOYMENTS):
            nested = read(_folded({} if inner is ABSENT else inner), "template")
            yield from [_HIDDEN] if nested is ABSENT else _template(nested)
    elif body is not ABSENT:
        yield from _template(body)


def _generic(properties: Mapping[str, Any]) -> Declared:
    parts = ("resourceProviderNamespace", "parentResourcePath", "resourceType")
    namespace, parent, kind = (read(properties, part) for part in parts)
    if not isinstance(namespace, str) or not isinstance(kind, str):
        return _HIDDEN
    above = parent.strip("/").split("/") if isinstance(parent, str) and parent else []
    if isinstance(parent, Unknown):
        above = ["*", "*"]
    whole = [*namespace.strip("/").split("/"), *above, *kind.strip("/").split("/")]
    own = read(properties, "resourceName")
    types, names = whole[1::2], whole[2::2]
    return {
        "kind": read(properties, "kind"),
        "type": "/".join([whole[0], *types]),
        "name": "/".join([*names, own]) if isinstance(own, str) else own,
        "properties": read(properties, "properties"),
        "target": ABSENT,
    }
