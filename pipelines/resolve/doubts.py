"""Pairs that a steward could decide: found by number among all edges, before anything is looked up for those that remain."""

import duckdb
import numpy as np
import pandas as pd

from pipelines.resolve.cluster import JUDGED_WEIGHT, Clusters, strongest_tree
from pipelines.resolve.guard import BIRTHS, FITS_TWO, JUDGED, NAME_ALONE, NAMES, PROMISCUOUS, UNIQUE_IDS
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.settings import Linkage

JUST, NEARLY, CLAIMED, HELD_APART = (
    "linked, but only just",
    "not linked, but nearly",
    "a claim that was not believed",
    "held apart",
)

# How much of a link's probability is taken to be in error where it was not taken. Contradictions are mostly right; what fits
# two people, or has nothing but a name, is right one time in two; where it is only too much, nothing else speaks against it.
ERROR_SHARE = {JUDGED: 0.1, UNIQUE_IDS: 0.1, BIRTHS: 0.1, NAMES: 0.1, FITS_TWO: 0.5, NAME_ALONE: 0.5, PROMISCUOUS: 0.5}
MEASURED = 2  # times what the queue holds is measured; the rest would not come into it

COLUMNS = ["l", "r", "match_weight", "cause", "is_linked", "error_share"]


def find_doubts(con: duckdb.DuckDBPyConnection, found: Clusters, linkage: Linkage) -> pd.DataFrame:
    """Return the pairs in doubt that the queue may come to hold.

    A link that holds its customer together and is less than ``review.margin`` above the threshold; a pair less than that
    below it; a claim that was not believed; a link that was not taken. Of the pairs between two customers the likeliest
    error alone.

    Args:
        con: has resolve.identity and the temporary table node (node, identity_id).

    Returns:
        ``l, r`` (numbers of identities), ``match_weight`` (bits), ``cause``, ``is_linked``, ``error_share`` (of the
        probability that both are one; of its opposite where they are linked).
    """
    near = linkage.threshold - linkage.review.margin
    edges, labels = found.edges, found.labels
    apart = edges[labels[edges["l"].to_numpy()] != labels[edges["r"].to_numpy()]]
    below = apart[apart["match_weight"] < linkage.threshold]
    doubts = pd.concat(
        [
            _weak_links(found, linkage),
            below[below["match_weight"] >= near].assign(cause=NEARLY, is_linked=False, error_share=1.0),
            _claims(con, below).assign(cause=CLAIMED, is_linked=False, error_share=1.0),
            _refused(found),
        ],
        ignore_index=True,
    )[COLUMNS]
    return _worst(con, doubts, labels, MEASURED * linkage.review.at_most)


def _weak_links(found: Clusters, linkage: Linkage) -> pd.DataFrame:
    """A link that only a rare name lets in counts as one at the threshold."""
    tree = strongest_tree(found.kept, found.count)
    weak = tree[(tree["match_weight"] < linkage.threshold + linkage.review.margin) & (tree["match_weight"] < JUDGED_WEIGHT)]
    weights = weak["match_weight"].clip(lower=linkage.threshold)
    return weak.assign(match_weight=weights, cause=JUST, is_linked=True, error_share=1.0)


def _claims(con: duckdb.DuckDBPyConnection, below: pd.DataFrame) -> pd.DataFrame:
    """Return the pairs of which one side claims what is the other's."""
    claimers = [
        node
        for (node,) in run(
            con, "SELECT node FROM node SEMI JOIN (FROM resolve.identity WHERE len(claims) > 0) USING (identity_id)"
        )
    ]
    maybe = below[np.isin(below[["l", "r"]].to_numpy(), claimers).any(axis=1)]
    con.register("claimed_pair", maybe[["l", "r"]])
    met = arrow(con, _CLAIMED).to_pandas()
    con.unregister("claimed_pair")
    claimed: pd.DataFrame = maybe.merge(met, on=["l", "r"])
    return claimed


_CLAIMED = """
    SELECT pair.l, pair.r
    FROM claimed_pair AS pair
    INNER JOIN node AS node_l ON pair.l = node_l.node
    INNER JOIN node AS node_r ON pair.r = node_r.node
    INNER JOIN resolve.identity AS one ON node_l.identity_id = one.identity_id
    INNER JOIN resolve.identity AS other ON node_r.identity_id = other.identity_id
    WHERE list_has_any(one.claims, other.points) OR list_has_any(one.points, other.claims)
"""


def _refused(found: Clusters) -> pd.DataFrame:
    rows = [
        (*cut.link[:3], f"{HELD_APART}: {cut.reason}", False, ERROR_SHARE.get(cut.reason, 1.0))
        for cut in found.cuts
        if cut.link.turn >= 0
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _worst(con: duckdb.DuckDBPyConnection, doubts: pd.DataFrame, labels: np.ndarray, most: int) -> pd.DataFrame:
    """Return one pair of two customers, and at most ``most``: those first that may touch the most."""
    probability = 1 / (1 + np.exp2(-doubts["match_weight"].to_numpy(float)))
    error = np.where(doubts["is_linked"], 1 - probability, probability) * doubts["error_share"].to_numpy(float)
    one, other = labels[doubts["l"].to_numpy(int)], labels[doubts["r"].to_numpy(int)]
    both = {"low": np.minimum(one, other), "high": np.maximum(one, other), "error": error}
    ranked = doubts.assign(**both).sort_values(["error", "match_weight", "l", "r"], ascending=[False, False, True, True])
    is_linked = ranked["is_linked"].to_numpy(bool)
    ranked = ranked[is_linked | ~ranked.duplicated(["low", "high"]).to_numpy()]
    if len(ranked) > most:
        counted = arrow(con, _COUNTED)["record_count"].to_numpy()
        records = np.bincount(labels, weights=counted)
        touched = ranked["error"] * (1 + np.minimum(records[ranked["low"]], records[ranked["high"]]))
        ranked = ranked.loc[touched.sort_values(ascending=False, kind="stable").index[:most]]
    kept: pd.DataFrame = ranked[COLUMNS].sort_values(["l", "r"], ignore_index=True)
    return kept


_COUNTED = "SELECT identity.record_count FROM node INNER JOIN resolve.identity AS identity USING (identity_id) ORDER BY node"
