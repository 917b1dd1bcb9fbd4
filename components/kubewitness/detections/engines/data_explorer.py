"""Runs detections on a database of Azure Data Explorer or Fabric, through Microsoft's own client.

Source: Azure docs, "Kusto Python client library" and "Request properties".
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Final

from kubewitness.azure.kusto_errors import one_line
from kubewitness.catalog.audit_tables import TABLES
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines import DetectionFailedError
from kubewitness.detections.engines.cloud import (
    CloudOptions,
    choose_tables,
    finding_values,
    only_a_part,
    query_text,
    refusals,
    tables_query,
)
from kubewitness.detections.finding import Finding
from kubewitness.detections.parsers import Tables
from kubewitness.errors import InputError
from kubewitness.logs.inputs.data_explorer_api import (
    REFUSALS,
    UNAUTHORISED,
    UNREACHABLE,
    UNTRUSTED,
    open_database,
)
from kubewitness.optional_imports import optional_import

if TYPE_CHECKING:
    from azure.kusto.data import ClientRequestProperties, KustoClient
    from azure.kusto.data.response import KustoResponseDataSet

_THROTTLED: Final = (
    "too many queries at once; wait a minute, or hunt with fewer detections by --rule"
)


class DataExplorerEngine:
    """Runs detections on a database that has Azure's tables, with their columns.

    Raises:
        InputError: the database cannot be asked, or the options contradict each other.
    """

    def __init__(
        self,
        client: "KustoClient",
        database: str,
        detections: Sequence[Detection],
        options: CloudOptions,
    ) -> None:
        self._client = client
        self._database = database
        self._options = options
        self._condition = _within(*options.span())
        self._tables = options.tables or self._find_tables()
        self._refused = refusals(detections, self._tables, options)

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
            InputError: the database cannot be asked any more.
        """
        tables = self._tables or Tables.AUDIT
        conditions = dict.fromkeys((*TABLES, Tables.DIAGNOSTICS), self._condition)
        answer = self._ask(query_text(detection, tables, self._options, conditions), detection.slug)
        table = answer.primary_results[0]
        names = [column.column_name for column in table.columns]
        types = [column.column_type for column in table.columns]
        for row in table:
            yield Finding(detection, finding_values(names, types, list(row)))
        if answer.errors_count:
            reasons = one_line("; ".join(answer.get_exceptions()))
            raise DetectionFailedError(f"{detection.slug}: {only_a_part(reasons)}")

    def _find_tables(self) -> Tables | None:
        answer = self._ask(tables_query(self._condition), "")
        return choose_tables(str(row[0]) for row in answer.primary_results[0])

    def _ask(self, text: str, slug: str) -> "KustoResponseDataSet":
        with _explained(f"database {self._database}", slug):
            answer = self._client.execute_query(self._database, text, self._properties())
        # The client takes an only table for the primary one, whatever it is.
        if not any(table.table_kind == "PrimaryResult" for table in answer):
            raise DetectionFailedError(
                f"{slug or self._database}: the answer has no table; try again"
            )
        return answer

    def _properties(self) -> "ClientRequestProperties":
        data = optional_import("azure.kusto.data", "kusto", self._database)
        properties: ClientRequestProperties = data.ClientRequestProperties()
        properties.set_option("request_readonly", True)
        if self._options.now:
            properties.set_option("query_now", f"{self._options.now.isoformat()}Z")
        return properties


def open_data_explorer(
    word: str, detections: Sequence[Detection], options: CloudOptions
) -> DataExplorerEngine:
    """Open `adx://CLUSTER.REGION/DATABASE`, as `open_database` does.

    Raises:
        InputError: the extra `kusto` is not installed, or the database cannot be asked.
    """
    database = open_database(word)
    return DataExplorerEngine(database.client, database.name, detections, options)


def _within(start: datetime, end: datetime) -> str:
    times = [f"datetime({time:%Y-%m-%dT%H:%M:%S.%f}Z)" for time in (start, end)]
    return f"TimeGenerated >= {times[0]} and TimeGenerated < {times[1]}"


@contextmanager
def _explained(name: str, slug: str) -> Iterator[None]:
    """Turn errors of the client into faults; only those about KQL keep their own words."""
    azure = optional_import("azure.core.exceptions", "kusto", name)
    kusto = optional_import("azure.kusto.data.exceptions", "kusto", name)
    try:
        yield
    except (kusto.KustoAuthenticationError, azure.AzureError):
        raise InputError(f"{name}: {UNAUTHORISED}") from None
    except kusto.KustoClientInvalidConnectionStringException:
        raise InputError(f"{name}: {UNTRUSTED}") from None
    except kusto.KustoNetworkError:
        raise InputError(f"{name}: {UNREACHABLE}") from None
    except kusto.KustoThrottlingError:
        raise DetectionFailedError(f"{slug or name}: {_THROTTLED}") from None
    except kusto.KustoServiceError as error:
        status = getattr(error.http_response, "status_code", 0)
        if status in REFUSALS or not slug:
            fault = REFUSALS.get(status) or one_line(error.message_text)
            raise InputError(f"{name}: {fault}") from None
        raise DetectionFailedError(f"{slug}: {one_line(error.message_text)}") from None
