"""A random world written as a table, in each of its three writings and their dialects, comes back."""

import csv
import json

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.values.instants import local_instant
from tests.extract.exports import extracted
from tests.extract.random_world import LONDON, WORDS, is_told_twice, worlds
from tests.extract.tables import SMS, TYPES, changed, csv_of, jsonl, parquet
from tests.thorough import TIMES

LOCAL = changed(SMS, timezone="Europe/London", date_order="dmy", claims=False)
# Texts over several lines, with what a CSV has its marks for.
LINES = st.lists(st.one_of(WORDS, st.sampled_from(['"', '""', ",", ";", "\t", "|", 'a "b", c', "{}", "[1]"])), min_size=1,
                 max_size=4).map("\n".join).map(str.strip).filter(bool)  # fmt: skip
TIMES_WRITTEN = {
    "ISO with the offset": lambda at: at.astimezone(LONDON).isoformat(),
    "ISO without": lambda at: at.astimezone(LONDON).replace(tzinfo=None).isoformat(sep=" "),
    "in numbers": lambda at: f"{at.astimezone(LONDON):%d/%m/%Y %H:%M:%S}",
}
FORGIVING = settings(
    max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def rows_of(world, written):
    return [
        {
            "sid": f"SM{number}",
            "thread": f"thread {said.thread}",
            "sent_at": written(said.at),
            "direction": "outbound" if said.is_ours else "inbound",
            "number": f"+4477009001{said.person:02d}",
            "body": said.text,
        }
        for number, said in enumerate(world)
    ]


def assert_comes_back(outcome, world, *, has_offset):
    assert outcome.quarantined == []
    assert [record.text for record in outcome.records] == [said.text for said in world]
    assert [record.source_ref for record in outcome.records] == [f"SM{number}" for number in range(len(world))]
    for record, said in zip(outcome.records, world, strict=True):
        assert record.conversation_ref == f"thread {said.thread}"
        assert record.direction == ("outbound" if said.is_ours else "inbound")
        assert [each.value for each in record.party] == [f"+4477009001{said.person:02d}"]
        if has_offset or not is_told_twice(said.at):
            assert record.occurred_at == said.at.replace(microsecond=0)
            assert record.source_metadata == {}
        else:
            wall = said.at.astimezone(LONDON).replace(tzinfo=None, microsecond=0)
            assert (record.occurred_at, record.source_metadata) == (
                local_instant(wall, LONDON)[0],
                {"local_time": "ambiguous"},
            )


@FORGIVING
@given(
    world=worlds(LINES),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    written=st.sampled_from(sorted(TIMES_WRITTEN)),
)
def test_a_world_written_as_csv_comes_back(tmp_path, world, delimiter, quoting, end, encoding, written):
    rows = rows_of(world, TIMES_WRITTEN[written])
    page = csv_of(*rows, header=list(rows[0]), delimiter=delimiter, quoting=quoting, lineterminator=end)
    source = changed(LOCAL, encoding="utf-16-le" if encoding == "utf-16-le" else None)
    outcome = extracted(tmp_path, {"a.csv": page.encode(encoding)}, source)
    assert_comes_back(outcome, world, has_offset=written == "ISO with the offset")


@FORGIVING
@given(
    world=worlds(LINES),
    written=st.sampled_from(sorted(TIMES_WRITTEN)),
    write=st.sampled_from([lambda rows: jsonl(*rows), json.dumps, lambda rows: json.dumps(rows, indent=1)]),
)
def test_a_world_written_as_json_comes_back(tmp_path, world, written, write):
    outcome = extracted(tmp_path, {"a.json": write(rows_of(world, TIMES_WRITTEN[written]))}, LOCAL)
    assert_comes_back(outcome, world, has_offset=written == "ISO with the offset")


@FORGIVING
@given(world=worlds(LINES), unit=st.sampled_from(["s", "ms", "us", "ns"]), is_local=st.booleans())
def test_a_world_written_as_parquet_comes_back(tmp_path, world, unit, is_local):
    def moment(at):
        return at.astimezone(LONDON).replace(tzinfo=None) if is_local else at

    types = TYPES | {"sent_at": pa.timestamp(unit, tz=None if is_local else "UTC")}
    outcome = extracted(tmp_path, {"a": parquet(rows_of(world, moment), types)}, LOCAL)
    assert_comes_back(outcome, world, has_offset=not is_local)


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_last_row_without_its_line_end_is_taken_and_told(tmp_path, end):
    outcome = extracted(tmp_path, {"a.csv": csv_of(["1", "x"], header=["sid", "body"]).rstrip() + end}, changed(
        LOCAL, kind="profile", columns={"source_ref": "sid", "company": "body"}
    ))  # fmt: skip
    assert len(outcome.records) == 1
    assert outcome.warnings == ({} if end else {"the last line has no line end: it may have been cut off": 1})
