"""The file of a Meta thread as a stream: its messages, and in one look beforehand what stands around them.

The thread's fields may stand behind its messages, and equal messages are told apart by counting from the oldest, which
stands last: so a file is looked through before its messages are read. Of a message only two numbers are held meanwhile.
"""

from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.extract.files.documents import TOO_LONG, json_pieces, parse_json
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.json_stream import Piece
from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import UnreadableError

_AUTHORS = 50  # that are remembered of a file
_TIMES = range(-(2**62), 2**62)


@dataclass(slots=True)
class Look:
    """What one look through a file found.

    Attributes:
        around: the fields beside the messages.
        keys, times: for each message a number that equal ones share (they are of one second), and its milliseconds.
        authors: the names at the messages, the first few.
        broken: what is wrong with the file, as far as it is not the messages.
    """

    around: dict[str, Any] = field(default_factory=dict)
    keys: "array[int]" = field(default_factory=lambda: array("q"))
    times: "array[int]" = field(default_factory=lambda: array("h"))
    authors: dict[str, None] = field(default_factory=dict)
    has_messages: bool = False
    is_encrypted: bool = False
    broken: str | None = None

    def take(self, record: Any) -> None:
        """Take what tells a message from others, and nothing else of it."""
        number, at = len(self.keys), None
        if isinstance(record, dict):
            is_encrypted = "senderName" in record
            self.is_encrypted = self.is_encrypted or is_encrypted
            author, text = record.get("sender_name", record.get("senderName")), record.get("content", record.get("text"))
            at = record.get("timestamp_ms", record.get("timestamp"))
            if isinstance(author, str) and isinstance(text, str | None) and isinstance(at, int) and at in _TIMES:
                author, text = (decoded(each or "", is_encrypted=is_encrypted) for each in (author, text))
                self.keys.append(hash((at // 1000, author, text)))
                self.times.append(at % 1000)
                if len(self.authors) < _AUTHORS:
                    self.authors[author] = None
                return
        self.keys.append(hash(("not readable", number)))
        self.times.append(0)


def look_through(file: SourceFile) -> Look:
    """Look through a file of a thread; what is wrong with it is told in ``broken``."""
    look = Look()
    try:
        for piece in json_pieces(file, {"messages"}):
            if _is_message(piece):
                look.has_messages = True
                look.take(_maybe_value(piece))
            elif piece.path == ("messages",):
                look.has_messages = True
            elif len(piece.path) == 1 and isinstance(piece.path[0], str):
                try:
                    look.around[piece.path[0]] = _value(piece)
                except UnreadableError as error:  # the messages can be read all the same
                    look.broken = f"field {piece.path[0]!r}: {error}" if piece.path[0].isidentifier() else str(error)
            else:
                look.around[""] = None  # a list, or a value of its own
    except UnreadableError as error:
        look.broken = str(error)
    return look


def message_pieces(file: SourceFile) -> Iterator[Piece]:
    """Yield a thread's messages as they stand in the file.

    Raises:
        UnreadableError: after the last whole one, where the file is cut off or damaged.
    """
    for piece in json_pieces(file, {"messages"}):
        if _is_message(piece):
            yield piece


def repaired(text: str) -> str:
    """Return text whose UTF-8 bytes were each written as a character of their own, whole again; any other as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def decoded(text: str, *, is_encrypted: bool) -> str:
    """Return a text as it was written, in either dialect."""
    return valid(text if is_encrypted else repaired(text))


def _is_message(piece: Piece) -> bool:
    """Say whether a value is a message; UnreadableError where the document is none of a thread."""
    if piece.document > 1:
        raise UnreadableError("something follows the end of the thread")
    if piece.path[:1] != ("messages",) or (len(piece.path) == 1 and piece.raw == b"[]"):
        return False
    if len(piece.path) == 1 or not isinstance(piece.path[1], int):
        raise UnreadableError("field 'messages' is not a list")
    return True


def _value(piece: Piece) -> Any:
    if not piece.is_whole:
        raise UnreadableError(TOO_LONG)
    return parse_json(piece.raw)


def _maybe_value(piece: Piece) -> Any:
    try:
        return _value(piece)
    except UnreadableError:
        return None  # the reading of the messages tells
