"""How lines and tables are laid out in a terminal, whatever its width; text from outside never steers the terminal."""

from collections.abc import Iterable, Mapping

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from pipelines.signs import visible


def outside(value: object, style: str = "") -> Text:
    """Return a value of the data as text for the terminal: no markup, control characters shown as signs."""
    return Text(visible(str(value)), style=style)


def minute(instant: str) -> str:
    """Return an instant as files have it (ISO 8601), to the minute and without its zone, which a column's title tells."""
    return instant[:16].replace("T", " ")


def plain_table(*columns: str, numbers: Iterable[str] = (), title: str | None = None) -> Table:
    """Return a table without lines; the columns named in ``numbers`` stand to the right."""
    words = Text(title, style="bold", no_wrap=True, overflow="ignore") if title else None  # else it folds at a narrow table
    table = Table(box=None, pad_edge=False, header_style="dim", title=words, title_justify="left")
    right = set(numbers)
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def fits(table: RenderableType, console: Console) -> bool:
    """Say whether the table needs no more than the terminal's width, no cell folded."""
    unbounded = console.options.update(max_width=1_000_000)
    return Measurement.get(console, unbounded, table).maximum <= console.width


def print_facts(facts: Mapping[str, object], console: Console) -> None:
    """Print a line a fact; a long one (a path) is left to the terminal, so that it can be copied whole."""
    width = max(map(len, facts), default=0)
    for name, fact in facts.items():
        line = Text(f"  {name:<{width}}  ", style="dim")
        line.append_text(fact if isinstance(fact, Text) else outside(fact, "not dim"))
        console.print(line, soft_wrap=True)


def print_block(title: str, cells: Iterable[tuple[str, Text]], console: Console) -> None:
    """Print one row as lines of ``column  value``, where a table of such rows would not fit."""
    console.print(title, style="dim")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for name, cell in cells:
        grid.add_row(name, cell)
    console.print(grid)
