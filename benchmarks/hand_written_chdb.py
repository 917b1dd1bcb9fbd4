"""Runs queries on chDB in a Python that has it, and prints their seconds and rows as JSON."""

import json
import sys
import time
from importlib import import_module
from typing import Any


def main() -> None:
    """Read events from the Parquet file that is named, and queries from stdin."""
    connection: Any = import_module("chdb.session").Session()
    queries: dict[str, str] = json.load(sys.stdin)
    parquet, rounds = sys.argv[1], int(sys.argv[2])
    connection.query(
        "CREATE TABLE events ENGINE = MergeTree ORDER BY TimeGenerated AS "  # noqa: S608 - ours
        f"SELECT * FROM file('{parquet}', Parquet) "
        "SETTINGS schema_inference_make_columns_nullable = 0"
    )
    times: list[dict[str, float]] = []
    rows: dict[str, int] = {}
    for _ in range(rounds):
        seconds = {}
        for name, text in queries.items():
            started = time.perf_counter()
            answer = str(connection.query(text, "TSV"))
            seconds[name] = time.perf_counter() - started
            rows[name] = len(answer.splitlines())
        times.append(seconds)
    json.dump({"times": times, "rows": rows}, sys.stdout)


if __name__ == "__main__":
    main()
