"""Times as exports write them, made instants in UTC: one place decides what a wall clock meant."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo

from pipelines.extract.values.issues import UnreadableError

DateOrder = Literal["dmy", "mdy", "ymd"]

_NUMBERED_DATE = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{1,4})")
_DIGITS = re.compile(r"(\d\d)(\d\d)(\d{4})")  # as mainframes write a date; the year first is ISO 8601
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.](\d{2})(?:[.,]\d{1,9})?)?(?:\s?([AaPp])\.?\s?[Mm]\.?)?")
# Behind a clock, where ISO 8601 has no space: +0000 (Snowflake), and as mail, JavaScript, .NET, Go and Java write it.
_OFFSET = re.compile(
    r"(?<=:\d\d)(?P<rest>(?:[.,]\d{1,9})?(?: ?[AaPp]\.?[Mm]\.?)?) ?"
    r"(?:(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d\d):?(?P<minutes>[0-5]\d)|UTC|GMT|Z)"
    r"(?: ?(?:\([^()]{1,60}\)|\[[\w/+-]{1,40}\]|[A-Z]{2,5}))?$"
)
_WEEKDAY = re.compile(r"(?:Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?,? ")
_MONTH = "[A-Z][a-z]{2,8}|[A-Z]{3,9}|[a-z]{3,9}"  # Oracle writes 03-APR-1980
_NAMED_DATE = re.compile(rf"(\d{{1,2}})([ -])({_MONTH})\.?\2(\d{{4}})|({_MONTH})\.? (\d{{1,2}}),? (\d{{4}})")
_ISO_DATE = re.compile(r"\d{4}-?(?:\d\d-?\d\d|W\d\d(?:-?\d)?)")
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # before that lies a clock that was never set
GRACE = timedelta(days=1)  # after the night: exports are made in its small hours, by clocks of other zones
MADE_ANEW = timedelta(days=366)  # after the night: its export may be made again later, with what has changed since


@lru_cache(maxsize=64)
def latest_of(night: date) -> datetime:
    """Return the last instant that an export of ``night`` can tell; after it lies a clock that runs ahead."""
    return datetime.combine(night, time.max, UTC) + GRACE


def local_instant(naive: datetime, zone: ZoneInfo) -> tuple[datetime, str | None]:
    """Return the instant a wall clock in ``zone`` showed ``naive``, and what is doubtful about it.

    Returns:
        The instant in UTC, and ``"ambiguous"`` (the autumn hour that happens twice: the first is taken), ``"imaginary"``
        (the spring hour that is left out: shifted forward by what was left out), or None.
    """
    first = naive.replace(tzinfo=zone, fold=0)
    first_offset, second_offset = _offset(first), _offset(first.replace(fold=1))
    flag = None
    if first_offset > second_offset:
        flag = "ambiguous"
    elif first_offset < second_offset:
        flag = "imaginary"
    try:
        return (first.replace(tzinfo=UTC) - first_offset), flag
    except OverflowError:
        raise UnreadableError("a time outside the calendar") from None


def parse_instant(value: str, zone: ZoneInfo | None, order: DateOrder | None = None) -> tuple[datetime, str | None]:
    """Read a time in ISO 8601, in numbers of an order ("20/11/2026 14:30"), or with a month in English ("Nov 20, 2026").

    Args:
        zone: what a time without an offset is read in.
        order: how a numbered date is read where it leaves that open.

    Returns:
        The instant in UTC, and ``local_instant``'s flag.

    Raises:
        UnreadableError: it is no time, its order is open, or it has no offset and there is no ``zone``.
    """
    value = value.strip()
    moment = _iso_time(value)
    if moment is None:
        clock, offset = _without_offset(value)
        moment = (_iso_time(clock) if offset else None) or _named_time(clock) or _numbered_time(clock, order)
        moment = moment.replace(tzinfo=offset) if offset else moment
    if moment.tzinfo is not None:
        return _in_utc(moment), None
    if zone is None:
        raise UnreadableError("a time without an offset, and the source declares no 'timezone'")
    return local_instant(moment, zone)


def other_order(order: DateOrder | None) -> DateOrder | None:
    """Return the order that a date may be in beside ``order``: day and month changed places."""
    others: dict[DateOrder | None, DateOrder] = {"dmy": "mdy", "mdy": "dmy"}
    return others.get(order)


def is_date_alone(value: str) -> bool:
    """Say whether a time is a date without a time of day, which ``parse_instant`` reads as midnight."""
    value = value.strip()
    dates = (_ISO_DATE, _NUMBERED_DATE, _NAMED_DATE)
    return ":" not in value and any(date.fullmatch(_WEEKDAY.sub("", value, count=1)) for date in dates)


def epoch_instant(milliseconds: int) -> datetime:
    """Return the instant of an epoch in milliseconds, exactly.

    Raises:
        UnreadableError: it lies outside the years 1 to 9999.
    """
    try:
        return _EPOCH + timedelta(milliseconds=milliseconds)
    except OverflowError:
        raise UnreadableError("a time outside the calendar") from None


def parse_date(value: str, order: DateOrder | None) -> date:
    """Read a date in ISO 8601, with a month in English or in numbers; an order that nothing tells is not guessed.

    Raises:
        UnreadableError: it is no date, or its order is open.
    """
    value, _ = _without_offset(value.strip())
    if moment := _iso_time(value) or _named_time(value):
        return moment.date()
    if order and (run := _DIGITS.fullmatch(value)):
        return numbered_date(run[1], run[2], run[3], order)
    match = _NUMBERED_DATE.match(value)
    if not match:
        raise UnreadableError("not a date")
    _clock_behind(value[match.end() :])
    if len(match[1]) < 4 and len(match[4]) < 4:
        raise UnreadableError("a date whose year has two digits")
    return numbered_date(match[1], match[3], match[4], order)


@lru_cache(maxsize=1 << 15)  # 90 years of birthdays
def numbered_date(first: str, second: str, third: str, order: DateOrder | None) -> date:
    """Return the date that three numbers mean.

    Raises:
        UnreadableError: no order makes it a date, or several do and ``order`` does not tell which.
    """
    orders: tuple[DateOrder, ...] = ("ymd",) if len(first) > 2 else ((order,) if order else ("dmy", "mdy"))
    found = {day for each in orders if (day := date_in_order(first, second, third, each))}
    if not found:
        raise UnreadableError("not a date" if order is None else f"not a date in the order {order!r}")
    if len(found) > 1:
        raise UnreadableError("a date whose order is open, and the source declares no 'date_order'")
    return found.pop()


def date_in_order(first: str, second: str, third: str, order: DateOrder) -> date | None:
    """Return the date that three numbers mean in ``order``; None where they are none. Two digits of a year are 20xx."""
    year, month, day = {"dmy": (third, second, first), "mdy": (third, first, second), "ymd": (first, second, third)}[order]
    if len(year) not in (2, 4) or len(month) > 2 or len(day) > 2:
        return None
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def clock_time(hour: str, minute: str, second: str | None, half: str | None) -> timedelta:
    """Return the time of day; ``half`` is "a" or "p" (in any case) on a twelve-hour clock.

    Raises:
        UnreadableError: there is no such time of day.
    """
    hours, minutes, seconds = int(hour), int(minute), int(second or 0)
    if half and hours <= 12:  # some phones write 00:08 a. m., and some 20:49 p. m.
        hours = hours % 12 + (12 if half in "pP" else 0)
    if hours > 23 or minutes > 59 or seconds > 59:
        raise UnreadableError("not a time of day")
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)


def _iso_time(value: str) -> datetime | None:
    if not value[:4].isdigit():  # the year: what has none costs no exception
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        return None


def _without_offset(value: str) -> tuple[str, timezone | None]:
    """Return a time without the offset behind it, and that; None where it has none, or one that no zone has."""
    found = _OFFSET.search(value)
    if not found:
        return value, None
    ahead = timedelta(hours=int(found["hours"] or 0), minutes=int(found["minutes"] or 0))
    if ahead >= timedelta(days=1):
        return value, None
    return value[: found.end("rest")], timezone(-ahead if found["sign"] == "-" else ahead)


def _named_time(value: str) -> datetime | None:
    """Read a date with the name of its month, which leaves no order open, and a clock behind it; None for any other text."""
    without = _WEEKDAY.sub("", value, count=1)
    match = _NAMED_DATE.match(without)
    name = (match[3] or match[5]).lower() if match else ""
    month = next((number for number, each in enumerate(_MONTHS, start=1) if name in (each, each[:3], each[:4])), None)
    if not match or not month:
        return None
    day = date_in_order(match[4] or match[7], str(month), match[1] or match[6], "ymd")
    if day is None:
        raise UnreadableError("not a time")
    return datetime.combine(day, time.min) + _clock_behind(without[match.end() :].removeprefix(" at"))


def _clock_behind(text: str) -> timedelta:
    """Read the time of day behind a date; midnight where there is none, as in ISO 8601."""
    rest = text.lstrip(" ,T")
    clock = _CLOCK.fullmatch(rest)
    if rest and not clock:
        raise UnreadableError("not a time")
    return clock_time(*clock.groups()) if clock else timedelta()


def _numbered_time(value: str, order: DateOrder | None) -> datetime:
    match = _NUMBERED_DATE.match(value)
    if not match:
        raise UnreadableError("not a time")
    day = numbered_date(match[1], match[3], match[4], order)
    return datetime.combine(day, time.min) + _clock_behind(value[match.end() :])


def _offset(moment: datetime) -> timedelta:
    offset = moment.utcoffset()
    return timedelta() if offset is None else offset


def _in_utc(moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise UnreadableError("a time outside the calendar") from None
