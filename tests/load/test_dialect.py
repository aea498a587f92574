"""The contract between Great Expectations and our dialect: every expectation in use and the common others, held both ways.

The table is ten customers whose values are known; each case says whether the expectation holds on them. A release of
either library that changes an answer fails here, before it lets a night through.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlalchemy
import yaml

from pipelines.load.validate import parameter_values, run_suites
from pipelines.load.validation import dialect
from pipelines.load.validation.suites import Entry
from pipelines.settings import PACKAGE_ROOT

QUANTILES = {"quantiles": [0.1, 0.5, 0.9]}

# n runs from 1 to 10; phone is E.164 in rows 1 to 8, no number in row 9, NULL in row 10; kind is 'a' or 'b', half each.
CASES: list[tuple[str, dict[str, Any], bool]] = [
    ("expect_column_values_to_be_unique", {"column": "id"}, True),
    ("expect_column_values_to_be_unique", {"column": "kind"}, False),
    ("expect_column_values_to_not_be_null", {"column": "id"}, True),
    ("expect_column_values_to_not_be_null", {"column": "phone"}, False),
    ("expect_column_values_to_not_be_null", {"column": "phone", "mostly": 0.9}, True),
    ("expect_column_values_to_be_null", {"column": "nothing"}, True),
    ("expect_column_values_to_be_null", {"column": "phone"}, False),
    ("expect_column_values_to_be_in_set", {"column": "kind", "value_set": ["a", "b"]}, True),
    ("expect_column_values_to_be_in_set", {"column": "kind", "value_set": ["a"]}, False),
    ("expect_column_values_to_not_be_in_set", {"column": "kind", "value_set": ["c"]}, True),
    ("expect_column_values_to_not_be_in_set", {"column": "kind", "value_set": ["b"]}, False),
    ("expect_column_distinct_values_to_be_in_set", {"column": "kind", "value_set": ["a", "b", "c"]}, True),
    ("expect_column_distinct_values_to_be_in_set", {"column": "kind", "value_set": ["a"]}, False),
    ("expect_column_distinct_values_to_equal_set", {"column": "kind", "value_set": ["a", "b"]}, True),
    ("expect_column_distinct_values_to_equal_set", {"column": "kind", "value_set": ["a", "b", "c"]}, False),
    ("expect_column_distinct_values_to_contain_set", {"column": "kind", "value_set": ["a"]}, True),
    ("expect_column_distinct_values_to_contain_set", {"column": "kind", "value_set": ["c"]}, False),
    ("expect_column_values_to_match_regex", {"column": "id", "regex": r"^c[0-9]{2}$"}, True),
    ("expect_column_values_to_match_regex", {"column": "phone", "regex": r"^\+[1-9][0-9]{6,14}$"}, False),
    ("expect_column_values_to_match_regex", {"column": "phone", "regex": r"^\+[1-9][0-9]{6,14}$", "mostly": 0.8}, True),
    ("expect_column_values_to_not_match_regex", {"column": "id", "regex": r"\s"}, True),
    ("expect_column_values_to_not_match_regex", {"column": "phone", "regex": r"^call"}, False),
    ("expect_column_values_to_match_regex_list", {"column": "id", "regex_list": ["^c", "^d"]}, True),
    ("expect_column_values_to_match_regex_list", {"column": "id", "regex_list": ["^d"]}, False),
    ("expect_column_values_to_match_like_pattern", {"column": "id", "like_pattern": "c%"}, True),
    ("expect_column_values_to_match_like_pattern", {"column": "id", "like_pattern": "d%"}, False),
    ("expect_column_values_to_be_between", {"column": "n", "min_value": 1, "max_value": 10}, True),
    ("expect_column_values_to_be_between", {"column": "n", "min_value": 2}, False),
    ("expect_column_values_to_be_between", {"column": "at", "min_value": "2026-01-01 00:00:00+00"}, True),
    ("expect_column_values_to_be_between", {"column": "at", "max_value": "2026-01-05 00:00:00+00"}, False),
    ("expect_column_value_lengths_to_be_between", {"column": "id", "min_value": 3, "max_value": 3}, True),
    ("expect_column_value_lengths_to_be_between", {"column": "phone", "max_value": 9}, False),
    ("expect_column_value_lengths_to_equal", {"column": "id", "value": 3}, True),
    ("expect_column_value_lengths_to_equal", {"column": "id", "value": 4}, False),
    ("expect_column_values_to_be_of_type", {"column": "n", "type_": "BIGINT"}, True),
    ("expect_column_values_to_be_of_type", {"column": "n", "type_": "VARCHAR"}, False),
    ("expect_column_values_to_be_in_type_list", {"column": "id", "type_list": ["TEXT", "VARCHAR"]}, True),
    ("expect_column_values_to_be_in_type_list", {"column": "id", "type_list": ["BIGINT"]}, False),
    ("expect_column_min_to_be_between", {"column": "n", "min_value": 1, "max_value": 1}, True),
    ("expect_column_min_to_be_between", {"column": "n", "min_value": 2}, False),
    ("expect_column_max_to_be_between", {"column": "n", "max_value": 10}, True),
    ("expect_column_max_to_be_between", {"column": "n", "max_value": 9}, False),
    ("expect_column_mean_to_be_between", {"column": "n", "min_value": 5.5, "max_value": 5.5}, True),
    ("expect_column_mean_to_be_between", {"column": "n", "min_value": 6}, False),
    ("expect_column_median_to_be_between", {"column": "n", "min_value": 5, "max_value": 6}, True),
    ("expect_column_median_to_be_between", {"column": "n", "min_value": 7}, False),
    ("expect_column_sum_to_be_between", {"column": "n", "min_value": 55, "max_value": 55}, True),
    ("expect_column_sum_to_be_between", {"column": "n", "max_value": 54}, False),
    ("expect_column_stdev_to_be_between", {"column": "n", "min_value": 3.02, "max_value": 3.03}, True),
    ("expect_column_stdev_to_be_between", {"column": "n", "max_value": 3}, False),
    (
        "expect_column_quantile_values_to_be_between",
        {"column": "n", "quantile_ranges": QUANTILES | {"value_ranges": [[1, 1], [5, 5], [9, 9]]}},
        True,
    ),
    (
        "expect_column_quantile_values_to_be_between",
        {"column": "n", "quantile_ranges": QUANTILES | {"value_ranges": [[1, 1], [6, 6], [9, 9]]}},
        False,
    ),
    ("expect_column_unique_value_count_to_be_between", {"column": "kind", "min_value": 2, "max_value": 2}, True),
    ("expect_column_unique_value_count_to_be_between", {"column": "kind", "min_value": 3}, False),
    ("expect_column_proportion_of_unique_values_to_be_between", {"column": "id", "min_value": 1}, True),
    ("expect_column_proportion_of_unique_values_to_be_between", {"column": "kind", "min_value": 0.9}, False),
    ("expect_column_proportion_of_non_null_values_to_be_between", {"column": "phone", "min_value": 0.9}, True),
    ("expect_column_proportion_of_non_null_values_to_be_between", {"column": "phone", "min_value": 0.95}, False),
    ("expect_column_most_common_value_to_be_in_set", {"column": "most", "value_set": ["x"]}, True),
    ("expect_column_most_common_value_to_be_in_set", {"column": "most", "value_set": ["y"]}, False),
    ("expect_column_pair_values_to_be_equal", {"column_A": "n", "column_B": "same"}, True),
    ("expect_column_pair_values_to_be_equal", {"column_A": "n", "column_B": "more"}, False),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "more", "column_B": "n"}, True),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "n", "column_B": "same"}, False),
    ("expect_column_pair_values_a_to_be_greater_than_b", {"column_A": "n", "column_B": "same", "or_equal": True}, True),
    ("expect_compound_columns_to_be_unique", {"column_list": ["kind", "n"]}, True),
    ("expect_compound_columns_to_be_unique", {"column_list": ["kind", "most"]}, False),
    ("expect_select_column_values_to_be_unique_within_record", {"column_list": ["n", "more"]}, True),
    ("expect_select_column_values_to_be_unique_within_record", {"column_list": ["n", "same"]}, False),
    ("expect_multicolumn_sum_to_equal", {"column_list": ["n", "rest"], "sum_total": 10}, True),
    ("expect_multicolumn_sum_to_equal", {"column_list": ["n", "same"], "sum_total": 10}, False),
    ("expect_column_to_exist", {"column": "id"}, True),
    ("expect_column_to_exist", {"column": "name"}, False),
    ("expect_table_row_count_to_equal", {"value": 10}, True),
    ("expect_table_row_count_to_equal", {"value": 11}, False),
    ("expect_table_row_count_to_be_between", {"min_value": 10, "max_value": None}, True),
    ("expect_table_row_count_to_be_between", {"max_value": 9}, False),
    ("expect_table_row_count_to_be_between", {"min_value": {"$PARAMETER": "customers_at_least"}}, True),
    ("expect_table_column_count_to_equal", {"value": 11}, True),
    ("expect_table_column_count_to_equal", {"value": 1}, False),
    ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT id FROM {batch} WHERE n > 10"}, True),
    ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT id FROM {batch} WHERE n > 9"}, False),
    (
        "unexpected_rows_expectation",
        {"unexpected_rows_query": "SELECT c.id FROM {batch} AS t LEFT JOIN golden.customer AS c USING (id) WHERE t.n > 10"},
        True,
    ),
]  # fmt: skip


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("contract") / "customers.duckdb"
    with duckdb.connect(str(path)) as con:
        con.execute("CREATE SCHEMA golden; CREATE SCHEMA meta")
        con.execute("""
            CREATE TABLE golden.customer AS
            SELECT 'c' || lpad(n::VARCHAR, 2, '0') AS id, n, n AS same, n + 1 AS more, 10 - n AS rest,
                CASE n WHEN 10 THEN NULL WHEN 9 THEN 'call me later' ELSE '+4420' || (1000000 + n) END AS phone,
                CASE WHEN n % 2 = 0 THEN 'a' ELSE 'b' END AS kind, CASE WHEN n < 7 THEN 'x' ELSE 'y' END AS most,
                NULL::VARCHAR AS nothing, TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_days((n - 1)::INTEGER) AS at,
                ['mail', 'chat'] AS channels
            FROM range(1, 11) AS t (n)
        """)
    return path


@pytest.fixture(scope="module")
def answers(database: Path) -> list[Any]:
    entries = [
        Entry("customer", number, kind, "critical", kwargs) for number, (kind, kwargs, _) in enumerate(CASES, start=1)
    ]
    return run_suites(database, None, {"customer": entries}, parameter_values(None))


@pytest.mark.parametrize(
    "number",
    [pytest.param(n, id=f"{kind}-{'holds' if holds else 'fails'}-{n}") for n, (kind, _, holds) in enumerate(CASES)],
)
def test_expectation_says_what_the_table_says(answers, number):
    assert answers[number].could_not_run is None
    assert answers[number].success is CASES[number][2]


def test_every_expectation_in_use_is_under_contract_both_ways():
    written = [entry for path in (PACKAGE_ROOT / "expectations").glob("*.yml") for entry in yaml.safe_load(path.read_text())]
    both = {kind for kind, _, holds in CASES if holds} & {kind for kind, _, holds in CASES if not holds}
    assert {entry["type"] for entry in written} <= both


def test_columns_are_reflected_in_their_order_with_their_types(database):
    with dialect.opened(database) as url:
        inspector = sqlalchemy.inspect(sqlalchemy.create_engine(url))
        columns = inspector.get_columns("customer", schema="golden")
        assert inspector.get_table_names(schema="golden") == ["customer"]
        assert inspector.get_schema_names() == ["golden", "meta"]
        assert inspector.has_table("customer", schema="golden")
        assert not inspector.has_table("customer", schema="meta")
    kinds = {column["name"]: str(column["type"]) for column in columns}
    assert list(kinds) == ["id", "n", "same", "more", "rest", "phone", "kind", "most", "nothing", "at", "channels"]
    assert (kinds["id"], kinds["n"]) == ("VARCHAR", "BIGINT")
    assert next(column["type"].timezone for column in columns if column["name"] == "at")


def test_a_result_outlives_the_rollback_that_comes_with_the_return_to_the_pool(database):
    with dialect.opened(database) as url:
        engine = sqlalchemy.create_engine(url)
        with engine.connect() as con:
            result = con.execute(sqlalchemy.text("SELECT n FROM golden.customer WHERE n > :least ORDER BY n"), {"least": 8})
            con.rollback()
            engine.connect().execute(sqlalchemy.text("SELECT 1")).all()
            assert result.scalars().all() == [9, 10]


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("DELETE FROM golden.customer", id="a row deleted"),
        pytest.param("CREATE TABLE golden.mine AS SELECT 1", id="a table made"),
        pytest.param("SET enable_external_access = true", id="the sandbox opened"),
        pytest.param("COPY golden.customer TO '/tmp/goldthread-should-not-be.csv'", id="a file written"),
        pytest.param("SELECT * FROM read_csv('/etc/hostname')", id="another file read"),
    ],
)
def test_nothing_is_written_and_nothing_else_is_read(database, statement):
    with dialect.opened(database) as url, sqlalchemy.create_engine(url).connect() as con:
        with pytest.raises((sqlalchemy.exc.DBAPIError, duckdb.Error)):
            con.execute(sqlalchemy.text(statement))
        assert con.execute(sqlalchemy.text("SELECT count(*) FROM golden.customer")).scalar_one() == 10


def test_the_file_is_free_afterwards_even_when_a_pool_still_holds_a_connection(database):
    with dialect.opened(database) as url:
        engine = sqlalchemy.create_engine(url)
        held = engine.connect()
    with duckdb.connect(str(database)) as con:  # a writer
        con.execute("CREATE TABLE meta.later AS SELECT 1 AS n")
        con.execute("DROP TABLE meta.later")
    held.close()


def test_last_nights_version_stands_beside_the_candidate(database, tmp_path):
    previous = tmp_path / "customers.duckdb"
    with duckdb.connect(str(previous)) as con:
        con.execute("CREATE SCHEMA golden; CREATE TABLE golden.customer AS SELECT 'c99' AS id")
    lost = sqlalchemy.text("SELECT id FROM previous.golden.customer EXCEPT SELECT id FROM golden.customer")
    with dialect.opened(database, previous) as url, sqlalchemy.create_engine(url).connect() as con:
        assert con.execute(lost).scalars().all() == ["c99"]
    with dialect.opened(database) as url, sqlalchemy.create_engine(url).connect() as con:
        assert con.execute(lost).scalars().all() == []
