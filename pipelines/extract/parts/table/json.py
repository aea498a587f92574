"""JSON lines by blocks: of plain lines the texts become columns as they stand (``json_plain``), of others what is parsed."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import orjson
import pyarrow as pa

from pipelines.extract.files.documents import MARK, Entry, lines_of
from pipelines.extract.files.lines import Lines
from pipelines.extract.parts.columns.texts import Flags
from pipelines.extract.parts.table.cells import Cells, Row, TextOf, text_column
from pipelines.extract.parts.table.json_plain import plain_columns

PARSED = 1 << 16  # bytes of lines that are parsed at a time: what comes of them still fits into a processor's cache
PLAIN = 1 << 20  # bytes of plain lines that are taken apart at a time
BLOCK = 4 << 20  # bytes of lines that make a block, for which pyarrow is called some 300 times, whatever its size
PASSED = 15  # blocks that are parsed without a look whether they are plain, after others that were not
_SIDE_BY_SIDE = re.compile(rb"\}[ \t\r]*,[ \t\r]*\{")

_Cells = Sequence[Any]


class _Piece(NamedTuple):
    """Some lines: their bytes, the number of the first, and which of them, counted from 0, hold a record."""

    data: bytes
    first: int
    filled: Sequence[int]


class JsonLines:
    """Reads JSON lines by blocks.

    Args:
        columns: the fields that make the cells of a row; every record has them all.
        row: reads one line by itself, and tells of fields beside them; None where it has set the line aside.
    """

    def __init__(self, lines: Lines, columns: list[str], text_of: TextOf, row: Callable[[Entry], Row | None]) -> None:
        self._lines, self._text_of, self._row = lines, text_of, row
        self._pick = picker(columns)
        self._nothing = (None,) * len(columns)
        self._wanted = frozenset(columns)
        self._known, self._count = set(columns), len(self._wanted)
        self._number = 0  # of the last line that was read
        self._columns = columns
        self._not_plain = self._passed = 0  # blocks that were looked at in vain, and those that were not since

    def blocks(self) -> Iterator[Row | Cells]:
        """Yield blocks of lines, and by themselves those that are too long for one or have no end."""
        alone = lines_of(self._lines)
        while True:
            if block := self._plain_block() or self._block():
                yield block
                continue
            _, line, is_whole = next(alone, (0, b"", True))
            if not line:
                return
            self._number += 1
            record = line.removeprefix(MARK) if self._number == 1 else line
            if record.strip() and (row := self._row(Entry(f"line {self._number}", record, is_whole=is_whole))):
                yield row

    def _plain_block(self) -> Cells | None:
        """Return a block of plain lines; None where the next ones are not plain, or where those before were not."""
        if self._passed < min(self._not_plain, PASSED):
            self._passed += 1
            return None
        texts: list[bytes] = []
        pieces: list[list[pa.Array]] = []
        while sum(map(len, texts)) < BLOCK and (data := self._lines.block(PLAIN)):
            text = data if self._number or texts else data.removeprefix(MARK)
            columns = self._plain_columns(text)
            if columns is None:
                self._lines.give_back(len(data))
                break
            texts.append(text)
            pieces.append(columns)
        if not pieces:
            self._not_plain, self._passed = 2 * self._not_plain + 1, 0
            return None
        self._not_plain = 0
        columns = [pa.concat_arrays(each) for each in zip(*pieces, strict=True)]
        is_odd = np.zeros(len(columns[0]), np.bool_)
        numbers = np.arange(self._number + 1, self._number + 1 + len(is_odd))
        self._number += len(is_odd)
        lines = lru_cache(maxsize=1)(lambda: b"".join(texts).split(b"\n"))
        return Cells(columns, "line", numbers, is_odd, lambda place: self._alone(numbers[place], lines()[place]))

    def _plain_columns(self, text: bytes) -> list[pa.Array] | None:
        keys = list(_record(text[: text.find(b"\n") + 1]))
        can_be = self._known.issuperset(keys) and not self._wanted.difference(keys)
        return plain_columns(text, keys, self._columns) if can_be else None

    def _alone(self, number: int, line: bytes) -> Row | None:
        return self._row(Entry(f"line {number}", line + b"\n"))

    def _block(self) -> Cells | None:
        pieces: list[_Piece] = []
        cells: list[_Cells] = []
        odd: list[Flags] = []
        size = 0
        while size < BLOCK and (data := self._lines.block(PARSED)):
            size += len(data)
            piece, more, is_odd = self._parsed(data if self._number else data.removeprefix(MARK))
            pieces.append(piece)
            cells += more
            odd.append(is_odd)
        if not pieces:
            return None
        is_odd = np.concatenate(odd)
        columns = [
            text_column(column, place, self._text_of, is_odd)
            for place, column in enumerate(zip(*cells, strict=True) if cells else ((),) * len(self._nothing))
        ]
        numbers = np.concatenate([np.array(piece.filled, np.int64) + piece.first for piece in pieces])
        starts = np.cumsum([0, *(len(piece.filled) for piece in pieces)]).tolist()

        lines_of_piece = lru_cache(maxsize=1)(lambda at: pieces[at].data.split(b"\n"))  # rows are asked for in their order

        def row(place: int) -> Row | None:
            at = bisect_right(starts, place) - 1
            line = lines_of_piece(at)[pieces[at].filled[place - starts[at]]]
            return self._alone(numbers[place], line)

        return Cells(columns, "line", numbers, is_odd, row)

    def _parsed(self, data: bytes) -> tuple[_Piece, list[_Cells], Flags]:
        """Return lines, the cells of those that hold a record, and which of these have to be read by themselves."""
        count = data.count(b"\n")
        first, filled = self._number + 1, range(count)
        self._number += count
        try:
            records = _together(data, count)
            cells = list(map(self._pick, records))
            is_odd = np.zeros(count, np.bool_)
        except (orjson.JSONDecodeError, LookupError, TypeError):  # a line that is none, or lacks a field
            lines = data[:-1].split(b"\n")
            some = [number for number, line in enumerate(lines) if line.strip()]
            records = [_record(lines[number]) for number in some]
            cells = [self._cells(record) for record in records]
            is_odd = np.fromiter((each is self._nothing for each in cells), np.bool_, len(cells))
            self._mark_news(records, is_odd)
            return _Piece(data, first, some), cells, is_odd
        self._mark_news(records, is_odd)
        return _Piece(data, first, filled), cells, is_odd

    def _cells(self, record: dict[str, Any]) -> _Cells:
        try:
            return self._pick(record)
        except KeyError:
            return self._nothing

    def _mark_news(self, records: list[dict[str, Any]], is_odd: Flags) -> None:
        """Mark each record that has a field which none before it had: it is told when the record is read by itself."""
        if max(map(len, records), default=0) <= self._count or all(map(self._known.issuperset, records)):
            return
        for place, record in enumerate(records):
            if not is_odd[place] and not self._known.issuperset(record):
                self._known |= record.keys()
                is_odd[place] = True


def picker(keys: Sequence[Any]) -> Callable[[Any], _Cells]:
    """Return what takes the cells at ``keys`` out of a row."""
    if len(keys) == 1:
        return lambda row: (row[keys[0]],)
    return itemgetter(*keys)


def _together(data: bytes, count: int) -> list[Any]:
    """Parse lines as one list, in half the time; JSONDecodeError where a line of them is no JSON.

    A list of as many records as there are lines has one of each line: none of its commas but those in the place of line
    ends can stand between two records, since no line has one there, and so all of those do.
    """
    if not _SIDE_BY_SIDE.search(data):
        records: list[Any] = orjson.loads(b"[" + data[:-1].replace(b"\n", b",") + b"]")
        if len(records) == count:
            return records
    return list(map(orjson.loads, data[:-1].split(b"\n")))


def _record(line: bytes) -> dict[str, Any]:
    """Return a line's record; one without fields where it is none."""
    try:
        record = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return record if isinstance(record, dict) else {}
