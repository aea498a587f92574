"""What an attribute of SMS Backup & Restore says: text, with the app's way to write emoji, and media."""

import binascii
import hashlib
import re
from typing import Any

from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import UnreadableError

_REFERENCE = re.compile(r"&(?:#x([0-9A-Fa-f]{1,8})|#([0-9]{1,8})|(\w{1,20}));|(&)")
_SURROGATE = re.compile("[\ud800-\udfff]")
_ENTITIES = {"amp": "&", "lt": "<", "gt": ">", "quot": '"', "apos": "'"}
_NO_BASE64 = re.compile(rb"\s|&#(?:10|13|x[aAdD]);")


class Media:
    """The size and digest of what base64 encodes, taken in as it comes."""

    def __init__(self) -> None:
        self._digest, self._size, self._left = hashlib.sha256(), 0, b""
        self._is_good = True

    def add(self, text: bytes) -> None:
        """Take more of the text."""
        text = self._left + text
        open_reference = text.rfind(b"&", max(len(text) - 5, 0))
        whole = _NO_BASE64.sub(b"", text[:open_reference] if open_reference >= 0 else text)
        end = len(whole) - len(whole) % 4
        self._left = whole[end:] + (text[open_reference:] if open_reference >= 0 else b"")
        self._decode(whole[:end])

    def told(self) -> dict[str, Any]:
        """Return the size and digest, without either where it was not base64."""
        self._decode(_NO_BASE64.sub(b"", self._left))
        return {"size": self._size, "sha256": self._digest.hexdigest()} if self._is_good else {}

    def _decode(self, text: bytes) -> None:
        try:
            decoded = binascii.a2b_base64(text, strict_mode=True)
        except binascii.Error:
            self._is_good = False
            return
        self._size += len(decoded)
        self._digest.update(decoded)


def media_of(text: bytes) -> dict[str, Any] | None:
    """Return the size and digest of media in base64; None where there are none, {} where it is damaged."""
    if text in (b"", b"null"):
        return None
    media = Media()
    media.add(text)
    return media.told()


def text_of(raw: bytes) -> str:
    """Return what an attribute says, emoji made one character of their two references; UnreadableError where it is none."""
    if raw.isascii() and b"&" not in raw:
        return valid(raw.decode())
    try:
        text = raw.decode("utf-8", "surrogatepass")  # some phones write each half of an emoji in UTF-8
    except UnicodeDecodeError:
        raise UnreadableError("not UTF-8") from None
    if "&" in text:
        text = _REFERENCE.sub(_referred, text)
    if _SURROGATE.search(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return valid(text)


def _referred(match: re.Match[str]) -> str:
    hexadecimal, decimal, name, _ = match.groups()
    if name:
        if name not in _ENTITIES:
            raise UnreadableError("an entity that XML does not have")
        return _ENTITIES[name]
    code = int(hexadecimal, 16) if hexadecimal else int(decimal or -1)
    if not 0 <= code <= 0x10FFFF:
        raise UnreadableError("a character reference that is none")
    return chr(code)
