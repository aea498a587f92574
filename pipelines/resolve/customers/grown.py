"""Customers that a night only adds records to: they stay who they are, and count more."""

import duckdb

from pipelines.resolve.clusters.affected import AFFECTED
from pipelines.resolve.customers.customer_ids import hash_of
from pipelines.resolve.customers.customers import SEEN
from pipelines.resolve.customers.digest import update_digest
from pipelines.resolve.exchange import keep_rows, named, put
from pipelines.resolve.relations import drop, run, take


def find_returned(con: duckdb.DuckDBPyConnection) -> None:
    """Add to ``moved_identity`` those with a new record that founded a customer which has none: its id is led to them.

    Reads ``new_record`` (``touched.update_identities``) and ``past_crosswalk``.
    """
    run(con, f"INSERT INTO moved_identity {_RETURNED}")


_RETURNED = f"""
    SELECT DISTINCT new_record.identity_id
    FROM new_record
    SEMI JOIN (FROM past_crosswalk WHERE current_customer_id IS NULL) AS vanished
        ON vanished.customer_id = {hash_of("new_record.source", "new_record.source_ref")}
"""


def add_records(con: duckdb.DuckDBPyConnection) -> None:
    """Write the new records of identities that are not ``affected`` into resolve.membership and customer.

    No identity, link or judgement of these customers moved, and every record that they had is theirs still: so are their
    ids. Founded they may be earlier, by a record that comes late.

    Reads and drops ``new_record``; reads resolve.cluster.
    """
    take(con, "grown_record", _GROWN)
    run(con, f"INSERT INTO resolve.membership BY NAME {_MEMBERSHIP}")
    update_digest(con, "membership", was=None, now=f"({_MEMBERSHIP})")
    made = named("resolve.customer", ["customer_id"])
    grown = "(SELECT DISTINCT customer_id FROM grown_record)"
    keep_rows(con, made, f"SELECT * FROM resolve.customer SEMI JOIN {grown} USING (customer_id)")
    take(con, made.now, _CUSTOMER)
    put(con, made)
    drop(con, *made.tables, "grown_record", "new_record")


_GROWN = f"""
    SELECT new_record.*, cluster.customer_id
    FROM new_record
    ANTI JOIN {AFFECTED} ON new_record.identity_id = {AFFECTED}.identity_id
    INNER JOIN resolve.cluster AS cluster ON new_record.identity_id = cluster.identity_id
"""
_MEMBERSHIP = """
    SELECT record_kind, source, source_ref, night, identity_id, customer_id, reason, customer_id AS home_customer_id
    FROM grown_record
"""
_CUSTOMER = f"""
    WITH seen AS ({SEEN}),
    gained AS (
        SELECT
            grown_record.customer_id,
            min((seen.at, grown_record.source, grown_record.source_ref)) AS first,
            count(*) AS more
        FROM grown_record
        INNER JOIN seen USING (record_kind, source, source_ref)
        GROUP BY grown_record.customer_id
    ),
    told AS (
        SELECT
            customer.*,
            gained.more,
            least((founder_at, founder_source, founder_source_ref), gained.first) AS first
        FROM was_resolve_customer AS customer INNER JOIN gained USING (customer_id)
    )
    SELECT * EXCLUDE (more, first) REPLACE (
        struct_extract(first, 1) AS founder_at,
        struct_extract(first, 2) AS founder_source,
        struct_extract(first, 3) AS founder_source_ref,
        record_count + more AS record_count
    )
    FROM told
"""
