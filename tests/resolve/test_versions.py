"""Versions: what is sent again and again is told once, night by night as from nothing, and every row is counted."""

import random
import shutil
from collections import defaultdict
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from pipelines import warehouse
from pipelines.contract import ConsentSignal
from pipelines.extract.landing.lake import attach_files, attach_lake
from pipelines.extract.landing.partition import Batch, Seal, read_seal, write_seal
from pipelines.extract.landing.writing import PartWriter
from pipelines.extract.values.records import SCHEMAS
from pipelines.resolve.evidence.staging import STAGING, build_staging, take_parts, update_staging
from pipelines.resolve.evidence.versions import VERSIONED, exchange_versions
from tests.resolve.worlds import NIGHT, NOON, home_in, message, row, rows_of, told
from tests.thorough import TIMES

NIGHTS = [NIGHT + timedelta(days=days) for days in range(6)]


def up_to_date(home):
    """Bring staging to the lake, from nothing or by what is new; return the records that were touched."""
    with warehouse.writer_lock(home), warehouse.transaction(home) as con:
        take_parts(con, home)
        if con.execute("SELECT 1 FROM duckdb_tables() WHERE table_name = 'part'").fetchall():
            update_staging(con, home)
            return con.execute("SELECT source_ref FROM touched_record").fetchall()
        attach_lake(con, home.lake)
        build_staging(con, home)
        return []


def tables_of(con):
    return {table: sorted(map(repr, con.execute(f"FROM staging.{table}").fetchall())) for table in (*STAGING, "part")}


def assert_same_as_anew(home):
    """Build staging of the same lake from nothing, and compare every table."""
    with warehouse.connect(":memory:", home) as con:
        con.execute("CREATE SCHEMA staging").fetchall()
        take_parts(con, home)
        attach_lake(con, home.lake)
        build_staging(con, home)
        wanted = tables_of(con)
    with warehouse.connect(home.database, home, read_only=True) as con:
        held = tables_of(con)
    for table, rows in held.items():
        assert rows == wanted[table], table


def deliver(home, source, night, *records, file="x"):
    """Seal one file of a source beside what its night has; under a name that is there, in the place of that."""
    partition = home.lake / source / night.isoformat()
    partition.mkdir(parents=True, exist_ok=True)
    seal = read_seal(partition)
    with PartWriter(partition, night, file) as writer:
        for record in records:
            writer.add(replace(record, file=file))
        counts = {"read": len(records), "suppressed": 0, "quarantined": 0, "bytes": 1, "sha256": "", "format": "table"}
        writer.add_row(
            "ledger",
            {"source": source, "night": night, "file": file, "suppressed_reasons": [], "warnings": [], **counts},
        )
        write_seal(partition, Seal(seal.batches | {file: Batch({}, writer.finish())}))


def undated(ref, mail, **more):
    return replace(row("crm", ref, told("email", f"{mail}@x.example", evidence="reference")), updated_at=None, **more)


def end_of(night):
    return datetime.combine(night, time.max, UTC)


def test_a_row_that_an_undated_dump_repeats_is_the_version_of_the_night_that_first_said_so(tmp_path):
    home = home_in(tmp_path)
    for night, mail in zip(NIGHTS, "aaabba", strict=True):
        deliver(home, "crm", night, undated("1", mail))
        up_to_date(home)
    assert rows_of(home, "SELECT night, updated_at FROM staging.profile") == [(NIGHT, end_of(NIGHTS[5]))]
    versions = "SELECT night, until_at, is_current FROM staging.profile_version ORDER BY ALL"
    assert rows_of(home, versions) == [
        (NIGHTS[0], end_of(NIGHTS[2]), False), (NIGHTS[3], end_of(NIGHTS[4]), False), (NIGHTS[5], end_of(NIGHTS[5]), True),
    ]  # fmt: skip
    shown = "SELECT value, first_seen_at, last_seen_at, is_current FROM staging.identifier ORDER BY value"
    assert rows_of(home, shown) == [
        ("a@x.example", end_of(NIGHTS[0]), end_of(NIGHTS[5]), True),
        ("b@x.example", end_of(NIGHTS[3]), end_of(NIGHTS[3]), False),
    ]
    assert_same_as_anew(home)


def test_a_late_dump_that_says_otherwise_parts_copies_into_versions(tmp_path):
    home = home_in(tmp_path)
    for number, mail in ((0, "a"), (1, "a"), (4, "a"), (5, "a"), (3, "b")):
        deliver(home, "crm", NIGHTS[number], undated("1", mail))
        up_to_date(home)
    assert rows_of(home, "SELECT night FROM staging.profile_version ORDER BY updated_at") == [
        (NIGHTS[0],), (NIGHTS[3],), (NIGHTS[4],),
    ]  # fmt: skip
    assert_same_as_anew(home)


def test_a_yes_that_a_dump_repeats_is_not_said_again(tmp_path):
    home = home_in(tmp_path)
    for night in NIGHTS[:3]:
        deliver(home, "crm", night, undated("1", "a", consent=[ConsentSignal("email", "marketing", True)]))
        up_to_date(home)
    assert rows_of(home, "SELECT allowed, said_at FROM staging.consent") == [(True, end_of(NIGHT))]


def test_an_interaction_whose_time_of_change_alone_moved_is_no_new_version(tmp_path):
    home = home_in(tmp_path)
    for number, text in enumerate("aabba"):
        changed = NOON + timedelta(hours=number)
        deliver(home, "desk", NIGHTS[number], replace(message("desk", "1"), channel="chat", text=text, updated_at=changed))
        up_to_date(home)
    assert rows_of(home, "SELECT text, updated_at FROM staging.interaction") == [("a", NOON + timedelta(hours=4))]
    assert rows_of(home, "SELECT text, night FROM staging.interaction_version ORDER BY night") == [
        ("a", NIGHTS[0]), ("b", NIGHTS[2]), ("a", NIGHTS[4]),
    ]  # fmt: skip
    assert_same_as_anew(home)


def test_a_mail_that_turns_out_to_have_come_first_takes_its_id_back(tmp_path):
    home = home_in(tmp_path)
    ann, eve = (replace(message("mail", "a"), party_ref=who, text=who) for who in ("ann", "eve"))
    other = replace(message("mail", "a#12345678"), party_ref="bob")  # another mail, whatever its id looks like
    for number, mails in ((1, [ann, other]), (2, [eve, other]), (3, [eve]), (0, [eve])):
        deliver(home, "mail", NIGHTS[number], *mails)
        up_to_date(home)
        assert_same_as_anew(home)
    refs = dict(rows_of(home, "SELECT party_ref, source_ref FROM staging.interaction"))
    assert (refs["eve"], refs["ann"][:2], len(refs["ann"]), refs["bob"][:11]) == ("a", "a#", 10, "a#12345678#")


@pytest.mark.parametrize("depth", [1, 2])
def test_who_writes_the_id_that_another_mail_is_given_takes_it_from_nobody(tmp_path, depth):
    """Anybody can work it out. Two mails of one id would stop the publish, every night."""
    home = home_in(tmp_path)
    mails = [replace(message("mail", "a"), party_ref=who) for who in ("ann", "eve")]
    deliver(home, "mail", NIGHTS[0], *mails)
    up_to_date(home)
    for number in range(1, depth + 1):
        longest = rows_of(home, "SELECT max_by(source_ref, length(source_ref)) FROM staging.interaction")[0][0]
        mails.append(replace(message("mail", longest), party_ref=f"mallory {number}"))
        deliver(home, "mail", NIGHTS[number], mails[-1])
        up_to_date(home)
        assert_same_as_anew(home)
    deliver(home, "mail", NIGHTS[3], *mails)  # all of it again
    up_to_date(home)
    assert_same_as_anew(home)
    refs = dict(rows_of(home, "SELECT party_ref, source_ref FROM staging.interaction"))
    assert len(set(refs.values())) == len(refs) == len(mails)
    assert refs["ann"] == "a"


def test_copies_are_duplicates_of_the_files_that_brought_them(tmp_path):
    home = home_in(tmp_path)
    for number, mails in ((1, "aab"), (2, "aac"), (0, "cd")):
        records = [undated(str(n), mail) for n, mail in enumerate(mails)]
        deliver(home, "crm", NIGHTS[number], *records, undated("0", mails[0]))
        up_to_date(home)
    assert rows_of(home, "SELECT night, read, accepted, duplicate FROM staging.ledger ORDER BY night") == [
        (NIGHTS[0], 3, 2, 1), (NIGHTS[1], 4, 3, 1), (NIGHTS[2], 4, 1, 3),
    ]  # fmt: skip
    assert_same_as_anew(home)


def test_a_version_has_every_column_of_the_lake(tmp_path):
    home = home_in(tmp_path)
    deliver(home, "crm", NIGHT, undated("1", "a"))
    up_to_date(home)
    for table in VERSIONED:
        columns = {name for (name,) in rows_of(home, f"SELECT column_name FROM (DESCRIBE staging.{table}_version)")}
        assert set(SCHEMAS[table].names) <= columns


def test_a_night_of_copies_reads_nothing_of_earlier_nights_and_makes_no_record_again(tmp_path, monkeypatch):
    home = home_in(tmp_path)
    dump = [undated(str(n), f"m{n}") for n in range(5)]
    for night in NIGHTS[:2]:
        deliver(home, "crm", night, *dump)
        up_to_date(home)
    read, made = files_read(monkeypatch), []

    def noted(con, home, table):
        made.extend(con.execute(f"SELECT source_ref, origin FROM touched_{table} ORDER BY ALL").fetchall())
        return exchange_versions(con, home, table)

    monkeypatch.setattr("pipelines.resolve.evidence.staging.exchange_versions", noted)
    deliver(home, "crm", NIGHTS[2], *dump[:4], undated("4", "other"))
    assert up_to_date(home) == [("4",)]
    assert made == [("4", "new"), ("4", "version")]
    assert {night for table, night in read if table == "profile"} == {NIGHTS[2].isoformat()}
    assert_same_as_anew(home)


def test_of_a_record_that_stood_once_only_its_own_night_is_read(tmp_path, monkeypatch):
    home = home_in(tmp_path)
    for number, ref in enumerate("abc"):
        deliver(home, "crm", NIGHTS[number], undated(ref, ref))
    up_to_date(home)
    read = files_read(monkeypatch)
    deliver(home, "crm", NIGHTS[3], undated("b", "b"))
    up_to_date(home)
    assert {night for table, night in read if table == "profile"} == {NIGHTS[1].isoformat(), NIGHTS[3].isoformat()}
    assert_same_as_anew(home)


def files_read(monkeypatch):
    """Note what parts are attached from here on: (table, night)."""
    read = []

    def noted(con, lake, table, files, view):
        read.extend((table, file.parent.name) for file in files)
        attach_files(con, lake, table, files, view)

    for module in ("staging", "versions"):
        monkeypatch.setattr(f"pipelines.resolve.evidence.{module}.attach_files", noted)
    return read


def random_records(rng, source):
    """A dump of some of a few records with a few contents: copies, versions, and now and then two of a record."""
    refs = rng.choices("abcde", k=rng.choice([1, 3, 9]))
    if rng.random() < 0.5:
        refs = sorted(set("abcde"))
    for ref in refs:
        said = rng.choice("1112")
        if source == "crm":
            yield undated(ref, said)
        elif source == "dated":
            yield replace(undated(ref, said), source=source, updated_at=NOON + timedelta(hours=rng.randrange(3)))
        elif source == "desk":
            changed = rng.choice([None, NOON, NOON + timedelta(hours=1), NOON + timedelta(hours=2)])
            yield replace(message(source, ref), channel="chat", text=said, updated_at=changed)
        else:
            changed = rng.choice([None, None, NOON, NOON + timedelta(hours=1)])
            mail = message(source, rng.choice([ref, "a#12345678"]))
            yield replace(mail, party_ref=rng.choice("xyz"), text=said, updated_at=changed)


@pytest.mark.parametrize("seed", range(TIMES))
def test_random_dumps_in_any_order_end_where_a_run_from_nothing_does(tmp_path, seed):
    rng, home = random.Random(seed), home_in(tmp_path)  # noqa: S311
    for number in range(12):
        source = rng.choice(["crm", "crm", "dated", "desk", "mail", "mail"])
        deliver(home, source, rng.choice(NIGHTS), *random_records(rng, source), file=rng.choice("xyz") + str(number // 8))
        if rng.random() < 0.1:
            shutil.rmtree(rng.choice(sorted(home.lake.glob("*/*/sealed.json"))).parent)
        up_to_date(home)
        assert_as_the_rule_has_it(home)
        if number % 2:
            assert_same_as_anew(home)


def assert_as_the_rule_has_it(home):
    """Hold versions and counts against the lake by the rule, in a few lines of plain Python."""
    with warehouse.connect(":memory:", home) as lake:
        attach_lake(lake, home.lake)
        rows = {table: lake.execute(f"SELECT {columns} FROM lake_{table}").fetchall() for table, columns in COLUMNS.items()}
    counts = "SELECT coalesce(sum(read), 0), coalesce(sum(accepted), 0), coalesce(sum(duplicate), 0) FROM staging.ledger"
    accepted = len({(table, *row[:3]) for table, of in rows.items() for row in of})
    read = sum(map(len, rows.values()))
    assert rows_of(home, counts) == [(read, accepted, read - accepted)]
    for table, of in rows.items():
        records = defaultdict(list)
        for source, ref, content, updated_at, *place, mail in of:
            records[source, ref].append((content, updated_at or datetime.min.replace(tzinfo=UTC), tuple(place), mail))
        wanted = [
            (source, ref, content, *place)
            for (source, ref), sent in records.items()
            if len(sent) > 1
            for group in {mail for *_, mail in sent}
            for content, place in versions_of([row for row in sent if row[-1] == group])
        ]
        held = rows_of(home, f"SELECT source, source_ref, content_hash, night, file, sequence FROM staging.{table}_version")
        assert sorted(held) == sorted(wanted)


def versions_of(sent):
    """Yield content and place of each version of a record, or of the mails under one id that are one."""
    first = {}
    for content, updated_at, place, _ in sent:
        first[content, updated_at] = min(place, first.get((content, updated_at), place))
    before = None
    for _, place, content in sorted((updated_at, place, content) for (content, updated_at), place in first.items()):
        if content != before:
            yield content, place
        before = content


MAIL = "CASE WHEN channel = 'email' THEN concat_ws(' ', party_ref, direction, occurred_at) ELSE '' END"
COLUMNS = {
    "interaction": f"source, source_ref, content_hash, updated_at, night, file, sequence, {MAIL}",
    "profile": "source, source_ref, content_hash, updated_at, night, file, sequence, ''",
}
