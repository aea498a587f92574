"""Intervals around a share: how far it could be off, for the number of things it was counted over."""

import math

import numpy as np

Z = 1.959964  # 95 %
DRAWS = 400
SEED = 20260301

Interval = tuple[float | None, float | None, float | None]


def wilson(right: int, counted: int) -> Interval:
    """Return a share of independent things and Wilson's 95 % interval, which holds for few things and shares near 0 or 1."""
    if not counted:
        return None, None, None
    share = right / counted
    spread = Z * math.sqrt(share * (1 - share) / counted + Z**2 / (4 * counted**2))
    middle, scale = share + Z**2 / (2 * counted), 1 + Z**2 / counted
    return round(share, 6), round(max(0.0, (middle - spread) / scale), 6), round(min(1.0, (middle + spread) / scale), 6)


def bootstrap_ratio(right: np.ndarray, counted: np.ndarray) -> Interval:
    """Return sum(right) / sum(counted) over groups, and its 95 % interval by drawing the groups again.

    Pairs of one group stand and fall together (one wrong link makes all pairs across it wrong), so that an interval over
    single pairs would be far too narrow. Each draw weighs the groups by a Poisson of one; the same groups give the same
    interval.
    """
    total = float(counted.sum())
    if not total:
        return None, None, None
    chosen = counted > 0
    right, counted = right[chosen], counted[chosen]
    random = np.random.default_rng(SEED)
    ratios = []
    for _ in range(DRAWS):
        weight = random.poisson(1.0, len(counted))
        below = float(weight @ counted)
        ratios.append(float(weight @ right) / below if below else right.sum() / total)
    low, high = np.quantile(ratios, (0.025, 0.975))
    return round(float(right.sum()) / total, 6), round(float(low), 6), round(float(high), 6)
