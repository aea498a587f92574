"""A full run: everything that was stored from earlier nights is forgotten first, except the ids that were given."""

import logging

import duckdb

from pipelines.resolve.relations import run

log = logging.getLogger(__name__)

# What no lake can bring back: who had which id. Every other table of staging and resolve is made of the lake.
KEPT = ("membership", "crosswalk", "baseline_")


def forget_what_is_stored(con: duckdb.DuckDBPyConnection) -> None:
    """Drop every table of staging and resolve that is made of the lake: edges, states, forms of names and numbers.

    Call it after ``past.take_past``, which reads last night's ledger and basis.
    """
    tables = run(
        con,
        "SELECT schema_name, table_name FROM duckdb_tables()"
        " WHERE database_name = current_database() AND schema_name IN ('staging', 'resolve') ORDER BY ALL",
    )
    dropped = [f'{schema}."{table}"' for schema, table in tables if not table.startswith(KEPT)]
    for table in dropped:
        run(con, f"DROP TABLE {table}")
    log.info("resolve: a full run, nothing that was stored is used (%d tables)", len(dropped))
