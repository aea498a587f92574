"""What is seen of a pair at a glance never hides evidence: each level's need is there wherever its condition holds."""

import random

import duckdb
import pytest

from pipelines.extract.landing.lake import attach_lake
from pipelines.resolve.evidence.identities import build_identities
from pipelines.resolve.evidence.versions import build_versions
from pipelines.resolve.pairs.glance import NEEDS, may_reach, take_glance
from pipelines.resolve.scoring import agreement
from pipelines.resolve.scoring.comparisons import COLUMNS, CONDITIONS
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.scoring.score import score_pairs
from pipelines.resolve.settings import load_linkage
from pipelines.settings import PACKAGE_ROOT, Home
from pipelines.warehouse import build
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, home_in, land, row, told

POPULATION = 4096
MODEL = PACKAGE_ROOT / "config/linkage_model.json"
WORDS = ["Alexander", "Alexandra", "Alexnader", "Maria", "Mario", "Smith", "Smiht", "Jo", "J.", "Anne-Marie", "Kowalczyk"]


@pytest.fixture(scope="module")
def crowd(tmp_path_factory):
    """Some two hundred identities, most of which are slips of one another, and a glance at them all."""
    rng, folder = random.Random(5), tmp_path_factory.mktemp("crowd")  # noqa: S311
    home, con = home_in(folder), duckdb.connect()
    land(home, NIGHT, [random_record(rng, str(n)) for n in range(150)] + [typed_row(rng, n) for n in range(150)])
    con.execute("CREATE SCHEMA staging; CREATE SCHEMA resolve").fetchall()
    attach_lake(con, home.lake)
    build_versions(con, home)
    for table in ("interaction", "profile", "identifier"):
        build(con, home, f"staging.{table}")
    model = load_model(MODEL)
    build_identities(con, Home(folder), load_linkage(PACKAGE_ROOT / "config/linkage.yml"), model, NIGHT)
    agreement.install(con)
    con.execute("CREATE TEMP TABLE numbered AS SELECT rowid AS node, identity_id FROM resolve.identity")
    take_glance(con)
    yield con, model
    con.close()


def typed_row(rng, number):
    """A row of the CRM as it is typed: letters swapped, digits wrong, values missing."""

    def slip(word):
        place = rng.randrange(len(word))
        return rng.choice([word, word, word[:place] + word[place + 1 :], word[:place] + rng.choice("aeb71") + word[place:]])

    party = [
        told("name", f"{slip(rng.choice(WORDS))} {slip(rng.choice(WORDS))}"),
        told("email", slip(f"{rng.choice(['anna', 'maria'])}.smith{rng.randrange(3)}@x.example")),
        told("account", slip("4710081234"), scope="shop"),
        told("date_of_birth", f"19{rng.randrange(50, 53)}-0{rng.randrange(1, 4)}-0{rng.randrange(1, 5)}"),
        told("street", slip("12 Station Road")),
        told("postcode", rng.choice(["M1 1AA", "M1 1AB"])),
        told("city", slip("Leeds")),
        told("company", rng.choice(["Acme", "Bolt"])),
    ]
    return row("typed", str(number), *(one for one in party if rng.random() < 0.6), minutes=number)


@pytest.mark.parametrize("number", range(len(load_model(MODEL).comparisons)))
def test_where_a_level_is_the_pairs_own_its_need_is_there(crowd, number):
    con, model = crowd
    levels = model.comparisons[number].levels
    met = " ".join(f"WHEN {CONDITIONS[one.condition]} THEN {place}" for place, one in enumerate(levels[:-1]))
    level = f"CASE {met} ELSE {len(levels) - 1} END"
    needs = " OR ".join(
        f"(level = {place} AND NOT coalesce({NEEDS[one.condition]}, FALSE))"
        for place, one in enumerate(levels)
        if one.condition in NEEDS
    )
    sides = ", ".join(f"one.{name} AS {name}_l, other.{name} AS {name}_r" for name in COLUMNS)
    missed = con.execute(f"""
        SELECT level, one.full_name, other.full_name
        FROM (
            SELECT {sides}, one.rowid AS one, other.rowid AS other, {level} AS level
            FROM resolve.identity AS one, resolve.identity AS other WHERE one.identity_id < other.identity_id
        ) AS pair
        INNER JOIN glance AS l ON pair.one = l.node
        INNER JOIN glance AS r ON pair.other = r.node
        INNER JOIN resolve.identity AS one ON one.rowid = pair.one
        INNER JOIN resolve.identity AS other ON other.rowid = pair.other
        WHERE {needs}
    """).fetchall()
    assert missed == []


@pytest.mark.parametrize("least", [-6.0, 0.0, 8.0])
def test_no_pair_that_reaches_the_bound_is_left_out(crowd, least):
    con, model = crowd
    pairs = """
        SELECT one.identity_id AS identity_l, other.identity_id AS identity_r, one.rowid AS l, other.rowid AS r
        FROM resolve.identity AS one, resolve.identity AS other WHERE one.identity_id < other.identity_id
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE candidate_pair AS {pairs}")
    scored = score_pairs(con, model, POPULATION, keep_above=least)
    kept = {tuple(pair.values()) for pair in scored.select(["identity_l", "identity_r"]).to_pylist()}
    able = set(
        con.execute(f"""
            SELECT identity_l, identity_r FROM ({pairs}) AS pair
            INNER JOIN glance AS l ON pair.l = l.node INNER JOIN glance AS r ON pair.r = r.node
            WHERE {may_reach(model, POPULATION, least)}
        """).fetchall()
    )
    assert kept - able == set()
    assert 0 < len(able) < con.execute("SELECT count(*) FROM candidate_pair").fetchall()[0][0]
