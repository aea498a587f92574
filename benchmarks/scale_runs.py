"""The parts of ``benchmarks.scale`` that run in a process each; what they find goes to stdout as JSON."""

import functools
import json
import logging
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import process_time
from typing import Any

import duckdb
import numpy as np

from benchmarks.homes import publish_past
from benchmarks.linkers import _FLAT, contact_log_recipe, splink_groups
from benchmarks.records import components, hold, open_records
from pipelines import warehouse
from pipelines.resolve.customers.past import Past
from pipelines.settings import Home


def resolve(home: Home, night: str, *, full: bool = False) -> dict[str, Any]:
    """Resolve a night; processor seconds by step, the rows of each table, and the warnings."""
    from pipelines.resolve import stage

    steps: dict[str, float] = {}
    for name in [name for name in vars(stage) if name.startswith(_STEPS) and name != "build"]:
        setattr(stage, name, _timed(getattr(stage, name), name, steps))
    warnings: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: warnings.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger("pipelines").addHandler(handler)
    started = process_time()
    past = Past(_version(home), _version(home)) if _version(home).is_file() else Past()
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        rows = stage.resolve(con, home, date.fromisoformat(night), past, full=full)
        written = process_time()
    seconds = process_time() - started
    steps |= {
        "everything else": seconds - sum(steps.values()) - (process_time() - written),
        "commit": process_time() - written,
    }
    return {"cpu_seconds": seconds, "steps": steps, "rows": rows, "warnings": warnings}


_STEPS = ("build_", "update_", "take_", "find_", "goes_on")


def _timed(step: Callable[..., Any], name: str, steps: dict[str, float]) -> Callable[..., Any]:
    @functools.wraps(step)
    def timed(*arguments: Any, **named: Any) -> Any:
        started = process_time()
        try:
            return step(*arguments, **named)
        finally:
            steps[name] = steps.get(name, 0.0) + process_time() - started

    return timed


def publish(home: Home, _: str) -> dict[str, Any]:
    """Publish what a night goes on from: the night after it then runs as it does every night."""
    publish_past(home, _version(home))
    return {}


def _version(home: Home) -> Path:
    return home.path / "customers.duckdb"


def resolve_full(home: Home, night: str) -> dict[str, Any]:
    """Resolve a night with everything forgotten that earlier ones left, except the ids."""
    return resolve(home, night, full=True)


def load(home: Home, night: str) -> dict[str, Any]:
    """Build the golden tables of a night that is resolved; processor seconds, by table."""
    from pipelines.load import stage
    from pipelines.load.golden import households

    steps: dict[str, float] = {}
    for module in (stage, households):
        module.build = _timed_by_table(module.build, steps)  # type: ignore[attr-defined]
    started = process_time()
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        rows = stage.load(con, home, date.fromisoformat(night))
    return {"cpu_seconds": process_time() - started, "steps": steps, "rows": rows}


def _timed_by_table(build: Callable[..., int], steps: dict[str, float]) -> Callable[..., int]:
    @functools.wraps(build)
    def timed(con: duckdb.DuckDBPyConnection, home: Home, table: str, **values: Any) -> int:
        started = process_time()
        rows = build(con, home, table, **values)
        steps[table] = process_time() - started
        return rows

    return timed


def compare(nightly: Home, full: str) -> dict[str, Any]:
    """Compare two warehouses, table by table and row by row, and hold the first against the truth."""
    with open_records(nightly) as records:
        agreement = hold(records).agreement
    con = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": str(nightly.path / "tmp")})
    con.execute(f"ATTACH '{nightly.database}' AS one (READ_ONLY)")
    if (other := Home(Path(full))).path != nightly.path:
        con.execute(f"ATTACH '{other.database}' AS other (READ_ONLY)")
    tables = con.execute("""
        SELECT schema_name || '.' || table_name FROM duckdb_tables()
        WHERE database_name = 'one' AND schema_name IN ('staging', 'resolve') AND NOT starts_with(table_name, 'baseline_')
    """).fetchall()
    differing = [] if other.path == nightly.path else [table for (table,) in tables if _differs(con, table)]
    words = f"it differs from it in {', '.join(differing)}" if differing else f"all {len(tables)} tables are the same"
    found = {"precision": agreement.pairwise_precision, "recall": agreement.pairwise_recall}
    return {"same": not differing, "words": words, **found}


def _differs(con: duckdb.DuckDBPyConnection, table: str) -> bool:
    columns = con.execute(f"SELECT column_name FROM (DESCRIBE one.{table}) ORDER BY 1").fetchall()
    listed = ", ".join(f'"{column}"' for (column,) in columns)
    rows = [f"SELECT {listed} FROM {side}.{table}" for side in ("one", "other")]
    alone = f"(({rows[0]}) EXCEPT ALL ({rows[1]})) UNION ALL (({rows[1]}) EXCEPT ALL ({rows[0]}))"
    return bool(con.execute(f"SELECT 1 FROM ({alone}) LIMIT 1").fetchall())


def splink(home: Home, _: str) -> dict[str, Any]:
    """Splink's README on every record: its comparisons, training, prediction and clusters."""
    with open_records(home) as con:
        con.execute(_FLAT)
        rows = con.sql("SELECT node AS unique_id, * EXCLUDE (node) FROM flat ORDER BY node").to_arrow_table()
        started = process_time()
        groups = splink_groups(rows, contact_log_recipe())
        seconds = process_time() - started
        (size,) = con.execute("SELECT count(*) FROM record").fetchall()[0]
        alone = size + np.arange(size)
        found = np.array([groups.get(node, alone[node]) for node in range(size)], dtype=np.int64)
        agreement = hold(con, found).agreement
    return {"cpu_seconds": seconds, "precision": agreement.pairwise_precision, "recall": agreement.pairwise_recall}


def one_by_one(home: Home, _: str) -> dict[str, Any]:
    """Score each pair of records on its own, by the same model, and join at the threshold; against pairs of identities.

    Records of one identity are compared as well. What no record of an identity reaches by itself (a name alone within one
    conversation) the identity joins by what it is: those are left out of the comparison.
    """
    from pipelines.resolve.pairs.block import candidate_pairs
    from pipelines.resolve.scoring.comparisons import COLUMNS
    from pipelines.resolve.scoring.model import load_model, population_of
    from pipelines.resolve.scoring.score import copy_into, score_pairs, scratch
    from pipelines.resolve.settings import load_linkage

    linkage, model = load_linkage(home.find("config/linkage.yml")), load_model(home.find("config/linkage_model.json"))
    con = warehouse.connect(":memory:", home)
    con.execute(f"ATTACH '{home.database}' AS kept (READ_ONLY)")
    con.execute("USE kept")
    population = population_of(con)
    pairs = candidate_pairs(con, linkage, whole=True)
    identity_pairs = con.sql("SELECT identity_l, identity_r FROM candidate_pair").to_arrow_table()
    rows = con.sql(f"SELECT identity_id, {', '.join(COLUMNS)} FROM resolve.identity").to_arrow_table()
    records = con.sql("""
        SELECT identity_id, row_number() OVER (ORDER BY record_kind, source, source_ref) - 1 AS node
        FROM resolve.record_identity WHERE identity_id IS NOT NULL
    """).to_arrow_table()
    found: dict[str, Any] = {"identity_pairs": pairs, "records": records.num_rows}
    with scratch(con) as own:
        own.execute("CREATE SCHEMA resolve")
        copy_into(own, "one", rows)
        copy_into(own, "record", records)
        copy_into(own, "pair", identity_pairs)
        started = process_time()
        own.execute("CREATE TABLE resolve.identity AS FROM one")
        own.execute("CREATE TABLE candidate_pair AS FROM pair")
        links = score_pairs(own, model, population, keep_above=linkage.threshold)
        found["identity_seconds"] = process_time() - started
        copy_into(own, "identity_link", links)
        own.execute("DROP TABLE resolve.identity; DROP TABLE candidate_pair")
        started = process_time()
        own.execute("""
            CREATE TABLE resolve.identity AS
            SELECT one.* REPLACE (node::VARCHAR AS identity_id) FROM one JOIN record USING (identity_id)
        """)
        own.execute("""
            CREATE TABLE candidate_pair AS
            SELECT l.node::VARCHAR AS identity_l, r.node::VARCHAR AS identity_r
            FROM pair JOIN record AS l ON pair.identity_l = l.identity_id JOIN record AS r ON pair.identity_r = r.identity_id
            UNION ALL
            SELECT l.node::VARCHAR, r.node::VARCHAR FROM record AS l JOIN record AS r
            ON l.identity_id = r.identity_id AND l.node < r.node
        """)
        record_links = score_pairs(own, model, population, keep_above=linkage.threshold)
        found["record_seconds"] = process_time() - started
        found["record_pairs"] = own.execute("SELECT count(*) FROM candidate_pair").fetchall()[0][0]
        copy_into(own, "record_link", record_links)
        found["apart"] = _apart(own, records.num_rows)
    return found


def _apart(own: duckdb.DuckDBPyConnection, size: int) -> int:
    """Return how many records lie in another cluster, of the identities whose own records reach one another."""
    by_record = own.execute("SELECT identity_l::BIGINT AS l, identity_r::BIGINT AS r FROM record_link").fetchnumpy()
    own.execute("CREATE TABLE first AS SELECT identity_id, min(node) AS node FROM record GROUP BY identity_id")
    whole = own.execute("""
        SELECT first.node AS l, record.node AS r FROM record JOIN first USING (identity_id)
        UNION ALL
        SELECT l.node, r.node FROM identity_link
        JOIN first AS l ON identity_l = l.identity_id
        JOIN first AS r ON identity_r = r.identity_id
    """).fetchnumpy()
    of_identities = components(size, whole["l"], whole["r"])
    of_records = components(size, by_record["l"], by_record["r"])
    own.register("grouped", {"node": np.arange(size), "one": of_identities, "other": of_records})
    return int(
        own.execute("""
            WITH reached AS (
                SELECT identity_id FROM record JOIN grouped USING (node)
                GROUP BY identity_id HAVING count(DISTINCT other) = 1
            )
            SELECT coalesce(sum(records), 0) FROM (
                SELECT one, count(*) AS records FROM grouped JOIN record USING (node) SEMI JOIN reached USING (identity_id)
                GROUP BY one HAVING count(DISTINCT other) > 1
            )
        """).fetchall()[0][0]
    )


if __name__ == "__main__":
    _, what, path, argument = sys.argv
    parts = (resolve, publish, load, resolve_full, compare, splink, one_by_one)
    print(json.dumps({part.__name__: part for part in parts}[what](Home(Path(path)), argument), default=str))
