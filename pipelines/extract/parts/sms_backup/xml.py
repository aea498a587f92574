"""The XML of SMS Backup & Restore, read as a stream of elements, each by itself: what is damaged costs one record.

No parser of XML reads these files: the app writes an emoji as two numeric references (``&#55357;&#56832;``), which XML does
not have, and a parser stops at the first error. All that stands in them are tags with attributes, in which ``<`` cannot
occur, so that the next ``<sms``, ``<mms`` or ``<call`` is always the next record. Declarations of types and entities are
refused, references other than the five of XML and numbers are errors, and media are hashed as they stream by.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from pipelines.extract.files.documents import TOO_LONG
from pipelines.extract.files.json_stream import CHUNK, VALUE_LIMIT
from pipelines.extract.parts.sms_backup.values import Media, media_of, text_of
from pipelines.extract.values.issues import RAW_LIMIT, UnreadableError

RECORDS = frozenset({"sms", "mms", "call"})
ROOTS = frozenset({"smses", "calls"})
BROKEN = "not XML from here up to the next record: cut off or damaged"
DECLARED = "a declaration of a document type or entities, which the app never writes: the rest of the file is refused"
DEPTH_LIMIT = 8  # elements within one another; the app's own come to 3
PART_LIMIT = 10_000  # elements of one message
ROOTS_LIMIT = 10_000  # backups put one behind the other

_NAME = rb"[A-Za-z_][\w.:-]*+"
_ATTRIBUTES = rb"""(?:\s++[A-Za-z_][\w.:-]*+\s*+=\s*+(?:"[^"<]*+"|'[^'<]*+'))*+"""
_TAG = re.compile(rb"<(/?)(" + _NAME + rb")(" + _ATTRIBUTES + rb")\s*+(/?)>")
_TO_MEDIA = re.compile(rb"<part" + _ATTRIBUTES.replace(rb"[A-Za-z_]", rb"(?!data\s*=)[A-Za-z_]", 1) + rb'\s++data\s*+=\s*+"')
_ATTRIBUTE = re.compile(rb"""(""" + _NAME + rb""")\s*+=\s*+(?:"([^"<]*+)"|'([^'<]*+)')""")
_NEXT = re.compile(rb"<(?:(?:sms|mms|call)[\s/>]|/(?:smses|calls)\s*>)")
_ASIDE = {b"<?": b"?>", b"<!--": b"-->"}
_ASIDE_LIMIT = 1 << 16
_BLANK = b" \t\r\n\xef\xbb\xbf"  # white space, and the mark that a file in UTF-8 may begin with


@dataclass(slots=True)
class Element:
    """A record of the file, or its root.

    Attributes:
        name: "sms", "mms", "call"; a root's is "smses" or "calls".
        line: where it begins.
        fields: its attributes, and by their names lists of the elements within it; those of a root are its attributes.
        raw: its first bytes, for the quarantine.
        error: why it cannot be read; "" where it can.
    """

    name: str
    line: int
    fields: dict[str, Any]
    raw: bytes
    error: str = ""


def elements(stream: IO[bytes]) -> Iterator[Element]:
    """Yield the root and the records of a backup in their order; what is damaged between two of them, as one of them.

    Raises:
        UnreadableError: after the last record, where the file ends before its root does, is another one, or declares types;
            after so many roots that nobody has written them.
    """
    text = _Text(stream)
    is_ended, is_known = False, False
    roots = 0
    while text.to_tag():
        element = _element(text)
        if element is None:
            continue
        if element.name == "/":
            is_ended = True
            continue
        is_ended = element.name in ROOTS and element.raw.endswith(b"/>")
        is_known = is_known or element.name in ROOTS | RECORDS
        roots += element.name in ROOTS
        if roots > ROOTS_LIMIT:
            raise UnreadableError(f"more than {ROOTS_LIMIT} backups in one file")
        yield element
    if text.broken:
        raise text.broken
    if not is_known:
        raise UnreadableError("no backup of messages or calls: neither <smses> nor <calls>")
    if not is_ended:
        raise UnreadableError("cut off: the file ends before its last element is closed")


def _element(text: "_Text") -> Element | None:
    """Take what begins here: a record with all in it, a root's beginning or ("/") its end, None for a comment."""
    line = text.begun
    stray = text.stray()
    if stray:
        return Element("", line, {}, stray + text.to_next(), BROKEN)
    if text.skip_aside():
        return None
    tag = text.tag()
    if isinstance(tag, str):
        return Element("", line, {}, text.to_next(), tag)
    name = tag.name
    if name in ROOTS:
        if tag.is_end:
            return Element("/", line, {}, b"")
        return _with_fields(tag, line, text)
    if name not in RECORDS or tag.is_end:
        return Element("", line, {}, tag.raw + text.to_next(), BROKEN)
    return _with_fields(tag, line, text)


def _with_fields(tag: "_Tag", line: int, text: "_Text") -> Element:
    element = Element(tag.name, line, {}, tag.raw)
    try:
        element.fields = tag.fields()
        if tag.name in RECORDS and not tag.is_empty:
            _fill(element, text)
    except UnreadableError as error:
        element.error = str(error)
        if tag.name in RECORDS and not tag.is_empty:
            text.to_next()
    return element


def _fill(element: Element, text: "_Text") -> None:
    """Take all that stands within a record up to its end; UnreadableError where it is damaged or another one begins."""
    within = [(element.name, element.fields)]
    count = 0
    while within:
        if not text.to_tag() or text.stray() or text.at_next():
            raise UnreadableError(BROKEN)
        if text.skip_aside():
            continue
        tag = text.tag()
        if isinstance(tag, str):
            raise UnreadableError(tag)
        element.raw = (element.raw + tag.raw)[:RAW_LIMIT]
        if tag.is_end:
            if within.pop()[0] != tag.name:
                raise UnreadableError(BROKEN)
            continue
        count += 1
        if len(within) >= DEPTH_LIMIT or count > PART_LIMIT:
            raise UnreadableError("more elements in one record than a message has")
        fields = tag.fields()
        siblings = within[-1][1].setdefault(tag.name, [])
        if not isinstance(siblings, list):
            raise UnreadableError("an attribute and an element of the same name")
        siblings.append(fields)
        if not tag.is_empty:
            within.append((tag.name, fields))


@dataclass(slots=True)
class _Tag:
    """One tag; ``media`` is what its ``data`` held where that streamed by."""

    name: str
    is_end: bool
    is_empty: bool
    attributes: bytes
    raw: bytes
    media: dict[str, Any] | None

    def fields(self) -> dict[str, Any]:
        """Return its attributes as text; of ``data``, the size and digest of what it encodes."""
        fields: dict[str, Any] = {}
        for name, first, second in _ATTRIBUTE.findall(self.attributes):
            key = name.decode("ascii", "replace")
            if key in fields:
                raise UnreadableError("an attribute that stands twice")
            if key == "data" and self.name == "part":
                fields[key] = media_of(first or second) if self.media is None else self.media
            else:
                fields[key] = text_of(first or second)
        return fields


class _Text:
    """The stream, and where in it the reading stands."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._data, self._at = b"", 0
        self._stray = b""
        self._media: dict[str, Any] | None = None
        self.line = self.begun = 1
        self.broken: UnreadableError | None = None

    def to_tag(self) -> bool:
        """Go to the next ``<``; False where there is none. What is passed over is kept as stray, and where it began."""
        self._stray = b""
        while True:
            at = self._data.find(b"<", self._at)
            passed = self._data[self._at : at if at >= 0 else None]
            if not self._stray:
                self._pass(len(passed) - len(passed.lstrip(_BLANK)))
                self.begun = self.line
            if len(self._stray) < RAW_LIMIT:
                self._stray = (self._stray + passed).lstrip(_BLANK)
            self._pass((at if at >= 0 else len(self._data)) - self._at)
            if at >= 0:
                return True
            if not self._more():
                if self._stray.strip():
                    raise UnreadableError("cut off: something that is no element stands at the end")
                return False

    def stray(self) -> bytes:
        """Return what stood before the tag and is neither an element nor white space."""
        return self._stray.strip()

    def at_next(self) -> bool:
        """Say whether a record, or the end of the root, stands here."""
        self._filled(16)
        return bool(_NEXT.match(self._data, self._at))

    def skip_aside(self) -> bool:
        """Pass over a comment or an instruction; UnreadableError for a declaration."""
        self._filled(9)
        for start, end in _ASIDE.items():
            if self._data.startswith(start, self._at):
                self._filled(_ASIDE_LIMIT)
                found = self._data.find(end, self._at, self._at + _ASIDE_LIMIT)
                if found < 0:
                    return False  # which no tag is, either
                self._pass(found + len(end) - self._at)
                return True
        if self._data.startswith((b"<!DOCTYPE", b"<!ENTITY"), self._at):
            raise UnreadableError(DECLARED)
        return False

    def tag(self) -> _Tag | str:
        """Take the tag that stands here; where it is none, say why."""
        self._media = None
        step = CHUNK
        while not (match := _TAG.match(self._data, self._at)):
            if self._data.find(b"<", self._at + 1) >= 0:
                self._pass(1)
                return BROKEN
            if self._media is None and (media := _TO_MEDIA.match(self._data, self._at)):
                if self._take_media(media.end()):
                    continue
                return BROKEN
            if len(self._data) - self._at > VALUE_LIMIT:
                self._pass(1)
                return TOO_LONG
            if not self._more(step):
                self._pass(1)
                return BROKEN
            step *= 2
        raw = match[0]
        self._pass(len(raw))
        is_end, name, attributes, is_empty = match.groups()
        return _Tag(name.decode(), bool(is_end), bool(is_empty), attributes, raw[:RAW_LIMIT], self._media)

    def to_next(self) -> bytes:
        """Go to the next record or the end of the root, and return the first bytes that are passed over."""
        kept = b""
        while True:
            found = _NEXT.search(self._data, self._at)
            # the last bytes may be the beginning of what is looked for
            until = found.start() if found else max(len(self._data) - 16, self._at)
            kept = (kept + self._data[self._at : until])[:RAW_LIMIT]
            self._pass(until - self._at)
            if found:
                return kept
            if not self._more():
                kept += self._data[self._at :]
                self._pass(len(self._data) - self._at)
                return kept[:RAW_LIMIT]

    def _take_media(self, start: int) -> bool:
        """Hash the media whose text begins at ``start``, and leave it out; False where the file ends in it."""
        head, self._data = self._data[self._at : start], self._data[start:]
        self._at = 0
        media = Media()
        while (end := _end_of_value(self._data)) < 0:
            media.add(self._data)
            self.line += self._data.count(b"\n")
            self._data = b""
            if not self._more():
                return False
        media.add(self._data[:end])
        self._data = head + self._data[end:]
        self._media = media.told()
        return True

    def _filled(self, size: int) -> None:
        while len(self._data) - self._at < size and self._more():
            pass

    def _more(self, size: int = CHUNK) -> bool:
        try:
            chunk = self._stream.read(size)
        except UnreadableError as error:  # what has been read is taken first
            chunk, self.broken = b"", error
        self._data, self._at = self._data[self._at :] + chunk, 0
        return bool(chunk)

    def _pass(self, size: int) -> None:
        self.line += self._data.count(b"\n", self._at, self._at + size)
        self._at += size


def _end_of_value(data: bytes) -> int:
    """Return where a value ends: at its quote, or at a ``<``, which it cannot hold; -1 where it goes on."""
    found = re.search(rb'["<]', data)
    return found.start() if found else -1
