"""Declared collection of logs elsewhere, which several policies share."""

from datetime import date
from typing import Self

from pydantic import Field

from kubewitness.azure.resource_ids import fold
from kubewitness.graph.resources import Resource
from kubewitness.policies.exemptions import CollectedElsewhere
from kubewitness.policies.settings import PolicySettings
from kubewitness.policies.verdict import Reason


class CollectionSettings(PolicySettings):
    """The settings of a policy that asks what is collected.

    Attributes:
        collected_elsewhere: categories that a policy assignment or another stack collects.
        expired: those of them that no longer count; set by `on`, not by users.
    """

    collected_elsewhere: tuple[CollectedElsewhere, ...] = ()
    expired: tuple[CollectedElsewhere, ...] = Field(default=(), exclude=True)

    def on(self, day: date) -> Self:
        """Return the settings as they count on a day."""
        declared = self.collected_elsewhere
        changes = {
            "collected_elsewhere": tuple(one for one in declared if one.expires >= day),
            "expired": tuple(one for one in declared if one.expires < day),
        }
        return self.model_copy(update=changes)

    def elsewhere(self, cluster: Resource) -> tuple[set[str], tuple[Reason, ...]]:
        """Return the categories that are collected elsewhere, in lower case, and their owners."""
        mine = [one for one in self.collected_elsewhere if one.covers(cluster)]
        names = {fold(name) for one in mine for name in one.categories}
        return names, tuple(Reason("collected-elsewhere", str(one)) for one in mine)

    def expired_for(self, cluster: Resource) -> list[Reason]:
        """Return what was declared of a cluster and has expired."""
        return [
            Reason("declaration-expired", f"the declaration has expired: {one}")
            for one in self.expired
            if one.covers(cluster)
        ]
