"""The tables of a Log Analytics workspace: plan and retention, and what was restored.

Sources: Azure REST API reference, "Tables - List By Workspace"; Azure docs, "Manage data retention
in a Log Analytics workspace", "Restore logs in Azure Monitor", "Run search jobs in Azure Monitor".
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final

from kubewitness.azure.resource_ids import segments
from kubewitness.logs.inputs.spans import Span

ANALYTICS: Final = "Analytics"

_PRICES: Final = {
    ANALYTICS: "plan Analytics: Azure does not bill queries",
    "Basic": "plan Basic: Azure bills each query by the GB scanned, again for each part of a page "
    "that has to be halved",
    "Auxiliary": "plan Auxiliary: Azure bills each query by the GB scanned, again for each part of "
    "a page that has to be halved",
}
UNKNOWN_PRICE: Final = "plan unknown: Azure bills queries of the plans Basic and Auxiliary"

MOST_SEARCHED_ROWS: Final = 1_000_000
"""How many rows a search job returns at most."""


@dataclass(frozen=True)
class TableSettings:
    """How a table is kept.

    Attributes:
        plan: `Analytics`, `Basic` or `Auxiliary`.
        interactive_days: for how many days queries reach a row.
        total_days: for how many days a row is kept.
        restored: what a restored table holds, by the name of the table; None for the table itself.
    """

    plan: str
    interactive_days: int
    total_days: int
    restored: tuple[str, Span] | None = None

    @property
    def price(self) -> str:
        """Return what a query costs."""
        return _PRICES.get(self.plan, f"plan {self.plan}: {UNKNOWN_PRICE}")

    def interactive(self, now: datetime) -> Span:
        """Return what queries reach; there is no end to it."""
        start = now - timedelta(days=self.interactive_days)
        return Span(start, datetime.max.replace(tzinfo=UTC))


def read_settings(documents: Iterable[Mapping[str, Any]]) -> dict[str, TableSettings | None]:
    """Return the settings of each table of a workspace, None where they are not as documented."""
    return {str(each.get("name")): _settings(each.get("properties")) for each in documents}


def _settings(properties: Any) -> TableSettings | None:
    if not isinstance(properties, Mapping):
        return None
    try:
        return TableSettings(
            str(properties["plan"]),
            int(properties["retentionInDays"]),
            int(properties["totalRetentionInDays"]),
            _restored(properties),
        )
    except (KeyError, TypeError, ValueError):
        return None


def _restored(properties: Mapping[str, Any]) -> tuple[str, Span] | None:
    logs = properties.get("restoredLogs")
    if not isinstance(logs, Mapping) or properties.get("provisioningState") != "Succeeded":
        return None
    times = [_time(str(logs[name])) for name in ("startRestoreTime", "endRestoreTime")]
    return str(logs["sourceTable"]), Span(*times)


def _time(text: str) -> datetime:
    """Return a time, which Azure writes by ISO 8601 or by RFC 1123."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        time = parsedate_to_datetime(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def why_missing(
    table: str, settings: TableSettings, missing: Span, now: datetime, workspace: str
) -> str:
    """Return why queries do not reach a period, and the command that gets it back.

    Args:
        missing: the period.
        workspace: the resource ID.
    """
    kept = now - timedelta(days=settings.total_days)
    why = f"older than the {settings.interactive_days} days of interactive retention"
    archived = missing & Span(kept, missing.end)
    if archived is None:
        return f"{why}, and than the {settings.total_days} days of total retention: it is deleted"
    command = _command(table, settings, archived, workspace)
    deleted = f", and what is older than {settings.total_days} days is deleted" * (
        kept > missing.start
    )
    return f"{why}{deleted}; {command}"


def _command(table: str, settings: TableSettings, span: Span, workspace: str) -> str:
    """Return how to get archived rows back; a table of the plan Auxiliary cannot be restored."""
    names = segments(workspace)
    where = (
        f"--subscription {names['subscriptions']} --resource-group "
        f"{names['resourcegroups']} --workspace-name {names['workspaces']}"
    )
    start, end = (time.strftime("%Y-%m-%dT%H:%M:%SZ") for time in (span.start, span.end))
    if settings.plan in (ANALYTICS, "Basic"):
        return (
            "restore it, which Azure bills by the GB and day, and read again: `az monitor "
            f"log-analytics workspace table restore create {where} --name {table}_RST "
            f"--restore-source-table {table} --start-restore-time {start} --end-restore-time {end}`"
        )
    return (
        "get up to a million rows of it by a search job, export them, and read the file: `az "
        f"monitor log-analytics workspace table search-job create {where} --name {table}_SRCH "
        f'--search-query "{table}" --limit {MOST_SEARCHED_ROWS} --start-search-time {start} '
        f"--end-search-time {end}`"
    )
