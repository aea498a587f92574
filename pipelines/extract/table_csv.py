"""CSV: a file's encoding, its lines and its rows, so that one bad quote or byte costs one row and not all that follow."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator

from pipelines.errors import ConfigurationError
from pipelines.extract.documents import opened
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import Issues
from pipelines.settings import Source

DELIMITERS = (",", ";", "\t", "|")
ROW_LINES = 1_000  # lines that one quoted row may run over; beyond, its quote is taken never to have been closed
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


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
    with opened(file) as stream:
        for number, line in enumerate(stream):
            if number == 0 and line.startswith(_UTF16):
                return "utf-16"
            if line.isascii():
                continue
            if _is_utf8(line):
                return "utf-8-sig"
            is_other = True
    if not is_other:
        return "utf-8-sig"
    issues.warn(file=file.name, reason="not UTF-8: read as cp1252 (declare the source's 'encoding')")
    return "cp1252"


def decoded_lines(file: SourceFile, encoding: str) -> Iterator[str | bytes]:
    """Yield the lines of a file with their ends; one that is not in the encoding comes as its bytes."""
    with opened(file) as stream:
        if encoding.startswith(("utf-16", "utf_16", "utf-32", "utf_32")):  # a line's end is more than one byte
            yield from io.TextIOWrapper(stream, encoding, newline="\n")
            return
        for line in stream:
            try:
                yield line.decode(encoding)
            except UnicodeDecodeError:
                yield line


def csv_rows(
    lines: Iterator[str | bytes], delimiter: str | None, columns: frozenset[str]
) -> Iterator[tuple[str | bytes, list[str] | None]]:
    """Yield each row as written, and its cells: none of them for an empty line, None where they cannot be told apart.

    A quoted cell may run over lines. Where its quote is never closed, or the row then has not as many cells as the
    first one (the header), the line it began on is set aside alone and reading goes on with the next.

    Args:
        delimiter: None to take the one that finds most of ``columns`` in the header.
    """
    waiting: deque[str | bytes] = deque()
    width = None
    while (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if isinstance(line, bytes):
            yield line, None
            continue
        delimiter = delimiter or _delimiter(line, columns)
        cells = _cells(line, delimiter)
        if cells is None and line.count('"') % 2:
            taken = _rest_of_row(line, lines, waiting)
            row = line + "".join(taken)
            cells = _cells(row, delimiter)
            if cells is not None and width in (None, len(cells)):
                line = row
            else:
                cells = None
                waiting.extendleft(reversed(taken))
        width = width or (len(cells) if cells else None)
        yield line, cells


def _rest_of_row(first: str, lines: Iterator[str | bytes], waiting: deque[str | bytes]) -> list[str]:
    """Take the lines up to the one that closes the quote open in ``first``: within it, quotes come in pairs."""
    taken: list[str] = []
    while len(taken) < ROW_LINES and (line := waiting.popleft() if waiting else next(lines, None)) is not None:
        if isinstance(line, bytes):
            waiting.appendleft(line)
            break
        taken.append(line)
        if line.count('"') % 2:
            break
    return taken


def _cells(row: str, delimiter: str) -> list[str] | None:
    try:
        return next(csv.reader([row], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return None


def _delimiter(header: str, columns: frozenset[str]) -> str:
    """Return the delimiter by which a header holds most of the columns, else that by which it has most."""

    def found(delimiter: str) -> tuple[int, int]:
        names = [name.strip() for name in _cells(header, delimiter) or []]
        return len(columns & set(names)), len(names)

    return max(DELIMITERS, key=found)


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True
