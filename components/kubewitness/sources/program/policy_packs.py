"""Other people's policy packs on an offline preview, over the Analyzer protocol.

A pack runs in a process of its own, exactly as the engine runs it. Each resource is remediated by
every pack in turn, then judged; at the end each pack judges the stack.
"""

import json
import os
import queue
import subprocess
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import grpc
from google.protobuf import empty_pb2
from pulumi.runtime.proto import analyzer_pb2, analyzer_pb2_grpc

from kubewitness.documents.reader import read_yaml
from kubewitness.errors import InputError
from kubewitness.graph.resources import Origin
from kubewitness.sources.loaded import Violation
from kubewitness.sources.program import wire
from kubewitness.sources.program.interpreter import find_interpreter
from kubewitness.sources.program.project import Project, split_runtime
from kubewitness.sources.program.registration import PROVIDERS, Registration

START_SECONDS: Final = 60
CALL_SECONDS: Final = 120


class PolicyPack:
    """One running policy pack.

    Args:
        folder: the folder that holds `PulumiPolicy.yaml`.
        project: the program that is checked, for the pack's environment.

    Raises:
        InputError: the folder is not a pack in Python, or the pack does not start.
    """

    def __init__(self, folder: Path, project: Project) -> None:
        self.folder = folder
        document = _pack_document(folder)
        runtime, options = split_runtime(document.get("runtime"))
        if runtime != "python":
            raise InputError(
                f"{folder}: a policy pack with runtime `{runtime}` cannot run on an offline "
                "preview; run it with `pulumi preview --policy-pack`"
            )
        python = find_interpreter(folder, options, "pulumi_policy")
        self._process = _start(python, folder, project)
        try:
            self._analyzer = _connect(self._process, folder)
            self.name = self._configure()
        except BaseException:
            self.close()
            raise

    def _configure(self) -> str:
        """Give each policy its own level and defaults, for none given would mean advisory."""
        info = self._analyzer.GetAnalyzerInfo(empty_pb2.Empty(), timeout=CALL_SECONDS)
        configuration = {
            policy.name: _policy_configuration(policy, info.initialConfig)
            for policy in info.policies
        }
        self._analyzer.Configure(
            analyzer_pb2.ConfigureAnalyzerRequest(policyConfig=configuration),
            timeout=CALL_SECONDS,
        )
        return str(info.name)

    def remediate(self, registration: Registration) -> None:
        """Replace the properties by what the pack's remediations make of them."""
        response = self._analyzer.Remediate(_request(registration), timeout=CALL_SECONDS)
        for remediation in response.remediations:
            if remediation.HasField("properties"):
                registration.properties = wire.decode(remediation.properties)

    def analyze(self, registration: Registration) -> list[Violation]:
        """Judge one resource by its inputs."""
        response = self._analyzer.Analyze(_request(registration), timeout=CALL_SECONDS)
        return self._violations(response, registration.urn)

    def analyze_stack(self, registrations: Iterable[Registration]) -> list[Violation]:
        """Judge the stack; what is only read never reaches a pack, as in the engine."""
        request = analyzer_pb2.AnalyzeStackRequest(
            resources=[_stack_resource(r) for r in registrations if r.origin is not Origin.READ]
        )
        response = self._analyzer.AnalyzeStack(request, timeout=CALL_SECONDS)
        return self._violations(response, "")

    def _violations(self, response: Any, urn: str) -> list[Violation]:
        return [
            Violation(
                pack=self.name,
                policy=diagnostic.policyName,
                level="advisory"
                if diagnostic.enforcementLevel == analyzer_pb2.ADVISORY
                else "mandatory",
                urn=diagnostic.urn or urn,
                message=diagnostic.message,
            )
            for diagnostic in response.diagnostics
        ]

    def close(self) -> None:
        """End the pack's process."""
        self._process.kill()
        self._process.communicate()


class PolicyPacks:
    """All packs of one preview; a reviewer for the monitor.

    Args:
        folders: the packs, in the order in which they remediate.
        project: the program that is checked.

    Attributes:
        violations: everything reported so far.
        faults: packs that failed to answer, which must not count as passed.
    """

    def __init__(self, folders: Iterable[Path], project: Project) -> None:
        self._packs: list[PolicyPack] = []
        self._lock = threading.Lock()
        self.violations: list[Violation] = []
        self.faults: list[str] = []
        try:
            for folder in folders:
                self._packs.append(PolicyPack(folder, project))
        except BaseException:
            self.close()
            raise

    def review(self, registration: Registration) -> None:
        """Remediate by every pack, then judge by every pack."""
        with self._lock:  # one resource at a time: packs are not promised to be thread-safe
            for pack in self._packs:
                self._guarded(pack, lambda pack=pack: pack.remediate(registration) or [])
            for pack in self._packs:
                self._guarded(pack, lambda pack=pack: pack.analyze(registration))

    def review_stack(self, registrations: Iterable[Registration]) -> None:
        """Judge the whole stack by every pack."""
        known = list(registrations)
        for pack in self._packs:
            self._guarded(pack, lambda pack=pack: pack.analyze_stack(known))

    def _guarded(self, pack: PolicyPack, call: Any) -> None:
        try:
            self.violations += call()
        except grpc.RpcError as error:
            detail = str(error.details()).splitlines()[0]
            self.faults.append(f"{pack.folder}: the policy pack failed: {detail}")

    def close(self) -> None:
        """End every pack's process."""
        for pack in self._packs:
            pack.close()


def _pack_document(folder: Path) -> dict[str, Any]:
    file = folder / "PulumiPolicy.yaml"
    if not file.is_file():
        raise InputError(f"{folder}: no `PulumiPolicy.yaml`, so this is not a policy pack")
    return read_yaml(file).mapping()


def _start(python: Path, folder: Path, project: Project) -> "subprocess.Popen[str]":
    environment = {
        **os.environ,
        "PULUMI_PROJECT": project.name,
        "PULUMI_STACK": project.stack,
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_DRY_RUN": "true",
        "PULUMI_CONFIG": json.dumps(project.configuration.values),
    }
    return subprocess.Popen(
        [str(python), "-u", "__main__.py", "127.0.0.1:0"],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )


def _connect(process: "subprocess.Popen[str]", folder: Path) -> analyzer_pb2_grpc.AnalyzerStub:
    """Connect to the port that a pack prints as its first line."""
    first: queue.Queue[str] = queue.Queue()

    def read() -> None:
        stdout = process.stdout
        first.put(stdout.readline() if stdout else "")
        for _ in stdout or ():  # keep the pipe from filling up
            pass

    threading.Thread(target=read, daemon=True).start()
    try:
        port = int(first.get(timeout=START_SECONDS))
    except (queue.Empty, ValueError):
        raise InputError(
            f"{folder}: the policy pack did not start; run `python __main__.py` in it to find "
            "the reason"
        ) from None
    channel = grpc.insecure_channel(f"127.0.0.1:{port}", options=wire.CHANNEL_OPTIONS)
    return analyzer_pb2_grpc.AnalyzerStub(channel)


def _policy_configuration(policy: Any, initial: Any) -> analyzer_pb2.PolicyConfig:
    """Return a policy's level and settings, the pack's initial ones before the policy's own."""
    own = initial.get(policy.name)
    common = initial.get("all")
    given = own if own is not None else common
    properties = _defaults(policy)
    if own is not None:
        properties |= wire.decode(own.properties)
    return analyzer_pb2.PolicyConfig(
        enforcementLevel=policy.enforcementLevel if given is None else given.enforcementLevel,
        properties=wire.encode(properties),
    )


def _defaults(policy: Any) -> dict[str, Any]:
    """Return the defaults of a policy's schema, which the engine fills in and the SDK does not."""
    declared = wire.decode(policy.configSchema.properties)
    return {
        name: schema["default"]
        for name, schema in declared.items()
        if isinstance(schema, dict) and "default" in schema
    }


def _request(registration: Registration) -> analyzer_pb2.AnalyzeRequest:
    return analyzer_pb2.AnalyzeRequest(
        type=registration.type,
        properties=wire.encode(wire.flatten(registration.properties)),
        urn=registration.urn,
        name=registration.name,
        options=_options(registration),
        provider=_provider(registration),
    )


def _stack_resource(registration: Registration) -> analyzer_pb2.AnalyzerResource:
    return analyzer_pb2.AnalyzerResource(
        type=registration.type,
        properties=wire.encode(wire.flatten(registration.properties)),
        urn=registration.urn,
        name=registration.name,
        options=_options(registration),
        provider=_provider(registration),
        parent=registration.parent,
        dependencies=sorted(registration.dependencies),
        propertyDependencies={
            name: analyzer_pb2.AnalyzerPropertyDependencies(urns=sorted(urns))
            for name, urns in registration.property_dependencies.items()
        },
    )


def _provider(registration: Registration) -> analyzer_pb2.AnalyzerProviderResource | None:
    """Return the provider as the engine shows it: none for components and for providers."""
    if not registration.custom or registration.type.startswith(PROVIDERS):
        return None
    explicit = registration.provider
    if explicit is None:
        package = registration.type.partition(":")[0]
        return analyzer_pb2.AnalyzerProviderResource(type=PROVIDERS + package, name="default")
    return analyzer_pb2.AnalyzerProviderResource(
        type=explicit.type,
        properties=wire.encode(wire.flatten(explicit.properties)),
        urn=explicit.urn,
        name=explicit.name,
    )


def _options(registration: Registration) -> analyzer_pb2.AnalyzerResourceOptions:
    options = registration.options
    return analyzer_pb2.AnalyzerResourceOptions(
        protect=options.protect,
        ignoreChanges=options.ignore_changes,
        deleteBeforeReplace=options.delete_before_replace,
        deleteBeforeReplaceDefined=options.HasField("delete_before_replace"),
        additionalSecretOutputs=options.additional_secret_outputs,
        parent=registration.parent,
    )
