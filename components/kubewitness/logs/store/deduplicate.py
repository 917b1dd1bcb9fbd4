"""Makes of all copies of an event one row: known by audit id, stage and contents.

With the categories `kube-audit` and `kube-audit-admin` each write arrives twice, and exports of the
same logs overlap. One row remains, in every table that has a copy. Rows with the same ID and stage
and other contents all remain, with a mark; equal ones of two clusters remain, too. A truncated
event is replaced by a complete one that agrees with it. An event without an ID is unique. The order
of reading does not matter.
"""

from typing import Final

import duckdb

from kubewitness.logs.store.database import PLAIN_TABLES, plain_columns
from kubewitness.logs.store.statements import CONTENT_COLUMNS, OBJECT_FIELDS, TEXT_FIELDS

_CONTENTS: Final = ", ".join(f'"{column}"' for column in CONTENT_COLUMNS)

# Two events that were truncated before their stage may or may not be one.
_KNOWN: Final = "AuditId IS NOT NULL AND (Stage IS NOT NULL OR NOT IsPartial)"

_REPEATED: Final = f"""
CREATE OR REPLACE TEMP TABLE repeated AS
SELECT hash(AuditId, Stage) AS key FROM store.audit_events
WHERE {_KNOWN} GROUP BY key HAVING count(*) > 1
"""

# Non-cryptographic hashes only find possible copies; SHA-256 decides whether contents are equal.
_COPIES: Final = f"""
CREATE OR REPLACE TEMP TABLE copies AS
SELECT e.rowid AS place, AuditId, coalesce(Stage, '') AS Stage, IsPartial, Copies, InAudit,
    InAdmin, PodName, ResourceId, TimeGenerated, LogDamage, f.name AS file, LogOffset,
    sha256(row({_CONTENTS})::VARCHAR) AS contents
FROM store.audit_events AS e JOIN store.files AS f ON LogFile = number
WHERE {_KNOWN} AND hash(AuditId, Stage) IN (SELECT key FROM repeated)
"""

_IS_SAME: Final = " AND ".join(
    f'coalesce(p."{column}" = e."{column}", true)' for column in TEXT_FIELDS.values()
)
# After a truncation there are only the brackets that close it.
_GOES_ON: Final = " AND ".join(
    f"""coalesce(starts_with(e."{column}"::VARCHAR, rtrim(p."{column}"::VARCHAR, '}}]')), true)"""
    for column in OBJECT_FIELDS.values()
)

# A client may choose the id of its request, so the id alone would let one event hide another.
_AGREEING: Final = f"""
CREATE OR REPLACE TEMP TABLE agreeing AS
SELECT DISTINCT c.place FROM copies AS c
JOIN copies AS w ON c.IsPartial AND NOT w.IsPartial AND w.AuditId = c.AuditId AND w.Stage = c.Stage
JOIN store.audit_events AS p ON p.rowid = c.place
JOIN store.audit_events AS e ON e.rowid = w.place
WHERE {_IS_SAME} AND {_GOES_ON}
"""

# The identity: the contents, and the cluster if copies name more than one.
_TOLD_APART: Final = """
CREATE OR REPLACE TEMP TABLE told_apart AS
WITH clusters AS (
    SELECT AuditId, Stage, contents, count(DISTINCT lower(ResourceId)) > 1 AS are_many
    FROM copies GROUP BY ALL
)
SELECT c.*, c.contents || CASE WHEN are_many THEN coalesce(lower(ResourceId), '') ELSE '' END
        AS identity,
    IsPartial AND place IN (SELECT place FROM agreeing) AS gives_way
FROM copies AS c JOIN clusters USING (AuditId, Stage, contents)
"""

_KEPT: Final = """
CREATE OR REPLACE TEMP TABLE kept AS
WITH ranked AS (
    SELECT *,
        row_number() OVER (PARTITION BY AuditId, Stage, identity ORDER BY file, LogOffset) AS rank,
        row_number() OVER (
            PARTITION BY AuditId, Stage ORDER BY IsPartial, file, LogOffset) AS rank_of_all
    FROM told_apart
), totals AS (
    SELECT AuditId, Stage, identity, sum(Copies)::BIGINT AS copies, bool_or(InAudit) AS in_audit,
        bool_or(InAdmin) AS in_admin, max(PodName) AS pod, max(ResourceId) AS resource,
        min(TimeGenerated) AS time, bool_or(LogDamage IS NULL) AS is_sound
    FROM ranked GROUP BY ALL
), cut AS (
    SELECT AuditId, Stage, sum(Copies)::BIGINT AS copies, bool_or(InAudit) AS in_audit,
        bool_or(InAdmin) AS in_admin
    FROM told_apart WHERE gives_way GROUP BY ALL
), wholes AS (
    SELECT AuditId, Stage, count(DISTINCT contents) > 1 AS is_conflicting
    FROM told_apart WHERE NOT gives_way GROUP BY ALL
)
SELECT place, t.pod, t.resource, t.time, t.is_sound,
    t.copies + CASE WHEN rank_of_all = 1 THEN coalesce(c.copies, 0) ELSE 0 END AS copies,
    t.in_audit OR (rank_of_all = 1 AND coalesce(c.in_audit, false)) AS in_audit,
    t.in_admin OR (rank_of_all = 1 AND coalesce(c.in_admin, false)) AS in_admin,
    coalesce(w.is_conflicting, false) AS is_conflicting
FROM ranked AS r
JOIN totals AS t USING (AuditId, Stage, identity)
LEFT JOIN cut AS c USING (AuditId, Stage)
LEFT JOIN wholes AS w USING (AuditId, Stage)
WHERE rank = 1 AND NOT gives_way
"""

_UPDATE: Final = """
UPDATE store.audit_events SET Copies = k.copies, InAudit = k.in_audit, InAdmin = k.in_admin,
    PodName = k.pod, ResourceId = k.resource, TimeGenerated = k.time,
    IsConflicting = k.is_conflicting, LogDamage = CASE WHEN NOT k.is_sound THEN LogDamage END
FROM kept AS k WHERE store.audit_events.rowid = k.place
"""

_DELETE: Final = """
DELETE FROM store.audit_events
WHERE rowid IN (SELECT place FROM copies) AND rowid NOT IN (SELECT place FROM kept)
"""


def deduplicate(connection: duckdb.DuckDBPyConnection) -> int:
    """Merge all copies in one transaction, and return how many rows that removed."""
    connection.execute("BEGIN")
    removed = _deduplicate_events(connection)
    removed += sum(_deduplicate_plain(connection, table) for table in PLAIN_TABLES)
    connection.execute("COMMIT")
    return removed


def _deduplicate_events(connection: duckdb.DuckDBPyConnection) -> int:
    connection.execute(_REPEATED)
    if not _count(connection, "SELECT count(*) FROM repeated"):
        return 0
    connection.execute(_COPIES)
    connection.execute(_AGREEING)
    connection.execute(_TOLD_APART)
    connection.execute(_KEPT)
    connection.execute(_UPDATE)
    return _count(connection, _DELETE)


def _deduplicate_plain(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Merge the rows of a table without audit ids: copies are equal in every column.

    Two truncated lines may or may not have been equal.
    """
    stored = PLAIN_TABLES[table]
    if not connection.execute(f"SELECT 1 FROM {stored} LIMIT 1").fetchall():
        return 0
    contents = ", ".join(f'r."{column.name}"' for column in plain_columns(table))
    connection.execute(f"""
CREATE OR REPLACE TEMP TABLE copies AS
SELECT r.rowid AS place, Copies, f.name AS file, LogOffset,
    sha256(row({contents})::VARCHAR) AS contents
FROM {stored} AS r JOIN store.files AS f ON LogFile = number WHERE NOT IsPartial""")
    connection.execute("""
CREATE OR REPLACE TEMP TABLE kept AS
SELECT arg_min(place, (file, LogOffset)) AS place, sum(Copies)::BIGINT AS copies,
    list(place) AS places
FROM copies GROUP BY contents HAVING count(*) > 1""")
    connection.execute(
        f"UPDATE {stored} SET Copies = k.copies FROM kept AS k WHERE {stored}.rowid = k.place"
    )
    return _count(
        connection,
        f"DELETE FROM {stored} WHERE rowid IN (SELECT unnest(places) FROM kept) "
        "AND rowid NOT IN (SELECT place FROM kept)",
    )


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    return int(connection.execute(statement).fetchall()[0][0])
