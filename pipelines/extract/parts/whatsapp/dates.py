"""The dates and times of a WhatsApp chat as phones write them: in what order they stand, and what moment they mean."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from pipelines.extract.values.fields import names
from pipelines.extract.values.instants import DateOrder, clock_time, date_in_order
from pipelines.extract.values.issues import UnreadableError

NO_YEAR = "a date without a year, as phones wrote them before 2016: export the chat again from a newer WhatsApp"
FOUNDED = 2009  # no message is older; a smaller year is of another calendar
_REIWA = 2018  # the year before the first of the Japanese era that began in 2019
_BUDDHIST = 543  # years that Thailand is ahead: 2569 is 2026

# The halves of the day on twelve-hour clocks. In some languages they stand before the time, in the far east with dates
# that begin with the year, where its two digits do not tell.
_FAR_EAST = {
    "a": names("午前 上午 凌晨 清晨 早上 오전 am"),
    "p": names("午後 下午 中午 晚上 오후 pm"),  # the last on newer phones in Korean, too
}
_BEFORE = {
    "a": names("முற்பகல் පෙ.ව. öö de. de") | _FAR_EAST["a"],
    "p": names("பிற்பகல் ප.ව. ös du. du") | _FAR_EAST["p"],
}
_BEHIND = {
    "a": names("""
        am a.m. a.m ص ق.ظ. ق.ظ π.μ. π.μ öö de. de fm ap. ap sa pg vorm. vm. vm дп пр.\u043e\u0431. претпл. पूर्वाह्न म.पू. ಪೂರ್ವಾಹ್ನ
        p.d. ਪੂ.ਦੁ.
    """),
    "p": names("""
        pm p.m. p.m م ب.ظ. ب.ظ μ.μ. μ.μ ös du. du em ip. ip ch ptg nachm. nm. nm пп сл.\u043e\u0431. попл. अपराह्न म.उ. ಅಪರಾಹ್ನ
        m.d. ਬਾ.ਦੁ.
    """),
}
HALVES_BEFORE = sorted(set().union(*_BEFORE.values()), key=len, reverse=True)
HALVES_BEHIND = sorted(set().union(*_BEHIND.values()), key=len, reverse=True)
_HALF = {word: half for table in (_BEFORE, _BEHIND) for half, words in table.items() for word in words}

Written = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Stamp:
    """Date and time of a message as written.

    Attributes:
        date: its three numbers in their order; with the month in words year, month and day, of which the year may be "".
        clock: the time of day; None where there is no such time.
        is_year_first: whether the date itself tells so: by its length, or by the language of the clock where no number
            has a year's length.
    """

    date: Written
    clock: timedelta | None
    is_year_first: bool

    def moment(self, order: DateOrder) -> datetime:
        """Return the wall clock's date and time; UnreadableError where there is no such date or time, or no year."""
        if not self.date[0]:
            raise UnreadableError(NO_YEAR)
        day = _day(self.date, order)
        if day is None or self.clock is None:
            raise UnreadableError(f"no such date or time in the file's order {order!r}")
        if day.year < FOUNDED:
            raise UnreadableError("a year before WhatsApp: a wrong clock, or a calendar that is not read")
        return datetime.combine(day, time.min) + self.clock


def stamp_of(
    written: Written, hour: str, minute: str, second: str | None, half: str | None, *, is_half_before: bool = False
) -> Stamp:
    """Return the stamp that the parts of a header make."""
    written = (_western(written[0]), written[1], _western(written[2]))
    half = half.replace(" ", "").lower() if half else None
    try:
        clock = clock_time(hour, minute, second, _HALF[half] if half else None)
    except UnreadableError:
        clock = None
    is_far_east = is_half_before and half in _FAR_EAST["a"] | _FAR_EAST["p"]
    is_eastern = is_far_east and len(written[2]) < 4  # Hong Kong: 20/11/2026 上午10:00
    return Stamp(written, clock, len(written[0]) in (0, 4) or is_eastern)


class OrderProof:
    """Gathers the dates of a file, and then says in what order they are written.

    The proofs: a year in front; a day above 12; dates that follow one another only in one of the orders (a step back of
    a day is let through: phones' clocks differ); dates that mean the same in both.
    """

    def __init__(self) -> None:
        self._previous: Written | None = None
        self._are_year_first = self._can_be_year_first = True
        self._only: dict[DateOrder, bool] = {"dmy": False, "mdy": False}  # whether a date is one in this order alone
        self._last: dict[DateOrder, date] = {}
        self._goes_back: dict[DateOrder, bool] = {"dmy": False, "mdy": False}
        self._are_same = True

    def add(self, stamp: Stamp) -> None:
        """Take the next message's date."""
        if stamp.date == self._previous:
            return
        self._previous = stamp.date
        self._are_year_first &= stamp.is_year_first
        self._can_be_year_first &= _day(stamp.date, "ymd") is not None
        orders: tuple[DateOrder, DateOrder] = ("dmy", "mdy")
        days = {order: _day(stamp.date, order) for order in orders}
        self._are_same &= days["dmy"] == days["mdy"]
        for order, other in (orders, orders[::-1]):
            day = days[order]
            if day is None:
                continue
            self._only[order] |= days[other] is None
            self._goes_back[order] |= order in self._last and day - self._last[order] < timedelta(days=-1)
            self._last[order] = day

    def order(self, declared: DateOrder | None) -> DateOrder:
        """Decide by the whole file; ``declared`` answers where no day does, before what goes forward does.

        Raises:
            UnreadableError: nothing tells, so that it would have to be guessed.
        """
        if self._are_year_first or (declared == "ymd" and self._can_be_year_first):
            return "ymd"
        proven = [order for order, is_only in self._only.items() if is_only]
        if declared in ("dmy", "mdy") and (declared in proven or not proven):
            return declared
        proven = proven or self._forward()
        if len(proven) == 1:
            return proven[0]
        if self._are_same:
            return "dmy"
        raise UnreadableError(
            "day and month cannot be told apart in this file: set 'date_order' of the source to dmy or mdy"
        )

    def is_doubtful(self, order: DateOrder) -> bool:
        """Say whether the order is but the declared one, and the dates go forward in the other alone."""
        return self._goes_back.get(order, False) and not any(self._only.values()) and len(self._forward()) == 1

    def _forward(self) -> list[DateOrder]:
        return [order for order, goes_back in self._goes_back.items() if not goes_back]


@lru_cache(maxsize=4096)
def _day(written: Written, order: DateOrder) -> date | None:
    first, second, third = (_in_our_years(number) for number in written)
    return date_in_order(first, second, third, order)


def _western(number: str) -> str:
    """Return the year of a Japanese one: R8, the eighth of the era Reiwa, is 2026."""
    return str(_REIWA + int(number[1:])) if number[:1] in ("R", "r") else number


def _in_our_years(number: str) -> str:
    return str(int(number) - _BUDDHIST) if len(number) == 4 and int(number) > 2400 else number
