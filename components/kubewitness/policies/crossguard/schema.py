"""The settings as the JSON schema that CrossGuard checks before it calls a policy."""

from typing import Any

from kubewitness.policies.settings import LEVEL, PolicySettings

_DROPPED = ("default", "title", "description")
"""Defaults are left to us: the engine would fill them in and so override the common settings."""


def settings_schema(*models: type[PolicySettings]) -> dict[str, Any]:
    """Return the properties that one or several models have, references resolved.

    The enforcement level is not among them: CrossGuard keeps its name for itself.
    """
    properties: dict[str, Any] = {}
    for model in models:
        schema = model.model_json_schema()
        definitions = schema["$defs"]
        hidden = {field.alias for field in model.model_fields.values() if field.exclude} | {LEVEL}
        for name, value in schema["properties"].items():
            if name not in hidden:
                properties[name] = _resolved(value, definitions)
    return properties


def _resolved(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_resolved(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _resolved({**definitions[name], **_without_reference(schema)}, definitions)
    return {
        key: _members(value, definitions) if key == "properties" else _resolved(value, definitions)
        for key, value in schema.items()
        if key not in _DROPPED
    }


def _members(members: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    """Resolve members, which may be called like a keyword that is dropped."""
    return {name: _resolved(value, definitions) for name, value in members.items()}


def _without_reference(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "$ref"}
