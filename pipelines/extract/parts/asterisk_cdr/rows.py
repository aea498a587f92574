"""The rows of Asterisk's call detail records, with the names of their columns: by a header, or by how many there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.csv.rows import refuse_doubled, wrong_width
from pipelines.extract.parts.phone.rows import Row as CsvRow
from pipelines.extract.parts.phone.rows import Rows, blocks_of, rows_of
from pipelines.extract.values.fields import names, valid
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.settings import Source

# As cdr/cdr_csv.c writes them; the rest is switched on in cdr.conf: loguniqueid, loguserfield, newcdrcolumns (three).
COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
NEWER = ("peeraccount", "linkedid", "sequence")
# As Asterisk's own example for cdr_custom.conf has them (cdr-custom/Master.csv), of which older ones lack the last.
CUSTOM = (
    "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer", "end", "duration",
    "billsec", "disposition", "amaflags", "accountcode", "uniqueid", "userfield", "sequence",
)  # fmt: skip
# As the table ``cdr`` of its own schema has them, exported without their names.
TABLE = (
    "calldate", "clid", "src", "dst", "dcontext", "channel", "dstchannel", "lastapp", "lastdata", "duration", "billsec",
    "disposition", "amaflags", "accountcode", "uniqueid", "userfield",
)  # fmt: skip
NULLS = frozenset({"", "NULL", "\\N"})  # the latter two as programs for databases write what a row does not have
TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII)
# The same as databases write it: with parts of a second, or with its offset.
STAMP = re.compile(rf"{TIME.pattern.replace(' ', '[ T]')}(?:\.\d{{1,9}})?(?:Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
NAMES = frozenset({*COLUMNS, *NEWER, "uniqueid", "userfield", "calldate"})
NEEDED = names("src dst dcontext clid channel dstchannel lastapp duration billsec disposition")
UNIQUEID = re.compile(r"(?:[\w.-]+-)?\d{9,11}\.\d+")  # epoch.number, behind the system's name where several have one
_USUAL = frozenset({"uniqueid", "linkedid", "sequence"})  # an export without them gives its calls other ids
_EVENT = re.compile(
    r"(?:APP|BLINDTRANSFER|BRIDGE|CHAN|LINKEDID|LOCAL|PARK|PICKUP|STREAM)_?[A-Z_]*|ANSWER|HANGUP|ATTENDEDTRANSFER"
)
_HEADER_SHARE = 5  # columns with our names that make a first row a header


# What a record by column is made of; the others are left.
READ = (
    "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "duration", "billsec", "disposition", "uniqueid",
    "linkedid", "sequence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place, what it is written as, its values by column (None where empty), and what is usual."""

    at: str
    line: str
    values: dict[str, str | None]
    usual: frozenset[str]


class CdrRows:
    """The rows of one file, one by one or by blocks.

    Rows that have other columns than call records have are quarantined. ``rows`` and ``blocks`` raise ``UnreadableError``
    where the header lacks a column that is needed.
    """

    def __init__(self, file: SourceFile, source: Source, issues: Issues) -> None:
        self._file, self._source, self._issues = file, source, issues
        self._width = 0
        self._header: tuple[str, ...] | None = None
        self._order: tuple[str, ...] = ()  # without a header, where it is not that of cdr_csv.c

    def rows(self) -> Iterator[Row]:
        """Yield the rows one by one."""
        for each in rows_of(self._file, self._source, NAMES, self._issues):
            if row := self.row(each):
                yield row

    def blocks(self) -> Iterator[Row | Rows]:
        """Yield the same rows, by blocks where they are plain; a block's cells are those of the columns ``READ``."""
        for each in blocks_of(self._file, self._source, NAMES, self._issues, self._places):
            if isinstance(each, Rows):
                yield each
            elif row := self.row(each):
                yield row

    def row(self, row: CsvRow) -> Row | None:
        """Return a row with the names of its columns; None for the header, and where it is none, which is quarantined."""
        at, line, cells = row
        if not self._width:
            self._width = len(cells)
            self._header = _header(cells)
            self._order = _other_order(cells)
            if self._header:
                return None
        if len(cells) != self._width and not self._header:
            self._issues.warn(file=self._file.name, reason="rows of more or fewer columns than the first one")
        try:
            if _EVENT.fullmatch(cells[0]) and not self._header:
                raise UnreadableError("a channel's event (CEL), not a call's record (CDR): point 'path' past such files")
            columns = _checked(self._header, cells) if self._header else self._unnamed(cells)
        except UnreadableError as error:
            self._issues.quarantine(line, file=self._file.name, at=at, reason=error)
            return None
        values = {name: None if cell in NULLS else cell for name, cell in zip(columns, cells, strict=True)}
        return Row(at, line, values, _USUAL if self._header else frozenset())

    def _unnamed(self, cells: list[str]) -> tuple[str, ...]:
        return self._order if len(cells) == len(self._order) else _columns(cells)

    def _places(self, cells: list[str]) -> dict[str, int]:
        """Return where the columns ``READ`` and the time stand; none where rows alike in width may have others."""
        if not self._header and not self._order and not 0 <= len(cells) - len(COLUMNS) <= 5:
            return {}
        columns = self._header or self._unnamed(cells)
        if not self._header and "userfield" in columns and "uniqueid" not in columns:
            return {}
        time = "calldate" if "calldate" in columns else "start"
        return {name: columns.index(name) for name in (*READ, time) if name in columns}


def _header(cells: list[str]) -> tuple[str, ...] | None:
    """Return the names of the columns where the first row is a header."""
    header = tuple(valid(cell.strip().lower()) for cell in cells)
    if len(NAMES & set(header)) < _HEADER_SHARE:
        return None
    refuse_doubled(header)
    missing = NEEDED - set(header)
    if not {"calldate", "start"} & set(header):
        missing |= {"calldate"}
    if missing:
        raise UnreadableError(f"wrong column: {', '.join(map(repr, sorted(missing)))} is not in the header")
    return header


def _checked(header: tuple[str, ...], cells: list[str]) -> tuple[str, ...]:
    if len(cells) != len(header):
        raise UnreadableError(wrong_width(len(cells), len(header)))
    return header


def _other_order(cells: list[str]) -> tuple[str, ...]:
    """Return the names of the columns by a file's first row where that has the time elsewhere than cdr_csv.c writes it."""
    if len(cells) == len(TABLE) and STAMP.fullmatch(cells[0]):
        return TABLE
    if len(cells) in (len(CUSTOM) - 1, len(CUSTOM)) and STAMP.fullmatch(cells[8]) and cells[11].isdigit():
        return CUSTOM[: len(cells)]
    return ()


def _columns(cells: list[str]) -> tuple[str, ...]:
    """Return the names of the columns of a row of cdr_csv.c, which has 16 to 21 of them."""
    more = len(cells) - len(COLUMNS)
    if more in (0, 3):
        middle: tuple[str, ...] = ()
    elif more in (2, 5):
        middle = ("uniqueid", "userfield")
    elif more in (1, 4):
        middle = ("uniqueid",) if UNIQUEID.fullmatch(cells[16]) else ("userfield",)
    else:
        what = "export the table cdr with the names of its columns, or read another report as a 'table'"
        raise UnreadableError(f"{len(cells)} columns where call records have 16 to 21: {what}")
    return (*COLUMNS, *middle, *(NEWER if more >= 3 else ()))
