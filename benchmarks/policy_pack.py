"""Measure the policy pack, as a ratio to an empty pack in the same run.

Both packs run as processes of their own and are asked what the engine asks, over the engine's own
protocol: Configure with each policy's level, Analyze for each resource, AnalyzeStack for all.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import grpc
from google.protobuf import empty_pb2, json_format
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

import stack
from kubewitness.policies.crossguard.pack_folder import write_policy_pack

MOST: Final = 4.0
"""The ratio to the empty pack above which the benchmark fails."""

ROUNDS: Final = {2_000: 3, 10_000: 2}
"""How often each size is measured; odd ones out on a busy machine are lost in the median."""

EMPTY: Final = Path(__file__).parent / "empty_pack"
CALL_SECONDS: Final = 600
_MEGABYTE: Final = 1024 * 1024
_CHANNEL: Final = [  # what the engine allows
    ("grpc.max_receive_message_length", 400 * _MEGABYTE),
    ("grpc.max_send_message_length", 400 * _MEGABYTE),
]


@dataclass(frozen=True)
class Cost:
    """The seconds of one round, by kind of call."""

    each: float
    all: float

    @property
    def whole(self) -> float:
        """All calls together."""
        return self.each + self.all


@dataclass(frozen=True)
class Pack:
    """A running pack.

    Attributes:
        title: what the table calls it.
        analyzer: the other end of its protocol.
        stack_policies: how many of its policies see the stack as a whole.
        resource_policies: how many of its policies see one resource at a time.
    """

    title: str
    analyzer: Any
    stack_policies: int
    resource_policies: int

    def judge(self, requests: stack.Requests) -> tuple[Cost, set[str]]:
        """Ask everything once; the cost, and which policies reported something."""
        reported: set[str] = set()
        start = time.perf_counter()
        for request in requests.each:
            response = self.analyzer.Analyze(request, timeout=CALL_SECONDS)
            reported |= {found.policyName for found in response.diagnostics}
        middle = time.perf_counter()
        response = self.analyzer.AnalyzeStack(requests.all, timeout=CALL_SECONDS)
        end = time.perf_counter()
        reported |= {found.policyName for found in response.diagnostics}
        return Cost(middle - start, end - middle), reported


@contextmanager
def running(title: str, folder: Path, environment: Mapping[str, str]) -> Iterator[Pack]:
    """Start the pack in a folder as the engine does, give it its configuration, and end it."""
    pulumi = {
        "PULUMI_PROJECT": "shop",
        "PULUMI_STACK": "production",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": '{"shop:region": "westeurope", "azure-native:location": "westeurope"}',
    }
    process = subprocess.Popen(
        [sys.executable, "-u", "__main__.py", "127.0.0.1:0"],
        cwd=folder,
        env={**os.environ, **pulumi, **environment},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        port = int(process.stdout.readline()) if process.stdout else 0
        with grpc.insecure_channel(f"127.0.0.1:{port}", options=_CHANNEL) as channel:
            yield _configured(title, analyzer_pb2_grpc.AnalyzerStub(channel))
    finally:
        process.kill()
        process.communicate()


def _configured(title: str, analyzer: Any) -> Pack:
    """Give each policy its own level and the defaults of its schema, as the engine does."""
    info = analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=CALL_SECONDS)
    request = analyzer_pb2.ConfigureAnalyzerRequest()
    for policy in info.policies:
        request.policyConfig[policy.name].enforcementLevel = policy.enforcementLevel
        schema = json_format.MessageToDict(policy.configSchema.properties)
        for name, declared in schema.items():
            if "default" in declared:
                request.policyConfig[policy.name].properties[name] = declared["default"]
    analyzer.Configure(request, timeout=CALL_SECONDS)
    kinds = [policy.policy_type for policy in info.policies]
    return Pack(
        title,
        analyzer,
        kinds.count(analyzer_pb2.POLICY_TYPE_STACK),
        kinds.count(analyzer_pb2.POLICY_TYPE_RESOURCE),
    )


@contextmanager
def all_packs(*, same_count: bool) -> Iterator[list[Pack]]:
    """The empty pack first, then ours; on demand, one with as many empty policies as ours."""
    with ExitStack() as started:
        cache = Path(started.enter_context(tempfile.TemporaryDirectory()))
        one = {"EMPTY_STACK_POLICIES": "1", "EMPTY_RESOURCE_POLICIES": "1"}
        floor = started.enter_context(running("empty pack", EMPTY, one))
        ours = started.enter_context(
            running("kubewitness", write_policy_pack("kubewitness", cache), {})
        )
        packs = [floor, ours]
        if same_count:
            many = {
                "EMPTY_STACK_POLICIES": str(ours.stack_policies),
                "EMPTY_RESOURCE_POLICIES": str(ours.resource_policies),
            }
            packs.append(started.enter_context(running("as many, empty", EMPTY, many)))
        yield packs


def measure(packs: list[Pack], count: int, rounds: int) -> list[Cost]:
    """The median cost of each pack; the packs take turns, so that all share the machine's moods.

    Raises:
        click.ClickException: our pack missed what it must find, so its cost means nothing.
    """
    requests = stack.requests(count)
    costs: list[list[Cost]] = [[] for _ in packs]
    for _ in range(rounds):
        for pack, own in zip(packs, costs, strict=True):
            cost, reported = pack.judge(requests)
            own.append(cost)
            if ("aks-audit-logs" in reported) != (pack is packs[1]):
                raise click.ClickException(
                    f"{pack.title}: reported {sorted(reported) or 'nothing'}"
                )
    return [
        Cost(
            statistics.median(cost.each for cost in own),
            statistics.median(cost.all for cost in own),
        )
        for own in costs
    ]


@click.command()
@click.option("--same-count", is_flag=True, help="Measure as many empty policies as ours, too.")
@click.option("--warm-up", default=200, show_default=True, help="Resources sent before measuring.")
def main(*, same_count: bool, warm_up: int) -> None:
    """Measure the policy pack against an empty one; exit 1 where the ratio is above the limit."""
    worst = 0.0
    per_resource: dict[int, list[float]] = {}
    with all_packs(same_count=same_count) as packs:
        measure(packs, warm_up, 1)
        click.echo(f"{stack.describe(warm_up)}; medians; ratios to the empty pack")
        click.echo(
            f"{'resources':>9}  {'pack':<15}{'policies':>10}{'Analyze':>15}{'AnalyzeStack':>17}"
            f"{'whole':>15}"
        )
        for count, rounds in ROUNDS.items():
            costs = measure(packs, count, rounds)
            floor = costs[0]
            for pack, cost in zip(packs, costs, strict=True):
                click.echo(
                    f"{count:>9}  {pack.title:<15}"
                    f"{f'{pack.stack_policies} + {pack.resource_policies}':>10}"
                    f"{_figure(cost.each, floor.each):>15}{_figure(cost.all, floor.all):>17}"
                    f"{_figure(cost.whole, floor.whole):>15}"
                )
            per_resource[count] = [cost.whole / count for cost in costs]
            worst = max(worst, costs[1].whole / floor.whole)
    small, large = min(per_resource), max(per_resource)
    for number, pack in enumerate(packs):
        growth = per_resource[large][number] / per_resource[small][number]
        click.echo(f"{pack.title}: time per resource at {large} / at {small}: {growth:.2f}")
    click.echo(f"ratio {worst:.2f}, at most {MOST:.2f}")
    if worst > MOST:
        sys.exit(1)


def _figure(seconds: float, floor: float) -> str:
    return f"{seconds:.2f} s {seconds / floor:>5.2f}"


if __name__ == "__main__":
    main()
