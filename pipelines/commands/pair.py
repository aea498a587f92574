"""A pair's explanation as a waterfall in the terminal."""

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from pipelines.resolve.explain import PairExplanation

WIDTH = 32  # characters of the widest bar


def show_pair(pair: "PairExplanation", console: Console) -> None:
    """Print what each comparison found and added, and what came of it."""
    console.print(Text(f"{pair.left} and {pair.right}: {pair.verdict}", style="bold"))
    console.print(pair.why)
    table = Table("comparison", "what was found", "bits", "")
    table.columns[2].justify = "right"
    scale = WIDTH / max(1.0, *(abs(row.bits) for row in pair.rows))
    for row in pair.rows:
        bar = Text("█" * round(abs(row.bits) * scale), style="green" if row.bits > 0 else "red")
        table.add_row(row.comparison, row.level, f"{row.bits:+.1f}", bar)
    table.add_section()
    table.add_row("total", f"probability {pair.match_probability:.4f}", f"{pair.match_weight:+.1f}", "")
    table.add_row("threshold", f"model {pair.model_version}", f"{pair.threshold:+.1f}", "")
    console.print(table)
    rules = ", ".join(pair.rules) or "none: they were never compared"
    console.print(f"let in by the rules: {rules}")
