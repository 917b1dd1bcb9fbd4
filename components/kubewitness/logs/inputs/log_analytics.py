"""Tables of a Log Analytics workspace as logs.

Reading takes the role Log Analytics Reader on the workspace. The table Usage shows how much each
table holds, and the workspace's resource ID; Azure Resource Manager shows plan and retention.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kubewitness.azure.manager import RefusedError, open_resource_manager
from kubewitness.azure.resource_ids import fold, id_pattern
from kubewitness.azure.workspaces import LEAST_TABLE_DAYS
from kubewitness.errors import InputError
from kubewitness.logs.inputs.log_analytics_api import (
    NO_WORKSPACE,
    SCHEME,
    is_workspace_id,
    open_client,
    patient_policy,
)
from kubewitness.logs.inputs.queried_tables import (
    Page,
    QueriedTable,
    Readable,
    TooMuchError,
    UnavailableError,
    asked_span,
)
from kubewitness.logs.inputs.queried_workspace import FORBIDDEN, QueriedWorkspace, QueryRefusedError
from kubewitness.logs.inputs.read_tables import condition, parse_address
from kubewitness.logs.inputs.spans import Span, without
from kubewitness.logs.inputs.windows import Window
from kubewitness.logs.inputs.workspace_tables import (
    ANALYTICS,
    UNKNOWN_PRICE,
    TableSettings,
    read_settings,
    why_missing,
)

_HOUR: Final = timedelta(hours=1)
"""The counts in a row of Usage."""

_WORKSPACE: Final = "Microsoft.OperationalInsights/workspaces"
_WORKSPACES_VERSION: Final = "2023-09-01"
_TABLES_VERSION: Final = "2022-10-01"

_UNCERTAIN: Final = (
    "the retention of the table cannot be read, so rows may be archived or deleted; allow this "
    "identity to read the workspace in Azure Resource Manager (the role `Reader`)"
)

Settings = Mapping[str, TableSettings | None]


def find_workspace_tables(
    word: str, since: datetime | None = None, until: datetime | None = None
) -> list[Window]:
    """Return the tables with logs of AKS in a workspace, each as one window.

    Args:
        word: `log-analytics://WORKSPACE-ID`, or with the workspace's resource ID; with `/TABLE`
            only that table.
        since: nothing earlier is read; by default `DEFAULT_PERIOD` ago.
        until: nothing later is read; by default the present.

    Raises:
        InputError: the workspace cannot be queried.
    """
    now = datetime.now(UTC)
    asked = asked_span(since, until, now)
    address = parse_address(word)
    found = _find(address.source, asked, now)
    return [Window(found.table(table, asked, now), asked) for table in address.tables]


@dataclass(frozen=True)
class _Found:
    """A workspace with its tables.

    Attributes:
        workspace: that is queried.
        resource_id: in Azure Resource Manager; None where it is unknown.
        settings: of each table, None for one whose settings cannot be read; None where no table's
            can.
        volumes: bytes by table in the period; None where they are unknown.
    """

    workspace: QueriedWorkspace
    resource_id: str | None
    settings: Settings | None
    volumes: Mapping[str, float] | None

    def table(self, name: str, asked: Span, now: datetime) -> QueriedTable:
        """Return what is asked for of a table."""
        settings = (self.settings or {}).get(name)
        is_unknown = settings is None and (self.settings is None or name in self.settings)
        hours = asked.length / _HOUR + 1
        readable = tuple(self._readable(name, settings, asked, now))
        missing = without([asked], [each.span for each in readable])
        return QueriedTable(
            name=f"{SCHEME}{self.workspace.workspace_id}/{name}",
            table=name,
            span=asked,
            now=now,
            readable=readable,
            hourly_bytes=None if self.volumes is None else self.volumes.get(name, 0) / hours,
            cost=settings.price if settings else UNKNOWN_PRICE,
            missing=self._why_missing(name, settings, missing, now),
            uncertain_before=now - timedelta(days=LEAST_TABLE_DAYS) if is_unknown else None,
            uncertain=_UNCERTAIN,
        )

    def _why_missing(
        self, table: str, settings: TableSettings | None, missing: Sequence[Span], now: datetime
    ) -> str:
        if not (missing and settings and self.resource_id):
            return ""
        span = Span(missing[0].start, missing[-1].end)
        return why_missing(table, settings, span, now, self.resource_id)

    def _readable(
        self, table: str, settings: TableSettings | None, asked: Span, now: datetime
    ) -> list[Readable]:
        """Return what queries reach: the interactive retention, and what was restored."""
        if settings is None:
            return [Readable(asked, self._reader(table, table))]
        interactive = settings.interactive(now)
        is_searched = settings.plan != ANALYTICS
        found = []
        if own := interactive & asked:
            found.append(Readable(own, self._reader(table, table, is_searched=is_searched)))
        for name, span in self._restored(table):
            left = without([span], [interactive, *(each.span for each in found)])
            parts = [part for each in left if (part := each & asked)]
            found += [Readable(part, self._reader(table, name)) for part in parts]
        return found

    def _restored(self, table: str) -> list[tuple[str, Span]]:
        """Return the tables to which parts of a table were restored."""
        return [
            (name, each.restored[1])
            for name, each in (self.settings or {}).items()
            if each and each.restored and each.restored[0] == table
        ]

    def _reader(
        self, table: str, name: str, *, is_searched: bool = False
    ) -> Callable[[Span], Page]:
        text = name + condition(table)
        is_there = name != table or self.volumes is None or table in self.volumes
        return lambda span: self.workspace.read(
            text, name, span, is_searched=is_searched, is_there=is_there
        )


def _find(word: str, asked: Span, now: datetime) -> _Found:
    name = word.removeprefix(SCHEME).strip("/")
    resource_id = None if is_workspace_id(name) else f"/{name}"
    workspace_id = fold(_workspace_id(word, resource_id) if resource_id else name)
    client = open_client(word, retry_policy=patient_policy(word))
    workspace = QueriedWorkspace(workspace_id, client)
    usage = _usage(word, workspace, asked, now)
    volumes: dict[str, float] = {}
    for row in usage or ():
        size = float(row["Megabytes"] or 0) * 1e6
        volumes[row["DataType"]] = volumes.get(row["DataType"], 0) + size
        resource_id = resource_id or row["ResourceUri"]
    settings = _settings(word, resource_id)
    return _Found(workspace, resource_id, settings, None if usage is None else volumes)


def _usage(
    word: str, workspace: QueriedWorkspace, asked: Span, now: datetime
) -> list[dict[str, Any]] | None:
    """Return how much each table holds; None if that is not permitted.

    Tables that got rows only after the period are there, too, with nothing in the period.
    """
    text = (
        "Usage | summarize Megabytes = sumif(Quantity, TimeGenerated < "
        f"datetime({asked.end:%Y-%m-%dT%H:%M:%SZ})) by DataType, ResourceUri"
    )
    try:
        page = workspace.page(text, "Usage", Span(asked.start - _HOUR, now))
    except QueryRefusedError as error:
        if error.status != FORBIDDEN:
            raise InputError(f"{word}: {error}") from None
        return None
    except (TooMuchError, UnavailableError):
        return None
    return [dict(zip(page.columns, row, strict=True)) for row in page.rows]


def _workspace_id(word: str, resource_id: str) -> str:
    """Return the GUID of the workspace with a resource ID."""
    if not re.fullmatch(id_pattern(_WORKSPACE), resource_id):
        raise InputError(f"{word}: {NO_WORKSPACE}, or its resource ID")
    try:
        found = open_resource_manager(word).get(resource_id, _WORKSPACES_VERSION)
    except RefusedError as error:
        raise InputError(f"{word}: {error}; needs the role `Reader` on the workspace") from None
    properties = found.get("properties") if found else None
    workspace_id = str(properties.get("customerId")) if isinstance(properties, dict) else ""
    if not is_workspace_id(workspace_id):
        raise InputError(f"{word}: {NO_WORKSPACE}")
    return workspace_id


def _settings(word: str, resource_id: str | None) -> Settings | None:
    """Return plan and retention of each table; None if they cannot be read."""
    if resource_id is None:
        return None
    try:
        manager = open_resource_manager(word)
        return read_settings(manager.list(f"{resource_id}/tables", _TABLES_VERSION))
    except (RefusedError, InputError):
        return None
