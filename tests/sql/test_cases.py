"""Each SELECT of sql/ against its YAML cases: the rows it is given, the rows it must leave.

A case file is ``tests/sql/cases/<schema>.<table>.yml``: a list of ``case`` (what it shows), ``given`` (``table: rows``, a
row a mapping; columns it does not name are NULL) and ``expect`` (the rows, with the columns the case is about). A table
that the SELECT reads and the case does not give is empty. ``policy`` and ``values`` stand in for parts of policy.yml.
"""

import re
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from pipelines.load.golden import answered
from pipelines.load.golden.policy import Policy, load_policy, register_policy
from pipelines.resolve.scoring import agreement
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse import build, connect
from tests.load.fixture_night import TABLES

CASES = Path(__file__).parent / "cases"
POLICY = load_policy(PACKAGE_ROOT / "config" / "policy.yml")
COLUMNS = TABLES | {
    "scratch.turn_enquiry": "turn BIGINT, first_turn BIGINT",
    "scratch.turn_first_ask": "turn BIGINT, first_turn BIGINT",
    "run_tonight": "stage VARCHAR, table_name VARCHAR, row_count BIGINT",
    "lake_ledger": "source VARCHAR, night DATE, file VARCHAR, warnings STRUCT(reason VARCHAR, count BIGINT)[], "
    "suppressed_reasons STRUCT(reason VARCHAR, count BIGINT)[]",
    "lake_quarantine": "source VARCHAR, night DATE, file VARCHAR, position VARCHAR, reason VARCHAR, raw BLOB",
}


def cases() -> list[Any]:
    return [
        pytest.param(path.stem, case, id=f"{path.stem}: {case['case']}")
        for path in sorted(CASES.glob("*.yml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


@pytest.mark.parametrize(("table", "case"), cases())
def test_select_leaves_the_rows_its_case_expects(table: str, case: dict[str, Any], tmp_path: Path):
    home = Home(tmp_path)
    with connect(":memory:", home) as con:
        con.execute(f"CREATE SCHEMA {table.split('.')[0]}")
        policy = Policy(**(POLICY.model_dump() | case.get("policy", {})))
        register_policy(con, policy)
        agreement.install(con)
        answered.install(con)
        for name in reads(table):
            give(con, name, case["given"].get(name, []))
        values = policy.enquiries.numbers | {"night": "2026-11-20", "threshold": 4.0}
        build(con, home, table, **(values | case.get("values", {})))
        columns = list(case["expect"][0]) if case["expect"] else ["*"]
        found = con.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY ALL").fetchall()
    expected = sorted((tuple(map(plain, row.values())) for row in case["expect"]), key=str)
    assert sorted((tuple(map(plain, row)) for row in found), key=str) == expected


def test_a_case_gives_only_tables_that_its_select_reads():
    for path in sorted(CASES.glob("*.yml")):
        for case in yaml.safe_load(path.read_text(encoding="utf-8")):
            assert set(case["given"]) <= set(reads(path.stem)), f"{path.name}: {case['case']}"


def reads(table: str) -> list[str]:
    """Return the tables the SELECT names after FROM and JOIN, but for its own CTEs and the policy's."""
    schema, name = table.split(".")
    text = (PACKAGE_ROOT / "sql" / schema / f"{name}.sql").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:FROM|JOIN) ([a-z_]+\.[a-z_]+|lake_[a-z]+|run_tonight)\b", text))
    return sorted(named)


def give(con: duckdb.DuckDBPyConnection, table: str, rows: list[dict[str, Any]]) -> None:
    """Create ``table`` with its columns and fill in ``rows``."""
    if "." in table:
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {table.split('.')[0]}")
    con.execute(f"CREATE TABLE {table} ({COLUMNS.get(table) or described(table)})")
    kinds = {row[0]: row[1] for row in con.execute(f"DESCRIBE {table}").fetchall()}
    for row in rows:
        marks = ", ".join(f"CAST(? AS {kinds[column]})" for column in row)
        con.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))


def described(table: str) -> str:
    schema, name = table.split(".")
    path = PACKAGE_ROOT / "sql" / schema / f"{name}.yml"
    columns = yaml.safe_load(path.read_text(encoding="utf-8"))["columns"]
    return ", ".join(f"{column} {entry['type']}" for column, entry in columns.items())


def plain(value: Any) -> str:
    """Write a value as a case writes it: times without their zone, which is UTC."""
    return "NULL" if value is None else str(value).removesuffix("+00:00")
