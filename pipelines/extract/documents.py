"""JSON and lines out of exported files, plain or gzipped, salvaging what stands before a break."""

import contextlib
import gzip
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

import orjson

from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import UnreadableError

MARK = b"\xef\xbb\xbf"  # some programs begin a file in UTF-8 with it
CUT_OFF = "not JSON from here on: cut off or damaged"
_SPACE = re.compile(r"[ \t\r\n]*")
_NOT_LOADED = object()


@dataclass(slots=True)
class Entry:
    """One record of a JSON file: its place ("line 12"), and its bytes or what they mean."""

    at: str
    raw: bytes = b""
    loaded: Any = _NOT_LOADED

    def value(self) -> Any:
        """Return what the record says; UnreadableError where it is not JSON."""
        return parse_json(self.raw) if self.loaded is _NOT_LOADED else self.loaded

    def bytes(self) -> bytes:
        """Return the record as bytes, for the quarantine."""
        return self.raw if self.loaded is _NOT_LOADED else json.dumps(self.loaded).encode()


@contextlib.contextmanager
def opened(file: SourceFile) -> Iterator[IO[bytes]]:
    """Open a file for reading bytes; gzip is told by its content.

    Raises:
        UnreadableError: the gzip stream is damaged (while reading, too).
    """
    with file.open() as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
        stream.seek(0)
        try:
            if zipped:
                with gzip.GzipFile(fileobj=stream) as unzipped:
                    yield cast(IO[bytes], unzipped)
            else:
                yield stream
        except (zlib.error, gzip.BadGzipFile):
            raise UnreadableError("the gzip stream is damaged") from None
        except EOFError:
            raise UnreadableError("the gzip stream is cut off") from None


def head_of(file: SourceFile, size: int = 4096) -> bytes:
    """Return the first bytes of a file, by which its kind is told; as they are, where its gzip stream is damaged."""
    try:
        with opened(file) as stream:
            return stream.read(size)
    except UnreadableError:
        with file.open() as stream:
            return stream.read(size)


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
    """Yield the records of a file of JSON: one a line, an array, or a page ``{"tickets": […]}`` named in ``pages``.

    A line that is not JSON is yielded too: its ``value`` raises.

    Raises:
        UnreadableError: after the last good record, where an array or a page is cut off or damaged.
    """
    with opened(file) as stream:
        first = next((line for line in stream if line.strip()), b"")
        second = next((line for line in stream if line.strip()), b"")
    if _is_document(first, second):
        with opened(file) as stream:
            yield from _document(stream.read(), pages)
        return
    with opened(file) as stream:
        for number, line in enumerate(stream, start=1):
            record = line.removeprefix(MARK) if number == 1 else line
            if record.strip():
                yield from _line(Entry(f"line {number}", record), pages)


def array_items(text: str, start: int, *, is_all: bool = True) -> Iterator[Any]:
    """Yield the items of the JSON array whose bracket opens at ``start``, one by one.

    Args:
        is_all: whether the array is all of the text, so that nothing may follow it.

    Raises:
        UnreadableError: after the last good item, where the array is cut off or damaged.
    """
    decoder = json.JSONDecoder(parse_constant=_refuse)
    at = _skip(text, start + 1)
    while text[at : at + 1] != "]":
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            raise UnreadableError(CUT_OFF) from None
        yield item
        at = _skip(text, at)
        if text[at : at + 1] == ",":
            at = _skip(text, at + 1)
        elif text[at : at + 1] != "]":
            raise UnreadableError(CUT_OFF)
    if is_all and text[at + 1 :].strip(" \t\r\n;"):
        raise UnreadableError("something follows the end of the list")


def _is_document(first: bytes, second: bytes) -> bool:
    """Say whether a file that starts with these two lines is one JSON document rather than one record a line."""
    opening = first.strip()
    if opening.removeprefix(MARK)[:1] == b"[":
        return True
    return opening == b"{" or (bool(second) and opening[-1:] in b",[{" and not second.lstrip().startswith(b"{"))


def _document(raw: bytes, pages: tuple[str, ...]) -> Iterator[Entry]:
    raw = raw.removeprefix(MARK)
    try:
        document = parse_json(raw)
    except UnreadableError:
        yield from _salvage(raw, pages)
        return
    for number, item in enumerate(_items_of(document, pages), start=1):
        yield Entry(f"record {number}", loaded=item)


def _salvage(raw: bytes, pages: tuple[str, ...]) -> Iterator[Entry]:
    text = raw.decode("utf-8", "replace")
    names = "|".join(map(re.escape, pages)) or "(?!)"
    opening = re.match(rf'\s*(?:\{{\s*"(?:{names})"\s*:\s*)?\[', text)
    if not opening:
        raise UnreadableError("not JSON: cut off or damaged before the first record")
    for number, item in enumerate(array_items(text, opening.end() - 1), start=1):
        yield Entry(f"record {number}", loaded=item)
    raise UnreadableError(CUT_OFF)  # a page whose list is whole and whose end is not


def _line(entry: Entry, pages: tuple[str, ...]) -> Iterator[Entry]:
    """Yield the line's record, or the records of the page that it holds."""
    if pages and any(b'"' + name.encode() + b'"' in entry.raw[:200] for name in pages):
        try:
            page = entry.value()
        except UnreadableError:
            with contextlib.suppress(UnreadableError):
                for item in _salvage(entry.raw, pages):
                    yield Entry(f"{item.at} of {entry.at}", loaded=item.loaded)
            yield entry  # whose value tells that the page breaks off
            return
        if isinstance(page, dict) and any(isinstance(page.get(name), list) for name in pages):
            for number, item in enumerate(_items_of(page, pages), start=1):
                yield Entry(f"record {number} of {entry.at}", loaded=item)
            return
    yield entry


def _items_of(document: Any, pages: tuple[str, ...]) -> list[Any]:
    if isinstance(document, list):
        return document
    if isinstance(document, dict):
        lists = [document[name] for name in pages if isinstance(document.get(name), list)]
        return [item for each in lists for item in each] if lists else [document]
    return [document]


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not JSON")
