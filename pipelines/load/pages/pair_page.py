"""A pair's explanation as one page that needs nothing but itself: the waterfall as a drawing, no script, no network."""

import math
import os
from dataclasses import dataclass
from pathlib import Path

from pipelines.load.answers.lineage import Shown
from pipelines.load.answers.pairs import PairStory
from pipelines.pages import pages_of
from pipelines.resolve.explaining.explain import PairExplanation

TEMPLATES = Path(__file__).parent / "templates"
LEFT, RIGHT, ROW, TOP = 300.0, 900.0, 30.0, 26.0  # of the drawing, in its own units: where bars begin, end, and their height
SILENT = 0.05  # bits below which a comparison says nothing


@dataclass(frozen=True)
class Bar:
    """One row of the drawing: from where the rows before it had come to where it leads."""

    comparison: str
    found: str
    bits: float
    so_far: float
    x: float
    width: float
    y: float
    end: float


@dataclass(frozen=True)
class Drawing:
    """The waterfall, measured: bars from the top and the total, ticks of the scale (place, bits), the threshold's place."""

    bars: list[Bar]
    ticks: list[tuple[float, float]]
    threshold: float
    total: Bar
    height: float
    silent: list[str]


def write_pair_page(story: PairStory, target: Path) -> None:
    """Write the page, readable by nobody but who runs this: it shows what two people's records say.

    Raises:
        OSError: the file cannot be written.
    """
    environment = pages_of(TEMPLATES)
    drawing = draw(story.pair) if story.pair else None
    page = environment.get_template("pair.html").render(story=story, pair=story.pair, drawing=drawing, place_of=_place_of)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(page)


def draw(pair: PairExplanation) -> Drawing:
    """Measure the waterfall of a pair; comparisons that say nothing are named beside it."""
    steps, so_far = [], 0.0
    for row in pair.rows:
        steps.append((row, so_far, so_far + row.bits))
        so_far += row.bits
    silent = [row for row, _, _ in steps if abs(row.bits) < SILENT]
    low, high, step = _scale([0.0, pair.threshold, *(end for _, _, end in steps)])

    def place(bits: float) -> float:
        return LEFT + (bits - low) / (high - low) * (RIGHT - LEFT)

    def bar(comparison: str, found: str, start: float, end: float, number: int) -> Bar:
        near, far = sorted((place(start), place(end)))
        return Bar(comparison, found, end - start, end, near, max(far - near, 1.5), TOP + number * ROW, place(end))

    told = [(row, start, end) for row, start, end in steps if row not in silent]
    bars = [bar(row.comparison, row.found, start, end, number) for number, (row, start, end) in enumerate(told)]
    total = bar("total", "", 0.0, so_far, len(bars))
    ticks = [(place(low + number * step), low + number * step) for number in range(round((high - low) / step) + 1)]
    height = TOP + (len(bars) + 1) * ROW
    return Drawing(bars, ticks, place(pair.threshold), total, height, [row.comparison for row in silent])


def _scale(values: list[float]) -> tuple[float, float, float]:
    """Return where a scale begins and ends, and its steps: whole numbers that hold all values."""
    span = max(values) - min(values) or 1.0
    step = float(next(size for size in (1, 2, 5, 10, 20, 50, 100, 200, 500) if span / size <= 9 or size == 500))
    return math.floor(min(values) / step) * step, math.ceil(max(values) / step) * step, step


def _place_of(shown: Shown) -> str:
    from pipelines.load.terminal.show_customer import place_of

    return place_of(shown)
