"""The instant that a mail's Date tells, as the many programs write it that have not read the standard."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from zoneinfo import ZoneInfo

from pipelines.extract.parts.mail.headers import without_comments
from pipelines.extract.values.instants import local_instant

DATE_LIMIT = 1_000
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, start=1)}
_USUAL_DATE = re.compile(
    rf"\s*(?:[A-Z][a-z][a-z], )?(\d\d?) ({'|'.join(_MONTHS)}) (\d{{4}}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)(?:\s|$)"
)
_ZONE = re.compile(r"[+-]\d{4}|UTC?|GMT|Z|[AECMP][SD]T")
_ISO = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:\.\d{1,9})? ?(Z|[+-]\d\d:?\d\d)")
# Names of zones that are one offset wherever they are written; IST, say, is India's, Israel's and Ireland's.
_OFFSETS = {
    "WET": "+0000", "WEST": "+0100", "BST": "+0100", "CET": "+0100", "MEZ": "+0100", "MET": "+0100", "CEST": "+0200",
    "MESZ": "+0200", "MEST": "+0200", "EET": "+0200", "EEST": "+0300", "MSK": "+0300", "SGT": "+0800", "HKT": "+0800",
    "AWST": "+0800", "JST": "+0900", "KST": "+0900", "AEST": "+1000", "AEDT": "+1100", "NZST": "+1200", "NZDT": "+1300",
}  # fmt: skip
_NAMED_ZONE = re.compile(rf"(?<=\d )(?:{'|'.join(_OFFSETS)})$")
_GREENWICH = re.compile(r"(?:GMT|UTC?) ?([+-])(\d\d?)(?::?(\d\d))?$")
_NO_ZONE = re.compile(r"[^:]*\s\d\d?:\d\d(?::\d\d)?(?: \d{4})?")  # which ends with the clock, or the year behind it
_COLON_ZONE = re.compile(r"([+-]\d\d):(\d\d)$")
_HALF_DAY = re.compile(r"\b(\d\d?)(:\d\d(?::\d\d)?) ?([AaPp])\.?[Mm]\b\.?")


def instant(value: str, *, assume_utc: bool = False) -> datetime | None:
    """Return the instant that a Date header, or the end of a Received or ``From `` line, tells; None where it is none.

    ``-0000`` is an instant too: the sender tells the time in UTC and leaves out where they are (RFC 5322, 3.3). A time
    without a zone is none, unless ``assume_utc``: a ``From `` line is in UTC (RFC 4155).
    """
    if len(value) > DATE_LIMIT or not (value.isascii() or without_comments(value).isascii()):
        return None
    if usual := _USUAL_DATE.match(value):
        return _usual_instant(usual)
    plain = _plain(value)
    if iso := _ISO.fullmatch(plain):
        return _iso_instant("".join((iso[1], "T", iso[2], iso[3])))
    if not assume_utc and not any(_ZONE.fullmatch(word) for word in plain.split()[3:]):
        return None
    return _any_instant(plain)


def local(value: str, zone: ZoneInfo) -> tuple[datetime, str | None] | None:
    """Return the instant at which a clock in ``zone`` showed a date that has no zone, and ``local_instant``'s flag.

    None where it is no date, or has a zone, be it one that is not known.
    """
    plain = _plain(value) if value.isascii() and len(value) <= DATE_LIMIT else ""
    shown = _any_instant(plain) if _NO_ZONE.fullmatch(plain) else None
    return None if shown is None else local_instant(shown.replace(tzinfo=None), zone)


def _any_instant(plain: str) -> datetime | None:
    """Return the instant of a date in any shape that the standard library reads, in UTC where it has no zone."""
    try:
        fields = parsedate_tz(plain)
        if fields is None:
            return None
        zone = timezone(timedelta(seconds=fields[9] or 0))
        return datetime(*fields[:5], min(fields[5], 59), tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):  # parsedate_tz raises on some of what it cannot read
        return None


def _plain(value: str) -> str:
    """Return a date without comments, its clock of 24 hours and its zone as ``+0100``, however they were written."""
    plain = re.sub(r"\s*+:\s*+", ":", " ".join(without_comments(value).split()))
    plain = _HALF_DAY.sub(_to_24_hours, plain)
    plain = _GREENWICH.sub(lambda found: f"{found[1]}{found[2]:0>2}{found[3] or '00'}", plain)
    plain = _NAMED_ZONE.sub(lambda found: _OFFSETS[found[0]], plain)
    return plain if "T" in plain[10:11] else _COLON_ZONE.sub(r"\1\2", plain)


def _to_24_hours(found: re.Match[str]) -> str:
    hour = int(found[1])
    if hour > 12:  # "14:53 PM" tells the same hour twice
        return found[1] + found[2]
    return f"{hour % 12 + (12 if found[3] in 'Pp' else 0):02}{found[2]}"


def _iso_instant(date: str) -> datetime | None:
    try:
        return datetime.fromisoformat(date).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _usual_instant(date: re.Match[str]) -> datetime | None:
    """Return the instant of a date as nearly every program writes it; a tenth of the time of reading it as any date."""
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes = date.groups()
    east = timedelta(hours=int(zone_hours), minutes=int(zone_minutes))
    try:
        local = datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), min(int(second), 59), tzinfo=UTC)
        return local + east if sign == "-" else local - east
    except (ValueError, OverflowError):
        return None
