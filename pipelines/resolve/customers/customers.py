"""From clusters to customers: membership, the lasting ids, the crosswalk, and what changed tonight."""

from datetime import date

import duckdb

from pipelines.resolve.customers.change_causes import build_change
from pipelines.resolve.customers.customer_ids import assign_ids, keep_homes
from pipelines.resolve.customers.digest import build_digest
from pipelines.resolve.customers.past import Past
from pipelines.resolve.relations import drop, run, take
from pipelines.settings import Home
from pipelines.warehouse import build


def build_customers(con: duckdb.DuckDBPyConnection, home: Home, night: date, past: Past) -> None:
    """Build resolve.cluster, membership, customer, crosswalk, digest, guard_cut, bond and change from what ``parts`` made.

    Each record votes for the customer it was of in the past that ``past.take_past`` made readable; the votes decide which
    cluster keeps which id. Reads resolve.basis and demoted_identifier of tonight for the causes of what changed.
    """
    give_ids(con, home, night)
    for table in ("cluster", "customer", *BY_LINK):
        build(con, home, f"resolve.{table}")
    if past.is_run_again:
        take(con, "trace", trace_from("baseline_membership"))
    build_change(con, home)
    drop(con, *BETWEEN)


BY_LINK = ("guard_cut", "bond")
BETWEEN = ("trace", "part_founder", "claim", "assigned", "kept_home")


def give_ids(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Build resolve.crosswalk, membership and digest from part, and the temporary tables that ``customer_ids`` tells of."""
    trace_records(con, "past_membership", "resolve.record_identity")
    assign_ids(con)
    build(con, home, "resolve.crosswalk", night=night, generation=next_generation(con))
    keep_homes(con)
    build(con, home, "resolve.membership")
    build_digest(con)


def next_generation(con: duckdb.DuckDBPyConnection) -> int:
    """Return the generation of the ids that are given tonight."""
    return int(run(con, "SELECT coalesce(max(generation), 0) + 1 FROM past_crosswalk")[0][0])


def trace_records(con: duckdb.DuckDBPyConnection, membership: str, records: str) -> None:
    """Make the temporary tables trace (``trace_from``) and part_founder: the earliest record of each part, and how many."""
    take(con, "trace", trace_from(membership, records))
    take(con, "part_founder", _FOUNDERS)


def trace_from(membership: str, records: str = "resolve.record_identity") -> str:
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
        FROM {records} AS record
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


# When each record was written, or last changed where it is a reference row.
SEEN = """
    SELECT 'interaction' AS record_kind, source, source_ref, occurred_at AS at FROM staging.interaction
    UNION ALL
    SELECT 'profile' AS record_kind, source, source_ref, updated_at AS at FROM staging.profile
"""
_FOUNDERS = f"""
    WITH seen AS ({SEEN}),
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
