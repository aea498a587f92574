"""What is not what a column held before is told or set aside, and what is meant to break the reader does not."""

import gzip
import io
import json
import tracemalloc
from datetime import timedelta
from time import process_time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.extract import table
from pipelines.extract.files.inbox import find_export
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT, extracted
from tests.extract.tables import ANN, CALL, CALLS, CRM, SMS, TEXT, TYPES, changed, csv_of, jsonl, parquet, values

NOT_A_LIST = "holds a list where one value belongs"
YES_NO = "holds yes or no where something else belongs"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"call_id": 1e16}, "beyond what its type keeps exactly", id="an id that went through a float"),
        pytest.param({"seconds": 1e300}, "beyond what its type keeps exactly", id="a float beyond 2^53"),
        pytest.param({"call_id": True}, YES_NO, id="yes for an id"),
        pytest.param({"note": False}, YES_NO, id="no for a text"),
        pytest.param({"number": True}, YES_NO, id="yes for a number"),
        pytest.param({"call_id": ["CA1"]}, NOT_A_LIST, id="a list for an id"),
        pytest.param({"note": ["a", "b"]}, NOT_A_LIST, id="a list for a text"),
        pytest.param({"topic": []}, NOT_A_LIST, id="an empty list"),
        pytest.param({"agent": {"id": 7}}, "is no text, number, time or list", id="a record"),
        pytest.param({"number": [["+44 7700 900123"]]}, "is no text, number, time or list", id="a list in a list"),
        pytest.param({"call_id": "1.23457E+11"}, "in powers of ten", id="an id that a spreadsheet has mangled"),
        pytest.param({"call_id": "1,23457E+11"}, "in powers of ten", id="the same with a decimal comma"),
        pytest.param({"seconds": "12,5"}, "no duration in seconds", id="a comma that may part decimals or thousands"),
        pytest.param({"seconds": "1:05"}, "no duration in seconds", id="a clock that may tell minutes or hours"),
        pytest.param({"seconds": "1_0"}, "no duration in seconds", id="a number as only Python writes it"),
        pytest.param({"seconds": "infinity"}, "no duration in seconds", id="no end"),
        pytest.param({"seconds": "\u0661\u0662"}, "no duration in seconds", id="digits of another script"),
        pytest.param({"call_id": "\x00 "}, "no value in column", id="an id of NUL alone"),
    ],
)
def test_a_value_of_another_type_is_set_aside_and_the_rest_is_read(tmp_path, change, reason):
    outcome = extracted(tmp_path, {"a": jsonl(CALL, CALL | change, CALL | {"call_id": "CA3"})}, CALLS)
    assert [record.source_ref for record in outcome.records] == ["CA1", "CA3"]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        pytest.param('{"call_id": NaN}', "not JSON", id="NaN"),
        pytest.param("[1, 2]", "not a record", id="a list"),
        pytest.param('"text"', "not a record", id="a text"),
        pytest.param("null", "not a record", id="null"),
        pytest.param("[" * 1_000_000, "not JSON", id="a million brackets"),
        pytest.param('{"call_id": ' + "[" * 100_000 + "]" * 100_000 + "}", "not JSON", id="a hundred thousand deep"),
        pytest.param('{"call_id": "' + "x" * (20 << 20) + '"}', "longer than 16 MB", id="20 MB in one line"),
    ],
)
def test_a_hostile_json_line_costs_that_line(tmp_path, line, reason):
    outcome = extracted(tmp_path, {"a": jsonl(CALL) + line + "\n" + jsonl(CALL | {"call_id": "CA3"})}, CALLS)
    assert [record.source_ref for record in outcome.records] == ["CA1", "CA3"]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


def test_whole_numbers_keep_all_their_digits(tmp_path):
    outcome = extracted(tmp_path, {"a": jsonl(CALL | {"call_id": (1 << 63) - 1, "thread": 9007199254740993})}, CALLS)
    assert (outcome.records[0].source_ref, outcome.records[0].conversation_ref) == (
        "9223372036854775807",
        "9007199254740993",
    )


def test_yes_and_no_are_read_where_they_say_something(tmp_path):
    (call,) = extracted(tmp_path, {"a": jsonl(CALL | {"public": True, "status": False})}, CALLS).records
    assert (call.is_public, call.status) == (True, "false")


def test_half_a_character_nul_and_marks_of_direction_are_left_out(tmp_path):
    hostile = CALL | {"call_id": "CA\x001", "note": "a\x00b\ud83dc\u202ed", "caller": "Ann\u202e\x00 Archer"}
    (call,) = extracted(tmp_path, {"a": jsonl(hostile)}, CALLS).records
    assert (call.source_ref, call.text, call.party_ref) == ("CA1", "ab?cd", "Ann Archer")


@pytest.mark.parametrize(("count", "told"), [(19, False), (20, True)])
def test_a_mapped_column_that_is_empty_throughout_is_told(tmp_path, count, told):
    rows = [ANN | {"Id": f"C{number}", "Email": ""} for number in range(count)]
    outcome = extracted(tmp_path, {"a.csv": csv_of(*rows)}, CRM)
    assert outcome.warnings == ({"column 'Email' is empty in all rows": 1} if told else {})


def test_a_column_of_which_one_row_has_a_value_is_not_empty(tmp_path):
    rows = [CALL | {"call_id": str(number), "parent": "CA0" if number == 25 else None} for number in range(30)]
    outcome = extracted(tmp_path, {"a": jsonl(*rows)}, CALLS)
    assert outcome.warnings == {"column 'public' is empty in all rows": 1, "column 'subject' is empty in all rows": 1}


def test_json_in_a_csv_cell_is_told(tmp_path):
    rows = [ANN | {"Company": '["Works"]', "City": "[Leeds]", "Street": "{1}"}]
    outcome = extracted(tmp_path, {"a.csv": csv_of(*rows)}, CRM)
    assert outcome.warnings == {"column 'Company' holds lists or records written as JSON": 1}


def test_the_first_column_that_is_filled_gives_the_value(tmp_path):
    source = changed(CALLS, columns=CALLS.columns | {"agent_ref": ["agent", "owner"]})
    rows = [CALL | {"owner": "Pat"}, CALL | {"agent": None, "owner": "Pat"}, CALL | {"agent": " ", "owner": None}]
    assert [each.agent_ref for each in extracted(tmp_path, {"a": jsonl(*rows)}, source).records] == ["Gus", "Pat", None]


def test_a_column_may_serve_two_fields(tmp_path):
    source = changed(CALLS, columns=CALLS.columns | {"conversation_ref": "call_id"})
    (call,) = extracted(tmp_path, {"a": jsonl(CALL)}, source).records
    assert (call.source_ref, call.conversation_ref) == ("CA1", "CA1")


def test_when_a_row_was_last_changed_is_kept_where_it_is_mapped(tmp_path):
    source = changed(CALLS, columns=CALLS.columns | {"updated_at": "changed"})
    rows = [CALL | {"changed": "2026-11-21T10:00:00Z"}, CALL | {"changed": "lately"}]
    outcome = extracted(tmp_path, {"a": jsonl(*rows)}, source)
    assert [str(call.updated_at) for call in outcome.records] == ["2026-11-21 10:00:00+00:00", "None"]
    assert outcome.warnings == {"column 'changed' holds values that are no updated_at": 1}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(b"C2," + b"x" * (20 << 20) + b"\n", "a record longer than 16 MB", id="a line of 20 MB"),
        pytest.param(b'C2,"' + b"x\n" * 5_000, "a quote is never closed", id="a quote open over 5,000 lines"),
        pytest.param(b'C2,"' + (b"x" * 50_000 + b"\n") * 200, "a quote is never closed", id="a quote open over 10 MB"),
        pytest.param(b'C2,"' + b"x" * 200_000 + b'"\n', "longer than 131,072 characters", id="a cell of 200,000"),
        pytest.param(b"C2,\xff\xfe\n", "not utf-8-sig", id="bytes that are no text"),
        pytest.param(b"C2,a\rb\n", "a quote is never closed or in the wrong place", id="a bare carriage return"),
    ],
)
def test_a_hostile_csv_line_costs_that_line_and_those_that_are_no_rows(tmp_path, bad, reason):
    source = changed(CRM, columns={"source_ref": "Id", "company": "Company"})
    page = "Id,Company\nC1,Zoë's\n".encode() + bad + b"C3,Works\n"
    outcome = extracted(tmp_path, {"a.csv": page}, source)
    assert [record.source_ref for record in outcome.records] == ["C1", "C3"]
    assert outcome.quarantined[0][0] == "row 3"
    assert reason in outcome.quarantined[0][1]
    assert outcome.read == 3 + (bad.count(b"\n") - 1)


def test_a_quote_opened_in_every_line_takes_time_in_proportion(tmp_path):
    source = changed(CRM, columns={"source_ref": "Id", "company": "Company"})
    started = process_time()
    outcome = extracted(tmp_path, {"a.csv": "Id,Company\n" + ('C1,"x\n' + "y\n" * 20) * 2_000 + "C3,Works\n"}, source)
    assert process_time() - started < 5
    assert [record.source_ref for record in outcome.records][-1] == "C3"


def test_a_long_line_in_utf_16_costs_that_line(tmp_path):
    page = "Id,Company\nC1,Works\nC2," + "x" * (5 << 20) + "\nC3,Works\n"
    outcome = extracted(
        tmp_path, {"a.csv": page.encode("utf-16")}, changed(CRM, columns={"source_ref": "Id", "company": "Company"})
    )
    assert [record.source_ref for record in outcome.records] == ["C1", "C3"]
    assert outcome.quarantined == [("row 3", "a record longer than 16 MB")]


def test_a_declared_utf_8_file_may_begin_with_a_mark(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN).encode("utf-8-sig")}, changed(CRM, encoding="utf-8"))
    assert (len(outcome.records), outcome.quarantined) == (1, [])


def peak_of_reading(folder, name, content, source):
    """The most memory that is held while a file is read and its records are dropped."""
    path = folder / source.name / NIGHT.isoformat() / name
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    export = find_export(str(folder), source, NIGHT)
    tracemalloc.start()
    count = sum(1 for _ in table.extract(export, Issues()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return count, peak


@pytest.mark.parametrize("write", ["csv", "csv in gzip", "json lines", "parquet"])
def test_memory_does_not_grow_with_the_file(tmp_path, write):
    def peak(count):
        rows = [TEXT | {"sid": str(number), "sent_at": str(TEXT["sent_at"]), "body": "x" * 900} for number in range(count)]
        if write == "parquet":
            content = parquet(rows, TYPES | {"sent_at": pa.string()})
        else:
            content = (jsonl(*rows) if write == "json lines" else csv_of(*rows, header=list(TEXT))).encode()
        if write == "csv in gzip":
            content = gzip.compress(content)
        read, most = peak_of_reading(tmp_path / str(count), "a", content, SMS)
        assert read == count
        return most

    peak(100)  # what is loaded once
    assert peak(6_000) < peak(1_000) + (3 << 20)


def test_a_parquet_file_that_repeats_a_long_text_without_end_is_a_bomb(tmp_path):
    long = pa.DictionaryArray.from_arrays(pa.array([0] * 2_000, pa.int32()), pa.array(["x" * 1_000_000]))
    columns = {name: long if name == "body" else pa.array([TEXT[name]] * 2_000, kind) for name, kind in TYPES.items()}
    page = io.BytesIO()
    pq.write_table(pa.table(columns), page)
    outcome = extracted(tmp_path, {"a": page.getvalue()}, SMS)
    assert outcome.records == []
    assert "a bomb" in outcome.quarantined[0][1]


def test_a_parquet_file_that_unpacks_to_more_than_a_log_can_is_a_bomb(tmp_path):
    columns = {name: pa.array([TEXT[name]] * 80, kind) for name, kind in TYPES.items()}
    columns["body"] = pa.array(["x" * 1_000_000] * 80)
    page = io.BytesIO()
    pq.write_table(pa.table(columns), page, compression="zstd", use_dictionary=False)
    outcome = extracted(tmp_path, {"a": page.getvalue()}, SMS)
    assert outcome.records == []
    assert "a bomb" in outcome.quarantined[0][1]


@pytest.mark.parametrize("values_", [[timedelta(seconds=90)], [90], [90.0], ["90"]])
def test_a_duration_in_parquet_may_be_of_any_type_that_is_one(tmp_path, values_):
    source = changed(SMS, columns=SMS.columns | {"duration_seconds": "took"})
    kind = {timedelta: pa.duration("ms"), int: pa.int32(), float: pa.float64(), str: pa.string()}[type(values_[0])]
    outcome = extracted(tmp_path, {"a": parquet([TEXT | {"took": values_[0]}], TYPES | {"took": kind})}, source)
    assert outcome.records[0].duration_seconds == 90


def test_a_parquet_cell_that_is_no_value_costs_its_row(tmp_path):
    kinds = TYPES | {"body": pa.binary()}
    outcome = extracted(tmp_path, {"a": parquet([TEXT | {"body": None}, TEXT | {"body": b"\xff"}], kinds)}, SMS)
    assert (len(outcome.records), outcome.quarantined) == (
        1, [("row 2", "column 'body' is no text, number, time or list of them")],
    )  # fmt: skip


def test_parquet_text_that_is_no_utf_8_sets_the_file_aside(tmp_path):
    bad = pa.Array.from_buffers(pa.string(), 1, pa.array([b"\xff\xfe"]).buffers())
    good = pa.table({name: pa.array([TEXT[name]], type=kind) for name, kind in TYPES.items()})
    page = io.BytesIO()
    pq.write_table(good.set_column(good.schema.get_field_index("body"), "body", bad), page)
    outcome = extracted(tmp_path, {"a": page.getvalue()}, SMS)
    assert (outcome.records, len(outcome.quarantined)) == ([], 1)


def test_a_parquet_file_of_many_row_groups_is_read_to_its_end(tmp_path):
    many = pa.table({name: pa.array([TEXT[name]] * 2_500, type=kind) for name, kind in TYPES.items()})
    page = io.BytesIO()
    pq.write_table(many, page, row_group_size=700)
    records = extracted(tmp_path, {"a": page.getvalue()}, SMS).records
    assert (len(records), records[-1].position) == (2_500, "row 2500")


def test_duplicate_keys_and_unknown_ones_do_no_harm(tmp_path):
    line = json.dumps(CALL)[:-1] + ', "call_id": "CA7", "mood": {"deep": [1, {"x": null}]}}\n'
    outcome = extracted(tmp_path, {"a": line}, CALLS)
    assert [record.source_ref for record in outcome.records] == ["CA7"]
    assert outcome.warnings == {"unknown field 'mood'": 1}


def test_lists_are_several_values_of_a_person(tmp_path):
    (profile,) = extracted(
        tmp_path, {"a": jsonl(ANN | {"Email": ["a@mail.example", None, "b@mail.example"], "Phone": []})}, CRM
    ).records
    assert values(profile, "email") == ["a@mail.example", "b@mail.example"]
