"""Reading the lake: every sealed partition as views of the warehouse's connection."""

from pathlib import Path

import duckdb

from pipelines.extract.partition import sealed_files
from pipelines.extract.records import SCHEMAS


def attach_lake(con: duckdb.DuckDBPyConnection, lake: Path) -> None:
    """Create the temporary views ``lake_interaction``, ``lake_profile``, ``lake_quarantine`` and ``lake_ledger``.

    Each has the columns of ``landing.SCHEMAS`` and the rows of all sealed nights of all sources; none where nothing
    has landed yet.
    """
    for table, schema in SCHEMAS.items():
        files = sealed_files(lake, table)
        if files:
            con.from_parquet([str(file) for file in files]).create_view(f"lake_{table}", replace=True)
        else:
            con.register(f"lake_{table}", schema.empty_table())
