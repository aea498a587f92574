"""Edges: scored pairs, kept from night to night; only what is new or has changed is scored."""

import logging
from datetime import date

import duckdb

from pipelines.resolve.engines.engine import Engine
from pipelines.resolve.exchange import differing
from pipelines.resolve.pairs import block
from pipelines.resolve.pairs.glance import may_reach
from pipelines.resolve.relations import drop, register, run, take, unregister
from pipelines.resolve.scoring.model import Model, population_of
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)

# What a score does not depend on.
_NOT_COMPARED = "EXCLUDE (record_count)"


def build_edges(con: duckdb.DuckDBPyConnection, linkage: Linkage, model: Model, night: date, engine: Engine) -> None:
    """Build resolve.edge: every pair that a block lets in and that may reach ``keep_above``, scored."""
    population = population_of(con)
    version = f"{model.version}-{linkage.digest}-{population}"
    run(con, "CREATE OR REPLACE TABLE resolve.scored_as AS SELECT $version AS version", {"version": version})
    pairs = block.candidate_pairs(con, linkage, whole=True, able=may_reach(model, population, linkage.keep_above))
    _score_into_new_edge(con, model, population, linkage.keep_above, engine)
    edges = "SELECT *, $version AS model_version FROM new_edge"
    run(con, f"CREATE OR REPLACE TABLE resolve.edge AS {edges}", {"version": version})
    drop(con, "candidate_pair", "new_edge")
    log.info("resolve %s: %d pairs scored, all that there are and that may be kept", night, pairs)


def update_edges(con: duckdb.DuckDBPyConnection, linkage: Linkage, model: Model, night: date, engine: Engine) -> bool:
    """Bring resolve.edge up to identities and blocks: pairs with a side that is new or has changed are scored anew.

    The result is that of ``build_edges``, edge for edge and weight for weight, because a pair's weight depends on its two
    identities, the model, the settings and the population alone, and its being scored on the blocks that both are in; when
    the population has changed, all is scored.

    Reads and drops ``was_resolve_identity``, ``now_resolve_identity`` (touched identities before and after) and
    ``dirty_carrier`` (those whose block makes pairs since tonight, or none any more).

    Returns:
        Whether edges of other pairs stayed. Then there are the temporary tables ``dirty`` (identity_id: what is new, gone or
        compared otherwise) and ``loose_end`` (identity_id: of which a link came, went or was scored again).
    """
    population = population_of(con)
    version = f"{model.version}-{linkage.digest}-{population}"
    if run(con, "SELECT version FROM resolve.scored_as") != [(version,)]:
        drop(con, "was_resolve_identity", "now_resolve_identity", "dirty_carrier")
        build_edges(con, linkage, model, night, engine)
        return False
    was, now = (f"(SELECT * {_NOT_COMPARED} FROM {when}_resolve_identity)" for when in ("was", "now"))
    changed = differing(["identity_id"], was, now)
    take(con, "dirty", f"{changed} UNION SELECT identity_id FROM dirty_carrier")
    pairs = block.candidate_pairs(con, linkage, able=may_reach(model, population, linkage.keep_above))
    _score_into_new_edge(con, model, population, linkage.keep_above, engine)
    is_dirty = " OR ".join(f"identity_{side} IN (SELECT identity_id FROM dirty)" for side in "lr")
    take(con, "gone_edge", f"FROM resolve.edge WHERE {is_dirty}")
    is_gone = "edge.identity_l = gone.identity_l AND edge.identity_r = gone.identity_r"
    run(con, f"DELETE FROM resolve.edge AS edge USING gone_edge AS gone WHERE {is_gone}")
    ends = (
        f"SELECT identity_{side} AS identity_id FROM {edges} WHERE match_weight >= {linkage.joins_from}"
        for edges in ("gone_edge", "new_edge")
        for side in "lr"
    )
    take(con, "loose_end", " UNION ".join(ends))
    run(con, "INSERT INTO resolve.edge SELECT *, $version AS model_version FROM new_edge", {"version": version})
    dirty, known = run(con, "SELECT (SELECT count(*) FROM dirty), (SELECT count(*) FROM resolve.identity)")[0]
    drop(con, "candidate_pair", "new_edge", "gone_edge")
    drop(con, "was_resolve_identity", "now_resolve_identity", "dirty_carrier")
    log.info("resolve %s: %d of %d identities are new or changed, %d pairs scored", night, dirty, known, pairs)
    return True


def _score_into_new_edge(
    con: duckdb.DuckDBPyConnection, model: Model, population: int, keep_above: float, engine: Engine
) -> None:
    scored = engine.score(con, model, population, keep_above=keep_above)
    register(con, "scored", scored)
    take(con, "new_edge", _NEW_EDGE)
    unregister(con, "scored")


_NEW_EDGE = """
    SELECT
        scored.identity_l,
        scored.identity_r,
        round(scored.match_weight, 6) AS match_weight,
        round(scored.match_probability, 9) AS match_probability,
        round(scored.other_weight, 6) AS other_weight,
        pair.rule
    FROM scored
    INNER JOIN candidate_pair AS pair USING (identity_l, identity_r)
"""
