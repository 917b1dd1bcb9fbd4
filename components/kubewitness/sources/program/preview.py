"""A Pulumi program, previewed offline: start it, serve the monitor, collect its resources."""

import json
from collections.abc import Callable, Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from kubewitness.errors import InputError
from kubewitness.graph.resources import Resource
from kubewitness.graph.stack import Stack
from kubewitness.hidden_secrets import HiddenSecrets
from kubewitness.sources.loaded import Loaded
from kubewitness.sources.positions import ProgramFiles, with_positions
from kubewitness.sources.program import wire
from kubewitness.sources.program.answers import Answers, load_answers
from kubewitness.sources.program.engine_log import EngineLog
from kubewitness.sources.program.files import with_files
from kubewitness.sources.program.guarded_requests import GuardedRequests, UnknownMethods
from kubewitness.sources.program.interpreter import find_interpreter
from kubewitness.sources.program.launch import ProgramRun, run_program
from kubewitness.sources.program.monitor import Monitor
from kubewitness.sources.program.policy_packs import PolicyPacks
from kubewitness.sources.program.preview_notes import preview_notes
from kubewitness.sources.program.program_errors import raise_for
from kubewitness.sources.program.project import Project, load_project
from kubewitness.user_cache import user_cache

SOURCE: Final = "FOLDER"
"""How a user names a program: the folder that holds `Pulumi.yaml`."""

TIMEOUT_SECONDS: Final = 300
_WORKERS: Final = 64
"""Requests answered at once: a program registers many resources in parallel and awaits each."""


def preview(  # noqa: PLR0913 each is an option of the command
    folder: Path,
    *,
    stack: str | None = None,
    answers: Path | None = None,
    python: Path | None = None,
    policy_packs: Sequence[Path] = (),
    timeout: float = TIMEOUT_SECONDS,
) -> Loaded:
    """Run a Pulumi program in Python offline. This runs the user's own code.

    Args:
        folder: the folder that holds `Pulumi.yaml`.
        stack: the stack; by default the only one there is.
        answers: a file of answers; by default `kubewitness.answers.yaml` in the folder.
        python: the interpreter; by default the one that `Pulumi.yaml` names.
        policy_packs: folders of other packs to run on the same preview.
        timeout: seconds that the program may take.

    Raises:
        NothingToCheckError: no project there, or its runtime is not Python.
        InputError: the program fails, or needs an answer that is missing.
    """
    project = load_project(folder, stack)
    if project.runtime != "python":
        raise InputError(
            f"{folder}: the offline preview runs programs in Python, this one is in "
            f"`{project.runtime}`; run `pulumi preview --policy-pack` on it"
        )
    interpreter = find_interpreter(project.folder, project.runtime_options, "pulumi", python)
    given = load_answers(project.folder, answers)
    packs = PolicyPacks(policy_packs, project)
    try:
        monitor, engine = Monitor(project, given, packs), EngineLog()
        run = _run(project, given, interpreter, monitor, engine, timeout)
        packs.review_stack(monitor.registrations.values())
    finally:
        packs.close()
    hidden = _hidden(project, given, monitor, run)
    if packs.faults:
        raise InputError(*map(hidden.hide, packs.faults))
    files = ProgramFiles(project.file, project.program)
    return Loaded(
        source=str(folder),
        stack=Stack(project.name, project.stack),
        resources=_resources(monitor, files, project.working_directory),
        calls=tuple(dict.fromkeys(event.name for event in run.of_kind("called", "named"))),
        is_planned=True,
        violations=tuple(replace(v, message=hidden.hide(v.message)) for v in packs.violations),
        unanswered=tuple(monitor.unanswered),
        warnings=engine.messages(hidden),
        notes=preview_notes(project, given, run),
        secrets=hidden,
        project_file=files.project_file,
    )


def _resources(monitor: Monitor, files: ProgramFiles, folder: Path) -> tuple[Resource, ...]:
    """Return the resources, each with its line of the program and with the files it refers to."""
    registered = monitor.registrations
    positions = {urn: files.innermost(one.frames) for urn, one in registered.items()}
    resources = (with_files(one.as_resource(), folder) for one in registered.values())
    return with_positions(resources, positions)


def _run(  # noqa: PLR0913, PLR0917 each is a part of one run
    project: Project,
    answers: Answers,
    interpreter: Path,
    monitor: Monitor,
    engine: EngineLog,
    timeout: float,
) -> ProgramRun:
    """Run the program.

    Raises:
        InputError: with the program's log messages, which may contain the reason.
    """
    requests = GuardedRequests()
    with _serve(monitor, engine, requests) as address:
        run = run_program(
            interpreter,
            _job(project, answers, address),
            timeout,
            _shown(project, answers, monitor),
        )
    hidden = _hidden(project, answers, monitor, run)
    try:
        raise_for(project, run, monitor.unanswered, hidden, timeout)
        requests.raise_for(project.folder, hidden)
    except InputError as error:
        logged = engine.messages(hidden)
        more = (f"{project.folder}: its log has the {m.level}: {m.message}" for m in logged)
        raise InputError(*error.faults, *more) from None
    return run


def _shown(project: Project, answers: Answers, monitor: Monitor) -> Callable[[str], str]:
    """Return what hides the secrets known so far in a line that the program prints."""
    known: dict[int, HiddenSecrets] = {}

    def hide(line: str) -> str:
        count = len(monitor.secrets)
        if count not in known:
            known.clear()
            known[count] = _hidden(project, answers, monitor)
        return known[count].hide(line)

    return hide


def _hidden(
    project: Project, answers: Answers, monitor: Monitor, run: ProgramRun | None = None
) -> HiddenSecrets:
    """Return what the program marks secret, and what is kept encrypted."""
    encrypted = project.configuration.encrypted
    answered = [value for key, value in answers.config.items() if key in encrypted]
    marked = [event.value for event in run.of_kind("secret")] if run else []
    texts = wire.secrets([*answered, *map(_as_text, answered), *marked], marked=True)
    return HiddenSecrets({*monitor.secrets.copy(), *texts})


@contextmanager
def _serve(monitor: Monitor, engine: EngineLog, requests: GuardedRequests) -> Iterator[str]:
    """Serve both on a free port of loopback for as long as the program runs."""
    workers = futures.ThreadPoolExecutor(max_workers=_WORKERS)
    server = grpc.server(workers, options=wire.CHANNEL_OPTIONS, interceptors=[requests])
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    server.add_generic_rpc_handlers([UnknownMethods()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None)


def _job(project: Project, answers: Answers, address: str) -> dict[str, Any]:
    """Return the input of the launcher, in JSON."""
    configuration = project.configuration
    given = {key: _as_text(value) for key, value in answers.config.items()}
    return {
        "working_directory": str(project.working_directory),
        "program": "." if project.program.is_dir() else project.program.name,
        "config": {**configuration.values, **given},
        "encrypted": sorted(configuration.encrypted - set(given)),
        "environments": list(configuration.environments),
        "compiled_modules": str(user_cache() / "compiled-modules"),
        "settings": {
            "monitor": address,
            "engine": address,
            "project": project.name,
            "stack": project.stack,
            "organization": "organization",
            "parallel": _WORKERS // 4,
            "dry_run": True,
            "root_directory": str(project.folder.absolute()),
        },
    }


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str)
