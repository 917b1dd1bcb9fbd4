"""Every rule there is, found in the folder `rules`."""

import importlib
import pkgutil
from functools import cache

from kubewitness.errors import InputError
from kubewitness.policies import rules
from kubewitness.policies.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """The rules in the order of their file names."""
    names = sorted(module.name for module in pkgutil.iter_modules(rules.__path__))
    modules = [importlib.import_module(f"{rules.__name__}.{name}") for name in names]
    return tuple(module.RULE for module in modules)


def find_rule(rule_id: str) -> Rule:
    """The rule of this id.

    Raises:
        InputError: there is none.
    """
    for rule in all_rules():
        if rule.id == rule_id:
            return rule
    known = ", ".join(rule.id for rule in all_rules())
    raise InputError(f"no rule is called `{rule_id}`; rules: {known}")
