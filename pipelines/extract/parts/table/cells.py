"""Rows of a table as they are read: one by one, or some thousand by column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.extract.parts.columns.texts import Flags, Places
from pipelines.extract.values.issues import UnreadableError

# A row: its place ("row 7" counts a CSV's header, as a spreadsheet does; "line 7" in JSON), the cells of the mapped
# columns, and the row as it is written ("" where that is no text).
Row = tuple[str, Sequence[Any], Any]
TextOf = Callable[[Any, int], str | list[str]]  # makes a typed cell a text, by its place; see ``Layout.text``


@dataclass(slots=True)
class Cells:
    """Rows that follow one another, by column.

    Attributes:
        columns: the texts of each place of the mapping; null where a cell is empty.
        unit, numbers: where each row is found again: "row", 7.
        is_odd: the rows that texts by column cannot stand for (a list, a line that is no JSON); their cells are null.
        row: gives one of them as it is when read by itself; None where it has then been set aside.
    """

    columns: list[pa.Array]
    unit: str
    numbers: Places
    is_odd: Flags
    row: Callable[[int], Row | None]

    def __len__(self) -> int:
        return len(self.numbers)


def text_column(values: Sequence[Any], place: int, text_of: TextOf, is_odd: Flags) -> pa.Array:
    """Return the cells of one place as texts; a row whose cell is none, or several, is marked in ``is_odd``."""
    try:
        return pa.array(values, pa.string())
    except (pa.ArrowException, TypeError, UnicodeError, OverflowError):
        return pa.array([_text(value, place, text_of, is_odd, row) for row, value in enumerate(values)], pa.string())


def _text(value: Any, place: int, text_of: TextOf, is_odd: Flags, row: int) -> str | None:
    if value is None:
        return None
    try:
        text = value if isinstance(value, str) else text_of(value, place)
        if isinstance(text, str):
            text.encode()
            return text
    except (UnreadableError, UnicodeError):
        pass
    is_odd[row] = True
    return None
