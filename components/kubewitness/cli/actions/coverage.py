"""Run `kubewitness coverage`."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from kubewitness.cli.data import open_data
from kubewitness.cli.logs_or_source import are_logs
from kubewitness.cli.output import write_drawn, write_text
from kubewitness.cli.progress import spinner
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.coverage.assessment import demand, demandable
from kubewitness.detections.coverage.clusters import ClusterCoverage, cover
from kubewitness.detections.coverage.log import unanswerable
from kubewitness.detections.library import find_detections
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.logs.store.contents import contents
from kubewitness.logs.store.period import Period
from kubewitness.logs.store.present import present_time
from kubewitness.policies.aks.detection_coverage import POLICY, CoverageSettings
from kubewitness.policies.check import first_that_applies, remediate
from kubewitness.policies.packs import DEFAULT_PACK, find_pack
from kubewitness.policies.settings import Level
from kubewitness.policies.settings_file import Settings, read_settings
from kubewitness.reports.coverage import document, navigator_layer, print_coverage
from kubewitness.reports.log_contents import document as log_document
from kubewitness.reports.log_contents import print_contents
from kubewitness.sources.load import load
from kubewitness.sources.loaded import Loaded


def run(
    *,
    sources: tuple[str, ...],
    names: tuple[str, ...],
    require: tuple[str, ...],
    require_not_blind: tuple[str, ...],
    stack: str | None,
    answers: Path | None,
    tags: tuple[tuple[str, str], ...],
    policy_pack_config: Path | None,
    python: Path | None,
    format_: str,
    output: Path | None,
    whole: bool,
    no_progress: bool,
    timeout: float,
) -> int:
    """Write what each detection would find on the clusters of a source, or could find in logs."""
    _check_words([*require, *require_not_blind])
    if sources and are_logs(sources):
        if require or require_not_blind or policy_pack_config:
            raise InputError(
                "--require, --require-not-blind and --policy-pack-config are for clusters, and not "
                "for logs"
            )
        if format_ == "navigator":
            raise InputError("a layer shows a cluster; for logs use `--format table` or json")
        return _cover_logs(sources, names, format_, output, progress=not no_progress)
    if len(sources) > 1:
        raise InputError(f"{sources[1]}: name one SOURCE, or logs, of which there can be several")
    source = sources[0] if sources else "."
    settings_file = read_settings(policy_pack_config)
    with spinner(shown=not no_progress):
        seen = load(
            source, stack=stack, answers=answers, python=python, timeout=timeout, tags=dict(tags)
        )
    pack = find_pack(DEFAULT_PACK)
    settings = settings_file.resolve(pack.policies, seen.stack)
    clusters = cover(remediate(seen, pack, settings).graph, find_detections(names))
    if not clusters:
        raise NothingToCheckError(f"{source}: there is no AKS cluster and no setting for one")
    _write(clusters, format_, output, whole=whole)
    _tell_notes(seen)
    required = _required(settings)
    codes = [ExitCode.UNREADABLE] if seen.unreadable else []
    codes += _judge(clusters, [*require, *required.techniques], not_blind=False)
    codes += _judge(clusters, [*require_not_blind, *required.not_blind], not_blind=True)
    return first_that_applies([*codes, ExitCode.OK])


def _tell_notes(seen: Loaded) -> None:
    for one in seen.unreadable:
        tell(f"unreadable: {one}")
    for logged in seen.warnings:
        tell(f"{logged.level}: {logged.message}")
    for one in seen.notes:
        tell(f"note: {one}")


def _required(settings: Settings) -> CoverageSettings:
    """Return what the settings require; nothing where the policy is off or only prints."""
    found = settings.of(POLICY.id)
    if isinstance(found, CoverageSettings) and found.level is Level.MANDATORY:
        return found
    return CoverageSettings()


def _cover_logs(
    words: Sequence[str],
    names: Sequence[str],
    format_: str,
    output: Path | None,
    *,
    progress: bool,
) -> int:
    """Write what logs contain, and what they cannot answer."""
    detections = find_detections(names)
    with open_data(words, Period(), progress=progress) as opened:
        now = present_time(opened.connection)
        log = contents(opened.connection, Period(), now)
    for line in opened.unread.lines():
        tell(f"unreadable: {line}")
    found = unanswerable(log, detections)
    if format_ == "json":
        write_text(log_document(log, found), output)
    else:
        write_drawn(lambda console: print_contents(console, log, found), output)
    return ExitCode.UNREADABLE if opened.unread else ExitCode.OK


def _write(
    clusters: list[ClusterCoverage], format_: str, output: Path | None, *, whole: bool
) -> None:
    if format_ == "json":
        write_text(document(clusters), output)
    elif format_ == "navigator":
        write_text(_layer(clusters), output)
    else:
        write_drawn(lambda console: print_coverage(console, clusters, whole=whole), output)


def _layer(clusters: list[ClusterCoverage]) -> str:
    if len(clusters) > 1:
        listed = ", ".join(one.cluster for one in clusters)
        raise InputError(f"a layer shows one cluster, and there are {listed}; use `--format json`")
    return navigator_layer(clusters[0])


def _check_words(words: Sequence[str]) -> None:
    """Refuse what no detection is, or is of: a demand that was misspelt would never be met."""
    known = demandable()
    faults = [
        f"--require {word}: no detection has this name or this technique"
        + did_you_mean(word, known, "docs/reference/detections.md lists them")
        for word in words
        if word not in known
    ]
    if faults:
        raise InputError(*faults)


def _judge(
    clusters: list[ClusterCoverage], words: Sequence[str], *, not_blind: bool
) -> Iterator[ExitCode]:
    """Report which requirements are not met, and what the detections miss."""
    for word in words:
        for one in clusters:
            found = demand(one.detections, word, not_blind=not_blind)
            if found.is_met:
                continue
            undecided = found.is_met is None
            yield ExitCode.UNDECIDED if undecided else ExitCode.VIOLATION
            how = "may not be covered" if undecided else "is not covered"
            tell(f"{one.cluster}: {word} {how}: {found.why}")
