"""A mail taken apart: headers, and parts within parts, as bytes; nothing is decoded before somebody asks.

The ``email`` package reads line by line and hands each line through every enclosing part: measured here, two fifths of
the time of the whole extraction, and on hostile nesting a RecursionError. This reader looks for the boundaries themselves.
``tests/extract/test_mime.py`` holds the two against each other.
"""

import binascii
import re
from dataclasses import dataclass, field

from pipelines.extract.parts.mail.headers import Headers, from_base64, from_uuencode, parameters
from pipelines.extract.values.issues import UnreadableError

PARTS_LIMIT = 2_000
NESTING_LIMIT = 100
_HEADER = re.compile(r"^([!-9;-~]++)[ \t]*+:([^\n]*+(?:\n[ \t]++[^\s][^\n]*+)*+)", re.MULTILINE)


@dataclass(slots=True)
class Part:
    """A mail, or a part of one.

    Attributes:
        headers: of this part.
        kind, parameters: its media type in lower case ("text/plain" where it tells none), and what stands beside it.
        body: the bytes below its headers, still encoded.
        parts: what a multipart holds; empty elsewhere.
        is_headed: False where the headers end with the bytes, without an empty line or a word of text.
        is_closed: False for a multipart of which the last boundary is missing.
    """

    headers: Headers
    kind: str
    parameters: dict[str, str]
    body: bytes
    parts: list["Part"] = field(default_factory=list)
    is_headed: bool = True
    is_closed: bool = True

    def content(self) -> bytes:
        """Return the body decoded as its Content-Transfer-Encoding says, as far as it can be."""
        match self.headers.word("content-transfer-encoding").strip("\"'"):
            case "base64":
                return from_base64(self.body)
            case "quoted-printable":
                return binascii.a2b_qp(self.body)
            case "x-uuencode" | "uuencode" | "x-uue" | "uue":
                return from_uuencode(self.body)
            case _:
                return self.body


def parse_mail(raw: bytes) -> Part:
    """Take a mail apart.

    Raises:
        UnreadableError: it holds more than ``PARTS_LIMIT`` parts, or more than ``NESTING_LIMIT`` levels of them.
    """
    mail = _part(raw, inside_digest=False)
    waiting = [(mail, 0)]
    seen = 0
    while waiting:
        part, level = waiting.pop()
        boundary = part.parameters.get("boundary", "")
        if not part.kind.startswith("multipart/") or not boundary:
            continue
        pieces, part.is_closed = _pieces(part.body, boundary.rstrip().encode("utf-8", "surrogateescape"))
        seen += len(pieces)
        if seen > PARTS_LIMIT or level >= NESTING_LIMIT:
            raise UnreadableError(f"more than {PARTS_LIMIT} parts or {NESTING_LIMIT} levels in one message")
        part.parts = [_part(piece, inside_digest=part.kind == "multipart/digest") for piece in pieces]
        waiting += [(inner, level + 1) for inner in part.parts]
    if mail.headers.has_bare_bytes():
        mail.headers.read_bare_bytes(_first(mail).parameters.get("charset", ""))
    return mail


def _first(part: Part) -> Part:
    """Return the first part that has none itself: mostly the text."""
    while part.parts:
        part = part.parts[0]
    return part


def _part(raw: bytes, *, inside_digest: bool) -> Part:
    headers, body, is_headed = _headers(raw)
    kind, given = parameters(headers.first("content-type"))
    usual = "message/rfc822" if inside_digest else "text/plain"
    return Part(headers, kind if kind.count("/") == 1 else usual, given, body, is_headed=is_headed)


def _headers(raw: bytes) -> tuple[Headers, bytes, bool]:
    """Split headers from body, and tell whether the headers came to an end.

    A line that is no header (a ``From `` line of an older mailbox, a broken gateway's remark) is passed over where
    headers follow; where none do, the body has begun there without an empty line.
    """
    if raw.startswith((b"\n", b"\r\n")):
        return Headers(()), raw[1 + raw.startswith(b"\r") :], True
    end, below = _end_of_head(raw)
    head, body = raw[:end], raw[below:]
    lines = head.decode("ascii", "surrogateescape").replace("\r\n", "\n")
    found = list(_HEADER.finditer(lines))
    rest = lines[found[-1].end() if found else 0 :].lstrip("\n")
    if rest:
        body = rest.encode("ascii", "surrogateescape") + raw[end:]
    return Headers([(match[1], match[2]) for match in found]), body, bool(end < len(raw) or rest)


def _end_of_head(raw: bytes) -> tuple[int, int]:
    """Return where the first empty line begins, with the line end before it, and where it ends."""
    plain = raw.find(b"\n\n")
    network = raw.find(b"\n\r\n", 0, plain + 1 if plain >= 0 else len(raw))
    at = network if network >= 0 else plain
    if at < 0:
        return len(raw), len(raw)
    return at - (raw[at - 1 : at] == b"\r"), at + (3 if at == network else 2)


def _pieces(body: bytes, boundary: bytes) -> tuple[list[bytes], bool]:
    """Return what stands between the boundary's lines, up to one more than may be, and whether the closing one was met."""
    delimiter = b"--" + boundary
    pieces: list[bytes] = []
    start: int | None = None
    at = body.find(delimiter)
    while at >= 0 and len(pieces) <= PARTS_LIMIT:
        after = at + len(delimiter)
        if at == 0 or body[at - 1 : at] == b"\n":
            line_end = body.find(b"\n", after)
            rest = body[after : line_end if line_end >= 0 else len(body)].rstrip()
            if rest in (b"", b"--"):
                if start is not None and start < at:  # a boundary right after another holds nothing
                    pieces.append(_without_line_end(body[start:at]))
                if rest:
                    return pieces, True
                start = line_end + 1 if line_end >= 0 else len(body)
        at = body.find(delimiter, after)
    if start is not None and body[start:].strip():
        pieces.append(body[start:])
    return pieces, False


def _without_line_end(piece: bytes) -> bytes:
    """Drop the line end before a boundary: it belongs to the boundary."""
    return piece[: len(piece) - (2 if piece.endswith(b"\r\n") else 1)] if piece.endswith(b"\n") else piece
