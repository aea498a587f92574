import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.files import budget, documents
from pipelines.extract.files.documents import json_entries, parse_json
from pipelines.extract.files.inbox import find_export
from pipelines.extract.values.issues import UnreadableError
from tests.extract.exports import NIGHT, source_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=3), inner, max_size=3),
    max_leaves=8,
)
RECORDS = st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), VALUES, min_size=1, max_size=3), max_size=6)


def read(content, folder, pages=()):
    """The values of a file's records; the error in place of one that cannot be read, and of the rest of a file."""
    (folder / "file").write_bytes(content)
    (file,) = find_export(str(folder), source_of(format="table", path="file"), NIGHT).files
    found = []
    try:
        for entry in json_entries(file, pages):
            try:
                found.append(entry.value())
            except UnreadableError as error:
                found.append(str(error))
    except UnreadableError as error:
        found.append(str(error))
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("documents")


@given(records=RECORDS, indent=st.sampled_from([None, 1]))
def test_the_same_records_come_out_of_lines_an_array_a_page_and_gzip(folder, records, indent):
    lines = "".join(json.dumps(record) + "\n" for record in records).encode()
    assert read(lines, folder) == records
    assert read(gzip.compress(lines), folder) == records
    assert read(json.dumps(records, indent=indent).encode(), folder) == records
    assert read(json.dumps({"tickets": records, "end": True}, indent=indent).encode(), folder, ("tickets",)) == records


@given(records=RECORDS, share=st.floats(0, 1, exclude_max=True))
def test_an_array_cut_anywhere_gives_what_stands_before_and_says_so(folder, records, share):
    whole = json.dumps(records)
    cut = whole[: max(int(len(whole) * share), 1)]
    *found, told = read(cut.encode(), folder)
    assert "cut off" in told
    assert found == records[: len(found)]
    assert len(found) >= len([end for end in ends_of(records) if end < len(cut)])


def ends_of(records):
    """Where each record ends in the array as it is written."""
    ends, at = [], 1
    for record in records:
        at += len(json.dumps(record))
        ends.append(at)
        at += len(", ")
    return ends


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"NaN", b'{"a": NaN, "b": "\\u0041"}', b"[" * 100_000, b'{"a": "\xff"}', b"\\u0041"]
)
def test_what_is_no_json_is_said_to_be_none(raw):
    with pytest.raises(UnreadableError, match="not JSON"):
        parse_json(raw)


def test_half_a_surrogate_pair_is_let_through():
    assert parse_json(b'{"a": "\\ud83d"}') == {"a": "\ud83d"}


def test_a_damaged_gzip_stream_ends_in_words(folder):
    whole = gzip.compress(b'{"a": 1}\n' * 10_000)
    assert read(whole[:-20], folder)[-1] == "the gzip stream is cut off"
    assert read(whole[:-8] + b"\0" * 8, folder)[-1] == "the gzip stream is damaged"


@pytest.mark.parametrize("over", [-1, 0, 1, 2, 5_000])
def test_a_line_too_long_to_hold_costs_itself_alone(folder, monkeypatch, over):
    monkeypatch.setattr(documents, "VALUE_LIMIT", 1_000)
    line = b'{"a": "' + b"x" * (1_000 + over - 10) + b'"}\n'
    found = read(b'{"b": 1}\n' + line + b'{"c": 2}\n', folder)
    assert found[0] == {"b": 1}
    assert found[-1] == {"c": 2}
    assert len(found) == 3
    assert isinstance(found[1], dict) == (over <= 0)


def test_a_gzip_bomb_is_stopped(folder, monkeypatch):
    monkeypatch.setattr(budget, "UNPACKED_FREELY", 100_000)
    lines = gzip.compress(b'{"a": 1}\n' * 50_000 + b" " * 50_000_000)
    assert "a bomb" in read(lines, folder)[-1]
