"""Two models over the same data: which customers would change, and which evidence makes the difference.

Customers before and after are laid side by side over their records. Where one customer stays one there is nothing to tell;
the others fall into groups that records hold together, and each group changes for one reason: the strongest link that the
one model makes and the other does not, and of that link the comparison whose weight the models see most differently.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, cast, get_args

import duckdb
import numpy as np
import pandas as pd

from pipelines.resolve.engines.components import component_labels
from pipelines.resolve.relations import arrow, run
from pipelines.resolve.scoring.model import Model
from pipelines.resolve.settings import Linkage
from pipelines.resolve.training.deciding import deciding_links, find_causes

Kind = Literal["unchanged", "split", "merged", "moved"]  # the fields of Kinds
EXAMPLES = 3
UNEXPLAINED = ("no link of theirs", "changed sides: the guard, a namesake or a judgement decided otherwise")
KEPT = ("membership", "identity", "edge", "cluster")


@dataclass(frozen=True)
class Kinds:
    """Customers of the model in use by what becomes of them.

    Attributes:
        unchanged: the same records, under the same id.
        split: their records go to several customers, who get nobody else's.
        merged: several become one whole customer.
        moved: records change hands between customers that live on.
    """

    unchanged: int
    split: int
    merged: int
    moved: int


@dataclass(frozen=True)
class Example:
    """A link that decided, by the ids of its identities and the customer of each under the model in use."""

    identity_l: str
    identity_r: str
    customer_l: str
    customer_r: str
    weight_before: float | None
    weight_after: float | None


@dataclass(frozen=True)
class Cause:
    """One reason for which customers change.

    Attributes:
        kind: what becomes of them.
        comparison, level: whose weight changed the most for the deciding link.
        bits: by how much on average, after minus before.
        groups, customers, interactions: what changes for it; a group is customers that change together.
        examples: a few deciding links, by ids.
    """

    kind: Kind
    comparison: str
    level: str
    bits: float
    groups: int
    customers: int
    interactions: int
    examples: list[Example]


@dataclass(frozen=True)
class Comparison:
    """A candidate against the model in use, on the whole data.

    Attributes:
        version, in_use: of the two models.
        customers_before, customers_after: how many there are.
        kinds: customers of the model in use by what becomes of them.
        customers_moved: those that the change budget counts: of whose records some answer to another id, or none is left.
            Where several merge, the one that keeps its id does not count; where one splits, it does.
        interactions: all that have a customer; interactions_moved: those whose customer's id would change.
        links_gained, links_lost: scored pairs over the threshold under one of the two only.
        causes: the most customers first.
    """

    version: str
    in_use: str
    customers_before: int
    customers_after: int
    kinds: Kinds
    customers_moved: int
    interactions: int
    interactions_moved: int
    links_gained: int
    links_lost: int
    causes: list[Cause]

    @property
    def customer_share(self) -> float:
        """The share of the customers in use that the change budget counts as moved."""
        return self.customers_moved / self.customers_before if self.customers_before else 0.0

    @property
    def interaction_share(self) -> float:
        """The share of interactions whose customer's id would change."""
        return self.interactions_moved / self.interactions if self.interactions else 0.0


def keep_before(con: duckdb.DuckDBPyConnection) -> None:
    """Keep what the model in use makes of the data (schema before), so that another can be resolved over it."""
    run(con, "CREATE SCHEMA IF NOT EXISTS before")
    for table in KEPT:
        run(con, f"CREATE OR REPLACE TABLE before.{table} AS FROM resolve.{table}")


def compare(con: duckdb.DuckDBPyConnection, in_use: Model, candidate: Model, linkage: Linkage) -> Comparison:
    """Compare schema before (the model in use, from ``keep_before``) with schema resolve (the candidate)."""
    overlap = overlaps(con)
    groups = group_customers(overlap)
    kinds = groups.groupby("customer_id")["kind"].first().value_counts()
    before, after, interactions, moved = run(con, _COUNTED)[0]
    gained, lost = run(con, _FLIPPED.format(threshold=linkage.threshold))[0]
    changed = groups[groups["kind"] != "unchanged"]
    links = deciding_links(con, changed[["customer_id", "group", "kind"]], linkage)
    causes = find_causes(con, links, in_use, candidate)
    return Comparison(
        version=candidate.version,
        in_use=in_use.version,
        customers_before=before,
        customers_after=after,
        kinds=Kinds(**{kind: int(kinds.get(kind, 0)) for kind in get_args(Kind)}),
        customers_moved=overlap.loc[overlap["customer_id"] != overlap["customer_after"], "customer_id"].nunique(),
        interactions=interactions,
        interactions_moved=moved,
        links_gained=gained,
        links_lost=lost,
        causes=_summed(changed, causes, interactions_moved(con)),
    )


_BOTH = """
    FROM before.membership AS before
    INNER JOIN resolve.membership AS now
        ON
            before.record_kind = now.record_kind
            AND before.source = now.source
            AND before.source_ref = now.source_ref
"""
_COUNTED = f"""
    SELECT
        (SELECT count(DISTINCT customer_id) FROM before.membership),
        (SELECT count(DISTINCT customer_id) FROM resolve.membership),
        count(before.customer_id),
        count(*) FILTER (WHERE before.customer_id != coalesce(now.customer_id, ''))
    {_BOTH}
    WHERE before.record_kind = 'interaction'
"""
_FLIPPED = """
    WITH was AS (SELECT identity_l, identity_r FROM before.edge WHERE match_weight >= {threshold}),
    now AS (SELECT identity_l, identity_r FROM resolve.edge WHERE match_weight >= {threshold})
    SELECT (SELECT count(*) FROM (FROM now EXCEPT FROM was)), (SELECT count(*) FROM (FROM was EXCEPT FROM now))
"""


def overlaps(con: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Return ``customer_id, customer_after, records``: one row for each two customers, before and after, that share any."""
    found: pd.DataFrame = arrow(
        con,
        f"""
        SELECT before.customer_id, now.customer_id AS customer_after, count(*) AS records
        {_BOTH}
        WHERE before.customer_id IS NOT NULL AND now.customer_id IS NOT NULL
        GROUP BY ALL ORDER BY ALL
        """,
    ).to_pandas()
    return found


def interactions_moved(con: duckdb.DuckDBPyConnection) -> "pd.Series[int]":
    """Return, for each customer of the model in use, how many of its interactions get another customer's id."""
    moved: pd.DataFrame = arrow(
        con,
        f"""
        SELECT before.customer_id, count(*) AS interactions
        {_BOTH}
        WHERE before.record_kind = 'interaction' AND before.customer_id != coalesce(now.customer_id, '')
        GROUP BY before.customer_id ORDER BY before.customer_id
        """,
    ).to_pandas()
    by_customer: pd.Series[int] = moved.set_index("customer_id")["interactions"]
    return by_customer


def group_customers(overlap: pd.DataFrame) -> pd.DataFrame:
    """Say what becomes of each customer.

    Args:
        overlap: ``customer_id, customer_after``, one row for each two that share a record.

    Returns:
        ``customer_id, group`` (customers that change together share its number), ``kind``; one row a customer before.
    """
    before, codes_before = np.unique(overlap["customer_id"].to_numpy(str), return_inverse=True)
    after, codes_after = np.unique(overlap["customer_after"].to_numpy(str), return_inverse=True)
    links = pd.DataFrame({"l": codes_before, "r": codes_after + len(before)})
    labels = component_labels(len(before) + len(after), links)
    sizes = pd.DataFrame(
        {
            "before": np.bincount(labels[: len(before)], minlength=labels.max(initial=-1) + 1),
            "after": np.bincount(labels[len(before) :], minlength=labels.max(initial=-1) + 1),
        }
    )
    kind = np.select(
        [(sizes["before"] == 1) & (sizes["after"] == 1), sizes["before"] == 1, sizes["after"] == 1],
        ["unchanged", "split", "merged"],
        "moved",
    )
    own = labels[: len(before)]
    return pd.DataFrame({"customer_id": before, "group": own, "kind": kind[own]})


def _summed(changed: pd.DataFrame, causes: pd.DataFrame, moved: "pd.Series[int]") -> list[Cause]:
    """Add up the groups by kind and cause, the most customers first."""
    told = changed.merge(causes, on="group", how="left", validate="m:1")
    told["interactions"] = told["customer_id"].map(moved).fillna(0)
    told = told.fillna({"comparison": UNEXPLAINED[0], "level": UNEXPLAINED[1], "bits": 0.0})
    found = []
    for key, rows in told.groupby(["kind", "comparison", "level"], sort=True):
        kind, comparison, level = (str(part) for part in cast(tuple[Any, ...], key))
        deciding = rows.drop_duplicates("group")
        shown = deciding[deciding["identity_l"].notna()].sort_values(["identity_l", "identity_r"]).head(EXAMPLES)
        found.append(
            Cause(
                kind=cast(Kind, kind),
                comparison=comparison,
                level=level,
                bits=round(float(deciding["bits"].mean()), 2),
                groups=len(deciding),
                customers=len(rows),
                interactions=int(rows["interactions"].sum()),
                examples=[_example(row) for row in shown.to_dict("records")],
            )
        )
    return sorted(found, key=lambda cause: (-cause.customers, cause.kind, cause.comparison, cause.level))


def _example(row: Mapping[Hashable, Any]) -> Example:
    before, after = (None if pd.isna(row[name]) else round(float(row[name]), 2) for name in ("before", "after"))
    return Example(row["identity_l"], row["identity_r"], row["customer_l"], row["customer_r"], before, after)
