"""A Pulumi program, previewed offline: start it, serve the monitor, collect its resources."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent import futures
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from kubewitness.errors import InputError
from kubewitness.graph.stack import Stack
from kubewitness.sources.loaded import Loaded, LogMessage
from kubewitness.sources.program import wire
from kubewitness.sources.program.answers import ANSWERS_FILE, Answers, load_answers
from kubewitness.sources.program.engine_log import EngineLog
from kubewitness.sources.program.interpreter import find_interpreter
from kubewitness.sources.program.monitor import Monitor
from kubewitness.sources.program.policy_packs import PolicyPacks
from kubewitness.sources.program.project import Project, load_project

SOURCE: Final = "FOLDER"
"""How a user names a program: the folder that holds `Pulumi.yaml`."""

TIMEOUT_SECONDS: Final = 300
_WORKERS: Final = 64
"""Requests answered at once: a program registers many resources in parallel and awaits each."""

_ANSWER_LINES: Final = {
    "result of the function": "functions: {{{name}: {{...}}}}",
    "output of another stack": "stacks: {{ORGANIZATION/PROJECT/STACK: {{{name}: ...}}}}",
}


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
        InputError: the program fails, or needs an answer that nobody gave.
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
        monitor = Monitor(project, given, packs)
        engine = EngineLog()
        with _serve(monitor, engine) as address, _telling(project, given, monitor, engine):
            called = _run(project, given, interpreter, address, monitor, timeout)
        packs.review_stack(monitor.registrations.values())
    finally:
        packs.close()
    if packs.faults:
        raise InputError(*packs.faults)
    return Loaded(
        source=str(folder),
        stack=Stack(project.name, project.stack),
        resources=tuple(r.as_resource() for r in monitor.registrations.values()),
        calls=tuple(called),
        is_planned=True,
        violations=tuple(packs.violations),
        unanswered=tuple(monitor.unanswered),
        warnings=_logged(project, given, monitor, engine),
    )


@contextmanager
def _telling(
    project: Project, answers: Answers, monitor: Monitor, engine: EngineLog
) -> Iterator[None]:
    """Add what the program logged to the error that it failed with: it may say why."""
    try:
        yield
    except InputError as error:
        logged = _logged(project, answers, monitor, engine)
        more = (f"{project.folder}: its log has the {m.level}: {m.message}" for m in logged)
        raise InputError(*error.faults, *more) from None


def _logged(
    project: Project, answers: Answers, monitor: Monitor, engine: EngineLog
) -> tuple[LogMessage, ...]:
    """Return what the program logged, without what is marked secret or kept encrypted."""
    encrypted = project.configuration.encrypted
    answered = [value for key, value in answers.config.items() if key in encrypted]
    texts = wire.secrets([*answered, *map(_as_text, answered)], marked=True)
    return engine.messages({*monitor.secrets, *texts})


@contextmanager
def _serve(monitor: Monitor, engine: EngineLog) -> Iterator[str]:
    """Serve both on a free port of loopback for as long as the program runs."""
    workers = futures.ThreadPoolExecutor(max_workers=_WORKERS)
    server = grpc.server(workers, options=wire.CHANNEL_OPTIONS)
    resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)
    engine_pb2_grpc.add_EngineServicer_to_server(engine, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        server.stop(grace=None)


def _run(  # noqa: PLR0913, PLR0917 each is a part of one run
    project: Project,
    answers: Answers,
    interpreter: Path,
    address: str,
    monitor: Monitor,
    timeout: float,
) -> list[str]:
    """Run the program; returns the functions that it called, each once."""
    with tempfile.TemporaryDirectory(prefix="kubewitness-") as scratch:
        report, job = Path(scratch, "report.jsonl"), Path(scratch, "job.json")
        job.write_text(json.dumps(_job(project, answers, address, report)), encoding="utf-8")
        launcher = Path(__file__).with_name("launcher.py")
        command = [str(interpreter), "-u", str(launcher), str(job)]
        try:
            ended = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sys.stderr,  # results go to stdout, and a program's chatter is none
                timeout=timeout,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(
                f"{project.folder}: the program did not end within {timeout:g} seconds; allow it "
                "more with --timeout"
            ) from None
        events = _events(report)
    _raise_for(project, events, ended.returncode, monitor)
    return list(dict.fromkeys(e["token"] for e in events if e["kind"] == "called"))


def _job(project: Project, answers: Answers, address: str, report: Path) -> dict[str, Any]:
    """Return what the launcher needs to know, in JSON."""
    configuration = project.configuration
    given = {key: _as_text(value) for key, value in answers.config.items()}
    is_folder = project.program.is_dir()
    return {
        "report": str(report),
        "working_directory": str(project.program if is_folder else project.program.parent),
        "program": "." if is_folder else project.program.name,
        "config": {**configuration.values, **given},
        "encrypted": sorted(configuration.encrypted - set(given)),
        "environments": list(configuration.environments),
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


def _events(report: Path) -> list[dict[str, Any]]:
    if not report.is_file():
        return []
    return [json.loads(line) for line in report.read_text(encoding="utf-8").splitlines()]


def _raise_for(
    project: Project, events: list[dict[str, Any]], returncode: int, monitor: Monitor
) -> None:
    """Turn what stopped the program into errors, all at once; an answer missing comes first."""
    missing = [_missing_answer(project, event) for event in events if event["kind"] == "unanswered"]
    if missing:
        raise InputError(*dict.fromkeys(missing))
    failed = [event["message"] for event in events if event["kind"] == "failed"]
    finished = any(event["kind"] == "finished" for event in events)
    if failed or returncode or not finished:
        why = "\n".join(failed) or f"it ended early, with exit code {returncode}"
        raise InputError(f"{project.folder}: the program fails: {why}")
    says_unknown = any(event.get("says_unknown") for event in events)
    functions = [name for name in monitor.unanswered if not name.startswith("stack ")]
    if functions and not says_unknown:
        raise InputError(
            *(
                f"{project.folder}: the function `{name}` has no answer, and the program's "
                "Pulumi SDK is older than 3.231 and would read that as nothing; "
                f"{_line_to_add(project, 'result of the function', name)}"
                for name in functions
            )
        )


def _missing_answer(project: Project, event: dict[str, Any]) -> str:
    what, name = event["what"], event["name"]
    return (
        f"{event['where'] or project.folder}: the program needs the {what} `{name}` as a plain "
        f"value, which nobody knows offline; {_line_to_add(project, what, name)}"
    )


def _line_to_add(project: Project, what: str, name: str) -> str:
    line = _ANSWER_LINES.get(what, "config: {{{name}: ...}}").format(name=name)
    return f"add to {project.folder / ANSWERS_FILE}: `{line}`"
