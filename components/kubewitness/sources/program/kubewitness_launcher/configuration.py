"""Configuration: an encrypted value is an unknown secret, and a plain read of one is missing."""

import asyncio
import functools
from typing import Any, Dict, FrozenSet

from .reporter import Reporter, caller

SECRET_GETTERS = ("get_secret", "require_secret")
PLACEHOLDERS = {"": "0", "_bool": False, "_int": 0, "_float": 0.0, "_object": {}}
"""The result of a plain read of each type if the value is unknown."""


class Configuration:
    """The configuration that the program can read.

    Args:
        job: the keys that are encrypted, and the environments that may hold others.
        report: receives the missing values.
    """

    def __init__(self, job: Dict[str, Any], report: Reporter) -> None:
        self.encrypted: FrozenSet[str] = frozenset(job["encrypted"])
        self._environments = bool(job["environments"])
        self._report = report

    def missing(self, key: str, value: Any) -> bool:
        """Report a key whose value is unknown here; return whether it is one."""
        if key in self.encrypted:
            what = "encrypted configuration value"
        elif value is None and self._environments:
            what = "configuration value, perhaps from ESC,"
        else:
            return False
        self._report("unanswered", what=what, name=key, where=caller())
        return True


def guard_configuration(pulumi: Any, configuration: Configuration) -> None:
    """Replace every getter, and `get_config` below them."""
    config = pulumi.Config
    raw = config._get
    for kind, placeholder in PLACEHOLDERS.items():
        for getter in SECRET_GETTERS:
            _replace(config, getter + kind, _secret_getter(pulumi, configuration))
        # Every getter of every SDK version goes through these.
        _replace(config, "_get" + kind, _plain_getter(raw, configuration, placeholder))
    get_config = pulumi.runtime.get_config

    @functools.wraps(get_config)
    def guarded(key: str) -> Any:
        if key in configuration.encrypted and configuration.missing(key, None):
            return PLACEHOLDERS[""]
        return get_config(key)

    pulumi.runtime.get_config = guarded


def _replace(config: Any, name: str, replacement: Any) -> None:
    original = getattr(config, name, None)
    if original is not None:
        setattr(config, name, functools.wraps(original)(replacement(original)))


def _plain_getter(raw: Any, configuration: Configuration, placeholder: Any) -> Any:
    def replacement(original: Any) -> Any:
        def get(self: Any, key: str, *args: Any, **kwargs: Any) -> Any:
            if configuration.missing(self.full_key(key), raw(self, key)):
                return placeholder
            return original(self, key, *args, **kwargs)

        return get

    return replacement


def _secret_getter(pulumi: Any, configuration: Configuration) -> Any:
    def replacement(original: Any) -> Any:
        def get(self: Any, key: str, *args: Any, **kwargs: Any) -> Any:
            if self.full_key(key) in configuration.encrypted:
                return _unknown_secret(pulumi)
            return original(self, key, *args, **kwargs)

        return get

    return replacement


def _unknown_secret(pulumi: Any) -> Any:
    def done(value: Any) -> Any:
        future = asyncio.get_event_loop().create_future()
        future.set_result(value)
        return future

    return pulumi.Output(set(), done(None), done(False), done(True))
