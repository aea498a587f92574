"""Customers of a night that looks at affected identities alone, against those of all identities looked at anew."""

import random
import shutil
from datetime import UTC, datetime, timedelta

import duckdb
import pytest

from benchmarks.homes import publish_past
from pipelines import warehouse
from pipelines.resolve import stage
from pipelines.resolve.judgements import Judgement, RecordKey, append_judgement
from pipelines.resolve.stage import STAGING, TABLES, resolve
from tests.resolve.test_nights import random_record
from tests.resolve.worlds import NIGHT, home_in, land, message, rows_of, tables_of, told
from tests.thorough import TIMES

AT = datetime(2026, 11, 21, 9, tzinfo=UTC)
ALL = [*(f"staging.{name}" for name in STAGING), *(f"resolve.{name}" for name in TABLES)]


@pytest.fixture
def updates(monkeypatch):
    """The nights on which customers were brought up to date, and not built anew."""
    seen, update = [], stage.update_customers

    def counted(con, home, night):
        seen.append(night)
        update(con, home, night)

    monkeypatch.setattr(stage, "update_customers", counted)
    return seen


def run(home, night, past=None, *, full=False):
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        resolve(con, home, night, past, full=full)


def assert_as_a_full_run(home, folder, night, past=None):
    """Resolve the night, and in a copy of the home of before with --full; compare every table, ids among them."""
    shutil.copytree(home.path, folder, copy_function=shutil.copy2)
    whole = home_in(folder)
    run(home, night, past)
    run(whole, night, past, full=True)
    nightly, anew = tables_of(home, ALL), tables_of(whole, ALL)
    for table in ALL:
        assert nightly[table] == anew[table], (table, night)
    shutil.rmtree(folder)


def judge(home, rng, minutes):
    records = rows_of(
        home, "SELECT record_kind, source, source_ref FROM resolve.membership WHERE customer_id IS NOT NULL ORDER BY ALL"
    )
    left, right = rng.sample(records, 2)
    verdict = rng.choice(["same", "same", "different", "unsure"])
    sides = {"left": (RecordKey(*left),), "right": (RecordKey(*right),)}
    return append_judgement(home, Judgement(verdict=verdict, by="ada", at=AT + timedelta(minutes=minutes), **sides))


@pytest.mark.parametrize("seed", range(TIMES))
def test_a_night_ends_in_the_customers_and_questions_of_a_full_run(tmp_path, updates, seed):
    """With judgements given and taken back, records that move, nights that bring nothing, and one that comes late."""
    rng, home = random.Random(seed), home_in(tmp_path / "nightly")  # noqa: S311
    told_last = None
    for number in range(6):
        night = NIGHT + timedelta(days=number if number != 4 else -1)
        records = [random_record(rng, f"{number}-{n}") for n in range(40 if number == 0 else rng.choice([0, 1, 4]))]
        land(home, night, [*records, message("mail", f"to nobody {number}", reason="bounce")])
        if number and rng.random() < 0.6:
            if told_last and rng.random() < 0.4:
                append_judgement(
                    home, Judgement(undoes=told_last.judgement_id, by="ada", at=AT + timedelta(days=1, minutes=number))
                )
                told_last = None
            else:
                told_last = judge(home, rng, number)
        assert_as_a_full_run(home, tmp_path / "whole", night)
    assert len(updates) == 5, "customers were kept on every night but the first"


def test_a_night_goes_on_from_what_is_published_and_looks_at_everybody_where_that_is_older(tmp_path, updates):
    rng, home, past = random.Random(77), home_in(tmp_path / "nightly"), None  # noqa: S311
    for number in range(4):
        night = NIGHT + timedelta(days=number)
        land(home, night, [random_record(rng, f"{number}-{n}") for n in range(3 if number else 40)])
        assert_as_a_full_run(home, tmp_path / "whole", night, past)
        if number != 1:  # a night that validation stopped, whose ids nobody was told
            past = publish_past(home, tmp_path / f"v{number}.duckdb")
    assert updates == [NIGHT + timedelta(days=number) for number in (1, 3)]


@pytest.mark.parametrize("change", ["UPDATE meta.digest SET digest = xor(digest, 1)", "DROP TABLE meta.digest"])
def test_a_version_that_tells_of_other_rows_or_does_not_tell_is_not_gone_on_from(tmp_path, updates, change):
    """What an earlier Goldthread published has no digest; one of other customers has another."""
    rng, home = random.Random(78), home_in(tmp_path / "nightly")  # noqa: S311
    land(home, NIGHT, [random_record(rng, str(n)) for n in range(20)])
    run(home, NIGHT)
    past = publish_past(home, tmp_path / "v.duckdb")
    with duckdb.connect(str(past.in_use)) as con:
        con.execute(change)
    assert_as_a_full_run(home, tmp_path / "whole", NIGHT + timedelta(days=1), past)
    assert updates == []


def test_a_customer_that_hangs_together_by_others_is_looked_at_whole(tmp_path, updates):
    """A chain of three falls apart as its middle takes another name; what hung on the far end is looked at, too."""
    home = home_in(tmp_path / "nightly")
    anna = told("name", "Anna Kowalczyk")
    chain = [
        message("mail", "1", told("email", "anna@x.example"), anna),
        message("chat", "1", told("email", "anna@x.example"), told("phone", "+447446850412"), anna),
        message("sms", "1", told("phone", "+447446850412")),
    ]
    land(home, NIGHT, chain)
    run(home, NIGHT)
    assert rows_of(home, "SELECT count(DISTINCT customer_id) FROM resolve.cluster") == [(1,)]
    land(home, NIGHT + timedelta(days=1), [message("chat", "1", told("account", "7", scope="x"), told("name", "Zoe Hale"))])
    assert_as_a_full_run(home, tmp_path / "whole", NIGHT + timedelta(days=1))
    assert rows_of(home, "SELECT count(DISTINCT customer_id) FROM resolve.cluster") == [(3,)]
    assert len(updates) == 1


def test_a_changed_threshold_looks_at_everybody(tmp_path, updates):
    """Edges are kept, for no score depends on it; customers are not."""
    rng, home = random.Random(4), home_in(tmp_path / "nightly")  # noqa: S311
    land(home, NIGHT, [random_record(rng, f"0-{n}") for n in range(40)])
    run(home, NIGHT)
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir(exist_ok=True)
    config.write_text(home.find("config/linkage.yml").read_text().replace("\nthreshold: 3.0", "\nthreshold: 9.0"))
    before = rows_of(home, "SELECT count(DISTINCT customer_id) FROM resolve.cluster")
    assert_as_a_full_run(home, tmp_path / "whole", NIGHT + timedelta(days=1))
    assert rows_of(home, "SELECT count(DISTINCT customer_id) FROM resolve.cluster") > before
    assert updates == []
