"""Provider functions that a withheld function names count as calls of the program."""

import functools
from collections.abc import Callable
from pathlib import Path

import pulumi_azure_native as azure_native
import pytest
from pulumi_azure_native.containerservice import (
    list_managed_cluster_admin_credentials,
    list_managed_cluster_admin_credentials_output,
)
from pulumi_azure_native.network import VirtualNetwork

from kubewitness.policies.verdict import Outcome
from kubewitness.sources.program.kubewitness_launcher.named_calls import named_calls
from support.check_source import check_source
from support.engine import write_project
from support.scenarios import PRELUDE

ADMIN = "azure-native:containerservice:listManagedClusterAdminCredentials"
CREDENTIALS = """\
from pulumi_azure_native import containerservice

aks = cluster("aks")
setting("audit", aks.id)
found = aks.name.apply(
    lambda name: containerservice.list_managed_cluster_{}_credentials(
        resource_group_name="shop", resource_name=name
    )
)
"""


@pytest.mark.parametrize(("whose", "fails"), [("admin", True), ("user", False)])
def test_credentials_that_a_withheld_function_fetches_are_judged(
    whose: str, fails: bool, tmp_path: Path
) -> None:
    """The preview withholds the function, and no call reaches the monitor."""
    result = check_source(write_project(tmp_path, PRELUDE + CREDENTIALS.format(whose)))
    failed = {v.policy_id for v in result.verdicts if v.outcome is Outcome.FAIL}
    assert failed == ({"aks-admin-credentials"} if fails else set())


def fetches(name: str) -> object:
    """Fetch through a module of a module."""
    return azure_native.containerservice.list_managed_cluster_admin_credentials(
        resource_group_name=name, resource_name=name
    )


def decorated(function: Callable[[str], object]) -> Callable[[str], object]:
    """Decorate as most libraries do."""

    @functools.wraps(function)
    def wrapper(name: str) -> object:
        return function(name)

    return wrapper


def closing_over(something: object) -> object:
    """Return a function that holds something."""
    return lambda _: something


class Fetcher:
    """An object whose method fetches."""

    def fetch(self, name: str) -> object:
        """Fetch."""
        return fetches(name)


@pytest.mark.parametrize(
    "function",
    [
        fetches,
        lambda names: [fetches(name) for name in names],
        lambda name, fetch=fetches: fetch(name),
        closing_over(list_managed_cluster_admin_credentials),
        Fetcher().fetch,
        decorated(fetches),
        list_managed_cluster_admin_credentials_output,
    ],
    ids=range(7),
)
def test_the_provider_function_that_a_function_names_is_found(function: object) -> None:
    """Through modules, helpers, closures, defaults, methods and decorators."""
    assert ADMIN in named_calls(function)


@pytest.mark.parametrize(
    "function",
    [len, str, VirtualNetwork, closing_over(5), str.upper],
    ids=range(5),
)
def test_a_function_that_names_no_provider_function_calls_none(function: object) -> None:
    """What computes, what registers, and what is not a function of Python."""
    assert not named_calls(function)
