"""A policy pack whose policies do nothing: all the time that it takes is the SDK's.

`EMPTY_STACK_POLICIES` and `EMPTY_RESOURCE_POLICIES` set their numbers; one of each by default.
"""

import os

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyPack,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)


def nothing(_args: ResourceValidationArgs | StackValidationArgs, _report_violation: object) -> None:
    """Look at nothing and report nothing."""


def policies() -> list[Policy]:
    """As many empty policies as the environment asks for, named by their numbers."""
    stack = int(os.environ.get("EMPTY_STACK_POLICIES", "1"))
    resource = int(os.environ.get("EMPTY_RESOURCE_POLICIES", "1"))
    return [
        *(ResourceValidationPolicy(f"resource-{n}", "Empty", nothing) for n in range(resource)),
        *(StackValidationPolicy(f"stack-{n}", "Empty", nothing) for n in range(stack)),
    ]


PolicyPack("empty", policies(), enforcement_level=EnforcementLevel.MANDATORY)
