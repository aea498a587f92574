"""The candidate: tonight's tables in a file of their own, checked there and then published as it is.

It lies beside the warehouse, not in the home's ``tmp``: that folder is wiped whenever the writer's lock is taken, and a
scheduler runs validate and publish as separate tasks.
"""

from pathlib import Path

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.files import emptied
from pipelines.settings import Home, load_yaml
from pipelines.warehouse import connect

SCHEMAS = ("golden", "meta")  # the first that has a table of the name is meant where only the name is given


def candidate_folder(home: Home) -> Path:
    """Return the folder of the candidate, its checks and its report."""
    return home.database.parent / "candidate"


def candidate_file(home: Home) -> Path:
    """Return the candidate's database."""
    return candidate_folder(home) / "customers.duckdb"


def build_candidate(home: Home) -> Path:
    """Copy every table of the warehouse's golden and meta schemas, rows in their order, into a new file.

    Returns:
        The file: checkpointed, closed, no write-ahead log beside it.

    Raises:
        ConfigurationError: there is no warehouse yet, or its load stage has not run.
    """
    if not home.database.is_file():
        raise ConfigurationError(f"{home.database}: no such file; run the stages extract, resolve and load first")
    emptied(candidate_folder(home))
    path = candidate_file(home)
    con = connect(path, home)
    try:
        con.execute("SET preserve_insertion_order = true")
        warehouse = str(home.database).replace("'", "''")
        con.execute(f"ATTACH '{warehouse}' AS warehouse (READ_ONLY)")
        con.execute("BEGIN")
        _copy(con, home)
        con.execute("COMMIT")
        con.execute("DETACH warehouse")
        con.execute("CHECKPOINT")
    finally:
        con.close()
    return path


def tables_of(con: duckdb.DuckDBPyConnection, database: str) -> list[tuple[str, str]]:
    """Return (schema, table) of the attached ``database``: golden before meta, then by name."""
    found = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $database ORDER BY ALL",
        {"database": database},
    ).fetchall()
    return [(schema, table) for schema, table in found if schema in SCHEMAS]


def _copy(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    tables = tables_of(con, "warehouse")
    if ("golden", "customer") not in tables:
        raise ConfigurationError(f"{home.database}: no table golden.customer; run the stage load first")
    for schema in SCHEMAS:
        con.execute(f"CREATE SCHEMA {schema}")
    for schema, table in tables:
        if (schema, table) != ("meta", "check"):  # what the checks said of another candidate
            con.execute(f'CREATE TABLE {schema}."{table}" AS FROM warehouse.{schema}."{table}"')
            _comment(con, home, schema, table)


def _comment(con: duckdb.DuckDBPyConnection, home: Home, schema: str, table: str) -> None:
    """Lay the dictionary's words into the file, where an analyst's tool shows them."""
    path = home.find(f"sql/{schema}/{table}.yml")
    if not path.is_file():
        return
    dictionary = load_yaml(path)
    con.execute(f'COMMENT ON TABLE {schema}."{table}" IS {_literal(dictionary["description"])}')
    columns = {row[0] for row in con.execute(f'DESCRIBE {schema}."{table}"').fetchall()}
    for column, entry in dictionary["columns"].items():
        if column in columns:
            con.execute(f'COMMENT ON COLUMN {schema}."{table}"."{column}" IS {_literal(entry["meaning"])}')


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
