"""What a person sees who reads a log and hunts in it: the whole text, for logs of each kind.

The snapshots are read when they change. A log that lacks something must show it; an ordinary log
with a few truncated events must not look like an error.
"""

from collections.abc import Mapping
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from kubewitness.errors import ExitCode
from log_generator.audit_log import as_storage_record, events
from support.command import run
from support.log_reading import ndjson
from support.partial_logs import EVENTS, LOGS

TRUNCATED_BYTES = 900
"""Shorter than most events, so that most are truncated."""

ORDINARY = list(events(400, days=1, seed=5, attacked=False))
LONG = {4, 305}
"""Of these events Azure truncated the text."""

CONTROL_PLANE = (
    'I0501 10:00:00.000000 1 apf_controller.go:1] "Running" apiVersion="audit.k8s.io/v1"',
    'E0501 10:00:01.000000 1 cacher.go:1] cacher (events.audit.k8s.io): watch of "audit.k8s.io/v1"',
    'I0501 10:00:02.000000 1 a.go:1] loaded {"kind":"Policy","apiVersion":"audit.k8s.io/v1"}',
)

SEEN: Mapping[str, bytes] = {
    **{name: LOGS[name] for name in ("admin-only", "metadata-only", "guard-only")},
    "truncated": b"".join(as_storage_record(e, limit=TRUNCATED_BYTES) for e in EVENTS[:24]),
    "ordinary day": b"".join(
        as_storage_record(event, limit=TRUNCATED_BYTES if number in LONG else None)
        for number, event in enumerate(ORDINARY)
    ),
    "kube-apiserver": ndjson(
        [
            {
                "time": f"2026-05-01T10:00:0{second}Z",
                "category": "kube-apiserver",
                "properties": {"log": line, "pod": "kube-apiserver-1"},
            }
            for second, line in enumerate(CONTROL_PLANE)
        ]
    ),
}


@pytest.fixture(params=SEEN)
def log(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a log in the present folder."""
    name = f"{request.param}.json".replace(" ", "-")
    (tmp_path / name).write_bytes(SEEN[request.param])
    monkeypatch.chdir(tmp_path)
    return name


def test_reading_a_log_shows_what_it_has_and_lacks(
    log: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    """The summary of `ingest`."""
    code, out, err = run(capsys, "ingest", log)
    assert (code, out, err) == snapshot
    assert code == ExitCode.OK


def test_hunting_in_a_log_shows_what_was_not_judged(
    log: str, capsys: pytest.CaptureFixture[str], snapshot: SnapshotAssertion
) -> None:
    """The summary of `hunt`, by a detection of bodies and one of reads."""
    code, out, err = run(capsys, "hunt", log, "--rule", "host-pid-pod", "--rule", "pod-exec")
    assert (code, out, err) == snapshot
    assert code in {ExitCode.OK, ExitCode.VIOLATION}
