"""Questions to the version in use, in a sandbox: it reads that one file, and nothing else on the machine."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.load.versions.published import current_file
from pipelines.settings import Home, memory_limit
from pipelines.warehouse import open_file

SECONDS = 60  # a question may take; then it is stopped
# What is wrong with the question itself: how it is written, names that are not there, what a reader may not do.
_WRONG = (
    duckdb.ParserException, duckdb.BinderException, duckdb.CatalogException, duckdb.PermissionException,
    duckdb.InvalidInputException,
)  # fmt: skip
# Of the last only what begins so; the others are a function's own words about a value, which may be all that they say.
_OF_THE_QUESTION = tuple(f"Invalid Input Error: {words}" for words in ("Cannot ", "More than one row"))
_REFUSED = "Invalid Input Error: a function refused a value, which is kept back; TRY(…) around it gives NULL instead"
# From the first quote on to the one that closes the value, which may hold quotes of its own.
_VALUE = re.compile(r"'.*?'(?= to [A-Z]|[^']*$)|\".*\"|(?<=with value )\S+")
ROWS = 1000  # that an answer shows unless more are asked for


@dataclass(frozen=True)
class Result:
    """An answer: its columns with their types, its rows, and whether more rows were there than were taken."""

    version: str
    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    truncated: bool

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``: one mapping a row."""
        rows = [dict(zip(self.columns, map(plain, row), strict=True)) for row in self.rows]
        return {"version": self.version, "columns": self.columns, "rows": rows, "truncated": self.truncated}


def query(home: Home, sql: str, *, rows: int | None = ROWS, seconds: int = SECONDS) -> Result:
    """Ask the version in use one question in SQL.

    Args:
        rows: the most rows to take; None takes all.
        seconds: the longest it may run.

    Raises:
        ConfigurationError: nothing is published yet; or the statement is wrong, not one, writes or reads elsewhere.
        GoldthreadError: it fails over a value, or runs too long. Both are said in one line.
    """
    path = current_file(home)
    with open_read_only(path, seconds=seconds) as con:
        try:
            if len(con.extract_statements(sql)) != 1:
                raise ConfigurationError("query: write one statement")
            con.execute(sql)
            description = con.description or []
            found = con.fetchall() if rows is None else con.fetchmany(rows + 1)
        except _WRONG as error:
            if isinstance(error, duckdb.InvalidInputException) and not str(error).startswith(_OF_THE_QUESTION):
                raise GoldthreadError(f"query: {_REFUSED}") from None
            raise ConfigurationError(f"query: {one_line(error, sql)}") from None
        except duckdb.Error as error:
            raise GoldthreadError(f"query: {one_line(error, sql)}") from None
    taken = found if rows is None else found[:rows]
    return Result(
        path.parent.name, [str(column[0]) for column in description], [str(column[1]) for column in description],
        taken, truncated=len(taken) < len(found),
    )  # fmt: skip


def open_read_only(path: Path, *, seconds: int = SECONDS) -> duckdb.DuckDBPyConnection:
    """Open a published file for reading: no other file, no network, no change of these settings.

    Args:
        path: the resolved file; the pointer may move the next moment.
        seconds: the longest a statement may run.
    """
    config = {
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "enable_external_access": False,
        "memory_limit": memory_limit(),
        "temp_directory": "",  # spilled rows would outlive the question
        "max_execution_time": seconds * 1000,
    }
    con = open_file(path, config, "docs/runbook.md says what to do (A published file has changed)", read_only=True)
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET search_path = 'golden,meta'")  # SHOW TABLES lists them, and what DuckDB proposes for a slip is found
    con.execute("SET lock_configuration = true")
    return con


def one_line(error: duckdb.Error, sql: str) -> str:
    """Say what is wrong in one line; a quoted value that the question itself does not hold is kept back."""
    head = re.split(r"\n\s*\n|\nLINE \d", str(error), maxsplit=1)[0]
    words = " ".join(head.split())
    if isinstance(error, (duckdb.ConversionException, duckdb.OutOfRangeException)):
        return _VALUE.sub("'…'", words)
    return re.sub(r"'([^']*)'", lambda found: found.group(0) if found.group(1) in sql else "'…'", words)


def plain(value: Any) -> Any:
    """Turn a value of the database into one that JSON knows."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, UUID | timedelta):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return value
