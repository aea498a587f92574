"""Each change tells its cause, the nearest that holds; and what changed is counted in words."""

from datetime import date, timedelta

import pytest

from pipelines.resolve.customers.change_causes import change_words
from tests.resolve.id_home import id_home

FIRST = date(2026, 11, 20)
NEXT, THIRD = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
MODEL, THRESHOLD = ("model", "m2"), ("setting threshold", "2.0")


@pytest.fixture
def world(tmp_path):
    found = id_home(tmp_path)
    found.live(FIRST, [{0, 1}, {2, 3}, {8}])
    return found


def causes(world):
    return {(change, cause) for _, change, cause in world.changes()}


def judge(world, *pair):
    world.facts |= {("judgement", " ".join(["j1", *(f"i{record:04}" for record in pair)]))}


def another(world, fact):
    world.facts = {known for known in world.facts if known[0] != fact[0]} | {fact}


def test_records_that_came_are_the_cause_of_a_merge_and_of_who_is_new(world):
    world.live(NEXT, [{0, 1, 2, 3, 4}, {8}, {9}])
    assert causes(world) == {("merged", "records"), ("new", "records")}


def test_records_of_a_night_that_was_resolved_before_are_late(world):
    world.live(NEXT, [{0, 1}, {2, 3}, {8, 10}])
    world.live(THIRD, [{0, 1, 2, 3, 4}, {8, 10}, {9}], arrived={4: FIRST, 9: NEXT})
    assert causes(world) == {("merged", "late"), ("new", "late")}


def test_records_that_went_are_the_cause_of_a_split(world):
    world.live(NEXT, [{0, 1, 2, 3, 4}, {8}])
    world.live(THIRD, [{0, 1}, {2, 3}, {8}])
    assert causes(world) == {("split", "records")}


def test_a_customer_without_records_is_corrected(world):
    world.live(NEXT, [{0, 1}, {2, 3}])
    assert causes(world) == {("corrected", "records")}


@pytest.mark.parametrize(
    ("facts", "cause"),
    [
        pytest.param([MODEL], "model", id="a model"),
        pytest.param([THRESHOLD], "settings", id="a threshold"),
        pytest.param([("setting pair_budget", "1")], "settings", id="a setting that was not there"),
        pytest.param([("code", "d")], "code", id="the code"),
        pytest.param([("population", "4096")], "population", id="the population"),
        pytest.param([MODEL, THRESHOLD, ("code", "d")], "model", id="all at once"),
        pytest.param([], "records", id="nothing of all that: the records of others"),
    ],
)
def test_what_changed_for_all_is_the_cause_where_no_record_of_theirs_came_or_went(world, facts, cause):
    for fact in facts:
        another(world, fact)
    world.live(NEXT, [{0, 1, 2, 3}, {8, 9}])
    assert causes(world) == {("merged", cause)}


def test_one_message_more_from_a_known_identity_is_no_cause_on_the_night_of_another_model(world):
    another(world, MODEL)
    world.identity_of |= {7: 0}
    world.live(NEXT, [{0, 1, 2, 3, 7}, {8}])
    assert causes(world) == {("merged", "model")}


def test_a_new_identity_is_the_nearer_cause_on_the_night_of_another_model(world):
    another(world, MODEL)
    world.live(NEXT, [{0, 1, 2, 3, 7}, {8}])
    assert causes(world) == {("merged", "records")}


def test_a_known_record_that_comes_with_other_content_is_the_nearer_cause(world):
    another(world, MODEL)
    world.delivered |= {3: NEXT}
    world.live(NEXT, [{0, 1, 2, 3}, {8}])
    assert causes(world) == {("merged", "records")}


def test_a_stewards_word_is_the_cause_before_all_others_and_so_is_taking_it_back(world):
    judge(world, 1, 2)
    another(world, MODEL)
    world.live(NEXT, [{0, 1, 2, 3, 7}, {8}])
    assert causes(world) == {("merged", "judgement")}
    world.live(THIRD, [{0, 1, 2, 3, 7}, {8}])
    assert causes(world) == set()
    world.facts = {fact for fact in world.facts if fact[0] != "judgement"}
    world.live(THIRD + timedelta(days=1), [{0, 1}, {2, 3, 7}, {8}])
    assert causes(world) == {("split", "judgement")}


def test_a_stewards_word_about_others_is_no_cause(world):
    judge(world, 8, 2)
    world.live(NEXT, [{0, 1, 2, 3, 7}, {8}])
    assert causes(world) == {("merged", "records")}


def test_an_identifier_that_became_shared_is_the_cause_of_a_split_and_its_return_of_a_merge(world):
    world.demoted |= {1}
    world.live(NEXT, [{0}, {1}, {2, 3}, {8}])
    assert causes(world) == {("split", "demoted")}
    world.demoted.clear()
    world.live(THIRD, [{0, 1}, {2, 3}, {8}])
    assert causes(world) == {("merged", "demoted")}


def test_the_counts_are_of_the_known_records_that_moved(world):
    world.live(NEXT, [{0, 1}, {2, 3, 4}, {8}])
    world.live(THIRD, [{0, 1, 2}, {3, 4, 7}, {8}, {5, 6}])
    found = world.rows("SELECT change, record_count, interaction_count FROM resolve.change ORDER BY change")
    assert found == [("corrected", 1, 1), ("new", 2, 2)]


def test_words_tell_causes_where_there_are_several():
    assert change_words({"new": {"records": 1154}, "merged": {"records": 8, "late": 1}}) == (
        "1,154 new (records), 9 merged (8 records, 1 late)"
    )
    assert change_words({}) == "no customer changed"
