"""The links that decide why customers change between two models, and the evidence that the two weigh most differently."""

from math import log2

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa

from pipelines.resolve.relations import arrow, register, run, unregister
from pipelines.resolve.scoring.model import Model, population_of
from pipelines.resolve.scoring.score import copy_into, score_pairs, scratch
from pipelines.resolve.settings import Linkage

START = "two people at random"
PAIR = ["identity_l", "identity_r"]
_TELLING = ("identity_id_", "gamma_", "mw_")  # of a score's columns; the others are what was compared


def deciding_links(con: duckdb.DuckDBPyConnection, changed: pd.DataFrame, linkage: Linkage) -> pd.DataFrame:
    """Return the one link that decides for each group of customers that change.

    Args:
        con: has schemas before and resolve (edge, cluster).
        changed: ``customer_id, group, kind``.

    Returns:
        ``group, identity_l, identity_r, customer_l, customer_r`` (before), ``before, after`` (bits; NaN where the pair was
        not kept); at most one row a group. It joins two that the other model keeps apart, over the threshold or near
        enough for equal names, and is the strongest such; of those the ones whose weight crossed the threshold come first.
    """
    register(con, "changed", pa.Table.from_pandas(changed, preserve_index=False))
    found: pd.DataFrame = arrow(con, _DECIDING.format(threshold=linkage.threshold, near=linkage.joins_from)).to_pandas()
    unregister(con, "changed")
    return found


_DECIDING = """
    WITH scored AS (
        SELECT identity_l, identity_r, was.match_weight AS before, now.match_weight AS after
        FROM before.edge AS was FULL JOIN resolve.edge AS now USING (identity_l, identity_r)
    ),
    placed AS (
        SELECT
            changed.group,
            scored.*,
            before_l.customer_id AS customer_l,
            before_r.customer_id AS customer_r,
            before_l.customer_id = before_r.customer_id AS was_one,
            now_l.customer_id = now_r.customer_id AS is_one
        FROM scored
        INNER JOIN before.cluster AS before_l ON scored.identity_l = before_l.identity_id
        INNER JOIN changed ON before_l.customer_id = changed.customer_id
        INNER JOIN before.cluster AS before_r ON scored.identity_r = before_r.identity_id
        INNER JOIN resolve.cluster AS now_l ON scored.identity_l = now_l.identity_id
        INNER JOIN resolve.cluster AS now_r ON scored.identity_r = now_r.identity_id
    )
    SELECT "group", identity_l, identity_r, customer_l, customer_r, before, after
    FROM placed
    WHERE
        was_one != is_one
        AND CASE WHEN was_one THEN before ELSE after END >= {near}
    QUALIFY row_number() OVER (
        PARTITION BY "group"
        ORDER BY
            (coalesce(before, -99) >= {threshold}) != (coalesce(after, -99) >= {threshold}) DESC,
            abs(coalesce(before, -99) - coalesce(after, -99)) DESC, identity_l, identity_r
    ) = 1
    ORDER BY "group"
"""


def find_causes(con: duckdb.DuckDBPyConnection, links: pd.DataFrame, in_use: Model, candidate: Model) -> pd.DataFrame:
    """Say for each deciding link which comparison the two models weigh most differently.

    Args:
        links: from ``deciding_links``.

    Returns:
        The columns of ``links``, and ``comparison, level, bits`` (after minus before).
    """
    if links.empty:
        return links.assign(comparison="", level="", bits=0.0)
    was = _told(con, "before.identity", links, in_use, population_in(con, "before"))
    now = _told(con, "resolve.identity", links, candidate, population_of(con))
    both = was.merge(now, on=[*PAIR, "comparison"], how="outer", suffixes=("_was", "_now"))
    both["bits"] = both["bits_now"].fillna(0.0) - both["bits_was"].fillna(0.0)
    both["level"] = both["level_now"].fillna(both["level_was"])
    frequency = (both["bits"] - (both["m_now"] - both["m_was"])).abs() > (both["m_now"] - both["m_was"]).abs()
    both.loc[frequency & both["is_by_frequency_now"].eq(True), "level"] += ", how common the name is"
    towards = links.assign(sign=np.sign(links["after"].fillna(-99.0) - links["before"].fillna(-99.0)))[[*PAIR, "sign"]]
    both = both.merge(towards, on=PAIR, validate="m:1")
    both["towards"] = both["bits"] * both["sign"]
    both = both.sort_values([*PAIR, "towards", "comparison"], ascending=[True, True, False, True])
    most = both.drop_duplicates(PAIR)[[*PAIR, "comparison", "level", "bits"]]
    return links.merge(most, on=PAIR, how="left", validate="m:1")


def population_in(con: duckdb.DuckDBPyConnection, schema: str) -> int:
    """Return the population that a schema's identities make the weights reckon with."""
    with scratch(con) as own:
        run(own, "CREATE SCHEMA resolve")
        copy_into(own, "resolve.identity", arrow(con, f"SELECT given_name, family_name, name_key FROM {schema}.identity"))
        return population_of(own)


def _told(con: duckdb.DuckDBPyConnection, table: str, links: pd.DataFrame, model: Model, population: int) -> pd.DataFrame:
    """Return the evidence of each pair: a row a comparison of the model, and one for where all pairs start.

    Its columns are ``identity_l, identity_r, comparison, level, bits, m`` (the part of the bits that m has) and
    ``is_by_frequency`` (the weight depends on how common the value is).
    """
    pairs = links[PAIR].drop_duplicates()
    register(con, "wanted", pa.Table.from_pandas(pairs, preserve_index=False))
    identities = arrow(
        con,
        f"SELECT * FROM {table}"
        " WHERE identity_id IN (SELECT identity_l FROM wanted UNION ALL SELECT identity_r FROM wanted)",
    )
    unregister(con, "wanted")
    with scratch(con) as own:
        run(own, "CREATE SCHEMA resolve")
        copy_into(own, "resolve.identity", identities)
        copy_into(own, "candidate_pair", pa.Table.from_pandas(pairs, preserve_index=False))
        detail = score_pairs(own, model, population, detail=True)
    scored = detail.select([name for name in detail.column_names if name.startswith(_TELLING)]).to_pandas()
    told = [
        pd.DataFrame(
            {
                "identity_l": scored["identity_id_l"], "identity_r": scored["identity_id_r"], "comparison": START,
                "level": "how many people there are", "bits": -log2(population - 1), "m": 0.0, "is_by_frequency": False,
            }
        )
    ]  # fmt: skip
    for comparison in model.comparisons:
        levels = [level for level in comparison.levels if level.m is not None][::-1]  # Splink numbers from the worst up
        place = scored[f"gamma_{comparison.name}"].to_numpy(int)
        adjustment = scored.get(f"mw_tf_adj_{comparison.name}", pd.Series(0.0, index=scored.index)).fillna(0.0)
        names = np.array([*(level.condition for level in levels), f"{comparison.name} missing"], dtype=object)
        told.append(
            pd.DataFrame(
                {
                    "identity_l": scored["identity_id_l"],
                    "identity_r": scored["identity_id_r"],
                    "comparison": comparison.name,
                    "level": names[place],  # -1, a missing attribute, is the last
                    "bits": scored[f"mw_{comparison.name}"].to_numpy(float) + adjustment.to_numpy(float),
                    "m": np.array([*(log2(level.m or 1.0) for level in levels), 0.0])[place],
                    "is_by_frequency": np.array([*(level.frequency is not None for level in levels), False])[place],
                }
            )
        )
    return pd.concat(told, ignore_index=True)
