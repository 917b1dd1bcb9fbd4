"""What is read again, what is not, and which gaps a store reports."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kubewitness.logs.inputs.queried_tables import Page, QueriedTable, Readable, UnavailableError
from kubewitness.logs.inputs.spans import Span
from kubewitness.logs.inputs.windows import Window
from kubewitness.logs.reading.ingest import ingest
from kubewitness.logs.reading.summary import Summary
from kubewitness.logs.store.database import open_store
from kubewitness.logs.store.unread import unread
from kubewitness.logs.store.windows import gaps

NOW = datetime(2026, 3, 31, tzinfo=UTC)
COLUMNS = ("TimeGenerated", "AuditId", "Stage", "Verb")


def day(number: int) -> datetime:
    """A day of the month."""
    return datetime(2026, 3, number, tzinfo=UTC)


class Table:
    """A table in the cloud with a row for each hour of March."""

    def __init__(self, reached: Span | None = None) -> None:
        self.reached = reached or Span(day(1), NOW)
        self.asked: list[Span] = []
        self.refused: Span | None = None

    def read(self, span: Span) -> Page:
        """The rows of a part."""
        self.asked.append(span)
        if self.refused and self.refused & span:
            raise UnavailableError("not permitted")
        hours = (day(1) + timedelta(hours=n) for n in range(31 * 24))
        rows = [
            [f"{t:%Y-%m-%dT%H:%M:%SZ}", f"id-{t:%d-%H}", "ResponseComplete", "get"] for t in hours
        ]
        return Page(
            COLUMNS, [r for r in rows if span.start <= datetime.fromisoformat(r[0]) < span.end]
        )

    def window(self, start: datetime, end: datetime) -> Window:
        """What is asked for of the table."""
        asked = Span(start, end)
        parts = (part,) if (part := self.reached & asked) else ()
        readable = tuple(Readable(each, self.read) for each in parts)
        table = QueriedTable(
            "log-analytics://w/AKSAudit", "AKSAudit", asked, NOW, readable, missing="it is archived"
        )
        return Window(table, asked)


def load(store: Path, window: Window) -> tuple[Summary, list[str], int]:
    """Read a window; return the summary, the gaps and the number of rows."""
    with open_store(store) as connection:
        summary = ingest(connection, [window])
        rows = connection.execute('SELECT count(*), max(Copies) FROM "AKSAudit"').fetchall()[0]
        assert rows[1] in {1, None}
        assert unread(connection).faults == tuple(gaps(connection))
        return summary, gaps(connection), rows[0]


def test_only_what_is_missing_is_read(tmp_path: Path) -> None:
    """Whatever the periods were, that were read before."""
    table = Table()
    load(tmp_path / "s", table.window(day(5), day(8)))
    table.asked.clear()
    _, missing, rows = load(tmp_path / "s", table.window(day(3), day(10)))
    assert {(each.start, each.end) for each in table.asked} == {
        (day(n), day(n + 1)) for n in (3, 4, 8, 9)
    }
    assert (missing, rows) == ([], 7 * 24)


def test_recent_windows_are_read_again_and_replaced(tmp_path: Path) -> None:
    """Rows may still arrive there."""
    table = Table()
    load(tmp_path / "s", table.window(day(27), NOW))
    table.asked.clear()
    _, missing, rows = load(tmp_path / "s", table.window(day(27), NOW))
    assert {each.start for each in table.asked} == {day(29), day(30)}
    assert (missing, rows) == ([], 4 * 24)


def test_a_window_that_fails_again_keeps_its_rows_and_is_a_gap(tmp_path: Path) -> None:
    """Until it is read whole."""
    table = Table()
    load(tmp_path / "s", table.window(day(27), NOW))
    table.refused = Span(day(30), NOW)
    _, missing, rows = load(tmp_path / "s", table.window(day(27), NOW))
    assert rows == 4 * 24
    assert [line.partition(": ")[2] for line in missing] == [
        "2026-03-30T00:00:00Z to 2026-03-31T00:00:00Z is not complete: not permitted"
    ]
    table.refused = None
    assert load(tmp_path / "s", table.window(day(27), NOW))[1:] == ([], 4 * 24)


def test_a_gap_is_reported_once_for_its_whole_period(tmp_path: Path) -> None:
    """After a refusal the table is not asked for the rest."""
    table = Table()
    table.refused = Span(day(10), day(11))
    summary, missing, rows = load(tmp_path / "s", table.window(day(8), day(20)))
    assert [line.partition(": ")[2] for line in missing] == [
        "2026-03-10T00:00:00Z to 2026-03-20T00:00:00Z is not complete: not permitted"
    ]
    assert (summary.faults, rows) == (missing, 48)


def test_what_queries_do_not_reach_is_a_gap_until_they_do(tmp_path: Path) -> None:
    """Also if a later run asks for a part of it."""
    table = Table(Span(day(10), NOW))
    _, missing, _ = load(tmp_path / "s", table.window(day(5), day(20)))
    expected = "2026-03-05T00:00:00Z to 2026-03-10T00:00:00Z is not complete: it is archived"
    assert [line.partition(": ")[2] for line in missing] == [expected]
    _, missing, _ = load(tmp_path / "s", table.window(day(8), day(20)))
    assert [line.partition(": ")[2] for line in missing] == [expected]
    table.reached = Span(day(1), NOW)
    assert load(tmp_path / "s", table.window(day(5), day(20)))[1:] == ([], 15 * 24)


def test_what_was_read_stays_when_queries_do_not_reach_it_any_more(tmp_path: Path) -> None:
    """It is not replaced by nothing."""
    table = Table()
    load(tmp_path / "s", table.window(day(27), NOW))
    table.reached = Span(day(30), NOW)
    _, missing, rows = load(tmp_path / "s", table.window(day(27), NOW))
    assert (missing, rows) == ([], 4 * 24)


def test_a_run_that_was_killed_is_a_gap(tmp_path: Path) -> None:
    """Even if nothing could be written down at its end."""
    table = Table()

    def killed(_size: int) -> None:
        if len(table.asked) > 2:
            raise SystemError

    with (
        pytest.raises(Exception, match=r"SystemError|stream"),
        open_store(tmp_path / "s") as connection,
    ):
        ingest(connection, [table.window(day(5), day(9))], report=killed)
    with open_store(tmp_path / "s", read_only=True) as connection:
        (line,) = gaps(connection)
    assert (
        "2026-03-07T00:00:00Z to 2026-03-09T00:00:00Z is not complete: reading was interrupted"
        in line
    )
    assert load(tmp_path / "s", table.window(day(5), day(9)))[1:] == ([], 4 * 24)
