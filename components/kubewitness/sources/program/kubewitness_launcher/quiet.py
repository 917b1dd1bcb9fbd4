"""Keeps the SDK's own chatter from the engine: each message would be a call that blocks."""

from typing import Any


def drop_chatter(pulumi: Any) -> None:
    """Drop messages below a warning, which the engine of a check drops as well."""
    for level in ("debug", "info"):
        setattr(pulumi.log, level, lambda *_args, **_kwargs: None)
