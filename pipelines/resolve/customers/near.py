"""Customers brought up to a night: ids are given among those that it may change, and the rows of all others stay."""

from datetime import date

import duckdb

from pipelines.resolve.clusters.affected import AFFECTED
from pipelines.resolve.customers.change_causes import build_change
from pipelines.resolve.customers.customer_ids import assign_ids, keep_homes
from pipelines.resolve.customers.customers import BETWEEN, BY_LINK, next_generation, trace_records
from pipelines.resolve.customers.digest import update_digest
from pipelines.resolve.customers.grown import add_records
from pipelines.resolve.exchange import RECORD, exchange
from pipelines.resolve.relations import drop, run, take
from pipelines.settings import Home

_NEAR = ("near_key", "near_record", "near_membership", "near_crosswalk", "near_customer", "near_end")


def update_customers(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Bring the tables of ``customers.build_customers`` up to the parts of affected identities, to the same rows.

    What an affected identity's customer was, and all that was ever merged into that one, had no records elsewhere: ids are
    given among these as among all. It holds where the past is what the tables hold (``past.goes_on``). All others stay,
    with the records that came besides (``grown``).

    Reads and drops the temporary tables ``affected`` (``affected.find_affected``), ``moved_record`` and ``new_record``
    (``touched.update_identities``).
    """
    take_near(con)
    renew_ids(con, home, night)
    made = exchange(con, home, "resolve.cluster", ["identity_id"], AFFECTED, {})
    reads = {"resolve.cluster": made.now}
    drop(con, *exchange(con, home, "resolve.customer", ["customer_id"], "near_customer", reads).tables, *made.tables)
    take(con, "near_end", f"SELECT identity_id AS identity_l FROM {AFFECTED}")
    for table in BY_LINK:
        drop(con, *exchange(con, home, f"resolve.{table}", ["identity_l"], "near_end", {}).tables)
    build_change(con, home)
    add_records(con)
    drop(con, *BETWEEN, *_NEAR, AFFECTED, "moved_record")


def take_near(con: duckdb.DuckDBPyConnection) -> None:
    """Make temporary tables of what concerns the affected identities: near_record, near_membership and near_crosswalk.

    These are the rows of records that are or were theirs, or that moved and show or showed nobody (``near_key`` has all of
    them); and every id that answered for one of them, or was led to one that did. An id that nobody answers for may come
    back with any record.
    """
    key = ", ".join(RECORD)
    for near, table in (("record", "resolve.record_identity"), ("membership", "resolve.membership")):
        run(
            con,
            f"CREATE OR REPLACE TEMP TABLE near_{near} AS FROM {table} SEMI JOIN {AFFECTED} USING (identity_id)"
            f" UNION ALL FROM (FROM {table} WHERE identity_id IS NULL) SEMI JOIN moved_record USING ({key})",
        )
    both = f"SELECT {key} FROM near_record UNION SELECT {key} FROM near_membership"
    take(con, "near_key", both)
    take(con, "near_crosswalk", _NEAR_CROSSWALK)


_NEAR_CROSSWALK = """
    WITH near AS (SELECT DISTINCT unnest([customer_id, home_customer_id]) AS customer_id FROM near_membership)
    FROM past_crosswalk
    WHERE
        customer_id IN (SELECT customer_id FROM near)
        OR current_customer_id IN (SELECT customer_id FROM near)
        OR current_customer_id IS NULL
"""


def renew_ids(con: duckdb.DuckDBPyConnection, home: Home, night: date) -> None:
    """Do what ``customers.give_ids`` does, from what ``take_near`` made, for the rows that may differ."""
    trace_records(con, "near_membership", "near_record")
    assign_ids(con, "near_crosswalk")
    ids = "SELECT customer_id FROM near_crosswalk UNION SELECT customer_id FROM assigned"
    take(con, "near_customer", ids)
    made = exchange(
        con, home, "resolve.crosswalk", ["customer_id"], "near_customer", {"past_crosswalk": "near_crosswalk"},
        night=night, generation=next_generation(con),
    )  # fmt: skip
    update_digest(con, "crosswalk", was=made.was, now=made.now)
    drop(con, *made.tables)
    keep_homes(con)
    made = exchange(con, home, "resolve.membership", RECORD, "near_key", {}, before="FROM near_membership")
    update_digest(con, "membership", was=made.was, now=made.now)
    drop(con, *made.tables)
