"""Blocks: what each blocking rule costs, counted exactly, and which blocks are left out because they cost too much.

Kept from night to night: ``resolve.block_key`` has the keys that make pairs, ``resolve.idle_block_key`` those of blocks
that are left out, ``resolve.block_size`` how many blocks of each size there are, ``resolve.block_cap`` the largest block of
each rule that makes pairs.
"""

import logging
from datetime import date

import duckdb
import pyarrow as pa

from pipelines.resolve.exchange import narrowed
from pipelines.resolve.relations import drop, register, run, take, unregister
from pipelines.resolve.settings import Linkage
from pipelines.settings import Home
from pipelines.warehouse import build, select_of

log = logging.getLogger(__name__)

_SIDES = ("both", "claim", "own", "name")


def build_blocks(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, night: date) -> None:
    """Build resolve.block_key and resolve.block: the blocks that make pairs, and what each rule costs.

    A block over its rule's ``max_block`` makes none. While the pairs of all rules together are over the budget, the
    rule with the largest block is held to half of it. Both are a function of all identities, never of the night's.
    """
    build(con, home, "resolve.block_key")
    run(con, "CREATE OR REPLACE TABLE resolve.idle_block_key AS FROM resolve.block_key WHERE FALSE")
    take(con, "counted", _counted("resolve.block_key"))
    run(con, f"CREATE OR REPLACE TABLE resolve.block_size AS {_sizes('counted')}")
    _set_caps(con, linkage)
    _move_keys(con)
    drop(con, "counted", "dirty_carrier")
    _tell(con, linkage, night)


def update_blocks(con: duckdb.DuckDBPyConnection, home: Home, linkage: Linkage, night: date) -> None:
    """Bring the tables of ``build_blocks`` up to identities, to the same rows.

    Reads ``was_resolve_identity`` and ``now_resolve_identity``: the touched ones before and after. Leaves the temporary
    table ``dirty_carrier`` (identity_id) of those that are in a block which is left out from now on, or no longer.
    """
    _take_key_changes(con, home)
    take(con, "counted_before", _counted("touched_key"))
    now = "(FROM touched_key EXCEPT ALL FROM gone_key UNION ALL FROM new_key)"
    take(con, "counted", _counted(now))
    run(con, f"""
        CREATE OR REPLACE TABLE resolve.block_size AS
        SELECT rule, pairs, block_size, sum(blocks)::BIGINT AS blocks
        FROM (
            FROM resolve.block_size
            UNION ALL ({_sizes("counted")})
            UNION ALL (SELECT * REPLACE (-blocks AS blocks) FROM ({_sizes("counted_before")}))
        )
        GROUP BY ALL HAVING sum(blocks) != 0
    """)  # fmt: skip
    for table in ("block_key", "idle_block_key"):
        run(con, f"""
            DELETE FROM resolve.{table} AS held USING gone_key AS gone
            WHERE held.identity_id = gone.identity_id AND held.rule = gone.rule AND held.key = gone.key
                AND held.side = gone.side
        """)  # fmt: skip
    run(con, "INSERT INTO resolve.block_key FROM new_key")
    _recount_moved_rules(con, linkage)
    _move_keys(con)
    drop(con, "touched_key", "gone_key", "new_key", "counted", "counted_before")
    _tell(con, linkage, night)


def _take_key_changes(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Take the keys that touched identities lose (gone_key) and gain (new_key), and all of those blocks (touched_key)."""
    query, given = select_of(con, home, "resolve.block_key", {})
    for when in ("was", "now"):
        reads = {"resolve.identity": f"{when}_resolve_identity"}
        run(con, f"CREATE OR REPLACE TEMP TABLE {when}_key AS {narrowed(query, reads)}", given)
    take(con, "gone_key", "FROM was_key EXCEPT FROM now_key")
    take(con, "new_key", "FROM now_key EXCEPT FROM was_key")
    drop(con, "was_key", "now_key")
    blocks = "(SELECT rule, key FROM gone_key UNION SELECT rule, key FROM new_key)"
    run(con, f"""
        CREATE OR REPLACE TEMP TABLE touched_key AS
        FROM (FROM resolve.block_key SEMI JOIN {blocks} USING (key)) SEMI JOIN {blocks} USING (rule, key)
        UNION ALL
        FROM resolve.idle_block_key SEMI JOIN {blocks} USING (rule, key)
    """)  # fmt: skip


def _recount_moved_rules(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> None:
    """Set tonight's caps, and count all blocks of the rules whose cap is another than it was."""
    take(con, "cap_before", "FROM resolve.block_cap")
    _set_caps(con, linkage)
    moved = "SELECT rule FROM (FROM resolve.block_cap EXCEPT FROM cap_before)"
    if run(con, moved):
        every = f"(FROM resolve.block_key UNION ALL FROM resolve.idle_block_key) WHERE rule IN ({moved})"
        run(con, f"INSERT INTO counted SELECT * FROM ({_counted(every)}) ANTI JOIN counted AS held USING (rule, key)")
    drop(con, "cap_before")


def _counted(keys: str) -> str:
    """Return the SELECT of the blocks of some rows of block_key: ``rule, key, block_size, pairs``."""
    counts = ", ".join(f"count(*) FILTER (WHERE side = '{side}') AS {side}_count" for side in _SIDES)
    return f"""
        SELECT
            rule,
            key,
            both_count + claim_count + own_count + name_count AS block_size,
            both_count * (both_count - 1) // 2 + claim_count * (claim_count - 1) // 2 + claim_count * own_count
                + both_count * name_count AS pairs
        FROM (SELECT rule, key, {counts} FROM {keys} GROUP BY rule, key)
    """


def _sizes(counted: str) -> str:
    return f"SELECT rule, pairs, block_size, count(*) AS blocks FROM {counted} GROUP BY ALL"


def _set_caps(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> None:
    """Build resolve.block_cap (rule, cap) and resolve.block from resolve.block_size."""
    found = run(con, "SELECT rule, pairs, sum(blocks) FROM resolve.block_size WHERE pairs > 0 GROUP BY ALL")
    caps = _caps([(rule, int(pairs), int(blocks)) for rule, pairs, blocks in found], linkage)
    register(con, "caps", pa.table({"rule": list(caps), "cap": pa.array(caps.values(), pa.int64())}))
    run(con, "CREATE OR REPLACE TABLE resolve.block_cap AS FROM caps ORDER BY rule")
    unregister(con, "caps")
    run(con, _BLOCK)


_IS_IDLE = "size.pairs > block_cap.cap * (block_cap.cap - 1) // 2"
_BLOCK = f"""
    CREATE OR REPLACE TABLE resolve.block AS
    SELECT
        block_cap.rule,
        coalesce(sum(size.pairs * size.blocks) FILTER (WHERE NOT {_IS_IDLE}), 0)::BIGINT AS pairs,
        coalesce(max(size.block_size), 0)::BIGINT AS largest_block,
        coalesce(sum(size.blocks) FILTER (WHERE {_IS_IDLE}), 0)::BIGINT AS blocks_left_out,
        coalesce(sum(size.pairs * size.blocks) FILTER (WHERE {_IS_IDLE}), 0)::BIGINT AS pairs_left_out
    FROM resolve.block_cap
    LEFT JOIN resolve.block_size AS size ON block_cap.rule = size.rule
    GROUP BY block_cap.rule
    ORDER BY block_cap.rule
"""


def _move_keys(con: duckdb.DuckDBPyConnection) -> None:
    """Move the keys of counted blocks to where they belong, and take the carriers of blocks that changed sides."""
    take(con, "idle_before", "SELECT DISTINCT rule, key FROM resolve.idle_block_key")
    run(con, f"""
        CREATE OR REPLACE TEMP TABLE idle_now AS
        SELECT size.rule, size.key FROM counted AS size
        INNER JOIN resolve.block_cap ON size.rule = block_cap.rule
        WHERE {_IS_IDLE}
    """)  # fmt: skip
    awake = "(SELECT rule, key FROM counted ANTI JOIN idle_now USING (rule, key))"
    take(con, "waking", f"FROM resolve.idle_block_key SEMI JOIN {awake} USING (rule, key)")
    take(con, "falling", "FROM resolve.block_key SEMI JOIN idle_now USING (rule, key)")
    for rows, of, to in (("waking", "idle_block_key", "block_key"), ("falling", "block_key", "idle_block_key")):
        run(con, f"""
            DELETE FROM resolve.{of} AS held USING (SELECT DISTINCT rule, key FROM {rows}) AS moved
            WHERE held.rule = moved.rule AND held.key = moved.key
        """)  # fmt: skip
        run(con, f"INSERT INTO resolve.{to} FROM {rows}")
    run(con, """
        CREATE OR REPLACE TEMP TABLE dirty_carrier AS
        SELECT DISTINCT identity_id FROM waking
        UNION
        SELECT DISTINCT identity_id FROM resolve.idle_block_key
        SEMI JOIN (FROM idle_now EXCEPT FROM idle_before) AS fallen USING (rule, key)
    """)  # fmt: skip
    drop(con, "idle_before", "idle_now", "waking", "falling")


def _caps(sizes: list[tuple[str, int, int]], linkage: Linkage) -> dict[str, int]:
    """Return the largest block of each rule that makes pairs, so that all pairs are within the budget.

    Args:
        sizes: (rule, pairs that a block makes, how many such blocks there are).
    """
    caps: dict[str, int] = {name: rule.max_block for name, rule in linkage.rules.items()}
    while True:
        kept = [(pairs, rule, blocks) for rule, pairs, blocks in sizes if pairs <= caps[rule] * (caps[rule] - 1) // 2]
        if sum(pairs * blocks for pairs, _, blocks in kept) <= linkage.pair_budget:
            return caps
        worst = max(kept)[1]
        caps[worst] = max(1, caps[worst] // 2)


def _tell(con: duckdb.DuckDBPyConnection, linkage: Linkage, night: date) -> None:
    for rule, left_out, pairs, cap in run(
        con,
        "SELECT rule, blocks_left_out, pairs_left_out, cap FROM resolve.block INNER JOIN resolve.block_cap USING (rule)"
        " WHERE blocks_left_out > 0 ORDER BY rule",
    ):
        asked = linkage.rules[rule].max_block
        why = f"over {asked} identities" if cap == asked else f"held to {cap} identities by the pair budget"
        log.warning("resolve %s: rule %s leaves out %d blocks (%d pairs), %s", night, rule, left_out, pairs, why)
