"""The data dictionary: ``docs/data-dictionary.md``, written from the YAML that stands beside every SELECT.

Run ``python -m pipelines.load.dictionary`` after a change of any ``sql/**/*.yml``; a test holds the page against them.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.settings import PACKAGE_ROOT, load_yaml

PUBLISHED = ("golden", "mart", "meta")
WORKING = ("staging", "resolve")
PAGE = PACKAGE_ROOT / "docs" / "data-dictionary.md"

HEAD = """# Data dictionary

Written by `python -m pipelines.load.dictionary` from the YAML beside each SELECT in `sql/`; change it there.
**Personal** marks columns that can hold a person's name, address, number or words, or lead to one. Times are UTC.
Columns that a share, a count or a name's ending explains (`_share` 0 to 1, `_count`, `_id` ours, `_ref` the source's) follow
the glossary.
"""


@dataclass(frozen=True)
class Column:
    """One column as its YAML describes it; ``unit`` is empty where it has none."""

    name: str
    type: str
    unit: str
    meaning: str
    pii: bool


@dataclass(frozen=True)
class Table:
    """One table as its YAML describes it; ``name`` is ``schema.table``."""

    name: str
    description: str
    grain: str
    columns: tuple[Column, ...]


def read_table(path: Path) -> Table:
    """Read the YAML beside one SELECT.

    Raises:
        ConfigurationError: naming the file and what is missing.
    """
    document = load_yaml(path)
    try:
        columns = tuple(_column(name, entry) for name, entry in document["columns"].items())
        return Table(f"{path.parent.name}.{path.stem}", document["description"], document["grain"], columns)
    except (KeyError, TypeError, AttributeError):
        raise ConfigurationError(
            f"{path}: expected description, grain and columns, each column with type, meaning and pii (true or false)"
        ) from None


def _column(name: str, entry: dict[str, Any]) -> Column:
    if not isinstance(entry["pii"], bool):
        raise TypeError("pii")
    return Column(name, entry["type"], entry.get("unit", ""), entry["meaning"], entry["pii"])


def read_tables(schemas: tuple[str, ...], root: Path = PACKAGE_ROOT) -> list[Table]:
    """Return the tables of ``schemas`` in their order, each schema's by name."""
    return [read_table(path) for schema in schemas for path in sorted((root / "sql" / schema).glob("*.yml"))]


def render(root: Path = PACKAGE_ROOT) -> str:
    """Return the page: what is published first, then what the night works with."""
    published, working = read_tables(PUBLISHED, root), read_tables(WORKING, root)
    parts = [HEAD, "## Published", *map(_section, published)]
    parts += ["## Inside the warehouse", "Not published; `goldthread.duckdb` of the one writer.", *map(_section, working)]
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _section(table: Table) -> str:
    rows = [
        f"| `{column.name}` | {_cell(column.type)} | {column.unit} | {_cell(column.meaning)} | {'personal' * column.pii} |"
        for column in table.columns
    ]
    head = [f"### {table.name}", "", table.description, "", f"Grain: {table.grain}.", ""]
    return "\n".join([*head, "| column | type | unit | meaning | |", "|---|---|---|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    PAGE.write_text(render(), encoding="utf-8")
