"""Blocking: which pairs of identities are worth scoring; ``blocks`` counts them exactly before anything is scored."""

import duckdb
import pyarrow as pa

from pipelines.resolve.relations import register, run, unregister
from pipelines.resolve.settings import Linkage

# The pairs that meet in one block, as a join condition over two rows of resolve.block_key of one (rule, key).
_MEET = """
    (l.side = 'both' AND r.side = 'both' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'claim' AND l.identity_id < r.identity_id)
    OR (l.side = 'claim' AND r.side = 'own' AND l.identity_id != r.identity_id)
    OR (l.side = 'both' AND r.side = 'name' AND l.identity_id != r.identity_id)
"""
MEETS = f"l.rule = r.rule AND l.key = r.key AND ({_MEET})"


def candidate_pairs(con: duckdb.DuckDBPyConnection, linkage: Linkage, *, whole: bool = False) -> int:
    """Build the temporary table candidate_pair of all pairs with a side in the temporary table dirty.

    Its rows are ``identity_l < identity_r`` and ``rule``, the first rule of linkage.yml that lets the pair in.

    Args:
        whole: every identity is dirty; the table is not asked.

    Returns:
        The number of pairs.
    """
    order = pa.table({"rule": list(linkage.rules), "rule_rank": list(range(len(linkage.rules)))})
    register(con, "rule_order", order)
    run(con, f"CREATE OR REPLACE TEMP TABLE held AS {_ALL_HELD if whole else _HELD}")
    run(
        con,
        f"""
        CREATE OR REPLACE TEMP TABLE candidate_pair AS
        WITH pair AS (
            SELECT
                least(l.identity_id, r.identity_id) AS identity_l,
                greatest(l.identity_id, r.identity_id) AS identity_r,
                rule_rank
            FROM held AS l
            INNER JOIN held AS r ON l.rule = r.rule AND l.key = r.key
            INNER JOIN rule_order ON l.rule = rule_order.rule
            WHERE (l.is_dirty OR r.is_dirty) AND ({_MEET})
        ),
        first AS (SELECT identity_l, identity_r, min(rule_rank) AS rule_rank FROM pair GROUP BY identity_l, identity_r)
        SELECT identity_l, identity_r, rule FROM first INNER JOIN rule_order USING (rule_rank)
    """,
    )
    run(con, "DROP TABLE held")
    unregister(con, "rule_order")
    return int(run(con, "SELECT count(*) FROM candidate_pair")[0][0])


# The rows of the blocks in which a dirty identity may meet another.
_HELD = """
    WITH touched AS (
        SELECT DISTINCT rule, key FROM resolve.block_key WHERE identity_id IN (SELECT identity_id FROM dirty)
    )
    SELECT block_key.*, block_key.identity_id IN (SELECT identity_id FROM dirty) AS is_dirty
    FROM resolve.block_key SEMI JOIN touched USING (rule, key)
"""
_ALL_HELD = """
    WITH several AS (SELECT rule, key FROM resolve.block_key GROUP BY rule, key HAVING count(*) > 1)
    SELECT block_key.*, TRUE AS is_dirty
    FROM resolve.block_key SEMI JOIN several USING (rule, key)
"""
