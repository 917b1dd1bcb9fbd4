"""What all tests share."""

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings

from support.engine import NEEDS_ENGINE, Engine
from support.paths import NEEDS_SAMPLES, SAMPLES

settings.register_profile(
    "kubewitness",
    deadline=None,  # a machine under load is not a fault of the code
    derandomize=bool(os.environ.get("CI")),  # no failure that the change did not cause
    phases=set(Phase) - {Phase.explain},  # explaining takes minutes
    suppress_health_check=[HealthCheck.too_slow],  # as the deadline
)
settings.load_profile("kubewitness")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--cases`: how many cases each policy gets where cases are drawn; `make fuzz` gives more."""
    parser.addoption("--cases", type=int, default=200, help="drawn cases for each policy")


@pytest.fixture(autouse=True, scope="session")
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What is remembered during the tests is not kept among what the user has.

    Workers share it: each would translate every detection once more.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared / "cache"))
        yield


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the drawn cases came to."""
    _print_oracle(terminalreporter)
    titles = {
        "edits": "edits of sealed logs, every one found and located",
        "conservation": "log files under damage, nothing lost",
    }
    for name, title in titles.items():
        counts: Counter[str] = Counter()
        for found in _properties(terminalreporter, name):
            counts.update(found)
        if counts:
            terminalreporter.section(title)
            terminalreporter.write_line(", ".join(f"{key} {counts[key]}" for key in sorted(counts)))


def _properties(terminalreporter: pytest.TerminalReporter, wanted: str) -> Iterator[Any]:
    for report in terminalreporter.getreports("passed"):
        yield from (value for name, value in report.user_properties if name == wanted)


def _print_oracle(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the cases came to by policy: the oracle's answer and the policy's."""
    by_policy: dict[str, Counter[str]] = {}
    for counts in _properties(terminalreporter, "oracle"):
        mine = by_policy.setdefault(counts["policy"], Counter())
        mine.update({key: count for key, count in counts.items() if key != "policy"})
    if not by_policy:
        return
    terminalreporter.section("cases (truth/verdict)")
    for policy, found in sorted(by_policy.items()):
        words = ", ".join(f"{key} {count}" for key, count in sorted(found.items()))
        terminalreporter.write_line(f"{policy}: {words}")
    total: Counter[str] = sum(by_policy.values(), Counter())
    cases = sum(count for key, count in total.items() if "/" in key)
    decidable = sum(count for key, count in total.items() if key.startswith(("True", "False")))
    evaded = total["False/undecided"] + total["True/undecided"]
    share = evaded / decidable
    terminalreporter.write_line(
        f"{cases} cases, 0 silent passes; of {decidable} that can be decided, "
        f"{evaded} ({share:.2%}) were left undecided"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests of the real engine and of others' files where these are not, and say so."""
    absent = {
        "engine": NEEDS_ENGINE,
        "samples": "" if SAMPLES.is_dir() else NEEDS_SAMPLES,
    }
    for item in items:
        for marker, reason in absent.items():
            if reason and item.get_closest_marker(marker):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One engine for all tests of a worker, below a folder with a space in its name."""
    root = tmp_path_factory.mktemp("an engine")
    yield Engine(root, providers=("azure-native", "azure"))
    shutil.rmtree(root)
