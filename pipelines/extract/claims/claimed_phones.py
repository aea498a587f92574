"""Phone numbers that stand in a text, told from the dates, amounts, codes and numbers of other things that look like them.

A number with + is one where its country has numbers of that length. Any other must lie in a range that a country has given
out, begin as numbers within the region do, stand in groups as people write them, and have nothing around it that says what
else it is.
"""

import re
import unicodedata
from collections.abc import Container, Iterator
from functools import lru_cache

from pipelines.contract import Identifier
from pipelines.extract.claims.phone_neighbours import JOINING, is_joined, is_linked, is_something_else
from pipelines.extract.claims.phone_writing import is_date_or_amount, is_grouped, is_grouped_as_dialled
from pipelines.extract.claims.text_marks import Marks
from pipelines.extract.values import identifiers
from pipelines.extract.values.phone_shapes import is_in_plan, needs_zero, starts_with_zero

AT_MOST = 20  # a text that names more people is a list, not a person
SHORTEST = 7  # characters of a number
_SPACE = r" \u00a0\u2009\u202f"
_INSIDE = rf"{_SPACE}()./\-\u2010-\u2013"
# A letter, digit or "_" that a number cannot touch: not those of scripts that put nothing between two words (Thai, Lao,
# Burmese, Khmer, Japanese, Chinese) or whose particles follow at once (Korean).
_LETTER = r"[^\W\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]"


def _number(letter: str) -> re.Pattern[str]:
    """Return the pattern of what may be a number, which no ``letter`` touches.

    Bounded on both sides: at most 26 characters are read again from any one start. It begins with a digit, which is looked
    for fast; what stands before that is told by ``_begin``.
    """
    return re.compile(
        rf"[0-9](?<!{letter}[0-9])[0-9{_INSIDE}]{{5,24}}[0-9]"
        # an extension may follow without a space
        rf"(?!(?!(?:x|X|[eE][xX][tT])\.?[{_SPACE}]?[0-9]{{1,6}}\b)(?:{letter}|/))"
    )


_NUMBER, _NUMBER_IN_ASCII = _number(_LETTER), _number(r"\w")  # the same there, and looked for in less time
_OF_WORD = re.compile(rf"{_LETTER}|\+")
_NEXT = re.compile(rf"[{_SPACE}(]")
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
WIDE_SIGNS = {0xFF0B: "+", 0xFF0D: "-", 0x2212: "-"}  # as keyboards of the far east have them beside wide digits
_TYPED = str.maketrans("\u00a0\u2009\u202f\u2010\u2011\u2012\u2013", "   ----")
_ABROAD = re.compile(r"\(?00 ?(?=[1-9])")
_SENTENCE = re.compile(r"\. +")
_BETWEEN = re.compile(r" ?/ ?| - |  +")
_BEFORE = re.compile(  # "on 20/11/2026 020 …", "from 10 to 12 020 …"
    r"(?:(\d{1,3}|\d{5})|(?:19|20)\d\d|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}-\d\d-\d\d)\)? +(?=\(?(0\d*))"
)
_TIME_BEHIND = re.compile(r"(?<=\d{3}) \d{1,2}(?:[-/. ]\d{1,2})?$")  # "020 7946 0123 10-12"


def phones_of(rest: str, marks: Marks, region: str | None) -> list[Identifier]:
    """Return the numbers in what the references left over of a text, whose ``marks`` are those of the whole."""
    if not marks.digits or marks.digits[1] - marks.digits[0] < SHORTEST:
        return []
    start, end = marks.digits if rest is marks.text else (0, len(rest))
    return find_phones(_western(rest, marks), region, start, end)


def find_phones(text: str, region: str | None, start: int, end: int) -> list[Identifier]:
    """Return the numbers in ``text``, whose digits, all 0 to 9, stand between ``start`` and ``end``."""
    found: dict[Identifier, None] = {}
    taken: set[str] = set()  # as they are written: a number that was one needs no second look
    number = _NUMBER_IN_ASCII if text.isascii() else _NUMBER
    while len(found) < AT_MOST and (match := number.search(text, start, end + 1)):
        at, start = _begin(text, match.start()), match.end()
        written = text[at:start] if text.isascii() else text[at:start].translate(_TYPED)
        before = text[at - 1 : at]
        if before in JOINING and is_linked(text, at):
            if phone := identifiers.phone(f"+{written}", None, "claimed"):
                found[phone] = None
            continue
        if (before in JOINING and is_joined(text, at, start)) or (written[0] == "+" and _is_of_word(before)):
            following = _NEXT.search(text, match.start(), start)
            start = following.start() if following else start
            continue
        if written in taken:
            continue
        for begin, piece in _apart(_SENTENCE, written, at) if ". " in written else ((at, written),):
            for stop, phone in _numbers(text, begin, piece, region, found):
                found[phone] = None
                start = stop
                if stop - at == len(written):
                    taken.add(written)
    return list(found)[:AT_MOST]


def _begin(text: str, digit: int) -> int:
    """Return where a number begins whose first digit is known: with a "+", a bracket or both, if they stand before it."""
    at = digit - (text[digit - 1 : digit] == "+")
    return at - (text[at - 1 : at] == "(" and not _is_of_word(text[at - 2 : at - 1]))


def _is_of_word(sign: str) -> bool:
    return sign.isalnum() or sign in ("_", "+") if sign.isascii() else _OF_WORD.match(sign) is not None


def _western(text: str, marks: Marks) -> str:
    """Return the text with every script's digits written 0 to 9, as people from Cairo to Delhi type their numbers."""
    if text.isascii():
        return text
    for sign, plain in WIDE_SIGNS.items():
        text = text.replace(chr(sign), plain)
    return text if marks.has_plain_digits else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def _apart(separator: re.Pattern[str], written: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the pieces between separators that are long enough for a number, and where in the text each begins."""
    begin = 0
    for match in (*separator.finditer(written), None):
        piece = written[begin : match.start() if match else None]
        if len(piece) >= SHORTEST:
            yield start + begin, piece
        begin = match.end() if match else begin


def _numbers(
    text: str, start: int, written: str, region: str | None, known: Container[Identifier]
) -> list[tuple[int, Identifier]]:
    """Return each number with where it ends: all that is written there, or what a part of it is."""
    if phone := _read(written, region):
        read = [(start, written, phone)]
    else:
        read = [(at, piece, phone) for at, piece in _pieces(start, written) if (phone := _read(piece, region))]
    return [
        (at + len(piece), phone)
        for at, piece, phone in read
        if phone in known or piece.startswith(("+", "(+")) or not is_something_else(text, at, at + len(piece))
    ]


def _pieces(start: int, written: str) -> Iterator[tuple[int, str]]:
    """Yield what may be a number where the whole is none: without a time behind, a few digits before; or one of two."""
    if time := _TIME_BEHIND.search(written):
        yield start, written[: time.start()]
    elif (other := _BEFORE.match(written)) and len(other[1] or "") != len(other[2]):
        yield start + other.end(), written[other.end() :]
    elif " " in written or not is_date_or_amount(written):
        yield from _apart(_BETWEEN, written, start)


@lru_cache(maxsize=1 << 14)
def _read(written: str, region: str | None) -> Identifier | None:
    start = written.lstrip("(")
    if start.startswith("+"):
        return identifiers.phone(written, region, "claimed")
    if is_date_or_amount(written) or not is_grouped(written):
        return None
    if (abroad := _ABROAD.match(written)) and (phone := _assigned(f"+{written[abroad.end() :]}", None)):
        return phone
    if region is None:
        return None
    if start.startswith("0") and starts_with_zero(region):
        phone = identifiers.phone(written, region, "claimed")
        return phone if phone and is_in_plan(phone.value) else None
    phone = None if needs_zero(region) else _assigned(written, region)
    return phone if phone and is_grouped_as_dialled(written, phone.value) else None


def _assigned(written: str, region: str | None) -> Identifier | None:
    return identifiers.phone(written, region, "claimed") if identifiers.is_assigned_phone(written, region) else None
