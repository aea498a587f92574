"""Landing: a night of a source becomes one sealed partition, closed counts, the same again when run again."""

import errno
import hashlib
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from fsspec.implementations.local import LocalFileSystem

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.extract.files.inbox import SourceFile, find_export
from pipelines.extract.landing.lake import attach_lake, told_where_damaged
from pipelines.extract.landing.landing import land
from pipelines.extract.landing.partition import sealed_files
from pipelines.extract.values.records import SCHEMAS
from pipelines.settings import Home
from tests.extract.exports import source_of

NIGHT = date(2026, 11, 20)
CHAT = "20/11/2026, 10:00 - Ann Archer: Hello\n20/11/2026, 10:01 - You were added\n45/99/2026, 10:02 - Ann Archer: ?\n"
WHATSAPP = source_of(
    format="whatsapp", channel="chat", own=["The Shop"], timezone="Europe/London", max_quarantined_share=0.5
)
CALLS = source_of(
    format="table", name="calls", channel="voice", region="GB", max_quarantined_share=0.5,
    columns={"source_ref": "id", "occurred_at": "at", "direction": "direction", "party.phone": "number", "text": "note"},
)  # fmt: skip
CRM = source_of(
    format="table", name="crm", kind="profile", path="crm/{night}/*.csv",
    columns={"source_ref": "Id", "full_name": "Name", "email": "Email", "consent.email": "Ok", "updated_at": "Changed"},
)  # fmt: skip


def call(ref, number="+447700900123"):
    return (
        json.dumps({"id": ref, "at": "2026-11-20T09:00:00Z", "direction": "in", "number": number, "note": "hi \ud83d\0"})
        + "\n"
    )


@pytest.fixture
def home(tmp_path):
    send(tmp_path, "whatsapp/2026-11-20/WhatsApp Chat with Ann Archer.txt", CHAT)
    send(tmp_path, "calls/2026-11-20/a.jsonl", call("1") + call("2") + "{broken\n")
    send(tmp_path, "crm/2026-11-20/a.csv", "Id,Name,Email,Ok,Changed\nC1,Ann Archer,ann@mail.example,yes,\n")
    return Home(tmp_path)


def send(folder: Path, name: str, content: str) -> None:
    path = folder / "inbox" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode("utf-8", "surrogatepass"))


def rows(home, table):
    return [row for file in sealed_files(home.lake, table) for row in pq.read_table(file).to_pylist()]


def digests(home):
    return {
        str(path.relative_to(home.lake)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.lake.rglob("*"))
        if path.is_file() and path.suffix != ".lock"
    }


def test_a_night_is_sealed_with_the_files_that_make_it_up(home):
    report = land(home, WHATSAPP, NIGHT)
    assert (report.status, report.files, report.read, report.taken, report.suppressed, report.quarantined) == (
        "landed", 1, 3, 1, 1, 1,
    )  # fmt: skip
    partition = home.lake / "whatsapp" / "2026-11-20"
    sealed = json.loads((partition / "sealed.json").read_text())
    assert {path.name for path in partition.glob("*.parquet")} == {
        name for names in sealed["files"].values() for name in names
    }
    assert set(sealed["files"]) == {"interaction", "quarantine", "ledger"}
    assert not list(partition.glob("*.partial"))
    for table in sealed["files"]:
        (file,) = sealed_files(home.lake, table)
        assert pq.read_schema(file).equals(SCHEMAS[table])


def test_the_counts_of_every_file_close(home):
    send(home.path, "calls/2026-11-20/b.jsonl", call("3"))
    send(home.path, "calls/2026-11-20/empty.jsonl", "")
    for source in (WHATSAPP, CALLS, CRM):
        land(home, source, NIGHT)
    ledger = {row["file"].rpartition("/")[2]: row for row in rows(home, "ledger")}
    taken = [row["file"] for table in ("interaction", "profile") for row in rows(home, table)]
    set_aside = [row["file"] for row in rows(home, "quarantine")]
    for row in ledger.values():
        assert row["quarantined"] == set_aside.count(row["file"])
        assert row["read"] == taken.count(row["file"]) + row["suppressed"] + row["quarantined"]
    assert {name: (row["read"], row["suppressed"], row["quarantined"]) for name, row in ledger.items()} == {
        "WhatsApp Chat with Ann Archer.txt": (3, 1, 1),
        "a.jsonl": (3, 0, 1),
        "a.csv": (1, 0, 0),
        "b.jsonl": (1, 0, 0),
        "empty.jsonl": (1, 0, 1),
    }


def test_what_lands_is_what_the_export_says(home):
    land(home, CALLS, NIGHT)
    first, second = rows(home, "interaction")
    assert (first["source"], first["source_ref"], first["night"], first["sequence"]) == ("calls", "1", NIGHT, 0)
    assert first["occurred_at"] == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert first["file"] == "calls/2026-11-20/a.jsonl"
    assert first["party"] == [
        {
            "kind": "phone", "scope": "", "value": "+447700900123", "evidence": "channel", "seen_at": None,
            "is_verified": True,
        }
    ]  # fmt: skip
    assert "\0" not in first["text"]
    assert second["sequence"] == 1
    assert first["content_hash"] != second["content_hash"]
    (quarantined,) = rows(home, "quarantine")
    assert (quarantined["position"], quarantined["reason"], quarantined["raw"]) == ("line 3", "not JSON", b"{broken\n")


def test_a_profile_without_a_time_of_change_is_as_of_the_nights_end(home):
    land(home, CRM, NIGHT)
    (profile,) = rows(home, "profile")
    assert profile["updated_at"].date() == NIGHT
    assert profile["updated_at"].hour == 23
    assert profile["consent"] == [{"channel": "email", "purpose": "marketing", "allowed": True, "value": "ann@mail.example"}]


def test_the_same_night_again_leaves_the_same_bytes(home):
    sources = (WHATSAPP, CALLS, CRM)
    for source in sources:
        land(home, source, NIGHT)
    before = digests(home)
    for source in reversed(sources):
        land(home, source, NIGHT)
    assert digests(home) == before


def test_a_file_sent_again_under_another_name_has_the_same_content_hashes(home):
    send(
        home.path,
        "crm/2026-11-21/renamed.csv",
        (home.path / "inbox/crm/2026-11-20/a.csv").read_text().replace(",yes,", ",yes,2026-11-01T00:00:00Z"),
    )
    send(home.path, "crm/2026-11-22/again.csv", (home.path / "inbox/crm/2026-11-21/renamed.csv").read_text())
    land(home, CRM, date(2026, 11, 21))
    land(home, CRM, date(2026, 11, 22))
    first, second = rows(home, "profile")
    assert first["content_hash"] == second["content_hash"]


def test_a_changed_export_replaces_the_night_and_leaves_nothing_of_the_old(home):
    land(home, CALLS, NIGHT)
    old = set(digests(home))
    send(home.path, "calls/2026-11-20/a.jsonl", call("7"))
    land(home, CALLS, NIGHT)
    assert [row["source_ref"] for row in rows(home, "interaction")] == ["7"]
    assert rows(home, "quarantine") == []
    assert not {name for name in old if name.endswith(".parquet")} & set(digests(home))


def test_what_was_sealed_stays_when_the_export_has_been_moved_away(home):
    land(home, CALLS, NIGHT)
    before = digests(home)
    (home.path / "inbox/calls/2026-11-20/a.jsonl").unlink()
    assert land(home, CALLS, NIGHT).status == "absent"
    assert digests(home) == before


def test_a_source_over_its_bound_is_broken_and_its_good_records_are_there(home):
    strict = CALLS.model_copy(update={"max_quarantined_share": 0.02})
    report = land(home, strict, NIGHT)
    assert report.status == "broken"
    assert (report.taken, report.quarantined) == (2, 1)
    assert report.places == ["calls/2026-11-20/a.jsonl, line 3: not JSON"]
    assert [row["source_ref"] for row in rows(home, "interaction")] == ["1", "2"]


def test_where_a_broken_chat_lies_is_said_without_its_person(home):
    strict = source_of(
        format="whatsapp", channel="chat", own=["The Shop"], timezone="Europe/London", max_quarantined_share=0
    )
    (place,) = land(home, strict, NIGHT).places
    assert "Ann" not in place
    assert "line 3" in place


def test_a_wrong_column_breaks_the_source_and_names_it(home):
    send(home.path, "crm/2026-11-20/a.csv", "Id,Name,E-Mail,Ok,Changed\nC1,Ann Archer,ann@mail.example,yes,\n")
    report = land(home, CRM, NIGHT)
    assert report.status == "broken"
    assert "wrong column: 'Email' is not in the file; alike are 'E-Mail'" in report.places[0]
    assert "Ann" not in report.places[0]


def test_each_wrong_column_is_told_with_what_looks_like_it(home):
    send(home.path, "crm/2026-11-20/a.csv", "Id,Full Name,E-Mail,Ok,Changed\nC1,Ann Archer,ann@mail.example,yes,\n")
    columns = {"source_ref": "Id", "full_name": "FullName", "email": "Email", "city": "Town"}
    report = land(home, CRM.model_copy(update={"columns": columns}), NIGHT)
    told = "wrong columns: 'Email', 'FullName', 'Town' are not in the file; alike are 'Full Name', 'E-Mail'"
    assert told in report.places[0]


def test_an_extractor_that_stops_half_way_leaves_last_nights_partition(home):
    land(home, WHATSAPP, NIGHT)
    before = digests(home)
    send(home.path, "whatsapp/2026-11-20/WhatsApp Chat with Bob.txt", CHAT)
    without_zone = source_of(format="whatsapp", channel="chat", own=["The Shop"])
    with pytest.raises(ConfigurationError, match="timezone"):
        land(home, without_zone, NIGHT)
    assert digests(home) == before


@pytest.mark.parametrize("then", ["the same", "another", "nothing"])
def test_what_a_killed_run_left_goes_with_the_next_one(home, then):
    """Its rows are people's: they must not lie about for ever, whatever is in the inbox by then."""
    land(home, CALLS, NIGHT)
    partition = home.lake / "calls" / NIGHT.isoformat()
    left = ["interaction-0123456789ab.partial", "ledger-0123456789ab.parquet", "survey-01.pickle", "sealed.json.partial"]
    for name in left:
        (partition / name).write_bytes(b"half")
    export = home.path / "inbox" / "calls" / NIGHT.isoformat() / "a.jsonl"
    if then == "another":
        export.write_text(call("3"))
    elif then == "nothing":
        export.unlink()
    land(home, CALLS, NIGHT)
    assert {path.name for path in partition.iterdir()}.isdisjoint(left)
    assert [row["source_ref"] for row in rows(home, "interaction")] == (["3"] if then == "another" else ["1", "2"])


def test_rows_that_an_extraction_replaced_while_they_were_read_are_not_told_as_lost(home):
    land(home, CALLS, NIGHT)
    listed = sealed_files(home.lake, "interaction")[0]
    send(home.path, "calls/2026-11-20/a.jsonl", call("3"))
    land(home, CALLS, NIGHT)
    with (
        pytest.raises(GoldthreadError, match=r"replaced it while it was read; run this again"),
        told_where_damaged(home.lake),
    ):
        duckdb.sql(f"FROM read_parquet('{listed}')")


def test_the_order_in_which_the_inbox_lists_its_files_changes_nothing(home):
    for name in "cab":
        send(home.path, f"calls/2026-11-20/{name}.jsonl", call(name))
    land(home, CALLS, NIGHT)
    before = digests(home)
    folder = home.path / "inbox/calls/2026-11-20"
    for path in sorted(folder.iterdir(), reverse=True):  # written anew, so listed in another order
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content)
    land(home, CALLS, NIGHT)
    assert digests(home) == before


def test_a_format_nobody_knows_is_a_mistake_in_the_configuration(home):
    send(home.path, "fax/2026-11-20/a.txt", "x")
    with pytest.raises(ConfigurationError, match="'fax' is not known; known are"):
        land(home, source_of(format="fax", channel="chat"), NIGHT)


def test_a_file_that_may_not_be_read_is_an_error_without_its_person(home, monkeypatch):
    def refuse(file):
        raise PermissionError(13, "Permission denied", file.address)

    monkeypatch.setattr(SourceFile, "sha256", refuse)
    with pytest.raises(GoldthreadError, match=r"whatsapp/2026-11-20/…#[0-9a-f]{8}\.txt cannot be read: Permission") as error:
        land(home, WHATSAPP, NIGHT)
    assert "Ann" not in str(error.value)
    assert error.value.__suppress_context__  # Airflow would log the cause, which holds the whole name


@pytest.mark.parametrize(
    ("number", "error"),
    [
        pytest.param(errno.EACCES, ConfigurationError, id="it is somebody else's"),
        pytest.param(errno.EIO, GoldthreadError, id="the disk fails"),
    ],
)
@pytest.mark.parametrize("folder", ["whatsapp", "whatsapp/2026-11-20", "whatsapp/2026-11-20/WhatsApp Chat with Ann Archer"])
def test_a_folder_that_cannot_be_listed_is_not_one_without_files(home, monkeypatch, folder, number, error):
    """Else the night is published without them, and nothing tells it."""
    listed = LocalFileSystem.ls

    def refuse(filesystem, path, detail=False, **more):
        if Path(path).is_relative_to(home.path / "inbox" / folder):
            raise OSError(number, os.strerror(number), path)
        return listed(filesystem, path, detail=detail, **more)

    send(home.path, "whatsapp/2026-11-20/WhatsApp Chat with Ann Archer/_chat.txt", CHAT)
    monkeypatch.setattr(LocalFileSystem, "ls", refuse)
    words = rf"whatsapp/2026-11-20, or a folder in it, cannot be listed \({os.strerror(number)}\)"
    with pytest.raises(error, match=words) as told:
        land(home, WHATSAPP.model_copy(update={"path": "whatsapp/{night}/**/*.txt"}), NIGHT)
    assert "Ann" not in str(told.value)
    assert type(told.value) is error


def test_a_name_that_is_not_utf8_lands_as_text_and_is_not_taken_for_another(home):
    folder = home.path / "inbox/calls/2026-11-20"
    for number, name in enumerate(
        (b"caf\xe9.jsonl", b"caf\\xe9.jsonl", b"caf\xc3\xa9.jsonl", b"caf\xff\\.jsonl", b"a\\b.jsonl")
    ):
        (folder / os.fsdecode(name)).write_text(call(str(10 + number)))
    assert land(home, CALLS, NIGHT).files == 6
    found = {row["source_ref"]: row["file"].rpartition("/")[2] for row in rows(home, "interaction")}
    assert found == {
        "1": "a.jsonl",
        "2": "a.jsonl",
        "10": r"caf\xe9.jsonl",
        "11": r"caf\\xe9.jsonl",
        "12": "café.jsonl",
        "13": r"caf\xff\\.jsonl",
        "14": r"a\b.jsonl",
    }


@pytest.mark.parametrize("name", ["[old] home", "home*", "what?", "a{b}", "100%"])
def test_a_home_whose_path_looks_like_a_pattern_is_only_a_place(tmp_path, name):
    send(tmp_path / name, "calls/2026-11-20/a.jsonl", call("1"))
    send(tmp_path / name, "calls/2026-11-20/deep/er/b.jsonl", call("2"))
    send(tmp_path / "o", "calls/2026-11-20/c.jsonl", call("3"))
    home = Home(tmp_path / name)
    assert land(home, CALLS, NIGHT).files == 2
    with duckdb.connect() as con:
        attach_lake(con, home.lake)
        assert con.execute("SELECT source_ref FROM lake_interaction ORDER BY ALL").fetchall() == [("1",), ("2",)]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("calls/{night}/*.jsonl", ["a.jsonl"], id="one folder"),
        pytest.param("calls/{night}/a.jsonl", ["a.jsonl"], id="one file"),
        pytest.param("calls/{night}/**/*.jsonl", ["a.jsonl", "sub/deep/c.jsonl", "sub/x.jsonl"], id="every depth"),
        pytest.param("calls/{night}/*/[a-x].jsonl", ["sub/x.jsonl"], id="a class of letters"),
        pytest.param("*/{night}/**/c.jsonl", ["sub/deep/c.jsonl"], id="a star before the night"),
        pytest.param("calls/{night}/none.jsonl", [], id="nothing"),
        pytest.param("fax/{night}/*", [], id="no folder"),
    ],
)
def test_the_path_of_a_source_is_a_pattern(tmp_path, path, expected):
    for name in ("a.jsonl", "sub/x.jsonl", "sub/deep/c.jsonl", "b.txt"):
        send(tmp_path, f"calls/2026-11-20/{name}", "x")
    send(tmp_path, "calls/2026-11-21/a.jsonl", "x")
    found = find_export(str(tmp_path / "inbox"), CALLS.model_copy(update={"path": path}), NIGHT)
    assert [file.name.removeprefix("calls/2026-11-20/") for file in found.files] == expected
    assert all(file.size == 1 and file.read() == b"x" for file in found.files)


def test_a_field_that_is_new_in_an_export_is_told_once_with_its_count(home, caplog):
    text = call("1").replace('{"id"', '{"mood": "Ann is glad", "id"')
    send(home.path, "calls/2026-11-20/a.jsonl", text)
    send(home.path, "calls/2026-11-20/b.jsonl", text.replace('"1"', '"2"'))
    with caplog.at_level("WARNING"):
        land(home, CALLS, NIGHT)
    assert caplog.messages == ["extract calls of 2026-11-20: unknown field 'mood' (2 times)"]


def test_a_field_that_is_named_after_a_person_is_told_without_the_name(home, caplog):
    text = call("1").replace('{"id"', '{"ann@mail.example": 1, "+447700900123": 2, "id"')
    send(home.path, "calls/2026-11-20/a.jsonl", text)
    with caplog.at_level("WARNING"):
        land(home, CALLS, NIGHT)
    assert caplog.messages == ["extract calls of 2026-11-20: an unknown field named like an address or a number (2 times)"]
