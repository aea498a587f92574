"""What stewards judged, in the training of names: a judged pair is no guess any more.

Expectation maximisation guesses for every pair that shares an address or a number how likely it is one person's, and counts
the pair's name agreement by that likelihood. For a judged pair the answer stands in for the guess, 1 or 0. Nothing else is
taken from judgements here: stewards are asked for pairs that look alike, so that counting all that they saw would teach
that everybody looks alike; u above all, which is about pairs at random, stays as it was. How right the weights come out is
another matter, and what ``calibration`` learns from every judged pair.
"""

import duckdb
import numpy as np
import pandas as pd

from pipelines.resolve.relations import arrow, run
from pipelines.resolve.scoring.comparisons import COLUMNS
from pipelines.resolve.scoring.model import Comparison, Model, splink_settings
from pipelines.resolve.scoring.score import copy_into, linker_of, scratch

ROUNDS = 1000
STILL = 1e-10  # a round that moves no m by more is the last
LEAST = 1e-6  # of an m: what was not seen here may be seen elsewhere


def pin_labels(
    con: duckdb.DuckDBPyConnection, model: Model, trained: Comparison, blocks: tuple[str, ...], labels: pd.DataFrame,
    population: int,
) -> tuple[Comparison, int]:  # fmt: skip
    """Return the comparison with its m corrected by judgements, and how many judged pairs spoke.

    Args:
        con: has resolve.identity.
        model: its frequencies and other comparisons.
        trained: the comparison as expectation maximisation left it.
        blocks: the pairs it was trained over, each a condition over ``l`` and ``r`` with first_email and first_phone.
        labels: ``identity_l, identity_r, verdict`` ("same", "different", others are left aside), one row a pair.

    Returns:
        The m of a free level is multiplied by what pinning the judged pairs does to it. Without a judged pair among those
        it was trained over the comparison is what it was.
    """
    labels = labels[labels["verdict"].isin(("same", "different"))]
    told = [level for level in trained.levels if level.m is not None]
    if labels.empty:
        return trained, 0
    unlabelled = np.zeros((len(blocks), len(told)))
    same, different = unlabelled.copy(), unlabelled.copy()
    levels = _levels(con, model.model_copy(update={"comparisons": [trained]}), blocks, population)
    levels = levels.merge(labels, on=["identity_l", "identity_r"], how="left", validate="m:1")
    place = len(told) - 1 - levels["gamma"].to_numpy(int)  # Splink numbers from the worst up
    for counts, chosen in (
        (unlabelled, levels["verdict"].isna()),
        (same, levels["verdict"] == "same"),
        (different, levels["verdict"] == "different"),
    ):
        np.add.at(counts, (levels["block"].to_numpy(int)[chosen], place[chosen]), 1.0)
    spoke = int(same.sum() + different.sum())
    if not spoke:
        return trained, 0
    u = np.array([level.u_among(population) for level in told])
    m = np.array([level.m for level in told], dtype=float)
    is_free = np.array([not level.fixed for level in told])
    plain = estimate_m(unlabelled + same + different, 0 * same, 0 * different, u, m, is_free)
    pinned = estimate_m(unlabelled, same, different, u, m, is_free)
    corrected = np.where(is_free, np.maximum(m * pinned / plain, LEAST), m)
    corrected[is_free] *= m[is_free].sum() / corrected[is_free].sum()
    by_condition = {level.condition: float(value) for level, value in zip(told, corrected, strict=True)}
    levels_now = [
        level.model_copy(update={"m": by_condition[level.condition]}) if level.m is not None and not level.fixed else level
        for level in trained.levels
    ]
    return trained.model_copy(update={"levels": levels_now}), spoke


def estimate_m(
    unlabelled: np.ndarray, same: np.ndarray, different: np.ndarray, u: np.ndarray, m: np.ndarray, is_free: np.ndarray
) -> np.ndarray:
    """Return m by expectation maximisation over level counts, u and the fixed m held.

    Args:
        unlabelled, same, different: how many pairs of each block (row) agree in each way (column), by what is known of them.
        u, m: by level; ``m`` is where to begin, and stays where ``is_free`` is false.
    """
    m = m.copy()
    share = np.full(len(unlabelled), 0.5)  # of a block's pairs, those that are one person
    total = np.maximum((unlabelled + same + different).sum(axis=1), 1.0)
    room = max(1.0 - m[~is_free].sum(), LEAST)
    for _ in range(ROUNDS):
        of_one, of_two = share[:, None] * m, (1 - share)[:, None] * u
        expected = unlabelled * of_one / np.maximum(of_one + of_two, 1e-300) + same
        share = np.clip(expected.sum(axis=1) / total, 1e-9, 1 - 1e-9)
        counted = expected.sum(axis=0)[is_free]
        before = m[is_free]
        m[is_free] = np.maximum(counted / max(counted.sum(), 1e-300) * room, LEAST)
        if np.abs(m[is_free] - before).max(initial=0.0) < STILL:
            break
    return m


def _levels(con: duckdb.DuckDBPyConnection, model: Model, blocks: tuple[str, ...], population: int) -> pd.DataFrame:
    """Return ``block, identity_l, identity_r, gamma`` (level) of all pairs in the blocks whose names compare."""
    identities = arrow(
        con,
        f"""
        SELECT identity_id, {", ".join(COLUMNS)}, emails[1] AS first_email, phones[1] AS first_phone
        FROM resolve.identity ORDER BY identity_id
        """,
    )
    name = model.comparisons[0].name
    pairs = " UNION ALL ".join(
        f"SELECT {number} AS block, l.identity_id AS identity_l, r.identity_id AS identity_r"
        f" FROM identity AS l INNER JOIN identity AS r ON {block} AND l.identity_id < r.identity_id"
        for number, block in enumerate(blocks)
    )
    with scratch(con) as own:
        copy_into(own, "identity", identities)
        run(own, f"CREATE TABLE block_pair AS {pairs}")
        run(
            own,
            "CREATE TABLE pair AS SELECT DISTINCT identity_l AS join_key_l, identity_r AS join_key_r, '0' AS match_key"
            " FROM block_pair",
        )
        linker = linker_of(own, splink_settings(model, population, detail=True))
        linker.table_management.register_blocked_pairs_for_predict(linker._db_api.register("pair", table_name="pairs_given"))
        scored = linker.inference.predict(warning_mode="never")
        levels: pd.DataFrame = arrow(
            own,
            f"""
            SELECT block_pair.block, block_pair.identity_l, block_pair.identity_r, scored.gamma_{name} AS gamma
            FROM block_pair
            INNER JOIN {scored.physical_name} AS scored
                ON block_pair.identity_l = scored.identity_id_l AND block_pair.identity_r = scored.identity_id_r
            WHERE scored.gamma_{name} >= 0
            ORDER BY block_pair.block, block_pair.identity_l, block_pair.identity_r
            """,
        ).to_pandas()
        return levels
