"""Zips in the inbox: which entries are read, under which names, and what of a zip is refused; see also hostile_archives."""

import io
import pickle
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.files import archives, budget
from pipelines.extract.files.archives import unpacked
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.values.issues import Issues, UnreadableError
from tests.extract.exports import NIGHT, extracted
from tests.extract.raw_zips import deflated, many, raw_zip, stored
from tests.extract.test_landing import CALLS, call

UTF8 = 0x800


class Memory:
    """A filesystem of one file."""

    def __init__(self, content):
        self.content = content

    def open(self, address, mode="rb"):
        return io.BytesIO(self.content)


def opened(content, name="calls/a.zip"):
    """The files that stand for a zip of this content, and what was told of it."""
    issues = Issues()
    file = SourceFile(name, len(content), Memory(content), name)
    return unpacked(Export(CALLS, NIGHT, [file]), issues).files, [(row.position, row.reason) for row in issues.quarantined]


def test_entries_stand_in_the_place_of_their_zip_and_tell_it(tmp_path):
    content = raw_zip(
        deflated(b"one/a.jsonl", call("1").encode()), stored(b"one/", b""), stored(b"b.jsonl", call("3").encode() + b"{\n")
    )
    outcome = extracted(tmp_path, {"night.zip": content, "z.jsonl": call("2")}, CALLS)
    assert [(record.source_ref, record.file.rpartition("/")[2], record.position) for record in outcome.records] == [
        ("1", "night.zip", "line 1 in entry 1 of the zip"),
        ("3", "night.zip", "line 1 in entry 3 of the zip"),
        ("2", "z.jsonl", "line 1"),
    ]
    assert outcome.quarantined == [("line 2 in entry 3 of the zip", "not JSON")]


def test_a_zip_is_told_by_its_content_not_its_name():
    (file,), _ = opened(raw_zip(stored(b"a", b"x")), name="calls/a.bak")
    assert file.name == "calls/a.bak/a"
    (file,), told = opened(b"no zip at all, only its name", name="calls/a.zip")
    assert (file.name, told) == ("calls/a.zip", [])


def test_an_entry_can_be_read_again_and_from_its_beginning():
    content = b"x" * 3_000_000
    (file,), _ = opened(raw_zip(deflated(b"a", content)))
    with file.open() as stream:
        assert stream.read(5) == b"xxxxx"
        stream.seek(0)
        assert stream.read() == content
    assert file.read() == content
    assert file.size == len(content)


def test_another_process_opens_the_zip_anew():
    files, _ = opened(raw_zip(stored(b"a", b"x"), stored(b"b", b"y")))
    assert [file.read() for file in pickle.loads(pickle.dumps(files))] == [b"x", b"y"]  # noqa: S301


@pytest.mark.parametrize(
    ("name", "flags", "shown"),
    [
        pytest.param("Zoë/a.json".encode(), UTF8, "Zoë/a.json", id="UTF-8 that says so"),
        pytest.param("Zoë/a.json".encode(), 0, "Zoë/a.json", id="UTF-8 that does not, as macOS writes it"),
        pytest.param("Zoë/a.json".encode("cp437"), 0, "Zoë/a.json", id="DOS"),
        pytest.param(b"one\\a.json", 0, "one/a.json", id="backslashes, as old programs of Windows write it"),
        pytest.param(b"1795.M4711:2,S", 0, "1795.M4711:2,S", id="a colon that is no drive"),
        pytest.param(b"a..b/...", 0, "a..b/...", id="dots that do not lead up"),
    ],
)
def test_an_entry_bears_the_name_that_people_gave_it(name, flags, shown):
    (file,), told = opened(raw_zip(stored(name, b"x", flags=flags)))
    assert (file.name, told) == (f"calls/a.zip/{shown}", [])


def test_of_entries_of_one_name_the_first_is_read_and_the_others_are_told():
    files, told = opened(raw_zip(stored(b"a", b"1"), stored(b"a", b"2"), stored(b"b", b"3")))
    assert [file.read() for file in files] == [b"1", b"3"]
    assert told == [("entry 2 of the zip", "an entry under a name that another one has")]


@pytest.mark.parametrize(("over", "is_refused"), [(0, False), (1, True)])
def test_the_bounds_are_where_they_are_said_to_be(monkeypatch, over, is_refused):
    monkeypatch.setattr(budget, "UNPACKED_FREELY", 1_000)
    monkeypatch.setattr(budget, "UNPACKED_SHARE", 2)
    monkeypatch.setattr(archives, "ENTRIES_LIMIT", 10)
    for content in (
        raw_zip(deflated(b"a", bytes(1_000 + over))),
        many(10 + over),
    ):
        files, told = opened(content)
        assert bool(told) == is_refused
        assert bool(files) != is_refused


def test_many_entries_may_not_hold_together_what_one_may_not(monkeypatch):
    monkeypatch.setattr(budget, "UNPACKED_FREELY", 3_000)
    monkeypatch.setattr(budget, "UNPACKED_SHARE", 2)
    assert not opened(raw_zip(*[deflated(b"%d" % n, bytes(1_000)) for n in range(3)]))[1]
    assert opened(raw_zip(*[deflated(b"%d" % n, bytes(1_000)) for n in range(4)]))[1]


def test_what_honest_programs_pack_is_read():
    """Text repeats itself: a log of one line again and again comes to 1 in 100 and more."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr("a.jsonl", call("1").encode() * 20_000)
        archive.writestr("photo.jpg", bytes(range(256)) * 4_000)
    files, told = opened(written.getvalue())
    assert len(files) == 2
    assert told == []


@given(st.binary(max_size=60), st.floats(0, 1), st.booleans())
def test_a_damaged_zip_never_raises(noise, place, over):
    whole = raw_zip(deflated(b"a", b"hello " * 20), stored(b"b/c", b"x"))
    at = int(place * len(whole))
    files, told = opened(whole[:at] + noise + whole[at + (len(noise) if over else 0) :])
    for file in files:
        try:
            file.read()
        except UnreadableError as error:
            told.append(("", str(error)))
    assert all(reason for _, reason in told)
