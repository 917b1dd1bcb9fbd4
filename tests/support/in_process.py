"""A preview within the test's own process: the offline preview's monitor, without the network."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pulumi
from pulumi.runtime import mocks, settings
from pulumi.runtime.stack import run_pulumi_func

from kubewitness.graph.resources import Resource
from kubewitness.sources.program.answers import Answers
from kubewitness.sources.program.kubewitness_launcher.functions import note_functions
from kubewitness.sources.program.kubewitness_launcher.outputs import complete_outputs
from kubewitness.sources.program.kubewitness_launcher.reporter import Reporter
from kubewitness.sources.program.monitor import Monitor
from kubewitness.sources.program.project import Project, StackConfiguration
from kubewitness.sources.program.registration import Registration

complete_outputs()  # as in the process of a checked program

PROJECT = Project(Path(), "project", "python", {}, Path(), "stack", StackConfiguration())


class _NoMocks(mocks.Mocks):
    """The monitor answers for itself."""

    def call(self, _args: mocks.MockCallArgs) -> tuple[dict[str, object], None]:
        raise NotImplementedError

    def new_resource(self, _args: mocks.MockResourceArgs) -> tuple[str, dict[str, object]]:
        raise NotImplementedError


class _Calls:
    """Takes the place of the launcher's reporter: keeps the functions that are called."""

    def __init__(self) -> None:
        self.tokens: list[str] = []

    def __call__(self, _kind: str, **details: str) -> None:
        self.tokens.append(details["name"])


_calls = _Calls()
note_functions(pulumi, cast(Reporter, _calls))  # noqa: TC006 same call


def preview_in_process(
    program: Callable[[], object], calls: list[str] | None = None
) -> list[Resource]:
    """The resources that a function registers, as the offline preview records them.

    Tokens of the provider functions that it calls are added to `calls`.
    """
    return [one.as_resource() for one in registrations_in_process(program, calls)]


def registrations_in_process(
    program: Callable[[], object], calls: list[str] | None = None
) -> list[Registration]:
    """The registrations that a function asks for, as the monitor records them."""
    _calls.tokens = calls if calls is not None else []
    monitor = Monitor(PROJECT, Answers())
    as_mock = cast(mocks.MockMonitor, monitor)  # noqa: TC006 same methods, no common base

    def run() -> None:
        program()

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        mocks.set_mocks(_NoMocks(), PROJECT.name, PROJECT.stack, preview=True, monitor=as_mock)
        settings.SETTINGS.rpc_manager.clear()
        settings.SETTINGS.outputs.clear()
        loop.run_until_complete(run_pulumi_func(run))
    finally:
        loop.close()
        asyncio.set_event_loop(None)
    return list(monitor.registrations.values())
