"""JSON that logs have as text, and that may be damaged or of another kind than expected."""

import json
from typing import Any


def json_object(text: str | None) -> dict[str, Any]:
    """Return the object that a text is; an empty one if it is not an object."""
    value = _value(text)
    return value if isinstance(value, dict) else {}


def json_texts(text: str | None) -> dict[str, str]:
    """Return the fields of an object whose values are texts."""
    return {name: value for name, value in json_object(text).items() if isinstance(value, str)}


def json_objects(text: str | None) -> list[dict[str, Any]]:
    """Return the objects of a list."""
    value = _value(text)
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _value(text: str | None) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None
