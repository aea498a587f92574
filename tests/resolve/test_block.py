"""Blocking: exact counts before scoring, and a budget that holds."""

import itertools
import logging

import duckdb
import pytest

from pipelines.resolve.evidence.identities import build_identities
from pipelines.resolve.evidence.versions import build_versions
from pipelines.resolve.pairs.block import candidate_pairs
from pipelines.resolve.pairs.blocks import build_blocks
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import Linkage, load_linkage
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse import build
from tests.resolve.worlds import NIGHT, home_in, land, message, rows_of, run_resolve, told


@pytest.fixture
def blocked(tmp_path):
    """A function that builds the blocks of messages and returns the connection, all identities dirty."""
    from pipelines.extract.landing.lake import attach_lake

    connections = []

    def blocks_of(records, **changed):
        home = home_in(tmp_path)
        land(home, NIGHT, records)
        con = duckdb.connect()
        connections.append(con)
        con.execute("CREATE SCHEMA staging; CREATE SCHEMA resolve").fetchall()
        attach_lake(con, home.lake)
        build_versions(con, home)
        for table in ("interaction", "profile", "identifier"):
            build(con, home, f"staging.{table}")
        linkage = load_linkage(PACKAGE_ROOT / "config/linkage.yml")
        linkage = Linkage(**(linkage.model_dump() | changed))
        build_identities(con, Home(tmp_path), linkage, load_model(PACKAGE_ROOT / "config/linkage_model.json"), NIGHT)
        build_blocks(con, Home(tmp_path), linkage, NIGHT)
        con.execute("CREATE TEMP TABLE dirty AS SELECT identity_id FROM resolve.identity").fetchall()
        return con, linkage

    yield blocks_of
    for con in connections:
        con.close()


def letters(count, mails=3):
    return [
        message(
            "mail",
            str(n),
            told("email", f"box{n % mails}@x.example"),
            told("name", f"Anna Sm{chr(97 + n % 26)}th{n // 26 * 'e'}"),
        )
        for n in range(count)
    ]


def test_the_counts_are_exact_before_anything_is_scored(blocked):
    con, linkage = blocked(letters(20))
    counted = dict(con.execute("SELECT rule, pairs FROM resolve.block").fetchall())
    mails = con.execute("SELECT identity_id, emails || contested_emails FROM resolve.identity").fetchall()
    expected = sum(len(set(left) & set(right)) for (_, left), (_, right) in itertools.combinations(mails, 2))
    assert counted["email"] == expected == 57
    pairs = candidate_pairs(con, linkage)
    assert (
        pairs
        == con.execute("SELECT count(*) FROM (SELECT DISTINCT identity_l, identity_r FROM candidate_pair)").fetchall()[0][0]
    )
    assert pairs <= sum(counted.values())


def test_a_junk_value_is_left_out_and_told(blocked, caplog):
    rules = load_linkage(PACKAGE_ROOT / "config/linkage.yml").model_dump()["rules"] | {"email": {"max_block": 5}}
    with caplog.at_level(logging.WARNING):
        con, _ = blocked(letters(20), rules=rules)
    assert con.execute(
        "SELECT pairs, largest_block, blocks_left_out FROM resolve.block WHERE rule = 'email'"
    ).fetchall() == [(0, 7, 3)]
    assert "rule email leaves out 3 blocks" in caplog.text
    assert "@" not in caplog.text


def test_over_the_budget_the_rule_with_the_largest_block_is_cut(blocked, caplog):
    with caplog.at_level(logging.WARNING):
        con, linkage = blocked(letters(320, mails=40), pair_budget=1000)
    assert con.execute("SELECT sum(pairs) FROM resolve.block").fetchall()[0][0] <= 1000
    assert "held to" in caplog.text
    assert candidate_pairs(con, linkage) <= 1000


def test_claims_meet_owners_and_not_each_other_alone(blocked):
    claim = told("email", "anna@x.example", evidence="claimed")
    con, linkage = blocked([
        message("mail", "1", told("email", "anna@x.example")),
        message("x", "1", told("account", "1", scope="x"), claim),
    ])  # fmt: skip
    assert candidate_pairs(con, linkage) == 1
    assert con.execute("SELECT rule FROM candidate_pair").fetchall() == [("claim",)]


def test_a_block_that_outgrows_its_rule_makes_its_carriers_dirty(tmp_path):
    """Edges that stand on a block which is left out tonight go, as they would not be there in a full run."""
    home = home_in(tmp_path)
    config = tmp_path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True)
    words = (PACKAGE_ROOT / "config/linkage.yml").read_text()
    config.write_text(
        words.replace("email: {max_block: 1000}", "email: {max_block: 3}").replace(
            "name: {max_block: 400}", "name: {max_block: 2}"
        )
    )
    land(home, NIGHT, letters(3, mails=1))
    run_resolve(home)
    assert rows_of(home, "SELECT count(*) FROM resolve.edge WHERE rule = 'email'") == [(3,)]
    land(home, NIGHT.replace(day=21), [message("mail", "new", told("email", "box0@x.example"), told("name", "Anna Smzth"))])
    run_resolve(home, NIGHT.replace(day=21))
    assert rows_of(home, "SELECT count(*) FROM resolve.edge WHERE rule = 'email'") == [(0,)]


def test_an_empty_lake_resolves_to_nothing(tmp_path):
    home = home_in(tmp_path)
    rows = run_resolve(home)
    assert rows["resolve.customer"] == rows["resolve.edge"] == 0
