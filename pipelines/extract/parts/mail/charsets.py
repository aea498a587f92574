"""Bytes of a mail as text, in the character set that they are in: that is not always the one they are said to be in.

Names of sets mean what readers of mail take them for (https://encoding.spec.whatwg.org): byte streams are often called by
the name of a smaller set than they use. Japanese as Windows and iPhones write it has characters (①, ㈱, 髙) in rows that
Python's codecs leave empty; Windows' own set has them under other bytes.
"""

import codecs
import re
from functools import lru_cache

# Python's name of a set, and the larger one that is used under it.
_LARGER = {
    "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "big5": "cp950", "euc_kr": "cp949", "shift_jis": "cp932",
}  # fmt: skip
# Names that Python has not.
_NAMES = {
    "ks_c_5601-1987": "cp949", "iso-8859-8-i": "iso8859-8", "iso-8859-8-e": "iso8859-8", "utf8mb3": "utf-8",
    "utf8mb4": "utf-8", "unicode-1-1-utf-8": "utf-8", "utf-8n": "utf-8", "unicode-1-1-utf-7": "utf-7", "koi8-ru": "koi8-u",
    "mac": "mac-roman", "x-gbk": "gb18030", "cn-gb": "gb18030", "x-sjis": "cp932", "windows-31j": "cp932",
    "x-mac-japanese": "cp932", "cn-big5": "cp950", "x-mac-ce": "mac-latin2", "iso-2022-jp-ms": "iso2022_jp",
    "cp50220": "iso2022_jp", "cp50221": "iso2022_jp", "cp50222": "iso2022_jp", "cp51932": "euc_jp", "eucjp-ms": "euc_jp",
}  # fmt: skip
_NO_CHARSETS = frozenset(("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem"))
_NUMBERED = re.compile(r"(?:windows|win|cp|ibm|dos|ms)[-_]?([0-9]{3,5})")

_ESCAPE = re.compile(rb"\x1b(\$[@B]|\$\(D|\([BJI])")
_EUC = re.compile(rb"\x8f[\xa1-\xfe]{2}|\x8e[\xa1-\xdf]|(?:[\xa1-\xfe]{2})+|[^\x8e\x8f\xa1-\xfe]+|.", re.DOTALL)
_META = re.compile(rb"<meta[^>]{1,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([\w.:-]{1,40})", re.IGNORECASE)
_FEWEST = 75  # letters above ASCII in a set of one byte a character; Arabic's has 82
_HEAD = 4_000  # bytes of a page in which it tells its own set


def decode(raw: bytes, charset: str | None) -> str:
    """Decode bytes that claim a character set: as declared where that fits, else UTF-8, else with gaps.

    UTF-8 goes before a set of one byte a character, under whose name programs often send it: in none do letters stand so
    that each of them is UTF-8. What is said to be UTF-8 and has not one character of it beyond ASCII is the usual set of
    western Windows.
    """
    codec = _codec((charset or "ascii").strip("\"' ").partition("*")[0].lower())
    if _has_bytes_for_letters(codec) and (text := _whole(raw, "utf-8")) is not None:
        return text
    if (text := _whole(raw, codec)) is not None:
        return text
    if codec.startswith("iso2022_jp") and b"\x1b$" in raw:
        return _from_jis(raw)
    if (text := _whole(raw, "utf-8")) is not None:
        return text
    if codec == "utf-8" and (text := _western(raw)) is not None:
        return text
    if codec == "ascii" and (text := _mostly_utf8(raw)) is not None:
        return text
    if codec == "euc_jp":
        return "".join(map(_from_euc, _EUC.findall(raw)))
    if codec == "cp950":
        codec = "big5hkscs"  # Hong Kong's, under the same name
    return raw.decode("cp1252" if codec == "ascii" else codec, errors="replace")


def page_charset(raw: bytes) -> str | None:
    """Return the set that an HTML page tells of itself, where its bytes are not in the set that is usual without a word."""
    told = _META.search(raw[:_HEAD])
    if not told:
        return None
    try:
        raw.decode("utf-8")
    except ValueError:
        return told[1].decode("ascii", "replace")
    return told[1].decode("ascii", "replace") if b"\x1b$" in raw else None


def _western(raw: bytes) -> str | None:
    """Return bytes as Windows-1252; None where they are UTF-8 with something broken, or of another alphabet."""
    plain = raw.decode("utf-8", "ignore")
    if not plain.isascii() or len(raw) - len(plain) > sum(map(str.isalpha, plain)):
        return None
    return _whole(raw, "cp1252")


def _whole(raw: bytes, codec: str) -> str | None:
    """Return bytes decoded; None where they do not fit the set."""
    try:
        return raw.decode(codec)
    except ValueError:  # UnicodeDecodeError, and what single codecs make of nonsense
        return None


def _mostly_utf8(raw: bytes) -> str | None:
    """Return bytes of which nothing tells the set as UTF-8, where more characters of it are whole than broken."""
    text = raw.decode("utf-8", "replace")
    gaps = text.count("\ufffd")
    return text if sum(not letter.isascii() for letter in text) - gaps > gaps else None


@lru_cache(maxsize=512)
def _has_bytes_for_letters(codec: str) -> bool:
    """Tell whether a set has one byte a character, and more than ASCII: each byte above is one, but for few without any.

    Japanese as Windows writes it has half as many, besides its pairs of bytes.
    """
    return sum(bool(bytes((byte,)).decode(codec, "ignore")) for byte in range(128, 256)) > _FEWEST


@lru_cache(maxsize=512)
def _codec(charset: str) -> str:
    """Return Python's name of a set; "ascii" for one that nobody knows, and for codecs that are no character set."""
    numbered = _NUMBERED.fullmatch(charset.removeprefix("x-"))
    for name in (charset, charset.removeprefix("x-"), f"cp{numbered[1]}" if numbered else ""):
        name = _NAMES.get(name, name)
        try:
            codec = codecs.lookup(name).name
            bytes(4).decode(codec)  # LookupError for codecs that are no character set; four bytes are one of UTF-32
        except (LookupError, ValueError):
            continue
        codec = _LARGER.get(codec, codec)
        return "ascii" if codec.replace("-", "_") in _NO_CHARSETS else codec
    return "ascii"


def _from_jis(raw: bytes) -> str:
    """Decode ISO-2022-JP run by run, as its escape sequences tell."""
    first, *rest = _ESCAPE.split(raw)
    texts = [first.decode("ascii", "replace")]
    for escape, run in zip(rest[::2], rest[1::2], strict=True):
        if escape in (b"$B", b"$@"):
            end = next((at for at, byte in enumerate(run) if byte < 0x21), len(run))  # a line's end ends the run, too
            texts += [_from_rows(run[:end]), run[end:].decode("ascii", "replace")]
        elif escape == b"(I":
            texts.append(bytes(byte | 0x80 for byte in run).decode("cp932", "replace"))
        elif escape == b"$(D":
            pairs = (run[at : at + 2] for at in range(0, len(run) - 1, 2))
            doubled = b"".join(b"\x8f" + bytes(byte | 0x80 for byte in pair) for pair in pairs)
            texts.append(doubled.decode("euc_jp", "replace"))
        else:
            texts.append(run.decode("ascii", "replace"))
    return "".join(texts)


def _from_euc(piece: bytes) -> str:
    if piece[0] == 0x8E:
        return piece[1:].decode("cp932", "replace")
    if piece[0] >= 0xA1 and len(piece) > 1:
        return _from_rows(bytes(byte & 0x7F for byte in piece))
    return piece.decode("euc_jp", "replace")


def _from_rows(pairs: bytes) -> str:
    """Decode characters by row and cell (JIS X 0208), as Windows' Shift_JIS has them: the same rows, and more of them."""
    moved = bytearray()
    for row, cell in zip(pairs[::2], pairs[1::2], strict=False):
        lead = (row - 0x21 >> 1) + 0x81
        moved.append(lead if lead < 0xA0 else lead + 0x40)
        moved.append(cell + 0x1F + (cell >= 0x60) if row & 1 else cell + 0x7E)
    return moved.decode("cp932", "replace")
