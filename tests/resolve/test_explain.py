"""Every verdict on a pair, each in a story in which that cause holds: what is told must be what decided."""

import json
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from pipelines import warehouse
from pipelines.resolve.explaining.explain import explain_pair
from pipelines.resolve.judgements import Judgement, RecordKey, append_judgement
from pipelines.settings import PACKAGE_ROOT
from tests.resolve.worlds import NIGHT, customers, home_in, land, message, row, rows_of, run_resolve, told

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


def crm(ref, name, *more, born=None):
    given, family = name.split(" ", 1)
    shown = [told("name", name), told("given_name", given), told("family_name", family), *more]
    shown += [told("date_of_birth", born)] if born else []
    return row("crm", ref, *[told(i.kind, i.value, scope=i.scope, evidence="reference") for i in shown])


def mail(ref, address, name, *more):
    return message("mail", ref, told("email", address), told("name", name), *more)


def chat(ref, *party):
    return message("chat", ref, told("account", ref, scope="chat"), *party)


def claim(kind, value):
    return told(kind, value, evidence="claimed")


# Each story has people of its own, so that one resolved world holds them all.
EVIDENCE = [
    mail("ev1", "anna@x.example", "Anna Kowalczyk"),
    crm("ev2", "Anna Kowalczyk", told("email", "anna@x.example"), told("phone", "+447446850412")),
    message("sms", "ev3", told("phone", "+447446850412")),
]
RARE = [mail("rare1", "zt@x.example", "Zbigniew Trzeszczynski"), chat("rare2", told("name", "Zbigniew Trzeszczynski"))]
TWO_OF_A_NAME = [
    mail("two1", "g1@x.example", "Gudrun Aschenbrenner"),
    mail("two2", "g2@y.example", "Gudrun Aschenbrenner"),
    chat("two3", told("name", "Gudrun Aschenbrenner")),
]
SHORT = [
    crm("short1", "Millicent Oduya", told("postcode", "LS1 4AP"), told("city", "Leeds")),
    crm("short2", "Kestrel Oduya", told("postcode", "LS1 4AP"), told("city", "Leeds")),
]
STRANGERS = [mail("far1", "q@x.example", "Quirin Ostermeier"), mail("far2", "w@x.example", "Wilhelmina Postlethwaite")]
CLAIMED = [mail("cl1", "phoebe@x.example", "Phoebe Ravenscroft"), chat("cl2", claim("email", "phoebe@x.example"))]
CLAIMS_MANY = [
    *[mail(f"many{n}", f"many{n}@x.example", f"Ignatius {name}") for n, name in enumerate(["Abel", "Boyd", "Crane"])],
    chat("many9", told("name", "Ignatius"), *[claim("email", f"many{n}@x.example") for n in range(6)]),
]
BIRTHS = [
    crm("born1", "Bertram Hale", told("email", "b1@x.example"), born="1950-03-04"),
    crm("born2", "Bertram Hale", told("email", "b2@x.example"), born="1982-11-30"),
    message("desk", "born3", told("account", "7", scope="desk"), told("name", "Bertram Hale"),
            told("email", "b1@x.example"), told("email", "b2@x.example")),
]  # fmt: skip
FITS_TWO = [
    crm("fit1", "Rosemary Longencliffe", told("email", "longencliffe@x.example")),
    crm("fit2", "Rupert Longencliffe", told("email", "longencliffe@x.example")),
    message("mail", "fit3", told("email", "longencliffe@x.example"), told("name", "R. Longencliffe")),
]
JUDGED_SAME = [mail("same1", "ot@x.example", "Otis Fairweather"), chat("same2", told("name", "Marlon Quick"))]
JUDGED_APART = [
    mail("apart1", "ida@x.example", "Ida Lindgren"),
    crm("apart2", "Ida Lindgren", told("email", "ida@x.example")),
]
WHAT_IF = [  # two records, the piece that they lack, and what either then shows as well
    (
        [mail("mail1", "una@x.example", "Una Fairclough"), chat("mail2", claim("email", "una@x.example"))],
        "the same mail address", [told("email", "both@x.example")] * 2,
    ),
    (
        [mail("name1", "vera@x.example", "Vera Thistlewood"), chat("name2", claim("email", "vera@x.example"))],
        "the same name", [None, told("name", "Vera Thistlewood")],
    ),
    (
        [mail("order1", "wanda@x.example", "Wanda Pemberton"), chat("order2", told("name", "Xenia Goldsworthy"))],
        "the same order number", [told("reference", "GT-1234567")] * 2,
    ),
    (
        [crm("line1", "Yorick Bancroft"), crm("line2", "Zelda Bancroft")],
        "the same number", [told("phone", "+447446850777")] * 2,
    ),
    (
        [chat("day1", told("name", "Ottilie")), crm("day2", "Ottilie Marchbanks", born="1990-01-02")],
        "the same date of birth", [told("date_of_birth", "1990-01-02"), None],
    ),
]  # fmt: skip
LETTERS = [
    message("mail", "letters1", told("email", "skydiver77@gmx.example")),
    message("mail", "letters2", told("email", "skydiver77@posteo.example")),
]
CROWD = [chat(f"crowd{n}", claim("reference", "GT-7777777"), told("name", "Ann")) for n in range(120)]
WORLD = [
    *EVIDENCE, *RARE, *TWO_OF_A_NAME, *SHORT, *STRANGERS, *CLAIMED, *CLAIMS_MANY, *BIRTHS, *FITS_TWO, *JUDGED_SAME,
    *JUDGED_APART, *[record for pair, *_ in WHAT_IF for record in pair], *LETTERS, *CROWD,
]  # fmt: skip


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = home_in(tmp_path_factory.mktemp("verdicts"))
    land(home, NIGHT, WORLD)
    for verdict, left, right in (
        ("same", ("interaction", "mail", "same1"), ("interaction", "chat", "same2")),
        ("different", ("interaction", "mail", "apart1"), ("profile", "crm", "apart2")),
    ):
        sides = {"left": (RecordKey(*left),), "right": (RecordKey(*right),)}
        append_judgement(home, Judgement(verdict=verdict, by="a steward", at=AT, why="they told us", **sides))
    run_resolve(home)
    return home


@pytest.fixture(scope="module")
def strict_world(world, tmp_path_factory):
    """The names again, where a name alone is two bits short."""
    home = home_in(tmp_path_factory.mktemp("strict"))
    weight = explained(world, "rare1", "rare2").match_weight
    text = (PACKAGE_ROOT / "config" / "linkage.yml").read_text(encoding="utf-8")
    (home.path / "config").mkdir()
    (home.path / "config" / "linkage.yml").write_text(text.replace("threshold: 3.0", f"threshold: {weight + 2:.1f}"))
    land(home, NIGHT, [*RARE, *TWO_OF_A_NAME])
    run_resolve(home)
    return home


def identity(home, ref):
    ((found,),) = rows_of(home, f"SELECT DISTINCT identity_id FROM resolve.membership WHERE source_ref = '{ref}'")
    return found


@cache
def explained(home, left, right):
    con = warehouse.connect(home.database, home, read_only=True)
    try:
        return explain_pair(con, identity(home, left), identity(home, right), home)
    finally:
        con.close()


def are_one(home, left, right):
    by_ref = {record.split(" ", 1)[1]: customer for record, customer in customers(home).items()}
    return by_ref[left] == by_ref[right]


@pytest.mark.parametrize(
    ("left", "right", "verdict", "cause", "says"),
    [
        pytest.param("ev1", "ev2", "linked", "evidence", "above the threshold", id="evidence"),
        pytest.param("ev1", "ev3", "same customer", "through others", "over 2 links", id="joined by a third"),
        pytest.param("rare1", "rare2", "linked", "evidence", "above the threshold", id="a name that nobody else bears"),
        pytest.param("two1", "two2", "not linked", "equal names alone", "two people of it", id="two of one name"),
        pytest.param("two1", "two3", "not linked", "equal names alone", "may be meant as well", id="either of two"),
        pytest.param("short1", "short2", "not linked", "below the threshold", "bits short", id="too little evidence"),
        pytest.param("far1", "far2", "not linked", "never compared", "never compared", id="nothing in common"),
        pytest.param("cl1", "cl2", "not linked", "claim not believed", "no proof (claim, no name)", id="a bare claim"),
        pytest.param("many0", "many9", "not linked", "claim not believed", "believed in none", id="who claims many"),
        pytest.param("born2", "born3", "not linked", "dates of birth", "the guard", id="two dates of birth"),
        pytest.param("fit1", "fit3", "not linked", "fits two people", "stays with neither", id="fits two almost alike"),
        pytest.param("same1", "same2", "linked", "judged same", "a steward", id="judged the same"),
        pytest.param("apart1", "apart2", "not linked", "judged different", "a steward", id="judged different"),
        pytest.param("crowd1", "crowd2", "not linked", "block left out", "too many share", id="a value of too many"),
    ],
)  # fmt: skip
def test_a_verdict_names_the_cause_that_holds(world, left, right, verdict, cause, says):
    found = explained(world, left, right)
    assert (found.verdict, found.cause) == (verdict, cause), found.why
    assert says in found.why
    assert are_one(world, left, right) is (verdict != "not linked")
    assert sum(row.bits for row in found.rows) == pytest.approx(found.match_weight, abs=1e-4)


def test_the_same_letters_at_two_providers_speak_once(world):
    found = explained(world, "letters1", "letters2")
    assert [row.comparison for row in found.rows if row.bits > 0] == ["alias"], found.rows


@pytest.mark.parametrize(
    ("left", "right", "verdict", "cause", "says"),
    [
        pytest.param("rare1", "rare2", "linked", "rare name", "nobody else here bears", id="nobody else bears it"),
        pytest.param("two1", "two2", "not linked", "name not rare enough", "two people of it", id="two of one name"),
        pytest.param("two1", "two3", "not linked", "name not rare enough", "may be meant as well", id="either of two"),
    ],
)
def test_a_name_short_of_the_threshold_is_enough_only_where_nobody_else_bears_it(
    strict_world, left, right, verdict, cause, says
):
    found = explained(strict_world, left, right)
    assert (found.verdict, found.cause) == (verdict, cause), found.why
    assert says in found.why
    assert are_one(strict_world, left, right) is (verdict != "not linked")


@pytest.mark.parametrize(
    "pair", [("ev1", "ev2"), ("cl1", "cl2"), ("born2", "born3"), ("two1", "two3"), ("apart1", "apart2")]
)
def test_words_name_ids_and_numbers_and_nobody(world, pair):
    found = explained(world, *pair)
    for value in ("anna", "phoebe", "Bertram", "Hale", "Gudrun", "ida", "example", "1950", "1982"):
        assert value not in found.why


def test_every_refusal_that_the_night_noted_is_told_with_its_reason(world):
    cut = "SELECT reason, min((identity_l, identity_r)) FROM resolve.guard_cut WHERE NOT is_judgement GROUP BY reason"
    noted = rows_of(world, cut)
    assert {reason for reason, _ in noted} >= {"dates of birth", "judged different", "equal names alone"}
    con = warehouse.connect(world.database, world, read_only=True)
    try:
        for reason, (left, right) in noted:
            assert explain_pair(con, left, right, world).cause == reason
    finally:
        con.close()


def test_the_links_that_join_two_lead_from_the_one_to_the_other(world):
    found = explained(world, "ev1", "ev3")
    here = found.left
    for link in found.path:
        assert here in (link.identity_l, link.identity_r)
        here = link.identity_r if here == link.identity_l else link.identity_l
    assert here == found.right
    assert all(link.match_weight >= found.threshold for link in found.path)


def test_the_two_who_contradict_are_named(world):
    found = explained(world, "born2", "born3")
    assert identity(world, "born1") in found.why
    assert identity(world, "born2") in found.why
    assert found.between


def test_the_other_bearer_of_a_name_is_named(world):
    assert explained(world, "two1", "two3").rivals == [identity(world, "two2")]
    assert explained(world, "fit1", "fit3").rivals == [identity(world, "fit2")]


def test_what_one_piece_more_would_have_made_is_what_it_makes(world, tmp_path):
    """The oracle: the same pairs of records, each with its piece, resolved."""
    home = home_in(tmp_path)
    land(home, NIGHT, [with_more(*both) for pair, _, more in WHAT_IF for both in zip(pair, more, strict=True)])
    run_resolve(home)
    links = []
    for (left, right), piece, _ in WHAT_IF:
        found = explained(world, left.source_ref, right.source_ref)
        assert found.verdict == "not linked"
        would_link = {told.piece: told.would_link for told in found.missing}.get(piece, False)
        assert are_one(home, left.source_ref, right.source_ref) is would_link, piece
        links.append(would_link)
    assert set(links) == {True, False}


def with_more(record, identifier):
    if identifier is None:
        return record
    if record.source == "crm":
        return row("crm", record.source_ref, *record.identifiers, identifier)
    return message(record.source, record.source_ref, *record.party, identifier)


def test_settings_that_have_changed_since_are_said_instead_of_guessed_around(world):
    own = Path(world.path) / "config" / "linkage.yml"
    own.parent.mkdir(exist_ok=True)
    text = (PACKAGE_ROOT / "config" / "linkage.yml").read_text(encoding="utf-8")
    own.write_text(text.replace("threshold: 3.0", "threshold: 300.0").replace("unique_name: 5.0", "unique_name: 0.0"))
    try:
        found = explained.__wrapped__(world, "ev1", "ev2")
    finally:
        own.unlink()
    assert (found.verdict, found.cause) == ("same customer", "decided otherwise")


def test_another_model_than_the_one_that_decided_is_said(world):
    own = Path(world.path) / "config" / "linkage_model.json"
    own.parent.mkdir(exist_ok=True)
    model = json.loads((PACKAGE_ROOT / "config" / "linkage_model.json").read_text(encoding="utf-8"))
    mail_ = next(comparison for comparison in model["comparisons"] if comparison["name"] == "email")
    next(level for level in mail_["levels"] if level["condition"] == "email equal")["m"] = 0.001
    own.write_text(json.dumps(model))
    try:
        found = explained.__wrapped__(world, "ev1", "ev2")
    finally:
        own.unlink()
    assert (found.verdict, found.cause) == ("same customer", "decided otherwise")
    assert "by another model" in found.why
