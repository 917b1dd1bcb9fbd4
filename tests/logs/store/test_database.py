"""The store's file: who may read it, and which files are refused."""

from pathlib import Path

import duckdb
import pytest

from kubewitness.errors import InputError
from kubewitness.logs.store.database import open_store


def hostile(path: Path, *statements: str) -> Path:
    """Make a DuckDB file by hand, beginning with what a store has."""
    with open_store(path):
        pass
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)
    return path


HOSTILE = {
    "a view in the place of the version": (
        "DROP TABLE store.version",
        "CREATE VIEW store.version AS SELECT 1 AS version, true AS s FROM read_text('{trap}')",
    ),
    "a view in the place of the events": (
        "DROP TABLE store.audit_events CASCADE",
        "CREATE VIEW store.audit_events AS FROM read_text('{trap}')",
    ),
    "one more view": ("CREATE VIEW main.Everything AS FROM read_text('{trap}')",),
    "a function": ("CREATE MACRO main.strlen(x) AS 0",),
    "a table function": ("CREATE MACRO store.files2() AS TABLE FROM read_text('{trap}')",),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("read_only", [True, False])
def test_a_hostile_store_is_refused_before_anything_in_it_is_opened(
    tmp_path: Path, name: str, *, read_only: bool
) -> None:
    """The message names what kubewitness did not put there."""
    trap = tmp_path / "trap"
    trap.write_text("secret")
    made = [statement.format(trap=trap) for statement in HOSTILE[name]]
    path = hostile(tmp_path / "some.store", *made)
    refused = pytest.raises(InputError, match="is not a store that kubewitness made")
    with refused as caught, open_store(path, read_only=read_only):
        pytest.fail("it was opened")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "changed",
    [
        "CREATE OR REPLACE VIEW main.AKSAudit AS FROM read_text('{trap}')",
        "DROP VIEW main.AKSAudit",
        "CREATE OR REPLACE VIEW main.AKSAudit AS FROM main.AKSAuditAdmin WHERE false",
    ],
    ids=["another file", "no view", "no rows"],
)
def test_a_view_of_ours_that_was_changed_is_refused_by_name(tmp_path: Path, changed: str) -> None:
    """It could open another file, or leave out the rows of an attack; writing makes it anew."""
    trap = tmp_path / "trap"
    trap.write_text("secret")
    path = hostile(tmp_path / "some.store", changed.format(trap=trap))
    refused = pytest.raises(InputError, match="other definitions of `AKSAudit`")
    with refused, open_store(path, read_only=True):
        pytest.fail("it was opened")
    for read_only in (False, True):
        with open_store(path, read_only=read_only) as connection:
            assert connection.execute("FROM AKSAudit").fetchall() == []


def test_a_store_can_be_written_and_read(tmp_path: Path) -> None:
    """The same file is opened twice."""
    for read_only in (False, True):
        with open_store(tmp_path / "some.store", read_only=read_only) as connection:
            assert connection.execute("FROM AKSAudit").fetchall() == []
