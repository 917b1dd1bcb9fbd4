"""Reads what people write in YAML, and tells them what is wrong with it."""

from pathlib import Path
from typing import Any, ClassVar, Final

import yaml
from pydantic import ValidationError

from kubewitness.errors import InputError

_Safe: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""In C where PyYAML was built with it: ten times as fast, for a hundred files at each start."""


class _Loader(_Safe):  # type: ignore[misc, valid-type]
    """Leaves dates as text: PyYAML raises on one that no calendar has, and says not where."""

    yaml_implicit_resolvers: ClassVar = {
        first: [(tag, pattern) for tag, pattern in known if not tag.endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(path: Path) -> Any:
    """Return what stands in a file.

    Raises:
        InputError: it cannot be read as YAML.
    """
    try:
        return yaml.load(path.read_text("utf-8"), _Loader)  # noqa: S506 both are safe
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read as YAML: {error}") from None


def read_documents(path: Path) -> list[Any]:
    """Return what stands in a file of several documents.

    Raises:
        InputError: it cannot be read as YAML.
    """
    try:
        return list(yaml.load_all(path.read_text("utf-8"), _Loader))
    except (OSError, ValueError, RecursionError, yaml.YAMLError) as error:
        raise InputError(f"{path}: cannot be read as YAML: {error}") from None


def explain(path: Path, error: ValidationError) -> InputError:
    """Return every fault that a model found in a file, each with its place."""
    return InputError(*(_fault(path, each) for each in error.errors()))


def _fault(path: Path, error: Any) -> str:
    place = ".".join(map(str, error["loc"])) or "the file"
    return f"{path}: {place}: {error['msg'].removeprefix('Value error, ')}"
