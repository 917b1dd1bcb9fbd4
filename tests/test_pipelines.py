"""The GitHub Action and the templates: the steps run as GitHub runs them, without GitHub."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from support.paths import ROOT
from support.states import state_resource, write_state

ACTION = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
BAD: dict[str, Any] = {"disableLocalAccounts": False}
BASH, GIT = shutil.which("bash") or "bash", shutil.which("git") or "git"
TEMPLATES = ROOT / "examples" / "pipelines"
PULL = {"pull_request": {"number": 7}}
EXPRESSION = re.compile(r"\$\{\{ *([\w.-]+) *\}\}")


class Comments(ThreadingHTTPServer):
    """Answers as GitHub's API of comments does, as far as the Action asks."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.comments: list[dict[str, Any]] = []
        self.writes: list[str] = []
        self.status = 200


class Handler(BaseHTTPRequestHandler):
    """One request."""

    server: Comments

    def do_GET(self) -> None:
        """List the comments of the pull request, a hundred a page."""
        page = int(re.search(r"&page=(\d+)$", self.path)[1])  # type: ignore[index]
        assert self.path.startswith("/repos/acme/infra/issues/7/comments?per_page=100&page=")
        self.answer(self.server.comments[(page - 1) * 100 : page * 100])

    def do_POST(self) -> None:
        """Add one."""
        assert self.path == "/repos/acme/infra/issues/7/comments"
        comment = {"id": len(self.server.comments), "user": {"type": "Bot"}, "body": self.body()}
        self.server.comments.append(comment)
        self.server.writes.append("POST")
        self.answer(comment)

    def do_PATCH(self) -> None:
        """Change one."""
        number = int(self.path.removeprefix("/repos/acme/infra/issues/comments/"))
        self.server.comments[number]["body"] = self.body()
        self.server.writes.append("PATCH")
        self.answer(self.server.comments[number])

    def body(self) -> str:
        """What was sent; GitHub returns line breaks as browsers send them."""
        assert self.headers["Authorization"] == "Bearer t0ken"
        text: str = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["body"]
        return text.replace("\n", "\r\n")

    def answer(self, document: object) -> None:
        """Answer with JSON."""
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(json.dumps(document).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 its name is given
        """Write nothing."""


@pytest.fixture
def api() -> Iterator[Comments]:
    """A server that stops by itself."""
    with Comments() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


@dataclass
class Outcome:
    """What the steps of one run left behind."""

    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Runner:
    """Runs the steps of the Action in a checkout, as a runner of GitHub does."""

    workspace: Path
    temp: Path
    api: Comments
    event: str = "pull_request"

    def run(self, **inputs: str) -> Outcome:
        """Run each step whose condition holds; a failure ends the job."""
        shutil.rmtree(self.temp, ignore_errors=True)
        self.temp.mkdir()
        (self.temp / "event.json").write_text(json.dumps(PULL), "utf-8")
        defaults = {name: one.get("default", "") for name, one in ACTION["inputs"].items()}
        given = {name.replace("_", "-"): value for name, value in inputs.items()}
        assert given.keys() <= defaults.keys()
        values = {f"inputs.{k}": v for k, v in {**defaults, **given, "install": "false"}.items()}
        values["inputs.token"] = "t0ken"
        outcome = Outcome()
        for step in ACTION["runs"]["steps"]:
            if self.holds(step.get("if", ""), values):
                code = self.step(step, values, outcome)
                for line in (self.temp / "output").read_text("utf-8").splitlines():
                    name, _, text = line.partition("=")
                    outcome.outputs[name] = values[f"steps.{step.get('id')}.outputs.{name}"] = text
                if code:
                    outcome.code = code
                    break
        outcome.summary = (self.temp / "summary").read_text("utf-8")
        return outcome

    def holds(self, condition: str, values: Mapping[str, str]) -> bool:
        """Evaluate the only form of condition that the Action has."""
        known = {**values, "github.event_name": self.event}
        parts = [part.split(" == ") for part in condition.split(" && ") if part]
        return all(known[left.strip()] == right.strip().strip("'") for left, right in parts)

    def step(self, step: Mapping[str, Any], values: Mapping[str, str], outcome: Outcome) -> int:
        """Run one script with GitHub's shell and environment files."""
        assert step["shell"] == "bash"
        assert not EXPRESSION.search(step["run"]), "an input in a script can be a command"
        script = self.temp / "script.sh"
        script.write_text(step["run"], "utf-8")
        for name in ("output", "summary"):
            (self.temp / name).touch()
        (self.temp / "output").write_text("", "utf-8")
        own = {
            name: EXPRESSION.sub(lambda found: values[found[1]], str(text))
            for name, text in step.get("env", {}).items()
        }
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
            "HOME": str(self.temp),
            "RUNNER_TEMP": str(self.temp),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_API_URL": f"http://127.0.0.1:{self.api.server_port}",
            "GITHUB_BASE_REF": "main" if self.event == "pull_request" else "",
            "GITHUB_EVENT_PATH": str(self.temp / "event.json"),
            "GITHUB_OUTPUT": str(self.temp / "output"),
            "GITHUB_REPOSITORY": "acme/infra",
            "GITHUB_STEP_SUMMARY": str(self.temp / "summary"),
            **own,
        }
        done = subprocess.run(
            [BASH, "--noprofile", "--norc", "-eo", "pipefail", script],
            cwd=self.workspace,
            env=environment,
            text=True,
            check=False,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        outcome.log += done.stdout
        return done.returncode


def git(folder: Path, *words: str) -> None:
    """Run git without the user's own settings."""
    settings = (
        "-c",
        "user.name=a",
        "-c",
        "user.email=a@b.example",
        "-c",
        "init.defaultBranch=main",
    )
    environment = {"PATH": os.environ["PATH"], "GIT_CONFIG_NOSYSTEM": "1", "HOME": str(folder)}
    subprocess.run([GIT, *settings, *words], cwd=folder, check=True, env=environment)


@pytest.fixture
def runner(tmp_path: Path, api: Comments) -> Runner:
    """A checkout of a branch whose target branch has no baseline."""
    origin, workspace = tmp_path / "origin", tmp_path / "workspace"
    write_state(origin, state_resource("aks", inputs=BAD))
    git(origin, "init", "--quiet")
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "Add a cluster")
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{origin}", "workspace")
    git(workspace, "checkout", "--quiet", "-b", "feature")
    return Runner(workspace, tmp_path / "temp", api)


def test_a_violation_fails_the_job_with_annotation_summary_comment_and_files(
    runner: Runner, api: Comments
) -> None:
    """All from one run of the check."""
    outcome = runner.run(source="state.json")
    assert outcome.code == 1
    assert outcome.outputs["exit-code"] == "1"
    assert re.search(
        r"^::error file=state.json,line=1,title=FAIL aks-local-accounts", outcome.log, re.MULTILINE
    )
    assert outcome.summary.strip() == api.comments[0]["body"].replace("\r\n", "\n")
    assert "aks&#45;local&#45;accounts" in outcome.summary
    assert json.loads(Path(outcome.outputs["sarif"]).read_text("utf-8"))["version"] == "2.1.0"
    assert Path(outcome.outputs["junit"]).read_text("utf-8").startswith("<?xml")


def test_a_second_run_on_an_unchanged_branch_comments_nothing_new(
    runner: Runner, api: Comments
) -> None:
    """The comment of the first run stays; another result changes it, in its place."""
    api.comments += [{"id": i, "user": {"type": "User"}, "body": "hello"} for i in range(100)]
    api.comments.append(
        {"id": 100, "user": {"type": "User"}, "body": "<!-- kubewitness: results -->\nforged"}
    )
    runner.run(source="state.json")
    outcome = runner.run(source="state.json")
    assert "the comment is up to date" in outcome.log
    assert api.writes == ["POST"]
    write_state(runner.workspace, state_resource("renamed", inputs=BAD))
    runner.run(source="state.json")
    assert api.writes == ["POST", "PATCH"]
    assert "renamed" in api.comments[101]["body"]
    assert api.comments[100]["body"].endswith("forged")


def test_a_baseline_passes_and_the_comment_lists_what_the_branch_adds_to_it(
    runner: Runner, api: Comments
) -> None:
    """The target branch has none of the entries, so that a reviewer sees all of them."""
    command = ["check", "state.json", "--write-baseline", "baseline.yaml"]
    python = [sys.executable, "-m", "kubewitness"]
    subprocess.run([*python, *command], cwd=runner.workspace, check=True, capture_output=True)
    outcome = runner.run(source="state.json", baseline="baseline.yaml")
    assert outcome.code == 0
    (comment,) = api.comments
    assert "## kubewitness: nothing new" in comment["body"]
    assert "### Added to the baseline by this change" in comment["body"]


def test_nothing_new_is_no_reason_for_a_comment(runner: Runner, api: Comments) -> None:
    """Once the target branch has the baseline."""
    command = ["check", "state.json", "--write-baseline", "baseline.yaml"]
    python = [sys.executable, "-m", "kubewitness"]
    origin = runner.workspace.parent / "origin"
    subprocess.run([*python, *command], cwd=origin, check=True, capture_output=True)
    git(origin, "add", ".")
    git(origin, "commit", "--quiet", "-m", "Add a baseline")
    git(runner.workspace, "pull", "--quiet", "--rebase", "origin", "main")
    outcome = runner.run(source="state.json", baseline="baseline.yaml")
    assert outcome.code == 0
    assert api.writes == []
    assert "Added to the baseline" not in outcome.summary


def test_a_token_that_may_not_write_is_a_warning(runner: Runner, api: Comments) -> None:
    """In a pull request from a fork; the result of the check still decides."""
    api.status = 403
    outcome = runner.run(source="state.json")
    assert outcome.code == 1
    assert "::warning::kubewitness: no comment was written: the API answers 403" in outcome.log
    assert "t0ken" not in outcome.log


def test_a_source_that_cannot_be_read_fails_the_job_and_the_comment_says_so(
    runner: Runner, api: Comments
) -> None:
    """Exit code 2; the other sources are reported."""
    outcome = runner.run(source="state.json\nmissing\n")
    assert outcome.code == 2
    assert "not everything could be checked" in api.comments[0]["body"]


def test_a_push_writes_no_comment_and_inputs_are_never_commands(
    runner: Runner, api: Comments
) -> None:
    """Names of branches and files are chosen by whoever opens a pull request."""
    runner.event = "push"
    hostile = "$(touch forged)`touch forged`;touch forged"
    outcome = runner.run(source=f"state.json\n{hostile}", stack=hostile)
    assert outcome.code == 2
    assert not (runner.workspace / "forged").exists()
    assert api.writes == []


@pytest.mark.parametrize("path", sorted(TEMPLATES.glob("*.yml")), ids=lambda path: path.name)
def test_every_command_of_a_template_is_one_that_the_product_has(path: Path) -> None:
    """And each option of it."""
    text = path.read_text("utf-8")
    assert yaml.safe_load(text)
    calls = re.findall(r"^\s*(?:- )?kubewitness (\w[\w-]*) ?((?:.*\\\n)*.*)$", text, re.MULTILINE)
    assert calls or path.name == "github.yml"  # it has the Action
    for command, rest in calls:
        done = subprocess.run(
            [sys.executable, "-m", "kubewitness", command, "--help"],
            capture_output=True,
            text=True,
            check=True,
        )
        for option in re.findall(r"(--[a-z-]+)", rest):
            assert option in done.stdout, (command, option)


def test_the_workflow_uses_inputs_and_outputs_that_the_action_has() -> None:
    """GitHub ignores an input that it does not know, with a warning only."""
    text = (TEMPLATES / "github.yml").read_text("utf-8")
    steps = yaml.safe_load(text)["jobs"]["check"]["steps"]
    (own,) = (step for step in steps if step.get("uses", "").startswith("kubewitness/"))
    assert own["with"].keys() <= ACTION["inputs"].keys()
    used = re.findall(rf"steps\.{own['id']}\.outputs\.([\w-]+)", text)
    assert used
    assert set(used) <= ACTION["outputs"].keys()


def test_the_hook_runs_a_command_that_the_product_has() -> None:
    """As pre-commit would, without file names."""
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    assert hook["pass_filenames"] is False
    words = hook["entry"].split()
    assert words[:2] == ["kubewitness", "check"]
    done = subprocess.run([sys.executable, "-m", *words, "--help"], check=True, capture_output=True)
    assert b"--no-progress" in done.stdout
