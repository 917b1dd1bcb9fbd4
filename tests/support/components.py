"""Components run under Pulumi's mocks, and what they made."""

import asyncio
import base64
import runpy
from collections.abc import Callable
from functools import partial
from typing import Any

import pulumi
import pytest
import yaml
from pulumi.runtime.mocks import MockMonitor
from pulumi.runtime.stack import run_pulumi_func

from kubewitness import SecureAksCluster
from support.paths import EXAMPLES

SUBSCRIPTION = "/subscriptions/99999999-8888-7777-6666-555555555555"


GROUP = "11111111-2222-3333-4444-555555555555"


USER = "22222222-3333-4444-5555-666666666666"


CLUSTER = f"{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c"


VALID: dict[str, Any] = {
    "resource_group_name": "group",
    "cluster_admins": {"group_object_ids": [GROUP]},
    "api_access": {"private": True},
}


CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIC\n-----END CERTIFICATE-----\n"


PRIVATE_KEY = "-----BEGIN PRIVATE KEY-----\nMIIC\n-----END PRIVATE KEY-----\n"


def encoded(text: str) -> str:
    """Return text in base64."""
    return base64.b64encode(text.encode()).decode()


def azure_kubeconfig(**cluster: str) -> str:
    """Return a kubeconfig as Azure might: full of secrets."""
    server = {
        "server": "https://prod-1.hcp.westeurope.azmk8s.io:443",
        "certificate-authority-data": encoded(CERTIFICATE),
        **cluster,
    }
    secrets = {
        "token": "secret-token",
        "password": "secret-password",
        "client-key-data": encoded(PRIVATE_KEY),
    }
    return encoded(
        yaml.safe_dump(
            {
                "clusters": [{"name": "prod", "cluster": server}],
                "users": [{"name": "clusterAdmin", "user": secrets}],
                "contexts": [{"name": "x", "context": {"cluster": "prod", "user": "clusterAdmin"}}],
            }
        )
    )


class Azure(pulumi.runtime.Mocks):
    """Gives every resource an id and answers the one call that the components make."""

    def __init__(self, *, ids_known: bool) -> None:
        self.ids_known = ids_known
        self.calls: list[pulumi.runtime.MockCallArgs] = []
        self.order: list[str] = []

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[Any, Any]]:
        """Return what Azure would."""
        self.order.append(args.typ)
        outputs = {**args.inputs, "name": args.name}
        if args.typ == "azure-native:containerservice:ManagedCluster":
            # As an input this is a list, as an output a map.
            outputs["identity"] = {"type": args.inputs["identity"]["type"]}
            outputs["oidcIssuerProfile"] = {"enabled": True, "issuerURL": "https://issuer"}
        if args.typ == "azure-native:managedidentity:UserAssignedIdentity":
            outputs["principalId"] = USER
        path = args.typ.replace(":", "/")
        known = f"{SUBSCRIPTION}/resourceGroups/group/providers/{path}/{args.name}"
        if args.typ.endswith(":Subnet"):
            network = f"{SUBSCRIPTION}/resourceGroups/group/providers/Microsoft.Network"
            known = f"{network}/virtualNetworks/network/subnets/{args.name}"
        return known if self.ids_known else "", outputs

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[Any, Any], list[tuple[str, str]]]:
        """Return credentials."""
        self.order.append(args.token)
        self.calls.append(args)
        return {"kubeconfigs": [{"name": "clusterUser", "value": azure_kubeconfig()}]}, []


class Recorder(MockMonitor):
    """Keeps each registration, with its options."""

    def __init__(self, azure: pulumi.runtime.Mocks) -> None:
        super().__init__(azure)
        self.requests: list[Any] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802  # gRPC's name
        """Keep the request."""
        self.requests.append(request)
        return with_a_loop(super().RegisterResource, request)

    def Invoke(self, request: Any) -> Any:  # noqa: N802  # gRPC's name
        """Answer the call."""
        return with_a_loop(super().Invoke, request)


def with_a_loop(function: Callable[[Any], Any], request: Any) -> Any:
    """Call a method of Pulumi's mock monitor, which leaves a loop open in each of its threads."""
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        return function(request)
    finally:
        asyncio.set_event_loop(None)
        loop.close()


class Deployment:
    """What a program registered, and what it exported."""

    def __init__(self, program: Callable[[], Any], *, preview: bool = False) -> None:
        self.azure = Azure(ids_known=not preview)
        self.recorder = Recorder(self.azure)
        self.outputs: dict[str, Any] = {}
        _run(self.azure, self.recorder, lambda: self._watch(program()), preview=preview)

    def _watch(self, component: Any) -> None:
        for name in getattr(type(component), "__annotations__", ()):
            output: pulumi.Output[Any] = getattr(component, name)
            output.apply(partial(self.outputs.__setitem__, name))

    def all(self, kind: str) -> list[dict[str, Any]]:
        """Return the inputs of all resources of a kind, such as `AgentPool`."""
        return [
            pulumi.runtime.rpc.deserialize_properties(request.object)
            for request in self.requests(kind)
        ]

    def one(self, kind: str) -> dict[str, Any]:
        """Return the inputs of the only resource of a kind."""
        (only,) = self.all(kind)
        return only

    def requests(self, kind: str) -> list[Any]:
        """Return the registrations of all resources of a kind."""
        return [one for one in self.recorder.requests if one.type.endswith(f":{kind}")]

    def made(self) -> list[Any]:
        """Return the registrations of all resources, the stack aside."""
        return [one for one in self.recorder.requests if one.type != "pulumi:pulumi:Stack"]

    def kinds(self) -> set[str]:
        """Return the kinds of all resources, components and the stack aside."""
        own = {"SecureAksCluster", "AksAuditLogging", "Stack"}
        return {one.type.rsplit(":", 1)[1] for one in self.recorder.requests} - own


def run_under_mocks(
    mocks: pulumi.runtime.Mocks,
    program: Callable[[], dict[str, pulumi.Output[Any]]],
    *,
    preview: bool = False,
) -> dict[str, Any]:
    """Run a program as a unit test does, and return those of its outputs that became known."""
    found: dict[str, Any] = {}

    def watch() -> None:
        for name, output in program().items():
            output.apply(partial(found.__setitem__, name))

    # Where a test of the offline preview ran before, the SDK fills in unknown values.
    resolve = pulumi.runtime.rpc.resolve_outputs
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            pulumi.runtime.rpc, "resolve_outputs", getattr(resolve, "__wrapped__", resolve)
        )
        _run(mocks, Recorder(mocks), watch, preview=preview)
    return found


def _run(
    mocks: pulumi.runtime.Mocks, monitor: Recorder, program: Callable[[], None], *, preview: bool
) -> None:
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    pulumi.runtime.settings.ROOT.set(None)
    pulumi.runtime.settings.SETTINGS.outputs.clear()
    try:
        pulumi.runtime.set_mocks(mocks, preview=preview, monitor=monitor)
        loop.run_until_complete(run_pulumi_func(program))
    finally:
        asyncio.set_event_loop(None)
        loop.close()


def cluster(change: dict[str, Any] | None = None, *, preview: bool = False) -> Deployment:
    """Deploy a cluster named prod, with some arguments changed."""
    arguments: Any = {**VALID, **(change or {})}
    return Deployment(lambda: SecureAksCluster("prod", arguments), preview=preview)


def run_example(name: str, *, preview: bool = True) -> Deployment:
    """Run an example as Pulumi does, without any configuration; by default preview it."""

    def program() -> None:
        runpy.run_path(str(EXAMPLES / name / "__main__.py"), run_name="__main__")

    return Deployment(program, preview=preview)
