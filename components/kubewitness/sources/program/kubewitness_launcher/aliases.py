"""Spares the program the work on aliases that leads to nothing here.

A network has some sixty aliases. For each of them the SDK computes a URN through several outputs,
which only an engine needs that does not understand aliases as they are, and then awaits several
outputs more to send it.
"""

import functools
import sys
from typing import Any


def shorten_aliases() -> None:
    """Send aliases as they are, at once where an alias is nothing but an earlier type.

    The monitor announces support for them. An SDK that cannot send them is not changed.
    """
    module = sys.modules["pulumi.runtime.resource"]
    if not hasattr(module, "create_alias_spec") or not hasattr(module, "prepare_aliases"):
        return
    setattr(sys.modules["pulumi.resource"], "collapse_alias_to_urn", lambda *_: "")  # noqa: B010
    prepare = module.prepare_aliases

    @functools.wraps(prepare)
    async def prepare_aliases(resource: Any, options: Any, supports_specs: bool) -> Any:
        aliases = getattr(options, "aliases", None) or []
        if supports_specs and all(map(_is_earlier_type, aliases)):
            return [_of_type(alias.type_) for alias in aliases]
        return await prepare(resource, options, supports_specs)

    module.prepare_aliases = prepare_aliases  # type: ignore[attr-defined]


def _is_earlier_type(alias: Any) -> bool:
    """Return whether nothing but the type of an alias is set."""
    others = ("name", "parent", "stack", "project")
    return isinstance(getattr(alias, "type_", None), str) and all(
        getattr(alias, name, None) is ... for name in others
    )


@functools.lru_cache(maxsize=None)
def _of_type(token: str) -> Any:
    from pulumi.runtime.proto import alias_pb2

    return alias_pb2.Alias(spec=alias_pb2.Alias.Spec(type=token, parentUrn=""))
