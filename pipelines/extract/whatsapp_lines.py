"""The lines of a WhatsApp chat: which dialect a file is in, where its messages begin, and in what order its dates stand."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise

from pipelines.extract.instants import DateOrder, clock_time, date_in_order
from pipelines.extract.issues import UnreadableError

MARKS = re.compile("[\u200e\u200f\ufeff]")  # written by WhatsApp around names and its own words; no part of a message
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " "})
_HEADER_LIMIT = 60  # characters in which a line's date and time end
_AUTHOR_LIMIT = 100
_RENAMED = re.compile(r"\b(?:created group|changed the (?:subject|group|group name)) (?:from |to )?[\"“]")  # may hold ": "

_DATE = r"(\d{1,4})([./-]) ?(\d{1,2})\2 ?(\d{1,4})\.?"
_AT = r",?(?: (?:klo|kl\.?|um|at|à|às))? "  # between date and time, by the phone's language
_TIME = r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?(?: ?([AaPp])\.? ?[Mm]\.?)?"
_DIALECTS = {
    "brackets": re.compile(rf"\[{_DATE}{_AT}{_TIME}\] ?"),
    "dash": re.compile(rf"{_DATE}{_AT}{_TIME} - "),
}
# A last line that stops within the date and time of the next message: the file was cut off there.
_CUT_HEADER = {
    "brackets": re.compile(r"\[(?:\d{1,4}(?:[./-] ?(?:\d{1,2}(?:[./-] ?(?:\d{1,4}[., \d:aApPmM]*)?)?)?)?)?"),
    "dash": re.compile(r"\d{1,4}([./-]) ?\d{1,2}\1 ?\d{1,4}\.?,? ?(?:\d{1,2}[:.]?[\d:. aApPmM]*-?)?"),
}


@dataclass(slots=True)
class Entry:
    """One entry of a chat: its first line's date and time as written, and all that follows.

    Attributes:
        line: the number of its first line in the file.
        body: what follows date and time, WhatsApp's marks still in it.
        clock: the time of day; None where there is no such time.
    """

    line: int
    date: tuple[str, str, str]
    clock: timedelta | None
    body: str

    def moment(self, order: DateOrder) -> datetime:
        """Return the wall clock's date and time; UnreadableError where there is no such date or time."""
        day = date_in_order(*self.date, order)
        if day is None or self.clock is None:
            raise UnreadableError(f"no such date or time in the file's order {order!r}")
        return datetime.combine(day, time.min) + self.clock


@dataclass(slots=True)
class Chat:
    """A chat file's entries.

    Attributes:
        strays: the numbers of the lines before the first entry.
        is_cut: whether the file stops within the date of a further entry.
        is_open: whether its last line has no end.
    """

    entries: list[Entry]
    strays: list[int]
    is_cut: bool
    is_open: bool


def parse_chat(text: str) -> Chat:
    """Part a chat into its entries; the first line that is one pins the dialect.

    Raises:
        UnreadableError: no line of it begins like a message.
    """
    lines = text.split("\n")
    dialect = next((found for line in lines if (found := _dialect(line))), None)
    if dialect is None:
        raise UnreadableError("no WhatsApp chat: no line begins with a date and time")
    header = _DIALECTS[dialect]
    entries: list[Entry] = []
    strays: list[int] = []
    is_cut = bool(lines[-1]) and bool(_CUT_HEADER[dialect].fullmatch(_head(lines[-1])))
    bodies: list[list[str]] = []
    for number, raw in enumerate(lines[:-1] if is_cut or not lines[-1] else lines, start=1):
        line = raw.removesuffix("\r")
        head = _head(line)
        match = header.match(head) if head[:1] in "[0123456789" else None
        if match:
            entries.append(Entry(number, (match[1], match[3], match[4]), _clock(match), ""))
            bodies.append([_after(line, match.end())])
        elif bodies:
            bodies[-1].append(line)
        elif MARKS.sub("", line).strip():
            strays.append(number)
    for entry, body in zip(entries, bodies, strict=True):
        entry.body = "\n".join(body)
    return Chat(entries, strays, is_cut, is_open=bool(lines[-1]) and not is_cut)


def date_order(entries: list[Entry], declared: DateOrder | None) -> DateOrder:
    """Decide how the file's dates are written, by the whole file; ``declared`` answers only where the file does not.

    The proofs: a year in front; a day above 12; dates that follow one another only in one of the orders (a step back of
    a day is let through: phones' clocks differ); dates that mean the same in both.

    Raises:
        UnreadableError: nothing tells, so that it would have to be guessed.
    """
    if all(len(entry.date[0]) == 4 for entry in entries):
        return "ymd"
    if declared == "ymd" and all(date_in_order(*entry.date, "ymd") for entry in entries):
        return "ymd"
    orders: tuple[DateOrder, DateOrder] = ("dmy", "mdy")
    dates = {order: [date_in_order(*entry.date, order) for entry in entries] for order in orders}
    only = {
        order: sum(1 for mine, theirs in zip(dates[order], dates[other], strict=True) if mine and not theirs)
        for order, other in (orders, orders[::-1])
    }
    proven = [order for order in orders if only[order]]
    if not proven:
        proven = [order for order in orders if _follow_one_another(dates[order])]
    if len(proven) == 1:
        return proven[0]
    if dates["dmy"] == dates["mdy"]:
        return "dmy"
    if declared in orders and (declared in proven or not proven):
        return declared
    raise UnreadableError("day and month cannot be told apart in this file: set 'date_order' of the source to dmy or mdy")


def split_author(body: str) -> tuple[str | None, str]:
    """Return an entry's author and text; the author is None in lines that WhatsApp itself wrote."""
    first, newline, rest = body.partition("\n")
    author, colon, text = first.partition(": ")
    if not colon and first.endswith(":"):  # the message begins with an empty line
        author, colon, text = first[:-1], ":", ""
    if not colon or len(author) > _AUTHOR_LIMIT or _RENAMED.search(MARKS.sub("", author)):
        return None, body
    return MARKS.sub("", author).translate(_SPACES).strip(), text + newline + rest


def _dialect(line: str) -> str | None:
    head = _head(line)
    return next((name for name, header in _DIALECTS.items() if header.match(head)), None)


def _head(line: str) -> str:
    return MARKS.sub("", line[:_HEADER_LIMIT]).translate(_SPACES)


def _after(line: str, end: int) -> str:
    """Return what follows the first ``end`` characters that are no marks."""
    taken = at = 0
    while taken < end and at < len(line):
        taken += not MARKS.match(line[at])
        at += 1
    return line[at:]


def _clock(match: re.Match[str]) -> timedelta | None:
    try:
        return clock_time(*match.group(5, 6, 7, 8))
    except UnreadableError:
        return None


def _follow_one_another(dates: list[date | None]) -> bool:
    known = [day for day in dates if day]
    return all(later - earlier >= timedelta(days=-1) for earlier, later in pairwise(known))
