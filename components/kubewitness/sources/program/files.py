"""Files that resources of a program refer to: templates in assets, manifests by their paths.

The engine hands such files to providers. Here their text becomes a part of the properties, so that
a template is judged by what it contains. A file that cannot be read stays unread.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from kubewitness.catalog.property_values import ASSET, SIGNATURE
from kubewitness.catalog.type_tokens import ResourceKind
from kubewitness.graph.resource_kinds import kind_of
from kubewitness.graph.resources import Resource

_LARGEST: Final = 4 * 1024 * 1024
"""Bytes: the limit of Azure for a template."""

_WITH_FILES: Final = frozenset(
    {ResourceKind.ARM, ResourceKind.CLOUDFORMATION, ResourceKind.CHART, ResourceKind.SCRIPT}
)
_PATHS: Final = ("file", "files")
"""Properties of `kubernetes.yaml` that name files; a path may be a glob."""


def with_files(resource: Resource, folder: Path) -> Resource:
    """Return a resource with the text of the files that its properties refer to.

    Args:
        resource: of any type; only templates, manifests and scripts are changed.
        folder: the program's working directory, to which paths are relative.
    """
    kind = kind_of(resource.type)
    if kind not in _WITH_FILES:
        return resource
    properties = _with_assets(resource.properties, folder)
    if kind is ResourceKind.CHART:
        properties = {**properties, "manifests": list(_manifests(resource.properties, folder))}
    return replace(resource, properties=properties)


def _with_assets(value: Any, folder: Path) -> Any:
    if isinstance(value, list):
        return [_with_assets(item, folder) for item in value]
    if not isinstance(value, Mapping):
        return value
    if value.get(SIGNATURE) == ASSET and isinstance(path := value.get("path"), str):
        text = _text(folder / path)
        return value if text is None else {**value, "text": text}
    return {key: _with_assets(item, folder) for key, item in value.items()}


def _manifests(properties: Mapping[str, Any], folder: Path) -> Iterator[str]:
    for name in _PATHS:
        given = properties.get(name)
        for path in given if isinstance(given, list) else [given]:
            if isinstance(path, str) and "://" not in path:
                yield from filter(None, map(_text, _found(folder, path)))


def _found(folder: Path, path: str) -> list[Path]:
    try:
        return [folder / path] if Path(path).is_absolute() else sorted(folder.glob(path))
    except (ValueError, NotImplementedError, OSError):
        return []


def _text(path: Path) -> str | None:
    try:
        is_small = path.is_file() and path.stat().st_size <= _LARGEST
        return path.read_text("utf-8-sig") if is_small else None
    except (OSError, ValueError):
        return None
