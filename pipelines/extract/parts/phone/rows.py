"""The rows of a call log in CSV: each with its place, the last one told where it may have been cut off.

``rows_of`` gives them one by one; ``blocks_of`` gives plain rows many at a time, and the others as ``rows_of`` does.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar, cast

import numpy as np
import pyarrow as pa

from pipelines.contract import Record
from pipelines.extract.files.blocks import Block
from pipelines.extract.files.documents import opened
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.lines import Lines
from pipelines.extract.parts.columns.texts import Places
from pipelines.extract.parts.csv.blocks import FEW, CsvBlock, CsvBlocks
from pipelines.extract.parts.csv.rows import NO_END, CsvRow, CsvRows, Undecoded, decoded_lines, encoding_of, is_wide
from pipelines.extract.values.issues import Issues
from pipelines.settings import Source

_QUOTES = "a quote is never closed or in the wrong place, or a value is longer than 131,072 characters"

Row = tuple[str, str, list[str]]
Alone = TypeVar("Alone")  # what is read by itself, as a format has it
Wanted = Callable[[list[str]], dict[str, int]]


@dataclass(frozen=True, slots=True)
class Rows:
    """Plain rows, one after the other.

    Attributes:
        first: the number of the first; rows are counted as ``rows_of`` counts them.
        cells: by the name of the column, what is written in it, "" where there is nothing.
    """

    first: int
    cells: dict[str, pa.Array]
    _block: CsvBlock
    _delimiter: str

    def __len__(self) -> int:
        return len(self._block)

    @property
    def numbers(self) -> Places:
        """The number of each row."""
        return np.arange(self.first, self.first + len(self))

    def row(self, place: int) -> Row:
        """Return one of them as ``rows_of`` gives it."""
        line = self._block.row(place)
        cells = next(csv.reader(io.StringIO(line, newline="\n"), delimiter=self._delimiter, strict=True))
        return f"row {self.first + place}", line, cells


def rows_of(file: SourceFile, source: Source, columns: frozenset[str], issues: Issues) -> Iterator[Row]:
    """Yield each row's place ("row 7" counts every row, a header too), what it is written as, and its cells.

    Rows that cannot be read are quarantined, empty lines suppressed.

    Args:
        columns: what the header may hold, by which the delimiter is found where the source declares none.
    """
    return cast(Iterator[Row], _read(file, source, columns, issues, None))


def blocks_of(
    file: SourceFile, source: Source, columns: frozenset[str], issues: Issues, wanted: Wanted
) -> Iterator[Row | Rows]:
    """Yield the same rows as ``rows_of``, from the second on by blocks where they are plain and as wide as the first.

    Args:
        wanted: is asked with the cells of the first row, once that has been taken; returns the names of the columns that
            are wanted with their places, none where the file is to be read row by row.
    """
    return _read(file, source, columns, issues, wanted)


def read_by(
    reads: Iterable[Alone | Rows], alone: Callable[[Alone], Record | None], together: Callable[[Rows], Block]
) -> Iterator[Record | Block]:
    """Yield the records of what is read one by one, and the blocks of plain rows, in their order."""
    for read in reads:
        if isinstance(read, Rows):
            if (block := together(read)).position:
                yield block
        elif record := alone(read):
            yield record


def _read(
    file: SourceFile, source: Source, columns: frozenset[str], issues: Issues, wanted: Wanted | None
) -> Iterator[Row | Rows]:
    encoding = encoding_of(file, source, issues)
    line: str | Undecoded = "\n"
    with opened(file) as stream:
        lines = Lines(stream)
        rows = CsvRows(decoded_lines(stream if is_wide(encoding) else lines, encoding), source.delimiter, columns)
        for found in _numbered(lines, rows, encoding, wanted):
            if isinstance(found, Rows):
                line = "\n"
                if len(found) < FEW:
                    yield from map(found.row, range(len(found)))
                else:
                    yield found
                continue
            number, (line, cells) = found
            if isinstance(line, Undecoded):
                issues.quarantine(line.raw, file=file.name, at=f"row {number}", reason=line.reason)
            elif cells is None:
                issues.quarantine(line, file=file.name, at=f"row {number}", reason=_QUOTES)
            elif not cells:
                issues.suppress(file=file.name, reason="an empty line")
            else:
                yield f"row {number}", line, cells
    if isinstance(line, str) and not line.endswith(("\n", "\r")):
        issues.warn(file=file.name, reason=NO_END)


def _numbered(lines: Lines, rows: CsvRows, encoding: str, wanted: Wanted | None) -> Iterator[tuple[int, CsvRow] | Rows]:
    """Yield rows with their numbers, and once the first is known blocks of them."""
    alone = iter(rows)
    number, first = 0, None
    while not first and (row := next(alone, None)):
        number += 1
        yield number, row
        first = row[1]
    places = wanted(first) if wanted and first and CsvBlocks.can_read(encoding, rows.delimiter) else {}
    each: Iterator[CsvBlock | CsvRow] = alone
    if first and places:
        each = CsvBlocks(lines, rows, encoding, len(first), list(places.values())).between(alone)
    for found in each:
        if isinstance(found, CsvBlock):
            yield Rows(number + 1, dict(zip(places, found.columns, strict=True)), found, str(rows.delimiter))
            number += len(found)
        else:
            number += 1
            yield number, found
