"""How the first line of a message begins: date and time as phones write them, in brackets or before a dash or a colon."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from pipelines.extract.parts.whatsapp.dates import HALVES_BEFORE, HALVES_BEHIND, Stamp, stamp_of
from pipelines.extract.parts.whatsapp.months import UNLIKE_WITH_A_DOT, WORDS, month_of

DIGITS = {start + digit: str(digit) for start in (0x0660, 0x06F0, 0x0966, 0x09E6) for digit in range(10)}
_STARTS = frozenset("[0123456789\u200b\u200e\u200f\u061c\u202a\u202b\ufeff") | {chr(code) for code in DIGITS}


@dataclass(frozen=True, slots=True)
class Header:
    """How the first line of a message begins in one dialect.

    Attributes:
        starts: what a line's first character may be: a bracket, a digit, one that cannot be seen, a month's first letter.
    """

    expression: re.Pattern[str]
    starts: frozenset[str]


def _one_of(words: list[str]) -> str:
    """Return an expression for any of the words, which may have spaces behind their dots: "a. m."."""
    return "|".join(re.escape(word).replace(r"\.", r"\. ?").removesuffix(" ?") for word in words)


_DATE = r"(?P<first>R?\d{1,4})(?P<mark>[./-]) ?(?P<middle>\d{1,2})(?P=mark) ?(?P<last>R?\d{1,4})\.?(?: BE| ?\u0433\.)?"
_BETWEEN = r",?(?: (?:klo|kl\.?|um|at|à|às|om|o|в|alle|a las|lúc))? "  # date and time, by the phone's language
_TIME = (
    rf"(?:(?P<before>{_one_of(HALVES_BEFORE)}) ?)?(?P<hour>\d{{1,2}})(?:[:.]| ?h ?)(?P<minute>\d{{2}})"
    rf"(?:(?:[:.]| min )(?P<second>\d{{2}})(?: s)?)?(?: ?(?P<half>{_one_of(HALVES_BEHIND)}))?(?: ?ч\.)?"
)
# Months in words, as Android wrote them until 2016: of days in the year of the export, the year was left out.
_WORD = rf"(?P<month>{_one_of(WORDS)})[.॰\u05f3']?"
_YEAR = r"(?P<year>\d{4})(?: ?[\u0433\u0440]\.?)?"
_DOT = rf"(?:\.(?! (?:{_one_of(UNLIKE_WITH_A_DOT)})\b))?"
_MONTH = rf"(?:de |di |d\u2019|d'|\u05d1-?)?(?:{_WORD}|th(?:g|áng) (?P<number>\d{{1,2}}))"  # "de" and its like; Vietnamese
_DAY_FIRST = rf"(?P<day>\d{{1,2}}){_DOT}[ -]{_MONTH}", rf",?[ -](?:de |del )?{_YEAR}"
_MONTH_FIRST = rf"{_WORD} (?P<day>\d{{1,2}})", f", {_YEAR}"
_YEAR_FIRST = rf"(?P<year>\d{{4}})\. {_WORD} (?P<day>\d{{1,2}})\."  # Hungarian
_CHINESE = r"(?P<year>\d{4})[年년] ?(?P<number>\d{1,2})[月월] ?(?P<day>\d{1,2})[日일]"

_LETTERS = frozenset(letter for word in WORDS for letter in (word[0], word[0].upper()))


def headers() -> Iterator[Header]:
    """Yield every dialect; those with months in words are made where no other fits."""
    yield from _headers(_DATE)
    yield from _headers(*_DAY_FIRST)
    yield from _headers(_YEAR_FIRST)
    yield from _headers(_CHINESE)
    yield from _headers(*_MONTH_FIRST, _LETTERS)


@cache
def _headers(date: str, year: str = "", letters: frozenset[str] = frozenset()) -> list[Header]:
    """Return the dialects in which a date may stand: before or behind the time, in what may be around them.

    iPhones write brackets, until 2017 a colon; Android a dash.
    """
    headers = []
    for opening, closing, may_be_left_out in ((r"\[", r"\] ?", ""), ("", " [-\u2013] ", "?"), ("", ": ", "")):
        day = f"{date}(?:{year}){may_be_left_out}"
        for stamp, starts in ((day + _BETWEEN + _TIME, letters), (_TIME + ",? " + day, frozenset[str]())):
            headers.append(Header(re.compile(opening + stamp + closing, re.IGNORECASE), _STARTS | starts))
    return headers


# A year, a word that is no month we know, and then the time.
OTHER_WORDS = re.compile(
    rf"\[?(?=.{{0,30}}\b20\d\d\b)(?=.{{0,30}}[^\W\d_]{{3}})[\w.,' -]{{8,40}}?{_BETWEEN}{_TIME}(?:\] ?| [-\u2013] |: )",
    re.IGNORECASE,
)


def stamp_in(match: re.Match[str]) -> Stamp:
    """Return the date and time in what a ``Header`` matched."""
    found = match.groupdict()
    if "day" in found:
        month = found.get("number") or str(month_of(found["month"]))
        date = (found["year"] or "", month, found["day"])
    else:
        date = (found["first"], found["middle"], found["last"])
    half = found["half"] or found["before"]
    return stamp_of(date, found["hour"], found["minute"], found["second"], half, is_half_before=bool(found["before"]))
