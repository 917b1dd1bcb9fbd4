"""Reads a source of any kind. The kind is recognised by scheme or content."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kubewitness.errors import InputError, KubewitnessError, exit_code_of, faults_of
from kubewitness.sources.azure.scope import SCHEME, is_azure
from kubewitness.sources.azure.subscription import load_subscription
from kubewitness.sources.loaded import Loaded, NotLoaded, SourceFault
from kubewitness.sources.positions import ProgramFiles, fault_position
from kubewitness.sources.program.preview import TIMEOUT_SECONDS, preview
from kubewitness.sources.program.project import project_file, stack_names
from kubewitness.sources.state import load_state


def stacks_of(source: Path | str) -> tuple[str, ...]:
    """Return the stacks of a program that have a settings file; of anything else none."""
    path = Path(source)
    return () if is_azure(str(source)) or not path.is_dir() else stack_names(path)


def not_loaded(source: str, stack: str | None, error: KubewitnessError) -> NotLoaded:
    """Return an error as the reports name it: each fault with the line that it is about."""
    file = project_file(Path(source)) if not is_azure(source) else None
    default = ProgramFiles(file).project_file if file else None
    faults = (SourceFault(text, fault_position(text) or default) for text in faults_of(error))
    return NotLoaded(source, stack or "", exit_code_of(error), tuple(faults))


def load(  # noqa: PLR0913 each is an option of the command
    source: Path | str,
    *,
    stack: str | None = None,
    answers: Path | None = None,
    python: Path | None = None,
    policy_packs: Sequence[Path] = (),
    timeout: float = TIMEOUT_SECONDS,
    tags: Mapping[str, str] | None = None,
) -> Loaded:
    """Read a Pulumi program, the exported state of a stack, or what exists in Azure.

    A folder is a program and is run: this runs the user's own code. The options apply to programs
    only, except for the tags.

    Args:
        source: the folder that holds `Pulumi.yaml`, the file, or
            `azure://SUBSCRIPTION[/RESOURCE-GROUP[/CLUSTER]]`.
        stack: the stack; by default the only one there is.
        answers: a file of answers for values that are only available in the cloud.
        python: the interpreter; by default the one that `Pulumi.yaml` names.
        policy_packs: folders of other packs to run on the same preview.
        timeout: seconds that the program may take.
        tags: of the stack, which no source shows.

    Raises:
        NothingToCheckError: there is no program.
        InputError: the source or an option cannot be used, the program fails, or Azure cannot be
            asked.
    """
    options: dict[str, Any] = {
        "stack": stack,
        "answers": answers,
        "python": python,
        "policy_packs": policy_packs,
        "timeout": timeout,
    }
    loaded = _load(source, options)
    return replace(loaded, stack=replace(loaded.stack, tags=tags or {}))


def _load(source: Path | str, options: Mapping[str, Any]) -> Loaded:
    if is_azure(str(source)):
        return load_subscription(str(source))
    path = Path(source)
    if path.is_file():
        return load_state(path)
    if not path.is_dir():
        raise InputError(
            f"{path}: is not a folder and not a file; name the folder that contains "
            f"`Pulumi.yaml`, the exported state of a stack, or {SCHEME}SUBSCRIPTION"
        )
    return preview(path, **options)
