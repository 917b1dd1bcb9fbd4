"""Runs a Pulumi program as the Pulumi CLI's language host does, and reports what stops it.

This file is handed to the *program's own* interpreter. It may import nothing but the standard
library and that interpreter's `pulumi`, of any version, on Python 3.9 and later.

Where the SDK would let a program mistake "nobody knows" for None, it stops the program instead:
a plain read of an encrypted configuration value, a direct call of a provider function without an
answer, a stack reference's outputs awaited as plain values.
"""

import asyncio
import functools
import inspect
import json
import logging
import os
import runpy
import sys
import traceback
from typing import Any, Dict, List, NoReturn, Optional  # noqa: UP035 Python 3.9 runs this

SECRET_GETTERS = ("get_secret", "require_secret")
TYPES = ("", "_bool", "_int", "_float", "_object")


class Unanswered(BaseException):
    """Raised where the program cannot go on without an answer."""


class Reporter:
    """Appends what happened, one JSON document a line, for the parent process to read."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __call__(self, kind: str, **details: Any) -> None:
        """Append one event."""
        with open(self._path, "a", encoding="utf-8") as report:
            report.write(json.dumps({"kind": kind, **details}) + "\n")


def main(job_path: str) -> int:
    """Run the program that the job file describes; 0 when it ran to its end."""
    with open(job_path, encoding="utf-8") as file:
        job = json.load(file)
    report = Reporter(job["report"])
    sys.path[0] = ""
    os.chdir(job["working_directory"])
    sys.argv = [job["program"]]
    try:
        _prepare(job, report)
    except ImportError as error:
        report("failed", message=_no_pulumi(error))
        return 1
    return _run(job, report)


def _no_pulumi(error: ImportError) -> str:
    return (
        f"the interpreter {sys.executable} cannot import `pulumi` ({error}); "
        "install the program's requirements into it, as `pulumi install` does"
    )


def _prepare(job: Dict[str, Any], report: Reporter) -> None:  # noqa: UP006 Python 3.9 runs this
    import pulumi
    from pulumi.runtime import config as runtime_config

    report("started", says_unknown=_says_unknown())
    for key, value in job["config"].items():
        runtime_config.set_config(key, value)
    wanted = inspect.signature(pulumi.runtime.Settings.__init__).parameters
    settings = {key: value for key, value in job["settings"].items() if key in wanted}
    pulumi.runtime.configure(pulumi.runtime.Settings(**settings))
    _guard_configuration(pulumi, job, report)
    _guard_functions(pulumi, report)
    _note_functions(pulumi, report)
    _guard_stack_references(pulumi, report)
    _tolerate_inputs_as_outputs()
    logging.getLogger("asyncio").setLevel(logging.CRITICAL)  # as the language host does


def _says_unknown() -> bool:
    """Return whether this SDK can be told that the result of a function is unknown."""
    from pulumi.runtime.proto import resource_pb2

    response = getattr(resource_pb2, "ResourceInvokeResponse", None)
    return response is not None and "unknown" in response.DESCRIPTOR.fields_by_name


def _stop(report: Reporter, what: str, name: str) -> NoReturn:
    report("unanswered", what=what, name=name, where=_caller())
    raise Unanswered(name)


def _caller() -> str:
    """Return the innermost line of the program's own code."""
    here = os.path.abspath(__file__)
    for frame in reversed(traceback.extract_stack()):
        if os.path.abspath(frame.filename) != here and _is_own(frame.filename):
            return f"{os.path.abspath(frame.filename)}:{frame.lineno}"
    return ""


def _is_own(filename: str) -> bool:
    path = os.path.abspath(filename)
    library = any(part in ("site-packages", "dist-packages") for part in path.split(os.sep))
    standard = path.startswith(os.path.dirname(os.path.abspath(os.__file__)) + os.sep)
    return os.path.exists(path) and not library and not standard


def _guard_configuration(
    pulumi: Any,
    job: Dict[str, Any],  # noqa: UP006 Python 3.9 runs this
    report: Reporter,
) -> None:
    """Make encrypted values unknown secrets; a plain read of one stops the program."""
    encrypted = set(job["encrypted"])
    config = pulumi.Config
    for kind in TYPES:
        for getter in SECRET_GETTERS:
            name = getter + kind
            if hasattr(config, name):
                setattr(config, name, _secret_getter(pulumi, getattr(config, name), encrypted))
    original = config._get  # noqa: SLF001 every getter of every SDK version goes through it

    @functools.wraps(original)
    def get(self: Any, key: str, *args: Any, **kwargs: Any) -> Any:
        full = self.full_key(key)
        if full in encrypted:
            _stop(report, "encrypted configuration value", full)
        value = original(self, key, *args, **kwargs)
        if value is None and job["environments"]:
            _stop(report, "configuration value, perhaps from ESC,", full)
        return value

    config._get = get  # noqa: SLF001 likewise
    below = pulumi.runtime.get_config

    @functools.wraps(below)
    def get_config(key: str) -> Any:
        if key in encrypted:
            _stop(report, "encrypted configuration value", key)
        return below(key)

    pulumi.runtime.get_config = get_config


def _secret_getter(pulumi: Any, original: Any, encrypted: Any) -> Any:
    @functools.wraps(original)
    def get(self: Any, key: str, *args: Any, **kwargs: Any) -> Any:
        if self.full_key(key) in encrypted:
            return _unknown_secret(pulumi)
        return original(self, key, *args, **kwargs)

    return get


def _unknown_secret(pulumi: Any) -> Any:
    def done(value: Any) -> Any:
        future = asyncio.get_event_loop().create_future()
        future.set_result(value)
        return future

    return pulumi.Output(set(), done(None), done(False), done(True))


def _guard_functions(pulumi: Any, report: Reporter) -> None:
    """Stop the program where a direct call, which hands out plain values, has no answer."""
    module = sys.modules["pulumi.runtime.invoke"]
    original = getattr(module, "invoke")  # noqa: B009 its type is known only over there

    @functools.wraps(original)
    def invoke(tok: str, *args: Any, **kwargs: Any) -> Any:
        result = original(tok, *args, **kwargs)
        if not getattr(result, "is_known", True):
            _stop(report, "result of the function", tok)
        return result

    setattr(module, "invoke", invoke)  # noqa: B010 its type is known only over there
    pulumi.runtime.invoke = invoke
    original_async = getattr(module, "invoke_async", None)
    if original_async is None:
        return

    @functools.wraps(original_async)
    async def invoke_async(tok: str, *args: Any, **kwargs: Any) -> Any:
        value = await original_async(tok, *args, **kwargs)
        if value is None:  # a result that is known is never None, be it empty
            _stop(report, "result of the function", tok)
        return value

    setattr(module, "invoke_async", invoke_async)  # noqa: B010 likewise
    pulumi.runtime.invoke_async = invoke_async


def _note_functions(pulumi: Any, report: Reporter) -> None:
    """Report each function that is called, also where the SDK holds the call back.

    It does so in every preview where an argument is unknown, so that no monitor sees the call.
    """
    module = sys.modules["pulumi.runtime.invoke"]
    for name in ("invoke", "invoke_async", "invoke_output"):
        original = getattr(module, name, None)
        if original is not None:
            noted = _noted(original, report)
            setattr(module, name, noted)
            setattr(pulumi.runtime, name, noted)


def _noted(original: Any, report: Reporter) -> Any:
    @functools.wraps(original)
    def call(tok: str, *args: Any, **kwargs: Any) -> Any:
        report("called", token=tok)
        return original(tok, *args, **kwargs)

    return call


def _guard_stack_references(pulumi: Any, report: Reporter) -> None:
    reference = pulumi.StackReference
    original = getattr(reference, "get_output_details", None)
    if original is None:
        return

    @functools.wraps(original)
    async def get_output_details(self: Any, name: str) -> Any:
        if not await self.outputs.is_known():
            _stop(report, "output of another stack", name)
        return await original(self, name)

    reference.get_output_details = get_output_details


def _tolerate_inputs_as_outputs() -> None:
    """Make an output unknown where the input that is handed back has another shape.

    A user-assigned identity, for one, is a list among the inputs and a mapping among the outputs.
    """
    from pulumi.output import UNKNOWN
    from pulumi.runtime import rpc

    original = rpc.translate_output_properties

    @functools.wraps(original)
    def translate(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except AssertionError:
            return UNKNOWN

    rpc.translate_output_properties = translate


def _run(job: Dict[str, Any], report: Reporter) -> int:  # noqa: UP006 Python 3.9 runs this
    import pulumi

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)

    def program() -> None:
        runpy.run_path(job["program"], run_name="__main__")

    try:
        loop.run_until_complete(pulumi.runtime.run_in_stack(program))
    except Unanswered:
        return 1
    except SystemExit as exit_:
        if exit_.code in (None, 0):
            report("finished")
            return 0
        report("failed", message="the program called sys.exit(" + repr(exit_.code) + ")")
        return 1
    except pulumi.RunError as error:
        report("failed", message=str(error))
        return 1
    except BaseException as error:  # noqa: BLE001 whatever the program raises is reported
        report("failed", message=_describe(error))
        return 1
    report("finished")
    return 0


def _describe(error: BaseException) -> str:
    """Return the error and the program's own frames, without those of SDK and launcher."""
    own: List[traceback.FrameSummary] = [  # noqa: UP006 Python 3.9 runs this
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _is_own(frame.filename) and os.path.abspath(frame.filename) != os.path.abspath(__file__)
    ]
    lines = traceback.format_list(own) + traceback.format_exception_only(type(error), error)
    where: Optional[str] = None  # noqa: UP045 Python 3.9 runs this
    if own and not isinstance(error, SyntaxError):
        where = f"{os.path.abspath(own[-1].filename)}:{own[-1].lineno}: "
    text = (where or "") + "".join(lines).rstrip()
    if isinstance(error, ImportError):
        text += "\n(the program ran with the interpreter " + sys.executable + ")"
    return text


if __name__ == "__main__":
    code = main(sys.argv[1])
    sys.stdout.flush()
    sys.stderr.flush()
    # Threads of a stopped program may wait for results that will never come.
    os._exit(code)
