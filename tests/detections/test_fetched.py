"""The parsers of a workspace lose no truncated event: it is found, or listed as not judged."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import duckdb_kql
import pytest

from kubewitness.catalog.audit_tables import AKS_AUDIT, TABLES
from kubewitness.detections.allow_list import NOTHING_ALLOWED
from kubewitness.detections.detection import Detection
from kubewitness.detections.engines.fetched import FetchedEvents
from kubewitness.detections.finding import Finding
from kubewitness.detections.library import all_detections
from kubewitness.detections.parsers import Tables, definitions, used_parsers
from kubewitness.logs.store.database import SQL_TYPES
from support.truncations import Attack, draw_attacks

NOW = datetime(2030, 1, 1)  # noqa: DTZ001 as the store has times
AUDIT_DETECTIONS = [one for one in all_detections() if used_parsers(one.query)]
FOR = {
    Tables.DIAGNOSTICS: AUDIT_DETECTIONS,
    # The table does not have whom a user acted as, of whole events either.
    Tables.AUDIT: [
        one
        for one in AUDIT_DETECTIONS
        if one.kubewitness and "impersonation" not in one.kubewitness.needs
    ],
}

COLUMNS = {
    Tables.DIAGNOSTICS: {
        "TimeGenerated": "TIMESTAMP",
        "Category": "VARCHAR",
        "log_s": "VARCHAR",
        "pod_s": "VARCHAR",
        "_ResourceId": "VARCHAR",
    },
    Tables.AUDIT: {column.name: SQL_TYPES[column.type] for column in TABLES[AKS_AUDIT]},
}
FORMAT = {
    Tables.DIAGNOSTICS: "AzureDiagnostics",
    Tables.AUDIT: "AKSAudit, column truncated",
}


class Workspace:
    """A workspace on DuckDB, with the text that is deployed."""

    def __init__(self, tables: Tables, rows: Sequence[Mapping[str, Any]]) -> None:
        self._tables = tables
        self._connection = duckdb_kql.connect()
        columns = COLUMNS[tables]
        declared = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
        self._connection.execute(f'CREATE TABLE "{tables}" ({declared})')
        marks = ", ".join("?" * len(columns))
        for row in rows:
            values = [_cell(row.get(name), kind) for name, kind in columns.items()]
            self._connection.execute(f'INSERT INTO "{tables}" VALUES ({marks})', values)  # noqa: S608 ours

    @property
    def refused(self) -> Mapping[str, Sequence[str]]:
        """Nothing is."""
        return {}

    def run(self, detection: Detection) -> Iterator[Finding]:
        """Run the text that would be sent."""
        text = definitions(detection.query, self._tables) + detection.query
        found = duckdb_kql.kql(self._connection, text)
        names = found.columns
        for row in found.fetchall():
            yield Finding(detection, dict(zip(names, row, strict=True)))


def _cell(value: Any, kind: str) -> Any:
    return json.dumps(value) if kind == "JSON" and value is not None else value


@pytest.mark.parametrize("tables", [Tables.DIAGNOSTICS, Tables.AUDIT])
def test_the_deployed_parsers_find_a_truncated_attack_or_list_it(
    tables: Tables, request: pytest.FixtureRequest
) -> None:
    """`--cases` / 4 attacks; text that Kusto cannot parse is a string without known fields."""
    draw = random.Random(19)  # noqa: S311 no secret
    attacks = draw_attacks(
        FOR[tables], request.config.getoption("--cases") // 4, draw, FORMAT[tables]
    )
    workspace = Workspace(tables, list(rows(attacks)))
    events = FetchedEvents(workspace, NOTHING_ALLOWED, NOW)
    silent = []
    for detection in {one.detection.slug: one.detection for one in attacks}.values():
        judged = events.judge(detection, list(workspace.run(detection)))
        heard = " ".join(str(each.values) for each in judged.findings)
        times = {event.time for event in judged.not_judged} | {f.time for f in judged.findings}
        ids = {event.audit_id for event in judged.not_judged}
        silent += [
            f"{detection.slug}/{attack.name}: {attack.story}"
            for attack in attacks
            if attack.detection is detection
            and not any(each in heard for each in attack.ids)
            and not attack.ids & ids
            and not times & attack.times
        ]
    assert events.truncated
    assert not silent, "\n".join(silent)


def rows(attacks: Sequence[Attack]) -> Iterator[Mapping[str, Any]]:
    """The rows of a table."""
    for attack in attacks:
        yield from (json.loads(line) for line in attack.lines)


def test_a_line_of_another_log_is_not_a_truncated_event() -> None:
    """Klog writes into the category of audit events, too."""
    row = {
        "Category": "kube-audit",
        "log_s": "I0501 10:00:00 1 audit.go:1] {x",
        "TimeGenerated": NOW,
    }
    events = FetchedEvents(Workspace(Tables.DIAGNOSTICS, [row]), NOTHING_ALLOWED, NOW)
    assert not events.judge(AUDIT_DETECTIONS[0], []).not_judged
    assert events.truncated == 0


def test_a_truncated_event_keeps_the_fields_before_the_truncation() -> None:
    """Those of the request are whole if the response was truncated."""
    (attack,) = draw_attacks(
        [one for one in all_detections() if one.slug == "host-pid-pod"],
        1,
        random.Random(1),  # noqa: S311 no secret
    )
    event = json.loads(attack.events[0])
    text = attack.events[0][: attack.events[0].index('"responseObject"') + 30]
    row = {"Category": "kube-audit", "log_s": text, "TimeGenerated": NOW}
    workspace = Workspace(Tables.DIAGNOSTICS, [row])
    shown = Detection(slug="shown", name="shown", query="KubeAudit")
    (found,) = workspace.run(shown)
    assert json.loads(found.values["User"]) == event["user"]
    assert json.loads(found.values["RequestObject"]) == event["requestObject"]
    assert found.values["Verb"] == event["verb"]
    assert "ResponseObject" in json.loads(found.values["TruncatedColumns"])
    assert "RequestObject" not in json.loads(found.values["TruncatedColumns"])
