"""Measure the detections: noise, planted attacks, alertable rules, and speed.

Prints figures and ratios, and exits with 1 if a goal is missed. Only ratios of one run are
comparable.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import hunting_quality as quality
import hunting_speed as speed
from goals import Goal, say


def goals(home: Path, options: argparse.Namespace) -> Iterator[Goal]:
    """Run all parts; their output comes before their goals."""
    if not options.speed_only:
        yield from quality.noise(home)
        yield from quality.attacks(home)
        yield from quality.alertable()
    if not options.quality_only:
        place = speed.prepare(home, options.megabytes, options.rounds)
        yield from speed.processes(place, options)
        yield from speed.each_rule(place)
        yield from speed.by_hand(place, options)


def main() -> None:
    """Run all parts and report which goals are missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=540)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--chdb", default="", help="a python that has chDB")
    parser.add_argument("--zircolite", default="", help="the command, as `python zircolite.py`")
    parser.add_argument("--zircolite-rules", type=Path, help="Sigma rules for it")
    part = parser.add_mutually_exclusive_group()
    part.add_argument("--quality-only", action="store_true")
    part.add_argument("--speed-only", action="store_true")
    options = parser.parse_args()
    # All that is written in Python runs from compiled modules, as where it is installed.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    met = True
    with tempfile.TemporaryDirectory() as folder:
        for goal in goals(Path(folder), options):
            say(str(goal))
            met = met and goal.met
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
