"""What a mail says and carries: its text as the reader sees it, its attachments, and whether it was cut off."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.contract import Attachment
from pipelines.extract.parts.mail.charsets import decode, page_charset
from pipelines.extract.parts.mail.flowed import unflowed
from pipelines.extract.parts.mail.headers import parameters
from pipelines.extract.parts.mail.mime import Part
from pipelines.extract.values.text import clean, html_to_text

TEXT_LIMIT = 1_000_000  # characters of one mail's text that are kept; more is pasted data
_NAME_LIMIT = 255
_BLANK_LIMIT = 2_000  # bytes of an encoded text; a longer one has words
_TEXTS = ("text/plain", "text/html", "text/enriched")
_PKCS7 = ("application/pkcs7-mime", "application/x-pkcs7-mime")
_ARMOR, _ARMOR_END = "-----BEGIN PGP MESSAGE-----", "-----END PGP MESSAGE-----"
_SIGNED, _SIGNATURE = "-----BEGIN PGP SIGNED MESSAGE-----\n", "\n-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"


@dataclass(slots=True)
class Body:
    """A mail's text before quotes are set apart, the files that came with it, and what else its parts tell.

    Attributes:
        traits: ``encrypted`` or ``signed`` with "pgp" or "smime", where that keeps the text from being read; ``calendar``
            with an invitation's method ("request", "reply", "cancel").
    """

    text: str
    attachments: list[Attachment]
    traits: dict[str, str]


def body_of(mail: Part) -> Body:
    """Return the text and the attachments of a mail.

    Of alternatives the plain one is taken where it says anything, else the HTML turned to text; parts beside each
    other follow one another. A forwarded mail (message/rfc822) and all that is no text are attachments.
    """
    texts: list[str] = []
    attachments: list[Attachment] = []
    traits: dict[str, str] = {}
    for part in _leaves(mail):
        if _is_shown(part, is_alone=part is mail):
            texts.append(_text(part))
        else:
            attachments.append(_attachment(part))
            traits |= _traits(part)
    text = "\n".join(text for text in texts if text)[:TEXT_LIMIT]
    if _ARMOR in text:
        text, is_armored = _without_armor(text)
        traits |= {"encrypted": "pgp"} if is_armored else {}
    if text.startswith(_SIGNED):
        text = _without_signing(text)
    return Body(text, attachments, traits)


def is_cut(mail: Part, *, followed_by_blank: bool) -> bool:
    """Tell whether the last message of a file ends before it should.

    Its headers do not end, or its parts have begun and the closing boundary is missing, or base64 ends within a group.
    Where a multipart has not even a first part, the end of the file decides: whoever writes an mbox ends each message
    with an empty line, and a multipart whose parts stand between another name's boundaries ends with one of those.
    """
    if not mail.is_headed:
        return True
    if mail.kind.startswith("multipart/") and not mail.is_closed:
        return bool(mail.parts) or not (followed_by_blank or _ends_with_boundary(mail.body))
    encoded = mail.headers.word("content-transfer-encoding") == "base64"
    return encoded and len(b"".join(mail.body.split()).rstrip(b"=")) % 4 == 1


def _ends_with_boundary(body: bytes) -> bool:
    last = body.rstrip().rpartition(b"\n")[2]
    return len(last) > 4 and last.startswith(b"--") and last.endswith(b"--")


def _leaves(mail: Part) -> Iterator[Part]:
    """Yield the parts that hold something themselves, of alternatives the one to show, in reading order."""
    waiting = [mail]
    while waiting:
        part = waiting.pop()
        if part.parts:
            waiting += reversed(_shown_alternative(part.parts) if part.kind == "multipart/alternative" else part.parts)
        elif part.body.strip() or not part.kind.startswith("multipart/"):
            yield part


def _shown_alternative(parts: list[Part]) -> list[Part]:
    """Return the parts of a multipart/alternative to show: one text, and what is no text (a calendar, a file)."""
    plain = [part for part in parts if part.kind == "text/plain" and _says_something(part)]
    rich = [part for part in parts if part.kind == "text/html" or part.parts]
    others = [part for part in parts if part.kind not in _TEXTS and not part.parts]
    if not plain:
        return [*rich[-1:], *others]
    with_files = [file for part in rich for file in part.parts if file.kind not in _TEXTS and not file.parts]
    return [plain[0], *with_files, *others]


def _says_something(part: Part) -> bool:
    """Tell whether anything is to be read in a text: programs write a line end or a hard space for want of words."""
    body = part.body.strip()
    if not body or len(body) > _BLANK_LIMIT:
        return bool(body)
    encoding = part.headers.word("content-transfer-encoding")
    return bool(_text(part).strip()) if encoding in ("base64", "quoted-printable") or not body.isascii() else True


def _is_shown(part: Part, *, is_alone: bool) -> bool:
    """Tell whether a part is read as the mail's text. A text with a file's name is a file, unless it is all of the mail."""
    if part.kind.startswith("multipart/"):  # it says so, but no part was found: what stands there is text
        return True
    disposition, given = parameters(part.headers.first("content-disposition"))
    if part.kind not in _TEXTS or disposition == "attachment":
        return False
    return is_alone or ("filename" not in given and "name" not in part.parameters)


def _text(part: Part) -> str:
    content = part.content()[: 4 * TEXT_LIMIT]
    charset = part.parameters.get("charset")
    if part.kind == "text/html":
        return html_to_text(decode(content, charset or page_charset(content))[:TEXT_LIMIT])
    text = decode(content, charset)[:TEXT_LIMIT]
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflowed(text, has_added_spaces=part.parameters.get("delsp", "").lower() == "yes")
    return clean(text).strip("\n")


def _traits(part: Part) -> dict[str, str]:
    """Return what a part that is no text tells about the mail."""
    if part.kind == "application/pgp-encrypted":
        return {"encrypted": "pgp"}
    if part.kind in _PKCS7:
        is_signed = part.parameters.get("smime-type", "").lower() == "signed-data"
        return {"signed" if is_signed else "encrypted": "smime"}
    if part.kind == "text/calendar":
        method = part.parameters.get("method", "").lower()
        return {"calendar": method if method.isascii() and method.isalpha() and len(method) < 20 else "event"}
    return {}


def _without_armor(text: str) -> tuple[str, bool]:
    """Return the text without the first PGP message in it that begins a line, and whether there was one."""
    start = 0 if text.startswith(_ARMOR) else text.find("\n" + _ARMOR)
    if start < 0:
        return text, False
    end = text.find(_ARMOR_END, start)
    return (text[:start] + (text[end + len(_ARMOR_END) :] if end >= 0 else "")).strip("\n"), True


def _without_signing(text: str) -> str:
    """Return the text that is signed within itself (RFC 9580, 7), as it was before; all of it where it does not end."""
    _, _, signed = text.partition("\n\n")
    said, _, signature = signed.partition(_SIGNATURE)
    _, end, after = signature.partition(_SIGNATURE_END)
    if not end:
        return text
    return "\n".join(line.removeprefix("- ") for line in said.split("\n")) + after


def name_of(part: Part) -> str:
    """Return the name of the file that a part is, without folders; "" where it has none."""
    _, disposition = parameters(part.headers.first("content-disposition"))
    name = disposition.get("filename") or part.parameters.get("name") or ""
    return name.replace("\\", "/").rpartition("/")[2][:_NAME_LIMIT]


def _attachment(part: Part) -> Attachment:
    name, content = name_of(part), part.content()
    elsewhere = part.headers.word("x-apple-content-length")  # Apple Mail keeps the file beside the mail
    if elsewhere and not content.strip():
        return Attachment(name, int(elsewhere) if elsewhere.isdigit() and len(elsewhere) < 16 else None, "")
    return Attachment(name, len(content), hashlib.sha256(content).hexdigest())
