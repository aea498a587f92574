"""The clusters of a night as tables that the next steps read: which identities are one part, and what was not taken."""

import logging
from datetime import date

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.resolve.clusters.affected import AFFECTED
from pipelines.resolve.clusters.cluster import (
    ASKED,
    JUDGED_WEIGHT,
    Clusters,
    find_clusters,
    number_identities,
    strongest_tree,
    weakest_links,
)
from pipelines.resolve.clusters.guard import NAME_ALONE
from pipelines.resolve.clusters.replay import clustered
from pipelines.resolve.engines.components import first_of
from pipelines.resolve.engines.engine import Engine
from pipelines.resolve.relations import arrow, drop, register
from pipelines.resolve.scoring import agreement
from pipelines.resolve.settings import Linkage

log = logging.getLogger(__name__)

FRAMES = ("part", "cut_link", "bond_link")


def build_parts(con: duckdb.DuckDBPyConnection, linkage: Linkage, night: date, engine: Engine) -> None:
    """Find out which identities are one person, and what speaks against it.

    Reads resolve.identity, resolve.edge and, where it is there, resolve.judgement. Registers three frames (``FRAMES``):

    - part: ``identity_id, part`` (a number), ``weakest_weight`` (bits; NULL alone, infinite where only stewards hold it
      together), ``component`` (the first identity of all that hang together by any link or judgement, taken or not);
    - cut_link: ``identity_l, identity_r, match_weight, reason, witness_l, witness_r``: links that were not taken;
    - bond_link: ``identity_l, identity_r, match_weight`` (infinite for a steward's): the strongest tree of each part.
    """
    agreement.install(con)
    number_identities(con)
    clusters = find_clusters(con, linkage, engine.components)
    names = arrow(con, "SELECT identity_id FROM node ORDER BY node")["identity_id"].combine_chunks()
    drop(con, "node")
    _register_frames(con, clusters, names)
    _tell(clusters, night, "identities")


def update_parts(con: duckdb.DuckDBPyConnection, linkage: Linkage, night: date) -> None:
    """Do the same for the identities of the temporary table ``affected`` (``affected.find_affected``) alone.

    What hangs together with one of them is among them, and what hangs together clusters by itself as within the whole.
    """
    rows = [
        arrow(con, f"SELECT {', '.join(ASKED)} FROM resolve.identity SEMI JOIN {AFFECTED} USING (identity_id)"),
        *(arrow(con, f"FROM resolve.{table} SEMI JOIN {_FIRST} USING (identity_l)") for table in ("edge", "judgement")),
    ]
    identities, edges, judged = rows
    with clustered(con, identities, edges, linkage, judged) as replay:
        _register_frames(con, replay.found, pa.array(replay.identities, pa.string()))
        _tell(replay.found, night, "touched identities")


_FIRST = f"(SELECT identity_id AS identity_l FROM {AFFECTED})"


def _tell(found: Clusters, night: date, which: str) -> None:
    log.info(
        "resolve %s: %d links join %d %s into %d; the guard cut %d, equal names alone were not enough for %d",
        night, len(found.kept), found.count, which, len(np.unique(found.labels)),
        sum(cut.reason != NAME_ALONE for cut in found.cuts), sum(cut.reason == NAME_ALONE for cut in found.cuts),
    )  # fmt: skip


def _register_frames(con: duckdb.DuckDBPyConnection, found: Clusters, names: pa.StringArray) -> None:
    tree = strongest_tree(found.kept, found.count)
    weakest = pa.array(_with_stewards(weakest_links(tree, found.labels)), from_pandas=True)
    part = {"identity_id": names, "part": first_of(found.labels), "weakest_weight": weakest}
    component = names.take(pa.array(first_of(found.hanging)))
    register(con, "part", pa.table(part | {"component": component}))
    register(con, "cut_link", _cut_links(found, names))
    register(con, "bond_link", _bond_links(tree, names))


def _with_stewards(weights: np.ndarray) -> np.ndarray:
    """A steward's word is certain."""
    certain: np.ndarray = np.where(weights >= JUDGED_WEIGHT, np.inf, weights)
    return certain


def _bond_links(tree: pd.DataFrame, names: pa.StringArray) -> pa.Table:
    ends = {f"identity_{side}": names.take(pa.array(tree[side].to_numpy())) for side in "lr"}
    return pa.table(ends | {"match_weight": _with_stewards(tree["match_weight"].to_numpy(float))})


def _cut_links(found: Clusters, names: pa.StringArray) -> pa.Table:
    def named(nodes: list[int | None]) -> pa.Array:
        return names.take(pa.array(nodes, pa.int64()))

    cuts = sorted(found.cuts, key=lambda cut: cut.link[:2])
    return pa.table(
        {
            "identity_l": named([cut.link.left for cut in cuts]),
            "identity_r": named([cut.link.right for cut in cuts]),
            "match_weight": pa.array([cut.link.weight for cut in cuts], pa.float64()),
            "reason": pa.array([cut.reason for cut in cuts], pa.string()),
            "witness_l": named([cut.witness_l for cut in cuts]),
            "witness_r": named([cut.witness_r for cut in cuts]),
        }
    )
