"""`kubewitness check`."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Final

import click
from rich.console import Console
from rich.markdown import Markdown

from kubewitness.errors import ExitCode, InputError, KubewitnessError, explain_error
from kubewitness.policies.check import CheckResult, check, first_that_applies
from kubewitness.policies.packs import DEFAULT_PACK, find_pack
from kubewitness.policies.registry import find_policy
from kubewitness.policies.settings_file import read_settings
from kubewitness.reports.document import report
from kubewitness.reports.policy_page import policy_page
from kubewitness.reports.sarif import sarif
from kubewitness.reports.table import print_results
from kubewitness.sources.load import load
from kubewitness.sources.program.preview import TIMEOUT_SECONDS

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


EPILOG: Final = """\b
Exit codes, the first that applies:
   2  bad usage or input, or the program fails
   1  violations
   5  something could not be read
   4  undecided where undecided blocks
   3  nothing to check: no cluster that the sources manage
   0  all well
"""


@click.command("check", epilog=EPILOG)
@click.argument("sources", metavar="[SOURCE]...", nargs=-1)
@click.option("--pack", default=DEFAULT_PACK, show_default=True, help="Our pack that judges.")
@click.option("--stack", help="The stack; by default the only one that has a file.")
@click.option("--answers", type=FILE, help="Answers to what only the cloud knows.")
@click.option("--python", type=FILE, help="The interpreter; by default what Pulumi.yaml names.")
@click.option(
    "--policy-pack", "policy_packs", type=FOLDER, multiple=True, help="Another pack to run, too."
)
@click.option(
    "--policy-pack-config", type=FILE, help="Levels and settings of the policies, as JSON."
)
@click.option("--explain", metavar="POLICY", help="Print the page of a policy, and check nothing.")
@click.option("--format", "format_", type=click.Choice(["table", "json", "sarif"]), default="table")
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="Write to a file.")
@click.option("--tree", is_flag=True, help="Show all resources and what is collected where.")
@click.option("--no-progress", is_flag=True, help="Show no progress on a terminal.")
@click.option(
    "--timeout", default=TIMEOUT_SECONDS, show_default=True, help="Seconds a program has."
)
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    sources: tuple[str, ...],
    pack: str,
    stack: str | None,
    answers: Path | None,
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
    """Check Pulumi programs offline: no cloud, no account, no Pulumi CLI.

    SOURCE is a folder with a Pulumi.yaml, by default the current one, or a file that `pulumi stack
    export` wrote. A program's own code runs, with the interpreter that its Pulumi.yaml names.
    Nothing is created. What is in Azure already is azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]],
    which the role Reader may read.
    """
    if explain is not None:
        _explain(explain)
        return ExitCode.OK
    chosen = find_pack(pack)
    settings = read_settings(policy_pack_config, chosen.policies)
    results: list[CheckResult] = []
    codes: list[ExitCode] = []
    with _progress(shown=not no_progress):
        for source in sources or (".",):
            try:
                loaded = load(
                    source,
                    stack=stack,
                    answers=answers,
                    python=python,
                    policy_packs=policy_packs,
                    timeout=timeout,
                )
                results.append(check(loaded, chosen, settings))
            except KubewitnessError as error:
                codes.append(explain_error(error))
    if results:
        _write(results, format_, output, tree=tree)
    return first_that_applies([*codes, *(result.exit_code for result in results)])


def _explain(policy_id: str) -> None:
    """The policy's page: rendered on a terminal, Markdown in a pipe."""
    page = policy_page(find_policy(policy_id))
    if sys.stdout.isatty():
        Console().print(Markdown(page))
    else:
        click.echo(page, nl=False)


@contextmanager
def _progress(*, shown: bool) -> Iterator[None]:
    """A spinner on a terminal, nothing in a pipe."""
    console = Console(stderr=True)
    if shown and console.is_terminal:
        with console.status("reading"):
            yield
    else:
        yield


def _write(results: list[CheckResult], format_: str, output: Path | None, *, tree: bool) -> None:
    text = StringIO()
    if format_ == "json":
        text.write(report(results).model_dump_json(by_alias=True, indent=2) + "\n")
    elif format_ == "sarif":
        text.write(json.dumps(sarif(results), indent=2) + "\n")
    else:
        to_terminal = output is None and sys.stdout.isatty()
        console = Console() if to_terminal else Console(file=text, width=120)
        print_results(console, results, tree=tree)
    if output is None:
        click.echo(text.getvalue(), nl=False)
    else:
        _write_file(output, text.getvalue())
    for result in results:
        for one in result.loaded.unreadable:
            click.echo(f"unreadable: {one}", err=True)
    if any(result.exit_code is ExitCode.NOTHING for result in results):
        click.echo("nothing to check: no cluster that these sources manage", err=True)


def _write_file(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{path}: cannot be written: {error.strerror}") from error
