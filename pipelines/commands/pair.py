"""A pair's explanation as a waterfall in the terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pipelines.load.terminal.layout import outside, plain_table

if TYPE_CHECKING:
    from pipelines.load.answers.pairs import PairStory, Side
    from pipelines.resolve.explaining.explain import PairExplanation
    from pipelines.resolve.explaining.waterfall import Weight

WIDTH = 20  # characters that the bars may take: the table fits 80 columns
SILENT = 0.05  # bits below which a comparison says nothing
EIGHTHS = " ▏▎▍▌▋▊▉█"
COLOURS = {"linked": "green", "same customer": "green", "one identity": "green", "not linked": "red"}
LISTED = 8  # links, refusals and pieces that are shown each


def show_story(story: "PairStory", console: Console) -> None:
    """Print both sides, what each comparison found and added, what came of it, and where both show the same."""
    console.print(_sides(story.left, story.right))
    console.print()
    if story.pair is not None:
        show_pair(story.pair, console)
    else:
        _verdict(story.verdict, story.why, console)
    if story.shared:
        console.print()
        console.print(_shared(story))


def show_pair(pair: "PairExplanation", console: Console) -> None:
    """Print what each comparison found and added, and what came of it."""
    _verdict(pair.verdict, pair.why, console)
    console.print()
    console.print(_waterfall(pair))
    for part in (_path(pair), _between(pair), _missing(pair)):
        if part is not None:
            console.print()
            console.print(part)
    console.print()
    silent = [row.comparison for row in _silent(pair)]
    facts = {
        "says nothing": ", ".join(silent) or "everything speaks",
        "let in by the rules": ", ".join(pair.rules) or "none: they were never compared",
        "model": pair.model_version,
        "identities": f"{pair.left} {pair.right}",
    }
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, fact in facts.items():
        grid.add_row(f"  {name}", fact)
    console.print(grid)


def _verdict(verdict: str, why: str, console: Console) -> None:
    told = Text(verdict, style=f"bold {COLOURS.get(verdict, '')}")
    told.append(f": {why}", style="not bold default")
    console.print(told)


def _sides(left: "Side", right: "Side") -> Table:
    table = plain_table("", "customer", "what the identity shows", "records", numbers=("records",))
    for word, side in (("one", left), ("other", right)):
        if side.identity_id is None:
            table.add_row(word, Text("nobody", style="dim"), outside(f"{side.asked}: {side.reason}"), "")
            continue
        shown = " · ".join(filter(None, [side.name or "", *side.emails, *side.phones, *side.handles]))
        told = outside(shown or "an account")
        told.append_text(outside(f"\n{side.asked}", "dim"))
        table.add_row(word, side.customer_id or "", told, f"{side.records:,}")
    return table


def _silent(pair: "PairExplanation") -> "list[Weight]":
    return [row for row in pair.rows if abs(row.bits) < SILENT]


def _waterfall(pair: "PairExplanation") -> Table:
    """Return the rows with a bar each, from where the ones before it had come to where it leads."""
    table = plain_table("comparison", "what was found", "bits", "so far", "", numbers=("bits", "so far"))
    steps, so_far = [], 0.0
    for row in pair.rows:
        steps.append((so_far, so_far + row.bits))
        so_far += row.bits
    table.columns[-1].no_wrap = True
    low = min(pair.threshold, 0.0, *(min(step) for step in steps))
    high = max(pair.threshold, 0.0, *(max(step) for step in steps))
    scale = WIDTH / max(1.0, high - low)
    silent = _silent(pair)
    for row, (start, end) in zip(pair.rows, steps, strict=True):
        if row not in silent:
            bar = _bar((min(start, end) - low) * scale, (max(start, end) - low) * scale, row.bits)
            table.add_row(row.comparison, row.found, f"{row.bits:+.1f}", f"{end:+.1f}", bar)
    table.add_section()
    mark = Text(" " * min(WIDTH - 1, round((pair.threshold - low) * scale)) + "╵", style="dim")
    total = f"{pair.match_weight:+.1f}"
    table.add_row("total", f"probability {pair.match_probability:.4f}", "", total, mark, style="bold")
    table.add_row("threshold", "linked from here on", "", f"{pair.threshold:+.1f}", "")
    return table


def _bar(start: float, end: float, bits: float) -> Text:
    """Return a bar between two places of a line, at least a thin one, so that no evidence goes unseen."""
    first = int(start)
    full = max(end - start, 0.125)
    cells = "█" * int(full) + EIGHTHS[round((full % 1) * 8)].strip()
    return Text(" " * first + (cells or "▏"), style="green" if bits > 0 else "red")


def _path(pair: "PairExplanation") -> Table | None:
    if pair.verdict == "linked" or len(pair.path) < 2:
        return None
    table = plain_table("weight", "from", "to", numbers=("weight",), title="the links that join them")
    here = pair.left
    for link in pair.path[:LISTED]:
        there = link.identity_r if link.identity_l == here else link.identity_l
        weight = "steward" if link.by_steward else f"{link.match_weight:.1f} bits"
        table.add_row(weight, here, there)
        here = there
    return table


def _between(pair: "PairExplanation") -> Table | None:
    others = [cut for cut in pair.between if (cut.identity_l, cut.identity_r) != (pair.left, pair.right)]
    if not others:
        return None
    title = "other links between the two customers that were refused"
    table = plain_table("weight", "between", "reason", numbers=("weight",), title=title)
    for cut in others[:LISTED]:
        table.add_row(f"{cut.match_weight:.1f} bits", f"{cut.identity_l}\n{cut.identity_r}", cut.reason)
    return table


def _missing(pair: "PairExplanation") -> Table | None:
    """Return what one piece of evidence more would have made of the pair."""
    if not pair.missing:
        return None
    table = plain_table("one piece more", "weight", "", numbers=("weight",), title="what would have linked them")
    for piece in pair.missing:
        enough = Text("enough", style="green") if piece.would_link else Text("not enough alone", style="dim")
        table.add_row(piece.piece, f"{piece.match_weight:+.1f}", enough)
    return table


def _shared(story: "PairStory") -> Table:
    from pipelines.load.terminal.show_customer import place_of

    table = plain_table("both show", "and where it was seen first", title="the records behind it")
    for shared in story.shared:
        left, right = shared.left, shared.right
        told = outside(left.value if left.value == right.value else f"{left.value} / {right.value}")
        for place in dict.fromkeys(map(place_of, (left, right))):  # once, where one record shows both
            told.append_text(outside(f"\n{place}", "dim"))
        table.add_row(shared.kind, told)
    return table
