"""The rows of a table, whatever it is written in: CSV, JSON Lines or Parquet, told by its content.

A file that lacks a mapped column is set aside whole; in CSV and JSON, a row that cannot be read costs that row alone.
"""

import difflib
from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.files.documents import MARK, Entry, has_lines, head_of, json_entries, opened
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.lines import Lines
from pipelines.extract.parts.columns.texts import flags_of
from pipelines.extract.parts.csv.blocks import FEW, CsvBlock, CsvBlocks
from pipelines.extract.parts.csv.rows import (
    NO_END,
    CsvRow,
    CsvRows,
    Undecoded,
    decoded_lines,
    encoding_of,
    holds_json,
    is_wide,
    refuse_doubled,
    wrong_width,
)
from pipelines.extract.parts.table.cells import Cells, Row, TextOf, text_column
from pipelines.extract.parts.table.guards import Foot, are_guarded, is_guarded, unguarded
from pipelines.extract.parts.table.json import JsonLines, picker
from pipelines.extract.parts.table.parquet import is_much, parquet_batches, texts_of, values_of
from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.settings import Source

# What is no table, by its first bytes: a program's own "Excel" is often a page. The parts of an .xlsx, a zip, are XML.
_NO_TABLES = {
    b"\xd0\xcf\x11\xe0": "an Excel workbook (.xls), which is not read: save the sheet as CSV (UTF-8)",
    **dict.fromkeys(
        (b"<?xml", b"<html", b"<!doctype", b"<table", b"<meta"),
        "XML or HTML and no table: of an Excel workbook (.xlsx, .xls) save the sheet as CSV (UTF-8)",
    ),
}
_EMPTY = ' \t\r\n",;|'  # what a row of empty cells is written with


class Reader:
    """Reads one table file.

    Args:
        columns: the columns that the mapping takes, one a cell: every one has to be there, and one may stand twice.
    """

    def __init__(self, file: SourceFile, source: Source, columns: list[str], issues: Issues) -> None:
        self._file, self._source, self._columns, self._issues = file, source, columns, issues
        self._mapped = frozenset(columns)
        self._pick = picker(columns)
        self._told: set[str] = set()

    def rows(self) -> Iterator[Row]:
        """Yield the rows one by one; quarantine those that cannot be read.

        Raises:
            UnreadableError: the file lacks a mapped column, is damaged, or breaks off after the last row.
        """
        match self._kind():
            case "parquet":
                for batch, first in self._batches():
                    yield from self._rows_of(batch, first)
            case "json":
                for entry in json_entries(self._file):
                    if row := self._json_row(entry):
                        yield row
            case _:
                yield from cast(Iterator[Row], self._csv(by_column=False))

    def blocks(self, text_of: TextOf) -> Iterator[Row | Cells]:
        """Yield the same rows as ``rows``, in blocks where they are plain enough; raises what that raises.

        Args:
            text_of: makes a cell that holds another type a text.
        """
        for read in self._by_column(text_of):
            if isinstance(read, Cells) and len(read) < FEW:
                yield from (row for place in range(len(read)) if (row := read.row(place)))
            else:
                yield read

    def _by_column(self, text_of: TextOf) -> Iterator[Row | Cells]:
        match self._kind():
            case "parquet":
                for batch, first in self._batches():
                    if batch.num_rows < FEW or any(is_much(batch.column(name)) for name in self._mapped):
                        yield from self._rows_of(batch, first)
                    else:
                        yield self._columns_of(batch, first, text_of)
            case "json" if has_lines(self._file):
                with opened(self._file) as stream:
                    yield from JsonLines(Lines(stream), self._columns, text_of, self._json_row).blocks()
            case "csv":
                yield from self._csv(by_column=True)
            case _:
                yield from self.rows()

    def _kind(self) -> str:
        head = head_of(self._file)
        begins = head.removeprefix(MARK).lstrip()[:20].lower()
        if reason := next((reason for mark, reason in _NO_TABLES.items() if begins.startswith(mark)), None):
            raise UnreadableError(reason)
        if head.startswith(b"PAR1"):
            return "parquet"
        return "json" if head.removeprefix(MARK).lstrip()[:1] in (b"{", b"[") else "csv"

    def _batches(self) -> Iterator[tuple[pa.RecordBatch, int]]:
        """Yield Parquet's rows, some hundred at a time, and the number of the first."""
        first = 1
        for batch in parquet_batches(self._file, self._check_columns, sorted(self._mapped)):
            yield batch, first
            first += batch.num_rows

    def _rows_of(self, batch: pa.RecordBatch, first: int) -> Iterator[Row]:
        columns = {name: values_of(batch.column(name)) for name in self._mapped}
        for number, cells in enumerate(zip(*(columns[name] for name in self._columns), strict=True), start=first):
            yield f"row {number}", cells, ""

    def _columns_of(self, batch: pa.RecordBatch, first: int, text_of: TextOf) -> Cells:
        is_odd = np.zeros(batch.num_rows, np.bool_)
        columns = [
            texts if (texts := texts_of(batch.column(name))) is not None
            else text_column(values_of(batch.column(name)), place, text_of, is_odd)
            for place, name in enumerate(self._columns)
        ]  # fmt: skip

        def row(place: int) -> Row:
            return next(iter(self._rows_of(batch.slice(place, 1), first + place)))

        return Cells(columns, "row", np.arange(first, first + batch.num_rows), is_odd, row)

    def _json_row(self, entry: Entry) -> Row | None:
        """Return a record's row; None where it is none, which is told."""
        try:
            values = entry.value()
            if values.__class__ is not dict:
                raise UnreadableError("not a record: expected names and values")
            cells = self._pick(values)
        except (UnreadableError, KeyError) as error:
            reason = f"missing field {error.args[0]!r}" if isinstance(error, KeyError) else error
            self._issues.quarantine(entry.bytes(), file=self._file.name, at=entry.at, reason=reason)
            return None
        if len(values) > len(self._mapped):
            self._tell_unmapped(values.keys() - self._mapped)
        return entry.at, cells, entry.raw

    def _csv(self, *, by_column: bool) -> Iterator[Row | Cells]:
        file, issues = self._file, self._issues
        encoding = encoding_of(file, self._source, issues)
        with opened(file) as stream, closing(Foot(file.name, issues)) as foot:
            lines = Lines(stream)
            decoded = decoded_lines(stream if is_wide(encoding) else lines, encoding)
            rows = CsvRows(decoded, self._source.delimiter, self._mapped)
            alone = iter(rows)
            number, line, first = next(
                ((at, *row) for at, row in enumerate(alone, start=1) if row[1] != []), (0, "\n", None)
            )
            if first is None:
                raise UnreadableError("the file has no header that can be read")
            header = [name.strip() for name in first]
            self._check_columns(header)
            width, places = len(header), [header.index(name) for name in self._columns]
            each: Iterator[CsvBlock | CsvRow] = alone
            if by_column and CsvBlocks.can_read(encoding, rows.delimiter):
                each = CsvBlocks(lines, rows, encoding, width, places).between(alone)
            pick, foot.width = picker(places), width
            for found in each:
                number += 1
                if isinstance(found, CsvBlock):
                    foot.refuse()
                    yield self._cells_of(found, number)
                    number += len(found) - 1
                    line = "\n"
                    continue
                line, cells = found
                if cells is not None and len(cells) == width:
                    foot.refuse()
                    if row := self._csv_row(number, pick(cells), line):
                        yield row
                elif cells == []:
                    foot.is_near = True
                    issues.suppress(file=file.name, reason="an empty line")
                elif cells is None or not foot.takes(number, line, cells):
                    foot.refuse()
                    raw = line.raw if isinstance(line, Undecoded) else line
                    issues.quarantine(raw, file=file.name, at=f"row {number}", reason=_why(line, cells, width))
            if isinstance(line, str) and not line.endswith(("\n", "\r")):
                issues.warn(file=file.name, reason=NO_END)

    def _csv_row(self, number: int, cells: Sequence[str], line: Any) -> Row | None:
        """Return a row; None where all of it is empty, which is counted.

        Tells of cells that hold a list or a record: the column was one value before.
        """
        if not any(cells) and not line.strip(_EMPTY):
            self._issues.suppress(file=self._file.name, reason="an empty row")
            return None
        if is_guarded(line):
            cells = [unguarded(cell) for cell in cells]
        if "{" in line or "[" in line:
            for column, cell in zip(self._columns, cells, strict=True):
                if holds_json(cell):
                    reason = f"column {column!r} holds lists or records written as JSON"
                    self._issues.warn(file=self._file.name, reason=reason)
        return f"row {number}", cells, line

    def _cells_of(self, block: CsvBlock, first: int) -> Cells:
        is_odd = are_guarded(block)
        if b"{" in block.text or b"[" in block.text:
            for column in block.columns:
                is_odd |= flags_of(pc.or_(pc.starts_with(column, "{"), pc.starts_with(column, "[")))

        def row(place: int) -> Row | None:
            return self._csv_row(first + place, [column[place].as_py() for column in block.columns], block.row(place))

        return Cells(block.columns, "row", np.arange(first, first + len(block)), is_odd, row)

    def _check_columns(self, header: list[str]) -> None:
        refuse_doubled(name for name in header if name in self._mapped)
        missing = sorted(self._mapped - set(header))
        if missing:
            lower = [name.lower() for name in header]
            alike = {each for name in missing for each in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.6)}
            found = [name[:60] for name in header if name.lower() in alike]
            looks = f"; alike are {', '.join(map(repr, found))}" if found else ""
            columns, verb = ("column", "is") if len(missing) == 1 else ("columns", "are")
            raise UnreadableError(f"wrong {columns}: {', '.join(map(repr, missing))} {verb} not in the file{looks}")
        self._tell_unmapped(set(header) - self._mapped)  # not before: without its header, a file's first row is a person

    def _tell_unmapped(self, names: set[str]) -> None:
        news = {valid(name) for name in names} - self._told
        if news:
            self._told |= news
            self._issues.unknown_fields(news, file=self._file.name)


def _why(line: str | Undecoded, cells: list[str] | None, width: int) -> str:
    if isinstance(line, Undecoded):
        return line.reason
    if cells is None:
        return "a quote is never closed or in the wrong place, or a value is longer than 131,072 characters"
    return wrong_width(len(cells), width)
