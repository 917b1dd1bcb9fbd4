"""Writes a detection in the YAML of Microsoft Sentinel, as people write it there."""

from datetime import timedelta
from typing import Any, Final

import yaml

from kubewitness.detections.detection import Detection

_UNITS: Final = ((86_400, "d"), (3_600, "h"), (60, "m"))


def as_yaml(detection: Detection) -> str:
    """Return a detection as a file that `read_detection` and Sentinel read."""
    document = detection.model_dump(by_alias=True, exclude_none=True)
    return yaml.dump(_plain(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True)


def _span(value: timedelta) -> str:
    seconds = int(value.total_seconds())
    return next(f"{seconds // size}{unit}" for size, unit in _UNITS if seconds % size == 0)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, timedelta):
        return _span(value)
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


class _Dumper(yaml.SafeDumper):
    """Texts of more than one line become blocks."""


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = "|" if "\n" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)
