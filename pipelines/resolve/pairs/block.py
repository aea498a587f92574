"""Blocking: which pairs of identities are worth scoring; ``blocks`` counts them exactly before anything is scored."""

import duckdb
import pyarrow as pa

from pipelines.resolve.pairs.glance import take_glance
from pipelines.resolve.relations import drop, register, run, take, unregister
from pipelines.resolve.settings import Linkage

# The pairs that meet in one block, as a join condition over two rows of resolve.block_key of one (rule, key).
_MEET = """
    (l.side = 'both' AND r.side = 'both' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'claim' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'own' AND l.identity_id != r.identity_id)
    OR (l.side = 'both' AND r.side = 'name' AND l.identity_id != r.identity_id)
"""
MEETS = f"l.rule = r.rule AND l.key = r.key AND ({_MEET})"


def candidate_pairs(con: duckdb.DuckDBPyConnection, linkage: Linkage, *, whole: bool = False, able: str = "") -> int:
    """Build the temporary table candidate_pair of all pairs with a side in the temporary table dirty.

    Its rows are ``identity_l < identity_r`` and ``rule``, the first rule of linkage.yml that lets the pair in.

    Args:
        whole: every identity is dirty; the table is not asked.
        able: a condition over two rows of ``glance``, without which a pair is left out; none for all pairs.

    Returns:
        The number of pairs.
    """
    order = pa.table({"rule": list(linkage.rules), "rule_rank": list(range(len(linkage.rules)))})
    register(con, "rule_order", order)
    take(con, "asked", _ALL_KEYS if whole else _TOUCHED_KEYS)
    take(con, "met", _MET)
    take(con, "numbered", _NUMBERED)
    take(con, "held", _held(whole=whole))
    drop(con, "asked", "met")
    if able:
        take_glance(con)
    chosen = f"{_LOOKED_AT} WHERE {able}" if able else ""
    take(con, "candidate_pair", f"{_PAIRS} {chosen}")
    drop(con, "numbered", "held", "glance")
    unregister(con, "rule_order")
    return int(run(con, "SELECT count(*) FROM candidate_pair")[0][0])


def _held(*, whole: bool) -> str:
    """Return the SELECT of the rows of met with identities as numbers, which pair cheaply."""
    is_dirty = "TRUE" if whole else "numbered.identity_id IN (SELECT identity_id FROM dirty)"
    return f"""
        SELECT met.rule_rank, met.key, met.side, numbered.node, {is_dirty} AS is_dirty
        FROM met INNER JOIN numbered ON met.identity_id = numbered.identity_id
    """


# The rows of block_key that may make pairs; keys are hashes, and tell nearly all by themselves.
_MET = """
    SELECT rule_order.rule_rank, block_key.key, block_key.side, block_key.identity_id
    FROM (FROM resolve.block_key SEMI JOIN asked USING (key)) AS block_key
    SEMI JOIN asked ON block_key.rule = asked.rule AND block_key.key = asked.key
    INNER JOIN rule_order ON block_key.rule = rule_order.rule
"""
# Numbers of our own: joined by the row numbers of a table that the transaction is still changing, pairs were lost at times.
_NUMBERED = "SELECT identity_id, row_number() OVER () AS node FROM (SELECT DISTINCT identity_id FROM met)"


_ALL_KEYS = "SELECT rule, key FROM resolve.block_key GROUP BY rule, key HAVING count(*) > 1"
# The blocks in which a dirty identity may meet another.
_TOUCHED_KEYS = "SELECT DISTINCT rule, key FROM resolve.block_key WHERE identity_id IN (SELECT identity_id FROM dirty)"
# As _MEET has it, in two joins of equal sides, so that no two rows meet that make no pair.
_PAIRS = """
    WITH pair AS (
        SELECT l.node AS l, r.node AS r, l.rule_rank
        FROM held AS l
        INNER JOIN held AS r ON l.rule_rank = r.rule_rank AND l.key = r.key AND l.side = r.side AND l.node < r.node
        WHERE l.side IN ('both', 'claim') AND (l.is_dirty OR r.is_dirty)
        UNION ALL
        SELECT least(l.node, r.node) AS l, greatest(l.node, r.node) AS r, l.rule_rank
        FROM held AS l
        INNER JOIN (SELECT *, CASE side WHEN 'own' THEN 'claim' WHEN 'name' THEN 'both' END AS met FROM held) AS r
            ON l.rule_rank = r.rule_rank AND l.key = r.key AND l.side = r.met AND l.node != r.node
        WHERE l.is_dirty OR r.is_dirty
    ),
    first AS (SELECT l, r, min(rule_rank) AS rule_rank FROM pair GROUP BY l, r)
    SELECT
        least(one.identity_id, other.identity_id) AS identity_l,
        greatest(one.identity_id, other.identity_id) AS identity_r,
        rule_order.rule
    FROM first
    INNER JOIN numbered AS one ON first.l = one.node
    INNER JOIN numbered AS other ON first.r = other.node
    INNER JOIN rule_order ON first.rule_rank = rule_order.rule_rank
"""
_LOOKED_AT = "INNER JOIN glance AS l ON first.l = l.node INNER JOIN glance AS r ON first.r = r.node"
