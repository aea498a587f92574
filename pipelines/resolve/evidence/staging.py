"""Staging brought up to the lake: only records of partitions that are new, gone or written anew are made again.

``staging.part`` holds which Parquet files the tables reflect. A file is known by its place, size and time of writing: what a
batch holds never changes under one name, and what was written anew was written at another time.
"""

import json
from pathlib import Path

import duckdb
import pyarrow as pa

from pipelines.extract.lake import attach_files
from pipelines.extract.partition import SEALED
from pipelines.resolve.exchange import RECORD, Exchange, exchange, keep_rows, named, narrowed, put
from pipelines.resolve.relations import drop, register, run, unregister
from pipelines.settings import Home
from pipelines.warehouse import build, select_of

STAGING = ("interaction", "profile", "identifier", "consent", "ledger")
_TABLES = ("interaction", "profile", "ledger")  # of the lake, that staging is made of
_PART = pa.schema([
    ("source", pa.string()), ("night", pa.string()), ("lake_table", pa.string()), ("name", pa.string()),
    ("size", pa.int64()), ("written_ns", pa.int64()),
])  # fmt: skip
_PLACE = "source, night, lake_table, name"
# A mail whose Message-ID was taken gets "#" and eight digits behind it (staging.interaction): one root is one group.
_ROOT = "CASE WHEN contains(source_ref, '#') THEN regexp_replace(source_ref, '(#[0-9a-f]{8})+$', '') ELSE source_ref END"


def take_parts(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Make the sealed Parquet files that staging is made of the temporary table ``sealed_part``.

    Call it before the lake is attached: a file that arrives between the two is then read twice, and never missed.
    """
    rows = []
    for seal in sorted(home.lake.glob(f"*/*/{SEALED}")):
        files = json.loads(seal.read_text())["files"]
        for table in _TABLES:
            for name in files.get(table, []):
                told = (seal.parent / name).stat()
                source, night = seal.parent.parent.name, seal.parent.name
                rows.append((source, night, table, name, told.st_size, told.st_mtime_ns))
    columns = list(zip(*rows, strict=True)) or [() for _ in _PART]
    parts = pa.table([pa.array(column, kind.type) for column, kind in zip(columns, _PART, strict=True)], schema=_PART)
    register(con, "parts", parts)
    run(con, "CREATE OR REPLACE TEMP TABLE sealed_part AS FROM parts")
    unregister(con, "parts")


def build_staging(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Build staging.* from all that is sealed; the lake's views are attached."""
    for table in STAGING:
        build(con, home, f"staging.{table}")
    _note_parts(con)


def update_staging(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bring staging.* from the parts it reflects to ``sealed_part``, to the same rows as ``build_staging``.

    Leaves the temporary tables ``touched_record`` (record_kind, source, source_ref: records that came, went or changed) and
    ``was_staging_identifier``, ``now_staging_identifier``, ``now_staging_interaction``: their rows before and after.
    """
    run(con, "CREATE OR REPLACE TEMP TABLE new_part AS FROM sealed_part EXCEPT FROM staging.part")
    run(con, "CREATE OR REPLACE TEMP TABLE anew AS SELECT DISTINCT source FROM (FROM staging.part EXCEPT FROM sealed_part)")
    for table in _TABLES:
        files = _files(con, home, f"FROM new_part WHERE lake_table = '{table}'")
        attach_files(con, home.lake, table, files, f"new_{table}")
    run(con, "INSERT INTO anew SELECT DISTINCT source FROM new_ledger SEMI JOIN staging.ledger USING (source, night, file)")
    records = [_exchange_records(con, home, table) for table in ("interaction", "profile")]
    run(con, f"CREATE OR REPLACE TEMP TABLE known_record AS {_keys('was')}")
    run(con, f"CREATE OR REPLACE TEMP TABLE touched_key AS {_keys('was')} UNION {_keys('now')}")
    reads = {"lake_profile": "touched_profile", "staging.interaction": "now_staging_interaction"}
    for table in ("identifier", "consent"):
        records.append(exchange(con, home, f"staging.{table}", RECORD, "touched_key", reads, known="known_record"))
    _exchange_ledger(con, home)
    run(con, f"""
        CREATE OR REPLACE TEMP TABLE touched_record AS
        SELECT 'interaction' AS record_kind, source, source_ref FROM changed_staging_interaction
        UNION
        SELECT 'profile' AS record_kind, source, source_ref FROM changed_staging_profile
        UNION
        SELECT {", ".join(RECORD)} FROM changed_staging_identifier
    """)  # fmt: skip
    _note_parts(con)
    drop(con, "new_part", "anew", "touched_key", "known_record")
    left = ("was_staging_identifier", "now_staging_identifier", "now_staging_interaction")
    drop(con, *(name for made in records for name in made.tables if name not in left))
    drop(con, "touched_interaction", "touched_profile", "touched_ref", "known_ref")


def _keys(when: str) -> str:
    kinds = ("interaction", "profile")
    return " UNION ".join(f"SELECT '{kind}' AS record_kind, source, source_ref FROM {when}_staging_{kind}" for kind in kinds)


def _exchange_records(con: duckdb.DuckDBPyConnection, home: Home, table: str) -> Exchange:
    """Make the touched rows of staging.<table> again, and keep those of the lake they come from as touched_<table>.

    Touched are the records of new parts, and all of a source of which a part has gone or was written anew. Of records that
    were there before, every version is read again, from all parts of their source.
    """
    made = named(f"staging.{table}", ("source", "source_ref"))
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE touched_ref AS
        SELECT DISTINCT source, {_ROOT} AS root FROM new_{table} WHERE source NOT IN (SELECT source FROM anew)
        """,
    )
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE known_ref AS
        SELECT source, root FROM touched_ref
        SEMI JOIN (SELECT source, {_ROOT} AS root FROM staging.{table}) AS held USING (source, root)
        """,
    )
    of_source = f"FROM sealed_part WHERE lake_table = '{table}' AND source IN"
    whole = _files(con, home, f"{of_source} (SELECT source FROM anew)")
    earlier = _files(con, home, f"FROM ({of_source} (SELECT source FROM known_ref)) ANTI JOIN new_part USING ({_PLACE})")
    attach_files(con, home.lake, table, whole, f"whole_{table}")
    attach_files(con, home.lake, table, earlier, f"earlier_{table}")
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE touched_{table} AS
        SELECT *, FALSE AS is_earlier FROM whole_{table}
        UNION ALL BY NAME
        SELECT *, FALSE AS is_earlier FROM new_{table} WHERE source NOT IN (SELECT source FROM anew)
        UNION ALL BY NAME
        SELECT *, TRUE AS is_earlier FROM earlier_{table} AS version
        WHERE (source, {_ROOT}) IN (SELECT (source, root) FROM known_ref)
        """,
    )
    keep_rows(
        con,
        made,
        f"""
        SELECT * FROM staging.{table}
        WHERE source IN (SELECT source FROM anew) OR (source, {_ROOT}) IN (SELECT (source, root) FROM known_ref)
        """,
    )
    query, given = select_of(con, home, made.table, {})
    run(con, f"CREATE OR REPLACE TEMP TABLE {made.now} AS {narrowed(query, {f'lake_{table}': f'touched_{table}'})}", given)
    put(con, made)
    return made


def _exchange_ledger(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bring staging.ledger up to date: of each file the touched records count as they are, and no longer as they were."""
    made = named("staging.ledger", ("source", "night", "file"))
    rows = "SELECT source, night, file FROM touched_interaction UNION SELECT source, night, file FROM touched_profile"
    run(con, f"CREATE OR REPLACE TEMP TABLE touched_file AS {rows} UNION SELECT source, night, file FROM new_ledger")
    keep_rows(
        con,
        made,
        "SELECT * FROM staging.ledger AS held WHERE source IN (SELECT source FROM anew)"
        " OR (source, night, file) IN (SELECT (source, night, file) FROM touched_file)",
    )
    attach_files(
        con, home.lake, "ledger",
        _files(con, home, "FROM sealed_part WHERE lake_table = 'ledger' AND source IN (SELECT source FROM anew)"),
        "whole_ledger",
    )  # fmt: skip
    facts = "source, night, file, bytes, sha256, format, suppressed, quarantined"
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE touched_ledger AS
        SELECT {facts} FROM whole_ledger
        UNION ALL
        SELECT {facts} FROM new_ledger WHERE source NOT IN (SELECT source FROM anew)
        UNION ALL
        SELECT {facts} FROM {made.was} WHERE source NOT IN (SELECT source FROM anew)
        """,
    )
    query, given = select_of(con, home, made.table, {})
    reads = {f"lake_{table}": f"touched_{table}" for table in _TABLES}
    run(con, f"CREATE OR REPLACE TEMP TABLE counted_now AS {narrowed(query, reads)}", given)
    before = {f"lake_{table}": f"(FROM touched_{table} WHERE is_earlier)" for table in ("interaction", "profile")}
    run(con, f"CREATE OR REPLACE TEMP TABLE counted_before AS {narrowed(query, reads | before)}", given)
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE {made.now} AS
        SELECT now.* REPLACE (
            now.read + coalesce(held.read - before.read, 0) AS read,
            now.accepted + coalesce(held.accepted - before.accepted, 0) AS accepted,
            now.duplicate + coalesce(held.duplicate - before.duplicate, 0) AS duplicate
        )
        FROM counted_now AS now
        LEFT JOIN (FROM {made.was} WHERE source NOT IN (SELECT source FROM anew)) AS held USING (source, night, file)
        LEFT JOIN counted_before AS before USING (source, night, file)
        """,
    )
    put(con, made)
    drop(con, *made.tables, "touched_file", "touched_ledger", "counted_now", "counted_before")


def _files(con: duckdb.DuckDBPyConnection, home: Home, parts: str) -> list[Path]:
    """Return the files of some rows of ``sealed_part``."""
    rows = run(con, f"SELECT source, night, name FROM ({parts}) ORDER BY ALL")
    return [home.lake / source / night / name for source, night, name in rows]


def _note_parts(con: duckdb.DuckDBPyConnection) -> None:
    run(con, "CREATE OR REPLACE TABLE staging.part AS FROM sealed_part ORDER BY ALL")
    drop(con, "sealed_part")
