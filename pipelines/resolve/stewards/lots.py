"""Pairs drawn by lot: a sample that nobody chose, that stays from night to night, and is asked blind."""

import duckdb
import pyarrow as pa

from pipelines.resolve.relations import run, take
from pipelines.resolve.settings import Linkage

COMPARED, THROUGH_OTHERS = "linked, compared", "linked through others"
NEAR, FAR = "apart, near the threshold", "apart, far below"
LEAST_BITS = 2  # at most a quarter of a stratum, so that of few pairs most can be asked in order of their cost


def draw(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> pa.Table:
    """Count the strata and draw from each.

    A pair's lot is both identities' hashes, xored: it is drawn where the last ``sample_bits`` of it are zeros. With each
    bit more the sample halves, and what is left was in it before.

    Reads the temporary table placed_edge (``review.place_edges``), resolve.cluster and resolve.customer. Makes the temporary
    table drawn: ``identity_l, identity_r, customer_l, customer_r, lot, stratum, match_weight`` (bits; NULL where both were
    never compared).

    Returns:
        ``stratum, is_linked, pair_count, sample_bits``, one row a stratum.
    """
    stratum = _STRATUM.format(near=linkage.threshold - linkage.review.margin)
    compared = dict(run(con, f"SELECT {stratum} AS stratum, count(*) FROM placed_edge GROUP BY stratum"))
    within = run(con, "SELECT coalesce(sum(identity_count * (identity_count - 1) // 2), 0)::BIGINT FROM resolve.customer")[
        0
    ][0]
    pairs = {name: compared.get(name, 0) for name in (COMPARED, THROUGH_OTHERS, NEAR, FAR)}
    pairs[THROUGH_OTHERS] = within - pairs[COMPARED]
    bits = {name: sample_bits(count, linkage.review.audit_pairs) for name, count in pairs.items()}
    masks = {name: (1 << count) - 1 for name, count in bits.items()}
    by_stratum = " ".join(f"WHEN '{name}' THEN {mask}" for name, mask in masks.items())
    drawn = _DRAWN.format(stratum=stratum, masks=by_stratum, through_others=THROUGH_OTHERS, mask=masks[THROUGH_OTHERS])
    take(con, "drawn", f"{drawn} {'' if linkage.review.audit_pairs else 'LIMIT 0'}")
    return pa.table(
        {
            "stratum": list(pairs),
            "is_linked": [name in (COMPARED, THROUGH_OTHERS) for name in pairs],
            "pair_count": pa.array(pairs.values(), pa.int64()),
            "sample_bits": pa.array(bits.values(), pa.int32()),
        }
    )


_STRATUM = f"""
    CASE
        WHEN customer_l = customer_r THEN '{COMPARED}' WHEN match_weight >= {{near}} THEN '{NEAR}' ELSE '{FAR}'
    END
"""
# Few customers have more than two identities, and of those pairs few are drawn: only then is it asked which were compared.
_DRAWN = """
    FROM (
        SELECT identity_l, identity_r, customer_l, customer_r, lot, {stratum} AS stratum, match_weight
        FROM placed_edge
        WHERE lot & (CASE {stratum} {masks} END)::UBIGINT = 0
        UNION ALL
        SELECT
            l.identity_id, r.identity_id, l.customer_id, r.customer_id, xor(l.lot, r.lot) AS lot,
            '{through_others}' AS stratum, NULL AS match_weight
        FROM (FROM resolve.cluster SEMI JOIN (FROM resolve.customer WHERE identity_count > 2) USING (customer_id)) AS l
        INNER JOIN resolve.cluster AS r ON l.customer_id = r.customer_id AND l.identity_id < r.identity_id
        ANTI JOIN placed_edge AS edge ON l.identity_id = edge.identity_l AND r.identity_id = edge.identity_r
        WHERE xor(l.lot, r.lot) & {mask}::UBIGINT = 0
    )
"""


def sample_bits(pairs: int, most: int) -> int:
    """Return how many bits of the lot must be zero for about ``most`` of the pairs to be drawn, or half as many."""
    bits = LEAST_BITS
    while pairs > most << bits and most:
        bits += 1
    return bits
