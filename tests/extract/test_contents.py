"""The content hash by column: each value as orjson writes it."""

from datetime import UTC, datetime

import orjson
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.landing.contents import _json
from pipelines.extract.values.records import INSTANT

TEXTS = st.text(st.sampled_from('ab"\\\n\r\t\0\x1f\x7f é\u2028😀') | st.characters(exclude_categories=["Cs"]), max_size=8)
INSTANTS = st.datetimes(timezones=st.just(UTC)) | st.sampled_from(
    [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 20, 10, tzinfo=UTC),
        datetime(2026, 11, 20, 10, 0, 0, 200, tzinfo=UTC),
    ]
)


@given(values=st.lists(TEXTS | st.none()), start=st.integers(0, 2))
def test_texts_are_quoted_and_escaped(values, start):
    column = pa.array(values, pa.string()).slice(start)
    assert _json(column).to_pylist() == [orjson.dumps(value).decode() for value in values[start:]]


@given(values=st.lists(INSTANTS | st.none()))
def test_instants_are_written_with_microseconds_where_there_are_any(values):
    assert _json(pa.array(values, INSTANT)).to_pylist() == [orjson.dumps(value).decode() for value in values]
