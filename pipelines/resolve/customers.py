"""From clusters to customers: membership, the lasting ids, the crosswalk, and what changed tonight."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

from pipelines.resolve.affected import AFFECTED
from pipelines.resolve.change_causes import build_change
from pipelines.resolve.customer_ids import assign_ids, keep_homes
from pipelines.resolve.exchange import RECORD, exchange
from pipelines.resolve.past import Past
from pipelines.resolve.relations import drop, run
from pipelines.settings import Home
from pipelines.warehouse import build


def build_customers(con: duckdb.DuckDBPyConnection, home: Home, night: date, past: Past) -> None:
    """Build resolve.cluster, membership, customer, crosswalk, guard_cut, bond and change from what ``parts`` registered.

    Each record votes for the customer it was of in the past that ``past.take_past`` made readable; the votes decide which
    cluster keeps which id. Reads resolve.basis and demoted_identifier of tonight for the causes of what changed.
    """
    give_ids(con, home, night)
    for table in ("cluster", "customer", *_BY_LINK):
        build(con, home, f"resolve.{table}")
    if past.is_run_again:
        run(con, f"CREATE OR REPLACE TEMP TABLE trace AS {trace_from('baseline_membership')}")
    build_change(con, home)
    drop(con, *_BETWEEN)


def update_customers(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Bring the same tables up to the parts of the temporary table ``affected``, to the same rows.

    What an affected identity's customer was, and all that was ever merged into that one, had no records elsewhere: ids are
    given among these as among all. It holds where the past is what the tables hold (``past.goes_on``).

    Reads and drops ``affected`` and ``moved_record``.
    """
    take_near(con)
    give_ids(con, home, night, _Near(home))
    made = exchange(con, home, "resolve.cluster", ["identity_id"], AFFECTED, {})
    reads = {"resolve.cluster": made.now}
    drop(con, *exchange(con, home, "resolve.customer", ["customer_id"], "near_customer", reads).tables, *made.tables)
    run(con, f"CREATE OR REPLACE TEMP TABLE near_end AS SELECT identity_id AS identity_l FROM {AFFECTED}")
    for table in _BY_LINK:
        drop(con, *exchange(con, home, f"resolve.{table}", ["identity_l"], "near_end", {}).tables)
    build_change(con, home)
    drop(con, *_BETWEEN, *_NEAR, AFFECTED, "moved_record", "near_end")


_BY_LINK = ("guard_cut", "bond")
_BETWEEN = ("trace", "part_founder", "claim", "assigned", "kept_home")
_NEAR = ("near_key", "near_record", "near_membership", "near_crosswalk", "near_customer")


def take_near(con: duckdb.DuckDBPyConnection) -> None:
    """Make temporary tables of what concerns the affected identities: near_record, near_membership and near_crosswalk.

    These are the records that are or were theirs, or moved; and every id that answered for one of them, or was led to one
    that did. An id that nobody answers for may come back with any record.
    """
    key = ", ".join(RECORD)
    theirs = f"SELECT {key} FROM {{}} SEMI JOIN {AFFECTED} USING (identity_id)"
    now, before = theirs.format("resolve.record_identity"), theirs.format("past_membership")
    run(con, f"CREATE OR REPLACE TEMP TABLE near_key AS SELECT {key} FROM moved_record UNION {now} UNION {before}")
    for near, table in (("record", "resolve.record_identity"), ("membership", "past_membership")):
        run(con, f"CREATE OR REPLACE TEMP TABLE near_{near} AS FROM {table} SEMI JOIN near_key USING ({key})")
    run(
        con,
        """
        CREATE OR REPLACE TEMP TABLE near_crosswalk AS
        WITH near AS (SELECT DISTINCT unnest([customer_id, home_customer_id]) AS customer_id FROM near_membership)
        FROM past_crosswalk
        WHERE
            customer_id IN (SELECT customer_id FROM near)
            OR current_customer_id IN (SELECT customer_id FROM near)
            OR current_customer_id IS NULL
        """,
    )


@dataclass(frozen=True)
class _Whole:
    """Where ids are given from all there is, and how the tables are written."""

    home: Home
    record: str = "resolve.record_identity"
    membership: str = "past_membership"
    crosswalk: str = "past_crosswalk"

    def write_crosswalk(self, con: duckdb.DuckDBPyConnection, **values: Any) -> None:
        build(con, self.home, "resolve.crosswalk", **values)

    def write_membership(self, con: duckdb.DuckDBPyConnection) -> None:
        build(con, self.home, "resolve.membership")


@dataclass(frozen=True)
class _Near(_Whole):
    """The same from what ``take_near`` made, for rows that may differ."""

    record: str = "near_record"
    membership: str = "near_membership"
    crosswalk: str = "near_crosswalk"

    def write_crosswalk(self, con: duckdb.DuckDBPyConnection, **values: Any) -> None:
        ids = "SELECT customer_id FROM near_crosswalk UNION SELECT customer_id FROM assigned"
        run(con, f"CREATE OR REPLACE TEMP TABLE near_customer AS {ids}")
        reads = {"past_crosswalk": self.crosswalk}
        made = exchange(con, self.home, "resolve.crosswalk", ["customer_id"], "near_customer", reads, **values)
        drop(con, *made.tables)

    def write_membership(self, con: duckdb.DuckDBPyConnection) -> None:
        drop(con, *exchange(con, self.home, "resolve.membership", RECORD, "near_key", {}).tables)


def give_ids(con: duckdb.DuckDBPyConnection, home: Home, night: date, of: _Whole | None = None) -> None:
    """Build resolve.crosswalk and resolve.membership from part, and the temporary tables that ``customer_ids`` tells of."""
    of = of or _Whole(home)
    run(con, f"CREATE OR REPLACE TEMP TABLE trace AS {trace_from(of.membership, of.record)}")
    run(con, f"CREATE OR REPLACE TEMP TABLE part_founder AS {_FOUNDERS}")
    assign_ids(con, of.crosswalk)
    generation = run(con, "SELECT coalesce(max(generation), 0) + 1 FROM past_crosswalk")[0][0]
    of.write_crosswalk(con, night=night, generation=generation)
    keep_homes(con)
    of.write_membership(con)


def trace_from(membership: str, record: str = "resolve.record_identity") -> str:
    """Return the SELECT of what became of each record: one row a record that is there now or was there in ``membership``.

    ``was_known`` and ``is_there`` say on which side it is; ``part`` is NULL where there is no person now,
    ``customer_before`` where there was none. ``home_before`` is the customer it was of before that one merged away,
    ``put_aside`` the id that it has in a version that a rollback put aside and that the one in use does not know.
    """
    return f"""
        SELECT
            coalesce(record.record_kind, before.record_kind) AS record_kind,
            coalesce(record.source, before.source) AS source,
            coalesce(record.source_ref, before.source_ref) AS source_ref,
            record.night,
            record.identity_id,
            record.reason,
            part.part,
            before.identity_id AS identity_before,
            before.customer_id AS customer_before,
            before.home_customer_id AS home_before,
            put_aside.customer_id AS put_aside,
            before.source_ref IS NOT NULL AS was_known,
            record.source_ref IS NOT NULL AS is_there
        FROM {record} AS record
        FULL JOIN {membership} AS before
            ON
                record.record_kind = before.record_kind
                AND record.source = before.source
                AND record.source_ref = before.source_ref
        LEFT JOIN part ON record.identity_id = part.identity_id
        LEFT JOIN past_vote AS put_aside
            ON
                record.record_kind = put_aside.record_kind
                AND record.source = put_aside.source
                AND record.source_ref = put_aside.source_ref
    """


_FOUNDERS = """
    WITH seen AS (
        SELECT 'interaction' AS record_kind, source, source_ref, occurred_at AS at FROM staging.interaction
        UNION ALL
        SELECT 'profile' AS record_kind, source, source_ref, updated_at AS at FROM staging.profile
    ),
    founder AS (
        SELECT trace.part, min((seen.at, trace.source, trace.source_ref)) AS first, count(*) AS record_count
        FROM trace
        INNER JOIN seen
            ON
                trace.record_kind = seen.record_kind
                AND trace.source = seen.source
                AND trace.source_ref = seen.source_ref
        WHERE trace.part IS NOT NULL
        GROUP BY trace.part
    )
    SELECT
        part,
        struct_extract(first, 1) AS founder_at,
        struct_extract(first, 2) AS founder_source,
        struct_extract(first, 3) AS founder_source_ref,
        record_count
    FROM founder
"""
