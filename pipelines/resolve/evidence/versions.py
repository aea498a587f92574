"""The versions of records that stand more than once in the lake, and what of a night's new rows says something of them.

A table that is dumped whole every night, and a chat whose exports hold all that was ever said, send nearly every row again.
``staging.interaction_version`` and ``staging.profile_version`` keep what such rows said, so that a night tells by a few
columns which of its rows are copies, and reads no earlier night for the others. A record that stands once in the lake needs
no row there: its one row is read when it comes again.
"""

from pathlib import Path

import duckdb

from pipelines.extract.landing.lake import attach_files
from pipelines.resolve.evidence import mail_ids
from pipelines.resolve.exchange import Exchange, keep_rows, named, put
from pipelines.resolve.relations import drop, run, take
from pipelines.settings import Home
from pipelines.warehouse import build, select_of

VERSIONED = ("interaction", "profile")
_ROW = ("source", "source_ref", "content_hash", "updated_at", "night", "file", "sequence")
_PLACE = "struct_pack(night := {0}night, file := {0}file, sequence := {0}sequence)"
# A row of the lake, as a version of which nothing was sent again.
_FRESH = f"*, updated_at AS until_at, {_PLACE.format('')} AS first_place"
_PLACED = "source, source_ref, content_hash, updated_at, night, file, sequence, until_at, first_place"
# What tells two mails of one Message-ID apart; a reference row is what its id says.
_MAIL = {"interaction": "mail_of(channel, party_ref, direction, occurred_at)", "profile": "''"}
# What a version has by the others of its record.
_DERIVED = {"interaction": "record_ref, first_night, is_current", "profile": "first_night, is_current"}
_AT = "coalesce({}, '-infinity'::TIMESTAMPTZ)"  # a version without a time stands before all that have one


def build_versions(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Build staging.interaction_version and staging.profile_version from all of the lake; its views are attached."""
    mail_ids.install(con)
    for table in VERSIONED:
        counted = f"SELECT source, source_ref FROM lake_{table} GROUP BY source, source_ref HAVING count(*) > 1"
        take(con, "repeated_ref", counted)
        _place_versions(con, home, table, f"SELECT {_FRESH} FROM lake_{table}")
        build(con, home, f"staging.{table}_version")
        _forget_places(con, table)


def take_rows(con: duckdb.DuckDBPyConnection, home: Home, table: str) -> None:
    """Drop the night's copies, and gather what staging.<table> and its versions are to be made of again.

    Reads the view ``new_<table>``, and ``new_part``, ``sealed_part`` and ``anew``. Touched are the records of new rows that
    are no copies, and all of a source of which a part has gone or was written anew.

    Leaves as temporary tables:
        copied_<table> (source, night, file, copies): how many rows of each file were dropped.
        was_staging_<table>, was_staging_<table>_version: the rows of touched records before.
        touched_<table>: what is known of touched records, as rows of the lake with until_at, first_place and origin:
        ``whole`` and ``new`` rows, that nothing reflects yet; the ``single`` row of a record that stood once in the lake;
        a ``version``; a row that is read ``again``.
    """
    _tell_copies(con, table)
    _note_copies(con, table)
    _keep_what_was(con, table)
    _ask_the_lake(con, home, table)
    _gather(con, table)
    drop(con, "arrived", "touched_root", "asked_ref")


def exchange_versions(con: duckdb.DuckDBPyConnection, home: Home, table: str) -> Exchange:
    """Make the versions of touched records again, of those that stand more than once in the lake."""
    made = named(f"staging.{table}_version", ("source", "source_ref"))
    counted = f"SELECT source, source_ref FROM touched_{table} GROUP BY source, source_ref"
    take(con, "repeated_ref", f"{counted} HAVING count(*) > 1 OR bool_or(origin = 'version')")
    _place_versions(con, home, table, f"FROM touched_{table}")
    take(con, made.now, select_of(con, home, made.table, {})[0])
    put(con, made)
    _forget_places(con, table)
    return made


def _place_versions(con: duckdb.DuckDBPyConnection, home: Home, table: str, rows: str) -> None:
    """Make ``repeated_<table>``, those of ``rows`` whose record is in ``repeated_ref``, and ``version_place`` of them."""
    run(
        con,
        f"CREATE OR REPLACE TEMP VIEW repeated_{table} AS FROM ({rows}) SEMI JOIN repeated_ref USING (source, source_ref)",
    )
    places = f"SELECT {_PLACED}, {_MAIL[table]} AS mail FROM repeated_{table}"
    run(con, f"CREATE OR REPLACE TEMP VIEW repeated_place AS {places}")
    take(con, "version_place", select_of(con, home, "scratch.version_place", {})[0])


def _forget_places(con: duckdb.DuckDBPyConnection, table: str) -> None:
    for view in ("repeated_place", f"repeated_{table}"):
        run(con, f"DROP VIEW {view}")
    drop(con, "version_place", "repeated_ref")


def _tell_copies(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make ``arrived``, the new rows by a few columns, with what each is a copy of, and ``touched_root``.

    A row is a copy where a version has its content and its time and came before (``same``), or where the version that stands
    has its content, an earlier time and came before (``later``). The latter is none if its record has something new to say,
    which may lie between the two.
    """
    take(
        con,
        "arrived",
        f"""
        SELECT
            {", ".join(f"row.{column}" for column in _ROW)},
            row.root,
            CASE
                WHEN held.content_hash IS NULL THEN NULL
                WHEN held.updated_at IS NOT DISTINCT FROM row.updated_at THEN 'same'
                ELSE 'later'
            END AS copy
        FROM (SELECT {", ".join(_ROW)}, root_ref(source_ref) AS root FROM new_{table}) AS row
        LEFT JOIN staging.{table}_version AS held
            ON
                row.source = held.source
                AND row.source_ref = held.source_ref
                AND row.content_hash = held.content_hash
                AND CASE
                    WHEN held.updated_at IS NOT DISTINCT FROM row.updated_at
                        THEN {_PLACE.format("held.")} < {_PLACE.format("row.")}
                    ELSE
                        held.is_current
                        AND {_AT.format("held.updated_at")} < {_AT.format("row.updated_at")}
                        AND held.first_place < {_PLACE.format("row.")}
                END
        WHERE row.source NOT IN (SELECT source FROM anew)
        """,
    )
    take(con, "touched_root", "SELECT DISTINCT source, root FROM arrived WHERE copy IS NULL")


def _note_copies(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Count the copies of untouched records by file, and note until when their version was sent."""
    take(con, "copied", "FROM arrived ANTI JOIN touched_root USING (source, root)")
    take(con, f"copied_{table}", "SELECT source, night, file, count(*) AS copies FROM copied GROUP BY source, night, file")
    later = """
        SELECT source, source_ref, content_hash, max(updated_at) AS until_at FROM copied WHERE copy = 'later'
        GROUP BY source, source_ref, content_hash
    """
    take(con, "later", later)
    if _has(con, "later"):
        run(
            con,
            f"""
            UPDATE staging.{table}_version AS held SET until_at = later.until_at
            FROM later
            WHERE
                held.is_current
                AND held.source = later.source
                AND held.source_ref = later.source_ref
                AND held.content_hash = later.content_hash
                AND {_AT.format("held.until_at")} < later.until_at
            """,
        )
    drop(con, "copied", "later")


def _keep_what_was(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Keep the rows of touched records: their names are looked for first, and where there are none nothing else is."""
    for held in (f"staging.{table}", f"staging.{table}_version"):
        names = f"SELECT source, source_ref, root_ref(source_ref) AS root FROM {held}"
        touched = f"({names}) SEMI JOIN touched_root USING (source, root)"
        take(con, "held_key", f"SELECT DISTINCT source, source_ref FROM {touched}")
        known = f"FROM {held} SEMI JOIN held_key USING (source, source_ref) WHERE source NOT IN (FROM anew)"
        whole = f"FROM {held} SEMI JOIN anew USING (source)"
        parts = [rows for rows, asked in ((known, "held_key"), (whole, "anew")) if _has(con, asked)]
        keep_rows(con, named(held, ()), " UNION ALL ".join(parts) or f"FROM {held} LIMIT 0")
    drop(con, "held_key")


def _ask_the_lake(con: duckdb.DuckDBPyConnection, home: Home, table: str) -> None:
    """Make the views ``earlier_<table>`` and ``whole_<table>`` of parts to be read again, and ``asked_ref``, whose rows.

    A profile that stood once in the lake is read where it stands (of an interaction staging has all columns). Where a
    version comes to stand among the copies of another, some of these may be versions from now on: all rows are read.
    """
    among = f"{_AT.format('row.updated_at')} BETWEEN {_AT.format('held.updated_at')} AND {_AT.format('held.until_at')}"
    unclear = f"""
        SELECT DISTINCT source, source_ref, NULL AS night
        FROM arrived AS row
        INNER JOIN was_staging_{table}_version AS held USING (source, source_ref)
        WHERE row.copy IS DISTINCT FROM 'same' AND held.updated_at IS DISTINCT FROM held.until_at AND {among}
    """
    single = f"""
        SELECT source, source_ref, night::VARCHAR AS night FROM was_staging_{table}
        ANTI JOIN was_staging_{table}_version USING (source, source_ref)
        WHERE source NOT IN (FROM anew)
    """
    take(con, "asked_ref", unclear if table == "interaction" else f"{unclear} UNION ALL {single}")
    of_table = f"(FROM sealed_part WHERE lake_table = '{table}')"
    whole = f"FROM {of_table} SEMI JOIN anew USING (source)"
    asked = f"""
        FROM {of_table} AS part
        SEMI JOIN (SELECT DISTINCT source, night FROM asked_ref) AS asked
            ON part.source = asked.source AND part.night = coalesce(asked.night, part.night)
        ANTI JOIN new_part USING (source, night, lake_table, name)
    """
    for view, parts in ((f"whole_{table}", whole), (f"earlier_{table}", asked)):
        attach_files(con, home.lake, table, files_of(con, home, parts), view)


def _gather(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make ``touched_<table>``."""
    single = "FROM earlier_profile SEMI JOIN (FROM asked_ref WHERE night IS NOT NULL) USING (source, source_ref)"
    if table == "interaction":
        held = "(SELECT * REPLACE (ref_as_it_came(channel, source_ref) AS source_ref) FROM was_staging_interaction)"
        single = f"FROM {held} ANTI JOIN was_staging_interaction_version USING (source, content_hash)"
    ours = "WHERE source NOT IN (FROM anew)"
    again = "(FROM asked_ref WHERE night IS NULL)"
    take(con, "touched_ref", "SELECT DISTINCT source, source_ref FROM arrived SEMI JOIN touched_root USING (source, root)")
    take(
        con,
        f"touched_{table}",
        f"""
        SELECT {_FRESH}, 'whole' AS origin FROM whole_{table}
        UNION ALL BY NAME
        SELECT {_FRESH}, 'new' AS origin FROM new_{table} SEMI JOIN touched_ref USING (source, source_ref)
        UNION ALL BY NAME
        SELECT {_FRESH}, 'single' AS origin {single} {ours}
        UNION ALL BY NAME
        SELECT {_FRESH}, 'again' AS origin FROM earlier_{table} SEMI JOIN {again} USING (source, source_ref)
        UNION ALL BY NAME
        SELECT * EXCLUDE ({_DERIVED[table]}), 'version' AS origin FROM was_staging_{table}_version
        ANTI JOIN {again} USING (source, source_ref) {ours}
        """,
    )
    drop(con, "touched_ref")


def files_of(con: duckdb.DuckDBPyConnection, home: Home, parts: str) -> list[Path]:
    """Return the files of some rows of ``sealed_part``."""
    rows = run(con, f"SELECT source, night, name FROM ({parts}) ORDER BY ALL")
    return [home.lake / source / night / name for source, night, name in rows]


def _has(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(run(con, f"SELECT 1 FROM {table} LIMIT 1"))
