"""The rows of a table, whatever it is written in: CSV, JSON Lines or Parquet, told by its content.

A file that lacks a mapped column is set aside whole; in CSV and JSON, a row that cannot be read costs that row alone.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from operator import itemgetter
from typing import Any

from pipelines.extract.documents import head_of, json_entries
from pipelines.extract.fields import valid
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.table_csv import Undecoded, csv_rows, decoded_lines, encoding_of, holds_json
from pipelines.extract.parts.table_parquet import parquet_batches
from pipelines.settings import Source

# A row: its place ("row 7" counts a CSV's header, as a spreadsheet does; "line 7" in JSON), the cells of the mapped
# columns, and the row as it is written ("" where that is no text).
Row = tuple[str, Sequence[Any], Any]

NO_END = "the last line has no line end: it may have been cut off"


class Reader:
    """Reads one table file.

    Args:
        columns: the columns that the mapping takes, one a cell: every one has to be there, and one may stand twice.
    """

    def __init__(self, file: SourceFile, source: Source, columns: list[str], issues: Issues) -> None:
        self._file, self._source, self._columns, self._issues = file, source, columns, issues
        self._mapped = frozenset(columns)
        self._told: set[str] = set()

    def rows(self) -> Iterator[Row]:
        """Yield the rows; quarantine those that cannot be read.

        Raises:
            UnreadableError: the file lacks a mapped column, is damaged, or breaks off after the last row.
        """
        head = head_of(self._file)
        if head.startswith(b"PAR1"):
            yield from self._parquet()
        elif head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
            yield from self._json()
        else:
            yield from self._csv()

    def _parquet(self) -> Iterator[Row]:
        number = 0
        for columns in parquet_batches(self._file, self._check_columns, sorted(self._mapped)):
            for cells in zip(*(columns[name] for name in self._columns), strict=True):
                number += 1
                yield f"row {number}", cells, ""

    def _json(self) -> Iterator[Row]:
        pick, count = _picker(self._columns), len(self._mapped)
        for entry in json_entries(self._file):
            try:
                values = entry.value()
                if values.__class__ is not dict:
                    raise UnreadableError("not a record: expected names and values")
                cells = pick(values)
            except (UnreadableError, KeyError) as error:
                reason = f"missing field {error.args[0]!r}" if isinstance(error, KeyError) else error
                self._issues.quarantine(entry.bytes(), file=self._file.name, at=entry.at, reason=reason)
                continue
            if len(values) > count:
                self._tell_unmapped(values.keys() - self._mapped)
            yield entry.at, cells, entry.raw

    def _csv(self) -> Iterator[Row]:
        file, issues = self._file, self._issues
        encoding = encoding_of(file, self._source, issues)
        numbered = enumerate(csv_rows(decoded_lines(file, encoding), self._source.delimiter, self._mapped), start=1)
        line, first = next(((line, cells) for _, (line, cells) in numbered if cells != []), ("\n", None))
        if first is None:
            raise UnreadableError("the file has no header that can be read")
        header = [name.strip() for name in first]
        self._check_columns(header)
        width, pick = len(header), _picker([header.index(name) for name in self._columns])
        for number, (line, cells) in numbered:
            if cells is not None and len(cells) == width:
                picked = pick(cells)
                if "{" in line or "[" in line:
                    self._tell_json(picked)
                yield f"row {number}", picked, line
            elif cells == []:
                issues.suppress(file=file.name, reason="an empty line")
            else:
                raw = line.raw if isinstance(line, Undecoded) else line
                issues.quarantine(raw, file=file.name, at=f"row {number}", reason=_why(line, cells, width))
        if isinstance(line, str) and not line.endswith(("\n", "\r")):
            issues.warn(file=file.name, reason=NO_END)

    def _check_columns(self, header: list[str]) -> None:
        doubled = {name for name, count in Counter(header).items() if count > 1} & self._mapped
        if doubled:
            raise UnreadableError(f"column {min(doubled)!r} stands twice in the header")
        missing = sorted(self._mapped - set(header))
        if missing:
            alike = difflib.get_close_matches(missing[0].lower(), {name.lower(): name for name in header}, n=3, cutoff=0.6)
            found = [name[:60] for name in header if name.lower() in alike]
            looks = f"; alike are {', '.join(map(repr, found))}" if found else ""
            raise UnreadableError(f"wrong column: {', '.join(map(repr, missing))} is not in the file{looks}")
        self._tell_unmapped(set(header) - self._mapped)  # not before: without its header, a file's first row is a person

    def _tell_unmapped(self, names: set[str]) -> None:
        news = {valid(name) for name in names} - self._told
        if news:
            self._told |= news
            self._issues.unknown_fields(news, file=self._file.name)

    def _tell_json(self, cells: Sequence[str]) -> None:
        """Tell of cells that hold a list or a record: the column was one value before."""
        for column, cell in zip(self._columns, cells, strict=True):
            if holds_json(cell):
                self._issues.warn(file=self._file.name, reason=f"column {column!r} holds lists or records written as JSON")


def _picker(keys: Sequence[Any]) -> Callable[[Any], Sequence[Any]]:
    """Return what takes the cells at ``keys`` out of a row."""
    if len(keys) == 1:
        return lambda row: (row[keys[0]],)
    return itemgetter(*keys)


def _why(line: str | Undecoded, cells: list[str] | None, width: int) -> str:
    if isinstance(line, Undecoded):
        return line.reason
    if cells is None:
        return "a quote is never closed or in the wrong place, or a value is longer than 131,072 characters"
    return f"{len(cells)} columns where the header has {width}"
