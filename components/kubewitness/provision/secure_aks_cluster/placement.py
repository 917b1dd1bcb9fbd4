"""Names and places that Azure would refuse, found before it is asked.

Sources, all of the Azure documentation: "Naming rules and restrictions for Azure resources"; "Use
availability zones in AKS"; "Why are two resource groups created with AKS?".
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pulumi

from kubewitness.catalog.azure_regions import has_no_zones
from kubewitness.provision.arguments.call_site import call_site
from kubewitness.provision.arguments.validation import InvalidArguments, Problem
from kubewitness.provision.secure_aks_cluster.model import SecureAksClusterModel

LONGEST_CLUSTER_NAME: Final = 63
LONGEST_GROUP_NAME: Final = 80

_SUFFIX: Final = 8
"""How many characters azure-native adds to a name that it makes."""


def cluster_resource_name(name: str) -> str:
    """Return the name in the program of the cluster, from which azure-native makes Azure's.

    Args:
        name: of the component. It is shortened, and cleared of what the name of a cluster cannot
            have, only where Azure would refuse the name.
    """
    plain = re.sub("[^A-Za-z0-9_-]+", "-", name).lstrip("_-") or "aks"
    return f"{plain[: LONGEST_CLUSTER_NAME - _SUFFIX - len('-cluster')]}-cluster"


def check_placement(
    title: str, name: str, arguments: SecureAksClusterModel, location: pulumi.Output[Any]
) -> pulumi.Output[Any]:
    """Return the region as soon as it is known, if Azure takes the names and zones there.

    Args:
        title: how a message calls the component.
        name: of the component.
        arguments: its arguments.
        location: the region of the cluster.
    """
    where = call_site()

    def check(known: list[Any]) -> Any:
        region, group, cluster = known
        if isinstance(region, str):
            found = [*_zones(arguments, region), *_group(arguments, group, cluster, region)]
            if found:
                raise InvalidArguments(title, tuple(found), where)
        return region

    made = f"{cluster_resource_name(name)}{'0' * _SUFFIX}"
    cluster = made if arguments.cluster_name is None else arguments.cluster_name
    return pulumi.Output.all(location, arguments.resource_group_name, cluster).apply(check)


def _zones(arguments: SecureAksClusterModel, region: str) -> Iterator[Problem]:
    if arguments.mode == "automatic" or not has_no_zones(region):
        return
    users = ((f"user_pools[{i}]", pool) for i, pool in enumerate(arguments.user_pools))
    for path, pool in (("system_pool", arguments.system_pool), *users):
        if "availability_zones" not in pool.model_fields_set:
            reason = (
                f"is `1`, `2`, `3` by default, and the region `{region}` has no availability "
                "zones; give an empty list"
            )
            yield Problem(f"{path}.availability_zones", reason)


def _group(
    arguments: SecureAksClusterModel, group: Any, cluster: Any, region: str
) -> Iterator[Problem]:
    given = {key.replace("_", "").lower() for key in arguments.cluster_overrides}
    made = f"MC_{group}_{cluster}_{region.replace(' ', '').lower()}"
    if "noderesourcegroup" not in given and len(made) > LONGEST_GROUP_NAME:
        reason = (
            f"would give the resource group of the nodes the name `{made}` of {len(made)} "
            f"characters, and Azure takes {LONGEST_GROUP_NAME}; shorten `cluster_name` or "
            "`resource_group_name`, or give `cluster_overrides.node_resource_group`"
        )
        yield Problem("cluster_name", reason)
