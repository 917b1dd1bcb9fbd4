"""What `kubewitness check` does."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from rich.markdown import Markdown

from kubewitness.cli.output import stdout_console, write_drawn, write_text
from kubewitness.cli.progress import spinner
from kubewitness.cli.standard_streams import tell
from kubewitness.detections.library import all_detections
from kubewitness.errors import ExitCode, InputError, KubewitnessError, explain_error
from kubewitness.policies.check import CheckResult, check, first_that_applies
from kubewitness.policies.packs import find_pack
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import read_settings
from kubewitness.reports.github import annotations, commands_ignored
from kubewitness.reports.json_report import report
from kubewitness.reports.json_text import json_text
from kubewitness.reports.policy_page import policy_page
from kubewitness.reports.sarif import sarif
from kubewitness.reports.table import print_results
from kubewitness.sources.load import load, not_loaded, stacks_of
from kubewitness.sources.loaded import NotLoaded


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
) -> int:
    """Check each source and write one report; return the exit code that applies first."""
    if explain is not None:
        _explain(explain)
        return ExitCode.OK
    if all_stacks and stack is not None:
        raise click.UsageError("--all-stacks and --stack exclude each other; give one of them")
    chosen = find_pack(pack)
    settings = read_settings(policy_pack_config)
    results: list[CheckResult] = []
    failed: list[NotLoaded] = []
    with spinner(shown=not no_progress), commands_ignored(is_github=format_ == "github"):
        for source, name in _sources_and_stacks(sources or (".",), stack, all_stacks=all_stacks):
            try:
                loaded = load(
                    source,
                    stack=name,
                    answers=answers,
                    python=python,
                    policy_packs=policy_packs,
                    timeout=timeout,
                    tags=dict(tags),
                )
                results.append(check(loaded, chosen, settings))
            except KubewitnessError as error:
                failed.append(not_loaded(source, name, error))
                explain_error(error)
    _write(results, failed, format_, output, tree=tree)
    codes = [result.exit_code for result in results]
    if allow_empty:
        codes = [ExitCode.OK if code is ExitCode.NOTHING else code for code in codes]
    return first_that_applies([*(one.exit_code for one in failed), *codes])


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
            "runs it, and docs/detections.md describes it"
        )
    page = policy_page(find_policy(policy_id))
    if sys.stdout.isatty():
        stdout_console().print(Markdown(page))
    else:
        write_text(page)


def _write(
    results: list[CheckResult],
    failed: list[NotLoaded],
    format_: str,
    output: Path | None,
    *,
    tree: bool,
) -> None:
    if format_ == "json":
        write_text(json_text(report(results, failed)), output)
    elif format_ == "sarif":
        write_text(json_text(sarif(results, failed)), output)
    elif format_ == "github":
        write_text(annotations(results, failed), output)
    elif results:
        write_drawn(lambda console: print_results(console, results, tree=tree), output)
    for result in results:
        for one in result.loaded.unreadable:
            tell(f"unreadable: {one}")
        if result.exit_code is ExitCode.NOTHING:
            tell(f"nothing to check: {result.loaded} manages no cluster")
