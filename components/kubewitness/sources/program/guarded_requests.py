"""Requests of a program that the monitor cannot answer: refused with a reason, never a crash."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

from kubewitness.errors import InputError
from kubewitness.hidden_secrets import HiddenSecrets


class GuardedRequests(grpc.ServerInterceptor):  # type: ignore[misc]  # grpc has no types
    """Notes each request that the monitor fails on.

    A program can send what no SDK sends. Half of its resources would then be missing, so the
    check must fail even if the program goes on.
    """

    def __init__(self) -> None:
        self._faults: dict[str, None] = {}

    def intercept_service(self, continuation: Callable[[Any], Any], details: Any) -> Any:
        """Wrap the method that answers a request."""
        handler = continuation(details)
        if handler is None or handler.unary_unary is None:
            return handler

        def answer(request: Any, context: Any) -> Any:
            try:
                return handler.unary_unary(request, context)
            except Exception as error:
                if context.code() is not None:
                    raise  # refused on purpose
                self._faults[_fault(details.method, error)] = None
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, _fault(details.method, error))

        return grpc.unary_unary_rpc_method_handler(
            answer, handler.request_deserializer, handler.response_serializer
        )

    def raise_for(self, folder: Path, hidden: HiddenSecrets) -> None:
        """Raise the requests that could not be answered, if any.

        Raises:
            InputError: with each of them.
        """
        if self._faults:
            raise InputError(*(hidden.message(f"{folder}: {fault}") for fault in self._faults))


def _fault(method: str, error: Exception) -> str:
    """Report the failed request, for an error report."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f" ({Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno})" if trace else ""
    name = method.rpartition("/")[2]
    return (
        f"the program sent a request `{name}` that cannot be read: "
        f"{type(error).__name__}: {error}{where}"
    )


class UnknownMethods(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Refuses methods that a newer SDK calls, with a reason."""

    def service(self, handler_call_details: Any) -> Any:
        """Return the handler of a method that has no other handler."""
        name = handler_call_details.method.rpartition("/")[2]

        def refuse(_request: Any, context: Any) -> None:
            # An SDK that can do without the method asks for this very status.
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED,
                f"the program's Pulumi SDK calls `{name}`, which this version of kubewitness "
                "does not support; update kubewitness, or use the previous release of the SDK",
            )

        return grpc.unary_unary_rpc_method_handler(refuse)
