"""Small helpers over a DuckDB connection, for results that must be complete before the next statement."""

from typing import Any

import duckdb
import pyarrow as pa

from pipelines.warehouse import statements_of


def run(con: duckdb.DuckDBPyConnection, sql: str, values: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    """Execute one statement and fetch all it gives."""
    rows: list[tuple[Any, ...]] = con.execute(sql, values).fetchall() if values else con.execute(sql).fetchall()
    return rows


def define(con: duckdb.DuckDBPyConnection, macros: str) -> None:
    """Make temporary macros known to a connection for as long as it is open; nothing is written to its database."""
    for statement in statements_of(con, macros):
        con.execute(statement).fetchall()


def take(con: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    """Keep what a SELECT gives as a temporary table."""
    run(con, f"CREATE OR REPLACE TEMP TABLE {name} AS {select}")


def arrow(con: duckdb.DuckDBPyConnection, sql: str) -> pa.Table:
    """Return the rows of one SELECT as an Arrow table, without the copy that ``execute`` makes."""
    run(con, "SELECT 1")  # DuckDB refuses sql() while an earlier result is not fetched to its end
    return con.sql(sql).to_arrow_table()


def register(con: duckdb.DuckDBPyConnection, name: str, rows: pa.Table) -> None:
    """Make ``rows`` readable as ``name``, until ``unregister``."""
    run(con, "SELECT 1")
    con.register(name, rows)


def unregister(con: duckdb.DuckDBPyConnection, *names: str) -> None:
    """Take back what ``register`` gave."""
    run(con, "SELECT 1")
    for name in names:
        con.unregister(name)


def has_table(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> bool:
    """Say whether a table is there, in the database of ``con`` itself."""
    asked = {"schema": schema, "table": table}
    found = run(
        con,
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database() AND schema_name = $schema"
        " AND table_name = $table",
        asked,
    )
    return bool(found)


def drop(con: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Drop temporary tables, where they are there."""
    for table in tables:
        run(con, f"DROP TABLE IF EXISTS temp.{table}")
