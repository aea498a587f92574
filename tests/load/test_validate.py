"""Validation stands before the pointer: each promise broken once, told in words, without a person in them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import ConfigurationError, ValidationStopped
from pipelines.load.answers.status import status
from pipelines.load.publish import publish
from pipelines.load.validate import PARAMETERS, parameter_values, run_suites, validate
from pipelines.load.validation.suites import load_suites
from pipelines.load.versions.candidate import build_candidate, candidate_file, candidate_folder
from pipelines.load.versions.published import current
from pipelines.settings import Home
from tests.load.fixture_golden import NIGHT, add_suite, write_warehouse

PERSON = "Zaphod Beeblebrox 555-0199"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    found.tmp.mkdir()
    write_warehouse(found)
    return found


def change(home: Home, sql: str) -> None:
    with duckdb.connect(str(home.database)) as con:
        con.execute(sql)


def test_a_sound_warehouse_passes_and_its_checks_stand_in_the_candidate_and_beside_it(home):
    report = validate(home, NIGHT)
    assert report.passed
    assert {check.suite for check in report.checks} >= {
        "customer",
        "membership",
        "interaction",
        "lineage",
        "ledger",
        "crosswalk",
    }
    with duckdb.connect(str(candidate_file(home)), read_only=True) as con:
        rows = con.execute("SELECT suite, entry, success FROM meta.check ORDER BY ALL").fetchall()
    assert sorted((check.suite, check.entry, check.success) for check in report.checks) == rows
    document = json.loads((candidate_folder(home) / "checks.json").read_text())
    assert document["passed"] is True
    assert document["counts"]["checks"] == len(report.checks)
    assert (candidate_folder(home) / "report.html").is_file()
    assert not list(candidate_folder(home).glob("*.wal"))


def test_the_same_night_again_says_the_same(home):
    def said() -> list[tuple[object, ...]]:
        validate(home, NIGHT)
        with duckdb.connect(str(candidate_file(home)), read_only=True) as con:
            return con.execute("FROM meta.check").fetchall()

    first = said()
    publish(home, NIGHT)
    assert said() == first


BREAKS = [
    ("INSERT INTO golden.customer SELECT * FROM golden.customer LIMIT 1", {"customer"}, "a customer stands twice"),
    ("UPDATE golden.customer SET phone = '020 7946 0000'", {"customer", "lineage"}, "a phone is not E.164"),
    ("UPDATE golden.customer SET email = 'Pat@Mail.Example'", {"customer", "lineage"}, "a mail is not lower case"),
    ("UPDATE golden.customer SET confidence = 1.2", {"customer"}, "a confidence is no probability"),
    ("UPDATE golden.customer SET interaction_count = interaction_count + 1", {"customer"}, "a count is not the records'"),
    ("DELETE FROM golden.membership WHERE source = 'sms'", {"customer", "membership", "lineage"}, "records lost on the way"),
    (
        "UPDATE golden.membership SET customer_id = NULL WHERE source = 'sms'",
        {"customer", "membership", "lineage"},
        "neither a customer nor a reason",
    ),
    ("UPDATE golden.membership SET reason = 'mood' WHERE reason IS NOT NULL", {"membership"}, "an unknown reason"),
    ("UPDATE golden.interaction SET channel = 'fax' WHERE source = 'sms'", {"interaction"}, "an unknown channel"),
    ("UPDATE golden.interaction SET occurred_at = '1970-01-01'", {"interaction"}, "a clock never set"),
    ("DELETE FROM golden.conversation WHERE source = 'sms'", {"interaction", "conversation"}, "a thread is gone"),
    ("DELETE FROM golden.lineage WHERE attribute = 'phone'", {"lineage"}, "a value without its origin"),
    ("UPDATE golden.lineage SET file = NULL", {"lineage"}, "an origin without its file"),
    (
        "UPDATE golden.lineage SET source_ref = (SELECT max(source_ref) FROM golden.membership)",
        {"lineage"},
        "a value taken from somebody else's record",
    ),
    (
        "UPDATE golden.crosswalk SET current_customer_id = 'c00000000000000cc' WHERE customer_id = 'c00000000000000aa'",
        {"crosswalk"},
        "an old id leads nowhere",
    ),
    ("DELETE FROM golden.crosswalk WHERE cause = 'new'", {"crosswalk", "change"}, "a customer not in the crosswalk"),
    ("UPDATE meta.judgement SET verdict = 'different'", {"judgement"}, "whom a steward told apart is one customer"),
    ("UPDATE meta.judgement SET verdict = 'same'", {"judgement"}, "whom a steward called one person is two customers"),
    (
        "UPDATE golden.identifier SET is_shared = FALSE; UPDATE golden.identifier SET value = 'Pat' WHERE kind = 'name'",
        {"identifier"},
        "shared by many and not marked",
    ),
    ("UPDATE golden.identifier SET scope = '' WHERE kind = 'handle'", {"identifier"}, "a handle of no platform"),
    ("UPDATE meta.ledger SET accepted = accepted - 1 WHERE source = 'sms'", {"ledger"}, "a record lost in silence"),
    ("DELETE FROM meta.quarantine", {"ledger"}, "quarantined and not kept"),
    ("UPDATE golden.change SET change = 'vanished'", {"change"}, "an unknown change"),
    ("INSERT INTO golden.consent SELECT * REPLACE (FALSE AS allowed) FROM golden.consent", {"consent"}, "a yes and a no"),
]


def rounds() -> Iterator[list[tuple[str, set[str], str]]]:
    """Yield breaks that fall to suites of their own, together: a round is one validation."""
    left = BREAKS
    while left:
        taken: list[tuple[str, set[str], str]] = []
        for each in left:
            if not any(suites & each[1] for _, suites, _ in taken):
                taken.append(each)
        left = [each for each in left if each not in taken]
        yield taken


@pytest.mark.parametrize("broken", [pytest.param(each, id="; ".join(words for *_, words in each)) for each in rounds()])
def test_a_broken_promise_stops_the_publish(home, broken):
    suites = set[str]().union(*(suites for _, suites, _ in broken))
    for break_it, _, _ in broken:
        change(home, break_it)
    with pytest.raises(ValidationStopped) as stopped:
        validate(home, NIGHT)
    document = json.loads((candidate_folder(home) / "checks.json").read_text())
    failed = {check["suite"] for check in document["checks"] if not check["success"] and check["severity"] == "critical"}
    assert failed == suites
    assert not any(check["could_not_run"] for check in document["checks"])
    for suite in suites:
        assert f"  {suite}: " in str(stopped.value)
    assert str(candidate_folder(home) / "report.html") in str(stopped.value)
    assert "Stopped" in (candidate_folder(home) / "report.html").read_text()
    with pytest.raises(ValidationStopped, match="did not pass"):
        publish(home, NIGHT)


def test_a_failure_leaves_the_version_in_use_and_status_tells(home):
    validate(home, NIGHT)
    before = publish(home, NIGHT)
    change(home, "DELETE FROM golden.lineage")
    with pytest.raises(ValidationStopped, match=f"version {before} stays in use"):
        validate(home, NIGHT + timedelta(days=1))
    assert current(home).name == before
    told = status(home)
    assert told.version == before
    assert told.failed_validation.night == NIGHT + timedelta(days=1)
    assert any("lineage" in words for words in told.failed_validation.failed)


@pytest.mark.parametrize(
    ("customers", "stops"), [pytest.param(53, True, id="a tenth fewer"), pytest.param(57, False, id="a twentieth fewer")]
)
def test_a_drop_in_customers_against_the_version_in_use_stops_the_publish(home, customers, stops):
    validate(home, NIGHT)
    publish(home, NIGHT)
    write_warehouse(home, customers=customers)
    change(
        home,
        f"ATTACH '{current(home) / 'customers.duckdb'}' AS before (READ_ONLY); INSERT INTO golden.crosswalk "
        "SELECT customer_id, NULL, since, 'forgotten' FROM before.golden.customer "
        "ANTI JOIN golden.crosswalk USING (customer_id) "
        "CROSS JOIN (SELECT max(since) AS since FROM golden.crosswalk)",
    )
    if stops:
        with pytest.raises(ValidationStopped, match="row_count_to_be_between: observed 53, expected at least 54"):
            validate(home, NIGHT)
    else:
        assert validate(home, NIGHT).passed


def test_an_id_of_the_version_in_use_that_leads_nowhere_stops_the_publish(home):
    validate(home, NIGHT)
    publish(home, NIGHT)
    write_warehouse(home, customers=58)
    with pytest.raises(ValidationStopped, match="crosswalk: unexpected_rows_expectation: 2 rows break it"):
        validate(home, NIGHT)


def test_a_warning_lets_the_night_through(home):
    change(home, "UPDATE golden.customer SET full_name = NULL; DELETE FROM golden.lineage WHERE attribute = 'full_name'")
    report = validate(home, NIGHT)
    assert report.worst_failure == "warning"
    assert [(check.suite, check.column) for check in report.failed if check.column] == [("customer", "full_name")]


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        pytest.param(
            "- {type: expect_column_to_be_nice, kwargs: {column: phone}, severity: warning}",
            "Great Expectations has no expect_column_to_be_nice",
            id="an expectation that does not exist",
        ),
        pytest.param(
            "- {type: expect_column_values_to_be_unique, kwargs: {column: shoe_size}, severity: info}",
            'The column "shoe_size" in BatchData does not exist',
            id="a column that is not there",
        ),
        pytest.param(
            "- {type: unexpected_rows_expectation, severity: info, "
            "kwargs: {unexpected_rows_query: 'SELECT nope FROM {batch}'}}",
            'Binder Error: Referenced column "nope" not found',
            id="a query that names what is not there",
        ),
        pytest.param(
            "- {type: unexpected_rows_expectation, severity: info, "
            "kwargs: {unexpected_rows_query: 'SELECT full_name::INTEGER FROM {batch}'}}",
            "ConversionException (its message is kept back",
            id="an error that quotes a record",
        ),
    ],
)
def test_a_check_that_could_not_run_is_a_failed_critical_one_and_says_why(home, entry, reason):
    change(
        home,
        f"UPDATE golden.customer SET full_name = '{PERSON}'; UPDATE golden.lineage SET value = '{PERSON}' "
        "WHERE attribute = 'full_name'",
    )
    add_suite(
        home, "customer", f"{entry}\n- {{type: expect_table_row_count_to_equal, kwargs: {{value: 60}}, severity: info}}\n"
    )
    with pytest.raises(ValidationStopped) as stopped:
        validate(home, NIGHT)
    assert f"could not run: {reason}" in str(stopped.value)
    assert PERSON not in str(stopped.value)
    found = json.loads((candidate_folder(home) / "checks.json").read_text())["checks"]
    own = [check for check in found if check["suite"] == "customer"]
    assert [(check["severity"], check["success"]) for check in own] == [("critical", False), ("info", True)]


def test_a_suite_of_a_table_that_is_not_there_stops_the_publish(home):
    add_suite(home, "loyalty", "- {type: expect_table_row_count_to_equal, kwargs: {value: 1}, severity: warning}\n")
    with pytest.raises(ValidationStopped, match="the candidate has no table loyalty"):
        validate(home, NIGHT)


def test_no_persons_value_leaves_the_candidate(home, capfd, caplog):
    change(
        home,
        f"UPDATE golden.customer SET phone = '{PERSON}', email = '{PERSON}', handle = '@ {PERSON}', full_name = '{PERSON}';"
        f"UPDATE golden.identifier SET value = '{PERSON}'; UPDATE golden.interaction SET channel = '{PERSON}';"
        f"UPDATE golden.lineage SET rule = NULL, value = '{PERSON}'",
    )
    with pytest.raises(ValidationStopped) as stopped:
        validate(home, NIGHT)
    with duckdb.connect(str(candidate_file(home)), read_only=True) as con:
        table = str(con.execute("FROM meta.check").fetchall())
    folder = candidate_folder(home)
    out, err = capfd.readouterr()
    said = [str(stopped.value), table, (folder / "checks.json").read_text(), caplog.text, out, err]
    assert not [text for text in said if "Zaphod" in text or "555" in text]
    assert out == "", "stdout is for results"


def test_there_is_nothing_to_validate_before_a_load(tmp_path):
    empty = Home(tmp_path)
    with pytest.raises(ConfigurationError, match="run the stages extract, resolve and load first"):
        validate(empty, NIGHT)
    empty.database.parent.mkdir()
    duckdb.connect(str(empty.database)).close()
    with pytest.raises(ConfigurationError, match=r"no table golden.customer; run the stage load first"):
        build_candidate(empty)


def rows_in_order(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(path), read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL").fetchall()
        return {name: con.execute(f"FROM {name}").fetchall() for (name,) in tables}


def test_the_candidate_holds_every_row_in_its_order(home):
    change(home, "CREATE SCHEMA staging; CREATE TABLE staging.secret AS SELECT 1 AS n")
    before = rows_in_order(home.database)
    del before["staging.secret"]
    assert rows_in_order(build_candidate(home)) == before


def test_the_expectations_hold_on_tables_without_a_row(home):
    with duckdb.connect(str(home.database)) as con:
        for schema, table in con.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall():
            con.execute(f"DELETE FROM {schema}.{table}")
    path = build_candidate(home)
    checks = run_suites(path, None, load_suites(home, PARAMETERS), parameter_values(None))
    failed = [check for check in checks if not check.success]
    assert {(check.suite, check.expectation) for check in failed} <= {
        ("customer", "expect_table_row_count_to_be_between"),
        ("membership", "expect_table_row_count_to_be_between"),
    }
    assert not [check for check in failed if check.could_not_run]
