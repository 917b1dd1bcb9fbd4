"""A Log Analytics workspace that is queried, and what its answers mean.

Source: Azure docs, "Azure Monitor Log Analytics API errors", "response format" and "Timeouts".
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from kubewitness.azure.kusto_errors import innermost
from kubewitness.azure.sign_in import REFUSED_CREDENTIALS
from kubewitness.logs.inputs.log_analytics_api import (
    LONGEST_QUERY,
    REFUSALS,
    SCHEME,
    TIMED_OUT,
    query_request,
    search_request,
)
from kubewitness.logs.inputs.queried_tables import Page, TooMuchError, UnavailableError
from kubewitness.logs.inputs.spans import Span
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.core.rest import HttpRequest, HttpResponse
    from azure.monitor.query import LogsQueryClient

_MOST_ROWS: Final = 500_000
"""Rows in an answer at most; an answer with so many may not be whole."""

_OK: Final = 200
_NO_CONTENT: Final = 204
FORBIDDEN: Final = 403
_NO_SUCH_NAME: Final = "SEM0100"
_HINTS: Final = {
    429: "still throttled after every attempt; try again later",
    502: "the service is overloaded; try again later",
    503: "the service is overloaded; try again later",
}


class QueryRefusedError(UnavailableError):
    """The service refuses a query: with the HTTP status, 0 without an answer."""

    def __init__(self, reason: str, status: int = 0) -> None:
        super().__init__(reason)
        self.status = status


class _NoTableError(UnavailableError):
    """The workspace does not show a table."""


@dataclass(frozen=True)
class QueriedWorkspace:
    """A workspace that is queried.

    Attributes:
        workspace_id: its GUID.
        client: that queries.
    """

    workspace_id: str
    client: "LogsQueryClient"

    def page(self, text: str, table: str, span: Span, *, is_searched: bool = False) -> Page:
        """Return the answer to a query.

        Args:
            table: that it reads.
            is_searched: whether the plan of the table is Basic or Auxiliary.

        Raises:
            TooMuchError: the answer is not whole.
            UnavailableError: there is no answer.
        """
        make = search_request if is_searched else query_request
        response = self._send(make(self.workspace_id, text, span.start, span.end))
        if response.status_code == _NO_CONTENT:
            return Page()
        document = _document(response)
        if response.status_code == TIMED_OUT:
            raise TooMuchError(f"the query took more than {LONGEST_QUERY // 60} minutes")
        if response.status_code != _OK:
            raise _refused(response.status_code, document, table)
        return _page(document)

    def _send(self, request: "HttpRequest") -> "HttpResponse":
        exceptions = optional_import("azure.core.exceptions", "kusto", SCHEME)
        # An answer of some minutes ago would leave out rows that have arrived since.
        request.headers.update({"Prefer": f"wait={LONGEST_QUERY}", "Cache-Control": "no-cache"})
        try:
            return self.client.send_request(
                request, read_timeout=LONGEST_QUERY + 30, retry_on_methods=frozenset({"POST"})
            )
        except exceptions.ClientAuthenticationError:
            raise QueryRefusedError(REFUSED_CREDENTIALS) from None
        except exceptions.ServiceResponseError:
            raise TooMuchError("the answer did not arrive") from None
        except exceptions.AzureError:
            raise QueryRefusedError("cannot be reached; check the network") from None

    def read(self, text: str, table: str, span: Span, *, is_searched: bool, is_there: bool) -> Page:
        """Return a page of a table, no rows where there is no such table.

        Args:
            is_there: whether the table exists, or may: then one that is not shown is not permitted.
        """
        try:
            return self.page(text, table, span, is_searched=is_searched)
        except _NoTableError:
            if is_there:
                reason = f"the workspace does not show the table {table}; {REFUSALS[FORBIDDEN]}"
                raise UnavailableError(reason) from None
            return Page()


def _document(response: "HttpResponse") -> dict[str, Any]:
    try:
        document = response.json()
    except ValueError:
        return {}
    return document if isinstance(document, dict) else {}


def _refused(status: int, document: dict[str, Any], table: str) -> UnavailableError:
    error = document.get("error")
    reason = innermost(error) if isinstance(error, dict) else ""
    if _NO_SUCH_NAME in str(error) and f"'{table}'" in reason:
        return _NoTableError(reason)
    known = REFUSALS.get(status) or _HINTS.get(status)
    return QueryRefusedError(known or reason or f"the service answers {status}", status)


def _page(document: dict[str, Any]) -> Page:
    tables = document.get("tables")
    if not isinstance(tables, list) or not tables:
        raise UnavailableError("the service answers without a table; try again later")
    page = Page([column["name"] for column in tables[0]["columns"]], tables[0]["rows"])
    if document.get("error"):
        raise TooMuchError(f"only a part of the rows arrived: {innermost(document['error'])}", page)
    if len(page.rows) >= _MOST_ROWS:
        raise TooMuchError(f"the answer has {_MOST_ROWS:,} rows, which is the most", page)
    return page
