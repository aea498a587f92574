"""Edges: scored pairs, kept from night to night; only what is new or has changed is scored."""

import logging
from datetime import date

import duckdb

from pipelines.resolve import block
from pipelines.resolve.model import Model, population_of
from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.score import score_pairs
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)

# What a score depends on: everything the model compares, and the blocks that the identity still makes pairs in. An
# identifier that became shared or contested, or a block that grew too large, changes it, and so makes its carriers dirty.
_STATE = """
    SELECT shown.identity_id, md5(shown::VARCHAR || coalesce(block.keys::VARCHAR, '')) AS content_hash
    FROM (SELECT * EXCLUDE (record_count) FROM resolve.identity) AS shown
    LEFT JOIN (
        SELECT identity_id, list(rule || ' ' || side || ' ' || key ORDER BY rule, side, key) AS keys
        FROM resolve.block_key
        GROUP BY identity_id
    ) AS block ON shown.identity_id = block.identity_id
"""
_EMPTY_EDGES = """
    CREATE TABLE IF NOT EXISTS resolve.edge (
        identity_l VARCHAR, identity_r VARCHAR, match_weight DOUBLE, match_probability DOUBLE,
        other_weight DOUBLE, rule VARCHAR, model_version VARCHAR
    )
"""


def update_edges(con: duckdb.DuckDBPyConnection, linkage: Linkage, model: Model, night: date) -> None:
    """Build resolve.edge: last night's edges between identities that are as they were, and the others scored anew.

    The result is that of scoring every pair, edge for edge and weight for weight, because a pair's weight depends on its
    two identities, the model, the settings and the population alone; when one of the last three changes, all is scored.
    """
    version = f"{model.version}-{linkage.digest}-{population_of(con)}"
    run(con, _EMPTY_EDGES)
    run(
        con,
        "CREATE TABLE IF NOT EXISTS resolve.identity_state (identity_id VARCHAR, content_hash VARCHAR, scored_as VARCHAR)",
    )
    run(con, f"CREATE OR REPLACE TEMP TABLE state AS SELECT *, $version AS scored_as FROM ({_STATE})", {"version": version})
    run(
        con,
        "CREATE OR REPLACE TEMP TABLE clean AS SELECT identity_id FROM (FROM state INTERSECT FROM resolve.identity_state)",
    )
    run(con, "CREATE OR REPLACE TEMP TABLE dirty AS SELECT identity_id FROM state ANTI JOIN clean USING (identity_id)")
    pairs = block.candidate_pairs(con, linkage)
    _score_into_new_edge(con, model, population_of(con), linkage.keep_above)
    run(
        con,
        """
        CREATE OR REPLACE TABLE resolve.edge AS
        SELECT identity_l, identity_r, match_weight, match_probability, other_weight, rule, model_version
        FROM (
            SELECT * FROM resolve.edge
            WHERE
                identity_l IN (SELECT identity_id FROM clean)
                AND identity_r IN (SELECT identity_id FROM clean)
            UNION ALL
            SELECT *, $version AS model_version FROM new_edge
        )
        ORDER BY identity_l, identity_r
        """,
        {"version": version},
    )
    run(con, "CREATE OR REPLACE TABLE resolve.identity_state AS FROM state ORDER BY identity_id")
    dirty, known = run(con, "SELECT (SELECT count(*) FROM dirty), (SELECT count(*) FROM state)")[0]
    for table in ("state", "clean", "dirty", "candidate_pair", "new_edge"):
        run(con, f"DROP TABLE {table}")
    log.info("resolve %s: %d of %d identities are new or changed, %d pairs scored", night, dirty, known, pairs)


def _score_into_new_edge(con: duckdb.DuckDBPyConnection, model: Model, population: int, keep_above: float) -> None:
    scored = score_pairs(con, model, population, keep_above=keep_above)
    register(con, "scored", scored)
    run(
        con,
        """
        CREATE OR REPLACE TEMP TABLE new_edge AS
        SELECT
            identity_l,
            identity_r,
            round(scored.match_weight, 6) AS match_weight,
            round(scored.match_probability, 9) AS match_probability,
            round(scored.other_weight, 6) AS other_weight,
            pair.rule
        FROM scored INNER JOIN candidate_pair AS pair USING (identity_l, identity_r)
        """,
    )
    unregister(con, "scored")
