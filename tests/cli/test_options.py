"""What the commands have in common: options, help, where results go."""

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from io import StringIO
from pathlib import Path

import click
import pytest

from kubewitness.cli import cli, options
from kubewitness.cli.detections_choice import DEFAULT_SEVERITY
from kubewitness.cli.output import PIPE_WIDTH, stdout_console, write_drawn
from kubewitness.detections.detection import SEVERITIES
from kubewitness.detections.engines import TIMEOUT_SECONDS as TIMEOUT_OF_DETECTION
from kubewitness.detections.engines.cloud import DEFAULT_SINCE, Plan
from kubewitness.errors import ExitCode, InputError
from kubewitness.policies.packs import DEFAULT_PACK
from kubewitness.seal.manifest import BLOCK_SIZE
from kubewitness.sources.program.preview import TIMEOUT_SECONDS
from support.command import run
from support.paths import EXAMPLES, ROOT

LOG = EXAMPLES / "logs" / "PT1H.json"
INSTALL = (ROOT / "docs" / "start" / "install.md").read_text("utf-8")


def commands(
    group: click.Group = cli, words: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield every command, those of groups too, with the words that call it."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        else:
            yield (*words, name), command


COMMANDS = dict(commands())


def test_defaults_in_the_help_are_those_of_the_modules_that_own_them() -> None:
    """Help does not load these modules, so it has its own copy of each."""
    assert (options.DEFAULT_PACK, options.PROGRAM_SECONDS) == (DEFAULT_PACK, TIMEOUT_SECONDS)
    assert options.DETECTION_SECONDS == TIMEOUT_OF_DETECTION
    assert (options.BLOCK_SIZE, options.CLOUD_SINCE) == (BLOCK_SIZE, DEFAULT_SINCE)
    assert tuple(severity.lower() for severity in SEVERITIES) == options.SEVERITIES
    assert DEFAULT_SEVERITY.lower() == options.DEFAULT_SEVERITY
    assert tuple(plan.value for plan in Plan) == options.PLANS


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_an_action_takes_exactly_the_options_of_its_command(words: tuple[str, ...]) -> None:
    """The two are in different files, and type checkers do not look across."""
    name = "_".join(words).replace("-", "_")
    action = import_module(f"kubewitness.cli.actions.{name}")
    taken = inspect.signature(action.run).parameters
    assert set(taken) == {one.name for one in COMMANDS[words].params}


def test_help_loads_neither_pulumi_nor_duckdb_nor_pyarrow_nor_pydantic() -> None:
    """They take up to two seconds."""
    calls = [["--help"], *([*words, "--help"] for words in COMMANDS)]
    code = f"""
import sys
from kubewitness.cli import cli
for call in {calls!r}:
    cli.main(call, standalone_mode=False)
heavy = {{"pulumi", "duckdb", "pyarrow", "pydantic"}} & sys.modules.keys()
sys.exit(f"loaded: {{heavy}}" if heavy else 0)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage: ") == len(calls)


def test_the_help_names_what_the_product_is_for(capsys: pytest.CaptureFixture[str]) -> None:
    """All four."""
    _, out, _ = run(capsys, "--help")
    assert all(verb in out for verb in ("provision", "enforce", "prove", "investigate"))


def test_every_command_that_has_formats_can_write_to_a_file() -> None:
    """With the same option."""
    for words, command in COMMANDS.items():
        names = {name for one in command.params for name in one.opts}
        assert "--format" not in names or "--output" in names, words


@pytest.mark.parametrize(
    "words",
    [
        ("hunt", LOG, "--rule", "pod-exec"),
        ("coverage", EXAMPLES / "quickstart", "--rule", "pod-exec", "--python", sys.executable),
        ("ingest", LOG, "--store", "some.store"),
        ("seal", "create", LOG),
    ],
    ids=lambda words: words[0],
)
@pytest.mark.parametrize("format_", ["table", "json"])
def test_a_result_goes_to_the_file_and_not_to_standard_output(
    words: tuple[str | Path, ...],
    format_: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As it would be printed."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / LOG.name).write_bytes(LOG.read_bytes())
    local = [LOG.name if word == LOG else word for word in words]
    code, out, _ = run(capfd, *local, "--format", format_, "--output", "result")
    assert code in {ExitCode.OK, ExitCode.VIOLATION}
    assert out == ""
    text = (tmp_path / "result").read_text("utf-8")
    assert json.loads(text) if format_ == "json" else text


def test_a_renamed_option_is_answered_with_its_new_name(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With exit code 2, as every wrong option; a name that never was has none."""
    code, out, err = run(capsys, "query", "@", "--now", "now")
    assert (code, out) == (ExitCode.USAGE, "")
    assert "No such option: --now; it is called --as-of now\n" in err
    code, _, err = run(capsys, "query", "@", "--zzz")
    assert code == ExitCode.USAGE
    assert "is called" not in err


def test_every_new_name_is_an_option() -> None:
    """And no old name is."""
    names = {name for command in COMMANDS.values() for one in command.params for name in one.opts}
    assert set(options.RENAMED.values()) <= names
    assert not options.RENAMED.keys() & names


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("aks-audit-log", "no policy is called `aks-audit-log`; did you mean `aks-audit-logs`"),
        ("zzz", "no policy is called `zzz`; policies: aks-admin-credentials, "),
        ("pod-exec", "`pod-exec` is a detection and not a policy: `kubewitness hunt --rule pod-"),
    ],
)
def test_a_name_that_is_not_a_policys_is_explained(
    name: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Policies and detections are easily confused."""
    code, out, err = run(capsys, "check", "--explain", name)
    assert (code, out) == (ExitCode.USAGE, "")
    assert said in err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_line_of_the_docs_prints_a_completion(
    shell: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """For each shell that the page names; bash is not asked for its version."""
    monkeypatch.setattr("click.shell_completion.BashComplete._check_version", lambda *_: None)
    monkeypatch.setenv("_KUBEWITNESS_COMPLETE", f"{shell}_source")
    assert f"{shell}_source" in INSTALL
    code, out, _ = run(capsys)
    assert code == 0
    assert "_KUBEWITNESS_COMPLETE" in out


def test_a_pipe_and_a_file_get_the_documented_width(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever the terminal has: what a script reads is the same everywhere."""
    write_drawn(lambda console: console.print(console.width))
    assert capsys.readouterr().out == f"{PIPE_WIDTH}\n"
    assert stdout_console().width == PIPE_WIDTH
    assert f"{PIPE_WIDTH} columns" in INSTALL


def test_a_terminal_gets_its_own_width(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines do not wrap twice."""

    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("COLUMNS", "77")
    monkeypatch.setattr(sys, "stdout", Terminal())
    widths: list[int] = []
    write_drawn(lambda console: widths.append(console.width))
    assert widths == [77]
    assert stdout_console().width == 77


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """With its path."""
    target = tmp_path / "no" / "result"
    with pytest.raises(InputError, match="no/result: cannot be written: "):
        write_drawn(lambda console: console.print("text"), target)
