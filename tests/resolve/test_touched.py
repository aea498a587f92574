"""A night that makes only touched rows again ends, in every table, where making all of them would."""

import random
import shutil
from dataclasses import replace
from datetime import timedelta

import pytest

from pipelines import warehouse
from pipelines.resolve.engines.engine import OneMachine
from pipelines.resolve.evidence.staging import take_parts
from pipelines.resolve.scoring.model import load_model
from pipelines.resolve.settings import load_linkage
from pipelines.resolve.stage import link
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, home_in, land, message, row, rows_of, tables_of, told
from tests.thorough import TIMES

TABLES = (
    "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('staging', 'resolve') ORDER BY ALL"
)

NINE = (
    "Anna Smith",
    "Bob Jones",
    "Carla Kowalczyk",
    "Dan Meyer",
    "Eve Turner",
    "Fay Archer",
    "Guy Baker",
    "Hal Cooper",
    "Ian D",
)


def run_link(home, night=NIGHT):
    """Run what is made of the lake alone, from staging to edges."""
    linkage, model = load_linkage(home.find("config/linkage.yml")), load_model(home.find("config/linkage_model.json"))
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        take_parts(con, home)
        link(con, home, linkage, model, night, OneMachine())


def assert_same_as_anew(home, folder, night=NIGHT):
    """Do the same for the same lake in a warehouse of its own, from nothing, and compare every table."""
    anew = home_in(folder)
    shutil.copytree(home.lake, anew.lake, copy_function=shutil.copy2)  # with the times of writing
    if (home.path / "config").exists():
        shutil.copytree(home.path / "config", anew.path / "config")
    run_link(anew, night)
    tables = [name for (name,) in rows_of(home, TABLES)]
    assert [(name,) for name in tables] == rows_of(anew, TABLES)
    kept, made = tables_of(home, tables), tables_of(anew, tables)
    for table in tables:
        assert kept[table] == made[table], table
    shutil.rmtree(anew.path)


def changing_record(rng, number, n):
    """As ``random_record``, but now and then one that was there before: a new version, a copy, or another's mail."""
    if rng.random() < 0.25:
        record = random_record(rng, f"{rng.randrange(number + 1)}-{rng.randrange(20)}")
    else:
        record = random_record(rng, f"{number}-{n}")
    if rng.random() < 0.1 and hasattr(record, "party"):
        record.channel, record.party_ref = "chat", rng.choice(["a", "b"])
        record.updated_at = record.occurred_at + timedelta(hours=rng.randrange(3))
    return record


def dumped_table(rng, number):
    """A table without a time of change, dumped whole: of eight rows one or two say something else than on other nights."""
    for n in range(8):
        other = number if rng.random() < 0.2 else 0
        shown = told("name", f"Anna {NINE[n].split()[1]}"), told("email", f"anna{n % 4 + other}@x.example")
        yield replace(row("dump", str(n), *shown), updated_at=None)


@pytest.mark.parametrize("seed", range(TIMES))
def test_random_nights_in_any_order_with_files_replaced_and_gone(tmp_path, seed):
    rng, home = random.Random(100 + seed), home_in(tmp_path / "kept")  # noqa: S311
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True)
    rules = home.find("config/linkage.yml").read_text().replace("max_block: 1000", "max_block: 5")
    config.write_text(rules.replace("name: {max_block: 400}", "name: {max_block: 6}"))  # blocks fall idle, and wake
    nights = list(range(5))
    rng.shuffle(nights)
    for number in nights:
        night = NIGHT + timedelta(days=number)
        records = [changing_record(rng, number, n) for n in range(rng.choice([2, 20]))]
        land(home, night, [*records, *dumped_table(rng, number)])
        if rng.random() < 0.3:
            partition = rng.choice(sorted((home.lake).glob("*/*/sealed.json"))).parent
            shutil.rmtree(partition)
        run_link(home, night)
        if number in (nights[2], nights[-1]):
            assert_same_as_anew(home, tmp_path / "anew", night)


def test_nothing_is_made_again_where_nothing_came(tmp_path, caplog):
    home = home_in(tmp_path)
    land(home, NIGHT, [message("mail", str(n), told("email", f"anna{n}@x.example")) for n in range(9)])
    run_link(home)
    caplog.set_level("INFO")
    run_link(home)
    assert "0 of 9 identities are new or changed, 0 pairs scored" in caplog.text


def test_a_second_night_scores_only_what_it_touched(tmp_path, caplog):
    home = home_in(tmp_path)
    land(home, NIGHT, [message("mail", str(n), told("email", f"anna{n}@x.example")) for n in range(9)])
    run_link(home)
    caplog.set_level("INFO")
    land(home, NIGHT + timedelta(days=1), [message("sms", "1", told("phone", "+447446850412"))])
    run_link(home, NIGHT + timedelta(days=1))
    assert "1 of 10 identities are new or changed, 0 pairs scored" in caplog.text


def test_what_a_value_ceases_to_say_reaches_those_who_carry_it_though_they_did_not_come(tmp_path):
    """A number becomes contested by a second name; its nameless calls are of their conversations from then on, and back."""
    home, number = home_in(tmp_path / "kept"), told("phone", "+447446850412")
    calls = [message("calls", str(n), number, thread=f"t{n}") for n in range(3)]
    land(home, NIGHT, [*calls, row("crm", "1", number, told("name", "Anna Kowalczyk"))])
    run_link(home)
    assert rows_of(home, "SELECT count(DISTINCT identity_id) FROM resolve.record_identity WHERE source = 'calls'") == [(1,)]
    later = NIGHT + timedelta(days=1)
    land(home, later, [message("sms", "1", number, told("name", "Robert Kowalczyk"))])
    run_link(home, later)
    assert rows_of(home, "SELECT count(DISTINCT identity_id) FROM resolve.record_identity WHERE source = 'calls'") == [(3,)]
    assert_same_as_anew(home, tmp_path / "anew", later)
    shutil.rmtree(home.lake / "sms")
    run_link(home, later)
    assert rows_of(home, "SELECT count(DISTINCT identity_id) FROM resolve.record_identity WHERE source = 'calls'") == [(1,)]
    assert_same_as_anew(home, tmp_path / "anew", later)


def test_a_block_that_shrinks_makes_pairs_again_among_those_who_did_not_change(tmp_path):
    home = home_in(tmp_path / "kept")
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(parents=True)
    config.write_text(
        home.find("config/linkage.yml").read_text().replace("email: {max_block: 1000}", "email: {max_block: 3}")
    )
    pairs = "SELECT count(*) FROM resolve.edge WHERE rule = 'email'"
    names = ["Anna Smith", "A. Smith", "Ann Smith", "Anna Smiht"]
    mails = [message("mail", name, told("email", "anna@x.example"), told("name", name)) for name in names]
    land(home, NIGHT, mails[:3])
    run_link(home)
    assert rows_of(home, pairs) == [(3,)]
    later = NIGHT + timedelta(days=1)
    land(home, later, mails[3:])
    run_link(home, later)
    assert rows_of(home, pairs) == [(0,)]
    assert_same_as_anew(home, tmp_path / "anew", later)
    shutil.rmtree(home.lake / "mail" / later.isoformat())
    run_link(home, later)
    assert rows_of(home, pairs) == [(3,)]
    assert_same_as_anew(home, tmp_path / "anew", later)


@pytest.mark.parametrize(
    "records",
    [
        pytest.param(
            [message("mail", name, told("phone", "+447446850412"), told("name", name)) for name in NINE],
            id="a number becomes shared by the ninth name",
        ),
        pytest.param(
            [message("mail", str(n), told("email", "mallory@x.example"), told("name", f"Mallory {n * 'i'}x"),
                     told("phone", f"+44744685041{n}", evidence="claimed")) for n in range(5)],
            id="an address becomes promiscuous by the fifth claim",
        ),
    ],
)  # fmt: skip
def test_the_record_that_tips_a_value_reaches_the_identities_that_came_before(tmp_path, records):
    home = home_in(tmp_path / "kept")
    land(home, NIGHT, records[:-1])
    run_link(home)
    before = dict(rows_of(home, "SELECT identity_id, (phones || contested_phones, claims) FROM resolve.identity"))
    later = NIGHT + timedelta(days=1)
    land(home, later, records[-1:])
    run_link(home, later)
    after = dict(rows_of(home, "SELECT identity_id, (phones || contested_phones, claims) FROM resolve.identity"))
    assert all(before[identity] != after[identity] == ([], []) for identity in before)
    assert_same_as_anew(home, tmp_path / "anew", later)


def test_settings_that_change_make_all_of_it_again(tmp_path):
    home = home_in(tmp_path / "kept")
    mails = [message("mail", str(n), told("email", "info@x.example"), told("name", f"Anna Sm{n * 'i'}th")) for n in range(4)]
    land(home, NIGHT, mails)
    run_link(home)
    before = rows_of(home, "FROM resolve.kept")
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir()
    config.write_text(home.find("config/linkage.yml").read_text().replace("shared_names: 8", "shared_names: 1"))
    run_link(home)
    assert rows_of(home, "FROM resolve.kept") != before
    assert_same_as_anew(home, tmp_path / "anew", NIGHT)


def test_a_name_that_nobody_shows_any_more_is_forgotten(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [message("mail", "1", told("email", "a@x.example"), told("name", "Anna Kowalczyk"))])
    land(home, NIGHT, [message("sms", "1", told("phone", "+447446850412"), told("name", "Robert Smith"))])
    run_link(home)
    shutil.rmtree(home.lake / "mail")
    run_link(home)
    assert rows_of(home, "SELECT name FROM resolve.name_form") == [("Robert Smith",)]
    assert rows_of(home, "SELECT value FROM staging.identifier WHERE value LIKE 'Anna%'") == []


def test_a_run_that_fails_leaves_what_the_next_one_can_go_on_from(tmp_path, monkeypatch):
    home = home_in(tmp_path / "kept")
    land(home, NIGHT, [message("mail", str(n), told("email", f"a{n % 2}@x.example")) for n in range(4)])
    run_link(home)
    land(home, NIGHT + timedelta(days=1), [message("mail", "new", told("email", "a1@x.example"), told("name", "Anna S"))])
    with monkeypatch.context() as broken:
        broken.setattr("pipelines.resolve.stage.update_edges", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_link(home, NIGHT + timedelta(days=1))
    run_link(home, NIGHT + timedelta(days=1))
    assert_same_as_anew(home, tmp_path / "anew", NIGHT + timedelta(days=1))


def test_a_value_that_everybody_carries_is_told_of_without_naming_it(tmp_path, caplog):
    home, filler = home_in(tmp_path), told("phone", "+441000000000")
    names = [f"{given} {family}" for given in ("Anna", "Bob", "Carla", "Dan") for family in ("Smith", "Jones", "Kowalczyk")]
    land(home, NIGHT, [
        message("mail", str(n), filler, told("email", f"a{n}@x.example"), told("name", names[n % 12])) for n in range(60)
    ])  # fmt: skip
    for _ in range(2):
        caplog.clear()
        run_link(home)
        assert "1 phone value on 60 identities of many names say nothing of a person" in caplog.text
        assert "1000000000" not in caplog.text
    assert rows_of(home, "SELECT count(*) FROM resolve.edge WHERE rule = 'phone'") == [(0,)]


def test_a_claim_is_confirmed_by_what_comes_later_and_no_longer_when_it_has_gone(tmp_path):
    home, number = home_in(tmp_path / "kept"), "+447446850412"
    ask = "The rain jacket that I ordered in October has lost a sleeve. What now?"
    claim = message("x", "1", told("account", "6", scope="x"), told("phone", number, evidence="claimed"))
    repeated = replace(message("sms", "1", told("phone", number), minutes=90), text=f"Once more: {ask}")
    nights = [
        [replace(claim, text=ask)],
        [message("mail", "9", told("email", "b@x.example"))],
        [repeated],
        [replace(repeated, source_ref="2", text="Hello?")],
    ]
    confirmed = "SELECT value FROM resolve.confirmed_claim"
    for days, records in enumerate(nights):
        land(home, NIGHT + timedelta(days=days), records)
        run_link(home, NIGHT + timedelta(days=days))
        assert rows_of(home, confirmed) == ([(number,)] if days >= 2 else [])
        if days >= 2:
            assert_same_as_anew(home, tmp_path / "anew")
    shutil.rmtree(home.lake / "sms")
    run_link(home, NIGHT + timedelta(days=4))
    assert rows_of(home, confirmed) == []
    assert_same_as_anew(home, tmp_path / "anew", NIGHT + timedelta(days=4))


def test_a_number_is_handed_on_by_what_comes_later_and_no_longer_when_it_has_gone(tmp_path):
    home, number, day = home_in(tmp_path / "kept"), "+447446850412", 24 * 60

    def holder(name, days):
        return row("crm", name, told("name", name), told("phone", number), minutes=-days * day)

    def called(ref, days, *names):
        return message("calls", ref, told("phone", number), *names, minutes=-days * day, thread=ref)

    nights = [
        [holder("Anna Smith", 400), called("1", 410), called("2", 3)],
        [called("5", 10, told("name", "Bob Jones"))],  # handed on
        [called("3", 200), called("4", 1)],
        [message("mail", "1", told("name", "Anna Smith"), told("phone", number))],  # no: she still has it
    ]
    for days, records in enumerate(nights):
        land(home, NIGHT + timedelta(days=days), records)
        run_link(home, NIGHT + timedelta(days=days))
        assert len(rows_of(home, "FROM resolve.handover")) == [0, 2, 2, 0][days]
        if days:
            assert_same_as_anew(home, tmp_path / "anew")
    shutil.rmtree(home.lake / "mail")
    run_link(home, NIGHT + timedelta(days=4))
    assert len(rows_of(home, "FROM resolve.handover")) == 2
    assert_same_as_anew(home, tmp_path / "anew", NIGHT + timedelta(days=4))
