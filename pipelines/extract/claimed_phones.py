"""Phone numbers that stand in a text, told from the dates, amounts, codes and numbers of other things that look like them.

A number with + is one where its country has numbers of that length. Any other must lie in a range that a country has given
out, begin as numbers within the region do, stand in groups as people write them, and have nothing around it that says what
else it is.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipelines.contract import Identifier
from pipelines.extract import identifiers
from pipelines.extract.phone_neighbours import JOINING, is_joined, is_linked, is_something_else
from pipelines.extract.phone_shapes import is_in_plan, needs_zero, starts_with_zero
from pipelines.extract.phone_writing import is_date_or_amount, is_grouped, is_grouped_as_dialled
from pipelines.extract.text_marks import Marks

AT_MOST = 20  # a text that names more people is a list, not a person
SHORTEST = 7  # characters of a number
_SPACE = r" \u00a0\u2009\u202f"
_INSIDE = rf"{_SPACE}()./\-\u2010-\u2013"
# Bounded on both sides: at most 26 characters are read again from any one start.
_NUMBER = re.compile(
    r"(?:(?<![\w+/.\-])|(?<=[a-z][./\-=]))"  # is_joined looks at the word before a sign: "Tel.030 …"
    rf"(?:\+|\(\+?)?\d[\d{_INSIDE}]{{5,24}}\d"
    rf"(?!(?!(?:x|ext)\.?[{_SPACE}]?\d{{1,6}}\b)[\w/])",  # an extension may follow without a space
    re.IGNORECASE,
)
_DIGITS = re.compile(rf"\d[\d{_INSIDE}]{{5}}")  # part of every such number, and looked for faster
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
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
    text = _western(rest, marks)
    first = _DIGITS.search(text, start, end)
    return find_phones(text, region, max(first.start() - len("(+"), 0), end + 1) if first else []


def find_phones(text: str, region: str | None, start: int, end: int) -> list[Identifier]:
    """Return the numbers that begin in ``text[start:end]``, the digits of which are all 0 to 9."""
    found: list[Identifier] = []
    while len(found) < AT_MOST and (match := _NUMBER.search(text, start, end)):
        start = match.end()
        for at, written in _apart(_SENTENCE, match[0].translate(_TYPED), match.start()):
            for stop, phone in _numbers(text, at, written, region):
                found.append(phone)
                start = stop
    return found[:AT_MOST]


def _western(text: str, marks: Marks) -> str:
    """Return the text with every script's digits written 0 to 9, as people from Cairo to Delhi type their numbers."""
    if text.isascii():
        return text
    text = text.replace("\uff0b", "+")
    return text if marks.has_plain_digits else _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text)


def _apart(separator: re.Pattern[str], written: str, start: int) -> Iterator[tuple[int, str]]:
    """Yield the pieces between separators that are long enough for a number, and where in the text each begins."""
    begin = 0
    for match in (*separator.finditer(written), None):
        piece = written[begin : match.start() if match else None]
        if len(piece) >= SHORTEST:
            yield start + begin, piece
        begin = match.end() if match else begin


def _numbers(text: str, start: int, written: str, region: str | None) -> Iterator[tuple[int, Identifier]]:
    """Yield each number with where it ends: all that is written there, or what a part of it is."""
    if text[start - 1 : start] in JOINING:
        linked = identifiers.phone(f"+{written}", None, "claimed") if is_linked(text, start) else None
        if linked:
            yield start + len(written), linked
        if linked or is_joined(text, start, start + len(written)):
            return
    if phone := _read(written, region):
        read = [(start, written, phone)]
    else:
        read = [(at, piece, phone) for at, piece in _pieces(start, written) if (phone := _read(piece, region))]
    for at, piece, phone in read:
        end = at + len(piece)
        if piece.lstrip("(").startswith("+") or not is_something_else(text, at, end):
            yield end, phone


def _pieces(start: int, written: str) -> Iterator[tuple[int, str]]:
    """Yield what may be a number where the whole is none: without a time behind, a few digits before; or one of two."""
    if time := _TIME_BEHIND.search(written):
        yield start, written[: time.start()]
    elif (other := _BEFORE.match(written)) and len(other[1] or "") != len(other[2]):
        yield start + other.end(), written[other.end() :]
    elif " " in written or not is_date_or_amount(written):
        yield from _apart(_BETWEEN, written, start)


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
