"""Precision and recall, from pairs that were drawn by lot and judged blind.

The strata are sampled at rates of their own, so that each share is weighed by how many pairs its stratum has. Recall is a
ratio of such sums, for which there is no closed interval, and shares near 0 and 1 of few answers are what audits are made
of: a Wilson interval fits neither. So each stratum's share has Jeffreys' posterior (Beta of the answers and a half), which
covers as Wilson's does, and the two figures are computed over draws from all of them; the middle 95 % is the interval.
tests/resolve/test_audit.py holds its coverage against simulated audits.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb
import numpy as np

from pipelines.resolve.relations import run

SEED = 20260301
DRAWS = 20_000
LEVEL = 0.95
LEAST_KNOWN = 0.9  # share of the pairs in question whose strata have answers, from which a figure is told


@dataclass(frozen=True)
class Stratum:
    """Pairs that were decided alike.

    Attributes:
        name: see resolve.audit.
        is_linked: they are one customer.
        pairs: how many there are.
        same, different: what stewards said of those drawn by lot; ``unsure`` is told and counts as not answered.
    """

    name: str
    is_linked: bool
    pairs: int
    same: int = 0
    different: int = 0
    unsure: int = 0

    @property
    def answered(self) -> int:
        """Pairs that were decided one way or the other."""
        return self.same + self.different


@dataclass(frozen=True)
class Estimate:
    """A share with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class Audit:
    """What the audit sample says.

    Attributes:
        precision: of the pairs of identities within customers, the share that is one person's.
        recall: of the pairs of one person that were compared or are linked, the share that is linked. What no blocking rule
            let meet cannot be drawn, and is not in it.
        strata: what both rest on.
        unanswered: strata with pairs and no answer. While they hold more than a tenth of the pairs there is no figure; below
            that they may be anything from none to all, which widens the interval.
    """

    precision: Estimate | None
    recall: Estimate | None
    strata: Sequence[Stratum]
    unanswered: Sequence[str]


def audit_of(strata: Sequence[Stratum], *, draws: int = DRAWS, seed: int = SEED) -> Audit:
    """Estimate precision and recall; the same answers give the same intervals."""
    asked = [stratum for stratum in strata if stratum.pairs]
    unanswered = [stratum.name for stratum in asked if not stratum.answered]
    linked = [stratum for stratum in asked if stratum.is_linked]
    apart = [stratum for stratum in asked if not stratum.is_linked]
    random = np.random.default_rng(seed)
    right, missed = _pairs_of_one_person(linked, random, draws), _pairs_of_one_person(apart, random, draws)
    precision = recall = None
    if _is_known(linked):
        precision = _estimate(right / sum(stratum.pairs for stratum in linked))
    if _is_known(linked) and (not apart or _is_known(apart)):
        recall = _estimate(right / np.maximum(right + missed, 1e-9))
    return Audit(precision, recall, list(strata), unanswered)


def _is_known(strata: Sequence[Stratum]) -> bool:
    known = sum(stratum.pairs for stratum in strata if stratum.answered)
    return known > 0 and known >= LEAST_KNOWN * sum(stratum.pairs for stratum in strata)


def _pairs_of_one_person(strata: Sequence[Stratum], random: np.random.Generator, draws: int) -> np.ndarray:
    """Return how many pairs of the strata are one person's: the estimate first, then as many draws of it."""
    found = np.zeros(draws + 1)
    for stratum in strata:
        share = stratum.same / stratum.answered if stratum.answered else 0.5
        drawn = random.beta(stratum.same + 0.5, stratum.different + 0.5, draws)
        found += stratum.pairs * np.concatenate([[share], drawn])
    return found


def _estimate(values: np.ndarray) -> Estimate:
    low, high = np.quantile(values[1:], [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    value = float(values[0])
    return Estimate(round(value, 6), round(min(float(low), value), 6), round(max(float(high), value), 6))


def read_audit(con: duckdb.DuckDBPyConnection, schema: str = "meta") -> Audit:
    """Return what the audit of a warehouse (schema resolve) or of a published version (meta) says."""
    columns = "stratum, is_linked, pair_count, same_count, different_count, unsure_count"
    return audit_of([Stratum(*row) for row in run(con, f"SELECT {columns} FROM {schema}.audit ORDER BY ALL")])
