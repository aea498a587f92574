"""Staging brought up to the lake: only records of partitions that are new, gone or written anew are made again.

``staging.part`` holds which Parquet files the tables reflect. A file is known by its place, size and time of writing: what a
batch holds never changes under one name, and what was written anew was written at another time.
"""

import logging

import duckdb
import pyarrow as pa

from pipelines.extract.landing.lake import attach_files
from pipelines.extract.landing.partition import MEND, SEALED
from pipelines.files import read_own
from pipelines.resolve.evidence import mail_ids
from pipelines.resolve.evidence.versions import VERSIONED, build_versions, exchange_versions, files_of, take_rows
from pipelines.resolve.exchange import RECORD, Exchange, exchange, keep_rows, named, narrowed, put
from pipelines.resolve.relations import drop, has_table, register, run, take, unregister
from pipelines.settings import Home
from pipelines.warehouse import build, select_of

log = logging.getLogger(__name__)

_MADE = ("interaction", "profile", "identifier", "consent", "ledger")  # beside the versions, in this order
STAGING = (*_MADE, *(f"{table}_version" for table in VERSIONED))
_TABLES = ("interaction", "profile", "ledger")  # of the lake, that staging is made of
_PART = pa.schema([
    ("source", pa.string()), ("night", pa.string()), ("lake_table", pa.string()), ("name", pa.string()),
    ("size", pa.int64()), ("written_ns", pa.int64()),
])  # fmt: skip


def take_parts(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Make the sealed Parquet files that staging is made of the temporary table ``sealed_part``; tell which are gone.

    Call it before the lake is attached: a file that arrives between the two is then read twice, and never missed. And
    before the parts that the tables reflect are forgotten.
    """
    rows = []
    for seal in sorted(home.lake.glob(f"*/*/{SEALED}")):
        files = read_own(seal, MEND)["files"]
        for table in _TABLES:
            for name in files.get(table, []):
                told = (seal.parent / name).stat()
                source, night = seal.parent.parent.name, seal.parent.name
                rows.append((source, night, table, name, told.st_size, told.st_mtime_ns))
    columns = list(zip(*rows, strict=True)) or [() for _ in _PART]
    parts = pa.table([pa.array(column, kind.type) for column, kind in zip(columns, _PART, strict=True)], schema=_PART)
    register(con, "parts", parts)
    take(con, "sealed_part", "FROM parts")
    unregister(con, "parts")
    _tell_gone(con)


def _tell_gone(con: duckdb.DuckDBPyConnection) -> None:
    if not has_table(con, "staging", "part"):
        return
    gone = "SELECT source, night FROM staging.part EXCEPT SELECT source, night FROM sealed_part ORDER BY source, night"
    for source, night in run(con, gone):
        log.warning("resolve: what %s brought on %s is gone from the lake, and so from the tables; %s", source, night, MEND)


def build_staging(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Build staging.* from all that is sealed; the lake's views are attached."""
    build_versions(con, home)
    for table in _MADE:
        build(con, home, f"staging.{table}")
    _note_parts(con)


def update_staging(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bring staging.* from the parts it reflects to ``sealed_part``, to the same rows as ``build_staging``.

    Leaves the temporary tables ``touched_record`` (record_kind, source, source_ref: records that came, went or changed) and
    ``was_staging_identifier``, ``now_staging_identifier``, ``now_staging_interaction``: their rows before and after.
    """
    mail_ids.install(con)
    take(con, "new_part", "FROM sealed_part EXCEPT FROM staging.part")
    take(con, "anew", "SELECT DISTINCT source FROM (FROM staging.part EXCEPT FROM sealed_part)")
    for table in _TABLES:
        files = files_of(con, home, f"FROM new_part WHERE lake_table = '{table}'")
        attach_files(con, home.lake, table, files, f"new_{table}")
    run(con, "INSERT INTO anew SELECT DISTINCT source FROM new_ledger SEMI JOIN staging.ledger USING (source, night, file)")
    records = [made for table in VERSIONED for made in _exchange_records(con, home, table)]
    take(con, "known_record", _keys("was"))
    take(con, "touched_key", f"{_keys('was')} UNION {_keys('now')}")
    reads = {
        "lake_profile": "touched_profile", "staging.profile_version": "now_staging_profile_version",
        "staging.interaction": "now_staging_interaction",
    }  # fmt: skip
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
    drop(con, "touched_interaction", "touched_profile")


def _keys(when: str) -> str:
    return " UNION ".join(
        f"SELECT '{kind}' AS record_kind, source, source_ref FROM {when}_staging_{kind}" for kind in VERSIONED
    )


def _exchange_records(con: duckdb.DuckDBPyConnection, home: Home, table: str) -> list[Exchange]:
    """Make the touched rows of staging.<table> and of its versions again (``versions.take_rows`` says which those are)."""
    take_rows(con, home, table)
    versions, made = exchange_versions(con, home, table), named(f"staging.{table}", ("source", "source_ref"))
    query, given = select_of(con, home, made.table, {})
    reads = {f"lake_{table}": f"touched_{table}", versions.table: versions.now}
    run(con, f"CREATE OR REPLACE TEMP TABLE {made.now} AS {narrowed(query, reads)}", given)
    put(con, made)
    return [made, versions]


def _exchange_ledger(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Bring staging.ledger up to date: of each file the touched records count as they are, and no longer as they were.

    How they counted is told by where each content arrived first; a copy that was dropped is a duplicate of its file.
    """
    made = named("staging.ledger", ("source", "night", "file"))
    ours = "WHERE source NOT IN (FROM anew)"
    for table in VERSIONED:
        take(
            con,
            f"counted_{table}",
            f"""
            SELECT source, source_ref, content_hash, night, file, sequence, origin = 'single' AS is_earlier
            FROM touched_{table} WHERE origin IN ('whole', 'new', 'single')
            UNION ALL
            SELECT DISTINCT source, source_ref, content_hash, unnest(first_place), TRUE AS is_earlier
            FROM was_staging_{table}_version {ours}
            """,
        )
    each = [f"{name}_{table}" for name in ("counted", "copied") for table in VERSIONED]
    files = " UNION ".join(f"SELECT source, night, file FROM {name}" for name in (*each, "new_ledger"))
    take(con, "touched_file", files)
    held = "FROM staging.ledger SEMI JOIN touched_file USING (source, night, file)"
    keep_rows(con, made, f"{held} {ours} UNION ALL FROM staging.ledger SEMI JOIN anew USING (source)")
    whole = "FROM sealed_part WHERE lake_table = 'ledger' AND source IN (FROM anew)"
    attach_files(con, home.lake, "ledger", files_of(con, home, whole), "whole_ledger")
    facts = "source, night, file, bytes, sha256, format, suppressed, quarantined"
    rows = ("whole_ledger", f"new_ledger {ours}", f"{made.was} {ours}")
    take(con, "touched_ledger", " UNION ALL ".join(f"SELECT {facts} FROM {of}" for of in rows))
    query, given = select_of(con, home, made.table, {})
    reads = {"lake_ledger": "touched_ledger"} | {f"lake_{table}": f"counted_{table}" for table in VERSIONED}
    run(con, f"CREATE OR REPLACE TEMP TABLE counted_now AS {narrowed(query, reads)}", given)
    reads |= {f"lake_{table}": f"(FROM counted_{table} WHERE is_earlier)" for table in VERSIONED}
    run(con, f"CREATE OR REPLACE TEMP TABLE counted_before AS {narrowed(query, reads)}", given)
    take(
        con,
        made.now,
        f"""
        SELECT now.* REPLACE (
            now.read + coalesce(held.read - before.read, 0) + coalesce(copied.copies, 0) AS read,
            now.accepted + coalesce(held.accepted - before.accepted, 0) AS accepted,
            now.duplicate + coalesce(held.duplicate - before.duplicate, 0) + coalesce(copied.copies, 0) AS duplicate
        )
        FROM counted_now AS now
        LEFT JOIN (FROM {made.was} {ours}) AS held USING (source, night, file)
        LEFT JOIN counted_before AS before USING (source, night, file)
        LEFT JOIN (
            SELECT source, night, file, sum(copies)::BIGINT AS copies
            FROM ({" UNION ALL ".join(f"FROM copied_{table}" for table in VERSIONED)}) GROUP BY source, night, file
        ) AS copied USING (source, night, file)
        """,
    )
    put(con, made)
    drop(con, *made.tables, *each, "touched_file", "touched_ledger", "counted_now", "counted_before")


def _note_parts(con: duckdb.DuckDBPyConnection) -> None:
    run(con, "CREATE OR REPLACE TABLE staging.part AS FROM sealed_part ORDER BY ALL")
    drop(con, "sealed_part")
