"""Calibration: how often pairs of a given weight prove right, learned where the answer is known.

The weights of a model decide; they are sums of evidence taken to be independent, which evidence about people is not: two
people of one name agree in city and age more often than chance has it, and a pair that stayed linked has passed the guard
and the search for namesakes. So what a weight is *worth* is counted: the pairs of a known world, or those that stewards
judged, are laid side by side by weight, and the share that is one person is made to rise (isotonic regression, the pool of
adjacent violators). Decisions stay with the weights; probabilities that people read come from the curves.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import duckdb
import numpy as np
import pandas as pd

from pipelines.resolve.relations import run
from pipelines.resolve.scoring.model import CORROBORATED, DIGITS, Calibration, Model, Point

BINS = 12  # at most so many points a curve
LEAST_PAIRS = 40  # pairs that a point rests on at least
LEAST_FOR_CURVE = 100  # known pairs below which no curve is drawn from nothing
PRIOR_PAIRS = 20.0  # how many pairs a point of the curve before is worth beside new answers
HALF = 0.5  # of a pair
SUREST = 0.9999  # no share of a sample says more
CURVES = ("held", "named", "corroborated")
# Where a page breaks probabilities: tenths, and finer where links are.
EDGES = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999, 1.0)


@dataclass(frozen=True)
class Bin:
    """Pairs whose probability lies from ``low`` up to ``high``: how many, what was said on average, what came true."""

    low: float
    high: float
    pairs: int
    said: float
    came_true: float


@dataclass(frozen=True)
class Reliability:
    """How far probabilities mean what they say.

    Attributes:
        pairs: how many were looked at.
        error: the expected calibration error, the mean distance between what was said and what came true, over the bins
            by their pairs (0 is perfect).
        bins: those with any pair, from the lowest up.
    """

    pairs: int
    error: float
    bins: list[Bin]


def raw_probability(weight: np.ndarray) -> np.ndarray:
    """Return the probabilities that weights (bits) stand for where their evidence is independent."""
    with np.errstate(over="ignore"):
        found: np.ndarray = 1 / (1 + np.exp2(-np.asarray(weight, dtype=float)))
    return found


def read_curve(points: Sequence[Point], weight: np.ndarray) -> np.ndarray:
    """Return the probability of each weight (bits): straight between the points, level beyond the first and the last."""
    found: np.ndarray = np.interp(weight, [point.weight for point in points], [point.probability for point in points])
    return found


def link_probability(calibration: Calibration | None, weight: np.ndarray) -> np.ndarray:
    """Return the probability that a link which holds a customer together is right."""
    return raw_probability(weight) if calibration is None else read_curve(calibration.held, weight)


def pair_probability(calibration: Calibration | None, weight: np.ndarray, other_weight: np.ndarray) -> np.ndarray:
    """Return the probability that the two of a scored pair are one person, whether or not they were linked."""
    if calibration is None:
        return raw_probability(weight)
    is_named = np.asarray(other_weight) < CORROBORATED
    return np.where(is_named, read_curve(calibration.named, weight), read_curve(calibration.corroborated, weight))


def fit(known: pd.DataFrame, before: Calibration | None, fitted_on: str) -> Calibration | None:
    """Draw the three curves through pairs whose answer is known.

    Args:
        known: ``match_weight`` (bits), ``other_weight``, ``is_tree`` (one of the links without which a customer would fall
            apart), ``is_same``; one row a pair.
        before: the curves to begin from: each of their points counts as ``PRIOR_PAIRS`` pairs, and a curve for which nothing
            is known stays. None: from nothing, which takes ``LEAST_FOR_CURVE`` pairs a curve.
        fitted_on: in words.

    Returns:
        The curves; ``before`` itself where nothing is known, None where too little is.
    """
    is_named = known["other_weight"] < CORROBORATED
    parts = {"held": known[known["is_tree"]], "named": known[is_named], "corroborated": known[~is_named]}
    if known.empty or (before is None and min(map(len, parts.values())) < LEAST_FOR_CURVE):
        return before
    curves = {
        name: fit_curve(
            part["match_weight"].to_numpy(float), part["is_same"].to_numpy(bool), getattr(before, name) if before else ()
        )
        for name, part in parts.items()
    }
    return Calibration(**curves, fitted_on=fitted_on)


def fit_curve(weight: np.ndarray, is_same: np.ndarray, before: Sequence[Point] = ()) -> list[Point]:
    """Return a rising curve through pairs, from their weights (bits) and whether each is one person.

    Pairs are taken together by weight, ``LEAST_PAIRS`` or more a point, the points of ``before`` beside them; each share is
    drawn half a pair towards one half, so that nothing is ever certain; neighbours that fall are pooled until all rise.
    """
    blocks = [_Block(point.weight, point.probability * PRIOR_PAIRS, PRIOR_PAIRS, 0.0) for point in before]
    order = np.argsort(weight, kind="stable")
    count = max(1, min(BINS, len(order) // LEAST_PAIRS)) if len(order) else 0
    for chosen in np.array_split(order, count) if count else ():
        blocks.append(_Block(float(weight[chosen].mean()), float(is_same[chosen].sum()), float(len(chosen)), HALF))
    pooled: list[_Block] = []
    for here in sorted(blocks):
        while pooled and (pooled[-1].share >= here.share or _digits(pooled[-1].at) == _digits(here.at)):
            here = pooled.pop().joined(here)
        pooled.append(here)
    return [Point(weight=_digits(block.at), probability=_digits(min(block.share, SUREST))) for block in pooled]


class _Block(NamedTuple):
    """Pairs around the weight ``at``: how many were right, of how many, and how many to draw them towards one half by."""

    at: float
    right: float
    pairs: float
    drawn: float

    @property
    def share(self) -> float:
        return (self.right + self.drawn) / (self.pairs + 2 * self.drawn)

    def joined(self, other: "_Block") -> "_Block":
        pairs = self.pairs + other.pairs
        at = (self.at * self.pairs + other.at * other.pairs) / pairs
        return _Block(at, self.right + other.right, pairs, max(self.drawn, other.drawn))


def _digits(value: float) -> float:
    """Return the number as the model's file will hold it."""
    return float(f"{value:.{DIGITS}g}")


def reliability(probability: np.ndarray, is_same: np.ndarray) -> Reliability:
    """Hold probabilities against what is true, bin by bin (``EDGES``)."""
    place = np.clip(np.searchsorted(EDGES, probability, side="right") - 1, 0, len(EDGES) - 2)
    bins, distance = [], 0.0
    for number, (low, high) in enumerate(itertools.pairwise(EDGES)):
        here = place == number
        if pairs := int(here.sum()):
            said, came_true = float(probability[here].mean()), float(is_same[here].mean())
            bins.append(Bin(low, high, pairs, round(said, 6), round(came_true, 6)))
            distance += pairs * abs(said - came_true)
    return Reliability(len(probability), round(distance / len(probability), 6) if len(probability) else 0.0, bins)


def curve_sql(points: Sequence[Point], weight: str) -> str:
    """Return the curve as an SQL expression over ``weight``, the same as ``read_curve``."""
    told = f"(CASE WHEN {weight} IS NULL THEN NULL WHEN {weight} <= {points[0].weight} THEN {points[0].probability}"
    for one, other in itertools.pairwise(points):
        slope = (other.probability - one.probability) / (other.weight - one.weight)
        told += f" WHEN {weight} <= {other.weight} THEN {one.probability} + ({weight} - {one.weight}) * {slope!r}"
    return f"{told} ELSE {points[-1].probability} END)::DOUBLE"


def pair_probability_sql(calibration: Calibration, weight: str, other_weight: str) -> str:
    """Return ``pair_probability`` as an SQL expression over the two weights."""
    named, corroborated = curve_sql(calibration.named, weight), curve_sql(calibration.corroborated, weight)
    return f"CASE WHEN {other_weight} < {CORROBORATED} THEN {named} ELSE {corroborated} END"


def install(con: duckdb.DuckDBPyConnection, model: Model) -> None:
    """Define the macro ``link_probability(weight)`` on ``con`` for as long as it is open; a steward's word is certain."""
    told = curve_sql(model.calibration.held, "weight") if model.calibration else "1 / (1 + pow(2, -weight))"
    run(
        con,
        f"CREATE OR REPLACE TEMP MACRO link_probability(weight) AS CASE WHEN weight = 'inf'::DOUBLE THEN 1 ELSE {told} END",
    )
