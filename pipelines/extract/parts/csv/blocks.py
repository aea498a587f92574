"""CSV by blocks of lines: rows that every reader of CSV takes apart alike, a thousand or more at a time.

A row is plain where its quotes stand around whole cells, it has as many cells as the header, and nothing is in it that
readers differ over. From the first row that is not, ``csv_rows.CsvRows`` takes over for some rows: it alone judges.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from pyarrow import csv

from pipelines.extract.files.documents import MARK
from pipelines.extract.files.lines import Lines
from pipelines.extract.parts.csv.rows import CELLS, ROW_LINES, CsvRow, CsvRows

FEW = 50  # rows that take less time one by one than a block of them does, however short
BLOCK = 2 << 20  # bytes
STRETCH = 500  # rows that are read one by one from the first on that is not plain
_PLAIN_ENCODINGS = re.compile(r"utf-8(?:-sig)?|ascii|cp125\d|iso8859-\d+")  # a line end is a byte, whatever stands before it
_LONE_RETURN = re.compile(rb"\r(?!\n)")
_QUOTE, _NEWLINE, _RETURN = b'"\n\r'

Places = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class CsvBlock:
    """Plain rows, one after the other.

    Attributes:
        columns: the cells of each column that was asked for, as they are written.
        text: the rows, in UTF-8; ``ends`` is where each of them ends in it.
    """

    columns: list[pa.Array]
    text: bytes
    ends: Places

    def __len__(self) -> int:
        return len(self.ends)

    def row(self, number: int) -> str:
        """Return a row as it is written."""
        start = self.ends[number - 1] if number else 0
        return self.text[start : self.ends[number]].decode()


class CsvBlocks:
    """Reads plain rows by blocks, and the others by ``rows``.

    Args:
        lines: where ``rows``, which has read the header, has its lines from.
        width: how many cells a row has; ``wanted`` are the places of those that are asked for.
    """

    def __init__(self, lines: Lines, rows: CsvRows, encoding: str, width: int, wanted: list[int]) -> None:
        self._lines, self._rows, self._encoding = lines, rows, encoding
        self._width, self._wanted = width, wanted

    @staticmethod
    def can_read(encoding: str, delimiter: str | None) -> bool:
        """Say whether a file in this dialect can be read by blocks."""
        is_byte = delimiter is not None and delimiter.isascii() and delimiter not in '"\r\n\0'
        return is_byte and _PLAIN_ENCODINGS.fullmatch(encoding) is not None

    def between(self, rows: Iterator[CsvRow]) -> Iterator[CsvBlock | CsvRow]:
        """Yield blocks of plain rows, and between them the others as ``rows`` gives them."""
        alone = 0  # rows that are still to be read one by one
        while True:
            if alone <= 0 and self._rows.is_between_lines:
                block, is_broken = self._next()
                alone = STRETCH if is_broken else 0 if block else 1
                if block:
                    yield block
                    continue
            row = next(rows, None)
            if row is None:
                return
            alone -= 1
            yield row

    def _next(self) -> tuple[CsvBlock | None, bool]:
        """Return the plain rows that come next, and whether the row behind them is not plain (or only not read whole)."""
        data = self._lines.block(BLOCK)
        text, is_text = _in_utf8(data, self._encoding)
        ends, is_plain = plain_rows(text, str(self._rows.delimiter), self._width)
        size = int(ends[-1]) if len(ends) else 0
        taken = size if _is_utf8(self._encoding) or data.isascii() else len(text[:size].decode())
        self._lines.give_back(len(data) - taken)
        block = CsvBlock(self._cells(text[:size]), text, ends) if size else None
        return block, not (is_text and is_plain)

    def _cells(self, text: bytes) -> list[pa.Array]:
        names = [str(place) for place in range(self._width)]
        wanted = [names[place] for place in self._wanted]
        table = csv.read_csv(
            pa.BufferReader(text),
            csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names),
            csv.ParseOptions(delimiter=self._rows.delimiter, newlines_in_values=True, ignore_empty_lines=False),
            csv.ConvertOptions(
                check_utf8=False,
                column_types=dict.fromkeys(wanted, pa.string()),
                include_columns=list(dict.fromkeys(wanted)),
                strings_can_be_null=False,
            ),
        ).combine_chunks()
        return [table.column(name).chunk(0) for name in wanted]


def plain_rows(text: bytes, delimiter: str, width: int) -> tuple[Places, bool]:
    """Return where the plain rows end with which ``text`` begins, and whether nothing stops them but the end of it."""
    codes = np.frombuffer(text, np.uint8)
    quotes, newlines, delimiters = (np.flatnonzero(codes == code) for code in (_QUOTE, _NEWLINE, ord(delimiter)))
    ends = newlines[_are_outside(newlines, quotes)] + 1
    bad = _first_oddity(text, codes, quotes, ord(delimiter))
    if bad < len(text):
        ends = ends[: np.searchsorted(ends, bad, side="right")]
    delimiters = delimiters[_are_outside(delimiters, quotes)]
    is_plain = np.diff(np.searchsorted(delimiters, ends), prepend=0) == width - 1
    is_plain &= np.diff(ends, prepend=0) <= CELLS
    if len(quotes):
        is_plain &= np.diff(np.searchsorted(newlines, ends), prepend=0) <= ROW_LINES
    if width == 1:  # an empty line is no row
        starts = codes[np.concatenate(([0], ends[:-1]))] if len(ends) else codes[:0]
        is_plain &= (starts != _NEWLINE) & (starts != _RETURN)
    if is_plain.all():
        return ends, bad == len(text)
    return ends[: int(is_plain.argmin())], False


def _are_outside(places: Places, quotes: Places) -> npt.NDArray[np.bool_]:
    """Say which places are outside of quotes: behind an even number of them."""
    return np.searchsorted(quotes, places) & 1 == 0 if len(quotes) else np.ones(len(places), np.bool_)


def _first_oddity(text: bytes, codes: npt.NDArray[np.uint8], quotes: Places, delimiter: int) -> int:
    """Return the first place of a character that readers of CSV differ over; the length of the text where there is none.

    These are NUL, a carriage return without a line feed, the mark of UTF-8, and quotes that do not stand around a whole
    cell: each opens behind a delimiter, a line's end or a quote, and closes before one.
    """
    found = [len(text)]
    if text.startswith(MARK):
        found.append(0)
    if b"\0" in text:
        found.append(text.index(b"\0"))
    if b"\r" in text and (lone := _LONE_RETURN.search(text)):
        found.append(lone.start())
    if len(quotes):
        around = np.zeros(256, np.bool_)
        around[[delimiter, _NEWLINE, _RETURN, _QUOTE]] = True
        opening, closing = quotes[::2], quotes[1::2]
        wrong = (opening[~around[codes[opening - 1]] & (opening > 0)], closing[~around[codes[closing + 1]]])
        found += [int(places[0]) for places in wrong if len(places)]
    return min(found)


def _is_utf8(encoding: str) -> bool:
    return encoding in ("utf-8", "utf-8-sig")


def _in_utf8(data: bytes, encoding: str) -> tuple[bytes, bool]:
    """Return the lines in UTF-8, up to the first that is none of the encoding, and whether they are all."""
    if data.isascii():
        return data, True
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        lines = data[: data.rfind(b"\n", 0, error.start) + 1]
        return _in_utf8(lines, encoding)[0], False
    return (data if _is_utf8(encoding) else text.encode()), True
