"""Pairs drawn by lot: a sample that nobody chose, that stays from night to night, and is asked blind."""

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.resolve.cluster import Clusters
from pipelines.resolve.relations import arrow, register, unregister
from pipelines.resolve.settings import Linkage

COMPARED, THROUGH_OTHERS = "linked, compared", "linked through others"
NEAR, FAR = "apart, near the threshold", "apart, far below"
LEAST_BITS = 2  # at most a quarter of a stratum, so that of few pairs most can be asked in order of their cost


def draw(con: duckdb.DuckDBPyConnection, found: Clusters, linkage: Linkage) -> tuple[pa.Table, pd.DataFrame]:
    """Count the strata and draw from each.

    A pair's lot is both identities' hashes, xored: it is drawn where the last ``sample_bits`` of it are zeros. With each
    bit more the sample halves, and what is left was in it before.

    Args:
        con: has the temporary table node (node, identity_id).

    Returns:
        ``stratum, is_linked, pair_count, sample_bits``, one row a stratum; and the pairs drawn: ``l, r`` (numbers of
        identities), ``lot, stratum, match_weight`` (NaN where the pair was never compared).
    """
    edges, labels = found.edges, found.labels
    left, right = edges["l"].to_numpy(), edges["r"].to_numpy()
    is_linked = labels[left] == labels[right]
    is_near = edges["match_weight"].to_numpy() >= linkage.threshold - linkage.review.margin
    sizes = np.bincount(labels, minlength=1)
    pairs = {
        COMPARED: int(is_linked.sum()),
        THROUGH_OTHERS: int((sizes * (sizes - 1) // 2).sum() - is_linked.sum()),
        NEAR: int((~is_linked & is_near).sum()),
        FAR: int((~is_linked & ~is_near).sum()),
    }
    bits = {name: sample_bits(count, linkage.review.audit_pairs) for name, count in pairs.items()}
    lots = arrow(con, "SELECT md5_number_lower(identity_id) AS lot FROM node ORDER BY node")["lot"].to_numpy()
    compared = edges[["l", "r", "match_weight"]].assign(
        lot=lots[left] ^ lots[right], stratum=np.select([is_linked, is_near], [COMPARED, NEAR], FAR)
    )
    others = _through_others(con, found, lots, min(bits[COMPARED], bits[THROUGH_OTHERS]))
    drawn = pd.concat([compared, others], ignore_index=True)
    masks = drawn["stratum"].map({name: (1 << count) - 1 for name, count in bits.items()}).to_numpy(np.uint64)
    is_drawn = (drawn["lot"].to_numpy(np.uint64) & masks) == 0
    strata = pa.table(
        {
            "stratum": list(pairs),
            "is_linked": [name in (COMPARED, THROUGH_OTHERS) for name in pairs],
            "pair_count": pa.array(pairs.values(), pa.int64()),
            "sample_bits": pa.array(bits.values(), pa.int32()),
        }
    )
    return strata, drawn[is_drawn if linkage.review.audit_pairs else np.zeros(len(drawn), dtype=bool)]


def sample_bits(pairs: int, most: int) -> int:
    """Return how many bits of the lot must be zero for about ``most`` of the pairs to be drawn, or half as many."""
    bits = LEAST_BITS
    while pairs > most << bits and most:
        bits += 1
    return bits


def _through_others(con: duckdb.DuckDBPyConnection, found: Clusters, lots: np.ndarray, bits: int) -> pd.DataFrame:
    """Return the pairs within a customer that no edge joins, of those whose lot ends in ``bits`` zeros."""
    register(con, "placed", pa.table({"node": np.arange(found.count), "label": found.labels, "lot": lots}))
    pairs = arrow(
        con,
        f"""
        SELECT one.node AS l, other.node AS r, xor(one.lot, other.lot) AS lot
        FROM placed AS one INNER JOIN placed AS other ON one.label = other.label AND one.node < other.node
        WHERE xor(one.lot, other.lot) & {(1 << bits) - 1}::UBIGINT = 0
        """,
    )
    unregister(con, "placed")
    frame = pd.DataFrame({name: pairs[name].to_numpy() for name in pairs.column_names})
    known = found.edges["l"].to_numpy() * found.count + found.edges["r"].to_numpy()
    frame = frame[~np.isin(frame["l"].to_numpy() * found.count + frame["r"].to_numpy(), known)]
    return frame.assign(stratum=THROUGH_OTHERS, match_weight=np.nan)
