"""The part of the engine that a program logs to, and what of it may be shown."""

from typing import Any, Final

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from kubewitness.hidden_secrets import HiddenSecrets
from kubewitness.sources.loaded import LogMessage

_LEVELS: Final = {engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}


class EngineLog(engine_pb2_grpc.EngineServicer):
    """Takes what a program logs; warnings and errors are kept, the rest is its chatter."""

    def __init__(self) -> None:
        self._root = ""
        self._logged: dict[tuple[str, str], str] = {}

    def messages(self, hidden: HiddenSecrets) -> tuple[LogMessage, ...]:
        """Return warnings and errors in the order of logging, each once, without secrets."""
        logged = list(self._logged.items())
        found = (LogMessage(level, hidden.message(text), urn) for (level, text), urn in logged)
        return tuple(dict.fromkeys(found))

    def Log(self, request: Any, _context: Any = None) -> Any:  # noqa: N802 gRPC's name
        """Keep a warning or an error."""
        if request.severity in _LEVELS:
            self._logged.setdefault((_LEVELS[request.severity], request.message), request.urn)
        return empty_pb2.Empty()

    def GetRootResource(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Return the URN of the stack resource."""
        return engine_pb2.GetRootResourceResponse(urn=self._root)

    def SetRootResource(self, request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Note the URN of the stack resource."""
        self._root = request.urn
        return engine_pb2.SetRootResourceResponse()

    def RequirePulumiVersion(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Ignore a demand on the version of the CLI, which is not used here."""
        return engine_pb2.RequirePulumiVersionResponse()

    def StartDebugging(self, _request: Any, _context: Any = None) -> Any:  # noqa: N802
        """Ignore a program that waits for a debugger: no debugger attaches here."""
        return empty_pb2.Empty()
