"""Run `kubewitness audit-policy render`."""

from pathlib import Path

from kubewitness.audit_policy.file import read_policy
from kubewitness.audit_policy.lint import lint
from kubewitness.audit_policy.platforms import PLATFORMS, Files
from kubewitness.audit_policy.presets import PRESETS, policy_text
from kubewitness.cli.output import write_text
from kubewitness.cli.standard_streams import tell
from kubewitness.errors import ExitCode, InputError


def run(*, policy: Path | None, preset: str, platform: str, folder: Path | None) -> int:
    """Write the files that make a cluster log by a policy."""
    files = PLATFORMS[platform](_policy(policy, preset))
    if folder is None:
        write_text("\n".join(f"# ---- {name}\n{text}" for name, text in files.items()))
    else:
        _write(files, folder)
    return ExitCode.OK


def _policy(path: Path | None, preset: str) -> str:
    if path is None:
        return policy_text(PRESETS[preset])
    read = read_policy(path)
    if errors := [each for each in lint(read) if each.severity == "error"]:
        raise InputError(*(f"{each.place}: {each.message}" for each in errors))
    return read.file.text


def _write(files: Files, folder: Path) -> None:
    if there := [folder / name for name in files if (folder / name).exists()]:
        raise InputError(*(f"{path}: exists; name another folder" for path in there))
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"{folder}: cannot be made: {error.strerror}") from None
    for name, text in files.items():
        write_text(text, folder / name)
        tell(f"wrote {folder / name}")
