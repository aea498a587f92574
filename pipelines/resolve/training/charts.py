"""Small charts as SVG text: for pages that need no script, no network and no library, readable in light and dark.

Colours are classes of the page's style. Everything drawn is a number or a word of ours.
"""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

WIDTH, HEIGHT = 520, 240
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 38


def columns_chart(bars: Sequence[tuple[float, float, int]], mark: float | None, style: str, unit: str) -> Markup:
    """Draw a histogram.

    Args:
        bars: ``low, high, count``, side by side from the lowest.
        mark: where a line stands across (a threshold).
        style: class of the columns.
        unit: what the axis counts in.
    """
    low, high = bars[0][0], bars[-1][1]
    most = max((count for _, _, count in bars), default=0) or 1
    top = _round_up(most)

    def x(value: float) -> float:
        return LEFT + (value - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(count: float) -> float:
        return HEIGHT - BOTTOM - count / top * (HEIGHT - TOP - BOTTOM)

    drawn = [_gridline(y(value), f"{value:,.0f}") for value in (0, top / 2, top)]
    for start, end, count in bars:
        if count:
            height = max(y(0) - y(count), 1.0)
            drawn.append(
                f'<rect class="{style}" x="{x(start) + 0.7:.1f}" y="{y(0) - height:.1f}" '
                f'width="{max(x(end) - x(start) - 1.4, 0.6):.1f}" height="{height:.1f}" rx="1.5">'
                f"<title>{start:g} to {end:g} {escape(unit)}: {count:,}</title></rect>"
            )
    step = 10 if high - low > 30 else 5
    first = int(low // step) * step
    drawn += [
        _label(x(value), HEIGHT - BOTTOM + 16, f"{value:+d}" if value else "0")
        for value in range(first, int(high) + 1, step)
        if low <= value <= high
    ]
    drawn.append(_label(WIDTH - RIGHT, HEIGHT, unit, "end"))
    if mark is not None and low <= mark <= high:
        drawn.append(f'<line class="mark" x1="{x(mark):.1f}" x2="{x(mark):.1f}" y1="{TOP - 6}" y2="{y(0):.1f}"/>')
        drawn.append(_label(x(mark) + 5, TOP + 3, f"threshold {mark:g}", "start"))
    return _svg(drawn, f"histogram over {unit}")


def reliability_chart(series: Sequence[tuple[str, str, Sequence[tuple[float, float, int]]]]) -> Markup:
    """Draw what was said (across) against what came true (up); on the diagonal probabilities mean what they say.

    Args:
        series: name, class, and the points ``said, came_true, pairs``; a point's area follows its pairs.
    """
    side = WIDTH - LEFT - RIGHT
    height = side + TOP + BOTTOM
    most = max((pairs for _, _, points in series for _, _, pairs in points), default=1)

    def x(value: float) -> float:
        return LEFT + value * side

    def y(value: float) -> float:
        return TOP + (1 - value) * side

    drawn = [_gridline(y(value), f"{value:.0%}") for value in (0, 0.25, 0.5, 0.75, 1)]
    drawn += [_label(x(value), height - BOTTOM + 16, f"{value:.0%}") for value in (0, 0.25, 0.5, 0.75, 1)]
    drawn.append(f'<line class="diagonal" x1="{x(0)}" y1="{y(0)}" x2="{x(1)}" y2="{y(1)}"/>')
    for name, style, points in series:
        path = " ".join(f"{x(said):.1f},{y(true):.1f}" for said, true, _ in points)
        drawn.append(f'<polyline class="line {style}" points="{path}"/>')
        for said, true, pairs in points:
            radius = 3 + 9 * (pairs / most) ** 0.5
            drawn.append(
                f'<circle class="dot {style}" cx="{x(said):.1f}" cy="{y(true):.1f}" r="{radius:.1f}">'
                f"<title>{escape(name)}: said {said:.1%}, came true {true:.1%}, {pairs:,} pairs</title></circle>"
            )
    drawn.append(_label(WIDTH - RIGHT, height - 2, "what the probability says", "end"))
    return _svg(drawn, "calibration curve", height)


def interval_chart(value: float, low: float, high: float, floor: float) -> Markup:
    """Draw a share with its interval, on a line from ``floor`` to 1."""
    width, height = 260, 26

    def x(share: float) -> float:
        return 6 + (max(share, floor) - floor) / (1 - floor) * (width - 12)

    drawn = [
        f'<line class="axis" x1="6" x2="{width - 6}" y1="13" y2="13"/>',
        f'<line class="interval" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="13" y2="13"/>',
        f'<circle class="gold" cx="{x(value):.1f}" cy="13" r="5.5">',
        f"<title>{value:.2%} ({low:.2%} to {high:.2%})</title></circle>",
    ]
    return _svg(drawn, f"{value:.1%}, between {low:.1%} and {high:.1%}", height, width)


def _svg(drawn: Sequence[str], told: str, height: float = HEIGHT, width: float = WIDTH) -> Markup:
    inside = "".join(drawn)
    return Markup(f'<svg viewBox="0 0 {width} {height:g}" role="img" aria-label="{escape(told)}">{inside}</svg>')  # noqa: S704


def _gridline(y: float, label: str) -> str:
    return f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>' + _label(
        LEFT - 6, y + 4, label, "end"
    )


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _round_up(value: float) -> float:
    """Return the next number of one, two or five and noughts."""
    size = 1.0
    while True:
        for step in (1, 2, 5):
            if step * size >= value:
                return step * size
        size *= 10
