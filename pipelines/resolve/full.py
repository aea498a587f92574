"""A full run: everything that was stored from earlier nights is forgotten first, except the ids that were given."""

import duckdb

from pipelines.resolve.relations import run

# What no lake can bring back: who had which id. Every other table of staging and resolve is made of the lake.
KEPT = ("membership", "crosswalk", "baseline_")
REMEMBERED = ("name_form", "phone_form")  # a row says itself by which rules a value was read


def forget_what_is_stored(con: duckdb.DuckDBPyConnection, *but: str) -> int:
    """Drop every table of staging and resolve that is made of the lake: edges, states, forms of names and numbers.

    Those go as well that an earlier Goldthread made and this one does not: nobody would bring them up to date, or forget in
    them whom the lake has forgotten. Call it after ``past.take_past``, which reads last night's ledger and basis.

    Args:
        but: tables of resolve that stay.

    Returns:
        How many went.
    """
    tables = run(
        con,
        "SELECT schema_name, table_name FROM duckdb_tables()"
        " WHERE database_name = current_database() AND schema_name IN ('staging', 'resolve') ORDER BY ALL",
    )
    dropped = [f'{schema}."{table}"' for schema, table in tables if not table.startswith((*KEPT, *but))]
    for table in dropped:
        run(con, f"DROP TABLE {table}")
    return len(dropped)
