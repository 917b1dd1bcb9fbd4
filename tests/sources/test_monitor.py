"""The monitor speaks the whole protocol of the installed SDK."""

from types import SimpleNamespace
from typing import Any

import grpc
import pytest
from pulumi.runtime.proto import engine_pb2, resource_pb2

from kubewitness.sources.program.answers import Answers
from kubewitness.sources.program.engine_log import EngineLog
from kubewitness.sources.program.guarded_requests import UnknownMethods
from kubewitness.sources.program.monitor import Monitor
from support.in_process import PROJECT


@pytest.mark.parametrize(
    ("servicer", "protocol"),
    [
        (Monitor, resource_pb2.DESCRIPTOR.services_by_name["ResourceMonitor"]),
        (EngineLog, engine_pb2.DESCRIPTOR.services_by_name["Engine"]),
    ],
    ids=["ResourceMonitor", "Engine"],
)
def test_every_method_of_the_protocol_is_answered(servicer: type, protocol: Any) -> None:
    """A newer SDK that brings a method fails here, before a user's program does."""
    assert {method.name for method in protocol.methods} <= set(vars(servicer))


def test_a_method_that_is_not_known_yet_is_refused_with_what_to_do() -> None:
    """Its name, and that kubewitness is too old for the SDK."""

    class RefusedError(Exception):
        """What a call ends with."""

    class Context:
        """Keeps why a call ends."""

        def abort(self, code: grpc.StatusCode, details: str) -> None:
            raise RefusedError(code, details)

    called = SimpleNamespace(method="/pulumirpc.ResourceMonitor/Vanish")
    handler = UnknownMethods().service(called)
    with pytest.raises(RefusedError) as refused:
        handler.unary_unary(b"", Context())
    code, words = refused.value.args
    assert code is grpc.StatusCode.UNIMPLEMENTED
    assert "`Vanish`" in words
    assert "update kubewitness" in words


def test_whether_a_resource_exists_is_answered_or_unknown() -> None:
    """The SDK asks since its release 3.272."""
    monitor = Monitor(PROJECT, Answers(resources={"/known": {}}))
    known = monitor.ExistsResource(resource_pb2.ExistsResourceRequest(type="a:b:C", id="/known"))
    other = monitor.ExistsResource(resource_pb2.ExistsResourceRequest(type="a:b:C", id="/other"))
    assert (known.exists, known.unknown) == (True, False)
    assert (other.exists, other.unknown) == (False, True)
    assert monitor.unanswered == ["resource /other"]
