"""Resources that a program made without the component, and that the component takes over.

An alias gives the engine the previous name of a resource, so that it is not replaced or created
again. Source: Pulumi docs, "Resource option: aliases".
"""

import pulumi


def adopted(former: str | None) -> list[pulumi.Alias | str] | None:
    """Return the aliases of a resource that the program used to make itself.

    Args:
        former: its name in that program, at the top of the stack, or its URN; None if it is new.
    """
    if former is None:
        return None
    if former.startswith("urn:pulumi:"):
        return [former]
    return [pulumi.Alias(name=former, parent=pulumi.ROOT_STACK_RESOURCE)]
