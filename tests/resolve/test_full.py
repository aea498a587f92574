"""A full run uses nothing that was stored and ends in the same rows; the check finds a stored row that no full run makes."""

import random
from datetime import timedelta

import pytest

from pipelines import warehouse
from pipelines.errors import ConfigurationError, StateDiffers
from pipelines.night import raise_differences
from pipelines.resolve.check import compare_with_full, resolved_night
from pipelines.resolve.customers.past import Past
from pipelines.resolve.stage import STAGING, TABLES, resolve
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, home_in, land, rows_of, run_resolve, tables_of

NEXT = NIGHT + timedelta(days=1)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Two nights of a small crowd, resolved one after the other; a test leaves it as it was."""
    rng, found = random.Random(5), home_in(tmp_path_factory.mktemp("home"))  # noqa: S311
    for number, night in enumerate((NIGHT, NEXT)):
        land(found, night, [random_record(rng, f"{number}-{n}") for n in range(25)])
        run_resolve(found, night)
    return found


def rows(home):
    return tables_of(home, [*(f"staging.{name}" for name in STAGING), *(f"resolve.{name}" for name in TABLES)])


def change(home, *statements):
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        for statement in statements:
            con.execute(statement)


def check(home):
    with warehouse.writer_lock(home):
        return compare_with_full(home, resolved_night(home), Past())


def test_a_full_run_ends_in_the_same_rows_and_scores_every_pair_again(home):
    before = rows(home)
    change(home, "DELETE FROM resolve.edge", "DELETE FROM resolve.name_form")  # what a night would never look at again
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        resolve(con, home, NEXT, full=True)
    assert rows(home) == before


def test_what_an_earlier_version_remembered_of_names_is_read_anew(home):
    before = rows(home)
    change(home, "ALTER TABLE resolve.name_form DROP COLUMN is_household", "UPDATE resolve.kept SET rules = 'earlier'")
    run_resolve(home, NEXT)
    assert rows(home) == before


def test_a_table_that_only_an_earlier_version_made_is_gone_with_its_first_night(home):
    """It would be told as a difference for ever after, and nobody would forget in it whom the lake has forgotten."""
    change(
        home, "CREATE TABLE resolve.identity_state AS SELECT identity_id FROM resolve.identity",
        "UPDATE resolve.kept SET rules = 'earlier'",
    )  # fmt: skip
    run_resolve(home, NEXT)
    assert check(home).differences == []


def test_the_check_finds_nothing_after_honest_nights_and_writes_nothing(home):
    bytes_before = home.database.read_bytes()
    report = check(home)
    assert (report.night, report.differences, report.is_behind) == (NEXT, [], False)
    assert report.rows > 100
    raise_differences(report)
    assert home.database.read_bytes() == bytes_before
    assert list(home.tmp.iterdir()) == [], "the scratch copies hold personal data"


def test_the_check_finds_a_stored_edge_that_no_full_run_makes_and_names_its_identity(home):
    [(identity, other, weight)] = rows_of(
        home, "SELECT identity_l, identity_r, match_weight FROM resolve.edge ORDER BY ALL LIMIT 1"
    )
    pair = f"identity_l = '{identity}' AND identity_r = '{other}'"
    change(home, f"UPDATE resolve.edge SET match_weight = match_weight + 0.5 WHERE {pair}")
    report = check(home)
    change(home, f"UPDATE resolve.edge SET match_weight = {weight!r} WHERE {pair}")
    [edge] = [found for found in report.differences if found.table == "resolve.edge"]
    assert (edge.only_stored, edge.only_full, edge.ids) == (1, 1, [identity])
    with pytest.raises(StateDiffers, match=r"run --full --night 2026-11-21(.|\n)*resolve.edge: 1 rows only as stored"):
        raise_differences(report)


def test_an_export_that_landed_since_is_no_difference(home, tmp_path):
    import shutil

    copy = home_in(tmp_path / "home")
    shutil.copytree(home.path, copy.path)
    land(copy, NEXT + timedelta(days=1), [random_record(random.Random(9), "late")])  # noqa: S311
    report = check(copy)
    assert (report.differences, report.is_behind) == ([], True)


def test_before_anything_is_resolved_the_check_says_what_to_do(tmp_path):
    with pytest.raises(ConfigurationError, match="goldthread run --night"):
        resolved_night(home_in(tmp_path))
