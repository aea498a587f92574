"""What customers were before tonight: the published version that readers hold ids of, else the last night resolved here.

Ids go on from what was published, never from a run that was stopped or thrown away: a night that is mended and run again
ends as if its first run had not been, and a warehouse that is lost takes no id with it.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import duckdb

from pipelines.resolve.relations import has_table, run

# What is read of the past, and what a column is where an earlier Goldthread did not write it.
_COLUMNS = {
    "membership": {
        "record_kind": "NULL", "source": "NULL", "source_ref": "NULL", "night": "NULL::DATE", "identity_id": "NULL",
        "customer_id": "NULL", "home_customer_id": "customer_id",
    },
    "crosswalk": {
        "customer_id": "NULL", "current_customer_id": "NULL", "since": "NULL::DATE", "cause": "NULL", "born": "since",
        "generation": "date_diff('day', DATE '1970-01-01', born)",
    },
    "ledger": {"source": "NULL", "night": "NULL::DATE", "file": "NULL", "sha256": "NULL"},
    "basis": {"fact": "NULL", "content": "NULL"},
    "demoted_identifier": {"kind": "NULL", "scope": "NULL", "value": "NULL"},
    "digest": {"table_name": "NULL", "row_count": "NULL::BIGINT", "digest": "NULL::UBIGINT"},
}  # fmt: skip
_TYPES = {
    "night": "DATE", "since": "DATE", "born": "DATE", "generation": "BIGINT", "row_count": "BIGINT", "digest": "UBIGINT",
}  # fmt: skip
PUBLISHED = {
    "membership": "golden.membership", "crosswalk": "golden.crosswalk", "ledger": "meta.ledger", "basis": "meta.basis",
    "demoted_identifier": "meta.demoted_identifier", "digest": "meta.digest",
}  # fmt: skip
_RESOLVED = {
    "membership": "resolve.membership", "crosswalk": "resolve.crosswalk", "ledger": "staging.ledger",
    "basis": "resolve.basis", "demoted_identifier": "resolve.demoted_identifier", "digest": "resolve.digest",
}  # fmt: skip
_Columns = dict[str, set[str]]  # of each table
_NO_VOTE = "SELECT record_kind, source, source_ref, customer_id FROM past_membership WHERE false"


@dataclass(frozen=True)
class Past:
    """The published files (``customers.duckdb``) that tonight goes on from; all empty where nothing is published.

    Attributes:
        in_use: the version in use. Its customers keep their ids.
        before: the version that was in use when this night first ran: tonight's changes are told against it. It is
            ``in_use`` itself, unless that is already one of this night; None where nothing was published then.
        newer: versions after the one in use, put aside by a rollback: their ids were published, and still resolve.
    """

    in_use: Path | None = None
    before: Path | None = None
    newer: tuple[Path, ...] = ()

    @property
    def is_run_again(self) -> bool:
        """Whether changes are told against another version than the one whose ids go on."""
        return self.in_use != self.before


def last_resolved(con: duckdb.DuckDBPyConnection) -> date | None:
    """Return the night that was resolved last; None before the first."""
    nights = run(con, "SELECT night FROM resolve.baseline_night") if has_table(con, "resolve", "baseline_night") else []
    return nights[0][0] if nights else None


def take_past(con: duckdb.DuckDBPyConnection, past: Past, night: date) -> None:
    """Make the past readable as temporary views: ``past_<table>`` (ids go on from it), ``baseline_<table>`` (changes).

    The tables are membership, crosswalk, ledger (the files that were read), basis (model, settings, code, judgements),
    demoted_identifier and digest; see ``sql/golden`` and ``sql/meta``. ``past_vote`` has the records of ids that a rollback
    put aside. Where nothing is published they are those of the last night resolved before this one, kept in
    ``resolve.baseline_*``. Call it before anything of tonight is written.
    """
    run(con, "CREATE TABLE IF NOT EXISTS resolve.baseline_night (night DATE)")
    is_kept = run(con, "SELECT night FROM resolve.baseline_night") == [(night,)]
    run(con, "CREATE OR REPLACE TABLE resolve.baseline_night AS SELECT $night::DATE AS night", {"night": night})
    attached = _attach(con, past)
    there = _columns_of_tables(con)
    if past.in_use is None:
        for table, columns in _COLUMNS.items():
            _keep(con, table, there, is_kept=is_kept)
            _view(con, f"past_{table}", f"SELECT {', '.join(columns)} FROM resolve.baseline_{table}")
            _view(con, f"baseline_{table}", f"FROM past_{table}")
        _view(con, "past_vote", _NO_VOTE)
        return
    for table in _COLUMNS:
        run(con, f"DROP TABLE IF EXISTS resolve.baseline_{table}")  # of the time before the first publish
        _view(con, f"past_{table}", _select(there, f"{attached[past.in_use]}.{PUBLISHED[table]}", table))
        before = f"{attached[past.before]}.{PUBLISHED[table]}" if past.before else None
        _view(con, f"baseline_{table}", _select(there, before, table))
    newer = [attached[path] for path in reversed(past.newer)]
    _take_back(con, there, f"{attached[past.in_use]}.golden.crosswalk", newer)


def goes_on(con: duckdb.DuckDBPyConnection, past: Past) -> bool:
    """Say whether tonight goes on from the very rows of resolve.membership and crosswalk; ``take_past`` was called.

    It is read off their digests: what an earlier Goldthread published has none, and is not gone on from. The tables are
    there, as the code at hand makes them: ``kept.is_kept`` said so.
    """
    if past.is_run_again or past.newer:
        return False
    before, held = (
        run(con, f"FROM ({select}) ORDER BY ALL")
        for select in ("FROM past_digest", f"SELECT {', '.join(_COLUMNS['digest'])} FROM {_RESOLVED['digest']}")
    )
    return bool(held) and before == held


def _take_back(con: duckdb.DuckDBPyConnection, there: _Columns, in_use: str, newer: list[str]) -> None:
    """Add to past_crosswalk the ids that only ``newer`` versions know, the newest first; make past_vote of their records."""
    crosswalks, votes = [_select(there, in_use, "crosswalk")], [_NO_VOTE]
    for database in newer:
        known = " UNION ALL ".join(f"SELECT customer_id FROM ({crosswalk})" for crosswalk in crosswalks)
        member = _select(there, f"{database}.golden.membership", "membership")
        votes.append(
            f"SELECT record_kind, source, source_ref, customer_id FROM ({member}) WHERE customer_id NOT IN ({known})"
        )
        crosswalk = _select(there, f"{database}.golden.crosswalk", "crosswalk")
        crosswalks.append(f"SELECT * FROM ({crosswalk}) WHERE customer_id NOT IN ({known})")
    _view(con, "past_crosswalk", " UNION ALL ".join(crosswalks))
    _view(con, "past_vote", f"SELECT DISTINCT ON (record_kind, source, source_ref) * FROM ({' UNION ALL '.join(votes)})")


def _attach(con: duckdb.DuckDBPyConnection, past: Past) -> dict[Path | None, str]:
    names: dict[Path | None, str] = {}
    for path in (past.in_use, past.before, *past.newer):
        if path is not None and path not in names:
            names[path] = f"version_{len(names)}"
            quoted = str(path.resolve()).replace("'", "''")
            run(con, f"ATTACH IF NOT EXISTS '{quoted}' AS {names[path]} (READ_ONLY)")
    return names


def _keep(con: duckdb.DuckDBPyConnection, table: str, there: _Columns, *, is_kept: bool) -> None:
    """Keep what a table was before this night's first run; a second run of the night finds it and leaves it."""
    kept = f"resolve.baseline_{table}"
    if not is_kept or not _COLUMNS[table].keys() <= there.get(kept, set()):
        run(con, f"CREATE OR REPLACE TABLE {kept} AS {_select(there, _RESOLVED[table], table)}")


def _select(there: _Columns, table: str | None, kind: str) -> str:
    """Return the SELECT of what is needed of a table that may be missing, or lack columns that have come since."""
    held = there.get(table, set()) if table else set()
    names = [name if name in held else f"{default} AS {name}" for name, default in _COLUMNS[kind].items()]
    if held:
        return f"SELECT {', '.join(names)} FROM {table}"
    typed = [f"NULL::{_TYPES.get(name, 'VARCHAR')} AS {name}" for name in _COLUMNS[kind]]
    return f"SELECT {', '.join(typed)} WHERE false"


def _columns_of_tables(con: duckdb.DuckDBPyConnection) -> _Columns:
    """Return the columns of every table there is: ``schema.table`` in the warehouse, ``database.schema.table`` elsewhere."""
    found = run(con, """
        SELECT
            if(database_name = current_database(), '', database_name || '.') || schema_name || '.' || table_name,
            list(column_name)
        FROM duckdb_columns() WHERE NOT internal
        GROUP BY ALL
    """)  # fmt: skip
    return {table: set(columns) for table, columns in found}


def _view(con: duckdb.DuckDBPyConnection, name: str, select: str) -> None:
    run(con, f"CREATE OR REPLACE TEMP VIEW {name} AS {select}")
