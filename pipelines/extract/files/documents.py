"""JSON and lines out of exported files, plain or gzipped, salvaging what stands before a break.

Everything is read as a stream: what is held at one time is one record, and of a record longer than any that a person's
message makes (``VALUE_LIMIT``) only the beginning.
"""

import contextlib
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import IO, Any, TypeVar, cast

import orjson

from pipelines.extract.files.budget import most_unpacked
from pipelines.extract.files.inbox import CHUNK, Export, SourceFile
from pipelines.extract.files.json_stream import VALUE_LIMIT, Piece, pieces
from pipelines.extract.files.lines import Lines
from pipelines.extract.files.unzipped import Salvaged, Unzipped
from pipelines.extract.values.issues import RAW_LIMIT, UnreadableError

MARK = b"\xef\xbb\xbf"  # some programs begin a file in UTF-8 with it
PAGE_HEAD = 1_000  # bytes of a page in one line, before its records: its own address, and those of its neighbours
TOO_LONG = f"a record longer than {VALUE_LIMIT >> 20} MB"
Found = TypeVar("Found")
_CONCATENATED = re.compile(rb"\}\s*\{")
_NOT_LOADED = object()


@dataclass(slots=True)
class Entry:
    """One record of a JSON file: its place ("line 12"), and its bytes or what they mean.

    Attributes:
        is_whole: False where it is longer than ``VALUE_LIMIT`` and ``raw`` is only its beginning.
    """

    at: str
    raw: bytes = b""
    loaded: Any = _NOT_LOADED
    is_whole: bool = True

    def value(self) -> Any:
        """Return what the record says; UnreadableError where it is not JSON, or longer than can be held."""
        if not self.is_whole:
            raise UnreadableError(TOO_LONG)
        return parse_json(self.raw) if self.loaded is _NOT_LOADED else self.loaded

    def bytes(self) -> bytes:
        """Return the record as bytes, for the quarantine."""
        return self.raw if self.loaded is _NOT_LOADED else json.dumps(self.loaded).encode()


@contextlib.contextmanager
def opened(file: SourceFile) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes; gzip is told by its content.

    Raises:
        UnreadableError: the gzip stream is damaged, or holds more than a log can (while reading).
    """
    with file.open() as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        if zipped:
            unzipped = Unzipped(stream, most_unpacked(file.size))
            yield cast(IO[bytes], Salvaged(unzipped, CHUNK))
        else:
            yield stream


def head_of(file: SourceFile, size: int = 4096) -> bytes:
    """Return the first bytes of a file, by which its kind is told; as they are, where its gzip stream begins damaged."""
    head = b""
    with contextlib.suppress(UnreadableError), opened(file) as stream:
        read = getattr(stream, "read1", stream.read)  # which gives what stands before a damage
        while len(head) < size and (more := read(size - len(head))):
            head += more
    if head:
        return head
    with file.open() as stream:
        return stream.read(size)


def may_hold(file: SourceFile, mark: bytes) -> bool:
    """Say whether a file's bytes have ``mark`` in them; of a damaged one what stands before the damage may, too."""
    before = b""
    try:
        with opened(file) as stream:
            while chunk := stream.read(CHUNK):
                before += chunk
                if mark in before:
                    return True
                before = before[1 - len(mark) :]
    except UnreadableError:
        return True
    return False


def readable(
    files: Iterable[SourceFile], entries_of: Callable[[SourceFile], Iterable["Entry"]], mark: bytes
) -> Iterator[tuple[SourceFile, Any]]:
    """Yield the records that hold ``mark`` and can be read, for a look before the pass that counts what cannot."""
    for file in files:
        try:
            for entry in entries_of(file):
                if entry.raw and mark not in entry.raw:
                    continue
                try:
                    yield file, entry.value()
                except UnreadableError:
                    continue
        except (UnreadableError, OSError):
            continue


def until_break(found: Iterable[Found]) -> Iterator[Found]:
    """Yield what stands before a break, for a look before the pass that tells it."""
    with contextlib.suppress(UnreadableError):
        yield from found


def lines_of(stream: IO[bytes] | Lines) -> Iterator[tuple[int, bytes, bool]]:
    """Yield each line with its number and whether it is whole; of one longer than ``VALUE_LIMIT``, its beginning."""
    number = 0
    while line := stream.readline(VALUE_LIMIT + 1):
        number += 1
        if len(line) <= VALUE_LIMIT:
            yield number, line, True
            continue
        kept = line[:RAW_LIMIT]
        while line and not line.endswith(b"\n"):
            line = stream.readline(VALUE_LIMIT)
        yield number, kept, False


def parse_json(raw: bytes) -> Any:
    """Parse one JSON value; half a surrogate pair, which some exports cut their emoji to, is left to ``fields.valid``.

    Raises:
        UnreadableError: it is not JSON.
    """
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        pass
    try:
        if b"\\u" in raw:
            return json.loads(raw, parse_constant=_refuse)
    except (ValueError, RecursionError):
        pass
    raise UnreadableError("not JSON")


def json_entries(file: SourceFile, pages: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Yield the records of a file of JSON: one a line, an array, a page ``{"tickets": […]}``, documents in a row.

    A record that is not JSON is yielded too: its ``value`` raises.

    Args:
        pages: the names under which a page holds its records; dotted where they lie deeper ("data.messages").

    Raises:
        UnreadableError: after the last good record, where an array or a page is cut off or damaged.
    """
    is_lines = has_lines(file)
    marks = [b'"' + name.rpartition(".")[2].encode() + b'"' for name in pages]
    with opened(file) as stream:
        if not is_lines:
            yield from _documents(_without_mark(stream), pages)
            return
        for number, line, is_whole in lines_of(stream):
            record = line.removeprefix(MARK) if number == 1 else line
            if record.strip():
                entry = Entry(f"line {number}", record, is_whole=is_whole)
                if is_whole and any(record.find(mark, 0, PAGE_HEAD) >= 0 for mark in marks):
                    yield from _page(entry, pages)
                else:
                    yield entry


def has_lines(file: SourceFile) -> bool:
    """Say whether a file of JSON has a record in each of its lines, rather than documents over several."""
    with opened(file) as stream:
        lines = ((line, is_whole) for _, line, is_whole in lines_of(stream) if line.strip())
        try:
            first, is_whole = next(lines, (b"", True))
        except UnreadableError:  # it breaks off in its first line, which may be a document of many records
            return False
        second = b""
        with contextlib.suppress(UnreadableError):  # is told when the first has been read
            second, _ = next(lines, (b"", True))
    return is_whole and not _is_document(first, second)


def looked_through(export: Export, pages: tuple[str, ...] = ()) -> Iterator[Entry]:
    """Yield the records of all files, for a look ahead: what cannot be read is left to the pass that counts it."""
    for file in export.files:
        try:
            yield from json_entries(file, pages)
        except (OSError, EOFError, LookupError, ValueError):  # an UnreadableError is a ValueError
            continue


def json_pieces(file: SourceFile, into: Collection[str]) -> Iterator[Piece]:
    """Yield the values of a file that is one JSON document (see ``json_stream.pieces``), plain or gzipped.

    Raises:
        UnreadableError: after the last value that is whole, where the file is cut off or damaged.
    """
    with opened(file) as stream:
        yield from pieces(_without_mark(stream), into)


def _is_document(first: bytes, second: bytes) -> bool:
    """Say whether a file that starts with these two lines is JSON documents rather than one record a line."""
    opening = first.strip().removeprefix(MARK)
    if opening[:1] == b"[":
        return True
    if not second and _CONCATENATED.search(opening):
        return True
    return opening == b"{" or (bool(second) and opening[-1:] in b",[{" and not second.lstrip().startswith(b"{"))


def _documents(stream: IO[bytes], pages: tuple[str, ...], of: str = "") -> Iterator[Entry]:
    """Yield the items of arrays and pages, and every other document as the record it is."""
    number = 0
    for _, document in groupby(pieces(stream, {"", *pages}, objects=bool(pages)), key=attrgetter("document")):
        fields: list[Piece] = []
        is_list = False
        for piece in document:
            is_item = bool(piece.path) and isinstance(piece.path[-1], int)
            is_list = is_list or is_item or (piece.raw == b"[]" and ".".join(map(str, piece.path)) in ("", *pages))
            if is_item:
                number += 1
                yield Entry(f"record {number}{of}", piece.raw, is_whole=piece.is_whole)
            else:
                fields.append(piece)
        if not is_list:
            number += 1
            yield _rebuilt(fields, f"record {number}{of}")


def _rebuilt(fields: list[Piece], at: str) -> Entry:
    """Return a document that was opened to look for a list, and held none, as one record again."""
    if len(fields) == 1 and not fields[0].path:
        return Entry(at, fields[0].raw, is_whole=fields[0].is_whole)
    if not all(field.is_whole for field in fields):
        return Entry(at, fields[0].raw, is_whole=False)
    record: dict[str, Any] = {}
    try:
        for field in fields:
            inner = record
            for name in field.path[:-1]:
                inner = inner.setdefault(str(name), {})
            inner[str(field.path[-1])] = parse_json(field.raw)
    except UnreadableError:
        return Entry(at, b"{" + b",".join(field.raw for field in fields))  # whose value tells that it is not JSON
    return Entry(at, loaded=record)


def _page(entry: Entry, pages: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the records of the page that a line may hold, or its own where it holds none."""
    try:
        for record in _documents(io.BytesIO(entry.raw), pages, f" of {entry.at}"):
            if record.loaded is _NOT_LOADED:  # an item of a page
                yield record
            else:
                yield entry
    except UnreadableError:
        yield entry  # whose value tells that the page breaks off


def _without_mark(stream: IO[bytes]) -> IO[bytes]:
    if stream.read(len(MARK)) != MARK:
        stream.seek(0)
    return stream


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
