"""Run `kubewitness audit-policy lint`."""

from pathlib import Path

from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.lint import lint
from kubewitness.cli.output import write_text
from kubewitness.errors import ExitCode, InputError
from kubewitness.reports.audit_policy import lint_annotations, lint_document, lint_text

_WRITERS = {"table": lint_text, "json": lint_document, "github": lint_annotations}


def run(*, policies: tuple[Path, ...], format_: str, output: Path | None) -> int:
    """Write the mistakes in audit policies."""
    found = []
    faults: list[str] = []
    for path in dict.fromkeys(policies):
        try:
            found += lint(read_policy(path))
        except InputError as error:
            faults += error.faults
    write_text(_WRITERS[format_](found), output)
    if faults:
        raise InputError(*faults)
    is_clean = all(each.severity == "note" for each in found)
    return ExitCode.OK if is_clean else ExitCode.VIOLATION
