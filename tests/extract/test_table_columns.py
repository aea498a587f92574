"""Rows by column are the rows that the row reader alone gives: the same lake, byte for byte, and everything that is told."""

import csv
import gzip
import io
import zipfile
from unittest.mock import patch

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.extract.landing import writing
from pipelines.extract.parts.csv import blocks as csv_blocks
from pipelines.extract.parts.table import json as table_json
from pipelines.extract.parts.table import layout as table_layout
from pipelines.extract.parts.table import rows as table_rows
from pipelines.extract.parts.table.json_plain import plain_columns
from tests.extract.by_column import assert_alike, counted, landed, read
from tests.extract.exports import extracted
from tests.extract.random_tables import COMPLAINT, PEOPLE, SOURCES, TALKS, csv_files, json_files, parquet_files
from tests.extract.tables import ANN, CRM, HOUSE, HOUSES, csv_of, jsonl
from tests.thorough import TIMES

FORGIVING = settings(
    max_examples=40 * TIMES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Blocks of a few lines and groups of a few rows, so that a small file has several."""
    for module, name, value in (
        (csv_blocks, "BLOCK", 2_000), (csv_blocks, "STRETCH", 2),
        (table_json, "BLOCK", 2_000), (table_json, "PARSED", 700), (table_json, "PLAIN", 900),
        (table_rows, "FEW", 1), (table_layout, "ENOUGH", 5), (writing, "ROWS", 7), (writing, "ROWS_SIZE", 1_000),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)


@FORGIVING
@given(data=st.data(), source=SOURCES)
def test_csv_by_column_is_what_the_row_reader_makes_of_it(tmp_path_factory, data, source):
    assert_alike(tmp_path_factory, source, data.draw(csv_files(source)))


@FORGIVING
@given(data=st.data(), source=SOURCES)
def test_json_by_column_is_what_the_row_reader_makes_of_it(tmp_path_factory, data, source):
    assert_alike(tmp_path_factory, source, data.draw(json_files(source)))


@FORGIVING
@given(data=st.data(), source=SOURCES)
def test_parquet_by_column_is_what_the_row_reader_makes_of_it(tmp_path_factory, data, source):
    assert_alike(tmp_path_factory, source, data.draw(parquet_files(source)))


TALK = {"call_id": "CA1", "started_at": "2026-11-20T09:00:00+00:00", "note": 'order GT-1001,\n"now"'}
PLAIN_PEOPLE = [ANN | {"Id": f"C{number}", "LastName": f"Archer{number}", "LastOrder": ""} for number in range(200)]
PLAIN_TALKS = [COMPLAINT | TALK | {"call_id": f"CA{number}", "number": f"+4477009{number:05d}"} for number in range(200)]


def talks_csv(**how):
    return csv_of(*PLAIN_TALKS, header=list(PLAIN_TALKS[0]), **how).encode()


@pytest.mark.parametrize(
    ("source", "content"),
    [
        pytest.param(PEOPLE, csv_of(*PLAIN_PEOPLE).encode(), id="a CRM in CSV"),
        pytest.param(PEOPLE, csv_of(*PLAIN_PEOPLE).encode("utf-8-sig"), id="with a mark"),
        pytest.param(PEOPLE, csv_of(*[row | {"City": "Köln"} for row in PLAIN_PEOPLE]).encode("cp1252"), id="in cp1252"),
        pytest.param(PEOPLE, gzip.compress(csv_of(*PLAIN_PEOPLE, lineterminator="\n").encode()), id="in gzip"),
        pytest.param(TALKS, talks_csv(), id="quotes over lines"),
        pytest.param(TALKS, talks_csv(delimiter=";", quoting=csv.QUOTE_ALL), id="another dialect"),
        pytest.param(TALKS, jsonl(*PLAIN_TALKS).encode(), id="JSON lines"),
        pytest.param(
            TALKS, jsonl(*[row | {"seconds": 3.5, "mood": 1} for row in PLAIN_TALKS]).encode(), id="typed JSON lines"
        ),
    ],
)
def test_plain_rows_do_go_by_column(tmp_path, source, content):
    columns, others = counted(tmp_path, source, content)
    assert columns + others == 200
    assert others <= 3  # the first with a field that is new, a last one without a line's end


def test_names_in_signs_go_by_column_and_come_out_the_same(tmp_path_factory, tmp_path):
    names = [("健太", "佐藤"), ("Anna", "Smith"), ("Kenta", "佐藤"), ("민수", "김")]
    rows = [
        row | {"Name": "", "FirstName": names[n % 4][0], "LastName": names[n % 4][1]} for n, row in enumerate(PLAIN_PEOPLE)
    ]
    assert_alike(tmp_path_factory, PEOPLE, csv_of(*rows).encode())
    assert counted(tmp_path, PEOPLE, csv_of(*rows).encode())[1] <= 3


def test_parts_in_several_columns_come_out_the_same(tmp_path_factory):
    cells = {"Known": ["", "Annie"], "First": ["Ann", "Ann", ""], "Born": ["", "Baker"], "Last": ["", "Archer", ""],
             "No": ["", "8a", "", "", "x"], "Road": ["High St", "", "9"], "Road2": ["", "", "Mill"],
             "City": ["Leeds"]}  # fmt: skip
    rows = [{name: texts[n % len(texts)] for name, texts in cells.items()} | {"Id": f"C{n}"} for n in range(120)]
    assert_alike(tmp_path_factory, HOUSES, csv_of(*rows, header=HOUSE).encode())
    assert_alike(tmp_path_factory, HOUSES, jsonl(*rows).encode())


def test_plain_rows_of_parquet_do_go_by_column(tmp_path):
    page = io.BytesIO()
    columns = {name: [str(row[name] or "") for row in PLAIN_TALKS] for name in PLAIN_TALKS[0]}
    pq.write_table(pa.table(columns), page)
    assert counted(tmp_path, TALKS, page.getvalue()) == (200, 0)


def test_a_few_rows_are_not_worth_a_block(tmp_path, monkeypatch):
    monkeypatch.setattr(table_rows, "FEW", 50)
    assert counted(tmp_path, TALKS, jsonl(*PLAIN_TALKS[:49]).encode()) == (0, 49)


def test_plain_json_lines_are_not_parsed_and_the_others_are(tmp_path_factory):
    rows = [row | {"seconds": 3 if number % 90 == 0 else "61"} for number, row in enumerate(PLAIN_TALKS, start=1)]
    taken = []

    def watched(*given):
        columns = plain_columns(*given)
        taken.append(columns is not None)
        return columns

    with patch.object(table_json, "plain_columns", watched), patch.object(table_json, "PASSED", 1):
        assert_alike(tmp_path_factory, TALKS, jsonl(*rows).encode())
    assert len(taken) > 2
    assert taken[0]
    assert taken[-1]
    assert not all(taken)


def test_after_a_bad_row_the_others_go_by_column_again(tmp_path):
    lines = talks_csv().decode().split("CA100,", 1)
    columns, others = counted(tmp_path, TALKS, f"{lines[0]}bad\r\nCA100,{lines[1]}".encode())
    assert columns + others == 200
    assert others < 20


@pytest.mark.parametrize("odd", [{}, {"mail": "none"}, {"seconds": [1]}, {"changed": "lately"}, {"order": "gt-1001"}])
def test_our_answers_hold_the_same_references_in_plain_rows_and_in_others(tmp_path_factory, odd):
    answers = [
        COMPLAINT | {"call_id": f"CA{number}", "direction": "outbound", "note": "GT-1001, GT-10022"} for number in (1, 2)
    ]
    assert_alike(tmp_path_factory, TALKS, jsonl(answers[0] | odd, answers[1]).encode())


@pytest.mark.parametrize("between", [",", " , ", "\t,\r"])
def test_lines_that_only_together_have_as_many_records_are_read_one_by_one(tmp_path_factory, between):
    one, two, three, four = jsonl(*[COMPLAINT | {"call_id": f"CA{number}"} for number in range(4)]).splitlines()
    torn = three.replace("}", ', "mood": [{}\n{}]}')
    content = f"{one}{between}{two}\n{torn}\n{four}\n".encode()
    assert_alike(tmp_path_factory, TALKS, content)
    assert sum(counted(tmp_path_factory.mktemp("inbox"), TALKS, content)) == 1


def test_records_by_column_out_of_a_zip_lie_in_the_zip(tmp_path_factory):
    page = io.BytesIO()
    with zipfile.ZipFile(page, "w") as archive:
        archive.writestr("in/a.csv", talks_csv() + b"bad\r\n")
    assert_alike(tmp_path_factory, TALKS, page.getvalue(), "a.zip")


def test_order_numbers_in_our_answers_are_taken_by_column_too(tmp_path_factory):
    answers = [
        COMPLAINT | {"call_id": f"a{n}", "direction": "outbound", "note": f"Order GT-{1000 + n} is sent"} for n in range(30)
    ]
    assert_alike(tmp_path_factory, TALKS, csv_of(*answers, header=list(COMPLAINT)).encode())
    lake, _ = landed(
        tmp_path_factory.mktemp("lake"), TALKS, csv_of(*answers, header=list(COMPLAINT)).encode(), by_column=True
    )
    told = [{(one["value"], one["evidence"]) for one in row["party"]} for row in read(lake["interaction"])]
    assert all((f"GT-{1000 + n}", "reference") in found for n, found in enumerate(told))


@pytest.mark.parametrize(
    ("country", "written", "number"),
    [
        pytest.param("PL", "600 123 456", "+48600123456", id="by its code"),
        pytest.param("Polska", "600 123 456", "+48600123456", id="by its name there"),
        pytest.param("Poland", "22 712 34 56 wew. 5", "+48227123456", id="by its name in English, an extension"),
        pytest.param("FR", "07700 900123", "+447700900123", id="abroad, with a number of the source's region"),
        pytest.param("FR", "+44 7700 900123", "+447700900123", id="abroad, with a number in full"),
        pytest.param("UK", "07700 900123", "+447700900123", id="at home"),
        pytest.param("Middle-earth", "07700 900123", "+447700900123", id="no country"),
    ],
)
def test_a_number_is_read_as_people_write_it_in_the_rows_country(tmp_path_factory, tmp_path, country, written, number):
    content = csv_of(ANN | {"Country": country, "Phone": written, "Mobile": ""})
    (profile,) = extracted(tmp_path, {"a.csv": content}, CRM).records
    assert [each.value for each in profile.identifiers if each.kind == "phone"] == [number]
    assert_alike(tmp_path_factory, CRM, content.encode())


def test_up_to_where_a_file_was_read_that_breaks_off_is_told_alike(tmp_path_factory):
    rows = [COMPLAINT | {"call_id": f"CA{number}"} for number in range(30)]
    rows[-1] |= {"started_at": "1970-01-01T00:00:00Z"}
    content = gzip.compress(csv_of(*rows, header=list(COMPLAINT)).encode())[:-4]
    assert_alike(tmp_path_factory, TALKS, content)
