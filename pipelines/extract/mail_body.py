"""What a mail holds: its text, its attachments, and whether it was cut off before its end."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from pipelines.contract import Attachment
from pipelines.extract.issues import UnreadableError
from pipelines.extract.mail_headers import decode, parameters
from pipelines.extract.text import clean, html_to_text

TEXT_LIMIT = 1_000_000  # characters of one mail's text that are kept; more is pasted data
PARTS_LIMIT = 2_000
NESTING_LIMIT = 100  # multiparts in one mail; the parser of the email package recurses, and each level reads every line
HEADER_LIMIT = 10_000  # bytes of one Content-… header; its parser takes quadratic time
_NAME_LIMIT = 255
_CHECKED_FROM = 10_000  # bytes; what is smaller cannot cost much
_BOUNDARY = re.compile(rb"boundary\*?\d*\*?=|message/rfc822", re.IGNORECASE)
_CONTENT_HEADER = re.compile(rb"^content-[a-z]++:[^\n]*+(?:\n[ \t][^\n]*+)*+", re.IGNORECASE | re.MULTILINE)
_SHOWN = ("text/plain", "text/html", "text/enriched")


@dataclass(slots=True)
class Body:
    """A mail's text as its reader sees it, before quotes are set apart, and the files that came with it."""

    text: str
    attachments: list[Attachment]


def check_cost(raw: bytes) -> None:
    """Refuse what would cost the parser of the ``email`` package more than its length.

    Raises:
        UnreadableError: too many levels, or a Content-… header beyond any use.
    """
    if len(raw) < _CHECKED_FROM:
        return
    for nth, _ in enumerate(_BOUNDARY.finditer(raw), start=1):
        if nth > NESTING_LIMIT:
            raise UnreadableError(f"more than {NESTING_LIMIT} multiparts in one message")
    if any(len(header[0]) > HEADER_LIMIT for header in _CONTENT_HEADER.finditer(raw)):
        raise UnreadableError(f"a Content header of more than {HEADER_LIMIT} bytes")


def body_of(message: Message) -> Body:
    """Return the text and the attachments of a parsed mail.

    Of alternatives the plain one is taken where it says anything, else the HTML turned to text; parts beside each
    other follow one another. A forwarded mail (message/rfc822) and all that is no text are attachments.

    Raises:
        UnreadableError: the mail has more than ``PARTS_LIMIT`` parts.
    """
    texts: list[str] = []
    attachments: list[Attachment] = []
    for kind, part in _leaves(message):
        if kind in _SHOWN:
            texts.append(_text(kind, part))
        else:
            attachments.append(_attachment(part))
    return Body("\n".join(text for text in texts if text)[:TEXT_LIMIT], attachments)


def content_type(part: Message) -> tuple[str, dict[str, str]]:
    """Return the part's media type and its parameters; text/plain where it tells none."""
    kind, given = parameters(_header(part, "content-type"))
    return (kind if kind.count("/") == 1 else "text/plain"), given


def is_cut(message: Message, *, followed_by_blank: bool) -> bool:
    """Tell whether the last message of a file ends before it should.

    A multipart has begun and its closing boundary is missing; where not even a first part was found, the end of the
    file decides: whoever writes an mbox ends each message with an empty line.
    """
    defects = {type(defect).__name__ for defect in message.defects}
    if "StartBoundaryNotFoundDefect" in defects:
        return not followed_by_blank
    if "CloseBoundaryNotFoundDefect" in defects:
        return True
    return not message.is_multipart() and _is_base64(message) and len(_payload(message).rstrip("=").strip()) % 4 == 1


def _leaves(message: Message) -> Iterator[tuple[str, Message]]:
    """Yield the parts that hold something, with "attachment" or their media type; of alternatives, the one to show."""
    waiting = [message]
    seen = 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > PARTS_LIMIT:
            raise UnreadableError(f"more than {PARTS_LIMIT} parts in one message")
        kind, _ = content_type(part)
        if not part.is_multipart() or kind.startswith("message/"):
            yield (_shown_as(kind, part), part)
            continue
        inner = part.get_payload()
        parts = [one for one in inner if isinstance(one, Message)] if isinstance(inner, list) else []
        waiting += reversed(_shown_alternative(parts) if kind == "multipart/alternative" else parts)


def _shown_alternative(parts: list[Message]) -> list[Message]:
    """Return the parts to show of a multipart/alternative: one text, and what is no text (a calendar, a file)."""
    kinds = [content_type(part)[0] for part in parts]
    plain = [part for part, kind in zip(parts, kinds, strict=True) if kind == "text/plain" and _payload(part).strip()]
    rich = [part for part, kind in zip(parts, kinds, strict=True) if kind == "text/html" or kind.startswith("multipart/")]
    others = [
        part for part, kind in zip(parts, kinds, strict=True) if kind not in _SHOWN and not kind.startswith("multipart/")
    ]
    if plain:
        return [plain[0], *(part for part in rich if part.is_multipart() and _has_files(part)), *others]
    return [*rich[-1:], *others]


def _has_files(part: Message) -> bool:
    """Tell whether a multipart/related beside the plain text carries more than the same text as HTML."""
    inner = part.get_payload()
    return isinstance(inner, list) and any(content_type(one)[0] not in _SHOWN for one in inner if isinstance(one, Message))


def _shown_as(kind: str, part: Message) -> str:
    if part.is_multipart():
        return "attachment"
    if kind.startswith("multipart/"):  # it says so, but no part was found: what stands there is text
        return "text/plain"
    disposition, given = parameters(_header(part, "content-disposition"))
    is_file = disposition == "attachment" or "filename" in given or "name" in content_type(part)[1]
    return kind if kind in _SHOWN and not is_file else "attachment"


def _text(kind: str, part: Message) -> str:
    raw = _content(part)
    text = decode(raw[: 4 * TEXT_LIMIT], content_type(part)[1].get("charset"))
    return html_to_text(text[:TEXT_LIMIT]) if kind == "text/html" else clean(text).strip("\n")


def _attachment(part: Message) -> Attachment:
    _, disposition = parameters(_header(part, "content-disposition"))
    name = disposition.get("filename") or content_type(part)[1].get("name") or ""
    raw = _content(part)
    return Attachment(name.replace("\\", "/").rpartition("/")[2][:_NAME_LIMIT], len(raw), hashlib.sha256(raw).hexdigest())


def _content(part: Message) -> bytes:
    if part.is_multipart():  # message/rfc822 holds a message, a digest several
        inner = part.get_payload()
        return b"".join(_source(one) for one in inner if isinstance(one, Message)) if isinstance(inner, list) else b""
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _source(message: Message) -> bytes:
    """Return a message within a message, written out again."""
    lines = [f"{name}: {value}" for name, value in message.raw_items()]
    inner = message.get_payload()
    if isinstance(inner, list):
        return _bytes("\n".join([*lines, ""])) + b"".join(_source(one) for one in inner if isinstance(one, Message))
    return _bytes("\n".join([*lines, "", str(inner)]))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _payload(part: Message) -> str:
    payload = part.get_payload()
    return payload if isinstance(payload, str) else ""


def _is_base64(part: Message) -> bool:
    return _header(part, "content-transfer-encoding").strip().lower() == "base64"


def _header(part: Message, name: str) -> str:
    return next((str(value) for key, value in part.raw_items() if key.lower() == name), "")
