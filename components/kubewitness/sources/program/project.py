"""A Pulumi project on disk: `Pulumi.yaml`, one stack's configuration, where the program is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from kubewitness.documents.reader import read_yaml
from kubewitness.errors import InputError, NothingToCheckError

PROJECT_FILES: Final = ("Pulumi.yaml", "Pulumi.yml")
DEFAULT_STACK: Final = "dev"
"""The stack assumed where there is no stack file and none is named."""


@dataclass(frozen=True)
class StackConfiguration:
    """The configuration, as `pulumi config` shows it.

    Attributes:
        values: plain values by full key (`project:key`), objects as JSON text, as the engine
            hands them to a program.
        encrypted: keys whose value is encrypted, or holds something encrypted.
        environments: ESC environments that the stack imports, whose values are unknown here.
    """

    values: dict[str, str] = field(default_factory=dict)
    encrypted: frozenset[str] = frozenset()
    environments: tuple[str, ...] = ()


@dataclass(frozen=True)
class Project:
    """A Pulumi project and the stack chosen.

    Attributes:
        folder: where the project file is.
        name: the project's name.
        runtime: the runtime's name, such as `python`.
        runtime_options: `runtime.options`.
        program: the folder or file that is run.
        stack: the stack's name.
        configuration: the stack's configuration.
    """

    folder: Path
    name: str
    runtime: str
    runtime_options: Mapping[str, Any]
    program: Path
    stack: str
    configuration: StackConfiguration

    @property
    def file(self) -> Path:
        """The project file."""
        return project_file(self.folder) or self.folder / PROJECT_FILES[0]

    @property
    def working_directory(self) -> Path:
        """Return the folder in which the program runs, to which its paths are relative."""
        program = self.program.absolute()
        return program if program.is_dir() else program.parent


def project_file(folder: Path) -> Path | None:
    """Return the `Pulumi.yaml` in a folder, if there is one."""
    return next((folder / name for name in PROJECT_FILES if (folder / name).is_file()), None)


def load_project(folder: Path, stack: str | None = None) -> Project:
    """Read a Pulumi project.

    Args:
        folder: the folder that holds `Pulumi.yaml`.
        stack: the stack; by default the only one with a file, or `dev` where there is none.

    Raises:
        NothingToCheckError: the folder holds no Pulumi project.
        InputError: a file cannot be read, or several stacks are possible.
    """
    file = project_file(folder)
    if file is None:
        raise NothingToCheckError(f"{folder}: no `Pulumi.yaml`, so there is no program to check")
    read = read_yaml(file)
    document = read.mapping()
    name = document.get("name")
    if not isinstance(name, str) or not name:
        raise InputError(f"{read.at(('name',))}: has no `name`; add the project's name")
    runtime, options = split_runtime(document.get("runtime"))
    stack_file, stack = _stack(folder, document, stack)
    return Project(
        folder=folder,
        name=name,
        runtime=runtime,
        runtime_options=options,
        program=folder / str(document.get("main") or "."),
        stack=stack,
        configuration=_configuration(name, document, stack_file),
    )


def split_runtime(runtime: Any) -> tuple[str, Mapping[str, Any]]:
    """The name and options of `runtime`, which is a name or a mapping with both."""
    if isinstance(runtime, Mapping):
        options = runtime.get("options")
        return str(runtime.get("name", "")), options if isinstance(options, Mapping) else {}
    return str(runtime or ""), {}


def stack_names(folder: Path) -> tuple[str, ...]:
    """Return the stacks of a project that have a file, in the order of their names.

    Raises:
        InputError: the project file cannot be read.
    """
    file = project_file(folder)
    return tuple(_stack_files(folder, read_yaml(file).mapping())) if file else ()


def _stack_files(folder: Path, document: Mapping[str, Any]) -> dict[str, Path]:
    configured = document.get("stackConfigDir") or document.get("config")
    where = folder / configured if isinstance(configured, str) else folder
    return {
        path.stem.removeprefix("Pulumi."): path
        for path in sorted(where.glob("Pulumi.*.y*ml"))
        if path.is_file()
    }


def _stack(
    folder: Path, document: Mapping[str, Any], wanted: str | None
) -> tuple[Path | None, str]:
    """The stack's file, if it has one, and its name."""
    files = _stack_files(folder, document)
    if wanted is not None:
        short = wanted.rsplit("/", maxsplit=1)[-1]
        if files and short not in files:
            raise InputError(f"{folder}: has no stack `{short}`; stacks: {', '.join(files)}")
        return files.get(short), short
    if len(files) > 1:
        raise InputError(
            f"{folder}: has several stacks ({', '.join(files)}); name one with --stack"
        )
    return next(((path, name) for name, path in files.items()), (None, DEFAULT_STACK))


def _configuration(
    project: str, document: Mapping[str, Any], stack_file: Path | None
) -> StackConfiguration:
    stack = read_yaml(stack_file).mapping() if stack_file else {}
    defaults = document.get("config")
    values: dict[str, Any] = {}
    for key, value in (defaults if isinstance(defaults, Mapping) else {}).items():
        default = _project_default(value)
        if default is not None:
            values[_full_key(project, key)] = default
    own = stack.get("config")
    for key, value in (own if isinstance(own, Mapping) else {}).items():
        values[_full_key(project, key)] = value
    encrypted = frozenset(key for key, value in values.items() if _holds_secret(value))
    return StackConfiguration(
        {key: _as_text(value) for key, value in values.items() if key not in encrypted},
        encrypted,
        _environments(stack.get("environment")),
    )


def _project_default(declared: Any) -> Any:
    """The value that `Pulumi.yaml` gives a key, in its short form or next to a type."""
    if isinstance(declared, Mapping):
        return declared.get("value", declared.get("default"))
    return declared


def _full_key(project: str, key: Any) -> str:
    return str(key) if ":" in str(key) else f"{project}:{key}"


def _holds_secret(value: Any) -> bool:
    if isinstance(value, Mapping):
        return set(value) == {"secure"} or any(_holds_secret(item) for item in value.values())
    return isinstance(value, list) and any(_holds_secret(item) for item in value)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _environments(imports: Any) -> tuple[str, ...]:
    """ESC environments, listed as `environment: [a, b]` or `environment: {imports: [a, b]}`."""
    if isinstance(imports, Mapping):
        named = [str(name) for name in imports.get("imports") or ()]
        inline = ["inline values"] if set(imports) - {"imports"} else []
        return (*named, *inline)
    return tuple(str(name) for name in imports) if isinstance(imports, list) else ()
