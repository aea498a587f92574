"""Plain JSON lines by their quotes: the texts that a parser gives, and nothing of lines that are not plain."""

import json

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.extract.parts.table.json_plain import plain_columns
from tests.thorough import TIMES

OFTEN = settings(max_examples=600 * TIMES, deadline=None)
KEYS = ["id", "said by whom", "text", "of day", "x"]
WANTED = ["text", "id", "text"]
TEXTS = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.sampled_from(
        ["", "hello", 'a "b" c', "\\", '\\"', '"', "\\\\", "a\nb", "\u2028", "😀", "é", "\x7f", "a\0b", '","', '":"', "}\n{"]
    ),
)
WRITTEN = st.sampled_from([
    lambda row: orjson.dumps(row).decode(), json.dumps, lambda row: json.dumps(row, ensure_ascii=False),
    lambda row: json.dumps(row, separators=(",", ":")),
])  # fmt: skip
ODD = st.sampled_from([1, -2.5, True, [], ["a"], {}, {"a": None}, "\ud800", "\udc00\ud800"])


def lines(rows, write):
    return "".join(write(row) + "\n" for row in rows).encode("utf-8", "surrogatepass")


def parsed(data):
    """The texts as the parser gives them; None where a line is none or has other fields or values."""
    try:
        rows = [orjson.loads(line) for line in data.removesuffix(b"\n").split(b"\n")]
    except orjson.JSONDecodeError:
        return None
    if any(not isinstance(row, dict) or list(row) != KEYS for row in rows):
        return None
    if any(not isinstance(value, str | None) for row in rows for value in row.values()):
        return None
    return [[row[name] for row in rows] for name in WANTED]


def plain(data, keys=KEYS):
    columns = plain_columns(data, keys, WANTED)
    return None if columns is None else [column.to_pylist() for column in columns]


ROWS = st.lists(
    st.lists(TEXTS, min_size=5, max_size=5).map(lambda texts: dict(zip(KEYS, texts, strict=True))), min_size=1, max_size=6
)


@OFTEN
@given(rows=ROWS, write=WRITTEN)
def test_texts_are_those_of_a_parser(rows, write):
    data = lines(rows, write)
    assert parsed(data) is not None
    assert plain(data) == parsed(data)


@OFTEN
@given(rows=ROWS, write=WRITTEN, at=st.integers(0, 10), key=st.sampled_from(KEYS), value=ODD)
def test_a_value_of_another_type_is_not_plain(rows, write, at, key, value):
    rows[at % len(rows)][key] = value
    try:
        data = lines(rows, write)
    except orjson.JSONEncodeError:  # half a surrogate pair
        data = lines(rows, json.dumps)
    assert plain(data) is None


@OFTEN
@given(
    rows=ROWS, write=WRITTEN, at=st.integers(0, 400), gone=st.integers(0, 3),
    junk=st.binary(max_size=2) | st.sampled_from([
        b'"', b"\\", b'\\"', b"\n", b"\r", b" ", b"\t", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"{}", b"null", b"{", b"}",
        b",", b":", b'"x":null,', b'"id":"1",', b'","', b'":"', b"}\n{", b"\\u00e9", b"\\ud800", b"\\x", b"\\u12", b"\x1f",
        b"\x7f", b"1", b"}\n",
    ]),
)  # fmt: skip
def test_of_damaged_lines_nothing_is_made_but_what_a_parser_makes(rows, write, at, gone, junk):
    data = lines(rows, write)
    at %= len(data)
    data = data[:at] + junk + data[at + gone :]
    data = data if data.endswith(b"\n") else data + b"\n"
    assert plain(data) in (None, parsed(data))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda row: dict(reversed(row.items())), id="another order"),
        pytest.param(lambda row: row | {"new": "1"}, id="a new field"),
        pytest.param(lambda row: {key: row[key] for key in KEYS[1:]}, id="a field that is missing"),
        pytest.param(lambda row: {key.replace("text", "texT"): value for key, value in row.items()}, id="another name"),
        pytest.param(lambda row: {key.replace("whom", "who"): value for key, value in row.items()}, id="a shorter name"),
    ],
)
def test_lines_with_other_fields_are_not_plain(change):
    row = dict.fromkeys(KEYS, "a")
    assert plain(lines([row, row], json.dumps)) is not None
    assert plain(lines([row, change(row)], json.dumps)) is None
    assert plain(lines([change(row)], json.dumps)) is None


def test_a_field_that_stands_twice_is_not_plain():
    row = json.dumps(dict.fromkeys(KEYS, "a"))
    assert plain(f"{row[:-1]}, {row[1:]}\n".encode()) is None


@pytest.mark.parametrize("data", [b"", b"\n", b"{}\n", b'{"\n', b'{"id"\n', b'{"id":"1"}\n', b'{"}\n', b"[]\n", b'{"\\"\n'])
def test_what_is_no_record_of_these_fields_is_not_plain(data):
    assert plain(data) is None


def test_names_of_fields_may_be_of_any_script():
    data = "{'ключ': 'a', 'текст': null}\n".replace("'", '"').encode()
    [column] = plain_columns(data, ["ключ", "текст"], ["ключ"])
    assert column.to_pylist() == ["a"]
    assert plain_columns(data, ["ключ", "тексты"], ["ключ"]) is None
