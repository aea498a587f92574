"""Customers to whom a night only adds records: nothing is decided over them again, and they end as in a full run."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines.resolve import stage
from tests.resolve.test_affected import assert_as_a_full_run, run
from tests.resolve.worlds import NIGHT, home_in, land, message, rows_of, told

ADA, BOB = told("account", "7", scope="x"), told("account", "8", scope="x")
NEXT = NIGHT + timedelta(days=1)
FOUNDED = "SELECT founder_source_ref, record_count FROM resolve.customer ORDER BY ALL"


def chat(ref, *party, **more):
    return replace(message("chat", ref, *party, **more), channel="chat")


@pytest.fixture
def looked_at(monkeypatch):
    """How many identities each night decided over again."""
    seen, find = [], stage.find_affected

    def counted(con):
        find(con)
        seen.extend(con.execute("SELECT count(*) FROM affected").fetchone())

    monkeypatch.setattr(stage, "find_affected", counted)
    return seen


@pytest.mark.parametrize(("minutes", "founder"), [(30, "1"), (-30, "3")])
def test_one_record_more_of_a_known_account_decides_nothing_anew(tmp_path, looked_at, minutes, founder):
    """A record that comes late may be the earliest, and is its customer's founder from then on; the id stays."""
    home = home_in(tmp_path / "nightly")
    land(home, NIGHT, [chat("1", ADA), chat("2", BOB, minutes=5)])
    run(home, NIGHT)
    ids = "SELECT customer_id FROM resolve.customer ORDER BY ALL"
    before = rows_of(home, ids)
    land(home, NEXT, [chat("3", ADA, minutes=minutes), chat("4", reason="bounce")])
    assert_as_a_full_run(home, tmp_path / "whole", NEXT)
    assert looked_at == [0]
    assert rows_of(home, FOUNDED) == sorted([(founder, 2), ("2", 1)])
    assert rows_of(home, ids) == before


def test_a_known_record_that_changes_is_looked_at(tmp_path, looked_at):
    """The same message again, earlier than it was and so its customer's founder, or of another account."""
    home = home_in(tmp_path / "nightly")
    land(home, NIGHT, [chat("1", ADA), chat("2", ADA, minutes=5), chat("3", BOB)])
    run(home, NIGHT)
    land(home, NEXT, [chat("2", ADA, minutes=-5), chat("5", BOB)])
    assert_as_a_full_run(home, tmp_path / "whole", NEXT)
    assert rows_of(home, FOUNDED) == [("2", 2), ("3", 2)]
    land(home, NEXT + timedelta(days=1), [chat("2", BOB, minutes=-9)])
    assert_as_a_full_run(home, tmp_path / "whole", NEXT + timedelta(days=1))
    assert rows_of(home, FOUNDED) == [("1", 1), ("2", 3)]
    assert looked_at == [1, 2]


def test_an_id_without_records_is_led_to_whom_the_record_that_founded_it_shows_now(tmp_path, looked_at):
    home = home_in(tmp_path / "nightly")
    land(home, NIGHT, [chat("1", ADA), chat("2", BOB)])
    run(home, NIGHT)
    ((ada,), (bob,)) = rows_of(home, "SELECT customer_id FROM resolve.membership ORDER BY source_ref")
    land(home, NIGHT, [chat("2", BOB)])  # the export of that night is replaced, and lacks the first message
    assert_as_a_full_run(home, tmp_path / "whole", NEXT)
    leads_to = f"SELECT current_customer_id FROM resolve.crosswalk WHERE customer_id = '{ada}'"
    assert rows_of(home, leads_to) == [(None,)]
    land(home, NEXT, [chat("1", BOB), chat("3", BOB)])
    assert_as_a_full_run(home, tmp_path / "whole", NEXT + timedelta(days=1))
    assert rows_of(home, leads_to) == [(bob,)]
    assert looked_at[-1] == 1
