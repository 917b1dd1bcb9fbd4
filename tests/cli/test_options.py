"""What the commands have in common: options, help, where results go."""

import inspect
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
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


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_each_command_lists_its_exit_codes(words: tuple[str, ...]) -> None:
    """In the order in which they apply; success is the last."""
    epilog = COMMANDS[words].epilog or ""
    codes = [int(code) for code in re.findall(r"^ +(\d+)  \S", epilog, re.MULTILINE)]
    assert codes == [code for code in ExitCode if code in codes]
    assert codes[-1] == ExitCode.OK
    assert len(codes) > 1


def cpu_seconds(*arguments: str) -> float:
    """Return the least CPU time that Python took for this in three runs."""
    taken = []
    for _ in range(3):
        before = os.times()
        subprocess.run([sys.executable, *arguments], stdout=subprocess.DEVNULL, check=True)
        after = os.times()
        user = after.children_user - before.children_user
        taken.append(user + after.children_system - before.children_system)
    return min(taken)


def test_help_takes_at_most_four_times_as_long_as_the_import_of_click() -> None:
    """For each command, in CPU time."""
    click_alone = cpu_seconds("-c", "import click")
    for words in COMMANDS:
        assert cpu_seconds("-m", "kubewitness", *words, "--help") <= 4 * click_alone, words


@pytest.mark.parametrize(
    ("words", "meant"),
    [(("chekc",), "check"), (("hunting",), "hunt"), (("seal", "verfy"), "verify")],
)
def test_a_misspelt_command_gets_a_suggestion(
    words: tuple[str, ...], meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2."""
    code, out, err = run(capsys, *words)
    assert (code, out) == (ExitCode.USAGE, "")
    assert f"Did you mean '{meant}'?" in err


def having(option: str) -> set[str]:
    """Return the commands that have an option."""
    return {
        " ".join(words)
        for words, command in COMMANDS.items()
        if any(option in one.opts for one in command.params)
    }


def test_the_same_options_are_everywhere_where_they_apply() -> None:
    """What reads logs for a question has a period and the present; what can take long shows it."""
    asking = {"query", "hunt", "timeline", "access"}
    for option in ("--since", "--until", "--as-of"):
        assert having(option) - {"ingest"} == asking, option
    slow = {"check", "coverage", "ingest", "audit-policy diff"}
    assert having("--no-pager") == asking - {"hunt"}
    assert having("--no-progress") == {*asking, *slow}
    assert having("--output") == having("--format") | {"import-sigma"}


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
    set_terminal(monkeypatch)
    monkeypatch.setenv("COLUMNS", "77")
    widths: list[int] = []
    write_drawn(lambda console: widths.append(console.width))
    assert widths == [77]
    assert stdout_console().width == 77


class Terminal(StringIO):
    """A terminal that keeps what it shows."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """Return what a terminal returns."""
        return True


def set_terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    """Make a terminal with colors the standard output."""
    shown = Terminal()
    monkeypatch.setattr(sys, "stdout", shown)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    return shown


def test_a_terminal_has_colors_unless_no_color_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """https://no-color.org; the worst severity is red."""
    terminal = set_terminal(monkeypatch)
    write_drawn(lambda console: console.print("HIGH", style="bold red"))
    assert "\x1b[1;31m" in terminal.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    terminal.truncate(0)
    write_drawn(lambda console: console.print("HIGH", style="bold red"))
    assert "31m" not in terminal.getvalue()


@pytest.mark.parametrize("paged", [True, False])
def test_a_pager_gets_the_result_only_where_it_is_asked_for(
    paged: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With colors, and as wide as the terminal; `less` ends at once if all fits on the screen."""
    terminal, pager = set_terminal(monkeypatch), StringIO()
    monkeypatch.setattr("click.get_pager_file", lambda: nullcontext(pager))
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setenv("COLUMNS", "77")
    monkeypatch.delenv("LESS", raising=False)
    write_drawn(lambda console: console.print(f"[red]{console.width}"), paged=paged)
    got = pager if paged else terminal
    assert got.getvalue() == "\x1b[1;31m77\x1b[0m\n"
    assert bool(terminal.getvalue()) is not paged
    assert os.environ.get("LESS") == ("-FRX" if paged else None)


def test_no_pager_starts_where_it_could_not_read_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Colors stay."""
    terminal = set_terminal(monkeypatch)
    monkeypatch.setattr("click.get_pager_file", lambda: pytest.fail("a pager was started"))
    for stdin in (StringIO(), None):
        monkeypatch.setattr(sys, "stdin", stdin)
        write_drawn(lambda console: console.print("HIGH", style="red"), paged=True)
    assert terminal.getvalue() == 2 * "\x1b[31mHIGH\x1b[0m\n"


def test_a_pipe_and_a_file_get_no_pager(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a script reads is the result itself."""
    monkeypatch.setattr("click.get_pager_file", lambda: pytest.fail("a pager was started"))
    write_drawn(lambda console: console.print("text"), paged=True)
    write_drawn(lambda console: console.print("text"), tmp_path / "result", paged=True)
    assert capsys.readouterr().out == (tmp_path / "result").read_text("utf-8") == "text\n"


def test_a_file_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    """With its path."""
    target = tmp_path / "no" / "result"
    with pytest.raises(InputError, match="no/result: cannot be written: "):
        write_drawn(lambda console: console.print("text"), target)
