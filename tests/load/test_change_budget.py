"""A night that moves more of what readers hold than allowed is stopped, until a person lets it through."""

from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from pipelines.errors import ValidationStopped
from pipelines.load.publish import publish
from pipelines.load.validate import validate
from pipelines.load.validation import change_budget
from pipelines.load.validation.change_budget import check_budget, count_moved
from pipelines.load.validation.checks import read_checks
from pipelines.load.versions.candidate import build_candidate, candidate_folder
from pipelines.load.versions.published import current
from pipelines.resolve.settings import Allowance, ChangeBudget
from pipelines.settings import Home
from tests.load.fixture_golden import NIGHT, checked_candidate, write_warehouse

NEXT = NIGHT + timedelta(days=1)
TIGHT = ChangeBudget(customers=Allowance(share=0.05, at_least=1), interactions=Allowance(share=0.05, at_least=1))
LOOSE = ChangeBudget(customers=Allowance(share=0.5, at_least=1), interactions=Allowance(share=0.5, at_least=1))
# Each customer of the first share goes to the customer after it: told as golden.change tells a merge.
MERGE = """
    CREATE TEMP TABLE pair AS
    SELECT customer_id, lead(customer_id) OVER (ORDER BY customer_id) AS into_id,
        row_number() OVER (ORDER BY customer_id) AS n
    FROM golden.customer;
    DELETE FROM pair WHERE n % 2 = 0 OR n > 2 * {merges};
    UPDATE golden.membership SET customer_id = pair.into_id FROM pair WHERE membership.customer_id = pair.customer_id;
    UPDATE golden.interaction SET customer_id = pair.into_id FROM pair WHERE interaction.customer_id = pair.customer_id;
    DELETE FROM golden.customer WHERE customer_id IN (SELECT customer_id FROM pair);
    DELETE FROM golden.change;
    INSERT INTO golden.change
    SELECT customer_id, 'merged', into_id, CASE WHEN n = 1 THEN 'records' ELSE 'model' END, 1, 1 FROM pair
"""


@pytest.fixture
def home(tmp_path):
    """A home that publishes 60 customers, with the same again in its warehouse."""
    found = Home(tmp_path)
    checked_candidate(found, customers=60)
    publish(found, NIGHT)
    write_warehouse(found, customers=60)
    return found


def change(home, sql):
    with duckdb.connect(str(home.database)) as con:
        con.execute(sql)


def moved(home):
    return count_moved(home, build_candidate(home), current(home) / "customers.duckdb")


def checked(home, budget, accepted_by=None):
    return check_budget(home, build_candidate(home), current(home) / "customers.duckdb", budget, accepted_by)


def interactions_of(home, customers):
    with duckdb.connect(str(home.database)) as con:
        return con.execute(
            "SELECT count(*) FROM golden.membership WHERE record_kind = 'interaction' AND customer_id IN"
            f" (FROM golden.customer SELECT customer_id ORDER BY customer_id LIMIT {customers})"
        ).fetchall()[0][0]


def test_a_night_that_changes_nothing_moves_nothing(home):
    found = moved(home)
    assert (found.customers, found.interactions, found.all_customers) == (0, 0, 60)
    assert found.causes == {}


def test_new_customers_and_new_records_move_nothing(home):
    change(
        home,
        "INSERT INTO golden.membership (record_kind, source, source_ref, customer_id)"
        " SELECT 'interaction', 'sms', 'new ' || n, CASE n WHEN 0 THEN 'cnew' ELSE (SELECT min(customer_id) FROM"
        " golden.customer) END FROM range(9) AS new (n)",
    )
    assert moved(home).interactions == moved(home).customers == 0


def test_a_merge_moves_the_customer_that_goes_and_its_interactions(home):
    expected = interactions_of(home, 1)
    change(home, MERGE.format(merges=1))
    found = moved(home)
    assert (found.customers, found.interactions) == (1, expected)
    assert found.causes == {"merged": {"records": 1}}


def test_a_record_that_goes_to_a_new_customer_moves_the_one_that_it_was_split_from(home):
    change(
        home,
        "CREATE TEMP TABLE one AS FROM golden.membership WHERE record_kind = 'interaction' AND customer_id IS NOT NULL"
        " ORDER BY ALL LIMIT 1; DELETE FROM golden.change;"
        "INSERT INTO golden.change SELECT 'cnew', 'split', customer_id, 'demoted', 1, 1 FROM one;"
        "UPDATE golden.membership SET customer_id = 'cnew' FROM one WHERE membership.source_ref = one.source_ref",
    )
    found = moved(home)
    assert (found.customers, found.interactions, found.causes) == (1, 1, {"split": {"demoted": 1}})


def test_a_customer_none_of_whose_records_is_left_is_moved_though_no_change_tells_why(home):
    change(
        home,
        "CREATE TEMP TABLE gone AS SELECT min(customer_id) AS id FROM golden.customer; DELETE FROM golden.change;"
        "DELETE FROM golden.membership WHERE customer_id = (SELECT id FROM gone);"
        "DELETE FROM golden.customer WHERE customer_id = (SELECT id FROM gone)",
    )
    assert moved(home).customers == 1
    assert moved(home).causes == {"corrected": {"undone since it was published": 1}}


@pytest.mark.parametrize(
    ("budget", "accepted_by", "passes"),
    [
        pytest.param(LOOSE, None, True, id="within the budget"),
        pytest.param(TIGHT, None, False, id="over it"),
        pytest.param(TIGHT, "sam", True, id="over it and let through"),
        pytest.param(ChangeBudget(), None, True, id="a small world under the shipped budget"),
    ],
)
def test_the_budget_holds_back_what_is_over_it(home, budget, accepted_by, passes):
    change(home, MERGE.format(merges=10))
    checks, accepted = checked(home, budget, accepted_by)
    assert [(check.suite, check.severity, check.success) for check in checks] == [("change_budget", "critical", passes)] * 2
    assert checks[0].expected == f"at most {budget.customers.allows(60)}"
    if not passes:
        assert "observed 10: 10 merged (9 model, 1 records), expected at most 3" in checks[0].words()
    assert (accepted is not None) == (accepted_by is not None)


def test_a_share_is_of_all_customers_and_a_small_world_may_always_move_so_many():
    assert Allowance(share=0.03, at_least=50).allows(1_000_000) == 30_000
    assert Allowance(share=0.03, at_least=50).allows(400) == 50


def test_a_first_version_has_no_budget(tmp_path):
    home = Home(tmp_path)
    home.tmp.mkdir()
    write_warehouse(home)
    checks, accepted = check_budget(home, build_candidate(home), None, TIGHT, None)
    assert [check.success for check in checks] == [True, True]
    assert accepted is None


def test_a_publish_over_the_budget_is_stopped_with_its_causes_and_says_what_a_person_can_do(home):
    write_budget(home)
    version = current(home).name
    change(home, MERGE.format(merges=10))
    with pytest.raises(ValidationStopped) as stopped:
        validate(home, NEXT)
    assert "change_budget: expect_few_customers_to_move: observed 10: 10 merged (9 model, 1 records)" in str(stopped.value)
    assert "--accept-changes" in str(stopped.value)
    assert stopped.value.exit_code == 3
    with pytest.raises(ValidationStopped, match="did not pass"):
        publish(home, NEXT)
    assert current(home).name == version
    report, _ = read_checks(candidate_folder(home) / "checks.json") or pytest.fail("nothing was checked")
    assert {(check.suite, check.entry) for check in report.failed} >= {("change_budget", 1), ("change_budget", 2)}
    assert report.accepted is None


@pytest.mark.parametrize(
    ("cause", "accepted_by", "is_held"),
    [
        pytest.param("judgement", None, False, id="stewards said so"),
        pytest.param("records", "sam", False, id="let through"),
        pytest.param("records", None, True, id="nobody said so"),
    ],
)
def test_customers_that_merge_because_a_person_said_so_are_not_missing_ones(home, cause, accepted_by, is_held):
    """Ten of sixty: in a small home a few judgements are more than a tenth of all customers."""
    change(home, MERGE.format(merges=10) + f"; UPDATE golden.change SET cause = '{cause}'")
    with pytest.raises(ValidationStopped) as stopped:  # what else of the made-up warehouse is wrong then
        validate(home, NEXT, accepted_by)
    assert ("customer: expect_table_row_count_to_be_between" in str(stopped.value)) is is_held


def test_who_let_changes_through_and_when_is_kept_beside_what_moved(home, monkeypatch):
    monkeypatch.setattr(change_budget, "now", lambda: datetime(2026, 3, 5, 9, tzinfo=UTC))
    change(home, MERGE.format(merges=10))
    _, accepted = checked(home, TIGHT, "sam")
    assert accepted == {
        "by": "sam", "at": "2026-03-05T09:00:00Z", "customers": 10, "interactions": moved(home).interactions,
        "causes": {"merged": {"model": 9, "records": 1}},
    }  # fmt: skip


def write_budget(home):
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True, exist_ok=True)
    text = home.find("config/linkage.yml").read_text()
    line = next(line for line in text.splitlines() if line.startswith("change_budget:"))
    config.write_text(
        text.replace(
            line, "change_budget: {customers: {share: 0.05, at_least: 1}, interactions: {share: 0.05, at_least: 1}}"
        )
    )
