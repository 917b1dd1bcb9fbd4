"""`kubewitness coverage`."""

from collections.abc import Iterator, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

import click
from rich.console import Console

from kubewitness.detections.coverage.assessment import demand, demandable
from kubewitness.detections.coverage.clusters import ClusterCoverage, cover
from kubewitness.detections.library import find_detections
from kubewitness.documents.suggestions import did_you_mean
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.policies.check import first_that_applies
from kubewitness.reports.coverage import document, navigator_layer, print_coverage
from kubewitness.sources.load import load
from kubewitness.sources.program.preview import TIMEOUT_SECONDS

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


EPILOG: Final = """\b
Exit codes, the first that applies:
   2  bad usage or input, or the program fails
   1  what is required is not covered
   5  something could not be read
   4  whether it is covered is undecided
   3  nothing to check
   0  all well
"""


@click.command("coverage", epilog=EPILOG)
@click.argument("source", default=".")
@click.option("--rule", "names", metavar="NAME", multiple=True, help="Only this detection.")
@click.option(
    "--require",
    metavar="TECHNIQUE",
    multiple=True,
    help="Fail unless every detection of it is alertable, as T1609; or a detection by its name.",
)
@click.option(
    "--require-not-blind",
    metavar="TECHNIQUE",
    multiple=True,
    help="Fail unless some detection of it finds some of its attacks.",
)
@click.option("--stack", help="The stack; by default the only one that has a file.")
@click.option("--answers", type=FILE, help="Answers to what only the cloud knows.")
@click.option("--python", type=FILE, help="The interpreter; by default what Pulumi.yaml names.")
@click.option(
    "--format", "format_", type=click.Choice(["table", "json", "navigator"]), default="table"
)
@click.option("--all", "whole", is_flag=True, help="Show what is alertable, too.")
@click.option("--timeout", default=TIMEOUT_SECONDS, show_default=True, help="Seconds it has.")
def command(  # noqa: PLR0913 PLR0917 click hands over each option as a parameter
    source: str,
    names: tuple[str, ...],
    require: tuple[str, ...],
    require_not_blind: tuple[str, ...],
    stack: str | None,
    answers: Path | None,
    python: Path | None,
    format_: str,
    whole: bool,
    timeout: float,
) -> int:
    """Say which detections would work on the clusters of a program, before they exist.

    SOURCE is a folder with a Pulumi.yaml, by default the current one, a file that `pulumi stack
    export` wrote, or azure://SUBSCRIPTION; see `kubewitness check`. The malicious events that come
    with each detection are put through AKS's audit policy and what the settings collect, and it is
    run on what is left: it is alertable, degraded (it misses some cases), hunt-only, blind, or
    undecided.
    """
    _check_words([*require, *require_not_blind])
    seen = load(source, stack=stack, answers=answers, python=python, timeout=timeout)
    clusters = cover(seen.graph, find_detections(names))
    if not clusters:
        raise NothingToCheckError(f"{source}: there is no AKS cluster and no setting for one")
    _write(clusters, format_, whole=whole)
    for one in seen.unreadable:
        click.echo(f"unreadable: {one}", err=True)
    for logged in seen.warnings:
        click.echo(f"{logged.level}: {logged.message}", err=True)
    for one in seen.notes:
        click.echo(f"note: {one}", err=True)
    codes = [ExitCode.UNREADABLE] if seen.unreadable else []
    codes += _judge(clusters, require, not_blind=False)
    codes += _judge(clusters, require_not_blind, not_blind=True)
    return first_that_applies([*codes, ExitCode.OK])


def _write(clusters: list[ClusterCoverage], format_: str, *, whole: bool) -> None:
    if format_ == "json":
        text = document(clusters)
    elif format_ == "navigator":
        text = _layer(clusters)
    else:
        file = StringIO()
        print_coverage(Console(file=file, width=120), clusters, whole=whole)
        text = file.getvalue()
    click.echo(text, nl=False)


def _layer(clusters: list[ClusterCoverage]) -> str:
    if len(clusters) > 1:
        listed = ", ".join(one.cluster for one in clusters)
        raise InputError(f"a layer shows one cluster, and there are {listed}; use `--format json`")
    return navigator_layer(clusters[0])


def _check_words(words: Sequence[str]) -> None:
    """Refuse what no detection is, or is of: a demand that was misspelt would never be met."""
    known = demandable()
    faults = [
        f"--require {word}: no detection is called so, or is of this technique"
        + did_you_mean(word, known, "docs/detections.md lists them")
        for word in words
        if word not in known
    ]
    if faults:
        raise InputError(*faults)


def _judge(
    clusters: list[ClusterCoverage], words: Sequence[str], *, not_blind: bool
) -> Iterator[ExitCode]:
    """Say which demands are not met, and what the detections miss."""
    for word in words:
        for one in clusters:
            found = demand(one.detections, word, not_blind=not_blind)
            if found.is_met:
                continue
            undecided = found.is_met is None
            yield ExitCode.UNDECIDED if undecided else ExitCode.VIOLATION
            how = "may not be covered" if undecided else "is not covered"
            click.echo(f"{one.cluster}: {word} {how}: {found.why}", err=True)
