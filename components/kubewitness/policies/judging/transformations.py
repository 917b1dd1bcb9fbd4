"""Find out which audit logs workspace transformations drop.

A transformation is run on events that it should not drop. That takes DuckDB, which a pack loads
only for a stack that has a transformation.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from kubewitness.azure.diagnostic_settings import DestinationKind
from kubewitness.azure.resource_ids import fold
from kubewitness.catalog.log_categories import (
    AKS_LOG_CATEGORIES,
    AUDIT_CATEGORIES,
    AZURE_DIAGNOSTICS,
    GUARD,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.errors import InputError
from kubewitness.graph.diagnostic_settings import DEDICATED
from kubewitness.graph.model import ANY_TABLE, AksCluster, Graph
from kubewitness.graph.routes import Route, routes
from kubewitness.graph.values import ABSENT, Unknown, Value
from kubewitness.policies.verdict import Reason

if TYPE_CHECKING:
    from kubewitness.detections.coverage.samples import Sample
    from kubewitness.detections.coverage.transformed import Remains

_TABLES: Final = {ANY_TABLE, *(fold(one.table) for one in AKS_LOG_CATEGORIES.values())}
"""The tables of audit logs, as transformations name them."""

_NAMED: Final = 3
"""How many of the events that are lost a message names."""


@dataclass(frozen=True)
class Losses:
    """The events of a category that a transformation drops and that nothing else keeps.

    Attributes:
        events: the samples that are lost.
        left: the other samples of the category.
        columns: those that are gone or hold something else.
        unknown: why it cannot be known, if it cannot.
    """

    events: tuple["Sample", ...] = ()
    left: tuple["Sample", ...] = ()
    columns: tuple[str, ...] = ()
    unknown: str = ""


def losses(cluster: AksCluster, graph: Graph, route: Route, category: str) -> Losses:
    """Return what the route's workspace drops of a category, and no other category's keeps."""
    found = _remains(route, category, graph)
    if found is ABSENT:
        return Losses()
    if isinstance(found, Unknown):
        return Losses(unknown=found.why)
    own = _of_category(found.samples, category)
    lost = own - found.kept
    for other in AUDIT_CATEGORIES:
        if lost and GUARD not in {category, other} and other != category:
            for way in routes(cluster, graph, other):
                lost -= _kept_by(way, other, graph, found.samples)
    events, left = (
        tuple(found.samples[number] for number in sorted(numbers)) for numbers in (lost, own - lost)
    )
    return Losses(events, left, found.changed)


def drops_everything(route: Route, category: str, graph: Graph) -> bool:
    """Return whether the route's workspace certainly drops a whole category."""
    found = _remains(route, category, graph)
    if found is ABSENT or isinstance(found, Unknown):
        return False
    return not _of_category(found.samples, category) & found.kept


def loss_reasons(where: str, category: str, lost: Losses) -> Iterator[tuple[bool, Reason]]:
    """Yield why a transformation loses what it should not; first whether that is a violation.

    It is a violation if all events of a verb, or all events of a level, are lost. A policy does not
    judge whether single events, or a column, are needed.
    """
    head = f"the transformation of the {where}"
    if lost.unknown:
        message = f"what {head} leaves of `{category}` cannot be known: {lost.unknown}"
        yield False, Reason(f"unknown-transformation:{category}", message, _SIMPLER)
    for kind in _whole_kinds(lost):
        message = f"{head} drops {kind} of category `{category}`"
        yield True, Reason(f"dropped-events:{category}", message)
    if lost.events:
        listed = ", ".join(dict.fromkeys(one.what for one in _shortest(lost.events)))
        more = f" and {len(lost.events) - _NAMED} more" if len(lost.events) > _NAMED else ""
        message = f"{head} drops events of category `{category}`: {listed}{more}"
        yield False, Reason(f"dropped-event:{category}", message, _KEEP_THEM)
    if lost.columns:
        listed = ", ".join(f"`{name}`" for name in lost.columns)
        message = f"{head} drops or changes columns of category `{category}`: {listed}"
        yield False, Reason(f"dropped-columns:{category}", message, _KEEP_THEM)


_SIMPLER: Final = "write it as plain text, with what `docs/investigate/writing-detections.md` lists"
_KEEP_THEM: Final = "keep them, send them elsewhere too, or exempt the cluster with a reason"


def _shortest(events: tuple["Sample", ...]) -> list["Sample"]:
    return sorted(events, key=lambda one: (len(one.what), one.what))[:_NAMED]


def _remains(route: Route, category: str, graph: Graph) -> "Value[Remains]":
    """Return what is left of the category's samples; absent where nothing transforms them."""
    kql = _transformation(route, category, graph)
    if not isinstance(kql, str):
        return kql
    # Detections need DuckDB, which a pack should not load for a stack without transformations.
    from kubewitness.detections.coverage.transformed import remains  # noqa: PLC0415

    words = sorted(
        {
            one.kql
            for one in graph.transformations
            if isinstance(one.kql, str) and one.table in _TABLES
        }
    )
    try:
        return remains(kql, "\n".join(words), guard=category == GUARD)
    except InputError as error:
        return Unknown(str(error))


def _transformation(route: Route, category: str, graph: Graph) -> Value[str]:
    """Return what the category's rows go through in the route's workspace."""
    destination, kind = route.destination, route.link.setting.destination_type
    if destination.kind is not DestinationKind.WORKSPACE:
        return ABSENT
    dedicated = graph.transformation(AKS_LOG_CATEGORIES[category].table, destination)
    legacy = graph.transformation(AZURE_DIAGNOSTICS, destination)
    if isinstance(kind, Unknown):
        is_plain = dedicated is ABSENT and legacy is ABSENT
        return ABSENT if is_plain else Unknown("which table the category fills is hidden")
    if kind == DEDICATED:
        return dedicated
    return ABSENT if legacy is ABSENT else Unknown(f"it is of the table {AZURE_DIAGNOSTICS}")


def _of_category(samples: Sequence["Sample"], category: str) -> frozenset[int]:
    """Return the numbers of the samples in a category; `kube-audit-admin` holds no reads."""
    return frozenset(
        number
        for number, sample in enumerate(samples)
        if category != KUBE_AUDIT_ADMIN or not sample.is_read
    )


def _kept_by(
    route: Route, category: str, graph: Graph, samples: Sequence["Sample"]
) -> frozenset[int]:
    """Return which samples another category's route certainly keeps."""
    found = _remains(route, category, graph) if route.certain else Unknown()
    if isinstance(found, Unknown):
        return frozenset()
    own = _of_category(samples, category)
    return own if found is ABSENT else own & found.kept


def _whole_kinds(lost: Losses) -> Iterator[str]:
    """Yield the verbs and levels of which everything is lost."""
    if lost.events and not lost.left:
        yield "everything"
        return
    for name, what in (("verb", "every `{}`"), ("level", "everything at level `{}`")):
        left = {getattr(one, name) for one in lost.left}
        for value in dict.fromkeys(getattr(one, name) for one in lost.events):
            if value and value not in left:
                yield what.format(value)
