"""Deliveries as they come in the world: late, twice, renamed, growing, moved away, no file at all. Each has one outcome."""

import contextlib
import hashlib
import json
import os
import shutil
import socket
import zipfile
from datetime import date, timedelta

import duckdb
import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines import night as stages
from pipelines.errors import SourceBroken
from pipelines.extract.files.blocks import records_of
from pipelines.extract.files.budget import OVER_TIME, Budget
from pipelines.extract.landing import partition, reading, writing
from pipelines.extract.landing.lake import attach_lake
from pipelines.extract.landing.landing import CHANGED, land, land_all
from pipelines.extract.landing.partition import sealed_files
from pipelines.extract.landing.waiting import Waiting, waiting
from pipelines.extract.landing.workers import pool
from pipelines.extract.values.records import SCHEMAS
from pipelines.settings import Home
from tests.extract.exports import source_of
from tests.thorough import TIMES

NIGHT = date(2026, 11, 20)
NEXT = NIGHT + timedelta(days=1)
CALLS = source_of(
    format="table", name="calls", channel="voice", region="GB", max_quarantined_share=0.9, path="calls/{night}/**/*",
    columns={"source_ref": "id", "occurred_at": "at", "direction": "direction", "party.phone": "number", "text": "note"},
)  # fmt: skip


def call(ref, at="2026-11-20T09:00:00Z"):
    return json.dumps({"id": str(ref), "at": at, "direction": "in", "number": "+447700900123", "note": f"call {ref}"}) + "\n"


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def send(home, name, content, night=NIGHT):
    path = home.path / "inbox" / "calls" / night.isoformat() / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def rows(home, table):
    return [row for file in sealed_files(home.lake, table) for row in pq.ParquetFile(file).read().to_pylist()]


def landed(home):
    return sorted((row["file"].rpartition("/")[2], row["source_ref"]) for row in rows(home, "interaction"))


def set_aside(home):
    return sorted((row["file"].rpartition("/")[2], row["position"], row["reason"]) for row in rows(home, "quarantine"))


def lake(home):
    """A digest of everything in the lake, whatever the order and the files it lies in."""
    held = sorted(repr(row) for table in SCHEMAS for row in rows(home, table))
    return hashlib.sha256("\n".join(held).encode()).hexdigest()


def test_a_file_that_comes_late_is_read_alone(home):
    send(home, "a.jsonl", call(1))
    assert land(home, CALLS, NIGHT).unchanged == 0
    send(home, "b.jsonl", call(2))
    report = land(home, CALLS, NIGHT)
    assert (report.files, report.unchanged, report.read, report.taken) == (2, 1, 2, 2)
    assert landed(home) == [("a.jsonl", "1"), ("b.jsonl", "2")]


def test_what_was_moved_away_stays_when_another_file_comes(home):
    send(home, "a.jsonl", call(1))
    send(home, "b.jsonl", call(2))
    land(home, CALLS, NIGHT)
    (home.path / "inbox/calls/2026-11-20/a.jsonl").unlink()
    send(home, "b.jsonl", call(3))
    report = land(home, CALLS, NIGHT)
    assert (report.files, report.read) == (1, 1)  # the report is of what is there
    assert landed(home) == [("a.jsonl", "1"), ("b.jsonl", "3")]
    assert sorted(row["file"].rpartition("/")[2] for row in rows(home, "ledger")) == ["a.jsonl", "b.jsonl"]


def test_other_settings_read_what_is_there_again(home):
    send(home, "a.jsonl", call(1).replace("+447700900123", "020 7946 0018"))
    land(home, CALLS, NIGHT)
    land(home, CALLS.model_copy(update={"region": "US"}), NIGHT)
    (row,) = rows(home, "interaction")
    assert row["party"] == []


def test_a_file_that_grows_while_it_is_read_is_set_aside_and_taken_when_it_is_whole(home, monkeypatch):
    growing = send(home, "a.jsonl", call(1) + call(2))
    send(home, "b.jsonl", call(3))
    read = reading.read_blocks

    def read_and_grow(export, issues):
        for record in records_of(read(export, issues)):
            if record.source_ref == "1":
                growing.write_bytes(growing.read_bytes() + call(4).encode())
            yield record

    monkeypatch.setattr(reading, "read_blocks", read_and_grow)
    assert land(home, CALLS, NIGHT).status == "landed"
    assert landed(home) == [("b.jsonl", "3")]
    assert set_aside(home) == [("a.jsonl", "the whole file", CHANGED)]
    monkeypatch.undo()
    land(home, CALLS, NIGHT)
    assert landed(home) == [("a.jsonl", "1"), ("a.jsonl", "2"), ("a.jsonl", "4"), ("b.jsonl", "3")]
    assert set_aside(home) == []


@pytest.mark.parametrize("name", ["a.jsonl.part", "a.jsonl.filepart", "a.crdownload", ".a.jsonl.x1Y2z3", "a.TMP"])
def test_a_transfer_that_has_not_finished_is_left_alone_and_told(home, name):
    send(home, name, call(1))
    send(home, "b.jsonl", call(2))
    report = land(home, CALLS, NIGHT)
    assert (report.read, report.taken, report.suppressed, report.quarantined) == (2, 1, 1, 0)
    (told,) = [row["suppressed_reasons"] for row in rows(home, "ledger") if row["suppressed"]]
    assert told == [{"reason": "a transfer that has not finished", "count": 1}]


def test_what_macos_and_windows_leave_in_folders_and_zips_is_counted_and_breaks_nothing(home):
    litter = [".DS_Store", "in/._a.jsonl", "Thumbs.db", "in/Desktop.ini"]
    for name in litter:
        send(home, name, b"\0\0\0\1Bud1")
    send(home, "in/a.jsonl", call(1))
    with zipfile.ZipFile(send(home, "b.zip", b""), "w") as archive:
        archive.writestr("in/b.jsonl", call(2))
        archive.writestr("__MACOSX/in/._b.jsonl", b"\0\5\x16\7")
    report = land(home, CALLS, NIGHT)
    assert (report.status, report.taken, report.suppressed, report.quarantined) == ("landed", 2, len(litter) + 1, 0)
    assert landed(home) == [("a.jsonl", "1"), ("b.zip", "2")]
    send(home, ".DS_Store", "looked at since, which is no delivery", night=NEXT)
    assert waiting(home, [CALLS]) == []


def test_links_pipes_and_sockets_are_never_opened(home):
    secret = home.path / "secret.jsonl"
    secret.write_text(call(1))
    folder = send(home, "b.jsonl", call(2)).parent
    (folder / "link.jsonl").symlink_to(secret)
    (folder / "folder").symlink_to(home.path)
    os.mkfifo(folder / "pipe")
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(folder):  # a socket's path has 107 bytes at most
        listener.bind("socket")
    land(home, CALLS, NIGHT)
    assert landed(home) == [("b.jsonl", "2")]
    assert {(name, reason.partition(",")[0]) for name, _, reason in set_aside(home)} == {
        ("link.jsonl", "a link"), ("folder", "a link"), ("pipe", "a device"), ("socket", "a device"),
    }  # fmt: skip


def test_a_file_that_overwhelms_its_reader_costs_itself_alone(home):
    big = "".join(call(f"{number}, my number is 020 7946 {number % 10_000:04d}") for number in range(80_000))
    send(home, "a.jsonl", call("a"))
    send(home, "big.jsonl", big)
    send(home, "c.jsonl", call("c"))
    with pool(1, Budget(seconds=1.5, seconds_per_megabyte=0)) as workers:
        report = land(home, CALLS, NIGHT, workers)
    assert (report.taken, report.quarantined) == (2, 1)
    assert landed(home) == [("a.jsonl", "a"), ("c.jsonl", "c")]
    assert set_aside(home) == [("big.jsonl", "the whole file", OVER_TIME)]
    land(home, CALLS, NIGHT)  # with more time, the same file is read
    assert len(landed(home)) == 80_002


def test_workers_leave_the_same_lake_as_one_process(home, tmp_path_factory):
    other = Home(tmp_path_factory.mktemp("other"))
    for place in (home, other):
        for name in "abcdef":
            send(place, f"{name}.jsonl", call(name) + "{\n" + call(f"{name}2"))
    land(home, CALLS, NIGHT)
    with pool(2) as workers:
        land(other, CALLS, NIGHT, workers)
    assert lake(home) == lake(other)


def test_an_inbox_in_memory_is_read_by_the_process_that_has_it(home, monkeypatch):
    monkeypatch.setenv("GOLDTHREAD_INBOX", "memory://goldthread")
    filesystem = fsspec.filesystem("memory")
    filesystem.pipe("/goldthread/calls/2026-11-20/a.jsonl", call(1).encode())
    with pool(1) as workers:
        assert land(home, CALLS, NIGHT, workers).taken == 1
        filesystem.pipe("/goldthread/calls/2026-11-20/b.jsonl", call(2).encode())
        assert land(home, CALLS, NIGHT, workers).unchanged == 1
    assert landed(home) == [("a.jsonl", "1"), ("b.jsonl", "2")]


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        pytest.param("1970-01-01T00:00:00Z", "a clock that was never set", id="1970"),
        pytest.param("2026-11-22T00:00:01Z", "a clock that runs ahead", id="after the night"),
        pytest.param("9999-12-31T23:59:59Z", "a clock that runs ahead", id="the end of the calendar"),
    ],
)
def test_an_impossible_time_is_set_aside(home, at, reason):
    send(home, "a.jsonl", call(1, at) + call(2, "2026-11-21T13:00:00Z"))
    land(home, CALLS, NIGHT)
    assert landed(home) == [("a.jsonl", "2")]  # an export made the morning after, by a clock far east of ours
    ((_, position, told),) = set_aside(home)
    assert position == "line 1"
    assert reason in told


def test_the_entries_of_a_zip_count_for_the_zip(home):
    path = send(home, "night.zip", b"")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one/a.jsonl", call(1) + "{\n")
        archive.writestr("b.jsonl", call(2))
    land(home, CALLS, NIGHT)
    assert landed(home) == [("night.zip", "1"), ("night.zip", "2")]
    assert set_aside(home) == [("night.zip", "line 2 in entry 1 of the zip", "not JSON")]
    (ledger,) = rows(home, "ledger")
    assert (ledger["file"], ledger["read"], ledger["quarantined"]) == ("calls/2026-11-20/night.zip", 3, 1)
    assert ledger["bytes"] == path.stat().st_size


def test_a_source_that_is_due_and_sends_nothing_is_missing(home):
    due = CALLS.model_copy(update={"name": "crm", "path": "crm/{night}/*", "due": "weekdays"})
    send(home, "a.jsonl", call(1))
    reports = land_all(home, [CALLS, due, CALLS.model_copy(update={"name": "sms", "path": "sms/{night}/*"})], NIGHT)
    assert [report.status for report in reports] == ["landed", "missing", "absent"]
    assert land(home, due, date(2026, 11, 21)).status == "absent"  # a Saturday
    with pytest.raises(SourceBroken, match="source crm, night 2026-11-20: nothing arrived, and it is due"):
        stages.raise_broken(reports)


@pytest.mark.parametrize("name", [".DS_Store", "a.jsonl.part"])
def test_a_source_that_is_due_and_sends_no_whole_file_is_missing(home, name):
    due = CALLS.model_copy(update={"due": "daily"})
    send(home, name, call(1))
    report = land(home, due, NIGHT)
    assert (report.status, report.suppressed) == ("missing", 1)
    send(home, "a.jsonl", call(1))
    assert land(home, due, NIGHT).status == "landed"


def test_a_night_that_landed_and_was_moved_away_is_not_missing_when_it_runs_again(home):
    due = CALLS.model_copy(update={"due": "daily"})
    path = send(home, "a.jsonl", call(1))
    land(home, due, NIGHT)
    path.unlink()
    assert land(home, due, NIGHT).status == "absent"
    send(home, ".DS_Store", "left by whoever moved it")
    assert land(home, due, NIGHT).status == "absent"
    assert landed(home) == [("a.jsonl", "1")]


def test_quarantined_records_enter_once_when_their_cause_is_mended(home, caplog):
    caplog.set_level("WARNING")
    send(home, "a.jsonl", call(1) + '{"id": "2", "at": "later", "direction": "in", "number": "", "note": ""}\n')
    send(home, "b.jsonl", call(3))
    send(home, "c.jsonl", call(4) + "{\n", night=NEXT)
    sources = {"calls": CALLS}
    for night in (NIGHT, NEXT):
        land(home, CALLS, night)
    reports = stages.replay_quarantine(home, sources)
    assert [(report.night, report.quarantined) for report in reports] == [(NIGHT, 1), (NEXT, 1)]
    send(home, "a.jsonl", call(1) + call(2))
    (report,) = stages.replay_quarantine(home, sources, NIGHT)
    assert (report.files, report.unchanged, report.quarantined) == (2, 1, 0)
    assert landed(home) == [("a.jsonl", "1"), ("a.jsonl", "2"), ("b.jsonl", "3"), ("c.jsonl", "4")]
    assert [report.night for report in stages.replay_quarantine(home, sources)] == [NEXT]
    shutil.rmtree(home.path / "inbox")
    assert stages.replay_quarantine(home, sources) == []
    assert "1 file(s) with something in quarantine are gone from the inbox" in caplog.text


def as_sealed_by_0_1(home):
    """Make a partition what Goldthread 0.1 wrote: fewer columns, and a seal that names no export files."""
    (seal,) = home.lake.glob("*/*/sealed.json")
    files = json.loads(seal.read_text())["files"]
    for names in files.values():
        for name in names:
            table = pq.read_table(seal.parent / name)
            kept = [column for column in table.column_names if column not in ("updated_at", "suppressed_reasons")]
            rows = table.select(kept).to_pylist()
            for row in rows:
                for person in row.get("party", []):
                    del person["is_verified"]
            pq.write_table(pa.Table.from_pylist(rows), seal.parent / name)
    seal.write_text(json.dumps({"files": files}))


def test_a_lake_that_0_1_sealed_is_kept_read_and_added_to(home):
    path = send(home, "a.jsonl", call(1))
    land(home, CALLS, NIGHT)
    as_sealed_by_0_1(home)
    path.unlink()
    send(home, "b.jsonl", call(2))
    land(home, CALLS, NIGHT)
    assert landed(home) == [("a.jsonl", "1"), ("b.jsonl", "2")]
    with duckdb.connect() as con:
        attach_lake(con, home.lake)
        found = con.execute("SELECT source_ref, updated_at, len(party) FROM lake_interaction ORDER BY ALL").fetchall()
        assert found == [("1", None, 1), ("2", None, 1)]
        assert con.execute("SELECT sum(read) FROM lake_ledger").fetchall() == [(2,)]


def test_what_waits_in_the_inbox_is_told(home):
    send(home, "a.jsonl", call(1))
    send(home, "b.jsonl", call(2), night=NEXT)
    assert waiting(home, [CALLS]) == [Waiting("calls", NIGHT, 1), Waiting("calls", NEXT, 1)]
    for night in (NIGHT, NEXT):
        land(home, CALLS, night)
    assert waiting(home, [CALLS]) == []
    send(home, "late.jsonl", call(3))
    send(home, "unfinished.jsonl.part", call(3))
    send(home, "b.jsonl", call(2) + call(4), night=NEXT)
    assert waiting(home, [CALLS]) == [Waiting("calls", NIGHT, 1), Waiting("calls", NEXT, 1)]


def test_what_was_read_by_other_settings_waits_to_be_read_by_those_of_now(home):
    """Of a cumulative export, each message stands twice where one night was read in another zone than the next."""
    send(home, "a.jsonl", call(1))
    land(home, CALLS, NIGHT)
    there = CALLS.model_copy(update={"timezone": "America/New_York"})
    assert waiting(home, [CALLS.model_copy(update={"due": "daily", "max_quarantined_share": 0.5})]) == []
    assert waiting(home, [there]) == [Waiting("calls", NIGHT, 1)]
    land(home, there, NIGHT)
    assert waiting(home, [there]) == []


# Files of two nights: overlapping exports, one sent again under another name, one with a line that cannot be read.
FILES = {
    (NIGHT, "a.jsonl"): call(1) + call(2),
    (NIGHT, "a again.jsonl"): call(1) + call(2),
    (NIGHT, "b.jsonl"): call(2) + call(3) + "{broken\n",
    (NEXT, "c.jsonl"): call(1) + call(2) + call(3) + call(4),
    (NEXT, "empty.jsonl"): "",
}
STEPS = st.lists(
    st.one_of(
        st.sampled_from(sorted(FILES)).map(lambda file: ("send", *file)),
        st.sampled_from([NIGHT, NEXT]).map(lambda night: ("land", night)),
        st.just(("clear",)),
    ),
    max_size=7,
)


@pytest.fixture
def unsynced(monkeypatch):
    """Without waiting for the disk: a thousand orders of deliveries in half a minute."""
    for module in (writing, partition):
        monkeypatch.setattr(module, "sync", lambda path: None)


@pytest.fixture(scope="module")
def converged(tmp_path_factory):
    home = Home(tmp_path_factory.mktemp("converged"))
    for (night, name), content in FILES.items():
        send(home, name, content, night)
    for night in (NIGHT, NEXT):
        land(home, CALLS, night)
    return lake(home)


@settings(max_examples=1_000 * TIMES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS, order=st.permutations(sorted(FILES)))
def test_any_order_of_deliveries_ends_in_the_same_lake(tmp_path_factory, converged, unsynced, steps, order):
    """Files sent in any order, again, overlapping and late, moved away once they have landed, nights run at any time."""
    home = Home(tmp_path_factory.getbasetemp() / "deliveries")
    shutil.rmtree(home.path, ignore_errors=True)
    known = set()
    for step in steps:
        if step[0] == "send":
            send(home, step[2], FILES[step[1:]], step[1])
        elif step[0] == "land":
            land(home, CALLS, step[1])
        elif step[0] == "clear":  # what has landed may be moved away
            for night in (NIGHT, NEXT):
                land(home, CALLS, night)
            shutil.rmtree(home.path / "inbox", ignore_errors=True)
    known |= {step[1:] for step in steps if step[0] == "send"}
    for night, name in order:
        if (night, name) not in known or len(name) % 2:  # some come a second time
            send(home, name, FILES[night, name], night)
            land(home, CALLS, night)
    for night in (NIGHT, NEXT):
        land(home, CALLS, night)
    assert lake(home) == converged
