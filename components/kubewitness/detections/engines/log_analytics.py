"""Runs detections on a Log Analytics workspace, through Microsoft's own client.

Source: Azure docs, "Azure Monitor Log Analytics API" and "Azure Monitor Query client library for
Python". Tables of the Basic plan are asked at `/search`, which the client has no method for: the
request goes through its own pipeline, with its sign-in and its retries.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from kubewitness.azure.kusto_errors import innermost
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import DetectionFailedError
from kubewitness.detections.engines.cloud import (
    CloudOptions,
    Plan,
    asks_now,
    choose_tables,
    finding_values,
    only_a_part,
    query_text,
    refusals,
    tables_query,
)
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import Tables, used_parsers
from kubewitness.errors import InputError
from kubewitness.logs.inputs.log_analytics_api import (
    REFUSALS,
    SCHEME,
    open_client,
    require_workspace_id,
    search_request,
)
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.monitor.query import LogsQueryClient, LogsTable

_TIMEOUT: Final = 300
"""Seconds for a query; the service's default is 180 and its most 600."""

_Answer = tuple[Sequence["LogsTable"], str | None]
"""Tables, and why they are not whole; None if they are."""

_TRANSIENT: Final = {
    429: "too many queries at once; wait a minute, or hunt with fewer detections by --rule",
    502: "the service is overloaded; look at a shorter period with --since and --until",
    503: "the service is overloaded; try again later",
    504: "it took too long; look at a shorter period with --since and --until",
}


class LogAnalyticsEngine:
    """Runs detections on a workspace.

    Args:
        workspace: its Workspace ID.

    Raises:
        InputError: the workspace cannot be asked, or the options contradict each other.
    """

    def __init__(
        self,
        client: "LogsQueryClient",
        workspace: str,
        detections: Sequence[Detection],
        options: CloudOptions,
    ) -> None:
        self._client = client
        self._workspace = workspace
        self._options = options
        self._span = options.span()
        self._tables = options.tables or self._find_tables()
        self._refused = refusals(detections, self._tables, options)
        for detection in detections if options.now else ():
            if asks_now(detection):
                self._refused.setdefault(detection.slug, []).append(_HAS_ITS_CLOCK)

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Return why it cannot run some of the detections, by their names."""
        return self._refused

    def run(self, detection: Detection) -> Iterator[Finding]:
        """Yield what a detection finds.

        Args:
            detection: one of those that were given and not refused.

        Raises:
            DetectionFailedError: this detection fails, or its result is not whole.
            InputError: the workspace cannot be asked any more.
        """
        text = query_text(detection, self._tables or Tables.AUDIT, self._options)
        basic = self._options.plan == Plan.BASIC and bool(used_parsers(detection.query))
        with _explained(self._name, detection.slug):
            tables, partial = self._search(text) if basic else self._query(text)
        for table in tables[:1]:
            for row in table.rows:
                yield Finding(
                    detection, finding_values(table.columns, table.columns_types, list(row))
                )
        if partial is not None:
            raise DetectionFailedError(f"{detection.slug}: {only_a_part(partial)}")

    @property
    def _name(self) -> str:
        return f"{SCHEME}{self._workspace}"

    def _find_tables(self) -> Tables | None:
        if self._options.plan == Plan.BASIC:
            raise InputError(
                f"{self._name}: use --tables to name the table that has the audit events, "
                "AKSAudit or AKSAuditAdmin: a table of the Basic plan cannot be detected"
            )
        with _explained(self._name, ""):
            tables, _ = self._query(tables_query())
        return choose_tables(str(row[0]) for table in tables for row in table.rows)

    def _query(self, text: str) -> _Answer:
        query = optional_import("azure.monitor.query", "kusto", self._name)
        found: Any = self._client.query_workspace(
            self._workspace,
            text,
            timespan=self._span,
            server_timeout=_TIMEOUT,
            read_timeout=_TIMEOUT + 30,
        )
        if isinstance(found, query.LogsQueryPartialResult):
            return found.partial_data or [], str(getattr(found.partial_error, "message", ""))
        return found.tables, None

    def _search(self, text: str) -> _Answer:
        request = search_request(self._workspace, text, *self._span)
        response = self._client.send_request(request, read_timeout=_TIMEOUT + 30)
        response.raise_for_status()
        document = response.json()
        partial = document.get("error")
        tables = [_table(table) for table in document.get("tables", [])]
        return tables, None if partial is None else innermost(partial)


def _table(table: dict[str, Any]) -> "LogsTable":
    query = optional_import("azure.monitor.query", "kusto", table["name"])
    found: LogsTable = query.LogsTable(
        name=table["name"],
        columns=[column["name"] for column in table["columns"]],
        columns_types=[column["type"] for column in table["columns"]],
        rows=table["rows"],
    )
    return found


_HAS_ITS_CLOCK: Final = "asks now(), and Log Analytics has a clock of its own; leave --as-of away"


def open_log_analytics(
    word: str, detections: Sequence[Detection], options: CloudOptions
) -> LogAnalyticsEngine:
    """Open `log-analytics://WORKSPACE-ID` with whatever `DefaultAzureCredential` finds.

    Raises:
        InputError: the extra `kusto` is not installed, or the workspace cannot be asked.
    """
    workspace = require_workspace_id(word)
    return LogAnalyticsEngine(open_client(word), workspace, detections, options)


@contextmanager
def _explained(name: str, slug: str) -> Iterator[None]:
    """Turn errors of the client into faults; only those about KQL keep their own words."""
    exceptions = optional_import("azure.core.exceptions", "kusto", name)
    try:
        yield
    except exceptions.ServiceRequestError:
        raise InputError(f"{name}: cannot be reached; check the network") from None
    except exceptions.ServiceResponseError:
        raise DetectionFailedError(f"{slug or name}: {_TRANSIENT[504]}") from None
    except exceptions.HttpResponseError as error:
        # There is no answer where there are no credentials to ask with.
        status = error.status_code or 401
        if status in REFUSALS or not slug:
            raise InputError(f"{name}: {REFUSALS.get(status) or _reason(error)}") from None
        raise DetectionFailedError(f"{slug}: {_TRANSIENT.get(status) or _reason(error)}") from None


def _reason(error: Any) -> str:
    """Return the error that the service reports for a query."""
    said = {
        "message": getattr(error.error, "message", None),
        "innererror": getattr(error.error, "innererror", None),
    }
    return innermost(said) or f"the service answers {error.status_code}"
