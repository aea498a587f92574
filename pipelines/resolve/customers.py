"""From clusters to customers: membership, the lasting ids, the crosswalk, and what changed tonight."""

from datetime import date

import duckdb
import pandas as pd
import pyarrow as pa

from pipelines.resolve.customer_ids import assign_ids, claimed_parts, update_crosswalk
from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.settings import Home
from pipelines.warehouse import build

_CROSSWALK = pa.schema(
    [("customer_id", pa.string()), ("current_customer_id", pa.string()), ("since", pa.date32()), ("cause", pa.string()),
     ("born", pa.date32())]
)  # fmt: skip


def keep_baseline(con: duckdb.DuckDBPyConnection, night: date) -> None:
    """Keep what the membership was before this night's first run, to tell tonight's changes against.

    A second run of the night finds it and leaves it, so that it tells the same changes as the first.
    """
    run(
        con,
        "CREATE TABLE IF NOT EXISTS resolve.membership (record_kind VARCHAR, source VARCHAR, source_ref VARCHAR, night DATE,"
        " identity_id VARCHAR, customer_id VARCHAR, reason VARCHAR)",
    )
    run(con, "CREATE TABLE IF NOT EXISTS resolve.baseline_night (night DATE, scored_as VARCHAR)")
    run(
        con,
        "CREATE TABLE IF NOT EXISTS resolve.identity_state (identity_id VARCHAR, content_hash VARCHAR, scored_as VARCHAR)",
    )
    if run(con, "SELECT night FROM resolve.baseline_night") == [(night,)]:
        return
    run(con, "DELETE FROM resolve.baseline_night")
    run(
        con,
        "INSERT INTO resolve.baseline_night SELECT $night, (SELECT any_value(scored_as) FROM resolve.identity_state)",
        {"night": night},
    )
    run(
        con,
        "CREATE OR REPLACE TABLE resolve.baseline_membership AS SELECT record_kind, source, source_ref, customer_id"
        " FROM resolve.membership WHERE customer_id IS NOT NULL ORDER BY record_kind, source, source_ref",
    )


def build_customers(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Build resolve.cluster, membership, customer, crosswalk and change from the temporary table part.

    Each record votes for the customer it was of when resolve last ran; the votes decide which cluster keeps which id.
    """
    run(
        con,
        "CREATE TABLE IF NOT EXISTS resolve.crosswalk"
        " (customer_id VARCHAR, current_customer_id VARCHAR, since DATE, cause VARCHAR, born DATE)",
    )
    parts = arrow(con, _PARTS).to_pandas()
    votes = arrow(con, _VOTES).to_pandas()
    crosswalk = _plain(arrow(con, "FROM resolve.crosswalk ORDER BY customer_id").to_pandas())
    assigned = assign_ids(parts, votes, crosswalk[["customer_id", "born"]])
    updated = update_crosswalk(crosswalk, claimed_parts(parts, votes), assigned, votes[["part"]].drop_duplicates(), night)
    register(con, "assigned", pa.Table.from_pandas(assigned, preserve_index=False))
    register(con, "updated", pa.Table.from_pandas(updated, schema=_CROSSWALK, preserve_index=False))
    for table in ("crosswalk", "cluster", "membership", "customer", "change"):
        build(con, home, f"resolve.{table}", night=night)
    unregister(con, "assigned", "updated")


_PARTS = """
    WITH seen AS (
        SELECT 'interaction' AS record_kind, source, source_ref, occurred_at AS at FROM staging.interaction
        UNION ALL
        SELECT 'profile' AS record_kind, source, source_ref, updated_at AS at FROM staging.profile
    ),
    founder AS (
        SELECT part.part, min((seen.at, identity.source, identity.source_ref)) AS first
        FROM resolve.record_identity AS identity
        INNER JOIN part ON identity.identity_id = part.identity_id
        INNER JOIN seen
            ON
                identity.record_kind = seen.record_kind
                AND identity.source = seen.source
                AND identity.source_ref = seen.source_ref
        GROUP BY part.part
    )
    SELECT
        part,
        epoch_us(struct_extract(first, 1)) AS founder_at,
        struct_extract(first, 2) AS founder_source,
        struct_extract(first, 3) AS founder_source_ref
    FROM founder
    ORDER BY part
"""
_VOTES = """
    SELECT before.customer_id, part.part, count(*) AS record_count
    FROM resolve.membership AS before
    INNER JOIN resolve.record_identity AS identity
        ON
            before.record_kind = identity.record_kind
            AND before.source = identity.source
            AND before.source_ref = identity.source_ref
    INNER JOIN part ON identity.identity_id = part.identity_id
    WHERE before.customer_id IS NOT NULL
    GROUP BY before.customer_id, part.part
    ORDER BY before.customer_id, part.part
"""


def _plain(crosswalk: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with None for what is missing, and dates as dates."""
    plain = crosswalk.astype(object)
    return plain.where(plain.notna(), None)
