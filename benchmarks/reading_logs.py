"""Compare reading logs with bare DuckDB, jq and Python's json in the same run.

Bare DuckDB reads the same file into the same columns, bodies included, without any check for
lost, changed or truncated content. Each figure is a median. Compare the ratios.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import duckdb

from kubewitness.logs.store.statements import OBJECT_FIELDS, TEXT_FIELDS, TIME_FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

HERE: Final = Path(__file__).parent
COLUMNS: Final = {
    **dict.fromkeys(TEXT_FIELDS, "VARCHAR"),
    **dict.fromkeys(TIME_FIELDS, "TIMESTAMP"),
    **dict.fromkeys(OBJECT_FIELDS, "JSON"),
}

INGEST: Final = """
import resource, sys, time
from pathlib import Path
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.inputs.find import find_log_files
from kubewitness.logs.store.database import open_store
started = time.perf_counter()
with open_store(Path(sys.argv[1])) as connection:
    summary = ingest(connection, find_log_files([sys.argv[2]]))
print(time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
assert summary.balance.unaccounted_bytes == 0
assert summary.balance.quarantined == 0 or summary.balance.events == 0
"""

JUNK: Final = {
    "lines": b"x\n",
    "braces": b"{\n",
    "objects": b'{"a":1}\n',
    "records": b'{"level":"info","message":"hello"}\n',
    "names": b'"auditID":\n',
}
"""Text that is repeated: nothing of it is an event."""

BARE: Final = """
import sys, time
import duckdb
started = time.perf_counter()
connection = duckdb.connect(sys.argv[1])
connection.execute("SET preserve_insertion_order = false; SET memory_limit = '1GB'")
connection.execute("SET enable_progress_bar = false")
connection.execute(sys.argv[2])
connection.close()
print(time.perf_counter() - started, 0)
"""


def say(line: str) -> None:
    """Print a line at once."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def write_log(home: Path, log_format: str, megabytes: int) -> Path:
    """Generate a log."""
    log = home / f"{log_format}.ndjson"
    subprocess.run(
        [sys.executable, "-m", "log_generator.audit_log", "--megabytes", str(megabytes),
         "--format", log_format, "--output", log],
        check=True,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    return log


def bare_statement(log: Path, log_format: str) -> str:
    """The SQL that reads a log without a check."""
    if log_format == "raw":
        columns = ", ".join(f"\"{name}\": '{kind}'" for name, kind in COLUMNS.items())
        return f"CREATE TABLE events AS SELECT * FROM read_ndjson('{log}', columns = {{{columns}}})"  # noqa: S608 a path of ours
    inner = json.dumps(COLUMNS)
    outer = (
        "{time: 'TIMESTAMP', resourceId: 'VARCHAR', category: 'VARCHAR', "
        "properties: 'STRUCT(log VARCHAR, pod VARCHAR)'}"
    )
    return (
        "CREATE TABLE events AS SELECT time, resourceId, category, properties.pod, "  # noqa: S608 a path of ours
        f"unnest(from_json(properties.log, '{inner}')) FROM read_ndjson('{log}', columns = {outer})"
    )


def measured(code: str, home: Path, argument: str) -> tuple[float, float]:
    """Run code in a process of its own; return its seconds and its peak memory in MiB."""
    store = home / "timed.store"
    done = subprocess.run(
        [sys.executable, "-c", code, store, argument], check=True, capture_output=True, text=True
    )
    for left in home.glob("timed.store*"):
        left.unlink()
    seconds, memory = map(float, done.stdout.split())
    return seconds, memory


def jq(log: Path) -> float:
    """Select some events with jq."""
    started = time.perf_counter()
    with log.open("rb") as source:
        subprocess.run(
            [shutil.which("jq") or "jq", "-c", 'select(.verb == "delete") | .auditID'],
            stdin=source,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    return time.perf_counter() - started


def plain_json(log: Path) -> float:
    """Parse every line with Python's json, and keep nothing."""
    started = time.perf_counter()
    with log.open("rb") as source:
        for line in source:
            json.loads(line)
    return time.perf_counter() - started


def compare(log_format: str, home: Path, megabytes: int, rounds: int) -> None:
    """Print the ratio of reading with kubewitness to bare DuckDB."""
    log = write_log(home, log_format, megabytes)
    size = log.stat().st_size / 1e6
    statement = bare_statement(log, log_format)
    pairs = [
        (measured(INGEST, home, str(log)), measured(BARE, home, statement)[0])
        for _ in range(rounds)
    ]
    ours = statistics.median(seconds for (seconds, _), _ in pairs)
    bare = statistics.median(seconds for _, seconds in pairs)
    memory = max(memory for (_, memory), _ in pairs)
    say(
        f"{log_format}: {size:,.0f} MB, kubewitness {ours:.2f} s, bare DuckDB {bare:.2f} s: "
        f"{bare / ours:.2f} of its speed (at least 0.60), peak {memory:,.0f} MiB"
    )
    if log_format == "raw":
        peers: dict[str, Callable[[Path], float]] = {"Python's json": plain_json}
        if shutil.which("jq"):
            peers["jq"] = jq
        for name, peer in peers.items():
            say(
                f"{log_format}: {name} parses it in {peer(log) / ours:.1f} times kubewitness's time"
            )
    log.unlink()


def junk(home: Path, megabytes: int) -> None:
    """Print the speed of reading junk and of reading as many bytes of events."""
    log = write_log(home, "raw", megabytes)
    size = log.stat().st_size
    events, _ = measured(INGEST, home, str(log))
    for name, text in JUNK.items():
        log.write_bytes(text * (size // len(text)))
        seconds, memory = measured(INGEST, home, str(log))
        say(
            f"junk, {name}: {events / seconds:.2f} of the speed of events (at least 1.00), "
            f"peak {memory:,.0f} MiB (at most 1,000)"
        )
    log.unlink()


def large(home: Path, megabytes: int) -> None:
    """Print time and peak memory of a large log, and what one day out of thirty costs."""
    log = write_log(home, "raw", megabytes)
    store = home / "large.store"
    done = subprocess.run(
        [sys.executable, "-c", INGEST, store, log], check=True, capture_output=True, text=True
    )
    seconds, memory = map(float, done.stdout.split())
    size = log.stat().st_size / 1e9
    say(f"raw: {size:.1f} GB in {seconds:.0f} s, peak {memory:,.0f} MiB (at most 1,500)")
    one_day(store)
    log.unlink()
    store.unlink()


def one_day(store: Path) -> None:
    """Print how much of a store a query for one day out of thirty reads."""
    with duckdb.connect(str(store), read_only=True) as connection:
        first = connection.execute('SELECT min(TimeGenerated)::DATE FROM "AKSAudit"').fetchall()[0][
            0
        ]
        query = 'SELECT count(*), count(RequestObject) FROM "AKSAudit"'
        day = f"WHERE TimeGenerated >= DATE '{first}' + 14 AND TimeGenerated < DATE '{first}' + 15"
        times = {}
        for name, text in {"all": query, "one day": f"{query} {day}"}.items():
            runs = []
            for _ in range(5):
                started = time.perf_counter()
                rows = connection.execute(text).fetchall()
                runs.append(time.perf_counter() - started)
            times[name] = statistics.median(runs)
            say(f"{name}: {rows[0][0]:,} events in {1000 * times[name]:.1f} ms")
    say(f"one day out of thirty: {times['one day'] / times['all']:.2f} of the time of all")


def main() -> None:
    """Run all comparisons."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--megabytes", type=int, default=540)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--large-megabytes", type=int, default=0, help="10400 for 10 GB")
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for log_format in ("raw", "aks-storage"):
            compare(log_format, home, arguments.megabytes, arguments.rounds)
        junk(home, min(arguments.megabytes, 64))
        if arguments.large_megabytes:
            large(home, arguments.large_megabytes)


if __name__ == "__main__":
    main()
