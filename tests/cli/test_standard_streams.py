"""A result that cannot be written is an error of its own, and never looks like a verdict."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from kubewitness.cli import COMMANDS
from support.paths import LIBRARY
from support.states import state_resource, write_state

LOG = LIBRARY / "container-runtime-socket" / "malicious" / "containerd.ndjson"
SIGMA = """\
title: Exec
id: 11111111-1111-4111-8111-111111111111
logsource: {product: kubernetes, service: audit}
detection: {selection: {objectRef.subresource: exec}, condition: selection}
level: high
"""
FULL = Path("/dev/full")


def kubewitness(*arguments: object, **options: Any) -> "subprocess.CompletedProcess[str]":
    """Run the command in a process of its own, which owns its standard streams."""
    command = [sys.executable, "-m", "kubewitness", *map(str, arguments)]
    return subprocess.run(command, text=True, check=False, stderr=subprocess.PIPE, **options)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one of everything that commands read."""
    made = tmp_path_factory.mktemp("sources")
    write_state(made, state_resource("aks"))
    (made / "sigma").mkdir()
    (made / "sigma" / "exec.yml").write_text(SIGMA, "utf-8")
    (made / "logs").mkdir()
    (made / "logs" / "audit.log").write_bytes(LOG.read_bytes())
    for words in (("ingest", LOG, "--store", made / "store"), ("seal", "create", made / "logs")):
        kubewitness(*words, stdout=subprocess.DEVNULL).check_returncode()
    return made


def arguments(command: str, folder: Path) -> list[object]:
    """A call of each command that prints something; what it writes besides is new each time."""
    new = folder / uuid4().hex
    calls: dict[str, list[object]] = {
        "demo": [],
        "check": [folder / "state.json"],
        "policy-pack": [],
        "coverage": [folder / "state.json"],
        "audit-policy": ["render", "--for", "kubeadm"],
        "ingest": [LOG, "--store", new],
        "query": ["AKSAudit | take 3", folder / "store"],
        "hunt": [LOG, "--rule", "container-runtime-socket"],
        "timeline": [LOG, "--no-findings"],
        "access": [LOG],
        "import-sigma": [folder / "sigma", "--output", new],
        "export": [new, folder / "store"],
        "seal": ["verify", folder / "logs", "--unanchored"],
    }
    return [command, *calls[command]]


@pytest.mark.parametrize("command", COMMANDS)
def test_a_reader_that_is_gone_ends_every_command_by_sigpipe(command: str, folder: Path) -> None:
    """`kubewitness check good | true` is 141 in a shell, and not 1, which means violations."""
    reading, writing = os.pipe()
    os.close(reading)
    done = kubewitness(*arguments(command, folder), stdout=writing)
    os.close(writing)
    assert done.returncode == -signal.SIGPIPE, done.stderr
    assert "Error" not in done.stderr


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_ends_every_command_with_2_and_the_reason(command: str, folder: Path) -> None:
    """Exit code 70 would ask the user for a report."""
    with FULL.open("w") as full:
        done = kubewitness(*arguments(command, folder), stdout=full)
    assert done.returncode == 2, done.stderr
    assert "error: standard output: cannot be written: No space left on device" in done.stderr


@pytest.mark.parametrize("command", ["--help", "check", "query", "hunt"])
def test_a_closed_standard_output_is_an_error_that_says_so(command: str, folder: Path) -> None:
    """A shell closes it with `>&-`."""
    words = [command] if command == "--help" else arguments(command, folder)
    done = kubewitness(*words, preexec_fn=lambda: os.close(1))
    assert done.returncode == 2
    assert "error: standard output: cannot be written: Bad file descriptor" in done.stderr


def test_a_closed_standard_output_matters_only_to_who_writes_to_it(
    folder: Path, tmp_path: Path
) -> None:
    """With `--output` the result is in the file, whichever number the file got."""
    report = tmp_path / "report.json"
    words = [*arguments("check", folder), "--format", "json", "--output", report]
    done = kubewitness(*words, preexec_fn=lambda: os.close(1))
    assert done.returncode == 1
    assert json.loads(report.read_text("utf-8"))["summary"]["failed"]


@pytest.mark.parametrize("stream", ["closed", "full"])
def test_a_standard_error_that_cannot_be_written_changes_no_exit_code(
    folder: Path, stream: str
) -> None:
    """Nobody is left to tell, and the verdict still stands."""
    command = [sys.executable, "-m", "kubewitness", *map(str, arguments("check", folder))]
    redirect = "2>&-" if stream == "closed" else f"2>{FULL}"
    done = subprocess.run(
        ["/bin/sh", "-c", f'exec "$@" {redirect}', "sh", *command],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "FAIL aks-audit-logs" in done.stdout


@pytest.mark.skipif(not FULL.exists(), reason="the system has no /dev/full")
@pytest.mark.parametrize("command", ["check", "coverage", "query", "hunt", "ingest"])
@pytest.mark.parametrize("format_", ["table", "json"])
def test_an_output_file_on_a_full_disk_is_an_error_that_names_it(
    folder: Path, command: str, format_: str
) -> None:
    """Tables, JSON and rows are written in different ways."""
    words = [*arguments(command, folder), "--format", format_, "--output", FULL]
    done = kubewitness(*words, stdout=subprocess.PIPE)
    assert done.returncode == 2
    assert f"error: {FULL}: cannot be written: No space left on device" in done.stderr


@pytest.mark.parametrize("format_", ["table", "json", "sarif", "github"])
def test_a_locale_without_the_letters_of_a_name_gets_escapes(tmp_path: Path, format_: str) -> None:
    """The result stays ASCII, and JSON stays JSON."""
    state = write_state(tmp_path, state_resource("größe"))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    words = ["check", state, "--format", format_, *(["--tree"] if format_ == "table" else [])]
    done = kubewitness(*words, stdout=subprocess.PIPE, env=environment)
    assert done.returncode == 1, done.stderr
    assert done.stdout.isascii()
    if format_ in {"json", "sarif"}:
        assert "größe" in str(json.loads(done.stdout))
    else:
        assert "gr\\xf6\\xdfe" in done.stdout
