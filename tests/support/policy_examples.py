"""The programs of the policies' examples, run in the test's own process."""

import re
from functools import cache
from types import SimpleNamespace
from typing import Any

import pulumi

from kubewitness.graph.resources import Resource
from kubewitness.policies.examples import PRELUDE
from support.in_process import preview_in_process


@cache
def run_example(program: str) -> tuple[list[Resource], tuple[str, ...]]:
    """The resources that an example's program registers, and the functions that it calls."""
    calls: list[str] = []
    resources = preview_in_process(lambda: _execute(program), calls)
    return resources, tuple(calls)


def _execute(program: str) -> None:
    names = {
        "__name__": "__main__",
        "aws": _sdk("aws:eks/cluster:Cluster"),
        "aws_native": _sdk("aws-native:eks:Cluster"),
    }
    exec(compile(PRELUDE + program, "example", "exec"), names)  # noqa: S102 our own examples


def _sdk(token: str) -> SimpleNamespace:
    """As much of an SDK as the examples of a guest need; its real one is not worth installing."""

    def cluster(name: str, **properties: Any) -> pulumi.CustomResource:
        return pulumi.CustomResource(token, name, _camel({"name": None, **properties}))

    return SimpleNamespace(eks=SimpleNamespace(Cluster=cluster))


def _camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {re.sub(r"_(\w)", lambda m: m[1].upper(), k): _camel(v) for k, v in value.items()}
    return [_camel(item) for item in value] if isinstance(value, list) else value
