"""The lines of a WhatsApp chat: which dialect a file is in, where its messages begin, and who wrote them.

Read as a stream, twice: first to learn the order of dates and who takes part, then for the messages.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.extract.files.documents import TOO_LONG, lines_of, opened, until_break
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.json_stream import VALUE_LIMIT
from pipelines.extract.parts.whatsapp.dates import Stamp
from pipelines.extract.parts.whatsapp.headers import DIGITS, OTHER_WORDS, Header, headers, stamp_in
from pipelines.extract.parts.whatsapp.words import RENAMED
from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import RAW_LIMIT, UnreadableError

MARKS = re.compile("[\u200e\u200f\ufeff]")  # written by WhatsApp around names and its own words; no part of a message
STRAY = "a line before the first message"
NO_CHAT = "no WhatsApp chat: no line begins with a date and time"
UNREAD_MONTHS = "the months are in words that are not known: export the chat again from a phone set to English"
CUT_HEADER = "cut off within the date of a message"
_INVISIBLE = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\ufeff]")  # in headers and names
_AS_ASCII = (
    DIGITS | dict.fromkeys(map(ord, "\u00a0\u202f\u2009\u3000"), " ") | {0x060C: ",", 0xFF0C: ","}
)  # commas in Arabic and Chinese
_SPACES = str.maketrans(dict.fromkeys("\u00a0\u202f\u2009", " "))
_HEADER_LIMIT = 80  # characters in which a line's date and time end
_AUTHOR_LIMIT = 100


@dataclass(slots=True)
class Entry:
    """One entry of a chat: its first line's date and time, and all that follows.

    Attributes:
        line: the number of its first line in the file.
        stamp: None for what is no entry (see ``trouble``).
        body: what follows date and time, WhatsApp's marks still in it.
        trouble: why it cannot be read; "" where it can.
        marks_tell: whether marks tell what WhatsApp itself wrote: not where all of the chat has them.
        is_first: whether it is the chat's first, which on iPhones WhatsApp itself writes in the other's name.
        is_marked: whether a mark stands before it, as iPhones write it where a file was sent.
        is_open: whether it is the last and has no proper end, so that the file may have been cut off here.
    """

    line: int
    stamp: Stamp | None
    body: str = ""
    trouble: str = ""
    marks_tell: bool = False
    is_first: bool = False
    is_marked: bool = False
    is_open: bool = False
    _lines: list[str] = field(default_factory=list)
    _size: int = 0

    @property
    def has_file(self) -> bool:
        """Whether its mark tells that a file was sent."""
        return self.marks_tell and self.is_marked

    def add(self, line: str, *, is_whole: bool) -> None:
        """Take a further line; of a body longer than can be held, the beginning is kept."""
        self._size += len(line) + 1
        if is_whole and self._size <= VALUE_LIMIT:
            self._lines.append(line)
        elif not self.trouble:
            self.trouble = TOO_LONG
            self._lines = ["\n".join([*self._lines, line])[:RAW_LIMIT]]

    def closed(self) -> "Entry":
        """Return it with its body put together."""
        self.body = "\n".join(self._lines)
        return self


class Chat:
    """A chat file, read from its beginning whenever its entries are asked for.

    Attributes:
        is_repaired: whether the reading so far met bytes that are not UTF-8.

    Raises:
        UnreadableError: no line of it begins like a message.
    """

    def __init__(self, file: SourceFile) -> None:
        self._file = file
        self._header, self._marks_tell = self._pinned()
        self.is_repaired = False

    def entries(self) -> Iterator[Entry]:
        """Yield the entries, and with a ``trouble`` the lines that belong to none."""
        entry: Entry | None = None
        begun = ""
        ends: set[str] = set()  # how the lines end that stand before messages: on iPhones, those within one end otherwise
        line_end = "\n"
        with opened(self._file) as stream:
            for number, raw, is_whole in lines_of(stream):
                line, previous_end, line_end = self._text(raw), line_end, _end_of(raw)
                is_within = entry is not None and previous_end == "\n" and ends == {"\r\n"}  # pasted, or made up
                match = None if is_within else _begins(line, self._header)
                if match:
                    if entry:
                        ends.add(previous_end)
                        yield entry.closed()
                    is_first, begun = not begun, match[0]
                    entry = Entry(number, stamp_in(match), marks_tell=self._marks_tell)
                    entry.is_first, entry.is_marked = is_first, _is_marked(line)
                    entry.add(_after(line, match.end()), is_whole=is_whole)
                elif entry is None:
                    if _INVISIBLE.sub("", line).strip():
                        yield Entry(number, None, line[:RAW_LIMIT], STRAY)
                elif not line_end and is_whole and _is_beginning(_head(line), begun):
                    yield entry.closed()
                    entry = Entry(number, None, trouble=CUT_HEADER)
                else:
                    entry.add(line, is_whole=is_whole)
        if entry:
            entry.is_open = not line_end or (line_end == "\n" and ends == {"\r\n"})  # iPhones end messages alone with it
            yield entry.closed() if entry.stamp else entry

    def _pinned(self) -> tuple[Header, bool]:
        """Return the header of the first line that has one, and whether there is a message without marks.

        A chat is in one dialect from end to end.
        """
        pinned: Header | None = None
        is_in_other_words = False
        with opened(self._file) as stream:
            for _, raw, _ in until_break(lines_of(stream)):
                line = valid(raw[: 4 * _HEADER_LIMIT].decode("utf-8", "replace"))
                for header in [pinned] if pinned else headers():
                    if match := _begins(line, header):
                        pinned = header
                        if _is_typed(line, match):
                            return pinned, True
                        break
                if not pinned:
                    is_in_other_words |= OTHER_WORDS.match(_head(line)) is not None
        if pinned is None:
            raise UnreadableError(UNREAD_MONTHS if is_in_other_words else NO_CHAT)
        return pinned, False

    def _text(self, raw: bytes) -> str:
        raw = raw.removesuffix(b"\n").removesuffix(b"\r")
        try:
            return valid(raw.decode())
        except UnicodeDecodeError:
            self.is_repaired = True
            return valid(raw.decode("utf-8", "replace"))


def split_author(body: str) -> tuple[str | None, str]:
    """Return an entry's author and text; the author is None in lines that WhatsApp itself wrote."""
    first, newline, rest = body.partition("\n")
    author, colon, text = first.partition(": ")
    if not colon and first.endswith(":"):  # the message begins with an empty line
        author, colon, text = first[:-1], ":", ""
    if not colon or len(author) > _AUTHOR_LIMIT or RENAMED.search(author):
        return None, body
    return _INVISIBLE.sub("", author).translate(_SPACES).strip(), text + newline + rest


def _begins(line: str, header: Header) -> re.Match[str] | None:
    return header.expression.match(_head(line)) if line[:1] in header.starts else None


def _is_typed(line: str, match: re.Match[str]) -> bool:
    """Say whether a message begins in the line that has no marks, so that somebody typed it."""
    author, text = split_author(_after(line, match.end()))
    return author is not None and not _is_marked(line) and not MARKS.match(text)


def _is_marked(line: str) -> bool:
    return line.removeprefix("\ufeff").startswith("\u200e[")


def _head(line: str) -> str:
    """Return a line's beginning with plain spaces and digits, and without what cannot be seen."""
    head = line[:_HEADER_LIMIT]
    return head if head.isascii() else _INVISIBLE.sub("", head).translate(_AS_ASCII)


def _after(line: str, end: int) -> str:
    """Return what follows the first ``end`` characters that can be seen."""
    if line[:_HEADER_LIMIT].isascii():
        return line[end:]
    taken = at = 0
    while taken < end and at < len(line):
        taken += not _INVISIBLE.match(line[at])
        at += 1
    return line[at:]


def _is_beginning(head: str, begun: str) -> bool:
    """Say whether a last line that stops in ``head`` stops within a date and time like those of the message before."""
    if not head.startswith("[") and len(re.findall(r"\d+", head)) < 3:  # may be the end of a message just as well
        return False
    pattern = ""
    for token in reversed(re.findall(r"\d+|[^\W\d_]+|[\W_]", begun)):
        one = r"\d{1,4}" if token.isdigit() else r"[^\W\d_]*" if token.isalpha() else re.escape(token)
        pattern = f"{one}(?:{pattern})?" if pattern else one
    return bool(re.fullmatch(pattern, head))


def _end_of(raw: bytes) -> str:
    return ("\r\n" if raw.endswith(b"\r\n") else "\n") if raw.endswith(b"\n") else ""
