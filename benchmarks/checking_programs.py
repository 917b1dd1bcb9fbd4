"""Measure `kubewitness check` of a large program, as a ratio to the SDK's bare mocks.

Both run the same program in turns, each in processes of its own: once with mocks that answer each
registration with its inputs, which is the least that a unit test of the program costs, and once as
`kubewitness check` does, with everything from starting to the report. Peaks of memory are added up
over the processes.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from goals import Goal, say

MOST_TIME: Final = 0.35
MOST_MEMORY: Final = 0.4

PROGRAM: Final = """\
import pulumi_azure_native as azure

for number in range({count}):
    azure.network.VirtualNetwork(
        f"network-{{number}}",
        resource_group_name="shop",
        address_space={{"address_prefixes": ["10.0.0.0/16"]}},
        subnets=[{{"name": "nodes", "address_prefix": "10.0.1.0/24"}}],
    )
# Without a diagnostic setting, for a check that reports nothing may well have looked at nothing.
azure.containerservice.ManagedCluster("cluster", resource_group_name="shop")
"""

MOCKED: Final = """\
import asyncio, runpy, sys
import pulumi
from pulumi.runtime.stack import run_pulumi_func

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return f"{args.name}-id", args.inputs

    def call(self, args):
        return {}

loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
pulumi.runtime.set_mocks(Mocks(), preview=True)
loop.run_until_complete(run_pulumi_func(lambda: runpy.run_path(sys.argv[1]) and None))
"""

CHECKED: Final = """\
import resource, sys
from kubewitness.cli import main

try:
    main(["check", sys.argv[1], "--no-progress"])
except SystemExit as ended:
    kinds = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = sum(resource.getrusage(kind).ru_maxrss for kind in kinds)
    print(peak, file=open(sys.argv[2], "w"))
    raise
"""


@dataclass(frozen=True)
class Cost:
    """The time and memory of one run.

    Attributes:
        seconds: from start to end.
        cpu_seconds: of all processes, which a busy machine changes less.
        megabytes: the peaks of all processes, added up.
    """

    seconds: float
    cpu_seconds: float
    megabytes: float


def mocked(folder: Path) -> Cost:
    """Run the program under bare mocks."""
    return _measure(folder, [sys.executable, "-c", MOCKED, str(folder / "__main__.py")], 0)


def checked(folder: Path) -> Cost:
    """Check the program."""
    arguments = [str(folder), str(folder / "peak")]
    return _measure(folder, [sys.executable, "-c", CHECKED, *arguments], 1)


def _measure(folder: Path, command: list[str], expected: int) -> Cost:
    printed, peak = folder / "printed", folder / "peak"
    peak.unlink(missing_ok=True)
    # Compiled modules are kept, as in an environment that pip has installed.
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    start = time.perf_counter()
    with printed.open("wb") as output:
        process = subprocess.Popen(
            command, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != expected:
        raise click.ClickException(printed.read_text(errors="replace")[-2000:])
    kilobytes = float(peak.read_text()) if peak.exists() else usage.ru_maxrss
    return Cost(seconds, usage.ru_utime + usage.ru_stime, kilobytes / 1024)


def median(costs: list[Cost]) -> Cost:
    """Return the median of each figure."""
    return Cost(
        statistics.median(cost.seconds for cost in costs),
        statistics.median(cost.cpu_seconds for cost in costs),
        statistics.median(cost.megabytes for cost in costs),
    )


@click.command()
@click.option("--count", default=1_000, show_default=True, help="Networks in the program.")
@click.option("--rounds", default=3, show_default=True, help="Runs of each, in turns.")
def main(*, count: int, rounds: int) -> None:
    """Measure a check against bare mocks; exit 1 where a ratio is above its limit."""
    mocks, checks = [], []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
        (folder / "Pulumi.yaml").write_text(json.dumps({"name": "shop", "runtime": runtime}))
        for number in range(rounds + 1):
            size = count if number else 1  # the first run compiles
            (folder / "__main__.py").write_text(PROGRAM.format(count=size))
            mocks.append(mocked(folder))
            checks.append(checked(folder))
    floor, ours = median(mocks[1:]), median(checks[1:])
    for title, cost in (("bare mocks", floor), ("kubewitness check", ours)):
        say(
            f"{title}: {cost.seconds:.1f} s ({cost.cpu_seconds:.1f} s of processors), "
            f"{cost.megabytes:.0f} MB"
        )
    say(f"time of processors: ratio {ours.cpu_seconds / floor.cpu_seconds:.3g}")
    goals = [
        Goal("time, ratio to bare mocks", ours.seconds / floor.seconds, at_most=MOST_TIME),
        Goal("memory, ratio to bare mocks", ours.megabytes / floor.megabytes, at_most=MOST_MEMORY),
    ]
    for goal in goals:
        say(str(goal))
    sys.exit(0 if all(goal.met for goal in goals) else 1)


if __name__ == "__main__":
    main()
