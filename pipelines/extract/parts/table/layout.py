"""Where a mapping's fields stand in a row, worked out once a file: from then on a row is a list of texts by their places."""

import math
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.texts import Flags, flags_of, is_filled, stripped
from pipelines.extract.values.fields import names, valid
from pipelines.extract.values.issues import Issues, UnreadableError

CONSENT, REFUSAL = "consent.", "opt_out."
CONSENTS = (CONSENT, REFUSAL)  # before the channel that a column says a yes or no of
IDS = names("source_ref conversation_ref in_reply_to_ref agent_ref")
ENOUGH = 20  # rows from which a column without any value is worth telling
# What databases, spreadsheets and pandas write where a cell is empty, and nobody types so.
NOTHING = frozenset(
    ("NULL", "\\N", "N/A", "n/a", "#N/A", "NaN", "nan", "<NA>", "(null)", "<null>", "0000-00-00", "0000-00-00 00:00:00")
)
_NOTHING = pa.array(sorted(NOTHING))
_WRITTEN = names("text subject")  # in which people may write just that
EXACT = 1 << 53  # whole numbers beyond it lose digits in a float
_DECIMAL_ID = re.compile(r"\d+\.0")
_SCIENTIFIC_ID = re.compile(r"\d(?:[.,]\d+)?[eE]\+\d+")  # what a spreadsheet makes of a long number
# Fields that a yes or no says something in; anywhere else it is another type.
_YES_NO = names("direction is_public status topic")


class Layout:
    """The cells of a mapping's rows: one for each column of each field, in the mapping's order.

    Attributes:
        columns: the column of each cell; one that two fields take stands twice.
        nothing: the place of a text that is always empty, where fields that are not mapped find theirs.
    """

    def __init__(self, mapping: dict[str, list[str]], several: Iterable[str], file: str, issues: Issues) -> None:
        """Lay out ``mapping``; the fields ``several`` take all of their columns' values, the others take the first.

        Consents take all as well, one value each: a yes in one column does not hide the no in another.
        """
        self._file, self._issues = file, issues
        self._fields = [name for name, columns in mapping.items() for _ in columns]
        self.columns = [column for columns in mapping.values() for column in columns]
        self.nothing = len(self.columns)
        self._several = frozenset(several)
        self._places: dict[str, list[int]] = {}
        for place, name in enumerate(self._fields):
            self._places.setdefault(name, []).append(place)
        self._cells = range(self.nothing)
        self._written = frozenset(place for name in _WRITTEN for place in self._places.get(name, ()))
        self._next = [
            places
            for name, places in self._places.items()
            if len(places) > 1 and name not in self._several and not name.startswith(CONSENTS)
        ]
        self._ids = [self._places[name][0] for name in sorted(IDS & self._places.keys())]
        self._empty = list(self._cells)  # the cells that no row has filled yet
        self._rows = 0

    def places(self, name: str) -> list[int]:
        """Return where a field's columns stand; nowhere for one that is not mapped."""
        return self._places.get(name, [])

    def place(self, name: str) -> int:
        """Return where a field that takes one value finds it."""
        return self._places.get(name, [self.nothing])[0]

    def column(self, place: int) -> str:
        """Return a column as it is told of: in quotes."""
        return repr(self.columns[place])

    def texts(self, cells: Sequence[Any]) -> list[Any]:
        """Return the row's texts by their places: clean at the ends, "" where a cell is empty.

        A field of ``several`` has a list where its cell does. Of another, the first of its columns has what the first
        of them says that is filled.

        Raises:
            UnreadableError: a value is not what its field needs.
        """
        texts = self._plain_texts(cells) or [self.text(cell, place) for place, cell in zip(self._cells, cells, strict=True)]
        texts.append("")
        for places in self._next:
            texts[places[0]] = next((texts[place] for place in places if texts[place]), "")
        for place in self._ids:
            self._check_id(texts[place], place)
        if self._empty:
            self._empty = [place for place in self._empty if not texts[place]]
        self._rows += 1
        return texts

    def by_column(self, columns: list[pa.Array], is_odd: Flags) -> list[pa.Array]:
        """Return the texts of many rows by their places, as ``texts`` does for one; odd ids are marked in ``is_odd``."""
        texts = [self._told(stripped(column), place) for place, column in enumerate(columns)]
        texts.append(pa.repeat("", len(is_odd)))
        for places in self._next:
            for place in places[1:]:
                texts[places[0]] = pc.if_else(pc.equal(texts[places[0]], ""), texts[place], texts[places[0]])
        for place in self._ids:
            is_odd |= flags_of(pc.or_(pc.ends_with(texts[place], ".0"), pc.match_substring(texts[place], "+")))
        return texts

    def saw(self, texts: list[pa.Array], which: Flags) -> None:
        """Take note of the rows of ``by_column`` that are records as they are."""
        self._empty = [place for place in self._empty if not (is_filled(texts[place]) & which).any()]
        self._rows += int(which.sum())

    def lacking(self, place: int) -> UnreadableError:
        """Return the error of a row that has nothing where every record needs something."""
        return UnreadableError(f"no value in column {self.column(place)}")

    def unreadable(self, place: int) -> None:
        """Tell of a value that is none of its field: the row is kept without it."""
        field = self._fields[place]
        self._issues.warn(file=self._file, reason=f"column {self.column(place)} holds values that are no {field}")

    def other_order(self, place: int, order: str) -> None:
        """Tell of a date that is one only in another order than the source declares."""
        reason = f"holds dates that are none in the declared date_order {order}, and are read with day and month changed"
        self._issues.warn(file=self._file, reason=f"column {self.column(place)} {reason}")

    def several(self, place: int) -> None:
        """Tell of a cell that names several people."""
        reason = "holds several where one is the person: the first that is not ours is taken"
        self._issues.warn(file=self._file, reason=f"column {self.column(place)} {reason}")

    def without_clock(self, place: int) -> None:
        """Tell of a date where a time belongs."""
        reason = "holds dates without a time of day, which are read as midnight: map a column that has both"
        self._issues.warn(file=self._file, reason=f"column {self.column(place)} {reason}")

    def only_claimed(self, kinds: list[str], delivered: list[str]) -> None:
        """Tell that whoever writes is only who they say they are: nothing that is mapped is delivered by the channel."""
        reason = f"of what is mapped this channel delivers none: {', '.join(kinds)} are what people say, and join nobody by"
        self._issues.warn(file=self._file, reason=f"{reason} themselves; map the column of their {' or '.join(delivered)}")

    def tell_empty(self) -> None:
        """Tell, once the file is read, of mapped columns that no row has filled."""
        if self._rows >= ENOUGH:
            for column in sorted({self.column(place) for place in self._empty}):
                self._issues.warn(file=self._file, reason=f"column {column} is empty in all rows")

    def _filled(self, text: str, place: int) -> str:
        return "" if text in NOTHING and place not in self._written else text

    def _told(self, texts: pa.Array, place: int) -> pa.Array:
        if place in self._written or not flags_of(is_none := pc.is_in(texts, _NOTHING)).any():
            return texts
        return pc.if_else(is_none, "", texts)

    def _plain_texts(self, cells: Sequence[Any]) -> list[Any] | None:
        """Return the texts of a row that holds texts and nothing else, as nearly all do; None for any other."""
        try:
            texts = list(map(str.strip, ["" if cell is None else cell for cell in cells] if None in cells else cells))
            whole = "".join(texts)
            if not whole.isascii():
                whole.encode()
        except (TypeError, UnicodeEncodeError):  # another type; half a surrogate pair
            return None
        if "\0" in whole:
            return None
        return texts if NOTHING.isdisjoint(texts) else list(map(self._filled, texts, self._cells))

    def _check_id(self, text: Any, place: int) -> None:
        if text[-2:] == ".0" and _DECIMAL_ID.fullmatch(text):
            column = self.column(place)
            self._issues.warn(file=self._file, reason=f"column {column} holds ids written as decimals (3.0)")
        elif "+" in text and _SCIENTIFIC_ID.fullmatch(text):
            raise UnreadableError(f"column {self.column(place)} holds an id in powers of ten: its last digits are lost")

    def text(self, cell: Any, place: int) -> str | list[str]:
        """Return a typed value (of JSON or Parquet) as text, or texts; UnreadableError where it cannot be one."""
        if not isinstance(cell, list):
            return self._plain_text(cell, place)
        if self._fields[place] not in self._several:
            raise UnreadableError(f"column {self.column(place)} holds a list where one value belongs")
        texts = [text for each in cell if (text := self._plain_text(each, place))]
        return texts if len(texts) > 1 else "".join(texts)

    def _plain_text(self, cell: Any, place: int) -> str:
        match cell:
            case None:
                return ""
            case str():
                return self._filled(valid(cell).strip(), place)
            case bool():
                return self._yes_no(cell, place)
            case int() | Decimal():
                return str(cell)
            case float():
                return self._number(cell, place)
            case datetime() | date() | time():
                return cell.isoformat()
            case timedelta():
                return str(cell.total_seconds())
        raise UnreadableError(f"column {self.column(place)} is no text, number, time or list of them")

    def _yes_no(self, cell: bool, place: int) -> str:
        name = self._fields[place]
        if name not in _YES_NO and not name.startswith(CONSENTS):
            raise UnreadableError(f"column {self.column(place)} holds yes or no where something else belongs")
        return "true" if cell else "false"

    def _number(self, cell: float, place: int) -> str:
        if math.isnan(cell):  # how programs that know no empty number write it
            return ""
        if not -EXACT < cell < EXACT:
            raise UnreadableError(f"column {self.column(place)} holds a number beyond what its type keeps exactly")
        return str(cell)
