"""A read-only SQLAlchemy dialect for DuckDB: what Great Expectations needs of one, and no more (docs/adr/0030).

It calls itself "postgresql", so that regular expressions and quantiles compile to what DuckDB understands, fetches a
statement's rows at once, and takes commit and rollback as nothing to do: a pending result must
outlive the connection's return to its pool. Columns come from ``duckdb_columns()``.
"""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import duckdb
import sqlalchemy
from sqlalchemy import types
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql import base as postgresql
from sqlalchemy.pool import StaticPool

DRIVER = "goldthread"  # postgresql+goldthread:///…: Great Expectations reads the part before the plus

_TYPES: dict[str, type[types.TypeEngine[Any]]] = {
    "BIGINT": types.BIGINT,
    "BLOB": types.LargeBinary,
    "BOOLEAN": types.BOOLEAN,
    "DATE": types.DATE,
    "DOUBLE": types.DOUBLE,
    "FLOAT": types.REAL,
    "HUGEINT": types.NUMERIC,
    "INTEGER": types.INTEGER,
    "SMALLINT": types.SMALLINT,
    "TIME": types.TIME,
    "TIMESTAMP": postgresql.TIMESTAMP,
    "TINYINT": types.SMALLINT,
    "UBIGINT": types.NUMERIC,
    "UINTEGER": types.BIGINT,
    "USMALLINT": types.INTEGER,
    "UTINYINT": types.SMALLINT,
    "UUID": types.UUID,
    "VARCHAR": types.VARCHAR,
}

NAME = "customers"  # the candidate's catalogue; last night's version is "previous"

_open: dict[str, duckdb.DuckDBPyConnection] = {}  # by path: what ``opened`` holds open


@contextlib.contextmanager
def opened(path: Path, previous: Path | None = None) -> Iterator[str]:
    """Open a DuckDB file read-only and yield its URL; afterwards it is closed, whatever pools still hold.

    The catalogue ``previous`` is the file of the version in use or, without one, has the tables of ``path`` without rows.

    Raises:
        duckdb.Error: a file is missing, is no database, or a writer has it.
    """
    con = duckdb.connect(":memory:", config={"autoinstall_known_extensions": False, "autoload_known_extensions": False})
    try:
        con.execute("SET GLOBAL TimeZone = 'UTC'")
        con.execute(f"ATTACH '{_quoted(path)}' AS {NAME} (READ_ONLY)")
        if previous:
            con.execute(f"ATTACH '{_quoted(previous)}' AS previous (READ_ONLY)")
        else:
            _attach_empty(con)
        con.execute(f"USE {NAME}")
        con.execute("SET enable_external_access = false")
        con.execute("SET lock_configuration = true")
        _open[str(path)] = con
        yield f"postgresql+{DRIVER}:///{path}"
    finally:
        _open.pop(str(path), None)
        con.close()


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")


def _attach_empty(con: duckdb.DuckDBPyConnection) -> None:
    tables = con.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = $name", {"name": NAME}
    ).fetchall()
    con.execute("ATTACH ':memory:' AS previous")
    for schema, table in tables:
        con.execute(f'CREATE SCHEMA IF NOT EXISTS previous."{schema}"')
        con.execute(f'CREATE TABLE previous."{schema}"."{table}" AS FROM {NAME}."{schema}"."{table}" LIMIT 0')


class Cursor:
    """A DB-API cursor over rows that are fetched when the statement runs."""

    arraysize = 1

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self._con = con
        self._rows: list[tuple[Any, ...]] = []
        self.description: Sequence[Any] | None = None
        self.rowcount = -1

    def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement and keep its rows."""
        done = self._con.execute(statement, list(parameters))
        self.description = done.description
        self._rows = done.fetchall() if self.description else []
        self.rowcount = len(self._rows)

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last."""
        return self._rows.pop(0) if self._rows else None

    def fetchmany(self, size: int | None = None) -> list[tuple[Any, ...]]:
        """Return the next rows."""
        count = size or self.arraysize
        rows, self._rows = self._rows[:count], self._rows[count:]
        return rows

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return the rows that are left."""
        rows, self._rows = self._rows, []
        return rows

    def close(self) -> None:
        """Drop the rows."""
        self._rows = []


class Connection:
    """A DB-API connection to a file that ``opened`` holds; there is nothing to commit, roll back or close."""

    def __init__(self, path: str) -> None:
        self._con = _open[path]

    def cursor(self) -> Cursor:
        """Return a cursor, which keeps the rows of its own statement."""
        return Cursor(self._con)

    def commit(self) -> None:
        """Nothing is ever written."""

    def rollback(self) -> None:
        """Nothing is ever written, and a result that waits to be fetched stays."""

    def close(self) -> None:
        """``opened`` closes the file."""


class Driver:
    """What SQLAlchemy expects of a DB-API module."""

    apilevel = "2.0"
    threadsafety = 1
    paramstyle = "numeric_dollar"
    Error = duckdb.Error
    DatabaseError = duckdb.DatabaseError
    OperationalError = duckdb.OperationalError
    ProgrammingError = duckdb.ProgrammingError
    InterfaceError = duckdb.ConnectionException
    connect = Connection


class QuotesEverything(postgresql.PGIdentifierPreparer):
    """Quotes every name: the two databases do not reserve the same words (``at`` is one in DuckDB alone)."""

    def _requires_quotes(self, value: str) -> bool:
        return True


class ReadOnlyDuckDB(postgresql.PGDialect):
    """DuckDB in the words of PostgreSQL, for reading."""

    driver = DRIVER
    preparer = QuotesEverything
    default_paramstyle = "numeric_dollar"
    supports_statement_cache = True
    supports_server_side_cursors = False
    supports_sane_rowcount = False

    @classmethod
    def import_dbapi(cls) -> Any:
        """Return the driver."""
        return Driver

    @classmethod
    def get_pool_class(cls, url: sqlalchemy.URL) -> type[sqlalchemy.Pool]:
        """One connection serves all: statements have cursors of their own."""
        return StaticPool

    def create_connect_args(self, url: sqlalchemy.URL) -> Any:
        """Take the path out of the URL."""
        return [url.database], {}

    def initialize(self, connection: sqlalchemy.Connection) -> None:
        """Ask nothing of a server: there is none."""
        self.server_version_info = (16, 0)
        self.default_schema_name = "main"

    def do_ping(self, dbapi_connection: Any) -> bool:
        """A file that is open answers."""
        return True

    def get_schema_names(self, connection: sqlalchemy.Connection, **kw: Any) -> list[str]:
        """Return the file's schemas."""
        query = (
            "SELECT schema_name FROM duckdb_schemas() "
            "WHERE database_name = current_database() AND NOT internal ORDER BY schema_name"
        )
        return _column(connection, query)

    def get_table_names(self, connection: sqlalchemy.Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """Return the schema's tables."""
        query = (
            "SELECT table_name FROM duckdb_tables() "
            "WHERE database_name = current_database() AND schema_name = :schema ORDER BY table_name"
        )
        return _column(connection, query, schema=schema or "main")

    def get_view_names(self, connection: sqlalchemy.Connection, schema: str | None = None, **kw: Any) -> list[str]:
        """Return the schema's views."""
        query = (
            "SELECT view_name FROM duckdb_views() "
            "WHERE database_name = current_database() AND schema_name = :schema AND NOT internal ORDER BY view_name"
        )
        return _column(connection, query, schema=schema or "main")

    def has_table(self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **kw: Any) -> bool:
        """Say whether there is such a table or view."""
        names = self.get_table_names(connection, schema) + self.get_view_names(connection, schema)
        return table_name in names

    def get_columns(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> list[Any]:
        """Return name, type and nullability of the table's columns, in their order."""
        query = (
            "SELECT column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE database_name = current_database() AND schema_name = :schema AND table_name = :name ORDER BY column_index"
        )
        found = connection.execute(sqlalchemy.text(query), {"schema": schema or "main", "name": table_name}).all()
        return [
            {"name": name, "type": _type(written), "nullable": nullable, "default": None, "comment": None}
            for name, written, nullable in found
        ]

    def get_pk_constraint(
        self, connection: sqlalchemy.Connection, table_name: str, schema: str | None = None, **kw: Any
    ) -> Any:
        """Published tables declare no keys: the expectations do."""
        return {"constrained_columns": [], "name": None}

    def get_foreign_keys(self, *args: Any, **kw: Any) -> list[Any]:
        """Published tables declare no keys: the expectations do."""
        return []

    def get_indexes(self, *args: Any, **kw: Any) -> list[Any]:
        """Published tables have no indexes."""
        return []


def _column(connection: sqlalchemy.Connection, query: str, **values: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(sqlalchemy.text(query), values)]


def _type(written: str) -> types.TypeEngine[Any]:
    """Translate a type as DuckDB writes it; a list, a struct and the like count as text."""
    if written == "TIMESTAMP WITH TIME ZONE":
        return postgresql.TIMESTAMP(timezone=True)
    if written.startswith("DECIMAL"):
        return types.NUMERIC()
    return _TYPES.get(written.split("(")[0], types.VARCHAR)()


def register() -> None:
    """Make the URL known to SQLAlchemy."""
    registry.register(f"postgresql.{DRIVER}", __name__, ReadOnlyDuckDB.__name__)


register()
