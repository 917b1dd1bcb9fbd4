"""Which clusters a user means by `azure://…`."""

import re
from dataclasses import dataclass
from typing import Final

from kubewitness.azure.resource_ids import GUID
from kubewitness.errors import InputError
from kubewitness.sources.azure.documents import CLUSTERS

SCHEME: Final = "azure://"

_WORD: Final = re.compile(
    rf"azure://(?P<subscription>{GUID})"
    r"(?:/(?P<group>[^/?#]+)(?:/(?P<cluster>[^/?#]+))?)?/?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class AzureScope:
    """Which clusters are looked at.

    Attributes:
        subscription: its id.
        group: the resource group; empty for all of the subscription.
        cluster: the cluster's name; empty for all of the resource group.
    """

    subscription: str
    group: str = ""
    cluster: str = ""

    @property
    def word(self) -> str:
        """Return what a user writes for it."""
        parts = (self.subscription, self.group, self.cluster)
        return SCHEME + "/".join(part for part in parts if part)

    @property
    def path(self) -> str:
        """Return where Azure lists the clusters, or has the one."""
        within = f"/resourceGroups/{self.group}" if self.group else ""
        name = f"/{self.cluster}" if self.cluster else ""
        return f"/subscriptions/{self.subscription}{within}/providers/{CLUSTERS}{name}"


def is_azure(word: str) -> bool:
    """Return whether a user's word for a source means Azure."""
    return word.lower().startswith(SCHEME)


def parse_scope(word: str) -> AzureScope:
    """Return what `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]` asks for.

    Raises:
        InputError: it is something else.
    """
    found = _WORD.fullmatch(word)
    if found is None:
        raise InputError(
            f"{word}: write azure://SUBSCRIPTION, azure://SUBSCRIPTION/RESOURCE-GROUP or "
            "azure://SUBSCRIPTION/RESOURCE-GROUP/CLUSTER, the subscription by its id, which "
            "`az account list --output table` shows"
        )
    return AzureScope(found["subscription"], found["group"] or "", found["cluster"] or "")
