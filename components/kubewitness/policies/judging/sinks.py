"""Which diagnostic settings of a resource send, or may send, one category to one destination."""

from collections.abc import Iterator, Sequence
from itertools import combinations, product, starmap

from kubewitness.azure.diagnostic_settings import ALL_METRICS, DestinationKind, sent_twice
from kubewitness.azure.resource_ids import comparable, fold
from kubewitness.catalog.log_categories import AKS_LOG_CATEGORIES
from kubewitness.graph.model import Destination, DiagnosticSetting, LogEntry
from kubewitness.graph.routes import carries, enabled_categories
from kubewitness.graph.values import ABSENT, Unknown
from kubewitness.policies.judging.destinations import known_id
from kubewitness.policies.judging.hidden import hidden
from kubewitness.policies.verdict import Reason


def same_sink_twice(settings: Sequence[DiagnosticSetting]) -> Iterator[Reason]:
    """Yield each category that two settings certainly send to one destination."""
    for one, other in combinations(settings, 2):
        kind = next(_shared(one, other), None)
        certain = _certain(other)
        for category in (name for name in _certain(one) if kind and name in certain):
            refusal = sent_twice(category)
            yield Reason(refusal.code, f"{_names(one, other)}: their {kind} {refusal.reason}")


def unknown_sinks(settings: Sequence[DiagnosticSetting]) -> Iterator[Reason]:
    """Yield an undecided reason for each two settings that may share a destination."""
    for one, other in combinations(settings, 2):
        may_share = any(starmap(_could_be_one, product(one.destinations, other.destinations)))
        both = set(_possible(one)) & set(_possible(other))
        if any(_shared(one, other)):
            both -= set(_certain(one)) & set(_certain(other))
        elif not may_share:
            continue
        if both:
            what = f"whether {_names(one, other)} send `{min(both)}` to one sink"
            decide = "send each category in one setting only"
            yield hidden("unknown-sink", what, _unknown(one, other), decide)


def _unknown(*settings: DiagnosticSetting) -> Unknown:
    """Return the unknown value of some settings, preferably one with a reason."""
    found = [
        value
        for setting in settings
        for value in (setting.logs, setting.metrics, *(one.id for one in setting.destinations))
        if isinstance(value, Unknown)
    ]
    return next((value for value in found if value.why), Unknown())


def _names(one: DiagnosticSetting, other: DiagnosticSetting) -> str:
    return f"diagnostic settings `{one.resource.name}` and `{other.resource.name}`"


def _certain(setting: DiagnosticSetting) -> list[str]:
    """Return what a setting certainly sends: log categories and the one of metrics."""
    metrics = [ALL_METRICS] if _sends_metrics(setting) is True else []
    return [*dict.fromkeys(enabled_categories(setting)), *metrics]


def _possible(setting: DiagnosticSetting) -> list[str]:
    """Return what it sends if all that is unknown turns out so."""
    metrics = [ALL_METRICS] if _sends_metrics(setting) is not False else []
    logs = [name for name in AKS_LOG_CATEGORIES if carries(setting, name) is not False]
    return [*logs, *metrics]


def _sends_metrics(setting: DiagnosticSetting) -> bool | None:
    if isinstance(setting.metrics, Unknown):
        return None
    found = {_entry_sends_metrics(entry) for entry in setting.metrics}
    return True if True in found else None if None in found else False


def _entry_sends_metrics(entry: LogEntry) -> bool | None:
    is_known = not isinstance(entry.category, Unknown)
    if is_known and fold(str(entry.category)) != fold(ALL_METRICS):
        return False
    if isinstance(entry.enabled, Unknown) or (entry.enabled is True and not is_known):
        return None
    return entry.enabled is True


def _shared(one: DiagnosticSetting, other: DiagnosticSetting) -> Iterator[DestinationKind]:
    """Yield the kind of each destination that certainly both settings have."""
    for mine, theirs in product(one.destinations, other.destinations):
        if _sink(mine) and _sink(mine) == _sink(theirs):
            yield mine.kind


def _sink(destination: Destination) -> str:
    """Return what makes two destinations the same; empty where it cannot be known.

    Of event hubs that is the authorization rule.
    """
    if isinstance(destination.id, str):
        return comparable(destination.id)
    if destination.kind is DestinationKind.EVENT_HUB:
        return destination.rule.resource.urn if destination.rule else ""
    return destination.receiver.resource.urn if destination.receiver else ""


def _could_be_one(one: Destination, other: Destination) -> bool:
    """Return whether they may be one place: of one kind, and nothing that is known differs.

    Where one of them cannot be known, both or neither must be of this stack.
    """
    if one.kind != other.kind:
        return False
    if _sink(one) and _sink(other):
        return _may_be_id_of(one, other) or _may_be_id_of(other, one)
    return one.from_destination == other.from_destination


def _may_be_id_of(known: Destination, own: Destination) -> bool:
    """Return whether a known id may be that of a resource of this stack, whose id is not known.

    A name that the provider makes begins with the logical name.
    """
    receiver = own.receiver
    if not isinstance(known.id, str) or isinstance(own.id, str) or receiver is None:
        return False
    pairs = list(zip(known_id(known), known_id(own), strict=False))
    differ = any(left != right for left, right in pairs if isinstance(right, str))
    prefix = fold(receiver.resource.name) if receiver.name is ABSENT else ""
    return not differ and str(pairs[-1][0]).startswith(prefix)
