"""Checks a source from end to end, as `kubewitness check` does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.policies.check import CheckResult, check
from kubewitness.policies.settings_file import SettingsFile, read_settings
from kubewitness.sources.load import load
from kubewitness.sources.loaded import Loaded


def check_source(
    source: Path | str, *, policy_pack_config: Path | None = None, **options: Any
) -> CheckResult:
    """Load a source with these options and judge it with the settings in a file."""
    return check(load(source, **options), settings=read_settings(policy_pack_config))


def check_planned(resources: Sequence[Resource], document: Any = None) -> CheckResult:
    """Judge resources of a program that is about to be deployed."""
    loaded = Loaded("", Stack(name="dev"), tuple(resources), is_planned=True)
    return check(loaded, settings=SettingsFile(document or {}))
