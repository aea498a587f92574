"""What resolve.membership and crosswalk come to, kept in resolve.digest: so a night sees at a glance what it goes on from.

Of each table the rows are counted, and their hashes xored: what leaves a table is taken out as it was put in.
"""

import duckdb

from pipelines.resolve.relations import run

_HASHED = {
    "membership": "record_kind, source, source_ref, night, identity_id, customer_id, home_customer_id",
    "crosswalk": "customer_id, current_customer_id, since, cause, born, generation",
}


def build_digest(con: duckdb.DuckDBPyConnection) -> None:
    """Build resolve.digest from the whole tables."""
    told = " UNION ALL ".join(
        f"SELECT '{table}' AS table_name, * FROM ({_digest(table, f'resolve.{table}')})" for table in _HASHED
    )
    run(con, f"CREATE OR REPLACE TABLE resolve.digest AS {told}")


def update_digest(con: duckdb.DuckDBPyConnection, table: str, *, was: str | None, now: str) -> None:
    """Bring resolve.digest up to an exchange: the rows of the relation ``was`` left the table, those of ``now`` came."""
    gone = _digest(table, was or f"(FROM ({now}) LIMIT 0)")
    run(
        con,
        f"""
        UPDATE resolve.digest
        SET row_count = digest.row_count - gone.row_count + come.row_count,
            digest = xor(digest.digest, xor(gone.digest, come.digest))
        FROM ({gone}) AS gone, ({_digest(table, now)}) AS come
        WHERE digest.table_name = '{table}'
        """,
    )


def _digest(table: str, relation: str) -> str:
    return f"SELECT count(*) AS row_count, coalesce(bit_xor(hash({_HASHED[table]})), 0) AS digest FROM {relation}"
