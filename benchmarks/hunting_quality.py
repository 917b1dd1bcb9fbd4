"""Measure findings on an ordinary day, findings among planted attacks, and alertable detections."""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from goals import Goal, say
from kubewitness.catalog.log_categories import (
    ACTIVITY_CATEGORIES,
    GUARD,
    KUBE_AUDIT,
    KUBE_AUDIT_ADMIN,
)
from kubewitness.detections.coverage.assessment import Channel, Reach, Status, assess
from kubewitness.detections.library import all_detections
from log_generator import activity, audit_log

ORDINARY: Final = 300_000
ATTACKED: Final = 30_000

Finding = Mapping[str, Any]


def hunt(home: Path, logs: Sequence[Path], *options: str) -> list[Finding]:
    """The findings of `kubewitness hunt`, which looks for severity low and above by default.

    Args:
        home: the folder it runs in, which has no allow-list.
        logs: what it reads.
        options: more of them.
    """
    words = [
        sys.executable,
        "-m",
        "kubewitness",
        "hunt",
        *map(str, logs),
        "--format",
        "json",
        *options,
    ]
    words += ["--format", "json"]
    done = subprocess.run(words, cwd=home, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 1}:
        raise SystemExit(done.stderr)
    found: list[Finding] = json.loads(done.stdout)["findings"]
    return found


def write_day(home: Path) -> list[Path]:
    """Write the audit log and the activity log of a day without attacks."""
    day = audit_log.events(ORDINARY, days=1, attacked=False)
    with (home / "day.ndjson").open("wb") as file:
        file.writelines(map(audit_log.as_line, day))
    rows = activity.activity(seed=7, start=audit_log.START, span=timedelta(days=1))
    lines = [f"{json.dumps(row)}\n" for row in rows]
    (home / "activity.ndjson").write_text("".join(lines), "utf-8")
    say(f"an ordinary day: {ORDINARY:,} audit events, {len(lines)} rows of the activity log")
    return [home / "day.ndjson", home / "activity.ndjson"]


def noise(home: Path) -> Iterator[Goal]:
    """Print what is found on an ordinary day, without an allow-list."""
    findings = hunt(home, write_day(home), "--severity", "informational")
    alerts = [finding for finding in findings if finding["severity"] != "Informational"]
    _say_noise("severity low and above", alerts)
    _say_noise("informational", [f for f in findings if f["severity"] == "Informational"])
    yield Goal("findings per 100,000 ordinary events", _rate(alerts), at_most=1)


def _rate(findings: Sequence[Finding]) -> float:
    return len(findings) * 100_000 / ORDINARY


def _say_noise(title: str, findings: Sequence[Finding]) -> None:
    names = Counter(finding["rule"] for finding in findings)
    listed = ", ".join(f"{name} {count}" for name, count in names.most_common()) or "none"
    say(f"  {title}: {_rate(findings):.2f} findings per 100,000 events: {listed}")


def attacks(home: Path) -> Iterator[Goal]:
    """Print which detections find each kind of planted attack."""
    log = home / "attacked.ndjson"
    with log.open("wb") as file:
        file.writelines(map(audit_log.as_line, audit_log.events(ATTACKED)))
    by_id = _rules_by_id(hunt(home, [log]))
    missed = 0
    for name in audit_log.ATTACKS:
        same = [attack for attack in audit_log.planted(ATTACKED) if attack.name == name]
        found = [{rule for one in attack.audit_ids for rule in by_id[one]} for attack in same]
        missed += sum(not rules for rules in found)
        rules = ", ".join(sorted(set().union(*found))) or "nothing"
        say(f"  {name}: {sum(map(bool, found))} of {len(same)} by {rules}")
    yield Goal("planted attacks that nothing finds", missed, at_most=0)


def _rules_by_id(findings: Sequence[Finding]) -> Mapping[str, set[str]]:
    """Which rules name an audit id; a burst names many."""
    rules: dict[str, set[str]] = defaultdict(set)
    for finding in findings:
        ids = finding["values"].get("AuditIds") or json.dumps([finding["values"].get("AuditId")])
        for one in json.loads(ids):
            rules[one].add(finding["rule"])
    return rules


def alertable() -> Iterator[Goal]:
    """Print how many of the rules alert where everything is collected, and without what."""
    everything = (KUBE_AUDIT, KUBE_AUDIT_ADMIN, GUARD, *ACTIVITY_CATEGORIES)
    ways = {
        "on default settings": everything,
        "without the activity log": everything[:3],
        "with kube-audit-admin and guard alone": (KUBE_AUDIT_ADMIN, GUARD),
    }
    shares = {title: _share(categories) for title, categories in ways.items()}
    for title, share in shares.items():
        say(f"  {title}: {share:.1%} of {len(all_detections())} rules are alertable")
    yield Goal("share of rules alertable", shares["on default settings"], at_least=0.95)


def _share(categories: Sequence[str]) -> float:
    channels = [Channel(category, Reach.ALERT, Reach.ALERT) for category in categories]
    found = assess(channels, all_detections())
    for one in found if set(ACTIVITY_CATEGORIES) <= set(categories) else ():
        if one.status is not Status.ALERTABLE:
            say(f"  {one.status}: {one.detection.slug}, which misses {', '.join(one.missed)}")
    return sum(one.status is Status.ALERTABLE for one in found) / len(found)
