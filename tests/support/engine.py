"""Run the real Pulumi engine against the stand-in provider: no cloud, no account, no download."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any, TextIO

from support.paths import ROOT

PULUMI = shutil.which("pulumi")
PROGRAMS = (
    "pulumi",
    "pulumi-language-python",  # runs programs and policy packs
    "pulumi-language-python-exec",  # starts a program
    "pulumi-resource-pulumi-python",  # the provider that each Python program may ask for
)
MISSING_PROGRAMS = tuple(program for program in PROGRAMS if shutil.which(program) is None)
NEEDS_ENGINE = f"needs {', '.join(MISSING_PROGRAMS)} on PATH" if MISSING_PROGRAMS else ""

STACK = "dev"
Event = dict[str, Any]


@dataclass(frozen=True)
class Violation:
    """What one policy reported about one resource, or about the stack where it names none."""

    policy: str
    pack: str
    level: str
    urn: str
    message: str

    @property
    def name(self) -> str:
        """The name of the resource as the program gives it."""
        return self.urn.rpartition("::")[-1]


@dataclass(frozen=True)
class Outcome:
    """What a run of the engine came to: its exit code, what it printed, and its own events."""

    exit_code: int
    stdout: str
    stderr: str
    events: tuple[Event, ...] = field(default=(), repr=False)

    @property
    def violations(self) -> list[Violation]:
        """What the policies reported, in order; once an `up` is past its preview, only then."""
        return [_violation(found) for found in self._of_kind("policyEvent")]

    @property
    def mandatory(self) -> list[Violation]:
        """The violations that stop the run."""
        return [found for found in self.violations if found.level == "mandatory"]

    @property
    def remediations(self) -> list[Event]:
        """What remediating policies changed: `resourceUrn`, `policyName`, `before`, `after`."""
        return self._of_kind("policyRemediationEvent")

    @property
    def changes(self) -> Counter[str]:
        """How many resources were created, updated, deleted, replaced or left the same."""
        return Counter(*(found["resourceChanges"] for found in self._of_kind("summaryEvent")[-1:]))

    @property
    def errors(self) -> list[str]:
        """The errors of engine, program and provider; those before a start are in `stderr`."""
        found = self._of_kind("diagnosticEvent")
        return [entry["message"].strip() for entry in found if entry["severity"] == "error"]

    @property
    def document(self) -> Any:
        """What was printed, read as JSON."""
        return json.loads(self.stdout)

    def _of_kind(self, kind: str) -> list[Event]:
        return [event[kind] for event in self.events if kind in event]


class Engine:
    """The engine with a home, a backend and plugins of its own, all below one folder.

    `calls` tells what the stand-in was asked to do outside of previews. Policy packs are folders; a
    pack's settings go with it by position. `environment` is added to what each run inherits. A run
    that takes longer than `timeout` seconds is killed with all its processes and raises
    `TimeoutError`. The limit ends runs that hang: the longest run takes a minute on two idle cores.
    """

    def __init__(
        self, root: Path, providers: Sequence[str] = ("azure-native",), timeout: float = 900
    ) -> None:
        self.root, self.timeout = root.resolve(), timeout
        self.environment: dict[str, str] = {}
        self._log = self.root / "calls.jsonl"
        for folder in ("home", "state", "plugins"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for provider in providers:
            self._install(provider)

    @property
    def calls(self) -> list[Event]:
        """Each create, update, delete and invoke that was not part of a preview, in order."""
        return list(_json_lines(self._log.read_text("utf-8"))) if self._log.exists() else []

    def init_stack(
        self,
        program: Path,
        config: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
    ) -> Outcome:
        """Create the stack of a program. Its settings file is written beside the program."""
        plain = [f"--plaintext={key}={value}" for key, value in (config or {}).items()]
        secret = [f"--secret={key}={value}" for key, value in (secrets or {}).items()]
        outcome = self._run("stack", "init", STACK, cwd=program)
        if outcome.exit_code == 0 and (plain or secret):
            return self._run("config", "set-all", "--stack", STACK, *plain, *secret, cwd=program)
        return outcome

    def preview(
        self,
        program: Path,
        policy_packs: Sequence[Path] = (),
        pack_settings: Sequence[Mapping[str, Any]] = (),
        *,
        as_json: bool = False,
    ) -> Outcome:
        """Preview a program; `as_json` gives the steps as `document`."""
        packs = self._packs(policy_packs, pack_settings)
        return self._operate("preview", program, *packs, *(["--json"] if as_json else []))

    def up(
        self,
        program: Path,
        policy_packs: Sequence[Path] = (),
        pack_settings: Sequence[Mapping[str, Any]] = (),
        *,
        skip_preview: bool = False,
    ) -> Outcome:
        """Deploy a program."""
        packs = self._packs(policy_packs, pack_settings)
        skip = ["--skip-preview"] if skip_preview else []
        return self._operate("up", program, "--yes", *skip, *packs)

    def destroy(self, program: Path) -> Outcome:
        """Delete every resource of a program's stack."""
        return self._operate("destroy", program, "--yes", "--skip-preview")

    def refresh(self, program: Path) -> Outcome:
        """Read every resource of a program's stack again."""
        return self._operate("refresh", program, "--yes", "--skip-preview")

    def import_state(self, program: Path, state: Path) -> Outcome:
        """Take over a state that was exported before."""
        return self._run("stack", "import", "--stack", STACK, "--file", str(state), cwd=program)

    def import_file(self, program: Path, file: Path) -> Outcome:
        """Write the file that would import all that a preview would create."""
        return self._operate("preview", program, "--import-file", str(file))

    def import_resources(self, program: Path, file: Path) -> Outcome:
        """Take over resources that exist in the cloud."""
        arguments = ("--file", str(file), "--yes", "--protect=false", "--generate-code=false")
        return self._run("import", "--stack", STACK, *arguments, cwd=program)

    def generate_sdk(self, schema: Path, language: str, out: Path) -> Outcome:
        """Write the SDK of a component package in another language."""
        where = ("--language", language, "--out", str(out), "--local")
        return self._run("package", "gen-sdk", str(schema), *where, cwd=self.root)

    def export(self, program: Path) -> Outcome:
        """Export the state of a program's stack; it is the `document`."""
        return self._run("stack", "export", "--stack", STACK, cwd=program)

    def policy_analyze(
        self,
        state: Path,
        policy_packs: Sequence[Path],
        pack_settings: Sequence[Mapping[str, Any]] = (),
    ) -> Outcome:
        """Run policy packs on exported state, without a stack and without a program."""
        packs = self._packs(policy_packs, pack_settings)
        arguments = ("policy", "analyze", "--json", "--file", str(state.resolve()), *packs)
        outcome = self._run(*arguments, cwd=self.root)
        events = tuple(_json_lines(outcome.stdout))
        return Outcome(outcome.exit_code, outcome.stdout, outcome.stderr, events)

    def _operate(self, operation: str, program: Path, *arguments: str) -> Outcome:
        log = self.root / "events.jsonl"
        log.unlink(missing_ok=True)
        # Without the flag the engine wants the plugin of every provider SDK in the environment.
        common = ("--stack", STACK, "--event-log", str(log), "--skip-plugin-pre-install")
        outcome = self._run(operation, *common, *arguments, cwd=program)
        events = tuple(_json_lines(log.read_text("utf-8"))) if log.exists() else ()
        return Outcome(outcome.exit_code, outcome.stdout, outcome.stderr, events)

    def _packs(self, packs: Sequence[Path], settings: Sequence[Mapping[str, Any]]) -> list[str]:
        arguments = [f"--policy-pack={pack.resolve()}" for pack in packs]
        for index, values in enumerate(settings):
            path = self.root / f"pack-{index}.json"
            path.write_text(json.dumps(values), "utf-8")
            arguments.append(f"--policy-pack-config={path}")
        return arguments

    def _install(self, provider: str) -> None:
        # Any other version than the SDK's, and the engine goes looking for the right one.
        version = _sdk_version(provider)
        folder = self.root / "plugins" / provider
        _write_plugin(folder, provider, version)
        where = ("resource", provider, version, "--file", str(folder), "--reinstall")
        installed = self._run("plugin", "install", *where, cwd=self.root)
        if installed.exit_code:
            raise RuntimeError(f"cannot install the stand-in {provider}: {installed.stderr}")

    def _run(self, *arguments: str, cwd: Path) -> Outcome:
        if PULUMI is None or NEEDS_ENGINE:
            raise RuntimeError(NEEDS_ENGINE)
        command = [PULUMI, *arguments, "--non-interactive", "--color=never"]
        return _run_killable(command, cwd, self._all_environment(), self.timeout)

    def _all_environment(self) -> dict[str, str]:
        inherited = {key: value for key, value in os.environ.items() if key[:7] != "PULUMI_"}
        return {
            **inherited,
            "PULUMI_HOME": str(self.root / "home"),
            "PULUMI_BACKEND_URL": (self.root / "state").as_uri(),
            "PULUMI_CONFIG_PASSPHRASE": "stand-in",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_DEBUG_COMMANDS": "true",  # makes --event-log known
            "STAND_IN_LOG": str(self._log),
            **self.environment,
        }


def _sdk_version(provider: str) -> str:
    """The version of the provider's SDK; any will do where no SDK is installed to ask for one."""
    try:
        return metadata.version(f"pulumi-{provider}")
    except metadata.PackageNotFoundError:
        return "1.0.0"


def write_project(folder: Path, main_source: str, name: str = "program") -> Path:
    """Write a Pulumi program that runs in the environment of this interpreter."""
    return _write_python_folder(folder, "Pulumi.yaml", main_source, {"name": name})


def write_policy_pack(folder: Path, main_source: str) -> Path:
    """Write a policy pack that runs in the environment of this interpreter."""
    return _write_python_folder(folder, "PulumiPolicy.yaml", main_source, {})


def _write_python_folder(
    folder: Path, manifest: str, main_source: str, values: Mapping[str, str]
) -> Path:
    runtime = {"name": "python", "options": {"virtualenv": sys.prefix}}
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML, and quotes a path with a space or a colon.
    (folder / manifest).write_text(json.dumps({**values, "runtime": runtime}), "utf-8")
    (folder / "__main__.py").write_text(main_source, "utf-8")
    return folder


def _write_plugin(folder: Path, provider: str, version: str) -> None:
    # No PulumiPlugin.yaml: with one, the engine builds an environment for the plugin by pip.
    tests, python = shlex.quote(str(ROOT / "tests")), shlex.quote(sys.executable)
    program = folder / f"pulumi-resource-{provider}"
    folder.mkdir(parents=True, exist_ok=True)
    program.write_text(
        f"#!/bin/sh\nexport PYTHONPATH={tests} STAND_IN_VERSION={version}\n"
        f'exec {python} -P -m support.stand_in_provider "$@"\n',
        "utf-8",
    )
    program.chmod(0o755)


def _run_killable(
    command: Sequence[str], cwd: Path, environment: Mapping[str, str], timeout: float
) -> Outcome:
    # Files, not pipes: a process that outlives the engine would keep a pipe open.
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(
            command, cwd=cwd, env=environment, stdout=out, stderr=err, start_new_session=True
        )
        try:
            exit_code = process.wait(timeout)
        except subprocess.TimeoutExpired as late:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise TimeoutError(f"killed: {late}\n{_content(err)}") from late
        finally:
            _kill_session(process.pid)
        return Outcome(exit_code, _content(out), _content(err))


def _content(stream: TextIO) -> str:
    stream.seek(0)
    return stream.read()


def _kill_session(leader: int) -> None:
    # Plugins lead process groups of their own, but stay in the session of the engine.
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(ProcessLookupError, PermissionError):
            if os.getsid(int(entry.name)) == leader:
                os.kill(int(entry.name), signal.SIGKILL)


def _json_lines(text: str) -> Iterator[Event]:
    return (json.loads(line) for line in text.splitlines() if line.startswith("{"))


def _violation(event: Event) -> Violation:
    urn, message = event.get("resourceUrn", ""), event["message"].strip()
    level = event["enforcementLevel"]
    return Violation(event["policyName"], event["policyPackName"], level, urn, message)
