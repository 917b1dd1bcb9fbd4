"""Prepares the SDK, runs the program, and reports how it ended."""

import asyncio
import gc
import inspect
import json
import logging
import os
import runpy
import sys
import traceback
from typing import Any, Dict, List

from .aliases import shorten_aliases
from .bytecode import keep_compiled_modules
from .configuration import Configuration, guard_configuration
from .functions import guard_functions, guard_stack_references, note_functions
from .outputs import complete_outputs
from .quiet import drop_chatter
from .reporter import Reporter, is_own
from .secrets import note_secrets
from .withheld import Applies


def main(job_path: str) -> int:
    """Run the program that the job file describes; 0 when it ran to its end."""
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    os.unlink(job_path)  # it contains private values
    report = Reporter(job["report"], job["token"])
    # As in the language host, the SDK is imported before the program's folder can be found: a
    # program may have modules of its own that are called `platform` or `google`.
    del sys.path[0]
    os.chdir(job["working_directory"])
    sys.argv = [job["program"]]
    applies = Applies()
    try:
        _prepare(job, report, applies)
    except ImportError as error:
        report("failed", message=_no_pulumi(error))
        return 1
    sys.path.insert(0, "")
    return _run(job, report, applies)


def _no_pulumi(error: ImportError) -> str:
    return (
        f"the interpreter {sys.executable} cannot import `pulumi` ({error}); install the program's "
        "requirements into it, as `pulumi install` does, or name another interpreter with --python"
    )


def _prepare(
    job: Dict[str, Any],
    report: Reporter,
    applies: Applies,
) -> None:
    keep_compiled_modules(job["compiled_modules"])
    import pulumi
    from pulumi.runtime import config as runtime_config

    report("started", says_unknown=_says_unknown())
    for key, value in job["config"].items():
        runtime_config.set_config(key, value)
    wanted = inspect.signature(pulumi.runtime.Settings.__init__).parameters
    settings = {key: value for key, value in job["settings"].items() if key in wanted}
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    guard_configuration(pulumi, Configuration(job, report))
    guard_functions(pulumi, report)
    note_functions(pulumi, report)
    guard_stack_references(pulumi, report)
    complete_outputs()
    shorten_aliases()
    drop_chatter(pulumi)
    note_secrets(pulumi, report)
    applies.watch(pulumi)
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # as the language host does


def _says_unknown() -> bool:
    """Return whether this SDK supports unknown results of functions."""
    from pulumi.runtime.proto import resource_pb2

    response = getattr(resource_pb2, "ResourceInvokeResponse", None)
    return response is not None and "unknown" in response.DESCRIPTOR.fields_by_name


def _run(
    job: Dict[str, Any],
    report: Reporter,
    applies: Applies,
) -> int:
    import pulumi

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    # The SDK keeps nearly all that it makes until the end: to look through it again and again took
    # two thirds of the time of a program with 1,000 networks.
    gc.freeze()
    gc.set_threshold(200_000, 50, 1_000)

    def program() -> None:
        runpy.run_path(job["program"], run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
        loop.run_until_complete(applies.report(report))
    except SystemExit as exit_:
        report("failed", message=_exited(exit_), frames=_frames(exit_))
        return 1
    except pulumi.RunError as error:
        report("failed", message=str(error), frames=_frames(error))
        return 1
    except BaseException as error:  # noqa: BLE001 whatever the program raises is reported
        report("failed", message=_describe(error), frames=_frames(error))
        return 1
    report("finished")
    return 0


def _exited(error: SystemExit) -> str:
    """Report exit code 0 as well: the engine would not wait for pending registrations."""
    return (
        f"the program called sys.exit({error.code!r}) before its end, so "
        "that it may have registered only a part of its resources; let it run to its last line"
    )


def _frames(error: BaseException) -> List[List[Any]]:
    """Return file and line of each frame, the innermost first."""
    stack = traceback.extract_tb(error.__traceback__)
    frames = [[os.path.abspath(frame.filename), frame.lineno] for frame in reversed(stack)]
    if isinstance(error, SyntaxError) and error.filename:
        return [[os.path.abspath(error.filename), error.lineno], *frames]
    return frames


def _describe(error: BaseException) -> str:
    """Return the error and the program's own frames, without those of SDK and launcher."""
    own: List[traceback.FrameSummary] = [
        frame for frame in traceback.extract_tb(error.__traceback__) if is_own(frame.filename)
    ]
    lines = traceback.format_list(own) + traceback.format_exception_only(type(error), error)
    text = "".join(lines).rstrip()
    if isinstance(error, ImportError):
        text += (
            "\n(the program ran with the interpreter "
            + sys.executable
            + "; name another with --python)"
        )
    return text
