"""Ids of customers that are gone for a while: they come back with the record that founded them, however it was gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines import warehouse
from pipelines.resolve.stage import resolve
from tests.resolve.worlds import NIGHT, NOON, customers, home_in, land, message, rows_of, told

NIGHTS = [NIGHT + timedelta(days=days) for days in range(4)]
SHOWN = told("account", "5", scope="x")


def night(home, number, *records, full):
    land(home, NIGHTS[number], [replace(record, updated_at=NOON + timedelta(days=number)) for record in records])
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        resolve(con, home, NIGHTS[number], full=full)
    return customers(home), dict(rows_of(home, "SELECT customer_id, current_customer_id FROM resolve.crosswalk"))


@pytest.mark.parametrize("full", [False, True])
def test_an_id_returns_when_its_founder_shows_a_person_again(tmp_path, full):
    """As a bot's mark that was taken back, or a ticket whose requester was hidden and is shown again."""
    home = home_in(tmp_path)
    first, _ = night(home, 0, message("x", "1", SHOWN), message("x", "2", told("account", "6", scope="x")), full=full)
    gone, answers = night(home, 1, message("x", "1", SHOWN, reason="bot"), full=full)
    assert gone["x 1"] is None
    assert answers[first["x 1"]] is None
    back, answers = night(home, 2, message("x", "1", SHOWN), full=full)
    assert back == first
    assert answers == {customer: customer for customer in first.values()}


@pytest.mark.parametrize("full", [False, True])
def test_an_id_whose_founder_shows_another_person_by_now_leads_to_that_one(tmp_path, full):
    home = home_in(tmp_path)
    other = told("account", "6", scope="x")
    first, _ = night(home, 0, message("x", "1", SHOWN), message("x", "2", other), full=full)
    night(home, 1, message("x", "1", SHOWN, reason="bot"), full=full)
    back, answers = night(home, 2, message("x", "1", other), full=full)
    assert back["x 1"] == back["x 2"] == first["x 2"]
    assert answers[first["x 1"]] == first["x 2"]
