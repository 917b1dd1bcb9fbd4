"""Run `kubewitness check`."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final

import click
from rich.markdown import Markdown

from kubewitness.cli.output import stdout_console, write_drawn, write_text
from kubewitness.cli.progress import spinner
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.library import all_detections
from kubewitness.errors import ExitCode, InputError, KubewitnessError, explain_error
from kubewitness.policies.baseline import (
    NO_BASELINE,
    Baseline,
    BaselineEntry,
    Compared,
    added,
    baseline_text,
    compare,
    read_baseline,
    renewed,
)
from kubewitness.policies.check import CheckResult, check, first_that_applies
from kubewitness.policies.packs import Pack, find_pack
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import SettingsFile, read_settings
from kubewitness.reports.github import annotations, commands_ignored
from kubewitness.reports.json_report import report
from kubewitness.reports.json_text import json_text
from kubewitness.reports.junit import junit
from kubewitness.reports.markdown import markdown
from kubewitness.reports.policy_page import policy_page
from kubewitness.reports.sarif import sarif
from kubewitness.reports.table import print_results
from kubewitness.sources.load import load, not_loaded, stacks_of
from kubewitness.sources.loaded import Loaded, NotLoaded

_HIDDEN_FOR: Final = timedelta(days=90)
"""How long a new entry of a baseline hides its result."""


def run(
    *,
    sources: tuple[str, ...],
    pack: str,
    stack: str | None,
    answers: Path | None,
    tags: tuple[tuple[str, str], ...],
    python: Path | None,
    policy_packs: tuple[Path, ...],
    policy_pack_config: Path | None,
    explain: str | None,
    format_: str,
    output: Path | None,
    tree: bool,
    no_progress: bool,
    timeout: float,
    all_stacks: bool,
    allow_empty: bool,
    reports: tuple[tuple[str, Path], ...],
    baseline: Path | None,
    write_baseline: Path | None,
    baseline_expires: datetime | None,
    baseline_before: Path | None,
) -> int:
    """Check each source and write the reports; return the exit code that applies first."""
    if explain is not None:
        _explain(explain)
        return ExitCode.OK
    if all_stacks and stack is not None:
        raise click.UsageError("--all-stacks and --stack exclude each other; give one of them")
    if baseline is not None and write_baseline is not None:
        raise click.UsageError(
            "--baseline and --write-baseline exclude each other; --write-baseline alone keeps the "
            "entries of its file and hides what it contains"
        )
    if baseline_expires is not None and write_baseline is None:
        raise click.UsageError("--baseline-expires needs --write-baseline, which adds entries")
    chosen = find_pack(pack)
    settings = read_settings(policy_pack_config)
    known = _existing(baseline or write_baseline)
    before = read_baseline(baseline_before) if baseline_before else None
    today = datetime.now(UTC).date()
    asked = [(format_, output), *reports]
    load_stack = partial(
        load,
        answers=answers,
        python=python,
        policy_packs=policy_packs,
        timeout=timeout,
        tags=dict(tags),
    )
    with (
        spinner(shown=not no_progress),
        commands_ignored(is_github=any(name == "github" for name, _ in asked)),
    ):
        named = _sources_and_stacks(sources or (".",), stack, all_stacks=all_stacks)
        results, failed = _check_all(named, load_stack, chosen, settings)
    if write_baseline is not None:
        until = baseline_expires.date() if baseline_expires else today + _HIDDEN_FOR
        known = renewed(known, results, until)
        write_text(baseline_text(known), write_baseline)
    compared = compare(known, results, today)
    new = added(before, known) if before else ()
    for name, path in asked:
        _write(compared, failed, name, path, new=new, tree=tree)
    _tell_unread(compared.results)
    codes = [result.exit_code for result in compared.results]
    if allow_empty:
        codes = [ExitCode.OK if code is ExitCode.NOTHING else code for code in codes]
    return first_that_applies([*(one.exit_code for one in failed), *codes])


def _check_all(
    named: Iterable[tuple[str, str | None]],
    load_stack: Callable[..., Loaded],
    pack: Pack,
    settings: SettingsFile,
) -> tuple[list[CheckResult], list[NotLoaded]]:
    """Check each source, and explain at once why another could not be loaded.

    Args:
        named: the sources, each with the stack that is asked for.
        load_stack: loads one, as `load` does.
    """
    results: list[CheckResult] = []
    failed: list[NotLoaded] = []
    for source, stack in named:
        try:
            results.append(check(load_stack(source, stack=stack), pack, settings))
        except KubewitnessError as error:
            failed.append(not_loaded(source, stack, error))
            explain_error(error)
    return results, failed


def _sources_and_stacks(
    sources: Iterable[str], stack: str | None, *, all_stacks: bool
) -> Iterator[tuple[str, str | None]]:
    """Yield what to check: with `all_stacks` each program once for each stack's settings file."""
    for source in sources:
        names = _stacks_of(source) if all_stacks else ()
        yield from ((source, name) for name in names or (stack,))


def _stacks_of(source: str) -> tuple[str, ...]:
    """Return a program's stacks; none for a source that cannot be read, which `load` reports."""
    try:
        return stacks_of(source)
    except KubewitnessError:
        return ()


def _explain(policy_id: str) -> None:
    """Print the policy's page: rendered on a terminal, Markdown in a pipe."""
    if any(detection.slug == policy_id for detection in all_detections()):
        raise InputError(
            f"`{policy_id}` is a detection and not a policy: `kubewitness hunt --rule {policy_id}` "
            "runs it, and docs/reference/detections.md describes it"
        )
    page = policy_page(find_policy(policy_id))
    if sys.stdout.isatty():
        stdout_console().print(Markdown(page))
    else:
        write_text(page)


def _existing(path: Path | None) -> Baseline:
    """Read a baseline; one that is still to be written has no entries.

    Raises:
        InputError: with every fault in the file.
    """
    return read_baseline(path) if path is not None and path.exists() else NO_BASELINE


def _write(
    compared: Compared,
    failed: list[NotLoaded],
    format_: str,
    output: Path | None,
    *,
    new: Sequence[BaselineEntry],
    tree: bool,
) -> None:
    results = compared.results
    if format_ == "json":
        write_text(json_text(report(results, failed)), output)
    elif format_ == "sarif":
        write_text(json_text(sarif(results, failed)), output)
    elif format_ == "github":
        write_text(annotations(results, failed), output)
    elif format_ == "junit":
        write_text(junit(results, failed), output)
    elif format_ == "markdown":
        hidden, fixed = compared.hidden, compared.fixed
        write_text(markdown(results, failed, hidden=hidden, fixed=fixed, added=new), output)
    elif results:
        write_drawn(lambda console: print_results(console, results, tree=tree), output)


def _tell_unread(results: Iterable[CheckResult]) -> None:
    for result in results:
        for one in result.loaded.unreadable:
            tell(f"unreadable: {one}")
        if result.exit_code is ExitCode.NOTHING:
            tell(f"nothing to check: {result.loaded} manages no cluster")
