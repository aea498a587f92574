"""What a model makes of the whole data: its weights, and how far they and their probabilities can be trusted.

Everything here is counts, shares and bits; ids and names of people are not in it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from pipelines.resolve.pairs import block
from pipelines.resolve.relations import arrow, register, run, take, unregister
from pipelines.resolve.scoring.calibration import Reliability, link_probability, pair_probability, reliability
from pipelines.resolve.scoring.model import CORROBORATED, Model, population_of
from pipelines.resolve.scoring.score import score_pairs
from pipelines.resolve.settings import Linkage
from pipelines.resolve.training.intervals import bootstrap_ratio, wilson
from pipelines.resolve.training.known import Known, read_truth

STEP = 2.0  # bits a bar of the histogram
HIGHEST = 40.0  # bits from which all pairs share a bar


@dataclass(frozen=True)
class Bar:
    """Scored pairs whose weight lies from ``low`` up to ``high`` bits (None: no end), by what speaks for them."""

    low: float | None
    high: float | None
    named: int
    corroborated: int


@dataclass(frozen=True)
class Share:
    """A share with its 95 % interval and what it was counted over; None where there was nothing to count."""

    value: float | None
    low: float | None
    high: float | None
    counted: int


@dataclass(frozen=True)
class Accuracy:
    """How right the links are.

    Attributes:
        source: ``truth``: pairs of source records of the whole world against the true persons; the interval by drawing
            persons and customers again. ``judgements``: the pairs that stewards judged, by their weight alone, without the
            judgement's own effect; Wilson's interval. Those are the pairs in doubt, so that both shares are lower than
            over all pairs.
        precision: of what was linked, the share that is right; recall: of what is one person, the share linked.
    """

    source: Literal["truth", "judgements"]
    precision: Share
    recall: Share


@dataclass(frozen=True)
class Calibrated:
    """Probabilities against what is known, as the weights alone have them (raw) and as the model's curves do.

    Attributes:
        links_raw, links: of the links without which a customer would fall apart: what golden.customer.confidence tells.
        pairs_raw, pairs: of all scored pairs.
        fitted_on: of the curves, in words; None where the model has none.
        is_own: the curves were fitted on these very pairs, so that they cannot but fit.
    """

    source: Literal["truth", "judgements"]
    links_raw: Reliability
    links: Reliability
    pairs_raw: Reliability
    pairs: Reliability
    fitted_on: str | None
    is_own: bool


@dataclass(frozen=True)
class Evaluation:
    """A model over the whole data.

    Attributes:
        version: the model's.
        threshold: in bits.
        identities, customers, records: how many there are; a record without a person counts as none.
        population: how many people the weights reckon with.
        pairs: all pairs that the blocks let in; those under ``keep_above`` bits are not kept, and the first bar counts them.
        histogram: from the lowest weights up.
        unlinkable: identities that would not even be linked with themselves, so little do they show; their share.
        accuracy, calibration: None where nothing is known.
    """

    version: str
    threshold: float
    identities: int
    customers: int
    records: int
    population: int
    pairs: int
    histogram: list[Bar]
    unlinkable: Share
    accuracy: Accuracy | None
    calibration: Calibrated | None


def evaluate(
    con: duckdb.DuckDBPyConnection, model: Model, linkage: Linkage, known: Known, truth: Path | None, *, is_own: bool
) -> Evaluation:
    """Look at a database that was resolved under ``model``.

    Args:
        con: the database, to which temporary tables may be added.
        known: the pairs whose answer is known, from ``known_pairs`` over this database.
        truth: the folder of a sample world's truth; None where there is none.
        is_own: the model's calibration was fitted on these very pairs.
    """
    identities, customers, records = run(
        con,
        """
        SELECT
            (SELECT count(*) FROM resolve.identity),
            (SELECT count(DISTINCT customer_id) FROM resolve.cluster),
            (SELECT count(customer_id) FROM resolve.membership)
        """,
    )[0]
    pairs = _count_pairs(con, linkage)
    return Evaluation(
        version=model.version,
        threshold=linkage.threshold,
        identities=identities,
        customers=customers,
        records=records,
        population=population_of(con),
        pairs=pairs,
        histogram=histogram(con, linkage, pairs),
        unlinkable=unlinkable(con, model, linkage),
        accuracy=_accuracy(con, known, linkage, truth),
        calibration=_calibrated(known, model, is_own),
    )


def _count_pairs(con: duckdb.DuckDBPyConnection, linkage: Linkage) -> int:
    """Return how many pairs the blocks let in."""
    take(con, "dirty", "SELECT identity_id FROM resolve.identity")
    pairs = block.candidate_pairs(con, linkage)
    run(con, "DROP TABLE dirty")
    run(con, "DROP TABLE candidate_pair")
    return pairs


def histogram(con: duckdb.DuckDBPyConnection, linkage: Linkage, pairs: int) -> list[Bar]:
    """Count all scored pairs by weight, ``STEP`` bits a bar; bars without any are there too, so that they can be drawn."""
    found = {
        low: (named, corroborated)
        for low, named, corroborated in run(
            con,
            f"""
            SELECT
                least(floor(match_weight / {STEP}) * {STEP}, {HIGHEST}) AS low,
                count(*) FILTER (WHERE other_weight < {CORROBORATED}),
                count(*) FILTER (WHERE other_weight >= {CORROBORATED})
            FROM resolve.edge
            GROUP BY low
            """,
        )
    }
    kept = sum(sum(counts) for counts in found.values())
    bars = [Bar(None, linkage.keep_above, 0, pairs - kept)] if pairs > kept else []
    if not found:
        return bars
    for low in np.arange(min(found), max(found) + STEP / 2, STEP):
        high = None if low >= HIGHEST else float(low + STEP)
        bars.append(Bar(float(low), high, *found.get(float(low), (0, 0))))
    return bars


def unlinkable(con: duckdb.DuckDBPyConnection, model: Model, linkage: Linkage) -> Share:
    """Return the share of identities whose score against themselves misses the threshold: nothing could ever link them."""
    run(
        con,
        """
        CREATE OR REPLACE TEMP TABLE candidate_pair AS
        SELECT identity_id AS identity_l, identity_id AS identity_r FROM resolve.identity
        """,
    )
    register(con, "scored", score_pairs(con, model, population_of(con)))
    missing, all_ = run(con, f"SELECT count(*) FILTER (WHERE match_weight < {linkage.threshold}), count(*) FROM scored")[0]
    unregister(con, "scored")
    run(con, "DROP TABLE candidate_pair")
    return Share(round(missing / all_, 6) if all_ else None, None, None, all_)


def _accuracy(con: duckdb.DuckDBPyConnection, known: Known, linkage: Linkage, truth: Path | None) -> Accuracy | None:
    if truth is not None:
        return accuracy_against_truth(con, truth)
    if known.source == "judgements":
        return accuracy_against_judgements(known.pairs, linkage.threshold)
    return None


def accuracy_against_truth(con: duckdb.DuckDBPyConnection, truth: Path) -> Accuracy:
    """Hold resolve.membership against the true persons, over all pairs of source records that are somebody's."""
    read_truth(con, truth)
    cells = arrow(
        con,
        """
        SELECT truth_record.person_id, membership.customer_id, count(*) AS records
        FROM truth_record INNER JOIN resolve.membership AS membership USING (record_kind, source, source_ref)
        GROUP BY ALL ORDER BY ALL
        """,
    ).to_pandas()
    run(con, "DROP TABLE truth_record")
    cells["pairs"] = cells["records"] * (cells["records"] - 1) / 2
    by_person = cells.groupby("person_id").agg(records=("records", "sum"), right=("pairs", "sum"))
    placed = cells[cells["customer_id"].notna()]
    alone = (
        cells[cells["customer_id"].isna()].groupby("person_id")["pairs"].sum()
    )  # records without a customer are in no pair
    right_by_person = by_person["right"].sub(alone, fill_value=0.0)
    true_by_person = by_person["records"] * (by_person["records"] - 1) / 2
    by_customer = placed.groupby("customer_id").agg(records=("records", "sum"), right=("pairs", "sum"))
    found_by_customer = by_customer["records"] * (by_customer["records"] - 1) / 2
    precision = bootstrap_ratio(by_customer["right"].to_numpy(float), found_by_customer.to_numpy(float))
    recall = bootstrap_ratio(right_by_person.to_numpy(float), true_by_person.to_numpy(float))
    return Accuracy(
        "truth",
        Share(*precision, int(found_by_customer.sum())),
        Share(*recall, int(true_by_person.sum())),
    )


def accuracy_against_judgements(pairs: pd.DataFrame, threshold: float) -> Accuracy:
    """Hold the weights of judged pairs against the judgements (columns match_weight, is_same)."""
    is_link = pairs["match_weight"] >= threshold
    right = int((is_link & pairs["is_same"]).sum())
    linked, same = int(is_link.sum()), int(pairs["is_same"].sum())
    return Accuracy("judgements", Share(*wilson(right, linked), linked), Share(*wilson(right, same), same))


def _calibrated(known: Known, model: Model, is_own: bool) -> Calibrated | None:
    if known.source == "nothing" or known.pairs.empty:
        return None
    pairs = known.pairs
    links = pairs[pairs["is_tree"]]
    curves = model.calibration

    def held(with_curves: bool) -> Reliability:
        weight = links["match_weight"].to_numpy(float)
        return reliability(link_probability(curves if with_curves else None, weight), links["is_same"].to_numpy(bool))

    def scored(with_curves: bool) -> Reliability:
        weight, other = pairs["match_weight"].to_numpy(float), pairs["other_weight"].to_numpy(float)
        return reliability(pair_probability(curves if with_curves else None, weight, other), pairs["is_same"].to_numpy(bool))

    return Calibrated(
        known.source, held(False), held(True), scored(False), scored(True), curves.fitted_on if curves else None, is_own
    )
