"""The headers of a mail, read so that nothing a sender writes can raise or cost more than its length.

Values come in as the ``email`` package keeps them under compat32: ASCII, each other byte as a lone surrogate.
"""

import binascii
import quopri
import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from pipelines.extract.parts.mail.charsets import decode
from pipelines.extract.values.text import one_line

ID_LIMIT = 400
WORD_LIMIT = 40
_PLACED = frozenset(("authentication-results", "precedence"))  # of which it counts how high they stand
_OF_SERVERS = frozenset(("received", "return-path", "delivered-to", "authentication-results"))  # of who hand a mail on
_WRITTEN = ("from", "sender", "reply-to", "to", "cc", "bcc", "subject")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]")
_ENCODED_WORD = r"=\?[^?\s]{1,60}\?[bBqQ]\?[^?]*+\?="
_ENCODED = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*+)\?=(?=(\s*+)(=\?)?)")
# Possessive throughout: no token is read twice.
TOKEN = re.compile(rf'{_ENCODED_WORD}|"(?:[^"\\]|\\.)*+"?|[()<>,;:]|(?:(?!=\?)[^"()<>,;:\\])++|\\.?|=\?', re.DOTALL)
_BRACKETED_ID = re.compile(rf"<([^<>]{{1,{ID_LIMIT}}})>")


class Headers:
    """A message's headers by lower-case name, in the order they stand."""

    def __init__(self, items: Iterable[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        self._hops_above: dict[str, list[int]] = {}
        for name, value in items:
            held = self._values.get(folded := name.lower())
            if held is None:
                self._values[folded] = [value.strip()]
            else:
                held.append(value.strip())
            if folded in _PLACED:
                self._hops_above.setdefault(folded, []).append(len(self._values.get("received", ())))

    def first(self, name: str) -> str:
        """Return the topmost value, as it stands; "" where there is none."""
        return self._values.get(name, ("",))[0]

    def all(self, name: str) -> list[str]:
        """Return all values, as they stand."""
        return self._values.get(name, [])

    def has(self, names: frozenset[str]) -> bool:
        """Tell whether there is one of these."""
        return not names.isdisjoint(self._values)

    def hops_above(self, name: str) -> list[int]:
        """Return for each Authentication-Results, or each Precedence, how many Received stand above it."""
        return self._hops_above.get(name, [])

    def is_handed_on(self) -> bool:
        """Tell whether a server handed the mail on, so that whoever sent it may have written any header."""
        return self.has(_OF_SERVERS)

    def word(self, name: str) -> str:
        """Return the first word of the topmost value in lower case: for fields that take a keyword, so ASCII alone."""
        if name not in self._values:  # as nearly always
            return ""
        word = next(iter(self.first(name).partition(";")[0].split(None, 1)), "").lower()
        return word if word.isascii() and word.isprintable() and len(word) <= WORD_LIMIT else ""

    def text(self, name: str) -> str:
        """Return the topmost value decoded, on one line."""
        return decoded(self.first(name))

    def has_bare_bytes(self) -> bool:
        """Tell whether anything beyond ASCII stands, not encoded, in the headers that people write."""
        return any(not value.isascii() for name in _WRITTEN for value in self._values.get(name, ()))

    def read_bare_bytes(self, charset: str) -> None:
        """Read the headers that people write, where they are neither ASCII nor UTF-8, in the character set of the text."""
        for name in _WRITTEN:
            if name in self._values:
                self._values[name] = [_in_charset(value, charset) for value in self._values[name]]


def _in_charset(value: str, charset: str) -> str:
    """Return a header's bare bytes decoded; as they stand where they are UTF-8, or in no set that anything tells."""
    raw = raw_bytes(value)
    try:
        raw.decode("utf-8")
    except ValueError:
        return decode(raw, charset) if charset.lower() not in ("", "utf-8", "us-ascii") else value
    return value


def raw_bytes(value: str) -> bytes:
    """Return the bytes behind a header's value."""
    return value.encode("ascii", "surrogateescape") if value.isascii() or _has_surrogates(value) else value.encode("utf-8")


def _has_surrogates(value: str) -> bool:
    return all(ord(c) < 128 or 0xDC80 <= ord(c) <= 0xDCFF for c in value)


def decoded(value: str) -> str:
    """Return a header's value as text on one line: encoded words (RFC 2047) and bare 8-bit bytes decoded."""
    if not value.isascii():
        value = decode(raw_bytes(value), None)
    return one_line(_decode_words(value) if "=?" in value else value)


def _decode_words(value: str) -> str:
    """Decode encoded words; bytes of neighbours in one character set are joined first, as a character may be cut."""
    parts: list[str] = []
    run: list[tuple[str, bytes]] = []
    at = 0
    for match in _ENCODED.finditer(value):
        parts.append(value[at : match.start()])
        run.append((match[1].lower(), _word_bytes(match[2], match[3])))
        at = match.end()
        if match[5] and _ENCODED.match(value, match.end(4)):
            at = match.end(4)  # white space between encoded words is none
            continue
        parts.extend(decode(b"".join(raw for _, raw in group), charset) for charset, group in groupby(run, lambda r: r[0]))
        run = []
    return "".join([*parts, value[at:]])


def _word_bytes(encoding: str, payload: str) -> bytes:
    raw = payload.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(raw.replace(b"_", b" "), header=False)
    return from_base64(raw)


def from_base64(encoded: bytes) -> bytes:
    """Decode base64, without the characters that do not belong there and without what is cut off at the end."""
    try:
        return binascii.a2b_base64(encoded)
    except binascii.Error:
        letters = _NOT_BASE64.sub(b"", encoded)
        letters = letters[: len(letters) - (len(letters) % 4 == 1)]
        return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))


def from_uuencode(encoded: bytes) -> bytes:
    """Decode what stands between ``begin`` and ``end``; what has no such block stays as it is."""
    lines = encoded.splitlines()
    start = next((at + 1 for at, line in enumerate(lines) if line.startswith(b"begin ")), None)
    if start is None:
        return encoded
    decoded_lines: list[bytes] = []
    for line in lines[start:]:
        if line.strip() == b"end":
            break
        try:
            decoded_lines.append(binascii.a2b_uu(line))
        except binascii.Error:
            continue
    return b"".join(decoded_lines)


def without_comments(value: str) -> str:
    """Return the value without its ``(comments)``, however deep they nest."""
    if "(" not in value:
        return value
    depth = 0
    kept: list[str] = []
    for piece in TOKEN.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif not depth:
            kept.append(piece)
    return "".join(kept)


def unquoted(words: str) -> str:
    """Return the words without the quotes around them and the backslashes within."""
    if '"' not in words and "\\" not in words:
        return words
    return re.sub(r"\\(.)", r"\1", re.sub(r'(?<!\\)"', "", words), flags=re.DOTALL)


def message_ids(value: str) -> list[str]:
    """Return the ids in Message-ID, In-Reply-To or References, without brackets, comments and white space."""
    if not value:
        return []
    value = decoded(value) if not value.isascii() else value
    found = _BRACKETED_ID.findall(value)
    if found and value.isascii() and value.isprintable() and "(" not in value and not any(" " in each for each in found):
        return list(found)  # as nearly always: there is nothing to clean
    found = ["".join(without_comments(match).split()) for match in found]
    if not found:
        found = [word for word in value.split() if "@" in word and len(word) <= ID_LIMIT][:1]
    return [cleaned for cleaned in map(one_line, found) if cleaned]


@lru_cache(maxsize=4096)
def parameters(value: str) -> tuple[str, dict[str, str]]:
    """Split Content-Type or Content-Disposition: the value in lower case, and its parameters, decoded (RFC 2231)."""
    fields = [""]
    for piece in TOKEN.findall(value[:10_000]):
        if piece == ";":
            fields.append("")
        else:
            fields[-1] += piece
    plain: dict[str, str] = {}
    extended: dict[str, list[tuple[int, bool, str]]] = {}
    for field in fields[1:100]:
        key, equals, text = field.partition("=")
        name, star, rest = key.strip().lower().partition("*")
        number = rest.rstrip("*")
        if equals and star and (not number or (number.isascii() and number.isdigit() and len(number) < 4)):
            extended.setdefault(name, []).append(
                (int(number or 0), rest.endswith("*") or not number, unquoted(text.strip()))
            )
        elif equals:
            plain.setdefault(name, decoded(unquoted(text.strip())))
    return fields[0].strip().lower(), plain | {name: _extended(parts) for name, parts in extended.items()}


def _extended(parts: list[tuple[int, bool, str]]) -> str:
    parts = sorted(parts)
    charset, language_and_rest = "", parts[0][2]
    if parts[0][1] and parts[0][2].count("'") >= 2:
        charset, _, language_and_rest = parts[0][2].split("'", 2)
    texts = [(encoded, language_and_rest if at == 0 else text) for at, (_, encoded, text) in enumerate(parts)]
    raw = b"".join(_percent(raw_bytes(text)) if encoded else raw_bytes(text) for encoded, text in texts)
    return one_line(decode(raw, charset or None))


def _percent(raw: bytes) -> bytes:
    return re.sub(rb"%([0-9A-Fa-f]{2})", lambda match: bytes([int(match[1], 16)]), raw)
