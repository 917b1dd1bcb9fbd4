"""Every policy there is, found in the folders `aks` and `eks`."""

import importlib
import pkgutil
from functools import cache

from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import InputError
from kubewitness.policies import aks, eks
from kubewitness.policies.policy import AnyPolicy

_PLATFORMS = (aks, eks)


@cache
def all_policies() -> tuple[AnyPolicy, ...]:
    """Return the policies by platform, in the order of their file names."""
    modules = [
        importlib.import_module(f"{platform.__name__}.{name}")
        for platform in _PLATFORMS
        for name in sorted(module.name for module in pkgutil.iter_modules(platform.__path__))
    ]
    return tuple(module.POLICY for module in modules)


def find_policy(policy_id: str) -> AnyPolicy:
    """Return the policy of this id.

    Raises:
        InputError: there is none.
    """
    for policy in all_policies():
        if policy.id == policy_id:
            return policy
    known = [policy.id for policy in all_policies()]
    close = did_you_mean(policy_id, known, f"policies: {', '.join(known)}")
    raise InputError(f"no policy is called `{policy_id}`{close}")
