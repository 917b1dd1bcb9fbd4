"""What `kubewitness check` does."""

import json
import sys
from pathlib import Path

import click
from rich.markdown import Markdown

from kubewitness.cli.output import stdout_console, write_drawn, write_text
from kubewitness.cli.progress import spinner
from kubewitness.detections.library import all_detections
from kubewitness.errors import ExitCode, InputError, KubewitnessError, explain_error
from kubewitness.policies.check import CheckResult, check, first_that_applies
from kubewitness.policies.packs import find_pack
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import read_settings
from kubewitness.reports.json_report import report
from kubewitness.reports.policy_page import policy_page
from kubewitness.reports.sarif import sarif
from kubewitness.reports.table import print_results
from kubewitness.sources.load import load


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
) -> int:
    """Check each source and write one report; return the exit code that applies first."""
    if explain is not None:
        _explain(explain)
        return ExitCode.OK
    chosen = find_pack(pack)
    settings = read_settings(policy_pack_config)
    results: list[CheckResult] = []
    codes: list[ExitCode] = []
    with spinner(shown=not no_progress):
        for source in sources or (".",):
            try:
                loaded = load(
                    source,
                    stack=stack,
                    answers=answers,
                    python=python,
                    policy_packs=policy_packs,
                    timeout=timeout,
                    tags=dict(tags),
                )
                results.append(check(loaded, chosen, settings))
            except KubewitnessError as error:
                codes.append(explain_error(error))
    if results:
        _write(results, format_, output, tree=tree)
    return first_that_applies([*codes, *(result.exit_code for result in results)])


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


def _write(results: list[CheckResult], format_: str, output: Path | None, *, tree: bool) -> None:
    if format_ == "json":
        write_text(report(results).model_dump_json(by_alias=True, indent=2) + "\n", output)
    elif format_ == "sarif":
        write_text(json.dumps(sarif(results), indent=2) + "\n", output)
    else:
        write_drawn(lambda console: print_results(console, results, tree=tree), output)
    for result in results:
        for one in result.loaded.unreadable:
            click.echo(f"unreadable: {one}", err=True)
    if any(result.exit_code is ExitCode.NOTHING for result in results):
        click.echo("nothing to check: no cluster that these sources manage", err=True)
