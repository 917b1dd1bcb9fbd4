"""Compare the speed of all detections with jq, Zircolite and hand-written SQL in the same run."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb

import hand_written
from goals import Goal, say
from kubewitness.detections.engines.local import LocalEngine
from kubewitness.detections.library import all_detections, find_detections
from kubewitness.logs.kql.query import open_for_queries

HERE: Final = Path(__file__).parent
SLOW: Final = 0.2

Runner = Callable[[], float]


@dataclass(frozen=True)
class Place:
    """The measured commands.

    Attributes:
        home: a folder for what is written.
        log: raw events.
        store: the same, read in.
        rounds: how often each is measured; the median counts.
    """

    home: Path
    log: Path
    store: Path
    rounds: int


def prepare(home: Path, megabytes: int, rounds: int) -> Place:
    """Generate a log with attacks, and read it into a store."""
    place = Place(home, home / "raw.ndjson", home / "raw.store", rounds)
    _seconds(
        [
            sys.executable,
            "-m",
            "log_generator.audit_log",
            "--megabytes",
            megabytes,
            "--output",
            place.log,
        ]
    )
    _kubewitness(place, "ingest", place.log, "--store", place.store)
    say(f"{place.log.stat().st_size / 1e6:,.0f} MB of raw events, {len(all_detections())} rules")
    return place


def _kubewitness(place: Place, *words: object, cache: str = "warm") -> float:
    """Run the command as a process; a cache that is new is cold."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(place.home / cache)}
    command = [sys.executable, "-m", "kubewitness", *map(str, words), "--no-progress"]
    return _seconds(command, cwd=place.home, env=environment, may_find=True)


def _seconds(command: Sequence[object], *, may_find: bool = False, **how: Any) -> float:
    words = list(map(str, command))
    started = time.perf_counter()
    done = subprocess.run(
        words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False, **how
    )
    if done.returncode not in ({0, 1} if may_find else {0}):
        raise SystemExit(f"{command[0]}: {done.stderr.decode()[-2000:]}")
    return time.perf_counter() - started


def processes(place: Place, options: Namespace) -> Iterator[Goal]:
    """Print the time of a hunt from the raw file and from a store, and of jq and Zircolite."""
    everything = ("--severity", "informational", "--format", "json")
    cold = _kubewitness(place, "hunt", place.log, *everything)
    say(f"  raw, nothing translated yet: {cold:.2f} s")
    runners: dict[str, Runner] = {
        "raw": lambda: _kubewitness(place, "hunt", place.log, *everything),
        "store": lambda: _kubewitness(place, "hunt", place.store, *everything),
        **_others(place, options),
    }
    medians = interleaved(runners, place.rounds)
    for name, seconds in medians.items():
        say(f"  {name}: {seconds:.2f} s")
    for other, source, least in (("jq", "raw", 2), ("jq", "store", 4), ("zircolite", "raw", 4)):
        if other in medians:
            ratio = medians[other] / medians[source]
            yield Goal(f"speed of all rules on the {source}, by {other}'s", ratio, at_least=least)


def _others(place: Place, options: Namespace) -> dict[str, Runner]:
    found: dict[str, Runner] = {}
    if jq := shutil.which("jq"):
        found["jq"] = lambda: _seconds([jq, "-c", "-f", HERE / "filters.jq", place.log])
    else:
        say("  jq is not installed: skipped")
    if options.zircolite and options.zircolite_rules:
        command = [*options.zircolite.split(), "--jsonl", "-q", "-e", place.log]
        command += ["-r", options.zircolite_rules.resolve(), "-o", place.home / "zircolite.json"]
        found["zircolite"] = lambda: _seconds(command, cwd=place.home)
    else:
        say("  `--zircolite` and `--zircolite-rules` are not given: skipped")
    return found


def interleaved(runners: Mapping[str, Runner], rounds: int) -> dict[str, float]:
    """Run each in turn, so that what else the machine does hits all, and return the medians."""
    times = [{name: runner() for name, runner in runners.items()} for _ in range(rounds)]
    return {name: statistics.median(one[name] for one in times) for name in runners}


def each_rule(place: Place) -> Iterator[Goal]:
    """Print what translation, the tables that rules share, and each rule cost."""
    cold, _ = _engine(place, "cold")
    times: list[Mapping[str, float]] = []
    shared: list[float] = []
    for _ in range(place.rounds):
        begin, seconds = _engine(place, "cold")
        shared.append(begin)
        times.append(seconds)
    count, medians = len(all_detections()), medians_of(times)
    begin = statistics.median(shared)
    say(f"  translation: {(cold - begin) / count:.4f} s a rule, once; shared tables: {begin:.2f} s")
    slow = {name: seconds for name, seconds in medians.items() if seconds > SLOW}
    say(f"  over {SLOW} s: {_listed(slow)}")
    say(f"  all of them one after the other: {sum(medians.values()):.2f} s")
    yield Goal("median seconds of a rule", statistics.median(medians.values()), at_most=0.1)
    yield Goal("seconds of the slowest rule", max(medians.values()), at_most=0.5)


def _engine(place: Place, cache: str) -> tuple[float, dict[str, float]]:
    """How long the engine takes to begin, and then for each rule."""
    os.environ["XDG_CACHE_HOME"] = str(place.home / cache)
    with open_for_queries(place.store) as connection:
        return timed_rules(connection, [rule.slug for rule in all_detections()])


def timed_rules(
    connection: duckdb.DuckDBPyConnection, slugs: Sequence[str]
) -> tuple[float, dict[str, float]]:
    """How long the engine takes to begin with these rules, and then for each."""
    rules = find_detections(slugs)
    started = time.perf_counter()
    engine = LocalEngine(connection, rules)
    begin = time.perf_counter() - started
    return begin, {r.slug: _timed(lambda r=r: list(engine.run(r))) for r in rules}  # type: ignore[misc]


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def medians_of(times: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each name."""
    return {name: statistics.median(one[name] for one in times) for name in times[0]}


def _listed(seconds: Mapping[str, float]) -> str:
    ordered = sorted(seconds.items(), key=lambda pair: -pair[1])
    return ", ".join(f"{name} {value:.2f}" for name, value in ordered) or "none"


def by_hand(place: Place, options: Namespace) -> Iterator[Goal]:
    """Print the time of twenty rules, and of the same in hand-written SQL, from loaded data."""
    queries = hand_written.rules(hand_written.DUCKDB)
    ours: list[float] = []
    duck: list[float] = []
    chdb: list[float] = []
    parquet = _exported(place) if options.chdb else None
    for _ in range(place.rounds):
        with open_for_queries(place.store) as connection:
            begin, seconds = timed_rules(connection, list(queries))
            ours.append(begin + sum(seconds.values()))
            duck.append(sum(_timed(connection.sql(text).fetchall) for text in queries.values()))
        if parquet:
            chdb.append(_chdb_seconds(options.chdb, parquet))
    mine = statistics.median(ours)
    say(f"  {len(queries)} rules from the store: {mine:.2f} s with the shared tables")
    say(f"  by hand on DuckDB: {statistics.median(duck):.2f} s")
    if chdb:
        say(f"  by hand on chDB: {statistics.median(chdb):.2f} s")
        ratio = mine / statistics.median(chdb)
        yield Goal("time of twenty rules, by chDB's", ratio, at_most=2)
    else:
        say("  `--chdb` is not given: skipped")


def _exported(place: Place) -> Path:
    """The columns that the queries read; chDB takes what is missing for an empty text."""
    file = place.home / "events.parquet"
    texts = [name for name in hand_written.COLUMNS.split(", ") if name != "TimeGenerated"]
    columns = ", ".join(f"coalesce(CAST({name} AS VARCHAR), '') AS {name}" for name in texts)
    with duckdb.connect(str(place.store), read_only=True) as connection:
        connection.execute(
            f"COPY (SELECT TimeGenerated, {columns} FROM store.audit_events "  # noqa: S608 - ours
            f"ORDER BY TimeGenerated) TO '{file}' (FORMAT parquet)"
        )
    return file


def _chdb_seconds(python: str, parquet: Path) -> float:
    """The second of two rounds, as data lie in the cache of the store by then, too."""
    queries = json.dumps(hand_written.rules(hand_written.CHDB))
    done = subprocess.run(
        [python, HERE / "hand_written_chdb.py", parquet, "2"],
        input=queries,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return float(sum(json.loads(done.stdout)["times"][-1].values()))
