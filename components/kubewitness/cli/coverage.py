"""`kubewitness coverage`."""

from io import StringIO
from pathlib import Path

import click
from rich.console import Console

from kubewitness.check import check_source, first_that_applies
from kubewitness.coverage import ClusterCoverage, cover
from kubewitness.detections.coverage import Status, by_technique
from kubewitness.detections.registry import find_rules
from kubewitness.errors import ExitCode, InputError, NothingToCheckError
from kubewitness.reports.coverage import document, navigator_layer, print_coverage
from kubewitness.sources.program.preview import TIMEOUT_SECONDS

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("coverage")
@click.argument("source", default=".")
@click.option("--rule", "names", metavar="NAME", multiple=True, help="Only this detection.")
@click.option(
    "--require",
    metavar="TECHNIQUE",
    multiple=True,
    help="Fail unless some detection of it is alertable or degraded, as T1609.",
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
    seen = check_source(source, stack=stack, answers=answers, python=python, timeout=timeout)
    clusters = cover(seen.graph, find_rules(names))
    if not clusters:
        raise NothingToCheckError(f"{source}: there is no AKS cluster and no setting for one")
    _write(clusters, format_, whole=whole)
    for one in seen.unreadable:
        click.echo(f"unreadable: {one}", err=True)
    for one in seen.notes:
        click.echo(f"note: {one}", err=True)
    unreadable = [ExitCode.UNREADABLE] if seen.unreadable else []
    return first_that_applies([*unreadable, _judge(clusters, require)])


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


def _judge(clusters: list[ClusterCoverage], required: tuple[str, ...]) -> ExitCode:
    """Say which required techniques nothing would alert on."""
    found = [(one, by_technique(one.detections)) for one in clusters]
    codes = [ExitCode.OK]
    for technique in required:
        for one, statuses in found:
            status = statuses.get(technique, Status.BLIND)
            if status in {Status.ALERTABLE, Status.DEGRADED}:
                continue
            undecided = status is Status.UNDECIDED
            codes.append(ExitCode.UNDECIDED if undecided else ExitCode.VIOLATION)
            click.echo(f"{one.cluster}: {technique} is {status}", err=True)
    return first_that_applies(codes)
