from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.values.instants import epoch_instant, local_instant, parse_date, parse_instant
from pipelines.extract.values.issues import UnreadableError

LONDON = ZoneInfo("Europe/London")
ZONES = sorted(
    available_timezones() & {"Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia"}
)


@pytest.mark.parametrize(
    ("wall", "instant", "flag"),
    [
        pytest.param("2026-07-01 12:00", "2026-07-01T11:00", None, id="summer time is an hour ahead"),
        pytest.param("2026-12-01 12:00", "2026-12-01T12:00", None, id="winter time is UTC"),
        pytest.param(
            "2026-10-25 01:30", "2026-10-25T00:30", "ambiguous", id="of the autumn hour that happens twice, the first"
        ),
        pytest.param("2026-03-29 01:30", "2026-03-29T01:30", "imaginary", id="the spring hour left out is shifted forward"),
    ],
)
def test_a_wall_clock_in_london_is_one_instant(wall, instant, flag):
    assert local_instant(datetime.fromisoformat(wall), LONDON) == (datetime.fromisoformat(instant).replace(tzinfo=UTC), flag)


@given(
    st.datetimes(datetime.fromisoformat("1975-01-01"), datetime.fromisoformat("2037-01-01"), timezones=st.just(UTC)),
    st.sampled_from(ZONES),
)
def test_an_instant_comes_back_from_its_wall_clock_unless_that_is_the_second_of_two(instant, name):
    zone = ZoneInfo(name)
    local = instant.astimezone(zone)
    found, flag = local_instant(local.replace(tzinfo=None), zone)
    if local.fold:
        assert flag == "ambiguous"
        assert found < instant
    else:
        assert found == instant
        assert flag in (None, "ambiguous")


def test_an_imaginary_wall_clock_is_shifted_by_what_the_night_left_out():
    found, _ = local_instant(
        datetime.fromisoformat("2026-10-04 02:15"), ZoneInfo("Australia/Lord_Howe")
    )  # there it is half an hour
    assert found.astimezone(ZoneInfo("Australia/Lord_Howe")).strftime("%H:%M") == "02:45"


@pytest.mark.parametrize(
    ("value", "order", "instant"),
    [
        pytest.param("2026-11-20T09:30:00Z", None, "2026-11-20T09:30", id="ISO with Z"),
        pytest.param("2026-11-20T09:30:00+02:00", None, "2026-11-20T07:30", id="ISO with an offset"),
        pytest.param("2026-11-20 09:30:00.000 +0200", None, "2026-11-20T07:30", id="as Snowflake writes it"),
        pytest.param("2026-11-20 09:30", None, "2026-11-20T09:30", id="ISO without an offset, in the zone"),
        pytest.param("2026-07-20 09:30:00 UTC", None, "2026-07-20T09:30", id="ISO and UTC"),
        pytest.param("Jul 20, 2026 9:30 PM", None, "2026-07-20T20:30", id="a month by its short name, in the zone"),
        pytest.param("Monday, July 20, 2026 at 9:30 AM", None, "2026-07-20T08:30", id="a month by its name"),
        pytest.param("20-Jul-2026 09:30", None, "2026-07-20T08:30", id="a month between hyphens"),
        pytest.param("Mon, 20 Jul 2026 09:30:00 GMT", None, "2026-07-20T09:30", id="a month, and GMT"),
        pytest.param("20/11/2026 09:30", None, "2026-11-20T09:30", id="a day above 12 tells the order"),
        pytest.param("05/11/2026 09:30:10", "dmy", "2026-11-05T09:30:10", id="the declared order"),
        pytest.param("11/05/2026, 9:30 PM", "mdy", "2026-11-05T21:30", id="a twelve-hour clock"),
        pytest.param("11/05/2026, 12:05 a.m.", "mdy", "2026-11-05T00:05", id="midnight on a twelve-hour clock"),
        pytest.param("20/11/2026", None, "2026-11-20T00:00", id="a date alone is its midnight"),
        pytest.param("2026/11/05 9.30", None, "2026-11-05T09:30", id="the year in front"),
        pytest.param("Fri, 20 Nov 2026 09:30:00 +0200", None, "2026-11-20T07:30", id="as mail writes it"),
        pytest.param(
            "20 Nov 2026 09:30:00 -0500 (EST)", None, "2026-11-20T14:30", id="as mail writes it, with a zone's name"
        ),
        pytest.param(
            "Fri Nov 20 2026 09:30:00 GMT+0100 (Central European Standard Time)", None, "2026-11-20T08:30", id="JavaScript's"
        ),
        pytest.param("11/5/2026 9:30:00 PM -05:00", "mdy", "2026-11-06T02:30", id="as .NET writes it"),
        pytest.param("11/5/2026 9:30:00 PM UTC", "mdy", "2026-11-05T21:30", id="numbers and UTC"),
        pytest.param("2026-11-20 09:30:00.5 -0500 EST", None, "2026-11-20T14:30:00.500", id="as Go writes it"),
        pytest.param("2026-11-20 09:30:00 +0000 UTC", None, "2026-11-20T09:30", id="as Go writes UTC"),
        pytest.param("2026-11-20T09:30+01:00[Europe/Paris]", None, "2026-11-20T08:30", id="as Java writes it"),
        pytest.param("2026-11-20T09:30:00Z[UTC]", None, "2026-11-20T09:30", id="as Java writes UTC"),
    ],
)
def test_a_time_is_read_as_it_is_written(value, order, instant):
    found, _ = parse_instant(value, LONDON, order)
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "yesterday",
        "05/11/2026 09:30",
        "31/02/2026 09:30",
        "20/11/2026 24:30",
        "0001-01-01T00:00:00+10:00",
        "1700000000",
        "31 Nov 2026 09:30",
        "20 Foo 2026",
        "20 Nov 26",
        "20 Nov 2026 soon",
        "20 Nov 2026 24:30",
        "2026-11-20 UTC",
        "2026-11-20 09:30 EST",
        "20 Nov 2026 +0200",
        "20 Nov 2026 09:30 +9900",
    ],
)
def test_what_is_no_time_or_leaves_it_open_is_not_guessed(value):
    with pytest.raises(UnreadableError):
        parse_instant(value, LONDON)


def test_a_time_without_an_offset_needs_a_zone():
    with pytest.raises(UnreadableError, match="timezone"):
        parse_instant("2026-11-20T09:30:00", None)


@pytest.mark.parametrize(
    ("value", "order", "iso"),
    [
        ("1980-02-29", None, "1980-02-29"),
        ("29/02/1980", None, "1980-02-29"),
        ("03.04.1980", "dmy", "1980-04-03"),
        ("03/04/1980", "mdy", "1980-03-04"),
        ("04/04/1980", None, "1980-04-04"),
        ("3 Apr 1980", None, "1980-04-03"),
        ("April 3, 1980", None, "1980-04-03"),
        ("1980-04-03 00:00:00.000 +0000", None, "1980-04-03"),
        ("Thu, 03 Apr 1980 00:00:00 GMT", None, "1980-04-03"),
        ("03-APR-1980", None, "1980-04-03"),
        ("3 apr 1980", None, "1980-04-03"),
        ("04/03/1980 0:00", "mdy", "1980-04-03"),
        ("03.04.1980 00:00:00", "dmy", "1980-04-03"),
        ("03041980", "dmy", "1980-04-03"),
        ("03041980", "mdy", "1980-03-04"),
        ("19800403", "mdy", "1980-04-03"),
    ],
)
def test_a_date_is_read_as_it_is_written(value, order, iso):
    assert parse_date(value, order).isoformat() == iso


@pytest.mark.parametrize(
    "value",
    [
        "03/04/1980",
        "29/02/1981",
        "29/02/80",
        "03-APR-80",
        "29/02/80 00:00",
        "29/02/1980 soon",
        "1980",
        "03041980",
        "soon",
    ],
)
def test_a_date_that_is_open_or_none_is_not_guessed(value):
    with pytest.raises(UnreadableError):
        parse_date(value, None)


@given(st.integers(-62_135_596_800_000, 253_402_300_799_999))
def test_an_epoch_in_milliseconds_is_exact(milliseconds):
    assert (epoch_instant(milliseconds) - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1) == milliseconds


def test_an_epoch_outside_the_calendar_is_no_time():
    with pytest.raises(UnreadableError):
        epoch_instant(10**18)
