"""The clusters of a night as frames that the next steps read: which identities are one part, and what was not taken."""

import logging
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.resolve import agreement
from pipelines.resolve.cluster import JUDGED_WEIGHT, Clusters, find_clusters, first_of, weakest_links
from pipelines.resolve.engine import Engine
from pipelines.resolve.guard import NAME_ALONE, Cut
from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)


def build_parts(con: duckdb.DuckDBPyConnection, linkage: Linkage, night: date, engine: Engine) -> Clusters:
    """Find out which identities are one person, and what speaks against it.

    Reads resolve.identity, resolve.edge and, where it is there, resolve.judgement. Leaves the temporary table node (node,
    identity_id), by whose numbers the result goes, and registers two frames:

    - part: ``identity_id, part`` (its first node), ``weakest_weight`` (bits; NULL alone, infinite where
      only stewards hold it together);
    - cut_link: ``identity_l, identity_r, match_weight, reason, witness_l, witness_r``: links that were not taken.
    """
    agreement.install(con)
    run(con, f"CREATE OR REPLACE TEMP TABLE node AS {_NODES}")
    clusters = find_clusters(con, linkage, engine.components)
    _register_parts(con, clusters)
    register(con, "cut", _cut_table(clusters.cuts))
    register(con, "cut_link", arrow(con, _CUT))
    unregister(con, "cut")
    log.info(
        "resolve %s: %d links join %d identities into %d; the guard cut %d, equal names alone were not enough for %d",
        night, len(clusters.kept), clusters.count, len(np.unique(clusters.labels)),
        sum(cut.reason != NAME_ALONE for cut in clusters.cuts), sum(cut.reason == NAME_ALONE for cut in clusters.cuts),
    )  # fmt: skip
    return clusters


_NODES = "SELECT row_number() OVER (ORDER BY identity_id) - 1 AS node, identity_id FROM resolve.identity"


def _register_parts(con: duckdb.DuckDBPyConnection, found: Clusters) -> None:
    weakest = weakest_links(found.kept, found.labels, found.count)
    weakest = np.where(weakest >= JUDGED_WEIGHT, np.inf, weakest)  # a steward's word is certain
    numbered = {"node": np.arange(found.count), "first_node": first_of(found.labels)}
    register(con, "labelled", pa.table(numbered | {"weakest_weight": pa.array(weakest, from_pandas=True)}))
    register(con, "part", arrow(con, _PART))
    unregister(con, "labelled")


_PART = """
    SELECT node.identity_id, labelled.first_node AS part, labelled.weakest_weight
    FROM labelled INNER JOIN node ON labelled.node = node.node
"""
_CUT = """
    SELECT
        l.identity_id AS identity_l,
        r.identity_id AS identity_r,
        cut.match_weight,
        cut.reason,
        witness_l.identity_id AS witness_l,
        witness_r.identity_id AS witness_r
    FROM cut
    INNER JOIN node AS l ON cut.l = l.node
    INNER JOIN node AS r ON cut.r = r.node
    LEFT JOIN node AS witness_l ON cut.witness_l = witness_l.node
    LEFT JOIN node AS witness_r ON cut.witness_r = witness_r.node
    ORDER BY cut.l, cut.r
"""
_CUT_SCHEMA = pa.schema(
    [("l", pa.int64()), ("r", pa.int64()), ("match_weight", pa.float64()), ("reason", pa.string()),
     ("witness_l", pa.int64()), ("witness_r", pa.int64())]
)  # fmt: skip


def _cut_table(cuts: list[Cut]) -> pa.Table:
    rows = [(*cut.link[:3], cut.reason, cut.witness_l, cut.witness_r) for cut in cuts]
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in _CUT_SCHEMA]
    return pa.table(dict(zip(_CUT_SCHEMA.names, columns, strict=True)), schema=_CUT_SCHEMA)
