"""The HTTP requests of Log Analytics for which Microsoft's own client has no method.

Source: Azure docs, "Azure Monitor Log Analytics API" and "Query data in a Basic and Auxiliary
table". Requests go through the pipeline of Microsoft's client, with its sign-in and its retries.
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from kubewitness.azure.sign_in import REFUSED_CREDENTIALS, keep_quiet
from kubewitness.errors import InputError
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.core.rest import HttpRequest
    from azure.monitor.query import LogsQueryClient

SCHEME: Final = "log-analytics://"

NO_WORKSPACE: Final = (
    "no such workspace; name its Workspace ID, a GUID that the portal shows under Overview"
)
REFUSALS: Final = {
    401: REFUSED_CREDENTIALS,
    403: "not permitted; needs the role `Log Analytics Reader` on the workspace",
    404: NO_WORKSPACE,
}
"""By HTTP status: what any request meets."""

TIMED_OUT: Final = 504

LONGEST_QUERY: Final = 600
"""Seconds that the service lets a query run at most."""

_ATTEMPTS: Final = 10


def is_workspace_id(text: str) -> bool:
    """Return whether this can be a Workspace ID."""
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def require_workspace_id(word: str) -> str:
    """Return the Workspace ID in `log-analytics://WORKSPACE-ID`.

    Raises:
        InputError: there is none.
    """
    workspace = word.removeprefix(SCHEME).strip("/")
    if not is_workspace_id(workspace):
        raise InputError(f"{word}: {NO_WORKSPACE}")
    return workspace


def open_client(word: str, **options: Any) -> "LogsQueryClient":
    """Return Microsoft's client with whatever `DefaultAzureCredential` finds.

    Raises:
        InputError: the extra `kusto` is not installed.
    """
    identity = optional_import("azure.identity", "kusto", word)
    query = optional_import("azure.monitor.query", "kusto", word)
    keep_quiet()
    client: LogsQueryClient = query.LogsQueryClient(identity.DefaultAzureCredential(), **options)
    return client


def patient_policy(word: str) -> Any:
    """Return the retries of a client that reads for hours: it waits as long as the service asks.

    A query that timed out is not repeated, because it would time out again.
    """
    policies = optional_import("azure.core.pipeline.policies", "kusto", word)

    class PatientPolicy(policies.RetryPolicy):  # type: ignore[misc, name-defined] # of an extra
        def is_retry(self, settings: dict[str, Any], response: Any) -> bool:
            timed_out = response.http_response.status_code == TIMED_OUT
            return not timed_out and bool(super().is_retry(settings, response))

    return PatientPolicy(retry_total=_ATTEMPTS, retry_status=_ATTEMPTS, retry_read=0)


def search_request(workspace: str, text: str, start: datetime, end: datetime) -> "HttpRequest":
    """Return the request of a query on a table of the plan Basic or Auxiliary.

    The period is in the URL; a condition in the text would not restrict what is scanned.
    """
    return _request(workspace, "search", {"query": text}, {"timespan": _timespan(start, end)})


def query_request(workspace: str, text: str, start: datetime, end: datetime) -> "HttpRequest":
    """Return the request of a query on tables of the plan Analytics."""
    return _request(workspace, "query", {"query": text, "timespan": _timespan(start, end)}, {})


def _request(
    workspace: str, path: str, document: dict[str, str], parameters: dict[str, str]
) -> "HttpRequest":
    rest = optional_import("azure.core.rest", "kusto", SCHEME)
    request: HttpRequest = rest.HttpRequest(
        "POST", f"/workspaces/{workspace}/{path}", params=parameters, json=document
    )
    return request


def _timespan(start: datetime, end: datetime) -> str:
    return "/".join(
        time.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z" for time in (start, end)
    )
