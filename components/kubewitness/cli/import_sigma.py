"""`kubewitness import-sigma`."""

from pathlib import Path

import click

from kubewitness.detections.registry import with_names_of_their_own
from kubewitness.detections.sentinel import as_yaml
from kubewitness.detections.sigma.files import import_sigma
from kubewitness.errors import ExitCode, NothingToCheckError
from kubewitness.reports.names import printable


@click.command("import-sigma")
@click.argument("rules", type=click.Path(path_type=Path, exists=True))
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="The folder that takes the rules; it is made where it is missing.",
)
def command(rules: Path, output: Path) -> int:
    """Write Sigma RULES as rules of Microsoft Sentinel, one file each.

    RULES are a file or a folder. A rule that could find nothing is not written, and the reason is
    told; then the exit code is 5. `kubewitness hunt --rules` runs Sigma's files as they are, too.
    """
    found = import_sigma(rules)
    if not found.rules and not found.rejected:
        raise NothingToCheckError(f"{rules} holds no Sigma rule: `logsource` and `detection`")
    output.mkdir(parents=True, exist_ok=True)
    for rule in with_names_of_their_own(found.rules):
        (output / f"{rule.slug}.yaml").write_text(as_yaml(rule), "utf-8")
    for note in found.notes:
        click.echo(f"warning: {printable(note)}", err=True)
    for reason in found.rejected:
        click.echo(f"rejected: {printable(reason)}", err=True)
    click.echo(f"imported {len(found.rules)}, rejected {len(found.rejected)}")
    return ExitCode.UNREADABLE if found.rejected else ExitCode.OK
