"""Who belongs together without being one person, in small stories: what ties a household or a desk, and what never does."""

import shutil
from dataclasses import dataclass
from datetime import timedelta

import pytest

from pipelines import warehouse
from pipelines.load.stage import load
from pipelines.settings import PACKAGE_ROOT
from tests.resolve.worlds import NIGHT, home_in, land, message, row, rows_of, run_resolve, told

DAY = 24 * 60


def crm(ref, name, *more, born=None, days=0):
    given, family = name.split(" ", 1)
    shown = [told("name", name), told("given_name", given), told("family_name", family), *more]
    shown += [told("date_of_birth", born)] if born else []
    return row("crm", ref, *[told(i.kind, i.value, scope=i.scope, evidence="reference") for i in shown], minutes=days * DAY)


def at(street, postcode):
    return told("street", street), told("city", "Leeds"), told("postcode", postcode)


def called(ref, phone, *more, days=0, thread="t"):
    return message("calls", ref, told("phone", phone), *more, minutes=days * DAY, thread=thread)


def wrote(ref, mail, name, days=0):
    return message("mail", ref, told("email", mail), told("name", name), minutes=days * DAY)


# Each story has people, numbers and places of its own, so that all of them fit into one world.
COUPLE = [
    crm("line1", "Anna Kowalczyk", told("phone", "+441132960001")),
    crm("line2", "Bertram Kowalczyk", told("phone", "+441132960001")),
    called("line3", "+441132960001", thread="who"),
    message("x", "line4", told("account", "66", scope="x"), told("phone", "+441132960001", evidence="claimed")),
]
FATHER_AND_SON = [
    crm("son1", "Tomasz Zielinski", told("phone", "+441132960002"), told("email", "tz1@x.example"), born="1950-03-04"),
    crm("son2", "Tomasz Zielinski", told("phone", "+441132960002"), told("email", "tz2@x.example"), born="1982-11-30"),
]
ONE_TWICE = [  # one person whom nothing told apart, and who is not known to be one either
    called("twice1", "+441132960003", told("name", "R. Featherstone")),
    called("twice2", "+441132960003", told("name", "Rupert Featherstone")),
]
RECYCLED = [  # given up half a year ago; our records still show it
    crm("old1", "Ottoline Marchbanks", told("phone", "+447446850001"), *at("1 Old Road", "LS1 1AA"), days=-200),
    called("new1", "+447446850001", told("name", "Pawel Nowicki")),
    called("new2", "+447446850001", told("name", "Pawel Nowicki"), days=-3),
]
GIVEN_UP = [
    called("gone1", "+447446850002", told("name", "Gwendolyn Ashworth"), days=-200),
    called("gone2", "+447446850002", told("name", "Igor Petrenko")),
]
LINE_GIVEN_UP = [  # the fixed line of a flat, by those who called from it, and nothing else is known of them
    called("left1", "+441132960006", told("name", "Dragomir Stanchev"), days=-200),
    called("left2", "+441132960006", told("name", "Perpetua Mbeki")),
]
PASSED_ROUND = [
    called("pair1", "+447446850003", told("name", "Gulnara Sadykova"), days=-5),
    called("pair2", "+447446850003", told("name", "Henrik Lindqvist")),
]
MOVED_IN_AFTER = [  # the fixed line of a flat, kept by who lives there now; our records still show who lived there
    crm("flat1", "Ursula Brennan", told("phone", "+441132960004"), *at("5 New Street", "LS5 5EE"), days=-300),
    crm("flat2", "Dmitri Volkov", told("phone", "+441132960004"), *at("9 Flat Lane", "LS9 9II")),
]
ADDRESS = [
    crm("home1", "Carla Fontana", *at("12 High Road", "LS1 4AP")),
    crm("home2", "Luca Fontana", *at("12, High  Road", "ls14ap")),
    crm("home3", "Derek Osei", *at("12 High Road", "LS1 4AP")),
    crm("home4", "Paola Fontana", *at("14 High Road", "LS1 4AP")),
]
OTHER_SCRIPTS = [  # houses of one number in two streets; two firms of one name, and one of another
    crm("house1", "Galina Orlova", *at("улица Ленина, 5", "190000")),
    crm("house2", "Boris Orlov", *at("УЛ. ЛЕНИНА 5", "190000")),
    crm("house3", "Vera Orlova", *at("улица Мира, 5", "190000")),
    crm("umlaut1", "Heike Brandstätter", *at("Königstraße 7", "70173")),
    crm("umlaut2", "Uwe Brandstätter", *at("Koenigstr. 7", "70173")),
    crm("works1", "Lena Orlova", told("company", "Ромашка"), told("email", "lena@works.example")),
    crm("works2", "Semyon Gusev", told("company", "ромашка"), told("email", "semyon@works.example")),
    crm("works3", "Timur Safin", told("company", "Заря"), told("email", "timur@works.example")),
]
MAILBOX = [
    wrote("box1", "the.hales@x.example", "Bertram Hale"),
    wrote("box2", "the.hales@x.example", "Winifred Hale"),
]
DESK = [
    wrote("desk1", "info@tools.example", "Quentin Blake"),
    wrote("desk2", "info@tools.example", "Sabine Maurer"),
]
SWITCHBOARD = [
    called(f"board{n}", "+441132960009", told("name", name))
    for n, name in enumerate(["Aaron Umber", "Beata Vogt", "Cyril Wynn", "Dolores Xavier", "Edwin Yates", "Fiona Zander"])
]
COLLEAGUES = [
    crm("firm1", "Klara Novotna", told("company", "Brightwater Joinery Ltd"), told("email", "klara@brightwater.example")),
    crm("firm2", "Mats Ekstrom", told("company", "Brightwater Joinery"), told("email", "mats@brightwater.example")),
    crm("firm3", "Nadia Rahimi", told("company", "Brightwater Joinery"), told("email", "nadia@postbox.example")),
]
PROVIDER = [  # one name of a company, and mail addresses where everybody has theirs
    crm("post1", "Oona Halloran", told("company", "Alder Books"), told("email", "oona@postbox.example")),
    crm("post2", "Piet Verhoeven", told("company", "Alder Books"), told("email", "piet@postbox.example")),
    *[
        crm(f"post{n}", f"{given} Otherman", told("company", company), told("email", f"{given.lower()}@postbox.example"))
        for n, (given, company) in enumerate(
            [("Quill", "Birch Tools"), ("Rosa", "Cedar Design"), ("Sven", "Dogwood Garage")], start=3
        )
    ],
]
WORLD = [
    *COUPLE, *FATHER_AND_SON, *ONE_TWICE, *RECYCLED, *GIVEN_UP, *LINE_GIVEN_UP, *PASSED_ROUND, *MOVED_IN_AFTER, *ADDRESS,
    *OTHER_SCRIPTS, *MAILBOX, *DESK, *SWITCHBOARD, *COLLEAGUES, *PROVIDER,
]  # fmt: skip


@dataclass(frozen=True)
class Found:
    """A household as a test wants to see it: which records its members show."""

    kind: str
    ties: frozenset[tuple[str, str]]
    records: frozenset[str]


def run_load(home, night=NIGHT):
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        load(con, home, night)


def households(home):
    rows = rows_of(
        home,
        """
        SELECT household.household_id, any_value(household.kind),
            list(DISTINCT [household.identifier_kind, household.identifier_value]),
            list(DISTINCT membership.source_ref)
        FROM golden.household AS household
        INNER JOIN golden.membership AS membership ON household.customer_id = membership.customer_id
        GROUP BY household.household_id
        """,
    )
    return {
        household_id: Found(kind, frozenset(map(tuple, ties)), frozenset(refs)) for household_id, kind, ties, refs in rows
    }


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    home = home_in(tmp_path_factory.mktemp("households"))
    land(home, NIGHT, WORLD)
    run_resolve(home)
    run_load(home)
    return home


def of(world, ref):
    return [found for found in households(world).values() if ref in found.records]


def test_two_people_on_one_fixed_line_are_a_household_with_whoever_calls_from_it_and_not_with_who_typed_it(world):
    assert of(world, "line1") == [
        Found("household", frozenset({("phone", "+441132960001")}), frozenset({"line1", "line2", "line3"}))
    ]
    assert of(world, "line4") == []
    named = rows_of(
        world,
        "SELECT household.has_name FROM golden.household AS household INNER JOIN golden.membership AS membership"
        " USING (customer_id) WHERE membership.source_ref IN ('line1', 'line2', 'line3') ORDER BY membership.source_ref",
    )
    assert named == [(True,), (True,), (False,)]


def test_father_and_son_of_one_name_are_told_apart_by_their_dates_of_birth(world):
    assert [found.records for found in of(world, "son1")] == [{"son1", "son2"}]


def test_two_ways_to_write_one_name_are_no_household(world):
    assert of(world, "twice1") == []


@pytest.mark.parametrize(
    ("ref", "others"),
    [
        pytest.param("old1", [], id="our records still show who had it before"),
        pytest.param("gone1", [], id="given up long before the next one used it"),
        pytest.param("left1", [], id="a fixed line given up long before the next one used it"),
        pytest.param("pair1", ["pair2"], id="both use it these days"),
        pytest.param("flat1", [], id="a fixed line, but they live at two addresses"),
    ],
)
def test_a_number_ties_those_who_have_it_at_one_time(world, ref, others):
    assert [found.records - {ref} for found in of(world, ref)] == [{other} for other in others]


def test_one_address_ties_one_family_name_however_it_is_written(world):
    assert [found.records for found in of(world, "home1")] == [{"home1", "home2"}]
    assert {kind for kind, _ in of(world, "home1")[0].ties} == {"street"}
    assert of(world, "home3") == of(world, "home4") == []


@pytest.mark.parametrize(
    ("ref", "others"),
    [
        pytest.param("house3", [], id="another street, in Cyrillic"),
        pytest.param("umlaut1", ["umlaut2"], id="an umlaut and its two letters, a word and its abbreviation"),
        pytest.param("works1", ["works2"], id="one firm, in Cyrillic"),
        pytest.param("works3", [], id="another firm"),
    ],
)
def test_places_and_firms_are_told_apart_in_every_script(world, ref, others):
    assert [found.records - {ref} for found in of(world, ref)] == [{*others}] * bool(others)


def test_a_mailbox_of_two_given_names_is_a_household(world):
    assert [(found.kind, found.records) for found in of(world, "box1")] == [("household", {"box1", "box2"})]


def test_a_desk_s_mailbox_is_an_organisation_s(world):
    assert [(found.kind, found.records) for found in of(world, "desk1")] == [("role_mailbox", {"desk1", "desk2"})]


def test_a_number_of_many_families_is_a_switchboard(world):
    assert [(found.kind, len(found.records)) for found in of(world, "board0")] == [("switchboard", 6)]


def test_a_company_ties_those_who_share_more_than_its_name(world):
    assert [(found.kind, found.records) for found in of(world, "firm1")] == [("organisation", {"firm1", "firm2"})]
    assert of(world, "firm3") == []
    assert of(world, "post1") == [], "where everybody has an address, an address in common says nothing"


def test_every_promise_of_the_suite_holds(world):
    """The same words as expectations/household.yml, against the warehouse."""
    assert rows_of(world, "SELECT count(*) FROM golden.household ANTI JOIN golden.customer USING (customer_id)") == [(0,)]
    wrong = "count(*) != max(member_count) OR count(*) < 2"
    assert rows_of(world, f"SELECT 1 FROM golden.household GROUP BY household_id HAVING {wrong}") == []
    own = """
        SELECT count(*) FROM golden.household AS household
        ANTI JOIN (FROM golden.identifier WHERE evidence != 'claimed') AS identifier
            ON household.customer_id = identifier.customer_id AND household.identifier_kind = identifier.kind
            AND household.identifier_value = identifier.value
    """
    assert rows_of(world, own) == [(0,)]


def test_a_household_keeps_its_id_as_it_grows_and_through_a_rebuild(world, tmp_path):
    later = NIGHT + timedelta(1)
    grown = [
        crm("line9", "Cecylia Kowalczyk", told("phone", "+441132960001"), days=1),
        crm("home9", "Carla Fontana", told("phone", "+441132960099"), *at("12 High Road", "LS1 4AP"), days=1),
    ]
    before = {found.records: household_id for household_id, found in households(world).items()}
    shutil.copytree(world.path, tmp_path / "nightly")
    nightly, rebuilt = home_in(tmp_path / "nightly"), home_in(tmp_path / "rebuilt")
    land(rebuilt, NIGHT, WORLD)
    for home in (nightly, rebuilt):
        land(home, later, grown)
        run_resolve(home, later)
        run_load(home, later)
    after = {found.records: household_id for household_id, found in households(nightly).items()}
    assert households(rebuilt) == households(nightly)
    assert after[frozenset({"line1", "line2", "line3", "line9"})] == before[frozenset({"line1", "line2", "line3"})]
    unmoved = before.keys() & after.keys()
    assert len(unmoved) == len(before) - 2
    assert all(after[records] == before[records] for records in unmoved)


def test_a_second_load_leaves_the_same_rows(world, tmp_path):
    shutil.copytree(world.path, tmp_path / "again")
    again = home_in(tmp_path / "again")
    run_load(again)
    assert rows_of(again, "FROM golden.household") == rows_of(world, "FROM golden.household")


def test_a_junk_number_ties_nobody(tmp_path):
    home = home_in(tmp_path)
    names = [f"{first}{last.lower()} {last}ov{first.lower()}" for first in "ABDEFGHKLMNOPRST" for last in "BCDFGHKLMNPRSTVZ"]
    land(home, NIGHT, [crm(str(n), name, told("phone", "+441132960000")) for n, name in enumerate(names)])
    run_resolve(home)
    run_load(home)
    assert len(names) > 200
    assert households(home) == {}


def test_the_policy_says_how_many_family_names_one_address_may_hold(tmp_path):
    home = home_in(tmp_path)
    text = (PACKAGE_ROOT / "config" / "policy.yml").read_text(encoding="utf-8")
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "policy.yml").write_text(text.replace("families_at_address: 1", "families_at_address: 2"))
    land(home, NIGHT, ADDRESS)
    run_resolve(home)
    run_load(home)
    assert {found.records for found in households(home).values()} == {frozenset({"home1", "home2", "home3"})}


@pytest.mark.parametrize(("own", "households_found"), [("", 1), ("recycled_days: 45", 0)], ids=["linkage's", "its own"])
def test_when_a_number_went_to_somebody_else_is_said_once_for_linking_and_households(tmp_path, own, households_found):
    """Whoever was last seen 200 days before the other still counts where ``recycled_days`` of linkage.yml says 365."""
    home = home_in(tmp_path)
    config = PACKAGE_ROOT / "config"
    (tmp_path / "config").mkdir()
    linkage = (config / "linkage.yml").read_text(encoding="utf-8").replace("recycled_days: 45", "recycled_days: 365")
    (tmp_path / "config" / "linkage.yml").write_text(linkage)
    policy = (config / "policy.yml").read_text(encoding="utf-8").replace("households:\n", f"households:\n  {own}\n")
    (tmp_path / "config" / "policy.yml").write_text(policy)
    land(home, NIGHT, LINE_GIVEN_UP)
    run_resolve(home)
    run_load(home)
    assert len(households(home)) == households_found
