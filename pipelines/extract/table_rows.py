"""The rows of a table, whatever it is written in: CSV, JSON Lines or Parquet, told by its content.

A file that lacks a mapped column is set aside whole; in a CSV, a row that cannot be read costs that row alone.
"""

import difflib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.extract.documents import head_of, json_entries
from pipelines.extract.fields import valid
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.table_csv import csv_rows, decoded_lines, encoding_of
from pipelines.settings import Source


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place ("row 7" counts a CSV's header, as a spreadsheet does; "line 7" in JSON), and column to value."""

    at: str
    values: dict[str, Any]
    raw: bytes | str = ""


@dataclass(slots=True)
class Reader:
    """Reads one table file.

    Attributes:
        columns: the columns that the mapping takes; every one has to be there.
    """

    file: SourceFile
    source: Source
    columns: frozenset[str]
    issues: Issues
    _told: set[str] = field(default_factory=set)

    def rows(self) -> Iterator[Row]:
        """Yield the rows; quarantine those that cannot be read.

        Raises:
            UnreadableError: the file lacks a mapped column, is damaged, or breaks off after the last row.
        """
        head = head_of(self.file)
        if head.startswith(b"PAR1"):
            yield from self._parquet()
        elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            yield from self._json()
        else:
            yield from self._csv()

    def _parquet(self) -> Iterator[Row]:
        with self.file.open() as stream:
            try:
                table = pq.ParquetFile(stream)
                self._check_columns(table.schema_arrow.names)
                number = 0
                for batch in table.iter_batches(batch_size=5_000, columns=sorted(self.columns)):
                    for values in batch.to_pylist():
                        number += 1
                        yield Row(f"row {number}", values)
            except pa.ArrowException:
                raise UnreadableError("the Parquet file is damaged or cut off") from None

    def _json(self) -> Iterator[Row]:
        for entry in json_entries(self.file):
            try:
                values = entry.value()
                if not isinstance(values, dict):
                    raise UnreadableError("not a record: expected names and values")
                missing = self.columns - values.keys()
                if missing:
                    raise UnreadableError(f"missing field {min(missing)!r}")
            except UnreadableError as error:
                self.issues.quarantine(entry.bytes(), file=self.file.name, at=entry.at, reason=error)
                continue
            self._tell_unmapped(values.keys() - self.columns)
            yield Row(entry.at, values, entry.raw)

    def _csv(self) -> Iterator[Row]:
        encoding = encoding_of(self.file, self.source, self.issues)
        rows = csv_rows(decoded_lines(self.file, encoding), self.source.delimiter, self.columns)
        numbered = enumerate(rows, start=1)
        first = next((cells for _, (_, cells) in numbered if cells != []), None)
        if first is None:
            raise UnreadableError("the file has no header that can be read")
        header = [name.strip() for name in first]
        self._check_columns(header)
        picked = [(name, header.index(name)) for name in sorted(self.columns)]
        for number, (line, cells) in numbered:
            if cells == []:
                self.issues.suppress(file=self.file.name, reason="an empty line")
                continue
            if cells is None or len(cells) != len(header):
                self.issues.quarantine(
                    line, file=self.file.name, at=f"row {number}", reason=_why(line, cells, header, encoding)
                )
                continue
            yield Row(f"row {number}", {name: cells[index] for name, index in picked}, line)

    def _check_columns(self, header: list[str]) -> None:
        doubled = {name for name in header if header.count(name) > 1} & self.columns
        if doubled:
            raise UnreadableError(f"column {min(doubled)!r} stands twice in the header")
        missing = sorted(self.columns - set(header))
        if missing:
            alike = difflib.get_close_matches(missing[0].lower(), {name.lower(): name for name in header}, n=3, cutoff=0.6)
            found = [name[:60] for name in header if name.lower() in alike]
            looks = f"; alike are {', '.join(map(repr, found))}" if found else ""
            raise UnreadableError(f"wrong column: {', '.join(map(repr, missing))} is not in the file{looks}")
        self._tell_unmapped(set(header) - self.columns)  # not before: without its header, a file's first row is a person

    def _tell_unmapped(self, names: set[str]) -> None:
        news = {valid(name) for name in names} - self._told
        if news:
            self._told |= news
            self.issues.unknown_fields(news, file=self.file.name)


def _why(line: str | bytes, cells: list[str] | None, header: list[str], encoding: str) -> str:
    if isinstance(line, bytes):
        return f"not {encoding}"
    if cells is None:
        return "a quote is never closed or in the wrong place, or a value is longer than 131,072 characters"
    return f"{len(cells)} columns where the header has {len(header)}"
