"""The SELECTs of ``sql/`` build tables; one that cannot run is told with its file."""

import pytest

from pipelines.errors import ConfigurationError
from pipelines.settings import Home
from pipelines.warehouse import build, connect


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        pytest.param("SELEC 1", "line 1: Parser Error: syntax error", id="no SQL"),
        pytest.param("SELECT 1; SELECT 2", "expected one SELECT, found 2 statements", id="two statements"),
        pytest.param("SELECT $day", "no value for $day", id="a parameter that nobody gives"),
        pytest.param("SELECT 1\nFROM golden.nowhere", "line 2: Catalog Error: Table with name nowhere", id="no such table"),
        pytest.param("SELECT\n  nobody\nFROM range(1)", 'line 2: Binder Error: Referenced column "nobody"', id="no column"),
    ],
)
def test_a_select_of_the_home_that_cannot_run_is_told_with_its_file_and_line(sql, says, tmp_path):
    own = tmp_path / "config" / "sql" / "golden" / "customer.sql"
    own.parent.mkdir(parents=True)
    own.write_text(sql)
    with connect(":memory:", Home(tmp_path)) as con:
        con.execute("CREATE SCHEMA golden")
        with pytest.raises(ConfigurationError) as wrong:
            build(con, Home(tmp_path), "golden.customer")
    assert str(wrong.value).startswith(f"{own}: {says}")
