"""Ids go on from what readers hold: through a lost warehouse, a stopped night, a rollback, a mend and a late night."""

import shutil
from datetime import date, timedelta

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.load.versions.history import past_of
from pipelines.load.versions.published import current, version_names, versions_folder
from tests.resolve.id_home import id_home

FIRST = date(2026, 11, 20)
NEXT, THIRD = FIRST + timedelta(days=1), FIRST + timedelta(days=2)
APART, TOGETHER = [{0}, {1, 2}, {9}], [{0, 1, 2, 5}, {9}]


@pytest.fixture
def world(tmp_path):
    return id_home(tmp_path)


@pytest.fixture
def merged(world):
    """Two published nights; in the second the customer of records 1 and 2 merged into that of record 0."""
    world.live(FIRST, [{0}, {9}])
    world.live(FIRST, APART)
    world.before = world.customers()
    world.live(NEXT, TOGETHER)
    return world


def lose_the_warehouse(world):
    shutil.rmtree(world.home.database.parent)


def tables(world):
    return [world.rows(f"FROM resolve.{table} ORDER BY ALL") for table in ("membership", "crosswalk", "change")]


def test_a_lost_warehouse_takes_no_id_with_it(merged):
    rows = tables(merged)
    lose_the_warehouse(merged)
    merged.resolve(NEXT, TOGETHER)
    assert tables(merged) == rows, "membership, crosswalk with births and answers, and the night's changes are as they were"


def test_ids_that_no_hash_could_give_again_come_back_after_the_warehouse_is_lost(world):
    known = world.live(NEXT, [{5}])[5]
    lose_the_warehouse(world)
    now = world.live(FIRST, [{0, 5}], arrived={0: FIRST})  # the earliest record arrives last
    assert set(now.values()) == {known}
    assert world.changes() == set()


def test_a_merge_that_parts_again_after_the_warehouse_was_lost_leaves_the_ids_of_before(merged):
    lose_the_warehouse(merged)
    now = merged.live(THIRD, [*APART, {5}])
    assert {record: now[record] for record in merged.before} == merged.before
    assert (now[1], "split", "records") in merged.changes()
    assert merged.rows(f"SELECT cause FROM resolve.crosswalk WHERE customer_id = '{now[1]}'") == [("returned",)]


def test_where_nothing_is_published_the_same_data_give_the_same_ids(world):
    ids = world.resolve(FIRST, APART)
    lose_the_warehouse(world)
    assert world.resolve(FIRST, APART) == ids


def test_where_nothing_is_published_ids_go_on_from_the_night_before(world):
    before = world.resolve(FIRST, [{0}, {1, 2}])
    after = world.resolve(NEXT, [{0, 1, 2}])
    assert set(after.values()) <= set(before.values())
    assert world.changes() == {(before[1] if after[0] == before[0] else before[0], "merged", "records")}
    again = world.resolve(NEXT, [{0}, {1, 2}])  # the night is mended
    assert again == before
    assert world.changes() == set()


@pytest.mark.parametrize("is_lost", [False, True], ids=["", "with the warehouse lost meanwhile"])
def test_a_night_that_was_stopped_leaves_no_trace_in_the_ids(world, is_lost):
    before = world.live(FIRST, APART)
    world.resolve(NEXT, TOGETHER)  # validation stops it: nothing is published
    if is_lost:
        lose_the_warehouse(world)
    world.arrived.pop(5)
    now = world.live(NEXT, [*APART, {7}])
    assert {record: now[record] for record in before} == before
    assert {change for _, change, _ in world.changes()} == {"new"}
    assert world.answers() == {customer: customer for customer in now.values()}


def test_the_changes_of_a_night_that_was_stopped_are_told_by_the_next_that_is_published(world):
    world.live(FIRST, APART)
    world.resolve(NEXT, TOGETHER)
    world.live(THIRD, TOGETHER)
    assert {change for _, change, _ in world.changes()} == {"merged"}


def test_a_night_run_again_after_its_publish_tells_the_same_changes_against_the_version_before(merged):
    told = tables(merged)
    assert {change for _, change, _ in merged.changes()} == {"merged"}
    merged.live(NEXT, TOGETHER)
    assert tables(merged) == told
    lose_the_warehouse(merged)
    merged.live(NEXT, TOGETHER)
    assert tables(merged) == told


def test_the_first_night_run_again_tells_all_its_customers_as_new(world):
    world.live(FIRST, APART)
    told = tables(world)
    world.live(FIRST, APART)
    assert tables(world) == told
    assert {change for _, change, _ in world.changes()} == {"new"}


def test_a_night_whose_version_before_was_thrown_away_tells_no_change_that_is_none(merged):
    for name in version_names(merged.home)[:-1]:
        shutil.rmtree(versions_folder(merged.home) / name)
    ids = merged.customers()
    assert merged.live(NEXT, TOGETHER) == ids
    assert merged.changes() == set()


def test_after_a_rollback_ids_go_on_from_the_version_in_use_and_those_put_aside_still_resolve(merged):
    aside = merged.live(THIRD, [*TOGETHER, {20}])[20]
    merged.roll_back()
    merged.roll_back()  # to the first night, before the merge
    merged.live(THIRD, [{0}, {1, 2}, {9, 20}])
    now = merged.customers()
    assert {record: now[record] for record in merged.before} == merged.before
    assert merged.answers()[aside] == now[20] != aside
    merged.live(THIRD, [{0}, {1, 2}, {9}, {20}])
    assert merged.customers()[20] == aside, "it was published: it comes back"


def test_the_past_of_a_night_is_the_last_version_of_another_night(merged):
    in_use = current(merged.home) / "customers.duckdb"
    past = past_of(merged.home, THIRD)
    assert (past.in_use, past.before, past.newer, past.is_run_again) == (in_use, in_use, (), False)
    again = past_of(merged.home, NEXT)
    assert again.in_use == in_use
    assert again.before.parent.name.endswith(FIRST.isoformat())
    merged.roll_back()
    assert past_of(merged.home, NEXT).newer == (in_use,)


def test_a_version_of_before_there_were_homes_and_generations_can_be_gone_on_from(merged):
    ids = merged.customers()
    with duckdb.connect(str(current(merged.home) / "customers.duckdb")) as con:
        con.execute("ALTER TABLE golden.membership DROP COLUMN home_customer_id")
        con.execute("ALTER TABLE golden.crosswalk DROP COLUMN generation")
        con.execute("DROP TABLE meta.basis; DROP TABLE meta.demoted_identifier")
    lose_the_warehouse(merged)
    assert merged.live(THIRD, TOGETHER) == ids


NIGHTS = st.lists(
    st.tuples(
        st.integers(0, 4), st.lists(st.integers(0, 3), min_size=4, max_size=8), st.sampled_from(["", "lose", "stop", "back"])
    ),
    min_size=2,
    max_size=5,
)


@given(NIGHTS)
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_id_ever_published_resolves_whatever_becomes_of_nights_warehouse_and_versions(tmp_path_factory, nights):
    """Nights in any order, stopped ones, lost warehouses and rollbacks: what readers hold leads to a customer in use."""
    world, ever = id_home(tmp_path_factory.mktemp("home")), set()
    for day, groups, what in nights:
        night = FIRST + timedelta(days=day)
        clusters = [{r for r, g in enumerate(groups) if g == group} for group in sorted(set(groups))]
        if what == "lose" and world.home.database.exists():
            lose_the_warehouse(world)
        if what == "back" and version_names(world.home):
            world.roll_back()
        world.resolve(night, clusters)
        if what == "stop":
            continue
        world.publish(night)
        ever |= set(world.customers().values())
        answers = world.answers()
        assert ever <= answers.keys(), "an id that was published leads nowhere"
        assert {answer for answer in answers.values() if answer} == set(world.customers().values())
        assert len(set(world.customers().values())) == len(clusters)
