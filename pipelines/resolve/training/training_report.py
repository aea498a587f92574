"""The report of a model: one page that needs nothing but itself, with weights, counts and ids, never a person's data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import log2
from pathlib import Path
from typing import Any

from pipelines.files import write_own
from pipelines.pages import pages_of
from pipelines.resolve.scoring.calibration import Reliability
from pipelines.resolve.scoring.model import Level, Model
from pipelines.resolve.training import charts
from pipelines.resolve.training.compare_models import Comparison
from pipelines.resolve.training.evaluate import HIGHEST, STEP, Evaluation, Share

TEMPLATES = Path(__file__).parent / "templates"
WIDEST = 24.0  # bits at which a bar ends; a longer one is cut and says so
LEAST_CHANGE = 0.05  # bits
MINUS = "\u2212"


@dataclass(frozen=True)
class LevelRow:
    """One level as the page draws it.

    Attributes:
        bits, rare_bits: what it adds for a common value and for a rare one; both alike where values do not matter.
        change, rare_change: against the model in use; None where that has no such level.
        strangers: how many other people agree so, where u is set in these.
    """

    comparison: str
    level: str
    is_first: bool
    bits: float
    rare_bits: float
    m: float
    u: float
    strangers: float | None
    is_by_hand: bool
    change: float | None
    rare_change: float | None


def write_report(
    target: Path, model: Model, base: Model, training: Mapping[str, Any] | None, evaluation: Evaluation,
    comparison: Comparison | None, over_budget: str | None,
) -> None:  # fmt: skip
    """Write the page of a model.

    Args:
        target: the page.
        model, base: it, and the model in use.
        training: what training saw; None where the model came from elsewhere.
        evaluation: what it makes of the whole data.
        comparison: against the model in use; None where that was not asked.
        over_budget: which bound of the change budget the comparison breaks.
    """
    environment = pages_of(TEMPLATES)
    environment.filters["percent"] = percent
    environment.filters["bits"] = lambda bits: f"{bits:+.1f}".replace("-", MINUS)
    environment.filters["edge"] = lambda share: f"{round(share * 100, 3):g} %"
    environment.filters["signed"] = lambda number: f"{number:+,}".replace("-", MINUS)
    environment.filters["short"] = lambda number: f"{number:.3g}"
    page = environment.get_template("training.html").render(
        model=model, base=base, training=training, found=evaluation, comparison=comparison, over_budget=over_budget,
        start=-log2(evaluation.population - 1), levels=level_rows(model, base, evaluation.population), widest=WIDEST,
        least_change=LEAST_CHANGE,
        histograms=_histograms(evaluation), reliabilities=_reliabilities(evaluation), shares=_shares(evaluation),
        below=evaluation.histogram[0] if evaluation.histogram and evaluation.histogram[0].low is None else None,
        learned=list(training["levels"]) if training else [],
    )  # fmt: skip
    write_own(target, page)


def percent(share: float | None) -> str:
    """Return a share as people read it: two figures that tell something, also near 0 and 1."""
    if share is None:
        return "none"
    away = min(share, 1 - share)
    digits = 0 if away == 0 else 1 if away >= 0.005 else 2 if away >= 0.0005 else 3
    return f"{share * 100:.{digits}f} %"


def level_rows(model: Model, base: Model, population: int) -> list[LevelRow]:
    """Return every level that weighs, by comparison, the best first."""
    before = {
        (comparison.name, level.condition): level_bits(base, level, population)
        for comparison in base.comparisons
        for level in comparison.levels
        if level.m is not None
    }
    rows = []
    for comparison in model.comparisons:
        told = [level for level in comparison.levels if level.m is not None]
        for level in told:
            bits, rare = level_bits(model, level, population)
            was = before.get((comparison.name, level.condition))
            rows.append(
                LevelRow(
                    comparison.name, level.condition, level is told[0], bits, rare, level.m or 1.0,
                    level.u_among(population), level.strangers, level.fixed, bits - was[0] if was else None,
                    rare - was[1] if was else None,
                )
            )  # fmt: skip
    return rows


def level_bits(model: Model, level: Level, population: int) -> tuple[float, float]:
    """Return the weight of a level in bits, for the commonest value and for a rare one; alike where values do not matter."""
    m = level.m or 1.0
    if level.frequency is None:
        bits = log2(m / level.u_among(population))
        return bits, bits
    common, rare = (
        (max(names.values.values(), default=names.floor), names.floor) for names in (model.given_names, model.family_names)
    )
    shares = [
        {
            "name_key": min(model.dependence * given * family, given, family),
            "initial_key": family * model.initial_share,
            "given_key": given,
        }[level.frequency]
        for given, family in zip(common, rare, strict=True)
    ]
    return log2(m / shares[0]), log2(m / shares[1])


def _histograms(found: Evaluation) -> list[dict[str, Any]]:
    bars = [
        (bar.low, bar.low + STEP if bar.high is None else bar.high, bar) for bar in found.histogram if bar.low is not None
    ]
    if not bars:
        return []
    beside = [(low, high, bar.corroborated) for low, high, bar in bars]
    named = [(low, high, bar.named) for low, high, bar in bars]
    unit = f"bits; the last column is all from {HIGHEST:g} up" if bars[-1][0] >= HIGHEST else "bits"
    return [
        {
            "name": name,
            "pairs": sum(count for _, _, count in columns),
            "svg": charts.columns_chart(columns, found.threshold, style, unit),
        }
        for name, columns, style in (
            ("something beside the names speaks for them", beside, "gold"),
            ("nothing but the names does", named, "teal"),
        )
    ]


def _reliabilities(found: Evaluation) -> list[dict[str, Any]]:
    if found.calibration is None:
        return []
    told, known = [], found.calibration
    for name, what, raw, curve in (
        ("Links that hold customers together", "the confidence of a customer", known.links_raw, known.links),
        ("All scored pairs", "linked or not", known.pairs_raw, known.pairs),
    ):
        if raw.pairs:
            series = [("by weight alone", "raw", _points(raw)), ("calibrated", "gold", _points(curve))]
            svg = charts.reliability_chart(series)
            told.append({"name": name, "what": what, "raw": raw, "curve": curve, "svg": svg})
    return told


def _points(reliability: Reliability) -> list[tuple[float, float, int]]:
    return [(one.said, one.came_true, one.pairs) for one in reliability.bins]


def _shares(found: Evaluation) -> list[dict[str, Any]]:
    if found.accuracy is None:
        return []
    both = {"precision": found.accuracy.precision, "recall": found.accuracy.recall}
    floor = max(0.0, min([share.low for share in both.values() if share.low is not None], default=0.0) - 0.05)
    return [{"name": name, "svg": _interval(share, floor), **asdict(share)} for name, share in both.items()]


def _interval(share: Share, floor: float) -> str:
    if share.value is None or share.low is None or share.high is None:
        return ""
    return charts.interval_chart(share.value, share.low, share.high, floor)
