"""Customer ids that last: which cluster keeps which id, and where every id ever given leads now.

Pure functions over frames. The laws: on a split the larger part keeps the id, on a merge the oldest id stays, a new id
is a hash of its founder (the cluster's earliest record), and no id is ever lost from the crosswalk.
"""

import hashlib
from datetime import date

import numpy as np
import pandas as pd

COLUMNS = ["customer_id", "current_customer_id", "since", "cause", "born"]
FOUNDER = ["founder_at", "founder_source", "founder_source_ref"]


def assign_ids(parts: pd.DataFrame, votes: pd.DataFrame, known: pd.DataFrame) -> pd.DataFrame:
    """Give each cluster its customer id.

    Args:
        parts: ``part, founder_at, founder_source, founder_source_ref``: one row a cluster with its earliest record.
        votes: ``customer_id, part, record_count``: how many of the records that were this customer's lie in the cluster.
        known: ``customer_id, born`` (a date): every id ever given.

    Returns:
        ``part, customer_id, is_new``, one row a cluster, no id twice. The order of the rows of any argument is of no
        consequence.
    """
    claims = claimed_parts(parts, votes).merge(known, on="customer_id", validate="1:1")
    keeps = claims.sort_values(["born", "customer_id"]).drop_duplicates("part")[["part", "customer_id"]]
    assigned = parts[["part", *FOUNDER]].merge(keeps, on="part", how="left", validate="1:1")
    assigned["is_new"] = assigned["customer_id"].isna()
    taken = set(keeps["customer_id"])
    given: dict[str, str] = {}
    newcomers = assigned[assigned["is_new"]].sort_values(FOUNDER)
    for part, source, source_ref in zip(
        newcomers["part"], newcomers["founder_source"], newcomers["founder_source_ref"], strict=True
    ):
        given[part] = _new_id(source, source_ref, taken)
        taken.add(given[part])
    assigned["customer_id"] = assigned["customer_id"].fillna(assigned["part"].map(given))
    return assigned[["part", "customer_id", "is_new"]].sort_values("part", ignore_index=True)


def claimed_parts(parts: pd.DataFrame, votes: pd.DataFrame) -> pd.DataFrame:
    """Return ``customer_id, part``: the cluster where most of a customer's records went; on a tie the older founder's."""
    ranked = votes.merge(parts, on="part", validate="m:1")
    ranked = ranked.sort_values(["customer_id", "record_count", *FOUNDER], ascending=[True, False, True, True, True])
    return ranked.drop_duplicates("customer_id")[["customer_id", "part"]].reset_index(drop=True)


def update_crosswalk(
    crosswalk: pd.DataFrame, claims: pd.DataFrame, assigned: pd.DataFrame, split_from: pd.DataFrame, night: date
) -> pd.DataFrame:
    """Return the crosswalk after this night: every id of the old one, and the new ones.

    Args:
        crosswalk: ``customer_id, current_customer_id, since, cause, born``.
        claims: ``customer_id, part``, from ``claimed_parts``.
        assigned: ``part, customer_id, is_new``, from ``assign_ids``.
        split_from: ``part`` of the clusters whose records were some customer's before.
        night: the date of what changes now.

    Returns:
        The columns of ``crosswalk``, sorted by id. A row whose answer stays keeps its night and cause. The answer is
        None where none of the id's records are left.
    """
    now = claims.merge(assigned[["part", "customer_id"]], on="part", suffixes=("", "_now"), validate="m:1")
    live = assigned["customer_id"]
    answer = pd.concat([now.set_index("customer_id")["customer_id_now"], pd.Series(live.to_numpy(), index=live)])
    answer = answer[~answer.index.duplicated(keep="last")]  # a living id answers for itself, wherever its records went
    before = crosswalk["current_customer_id"]
    current = crosswalk["customer_id"].map(answer).fillna(before.map(answer)).astype(object)
    current = current.where(current.notna(), None)
    is_moved = current.fillna("") != before.fillna("")
    cause = np.where(current.isna(), "no records", np.where(current == crosswalk["customer_id"], "split", "merged"))
    kept = crosswalk.assign(current_customer_id=current)
    kept["since"] = kept["since"].where(~is_moved, night)
    kept["cause"] = kept["cause"].where(~is_moved, cause)
    born = assigned[assigned["is_new"] & ~live.isin(crosswalk["customer_id"])]
    born = pd.DataFrame(
        {
            "customer_id": born["customer_id"],
            "current_customer_id": born["customer_id"],
            "since": night,
            "cause": np.where(born["part"].isin(split_from["part"]), "split", "new"),
            "born": night,
        }
    )
    updated = born if kept.empty else pd.concat([kept, born]) if len(born) else kept
    return updated[COLUMNS].sort_values("customer_id", ignore_index=True)


def founder_id(source: str, source_ref: str, attempt: int = 0) -> str:
    """Return the customer id that a record founds: "c" and 16 hex digits of sha256; ``attempt`` where that one is taken."""
    parts = [source, source_ref, *([str(attempt)] if attempt else [])]
    return "c" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _new_id(source: str, source_ref: str, taken: set[str]) -> str:
    """Return the founder's id; the id of a customer that had merged away comes back when its records part again."""
    attempt = 0
    while (customer_id := founder_id(source, source_ref, attempt)) in taken:
        attempt += 1
    return customer_id
