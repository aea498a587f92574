"""Tables of the benches of identity resolution: for the terminal, or as Markdown for the docs."""

import sys
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.table import Table

console = Console(highlight=False, width=150)


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[str]], words: int, *, markdown: bool = False, marked: Sequence[bool] = ()
) -> None:
    """Print a table whose first ``words`` columns are words and the others numbers.

    Args:
        marked: a row each; those marked are printed in red on a terminal.
    """
    if markdown:
        lines = [columns, ["---"] * words + ["--:"] * (len(columns) - words), *rows]
        print("\n".join(f"| {' | '.join(line)} |" for line in lines), end="\n\n", flush=True)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for place, column in enumerate(columns):
        table.add_column(column, justify="left" if place < words else "right", overflow="fold")
    for place, row in enumerate(rows):
        table.add_row(*row, style="bold red" if any(marked[place : place + 1]) else "")
    console.print(table)
    console.print()
    sys.stdout.flush()
