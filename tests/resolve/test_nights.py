"""Nights: run again they change nothing, and many small ones end where one big one does."""

import random
from datetime import timedelta

import pytest

from pipelines.resolve.stage import STAGING, TABLES
from tests.resolve.worlds import (
    NIGHT,
    any_order,
    customers,
    home_in,
    land,
    message,
    row,
    rows_of,
    run_resolve,
    tables_of,
    told,
)
from tests.thorough import TIMES

GIVEN = ["Anna", "Bob", "Robert", "Carla", "A.", "Jose", "José", "Pepe"]
FAMILY = ["Kowalczyk", "Smith", "Müller", "Mueller", "Smtih", "García López"]
KEPT = {"edge", "cluster", "membership", "customer", "crosswalk", "change"}


def random_record(rng, source_ref):
    """One record of a small crowd in which everything is shared, claimed, misspelt or missing now and then."""

    def maybe(share, *identifier, **more):
        return [told(*identifier, **more)] if rng.random() < share else []

    number = rng.randrange(12)
    name = f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}"
    evidence = rng.choice(["channel", "channel", "claimed"])
    party = [
        *maybe(0.6, "name", name),
        *maybe(0.5, "email", f"{['anna', 'bob', 'carla'][number % 3]}{number}@x.example", evidence=evidence),
        *maybe(0.4, "phone", f"+44744685{rng.randrange(8):04}", evidence=rng.choice(["channel", "claimed"])),
        *maybe(0.3, "account", str(rng.randrange(9)), scope="x"),
        *maybe(0.2, "handle", f"bob{rng.randrange(12)}", scope="x"),
        *maybe(0.3, "reference", f"GT-{rng.randrange(12):07}", evidence="claimed"),
    ]
    if rng.random() < 0.25:
        born = maybe(0.5, "date_of_birth", f"19{rng.randrange(50, 60)}-03-04", evidence="reference")
        return row("crm", f"c{rng.randrange(15)}", *party, *born, minutes=rng.randrange(900))
    return message("mail", source_ref, *party, minutes=rng.randrange(900), thread=f"t{rng.randrange(20)}")


@pytest.mark.parametrize("seed", range(TIMES))
def test_night_by_night_gives_the_edges_and_clusters_of_one_full_run(tmp_path, seed):
    rng = random.Random(seed)  # noqa: S311
    nightly, whole = home_in(tmp_path / "nightly"), home_in(tmp_path / "whole")
    for number in range(4):
        records = [random_record(rng, f"{number}-{n}") for n in range(rng.choice([3, 25]))]
        night = NIGHT + timedelta(days=number)
        for home in (nightly, whole):
            land(home, night, records)
        run_resolve(nightly, night)
    run_resolve(whole, NIGHT + timedelta(days=3))
    tables = [f"resolve.{name}" for name in ("identity", "record_identity", "edge", "block", "contested_identifier")]
    by_night, at_once = tables_of(nightly, tables), tables_of(whole, tables)
    for table in tables:
        assert by_night[table] == at_once[table], table
    assert partition(nightly) == partition(whole)


def partition(home):
    groups = {}
    for record, customer in customers(home).items():
        groups.setdefault(customer, set()).add(record)
    return sorted(sorted(group) for customer, group in groups.items() if customer)


def test_a_second_run_of_the_night_leaves_identical_rows(tmp_path):
    rng, home = random.Random(7), home_in(tmp_path)  # noqa: S311
    for number in range(2):
        night = NIGHT + timedelta(days=number)
        land(home, night, [random_record(rng, f"{number}-{n}") for n in range(30)])
        run_resolve(home, night)
        tables = [*(f"staging.{name}" for name in STAGING), *(f"resolve.{name}" for name in TABLES)]
        before = tables_of(home, tables)
        run_resolve(home, night)
        assert tables_of(home, tables) == before


def test_a_run_leaves_nothing_of_splinks_behind(tmp_path):
    home = home_in(tmp_path)
    land(
        home, NIGHT, [message("mail", str(n), told("email", "anna@x.example"), told("name", f"Anna {n}")) for n in range(3)]
    )
    run_resolve(home)
    names = rows_of(
        home, "SELECT table_name FROM duckdb_tables() UNION ALL SELECT view_name FROM duckdb_views() WHERE NOT internal"
    )
    assert not [name for (name,) in names if "splink" in name]


def test_nights_in_any_order_end_in_the_same_clusters(tmp_path):
    rng = random.Random(3)  # noqa: S311
    batches = [(NIGHT + timedelta(days=n), [random_record(rng, f"{n}-{i}") for i in range(15)]) for n in range(3)]
    forward, backward = home_in(tmp_path / "a"), home_in(tmp_path / "b")
    for home, order in ((forward, batches), (backward, batches[::-1])):
        for night, records in order:
            land(home, night, records)
            run_resolve(home, night)
    assert any_order(forward, "FROM resolve.edge") == any_order(backward, "FROM resolve.edge")
    assert partition(forward) == partition(backward)


def test_a_merge_keeps_the_older_id_and_is_told(tmp_path):
    home = home_in(tmp_path)
    anna = told("name", "Anna Kowalczyk")
    land(home, NIGHT, [message("mail", "1", told("email", "anna@x.example"), anna)])
    run_resolve(home)
    old = customers(home)["mail 1"]
    land(home, NIGHT + timedelta(days=1), [message("sms", "1", told("phone", "+447446850412"))])
    run_resolve(home, NIGHT + timedelta(days=1))
    young = customers(home)["sms 1"]
    assert old != young
    link = row("crm", "1", told("email", "anna@x.example"), told("phone", "+447446850412"), anna)
    land(home, NIGHT + timedelta(days=2), [link])
    run_resolve(home, NIGHT + timedelta(days=2))
    assert set(customers(home).values()) == {old}
    assert rows_of(home, "SELECT customer_id, change, other_customer_id, cause FROM resolve.change") == [
        (young, "merged", old, "records")
    ]
    assert rows_of(home, "SELECT customer_id, current_customer_id FROM resolve.crosswalk ORDER BY born") == [
        (old, old),
        (young, old),
    ]


def test_a_changed_model_scores_everything_again_and_keeps_the_ids(tmp_path):
    home = home_in(tmp_path)
    land(home, NIGHT, [
        message("mail", str(n), told("email", f"anna{n // 2}@x.example"), told("name", ("Anna Smith", "Anna Jones")[n % 2]))
        for n in range(6)
    ])  # fmt: skip
    run_resolve(home)
    before, versions = customers(home), rows_of(home, "SELECT DISTINCT model_version FROM resolve.edge")
    config = home.path / "config" / "linkage.yml"
    config.parent.mkdir()
    config.write_text(home.find("config/linkage.yml").read_text().replace("keep_above: -6.0", "keep_above: -7.0"))
    run_resolve(home, NIGHT + timedelta(days=1))
    assert customers(home) == before
    assert rows_of(home, "SELECT DISTINCT model_version FROM resolve.edge") != versions
