"""The one writer's database: its lock, its connections, and tables built from the SELECTs of ``sql/``."""

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import ConfigurationError, GoldthreadError, LockHeld
from pipelines.files import NOT_PERMITTED, TOLD_NOT_PERMITTED, emptied
from pipelines.lock import hold
from pipelines.settings import Home, memory_limit, threads_of_environment

log = logging.getLogger(__name__)

SCHEMAS = ("staging", "resolve", "golden", "meta")
_PARSED: dict[str, list[duckdb.Statement]] = {}


@contextlib.contextmanager
def writer_lock(home: Home) -> Iterator[None]:
    """Hold the home's one lock, whoever calls: command line, DAG or test.

    Raises:
        LockHeld: another process holds it; the message names its process id.
        ConfigurationError: a folder of the home may not be read or written.
    """
    with hold(home.path / "writer.lock"), _told_where_not_permitted(home):
        wipe_tmp(home)
        try:
            yield
        finally:
            wipe_tmp(home)


@contextlib.contextmanager
def _told_where_not_permitted(home: Home) -> Iterator[None]:
    """Tell a folder of the home by its name; exports may be named after people."""
    try:
        yield
    except (OSError, duckdb.Error) as error:
        words, paths = _refusal(error)
        for path in paths:
            if path.is_relative_to(home.path) and not path.is_relative_to(home.inbox):
                raise ConfigurationError(f"{path.parent}: cannot be read or written ({words})") from None
        raise


def _refusal(error: OSError | duckdb.Error) -> tuple[str, list[Path]]:
    """Return the words with which the system did not permit something, and the paths that it named; none where it did."""
    if isinstance(error, OSError):
        named = (error.filename, error.filename2) if error.errno in NOT_PERMITTED else ()
        return error.strerror or "", [Path(str(path)) for path in named if path]
    said = TOLD_NOT_PERMITTED.search(str(error))
    return (said["words"], [Path(said["path"])]) if said else ("", [])


def wipe_tmp(home: Home) -> None:
    """Empty the spill folder: its files hold personal data and outlive a killed process."""
    emptied(home.tmp)


def connect(path: Path | str, home: Home, *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database with the house settings: no downloads, spills below the home, times in UTC."""
    if path != ":memory:":
        path = Path(path).resolve()
        path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, Any] = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "temp_directory": str(home.tmp),
        "memory_limit": memory_limit(),
        "preserve_insertion_order": False,
    }
    if threads := threads_of_environment():
        config["threads"] = threads
    con = open_file(path, config, "docs/runbook.md says what to do (The warehouse is damaged or gone)", read_only=read_only)
    con.execute("SET TimeZone = 'UTC'")
    return con


def open_file(path: Path | str, config: dict[str, Any], mend: str, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """Open a database file.

    Raises:
        LockHeld: another program has it open.
        GoldthreadError: it is no database; ``mend`` says what to do.
    """
    try:
        return duckdb.connect(str(path), read_only=read_only, config=config)
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            raise LockHeld(f"{path}: another program has it open; close it there and run again") from None
        if "not a valid DuckDB database" in str(error):
            raise GoldthreadError(f"{path}: damaged, no database; {mend}") from None
        raise


@contextlib.contextmanager
def transaction(home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the warehouse for one stage: everything it writes is there, or nothing.

    The caller holds ``writer_lock``.
    """
    con = connect(home.database, home)
    try:
        for schema in SCHEMAS:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        con.execute("BEGIN")
        try:
            yield con
        except BaseException:
            con.execute("ROLLBACK")
            raise
        con.execute("COMMIT")
        con.execute("CHECKPOINT")
    finally:
        con.close()


def build(con: duckdb.DuckDBPyConnection, home: Home, table: str, **values: Any) -> int:
    """Build ``schema.table`` anew from ``sql/<schema>/<table>.sql``, one SELECT with ``$name`` parameters.

    Args:
        values: the parameters; those that the SELECT does not name are left out.

    Returns:
        The rows of the table.

    Raises:
        ConfigurationError: the file is missing, is not one SELECT, names a parameter that is not given, or a table or
            column that is not there.
    """
    query, given = select_of(con, home, table, values)
    try:
        con.execute(f"CREATE OR REPLACE TABLE {table} AS {query}", given)
    except (duckdb.CatalogException, duckdb.BinderException) as error:  # before a row is read: it quotes the file alone
        raise ConfigurationError(f"{select_path(home, table)}: {first_line(error)}") from None
    counted = con.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(counted[0]) if counted else 0


def select_of(con: duckdb.DuckDBPyConnection, home: Home, table: str, values: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the SELECT of ``sql/<schema>/<table>.sql`` and those of ``values`` that it names.

    Raises:
        ConfigurationError: as ``build``.
    """
    path = select_path(home, table)
    if not path.is_file():
        raise ConfigurationError(f"{path}: no such file; it builds {table}")
    try:
        statements = statements_of(con, path.read_text(encoding="utf-8"))
    except duckdb.ParserException as error:
        raise ConfigurationError(f"{path}: {first_line(error)}") from None
    if len(statements) != 1:
        raise ConfigurationError(f"{path}: expected one SELECT, found {len(statements)} statements")
    wanted = statements[0].named_parameters
    missing = wanted - values.keys()
    if missing:
        raise ConfigurationError(f"{path}: no value for ${', $'.join(sorted(missing))}")
    return statements[0].query, {name: values[name] for name in wanted}


def statements_of(con: duckdb.DuckDBPyConnection, script: str) -> list[duckdb.Statement]:
    """Return the statements of a script, which is parsed once a process: that takes as long as to run a small one."""
    if script not in _PARSED:
        _PARSED[script] = con.extract_statements(script)
    return _PARSED[script]


def select_path(home: Home, table: str) -> Path:
    """Return the file whose SELECT builds ``schema.table``."""
    schema, name = table.split(".")
    return home.find(f"sql/{schema}/{name}.sql")


def first_line(error: duckdb.Error) -> str:
    """Return what DuckDB says is wrong, and in which line of the statement, without the statement."""
    said, _, shown = str(error).partition("\n\nLINE ")
    line = shown.partition(":")[0]
    words = " ".join(said.split())
    return f"line {line}: {words}" if line else words
