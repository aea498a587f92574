"""JSON taken apart as it streams by: the values of a document one after the other as bytes, none of them built or held.

A file of a gigabyte is one document in many exports (a page, a chat, an archive), and its records are what we can hold.
Only brackets and quotes are looked at here; what a value says, and whether it is JSON at all, its own parser tells.
"""

import re
from collections.abc import Collection, Iterator
from typing import IO, NamedTuple

import orjson

from pipelines.extract.values.issues import RAW_LIMIT, UnreadableError

CUT_OFF = "not JSON from here on: cut off or damaged"
VALUE_LIMIT = 16 << 20  # bytes of one value that are held; of a longer one, its beginning
CHUNK = 1 << 18

_STRINGS = rb'[^"{}\[\]]*+(?:"(?:[^"\\]++|\\.)*+"[^"{}\[\]]*+)*+'
_TO_BRACKET = re.compile(_STRINGS + rb"[{}\[\]]", re.DOTALL)  # past whole strings, up to the next bracket
_TO_QUOTE = re.compile(_STRINGS, re.DOTALL)
_IN_STRING = re.compile(rb'(?:[^"\\]++|\\.)*+', re.DOTALL)
_SCALAR = re.compile(rb'[^\s"{}\[\],:]++')
_SPACE = re.compile(rb"[ \t\r\n]*+")
_QUOTE, _OPENING = 0x22, b"{["
_LEVELS = 8  # of containers in a value that is taken at a stroke: Slack's messages have seven


def _container(levels: int) -> bytes:
    """Return the pattern of a container in which no more than so many levels of them lie, itself included."""
    inner = b"(?:" + _container(levels - 1) + _STRINGS + b")*+" if levels > 1 else b""
    return rb"[{\[]" + _STRINGS + inner + rb"[}\]]"


_WHOLE = re.compile(_container(_LEVELS), re.DOTALL)

Path = tuple[str | int, ...]


class Piece(NamedTuple):
    """One value of a document.

    Attributes:
        path: how it is reached: ("messages", 4) is the fifth of the document's messages.
        raw: its bytes; of one longer than ``VALUE_LIMIT``, only the first.
        is_whole: whether ``raw`` is all of it.
        document: which of the file's documents it stands in, from 1 on.
    """

    path: Path
    raw: bytes
    is_whole: bool = True
    document: int = 1


def pieces(stream: IO[bytes], into: Collection[str], *, objects: bool = True) -> Iterator[Piece]:
    """Yield the values of one or more JSON documents that follow one another, with white space between them or nothing.

    Args:
        into: the containers that are opened, by dotted paths with ``*`` for any item of a list: "" is the document
            itself, "messages" a list in it, "chats.list.*.messages" one in each item of a list. What lies in an opened
                container is yielded value by value, everything else whole, an opened container that holds nothing as well.
            The containers on the way are opened too.
        objects: False where only lists are opened: documents that are records themselves are then yielded whole.

    Raises:
        UnreadableError: after the last value that is whole, where the file is cut off or damaged.
    """
    opened = {pattern[:length] for each in into for pattern in [_pattern(each)] for length in range(len(pattern) + 1)}
    brackets = (b"[", b"{") if objects else (b"[",)
    text = _Text(stream)
    document = 0
    while text.peek():
        document += 1
        for piece in _walk(text, (), (), opened, brackets):
            yield piece._replace(document=document) if document > 1 else piece


def _pattern(dotted: str) -> tuple[str, ...]:
    return tuple(dotted.split(".")) if dotted else ()


def _walk(
    text: "_Text", path: Path, pattern: tuple[str, ...], opened: set[tuple[str, ...]], brackets: tuple[bytes, ...]
) -> Iterator[Piece]:
    first = text.peek()
    if pattern not in opened or first not in brackets:
        raw, is_whole = text.value()
        yield Piece(path, raw, is_whole)
        return
    text.skip()
    closing = b"}" if first == b"{" else b"]"
    number = 0
    if text.peek() == closing:
        yield Piece(path, first + closing)
    while text.peek() != closing:
        step: str | int = text.key() if first == b"{" else number
        within = (*pattern, step if isinstance(step, str) else "*")
        number += 1
        if within in opened:
            yield from _walk(text, (*path, step), within, opened, brackets)
        else:
            raw, is_whole = text.value()
            yield Piece((*path, step), raw, is_whole)
        following = text.peek()
        if following == b",":
            text.skip()
        elif following != closing:
            raise UnreadableError(CUT_OFF)
    text.skip()


class _Text:
    """The stream, and where in it the reading stands."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._data, self._at = b"", 0

    def peek(self) -> bytes:
        """Return the next byte that is no white space; b"" at the end."""
        while True:
            space = _SPACE.match(self._data, self._at)
            self._at = space.end() if space else self._at
            if self._at < len(self._data):
                return self._data[self._at : self._at + 1]
            if not self._more():
                return b""

    def skip(self) -> None:
        """Pass over one byte."""
        self._at += 1

    def key(self) -> str:
        """Take a name and its colon."""
        if self.peek() != b'"':
            raise UnreadableError(CUT_OFF)
        raw, _ = self.value()
        if self.peek() != b":":
            raise UnreadableError(CUT_OFF)
        self.skip()
        try:
            return str(orjson.loads(raw))
        except orjson.JSONDecodeError:
            return raw[1:-1].decode("utf-8", "replace")

    def value(self) -> tuple[bytes, bool]:
        """Take one value, and say whether its bytes are all of it."""
        first = self.peek()
        if first in (b"{", b"["):
            if whole := _WHOLE.match(self._data, self._at):
                self._at = whole.end()
                return whole[0], True
            return self._brackets()
        if first == b'"':
            return self._brackets(is_string=True)
        while (scalar := _SCALAR.match(self._data, self._at)) and scalar.end() == len(self._data):
            if scalar.end() - scalar.start() > CHUNK or not self._more():
                break
        if not scalar:
            raise UnreadableError(CUT_OFF)
        self._at = scalar.end()
        return scalar[0], True

    def _brackets(self, *, is_string: bool = False) -> tuple[bytes, bool]:
        """Take a value up to the bracket, or the quote, that closes it."""
        taken: list[bytes] = []
        size, start, depth, in_string = 0, self._at, 0, is_string
        self._at += is_string
        while True:
            if in_string:
                self._at = _end(_IN_STRING, self._data, self._at)
                if self._data[self._at : self._at + 1] == b'"':
                    self._at += 1
                    in_string = False
                    if depth == 0:
                        break
                    continue
            elif found := _TO_BRACKET.match(self._data, self._at):
                self._at = found.end()
                depth += 1 if self._data[self._at - 1] in _OPENING else -1
                if depth == 0:
                    break
                continue
            else:
                self._at = _end(_TO_QUOTE, self._data, self._at)
                if self._at < len(self._data):  # a string that does not end in what has been read
                    self._at += 1
                    in_string = True
                    continue
            size += self._at - start
            if size <= VALUE_LIMIT:
                taken.append(self._data[start : self._at])
            elif len(taken) != 1:
                taken = [b"".join(taken)[:RAW_LIMIT]]
            if not self._more():
                raise UnreadableError(CUT_OFF)
            start = 0
        size += self._at - start
        if size <= VALUE_LIMIT:
            return b"".join([*taken, self._data[start : self._at]]), True
        return b"".join(taken)[:RAW_LIMIT], False

    def _more(self) -> bool:
        chunk = self._stream.read(CHUNK)
        self._data, self._at = self._data[self._at :] + chunk, 0
        return bool(chunk)


def _end(pattern: re.Pattern[bytes], data: bytes, at: int) -> int:
    match = pattern.match(data, at)
    return match.end() if match else at
