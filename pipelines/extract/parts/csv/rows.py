"""CSV: a file's encoding, its lines and its rows, so that one bad quote or byte costs one row and not all that follow.

What is held at one time is one row: at most ``ROW_LINES`` lines and ``ROW_SIZE`` characters, and of a line longer than
``VALUE_LIMIT`` only the beginning.
"""

import codecs
import contextlib
import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from typing import IO, NamedTuple, cast

import orjson

from pipelines.errors import ConfigurationError
from pipelines.extract.files.documents import TOO_LONG, lines_of, opened
from pipelines.extract.files.inbox import CHUNK, SourceFile
from pipelines.extract.files.json_stream import VALUE_LIMIT
from pipelines.extract.files.lines import Lines
from pipelines.extract.values.issues import RAW_LIMIT, Issues, UnreadableError
from pipelines.settings import Source

DELIMITERS = (",", ";", "\t", "|")
# What one quoted row may run over; beyond, its quote is taken never to have been closed.
ROW_LINES, ROW_SIZE = 1_000, 4 << 20
CELLS = 100_000  # of a row; each takes more memory than the byte that makes it
_HINT = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)  # a first line that tells Excel the delimiter
_ESCAPED, _UNTOLD = '\\"', '" <'  # quotes within a cell, as databases write them
NO_END = "the last line has no line end: it may have been cut off"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_WIDE = ("utf-16", "utf_16", "utf-32", "utf_32")  # where a line's end is more than one byte


class Undecoded(NamedTuple):
    """A line that is no text, and why."""

    raw: bytes
    reason: str


CsvRow = tuple[str | Undecoded, list[str] | None]  # as it is written, and its cells


def encoding_of(file: SourceFile, source: Source, issues: Issues) -> str:
    """Return the encoding: the declared one, by its mark, UTF-8, or cp1252 where no line beyond ASCII is UTF-8.

    Raises:
        ConfigurationError: the declared one is no encoding.
    """
    if source.encoding:
        try:
            return codecs.lookup(source.encoding).name
        except LookupError:
            raise ConfigurationError(f"sources.{source.name}.encoding: {source.encoding!r} is no encoding") from None
    is_other = False
    with contextlib.suppress(UnreadableError), opened(file) as stream:  # a break is told where rows are read
        is_first = True
        while chunk := stream.read(CHUNK):
            if is_first and chunk.startswith(UTF16):
                return "utf-16"
            is_first = False
            if chunk.isascii():
                continue
            chunk += stream.readline(VALUE_LIMIT)
            for line in chunk.split(b"\n"):
                if not line.isascii():
                    if _is_utf8(line):
                        return "utf-8-sig"
                    is_other = True
    if not is_other:
        return "utf-8-sig"
    issues.warn(file=file.name, reason="not UTF-8: read as cp1252 (declare the source's 'encoding')")
    return "cp1252"


def is_wide(encoding: str) -> bool:
    """Say whether a line's end is more than a byte in it."""
    return encoding.startswith(_WIDE)


def decoded_lines(stream: IO[bytes] | Lines, encoding: str) -> Iterator[str | Undecoded]:
    """Yield the lines of a file with their ends."""
    if is_wide(encoding):
        yield from _wide_lines(cast(IO[bytes], stream), encoding)
        return
    following = "utf-8" if encoding == "utf-8-sig" else encoding
    for number, line, is_whole in lines_of(stream):
        try:
            if not is_whole:
                yield Undecoded(line, TOO_LONG)
            elif number > 1:
                yield line.decode(following)
            else:
                yield line.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError:
            yield Undecoded(line, f"not {encoding}")


def _wide_lines(stream: IO[bytes], encoding: str) -> Iterator[str | Undecoded]:
    limit = VALUE_LIMIT // 4
    lines = io.TextIOWrapper(stream, encoding, newline="\n")
    while line := lines.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        kept = line[:RAW_LIMIT]
        while line and not line.endswith("\n"):
            line = lines.readline(limit)
        yield Undecoded(kept.encode("utf-8", "replace"), TOO_LONG)


class CsvRows:
    """Each row as written, and its cells: none of them for an empty line or ``sep=;``, None where they cannot be told apart.

    A quoted cell may run over lines. Where its quote is never closed, or the row then has not as many cells as the
    first one (the header), the line it began on is set aside alone and reading goes on with the next.

    Attributes:
        delimiter: what parts the cells; where none was given, once the header is read, what finds most of ``columns`` in it.
    """

    def __init__(self, lines: Iterator[str | Undecoded], delimiter: str | None, columns: frozenset[str]) -> None:
        self.delimiter = delimiter
        self._lines, self._columns = lines, columns
        self._waiting: deque[str | Undecoded] = deque()

    @property
    def is_between_lines(self) -> bool:
        """Whether all that was taken of the lines has been yielded, so that somebody else may read on."""
        return not self._waiting

    def __iter__(self) -> Iterator[CsvRow]:
        lines, waiting = self._lines, self._waiting
        parser, width = None, None
        while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
            if isinstance(line, Undecoded):
                yield line, None
                continue
            if len(line) > CELLS and max(map(line.count, DELIMITERS)) > CELLS:
                yield Undecoded(line[:RAW_LIMIT].encode("utf-8", "replace"), f"a row of more than {CELLS} cells"), None
                continue
            if parser is None:
                if hint := _HINT.fullmatch(line):
                    self.delimiter = self.delimiter or hint[1]
                    yield line, []
                    continue
                self.delimiter = self.delimiter or _delimiter(line, self._columns)
                parser = _Parser(lines, waiting, self.delimiter)
            cells, taken = parser.row(line)
            if taken:
                if cells is not None and width in (None, len(cells)):
                    line += "".join(taken)
                else:
                    cells = None
                    waiting.extendleft(reversed(taken))
            if cells is None and (_ESCAPED in line or _UNTOLD in line):
                cells = _mended(line, str(self.delimiter), width)
            width = width or (len(cells) if cells else None)
            yield line, cells


def holds_json(cell: str) -> bool:
    """Tell whether a cell holds a list or a record: what a program writes whose value is no longer one."""
    if cell[:1] + cell[-1:] not in ("[]", "{}"):
        return False
    try:
        orjson.loads(cell)
    except orjson.JSONDecodeError:
        return False
    return True


class _UnclosedError(Exception):
    """A quote is open, and no line can follow."""


class _Parser:
    """Takes rows apart, one after the other with one reader, which asks for more lines for as long as a quote is open."""

    def __init__(self, lines: Iterator[str | Undecoded], waiting: deque[str | Undecoded], delimiter: str) -> None:
        self._lines, self._waiting = lines, waiting
        self._first: str | None = None
        self._taken: list[str] = []
        self._size = 0
        self._cells = csv.reader(iter(self._line, None), delimiter=delimiter, strict=True)

    def row(self, line: str) -> tuple[list[str] | None, list[str]]:
        """Return the cells of the row that begins with ``line``, and what further lines were taken for it."""
        self._first = line
        if self._taken:
            self._taken = []
        try:
            return next(self._cells), self._taken
        except (csv.Error, _UnclosedError):
            return None, self._taken

    def _line(self) -> str:
        if (line := self._first) is not None:
            self._first, self._size = None, len(line)
            return line
        if len(self._taken) >= ROW_LINES or self._size > ROW_SIZE:
            raise _UnclosedError
        following = self._waiting.popleft() if self._waiting else next(self._lines, None)
        if not isinstance(following, str):
            if following is not None:
                self._waiting.appendleft(following)
            raise _UnclosedError
        self._taken.append(following)
        self._size += len(following)
        return following


def refuse_doubled(header: Iterable[str]) -> None:
    """Refuse a header in which a column stands twice: which of them is meant cannot be told."""
    doubled = sorted(name for name, count in Counter(header).items() if count > 1)
    if doubled:
        raise UnreadableError(f"column {doubled[0]!r} stands twice in the header")


def wrong_width(cells: int, width: int) -> str:
    """Say that a row has more or fewer cells than the header has columns."""
    return f"{cells} {'column' if cells == 1 else 'columns'} where the header has {width}"


def _mended(line: str, delimiter: str, width: int | None) -> list[str] | None:
    r"""Return the cells of a row of one line whose quotes are as databases write them; None where it is none.

    A quote within a cell is ``\"``, or nothing tells it from the cell's own: that is read of ``""Ann" <101>"`` alone.
    Between tabs it may be a character like others: ``"Ann" <101>``, as MySQL's own program writes it.
    """
    after = rf"(?={re.escape(delimiter)}|\s*$)"
    before = rf"(?:^|(?<={re.escape(delimiter)}))"
    if _ESCAPED in line:
        line, escape = re.sub(rf"{before}\\N{after}", "", line), "\\"
    else:
        line, escape = re.sub(rf'{before}""([^"]+)" <([^<>"]*)>"{after}', r'"""\1"" <\2>"', line), None
    try:
        cells = next(csv.reader([line], delimiter=delimiter, strict=True, escapechar=escape))
    except csv.Error:
        cells = line.rstrip("\r\n").split(delimiter) if width and delimiter == "\t" else []
    return cells if cells and width in (None, len(cells)) else None


def _delimiter(header: str, columns: frozenset[str]) -> str:
    """Return the delimiter by which a header holds most of the columns, else that by which it has most."""

    def found(delimiter: str) -> tuple[int, int]:
        cells, _ = _Parser(iter(()), deque(), delimiter).row(header)
        names = [name.strip() for name in cells or []]
        return len(columns & set(names)), len(names)

    return max(DELIMITERS, key=found)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
