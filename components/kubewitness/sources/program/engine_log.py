"""The part of the engine that a program logs to, and what of it may be shown."""

from collections.abc import Iterable
from typing import Any, Final

from google.protobuf import empty_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc

from kubewitness.printable import printable
from kubewitness.sources.loaded import LogMessage

LONGEST_MESSAGE: Final = 2000
"""Characters of a message that are kept."""

_SHORTEST_SECRET: Final = 3
"""Pulumi's own log hides no shorter ones either, for they stand in any text."""

_LEVELS: Final = {engine_pb2.WARNING: "warning", engine_pb2.ERROR: "error"}


class EngineLog(engine_pb2_grpc.EngineServicer):
    """Takes what a program logs; warnings and errors are kept, the rest is its chatter."""

    def __init__(self) -> None:
        self._root = ""
        self._logged: dict[tuple[str, str], None] = {}

    def messages(self, secrets: Iterable[str] = ()) -> tuple[LogMessage, ...]:
        """Return warnings and errors in the order of logging, each once.

        Args:
            secrets: texts to hide. What a program computed from a secret cannot be known.
        """
        hidden = sorted((s for s in secrets if len(s) >= _SHORTEST_SECRET), key=len, reverse=True)
        found = (LogMessage(level, _shown(text, hidden)) for level, text in list(self._logged))
        return tuple(dict.fromkeys(found))

    def Log(self, request: Any, _context: Any = None) -> Any:  # noqa: N802 gRPC's name
        """Keep a warning or an error."""
        if request.severity in _LEVELS:
            self._logged[_LEVELS[request.severity], request.message] = None
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


def _shown(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, "[secret]")
    plain = "\n".join(map(printable, text.strip().split("\n")))
    return plain if len(plain) <= LONGEST_MESSAGE else plain[:LONGEST_MESSAGE] + "…"
