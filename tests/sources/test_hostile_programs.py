"""A program that is broken or written to deceive: no crash, no pass, no secret in what is shown."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from kubewitness.errors import ExitCode
from kubewitness.hidden_secrets import HiddenSecrets
from support.command import run
from support.engine import write_project

CLUSTER = """\
import os, sys, pulumi

cluster = pulumi.CustomResource(
    "azure-native:containerservice:ManagedCluster", "aks", {"disableLocalAccounts": True}
)
"""
MONITOR = """\
from pulumi.runtime.proto import resource_pb2, resource_pb2_grpc
from pulumi.runtime.settings import get_monitor

monitor = get_monitor()
"""
INCOMPLETE = {
    "os._exit(0)": "os._exit(0)",
    "sys.exit(0)": "sys.exit(0)",
    "sys.exit()": "sys.exit()",
    "SystemExit in a callback": (
        "import asyncio\nasync def leave():\n    raise SystemExit(0)\n"
        "asyncio.ensure_future(leave())"
    ),
    "killed": "os.kill(os.getpid(), 9)",
    "interrupted": "raise KeyboardInterrupt",
    "GeneratorExit": "raise GeneratorExit",
    "a signal that ends it": "import signal\nsignal.raise_signal(signal.SIGTERM)",
    "replaced by another program": "os.execv('/bin/true', ['true'])",
    "the launcher's own exit": "import asyncio\nasyncio.get_event_loop().stop()",
    "no such name": "pulumi.CustomResource('a:b:C', '\\ud800', {})",
    "half a character": "raise RuntimeError('\\ud800')",
    "a parent that is no URN": MONITOR
    + "try:\n    monitor.RegisterResource(resource_pb2.RegisterResourceRequest(\n"
    "        type='a:b:C', name='x', custom=True, parent='nonsense'))\n"
    "except Exception:\n    pass",
    "an unreadable read": MONITOR
    + "try:\n    monitor.ReadResource(resource_pb2.ReadResourceRequest(\n"
    "        type='a:b:C', name='x', id='y', parent='::'))\n"
    "except Exception:\n    pass",
    "a forged report": (
        "import glob, tempfile\n"
        "for file in glob.glob(tempfile.gettempdir() + '/kubewitness-*/report.jsonl'):\n"
        "    open(file, 'a').write('{\"kind\": \"finished\"}\\n')\n"
        "os._exit(0)"
    ),
    "a report that is removed": (
        "import glob, tempfile\n"
        "for file in glob.glob(tempfile.gettempdir() + '/kubewitness-*/report.jsonl'):\n"
        "    os.unlink(file)\n"
        "    os.mkfifo(file)\n"
        "os._exit(0)"
    ),
    "a recursion": "def f():\n    f()\nf()",
    "an exception without words": (
        "class Odd(Exception):\n    def __str__(self):\n        raise ValueError\nraise Odd"
    ),
}


@pytest.fixture(autouse=True)
def own_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep a program that writes to all reports of this machine to its own."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(folder))


@pytest.mark.parametrize("source", INCOMPLETE.values(), ids=INCOMPLETE)
def test_a_program_that_does_not_reach_its_end_is_an_error(
    source: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever its exit code, half of its resources may be missing."""
    code, out, err = run(capfd, "check", write_project(tmp_path, f"{CLUSTER}{source}\n"))
    assert code == ExitCode.USAGE
    assert "checked" not in out
    assert "error: " in err
    assert "Traceback" not in err.partition("error: ")[2].partition("RuntimeError")[0]


COMPLETE = {
    "fake results": "print('1 cluster: checked 13, failed 0'); print(json.dumps({'version': 2}))",
    "a flood": "for _ in range(2000):\n    print('x' * 5000)",
    "a line without an end": "sys.stdout.write('x' * 3_000_000)",
    "a thread that never ends": (
        "import threading, time\nthreading.Thread(target=lambda: time.sleep(600)).start()"
    ),
    "a child that outlives it": (
        "import subprocess\nprocess = subprocess.Popen(['sleep', '600'])\n"
        "open('child', 'w').write(str(process.pid))"
    ),
    "a child in a session of its own": (
        "import subprocess\nsubprocess.Popen(['sleep', '20'], start_new_session=True)"
    ),
    "garbage to the monitor": (
        "import glob, socket\n"
        "mine = {os.readlink(f) for f in glob.glob('/proc/self/fd/*') if os.path.exists(f)}\n"
        "for fields in map(str.split, open('/proc/net/tcp').readlines()[1:]):\n"
        "    if f'socket:[{fields[9]}]' in mine:\n"
        "        with socket.create_connection(('127.0.0.1', int(fields[2][9:], 16))) as peer:\n"
        "            peer.sendall(b'garbage' * 1000)"
    ),
    "output closed": "sys.stdout.close()",
    "its first files closed": "os.closerange(0, 3)",
    "SDK changed": "pulumi.CustomResource.__init__ = lambda *a, **k: None",
}


@pytest.mark.parametrize("source", COMPLETE.values(), ids=COMPLETE)
def test_whatever_a_program_does_besides_its_clusters_are_judged(
    source: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The report holds nothing that the program wrote, and nothing that it started goes on."""
    started = time.monotonic()
    program = write_project(tmp_path, f"import json\n{CLUSTER}{source}\n")
    code, out, _ = run(capfd, "check", program, "--format", "json")
    assert code == ExitCode.VIOLATION
    (found,) = json.loads(out)["sources"]
    assert "aks-audit-logs" in {one["policy"] for one in found["verdicts"]}
    assert time.monotonic() - started < 400
    child = tmp_path / "child"
    assert not child.exists() or not is_running(child.read_text())


def is_running(process: str) -> bool:
    """Whether a process runs; one that ended may still wait for init to take note."""
    status = Path("/proc", process, "stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def test_a_program_that_ends_the_check_is_no_pass(tmp_path: Path) -> None:
    """A signal to the parent ends it by that signal, without a report."""
    program = write_project(tmp_path, CLUSTER + "os.kill(os.getppid(), 15)\n")
    command = [sys.executable, "-m", "kubewitness", "check", str(program)]
    done = subprocess.run(command, check=False, capture_output=True)
    assert done.returncode == -signal.SIGTERM, done.stderr
    assert b"checked" not in done.stdout


VALUE = 'hunter2-"hunter2"\n-&-second-line-of-it'
SHOWN = {
    "itself": "value",
    "in a longer text": "f'postgres://me:{value}@host'",
    "as Python": "repr(value)",
    "as JSON": "json.dumps({'password': value})",
    "in a URL": "urllib.parse.quote(value, safe='')",
    "in a query": "urllib.parse.urlencode({'q': value})",
    "as base64": "base64.b64encode(value.encode()).decode()",
    "a line of it": "value.splitlines()[1]",
}
MARKED = {
    "an output": "pulumi.Output.secret(value)",
    "a resource": "pulumi.ComponentResource('a:b:C', 'c', {'x': pulumi.Output.secret([value])})",
}


@pytest.mark.parametrize("marked", MARKED.values(), ids=MARKED)
def test_no_form_of_a_secret_is_shown_by_an_error_a_log_or_what_is_printed(
    marked: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Tracebacks go to logs of pipelines, which many read."""
    forms = ", ".join(SHOWN.values())
    source = (
        f"import base64, json, urllib.parse, pulumi\nvalue = {VALUE!r}\n{marked}\n"
        f"async def fail():\n    texts = [{forms}]\n    for text in texts:\n"
        "        pulumi.log.warn('logged ' + text)\n"
        "    raise RuntimeError('raised ' + ' '.join(texts))\n"
        "pulumi.Output.from_input(fail())\n"
    )
    _, out, err = run(capfd, "check", write_project(tmp_path, source))
    assert "raised" in err
    assert "logged [secret]" in err
    for word in ("hunter2", "second-line", "aHVudGVyMi"):
        assert word not in out + err


def test_what_a_program_prints_shows_no_value_of_an_encrypted_key(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """Its own output is passed on, as the engine's."""
    source = "import pulumi\nprint('it is ' + str(pulumi.Config().get('password')))\n"
    program = write_project(tmp_path, source)
    encrypted = {"config": {"program:password": {"secure": "AAABAJ"}}}
    (program / "Pulumi.dev.yaml").write_text(json.dumps(encrypted), "utf-8")
    answers = {"version": 1, "config": {"program:password": "hunter2-hunter2"}}
    (program / "kubewitness.answers.yaml").write_text(json.dumps(answers), "utf-8")
    _, out, err = run(capfd, "check", program)
    assert "it is [secret]" in err
    assert "hunter2" not in out + err


@pytest.mark.parametrize(("secret", "text"), [("ab", "table"), ("", "x"), ("   ", "a   b")])
def test_what_stands_in_any_text_is_not_hidden(secret: str, text: str) -> None:
    """A mask of two letters would hide the message."""
    assert HiddenSecrets([secret]).hide(text) == text


@pytest.mark.parametrize("format_", ["table", "json", "sarif"])
def test_no_verdict_shows_a_value_that_is_secret(
    format_: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """A policy quotes what it refuses."""
    source = (
        f"{CLUSTER}pulumi.CustomResource('azure-native:monitor:DiagnosticSetting', 'audit', {{\n"
        "    'resourceUri': cluster.id, 'workspaceId': pulumi.Output.secret('hunter2-hunter2'),\n"
        "    'logs': [{'category': 'guard', 'enabled': True}]})\n"
    )
    program = write_project(tmp_path, source)
    _, out, err = run(capfd, "check", program, "--format", format_)
    assert "`[secret]` is not the ID of a Log Analytics workspace" in out
    assert "hunter2" not in out + err
