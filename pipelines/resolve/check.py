"""Is what was built night by night what one full run builds? Both are laid side by side, in scratch copies (law 6)."""

import logging
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.errors import ConfigurationError
from pipelines.resolve.customers.past import Past, last_resolved
from pipelines.resolve.relations import run
from pipelines.resolve.stage import resolve
from pipelines.resolve.trial import TrialHome
from pipelines.settings import Home
from pipelines.warehouse import connect, transaction

log = logging.getLogger(__name__)

_IDS = ("identity_id", "identity_l", "customer_id")  # what a difference is told by; never a record's own values
_SHOWN = 5


@dataclass(frozen=True)
class Difference:
    """A table in which the stored state and a full run differ, in rows.

    Attributes:
        only_stored, only_full: rows that stand in one of the two alone; a row that differs counts on either side.
        ids: a few identities or customers of such rows; empty where the table has none.
    """

    table: str
    only_stored: int
    only_full: int
    ids: list[str]


@dataclass(frozen=True)
class CheckReport:
    """The stored state against a full run.

    Attributes:
        night: the night that was resolved last, and is resolved again here.
        tables, rows: what was compared.
        is_behind: files, settings or code have changed since; what the next night would make of them was compared.
        differences: nothing where law 6 holds.
    """

    night: date
    tables: int
    rows: int
    is_behind: bool
    differences: list[Difference]


def resolved_night(home: Home) -> date:
    """Return the night that was resolved last.

    Raises:
        ConfigurationError: nothing is resolved yet.
    """
    mend = "nothing is resolved yet; goldthread run --night YYYY-MM-DD does"
    if not home.database.is_file():
        raise ConfigurationError(f"{home.database}: {mend}")
    con = connect(home.database, home, read_only=True)
    try:
        night = last_resolved(con)
    finally:
        con.close()
    if night is None:
        raise ConfigurationError(f"{home.database}: {mend}")
    return night


def compare_with_full(home: Home, night: date, past: Past) -> CheckReport:
    """Resolve ``night`` anew from the lake alone and hold every table of staging and resolve against the stored one.

    Nothing of the home is written but its ``tmp/``; the caller holds ``writer_lock``. Where the lake or the settings have
    changed since, a copy of the stored state is brought up to date first, as the next night would.
    """
    whole = TrialHome(home.path, home.tmp / "check" / "full.duckdb")
    whole.copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    _copy_ids(home, whole)
    with transaction(whole) as con:
        rows = resolve(con, whole, night, past, full=True)
    differences = _differences(home, home.database, whole.database)
    is_behind = False
    if differences:
        log.info("check %s: something differs; a copy of what is stored is brought up to date first", night)
        nightly = TrialHome(home.path, home.tmp / "check" / "nightly.duckdb")
        shutil.copyfile(home.database, nightly.copy)
        with transaction(nightly) as con:
            resolve(con, nightly, night, past)
        told = _differences(home, nightly.database, whole.database)
        is_behind, differences = not told or told != differences, told
    report = CheckReport(night, len(rows), sum(rows.values()), is_behind, differences)
    words = f"{len(differences)} differ" if differences else "all the same"
    log.info("check %s: %d tables, %d rows, %s", night, report.tables, report.rows, words)
    return report


def _copy_ids(home: Home, whole: Home) -> None:
    """Lay what no lake can bring back into a new database: the ids that were given before the night's first run."""
    con = connect(whole.database, whole)
    try:
        con.execute(f"ATTACH {_quoted(home.database)} AS stored (READ_ONLY)")
        con.execute("CREATE SCHEMA resolve")
        tables = run(
            con,
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'stored' AND schema_name = 'resolve'"
            " AND starts_with(table_name, 'baseline_')",
        )
        for (table,) in tables:
            con.execute(f"CREATE TABLE resolve.{table} AS FROM stored.resolve.{table}")
    finally:
        con.close()


def _differences(home: Home, stored: Path, whole: Path) -> list[Difference]:
    con = connect(":memory:", home)
    try:
        con.execute(f"ATTACH {_quoted(stored)} AS stored (READ_ONLY)")
        con.execute(f"ATTACH {_quoted(whole)} AS whole (READ_ONLY)")
        tables = {name: _tables(con, name) for name in ("stored", "whole")}
        found = [_difference(con, table, tables) for table in sorted(tables["stored"].keys() | tables["whole"].keys())]
        return [difference for difference in found if difference.only_stored or difference.only_full]
    finally:
        con.close()


def _tables(con: duckdb.DuckDBPyConnection, database: str) -> dict[str, list[str]]:
    """Return the columns of each table of staging and resolve; the past that was kept is no result."""
    rows = run(
        con,
        "SELECT schema_name || '.' || table_name, list(column_name ORDER BY column_name) FROM duckdb_columns()"
        " WHERE database_name = $database AND schema_name IN ('staging', 'resolve')"
        " AND NOT starts_with(table_name, 'baseline_') GROUP BY ALL",
        {"database": database},
    )
    return dict(rows)


def _difference(con: duckdb.DuckDBPyConnection, table: str, tables: dict[str, dict[str, list[str]]]) -> Difference:
    columns = {name: of.get(table) for name, of in tables.items()}
    if columns["stored"] != columns["whole"]:  # one of them lacks it, or has other columns: no row is the same
        counts = {name: run(con, f"SELECT count(*) FROM {name}.{table}")[0][0] if columns[name] else 0 for name in tables}
        return Difference(table, max(counts["stored"], 1), max(counts["whole"], 1), [])
    listed = ", ".join(f'"{column}"' for column in columns["stored"] or [])
    alone = [
        f"(SELECT {listed} FROM {one}.{table} EXCEPT ALL SELECT {listed} FROM {other}.{table})"
        for one, other in (("stored", "whole"), ("whole", "stored"))
    ]
    only_stored, only_full = (run(con, f"SELECT count(*) FROM {rows}")[0][0] for rows in alone)
    shown = [column for column in _IDS if column in (columns["stored"] or [])][:1]
    ids: list[str] = []
    if shown and (only_stored or only_full):
        both = f"SELECT {shown[0]} FROM {alone[0]} UNION SELECT {shown[0]} FROM {alone[1]}"
        ids = [found for (found,) in run(con, f"{both} ORDER BY ALL LIMIT {_SHOWN}") if found]
    return Difference(table, only_stored, only_full, ids)


def _quoted(path: Path) -> str:
    return "'" + str(path.resolve()).replace("'", "''") + "'"
