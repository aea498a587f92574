"""Suites are written by hand: what is wrong with one is told with its file and entry."""

from pathlib import Path

import pytest

from pipelines.errors import ConfigurationError
from pipelines.load.validate import PARAMETERS, parameter_values, validate
from pipelines.load.validation.suites import load_suites, suite_names
from pipelines.load.versions.candidate import candidate_file
from pipelines.settings import PACKAGE_ROOT, Home
from tests.load.fixture_golden import NIGHT, add_suite, write_warehouse


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path)
    found.tmp.mkdir()
    write_warehouse(found)
    return found


MALFORMED = [
    pytest.param("customers: []", "expected a list", id="no list"),
    pytest.param("[]", "expected a list", id="empty"),
    pytest.param("- {type: [", ":1: not YAML", id="not YAML"),
    pytest.param("- just words", "entry 1: expected a mapping", id="an entry that is a word"),
    pytest.param("- {kwargs: {}, severity: info}", "entry 1: expected a mapping", id="no type"),
    pytest.param("- {type: expect_column_to_exist, kwargs: {column: a}}", "entry 1: severity is one of", id="no severity"),
    pytest.param(
        "- {type: expect_column_to_exist, kwargs: {column: a}, severity: fatal}",
        "severity is one of critical, warning, info",
        id="an unknown severity",
    ),
    pytest.param("- {type: x, severity: info, kwargs: [a]}", "kwargs is a mapping", id="kwargs that are a list"),
    pytest.param("- {type: x, severity: info, note: typo}", "unknown key note", id="an unknown key"),
    pytest.param(
        "- {type: expect_table_row_count_to_equal, kwargs: {value: {$PARAMETER: moon}}, severity: info}",
        "entry 1: no parameter moon; there are customers_at_least",
        id="an unknown parameter",
    ),
    pytest.param(
        "- {type: expect_table_row_count_to_equal, kwargs: {value: 1}, severity: info}\n"
        "- {type: expect_column_values_to_be_in_set, kwargs: {column: a, value_sets: [b]}, severity: info}",
        "entry 2",
        id="an argument the expectation does not take",
    ),
]


@pytest.mark.parametrize(("text", "words"), MALFORMED)
def test_a_malformed_suite_is_a_configuration_error_that_names_file_and_entry(home, text, words):
    add_suite(home, "customer", text)
    with pytest.raises(ConfigurationError, match=r"customer\.yml") as wrong:
        validate(home, NIGHT)
    assert words in str(wrong.value)


def test_the_homes_suite_stands_in_for_ours(home):
    add_suite(home, "customer", "- {type: expect_table_row_count_to_equal, kwargs: {value: 60}, severity: critical}\n")
    assert [check.expectation for check in validate(home, NIGHT).checks if check.suite == "customer"] == [
        "expect_table_row_count_to_equal"
    ]


def test_every_entry_says_what_a_failure_means_and_every_suite_what_breaking_it_means(tmp_path):
    for name, entries in load_suites(Home(tmp_path), PARAMETERS).items():
        head = (PACKAGE_ROOT / "expectations" / f"{name}.yml").read_text().splitlines()[:4]
        assert any(line.startswith("# Broken, ") for line in head), name
        assert all(entry.notes for entry in entries), name


def test_every_parameter_is_given_a_value(home):
    validate(home, NIGHT)
    assert set(parameter_values(None)) == set(parameter_values(candidate_file(home))) == PARAMETERS


def test_suites_are_found_wherever_they_stand(home):
    add_suite(home, "loyalty", "- {}")
    assert "loyalty" in suite_names(home)
    assert "customer" in suite_names(home)
