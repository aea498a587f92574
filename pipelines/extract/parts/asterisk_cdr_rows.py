"""The rows of Asterisk's call detail records, with the names of their columns: by a header, or by how many there are."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.extract.fields import names, valid
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.phone_rows import rows_of
from pipelines.settings import Source

# As cdr/cdr_csv.c writes them; the rest is switched on in cdr.conf: loguniqueid, loguserfield, newcdrcolumns (three).
COLUMNS = (
    "accountcode", "src", "dst", "dcontext", "clid", "channel", "dstchannel", "lastapp", "lastdata", "start", "answer",
    "end", "duration", "billsec", "disposition", "amaflags",
)  # fmt: skip
NEWER = ("peeraccount", "linkedid", "sequence")
NAMES = frozenset({*COLUMNS, *NEWER, "uniqueid", "userfield", "calldate"})
NEEDED = names("src dst dcontext clid channel dstchannel lastapp duration billsec disposition")
UNIQUEID = re.compile(r"(?:[\w.-]+-)?\d{9,11}\.\d+")  # epoch.number, behind the system's name where several have one
_USUAL = frozenset({"uniqueid", "linkedid", "sequence"})  # an export without them gives its calls other ids
_HEADER_SHARE = 5  # columns with our names that make a first row a header


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its place, what it is written as, its values by column (None where empty), and what is usual."""

    at: str
    line: str
    values: dict[str, str | None]
    usual: frozenset[str]


def cdr_rows(file: SourceFile, source: Source, issues: Issues) -> Iterator[Row]:
    """Yield the rows; quarantine those that have other columns than call records have.

    Raises:
        UnreadableError: the header lacks a column that is needed.
    """
    header: tuple[str, ...] | None = None
    width, usual = 0, frozenset[str]()
    for at, line, cells in rows_of(file, source, NAMES, issues):
        if not width:
            width = len(cells)
            header = _header(cells)
            if header:
                usual = _USUAL
                continue
        if len(cells) != width and not header:
            issues.warn(file=file.name, reason="rows of more or fewer columns than the first one")
        try:
            columns = _checked(header, cells) if header else _columns(cells)
        except UnreadableError as error:
            issues.quarantine(line, file=file.name, at=at, reason=error)
            continue
        yield Row(at, line, {name: cell or None for name, cell in zip(columns, cells, strict=True)}, usual)


def _header(cells: list[str]) -> tuple[str, ...] | None:
    """Return the names of the columns where the first row is a header."""
    header = tuple(valid(cell.strip().lower()) for cell in cells)
    if len(NAMES & set(header)) < _HEADER_SHARE:
        return None
    doubled = {name for name in header if header.count(name) > 1}
    if doubled:
        raise UnreadableError(f"column {min(doubled)!r} stands twice in the header")
    missing = NEEDED - set(header)
    if not {"calldate", "start"} & set(header):
        missing |= {"calldate"}
    if missing:
        raise UnreadableError(f"wrong column: {', '.join(map(repr, sorted(missing)))} is not in the header")
    return header


def _checked(header: tuple[str, ...], cells: list[str]) -> tuple[str, ...]:
    if len(cells) != len(header):
        raise UnreadableError(f"{len(cells)} columns where the header has {len(header)}")
    return header


def _columns(cells: list[str]) -> tuple[str, ...]:
    """Return the names of the columns of a row without a header, which has 16 to 21 of them."""
    more = len(cells) - len(COLUMNS)
    if more in (0, 3):
        middle: tuple[str, ...] = ()
    elif more in (2, 5):
        middle = ("uniqueid", "userfield")
    elif more in (1, 4):
        middle = ("uniqueid",) if UNIQUEID.fullmatch(cells[16]) else ("userfield",)
    else:
        raise UnreadableError(f"{len(cells)} columns where call records have 16 to 21")
    return (*COLUMNS, *middle, *(NEWER if more >= 3 else ()))
