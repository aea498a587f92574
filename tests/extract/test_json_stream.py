"""JSON taken apart as it streams: held against Python's own parser, whatever the chunks it arrives in."""

import contextlib
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.files import json_stream
from pipelines.extract.files.json_stream import pieces
from pipelines.extract.values.issues import UnreadableError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=6) | st.sampled_from(['"', "\\", '\\"', "]}", "{["])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


class Dripping(io.BytesIO):
    """A stream that gives a few bytes at a time."""

    step = 1

    def read(self, size=-1):
        return super().read(self.step)


@given(value=VALUES, step=st.integers(1, 9), indent=st.sampled_from([None, 1]), ascii_=st.booleans())
def test_whole_values_come_out_as_they_went_in(value, step, indent, ascii_):
    stream = Dripping(json.dumps(value, indent=indent, ensure_ascii=ascii_).encode())
    stream.step = step
    ((path, raw, is_whole, document),) = pieces(stream, set()) if not isinstance(value, list | dict) else [first(stream)]
    assert (path, is_whole, document) == ((), True, 1)
    assert json.loads(raw) == value


def first(stream):
    """The document as one piece: nothing opened, not even itself."""
    text = json_stream._Text(stream)
    raw, is_whole = text.value()
    assert text.peek() == b""
    return json_stream.Piece((), raw, is_whole)


@given(data=st.text(st.sampled_from('{}[]{}[]"",:\\a 1\n'), max_size=30).map(str.encode), outer=st.integers(0, 9))
def test_what_is_taken_at_a_stroke_ends_where_its_brackets_do(data, outer):
    data = b"[" * outer + b"{" + data + b"}" * (outer % 3) + b"]" * outer
    whole = json_stream._WHOLE.match(data)
    text = json_stream._Text(io.BytesIO(data))
    text.peek()
    try:
        raw, _ = text._brackets()
    except UnreadableError:
        assert whole is None
    else:
        assert whole is None or whole[0] == raw
        assert whole or raw.count(b"{") + raw.count(b"[") > 8


@given(documents=st.lists(st.dictionaries(TEXTS, VALUES, max_size=4), max_size=4), step=st.integers(1, 9))
def test_documents_that_follow_one_another_give_their_fields_in_order(documents, step):
    stream = Dripping("".join(json.dumps(each) for each in documents).encode())
    stream.step = step
    found = [{} for _ in documents]
    for piece in pieces(stream, {""}):
        if piece.path:
            found[piece.document - 1][piece.path[0]] = json.loads(piece.raw)
        else:
            assert piece.raw == b"{}"
    assert found == documents


def test_lists_within_items_of_lists_are_opened():
    chats = {"about": "x", "chats": {"list": [{"id": 1, "messages": [{"a": [1]}, {}]}, {"messages": [], "id": 2}]}}
    found = [(piece.path, json.loads(piece.raw)) for piece in pieces(stream_of(chats), {"chats.list.*.messages"})]
    assert found == [
        (("about",), "x"),
        (("chats", "list", 0, "id"), 1),
        (("chats", "list", 0, "messages", 0), {"a": [1]}),
        (("chats", "list", 0, "messages", 1), {}),
        (("chats", "list", 1, "messages"), []),  # an opened container that holds nothing
        (("chats", "list", 1, "id"), 2),
    ]


def stream_of(value):
    return io.BytesIO(json.dumps(value).encode())


@given(items=st.lists(VALUES, min_size=1, max_size=5), share=st.floats(0, 1, exclude_max=True))
def test_a_list_cut_anywhere_gives_the_items_before_the_cut_and_says_so(items, share):
    whole = json.dumps(items)
    found, cut = [], whole[: int(share * len(whole))]
    with pytest.raises(UnreadableError, match="cut off or damaged") if cut else contextlib.nullcontext():
        found.extend(piece.raw for piece in pieces(io.BytesIO(cut.encode()), {""}))
    whole_items = found[:-1] if found and isinstance(items[len(found) - 1], int | None) else found
    assert [json.loads(raw) for raw in whole_items] == items[: len(whole_items)]


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b'{"a": [1, 2', id="cut within a list"),
        pytest.param(b'{"a"', id="cut after a name"),
        pytest.param(b'{"a": "b', id="cut within a text"),
        pytest.param(b'{"a": 1 "b": 2}', id="no comma"),
        pytest.param(b"{1: 2}", id="a name that is no text"),
        pytest.param(b"]", id="a closing bracket that nothing opened"),
        pytest.param(b"[1] , [2]", id="a comma between documents"),
    ],
)
def test_what_is_damaged_ends_in_words(raw):
    with pytest.raises(UnreadableError, match="cut off or damaged"):
        list(pieces(io.BytesIO(raw), {"", "a"}))


def test_a_value_too_long_to_hold_costs_itself_alone(monkeypatch):
    monkeypatch.setattr(json_stream, "VALUE_LIMIT", 10_000)
    monkeypatch.setattr(json_stream, "CHUNK", 1_000)
    items = [{"a": 1}, {"b": "x" * 20_000}, {"c": [{}] * 5_000}, {"d": 2}]
    found = list(pieces(stream_of(items), {""}))
    assert [piece.is_whole for piece in found] == [True, False, False, True]
    assert json.loads(found[3].raw) == {"d": 2}


def test_a_million_brackets_cost_no_stack():
    deep = b"[" * 1_000_000 + b"]" * 1_000_000
    found = list(pieces(io.BytesIO(b'{"a": ' + deep + b', "b": 1}'), {""}))
    assert [(piece.path, len(piece.raw)) for piece in found] == [(("a",), 2_000_000), (("b",), 1)]
