"""Spares the program the URNs of its aliases, which nothing reads here.

For each of a resource's aliases the SDK computes a URN through several outputs, and a network has
some sixty of them. It needs them only for an engine that does not understand aliases as they are.
"""

import sys


def skip_alias_urns() -> None:
    """Replace the URN by an empty text where the SDK sends aliases as they are.

    The monitor says that it supports that, so that the SDK never reads the URN.
    """
    resource = sys.modules["pulumi.resource"]
    if not hasattr(sys.modules["pulumi.runtime.resource"], "create_alias_spec"):
        return
    if hasattr(resource, "collapse_alias_to_urn"):
        setattr(resource, "collapse_alias_to_urn", lambda *_args: "")  # noqa: B010 untyped there
