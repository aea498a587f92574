"""A date of birth that a form fills in says nothing of a person; one that many are born on does."""

import random
import shutil
from datetime import date, timedelta

from tests.resolve.test_touched import assert_same_as_anew, run_link
from tests.resolve.worlds import NIGHT, home_in, land, row, rows_of, run_resolve, told

FILLED = "1999-12-31"
LETTERS = "ABCDEFGHIJKLMNOPRSTUVW"
FILLERS = "SELECT kind, value FROM resolve.shared_identifier"


def patient(number, born):
    """One row of a CRM, of a name of its own."""
    name = f"{LETTERS[number % 22]}elina {LETTERS[number // 22 % 22]}{LETTERS[number % 19].lower()}kowski"
    return row(
        "crm", str(number), told("name", name, evidence="reference"), told("date_of_birth", born, evidence="reference")
    )


def birthday(number):
    return (date(1950, 1, 1) + timedelta(days=97 * number)).isoformat()


def born(home):
    return dict(rows_of(home, "SELECT date_of_birth, count(*) FROM resolve.identity GROUP BY ALL"))


def test_a_date_that_many_more_have_than_any_other_is_nobodys(tmp_path, caplog):
    home = home_in(tmp_path)
    land(home, NIGHT, [patient(number, FILLED if number % 10 == 0 else birthday(number)) for number in range(300)])
    run_resolve(home)
    assert rows_of(home, FILLERS) == [("date_of_birth", FILLED)]
    assert born(home)[None] == 30
    assert FILLED not in caplog.text


def test_where_all_are_of_an_age_their_birthdays_are_theirs(tmp_path):
    """A school, whose pupils are born in one year: some day has several of them, and none too many."""
    home, rng = home_in(tmp_path), random.Random(1)  # noqa: S311
    days = [(date(2012, 1, 1) + timedelta(days=rng.randrange(365))).isoformat() for _ in range(400)]
    land(home, NIGHT, [patient(number, day) for number, day in enumerate(days)])
    run_resolve(home)
    assert rows_of(home, FILLERS) == []


def test_a_date_becomes_a_filler_and_ceases_to_be_one_as_from_nothing(tmp_path):
    home, nights = home_in(tmp_path / "home"), [NIGHT + timedelta(days=days) for days in range(4)]
    found = []
    for days, night in enumerate(nights):
        land(
            home,
            night,
            [patient(each, FILLED if each % 6 == 0 else birthday(each)) for each in range(60 * days, 60 * days + 60)],
        )
        if days == 3:
            for gone in nights[1:]:
                shutil.rmtree(home.lake / "crm" / gone.isoformat())
        run_link(home, night)
        assert_same_as_anew(home, tmp_path / "anew", night)
        found.append([value for _, value in rows_of(home, FILLERS)])
    assert found == [[], [FILLED], [FILLED], []]
