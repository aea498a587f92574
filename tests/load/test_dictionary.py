"""The data dictionary tells of every column there is, and of none that is not."""

import pytest

from pipelines.errors import ConfigurationError
from pipelines.load.dictionary import PAGE, PUBLISHED, read_table, read_tables, render
from pipelines.load.stage import AFTER_ENQUIRIES, BEFORE_ENQUIRIES, META
from pipelines.settings import PACKAGE_ROOT

BUILT = (*BEFORE_ENQUIRIES, "golden.household", *AFTER_ENQUIRIES, *META, "meta.run")


def test_page_is_what_the_yaml_files_say_today():
    assert PAGE.read_text(encoding="utf-8") == render(), "run: python -m pipelines.load.dictionary"


@pytest.mark.parametrize("name", BUILT)
def test_table_has_the_columns_and_types_its_dictionary_describes(name, story):
    schema, table = name.split(".")
    described = read_table(PACKAGE_ROOT / "sql" / schema / f"{table}.yml")
    built = story.execute(f"DESCRIBE {name}").fetchall()
    assert [(column.name, column.type) for column in described.columns] == [(row[0], row[1]) for row in built]


def test_every_table_that_is_built_is_described_and_every_described_one_is_built(story):
    tables = "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('golden', 'meta')"
    built = {row[0] for row in story.execute(tables).fetchall()}
    described = {table.name for table in read_tables(PUBLISHED)} - {"meta.check"}  # the validate stage writes it
    assert {name for name in described if not name.startswith("mart.")} == built == set(BUILT)


def test_every_select_has_its_dictionary_and_says_its_grain_in_the_same_place():
    for path in sorted((PACKAGE_ROOT / "sql").glob("*/*.sql")):
        assert path.with_suffix(".yml").is_file(), f"{path.name} has no dictionary beside it"
        head = path.read_text(encoding="utf-8")
        for word in (f"-- {path.parent.name}.{path.stem}: ", "-- Grain   ", "-- Reads   "):
            assert word in head, f"the head of {path} has no {word!r}"


def test_columns_that_hold_what_people_are_called_are_marked_as_personal():
    holding = {"value", "full_name", "email", "phone", "handle", "street", "text", "party_ref", "conversation_ref", "file"}
    for table in read_tables(PUBLISHED):
        for column in table.columns:
            if column.name in holding:
                assert column.pii, f"{table.name}.{column.name} is personal"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("description: d\ncolumns: {}\n", id="no grain"),
        pytest.param("description: d\ngrain: g\ncolumns: {a: {type: VARCHAR, meaning: m}}\n", id="a column without pii"),
        pytest.param(
            "description: d\ngrain: g\ncolumns: {a: {type: VARCHAR, meaning: m, pii: maybe}}\n", id="pii is not yes or no"
        ),
        pytest.param("- a\n", id="a list"),
    ],
)
def test_dictionary_that_lacks_something_is_refused_with_its_file(text, tmp_path):
    path = tmp_path / "customer.yml"
    path.write_text(text)
    with pytest.raises(ConfigurationError, match=r"customer\.yml"):
        read_table(path)
