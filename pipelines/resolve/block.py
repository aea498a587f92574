"""Blocking: which pairs of identities are worth scoring, counted exactly before anything is scored."""

import logging
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build

log = logging.getLogger(__name__)

# The pairs that meet in one block, as a join condition over two rows of resolve.block_key of one (rule, key).
_MEET = """
    (l.side = 'both' AND r.side = 'both' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'claim' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'own' AND l.identity_id != r.identity_id)
    OR (l.side = 'both' AND r.side = 'name' AND l.identity_id != r.identity_id)
"""


def build_blocks(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, night: date) -> None:
    """Build resolve.block_key and resolve.block: the blocks that make pairs, and what each rule costs.

    A block over its rule's ``max_block`` makes none. While the pairs of all rules together are over the budget, the
    rule with the largest block is held to half of it. Both are a function of all identities, never of the night's.
    """
    build(con, home, "resolve.block_key")
    sizes = [(rule, int(pairs), int(blocks)) for rule, pairs, blocks in run(con, _SIZES)]
    caps = _caps(sizes, linkage)
    register(con, "block_cap", pa.table({"rule": list(caps), "cap": list(caps.values())}))
    run(con, f"CREATE OR REPLACE TEMP TABLE cut_block AS {_CUT}")
    run(con, _BLOCK)
    run(
        con, "DELETE FROM resolve.block_key AS held USING cut_block AS cut WHERE held.rule = cut.rule AND held.key = cut.key"
    )
    run(con, "DROP TABLE cut_block")
    unregister(con, "block_cap")
    _tell(con, caps, linkage, night)


def candidate_pairs(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> int:
    """Build the temporary table candidate_pair of all pairs with a side in the temporary table dirty.

    Its rows are ``identity_l < identity_r`` and ``rule``, the first rule of linkage.yml that lets the pair in.

    Returns:
        The number of pairs.
    """
    order = pa.table({"rule": list(linkage.rules), "rule_rank": list(range(len(linkage.rules)))})
    register(con, "rule_order", order)
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE candidate_pair AS
        WITH touched AS (
            SELECT DISTINCT rule, key FROM resolve.block_key WHERE identity_id IN (SELECT identity_id FROM dirty)
        ),
        held AS (
            SELECT block_key.*, block_key.identity_id IN (SELECT identity_id FROM dirty) AS is_dirty
            FROM resolve.block_key SEMI JOIN touched USING (rule, key)
        ),
        pair AS (
            SELECT
                least(l.identity_id, r.identity_id) AS identity_l,
                greatest(l.identity_id, r.identity_id) AS identity_r,
                l.rule
            FROM held AS l
            INNER JOIN held AS r ON l.rule = r.rule AND l.key = r.key
            WHERE (l.is_dirty OR r.is_dirty) AND ({_MEET})
        )
        SELECT identity_l, identity_r, min_by(rule, rule_rank) AS rule
        FROM pair INNER JOIN rule_order USING (rule)
        GROUP BY identity_l, identity_r
    """,
    )
    unregister(con, "rule_order")
    return int(run(con, "SELECT count(*) FROM candidate_pair")[0][0])


_SIDES = """
    SELECT
        rule,
        key,
        count(*) FILTER (WHERE side = 'both') AS both_count,
        count(*) FILTER (WHERE side = 'claim') AS claim_count,
        count(*) FILTER (WHERE side = 'own') AS own_count,
        count(*) FILTER (WHERE side = 'name') AS name_count
    FROM resolve.block_key
    GROUP BY rule, key
"""
MEETS = f"l.rule = r.rule AND l.key = r.key AND ({_MEET})"
_COUNTED = f"""
    SELECT
        rule,
        key,
        both_count + claim_count + own_count + name_count AS block_size,
        both_count * (both_count - 1) // 2 + claim_count * (claim_count - 1) // 2 + claim_count * own_count
            + both_count * name_count AS pairs
    FROM ({_SIDES})
"""
_SIZES = f"SELECT rule, pairs, count(*) AS blocks FROM ({_COUNTED}) WHERE pairs > 0 GROUP BY rule, pairs"
_CUT = f"""
    SELECT counted.rule, counted.key, counted.pairs, counted.block_size
    FROM ({_COUNTED}) AS counted
    INNER JOIN block_cap ON counted.rule = block_cap.rule
    WHERE counted.pairs > block_cap.cap * (block_cap.cap - 1) // 2
"""
_BLOCK = f"""
    CREATE OR REPLACE TABLE resolve.block AS
    SELECT
        block_cap.rule,
        coalesce(sum(counted.pairs) FILTER (WHERE cut.key IS NULL), 0)::BIGINT AS pairs,
        coalesce(max(counted.block_size), 0)::BIGINT AS largest_block,
        count(cut.key) AS blocks_left_out,
        coalesce(sum(cut.pairs), 0)::BIGINT AS pairs_left_out
    FROM block_cap
    LEFT JOIN ({_COUNTED}) AS counted ON block_cap.rule = counted.rule
    LEFT JOIN cut_block AS cut ON counted.rule = cut.rule AND counted.key = cut.key
    GROUP BY block_cap.rule
    ORDER BY block_cap.rule
"""


def _caps(sizes: list[tuple[str, int, int]], linkage: Linkage) -> dict[str, int]:
    """Return the largest block of each rule that makes pairs, so that all pairs are within the budget.

    Args:
        sizes: (rule, pairs that a block makes, how many such blocks there are).
    """
    caps = {name: rule.max_block for name, rule in linkage.rules.items()}
    while True:
        kept = [(pairs, rule, blocks) for rule, pairs, blocks in sizes if pairs <= caps[rule] * (caps[rule] - 1) // 2]
        if sum(pairs * blocks for pairs, _, blocks in kept) <= linkage.pair_budget:
            return caps
        worst = max(kept)[1]
        caps[worst] = max(1, caps[worst] // 2)


def _tell(con: duckdb.DuckDBPyConnection, caps: dict[str, int], linkage: Linkage, night: date) -> None:
    for rule, left_out, pairs in run(
        con, "SELECT rule, blocks_left_out, pairs_left_out FROM resolve.block WHERE blocks_left_out > 0 ORDER BY rule"
    ):
        asked = linkage.rules[rule].max_block
        why = f"over {asked} identities" if caps[rule] == asked else f"held to {caps[rule]} identities by the pair budget"
        log.warning("resolve %s: rule %s leaves out %d blocks (%d pairs), %s", night, rule, left_out, pairs, why)
