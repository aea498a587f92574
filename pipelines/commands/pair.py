"""A pair's explanation as a waterfall in the terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from pipelines.load.layout import plain_table, print_facts

if TYPE_CHECKING:
    from pipelines.resolve.explain import PairExplanation

WIDTH = 20  # characters of the widest bar: the table fits 80 columns
SILENT = 0.05  # bits below which a comparison without a value tells nothing


def show_pair(pair: "PairExplanation", console: Console) -> None:
    """Print what each comparison found and added, and what came of it."""
    console.print(Text(f"{pair.left} and {pair.right}: {pair.verdict}", style="bold"))
    console.print(pair.why)
    console.print()
    table = plain_table("comparison", "what was found", "bits", "", numbers=("bits",))
    scale = WIDTH / max(1.0, *(abs(row.bits) for row in pair.rows))
    silent = [row for row in pair.rows if row.level.endswith("missing") and abs(row.bits) < SILENT]
    for row in pair.rows:
        if row not in silent:
            bar = Text("█" * round(abs(row.bits) * scale), style="green" if row.bits > 0 else "red")
            table.add_row(row.comparison, row.level, f"{row.bits:+.1f}", bar)
    table.add_section()
    table.add_row("total", f"probability {pair.match_probability:.4f}", f"{pair.match_weight:+.1f}", "", style="bold")
    table.add_row("threshold", "linked from here on", f"{pair.threshold:+.1f}", "")
    console.print(table)
    console.print()
    facts = {
        "nothing to compare": ", ".join(row.comparison for row in silent) or "everything was compared",
        "let in by the rules": ", ".join(pair.rules) or "none: they were never compared",
        "model": pair.model_version,
    }
    print_facts(facts, console)
