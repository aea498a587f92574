"""The laws of customer ids, on random splits, merges, disappearances and returns, against an oracle in plain Python."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.resolve.customers.customer_ids import founder_id
from tests.resolve.id_history import FIRST, History, Oracle

RECORDS = 12
lawful = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def nights(draw, count=4, may_vanish=True):
    """Return a few nights; each puts the records that are there into clusters: small moves and great ones."""
    told = []
    for number in range(draw(st.integers(2, count))):
        known = range(min(RECORDS, 6 + 2 * number))
        there = [record for record in known if not may_vanish or draw(st.integers(0, 9))] or [0]
        coarse = draw(st.integers(1, 6))
        group = {record: draw(st.integers(0, coarse)) for record in there}
        told.append([{r for r in there if group[r] == g} for g in sorted(set(group.values()))])
    return told


@given(nights())
@lawful
def test_ids_are_those_of_the_oracle_and_none_is_lost_shared_or_without_an_answer(told):
    history, oracle, ever = History(), Oracle(), set()
    for clusters in told:
        now = history.live(clusters)
        answers = history.answers()
        assert now == oracle.live(clusters)
        assert answers == oracle.answers
        assert len(set(now.values())) == len(clusters), "two clusters share an id"
        ever |= set(now.values())
        assert answers.keys() == ever, "an id is missing from the crosswalk"
        assert {answer for answer in answers.values() if answer} == set(now.values())
        assert all(answers[customer] == customer for customer in now.values())
    before = history.rows()
    history.live(clusters[::-1], night=history.night)
    assert history.rows() == before, "the same clusters again changed a row"


@given(nights(may_vanish=False), st.integers(0, 5))
@lawful
def test_a_customer_whose_records_stay_together_and_apart_from_others_keeps_its_id(told, fresh):
    history = History()
    for clusters in told:
        before = history.live(clusters)
    newcomers = [{RECORDS + n} for n in range(fresh)]
    grown = [clusters[0] | {RECORDS + 9}, *clusters[1:], *newcomers]
    after = history.live(grown)
    assert {record: after[record] for record in before} == before


@given(nights(may_vanish=False), st.data())
@lawful
def test_merges_that_are_undone_leave_every_id_as_it_was(told, data):
    history = History()
    for clusters in told:
        before = history.live(clusters)
    merged = clusters
    for _ in range(data.draw(st.integers(1, 3))):  # a chain: what merged merges again
        group = [data.draw(st.integers(0, 2)) for _ in merged]
        merged = [set().union(*(c for c, of in zip(merged, group, strict=True) if of == g)) for g in sorted(set(group))]
        history.live(merged)
    living = set(before.values())
    assert all(history.answers()[customer] in living for customer in living), "a merge makes no id"
    assert history.live(clusters) == before


@given(nights(count=2), st.data())
@lawful
def test_of_a_customer_without_swallowed_ones_the_larger_part_keeps_the_id(told, data):
    history = History()
    whole = set(range(RECORDS))
    identifier = history.live([whole])[0]
    part = data.draw(st.sets(st.integers(0, RECORDS - 1), min_size=1, max_size=RECORDS // 2 - 1))
    now = history.live([part, whole - part])
    assert {now[record] for record in whole - part} == {identifier}
    assert {now[record] for record in part} != {identifier}


def test_the_oldest_id_stays_on_a_merge_and_the_other_leads_to_it():
    history = History()
    old = history.live([{0}])[0]
    young = history.live([{0}, {1, 2, 3}])[1]
    assert set(history.live([{0, 1, 2, 3}]).values()) == {old}
    assert history.answers()[young] == old


def test_a_small_old_customer_gets_its_id_back_from_the_large_young_one_it_swallowed():
    history = History()
    history.live([{0}])
    before = history.live([{0}, {1, 2, 3}])
    history.live([{0, 1, 2, 3}])
    assert history.live([{0}, {1, 2, 3}]) == before


def test_an_id_that_merged_away_is_not_given_to_a_few_of_its_records_while_most_stay():
    history = History()
    before = history.live([{0, 9}, {1, 2, 3}])
    history.live([{0, 9, 1, 2, 3}])
    now = history.live([{0, 9, 2, 3}, {1}])
    assert now[1] not in before.values()
    assert history.answers()[before[1]] == now[2]


def test_merge_split_merge_ends_where_the_first_merge_did():
    history = History()
    history.live([{0, 1}])
    history.live([{0, 1}, {2, 3}])
    merged = history.live([{0, 1, 2, 3}]), history.answers()
    history.live([{0, 1}, {2, 3}])
    assert (history.live([{0, 1, 2, 3}]), history.answers()) == merged


def test_a_chain_of_merges_leads_every_id_to_the_end():
    history = History()
    ids = [history.live([{n} for n in range(m + 1)])[m] for m in range(4)]
    history.live([{0}, {1}, {2, 3}])
    history.live([{0}, {1, 2, 3}])
    history.live([{0, 1, 2, 3}])
    assert history.answers() == dict.fromkeys(ids, ids[0])


def test_a_new_id_that_is_taken_is_given_to_nobody_else():
    history = History()
    history.live([{0, 1, 2}])
    now = history.live([{0}, {1, 2}])  # the founder's part is the smaller: its own hash is the larger part's id
    assert now[1] == founder_id("s", "0000")
    assert now[0] == founder_id("s", "0000", 1)


def test_an_id_whose_records_are_gone_answers_with_nobody_and_returns_with_its_founder():
    history = History()
    gone = history.live([{1, 5}, {2}])[1]
    history.live([{2}])
    assert history.answers()[gone] is None
    assert history.live([{0, 1, 5}, {2}])[5] == gone  # though an earlier record comes with it
    assert history.answers()[gone] == gone


def test_an_id_with_all_it_swallowed_gone_returns_and_the_swallowed_one_leads_to_it():
    history = History()
    history.live([{1}])
    ids = history.live([{1}, {2}])
    history.live([{1, 2}])
    history.live([{7}])
    assert [history.answers()[ids[n]] for n in (1, 2)] == [None, None]
    history.live([{1, 2}, {7}])
    assert [history.answers()[ids[n]] for n in (1, 2)] == [ids[1], ids[1]]


def test_who_was_forgotten_does_not_return_with_a_record_that_is_sent_again():
    history = History()
    gone = history.live([{1}, {2}])[1]
    history.live([{2}])
    history.con.execute("UPDATE resolve.crosswalk SET cause = 'forgotten' WHERE customer_id = ?", [gone])
    assert history.live([{1}, {2}])[1] != gone
    assert history.answers()[gone] is None


def test_a_founder_that_arrives_late_issues_no_second_id():
    history = History()
    known = history.live([{5, 6}])[5]
    assert set(history.live([{1, 5, 6}]).values()) == {known}
    assert history.answers() == {known: known}


def test_a_night_that_runs_late_gives_young_ids():
    history = History()
    old = history.live([{5}], night=FIRST + timedelta(days=9))[5]
    late = history.live([{5}, {1, 2}], night=FIRST)[1]
    assert set(history.live([{5, 1, 2}]).values()) == {old}, "the id that was given first is the older"
    assert history.answers()[late] == old


@pytest.mark.parametrize(
    ("again", "expected"),
    [
        pytest.param([{0}, {1}], "both", id="the same newcomer"),
        pytest.param([{0, 1}], "older", id="the newcomer is another's by now"),
    ],
)
def test_an_id_that_a_rollback_put_aside_still_leads_somewhere(again, expected):
    history = History()
    old = history.live([{0}])[0]
    in_use = (
        history.con.execute("FROM resolve.crosswalk").fetchall(),
        history.con.execute("FROM resolve.membership").fetchall(),
    )
    aside = history.live([{0}, {1}])[1]
    history.con.execute("INSERT INTO past_vote SELECT record_kind, source, source_ref, customer_id FROM resolve.membership")
    history.con.execute("DELETE FROM past_vote WHERE customer_id != ?", [aside])
    history.con.execute("DELETE FROM resolve.membership")
    history.con.executemany("INSERT INTO resolve.membership VALUES (?, ?, ?, ?, ?, ?, ?, ?)", in_use[1])
    now = history.live(again)
    assert now[0] == old
    assert history.answers()[aside] == (aside if expected == "both" else old)
    assert now[1] == (aside if expected == "both" else old)
