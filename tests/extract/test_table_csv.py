import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.extract.files.inbox import find_export
from pipelines.extract.parts.table.guards import unguarded
from pipelines.extract.parts.table.rows import Reader
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT, extracted, source_of
from tests.extract.mailboxes import zipped
from tests.extract.tables import ANN, CRM, HEADER, changed, csv_of, values

SMALL = source_of(
    format="table", name="small", kind="profile", channel="crm", region="GB",
    columns={"source_ref": "Id", "given_name": "FirstName", "phone": "Phone"},
)  # fmt: skip
CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@given(
    texts=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]),
    mark=st.sampled_from(["", "\ufeff"]),
)
def test_rows_come_back_from_what_the_standard_writer_writes(tmp_path_factory, texts, delimiter, quoting, end, mark):
    rows = [[str(number), first, second] for number, (first, second) in enumerate(texts)]
    page = mark + csv_of(*rows, header=["Id", "City", "Company"], delimiter=delimiter, quoting=quoting, lineterminator=end)
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    path.write_bytes(page.encode())
    (file,) = find_export(str(path.parent), changed(CRM, path="*.csv"), NIGHT).files
    issues = Issues()
    read = [list(cells) for _, cells, _ in Reader(file, CRM, ["Id", "City", "Company"], issues).rows()]
    assert read == [[unguarded(cell) for cell in row] for row in rows]
    assert not issues.quarantined


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "an Excel workbook (.xls)", id="an .xls"),
        pytest.param(
            zipped({"xl/workbook.xml": b"<?xml version='1.0'?><workbook/>"}), "XML or HTML and no table", id="an .xlsx"
        ),
        pytest.param(b"\xef\xbb\xbf\n<html><table><tr><td>Id</td></tr></table>", "XML or HTML and no table", id="a page"),
    ],
)
def test_a_workbook_is_set_aside_with_what_to_take_instead(tmp_path, content, reason):
    ((_, told),) = extracted(tmp_path, {"a": content}, CRM).quarantined
    assert reason in told
    assert "save the sheet as CSV" in told


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_embedded_newlines_quotes_and_delimiters_are_part_of_a_cell(tmp_path, delimiter):
    street = f'1 "High"{delimiter} St\nFlat 2'
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Street": street}, ANN | {"Id": "2"}, delimiter=delimiter)}, CRM)
    assert values(outcome.records[0], "street") == [" ".join(street.split())]
    assert [record.position for record in outcome.records] == ["row 2", "row 3"]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param("C9,Torn,Row\n", "3 columns where the header has 18", id="too few cells"),
        pytest.param(",".join("x" * 20) + "\n", "20 columns where the header has 18", id="too many cells"),
        pytest.param('C9,"never closed' + "," * 16 + "\n", "a quote is never closed", id="a quote that is never closed"),
        pytest.param(
            'C9,"Ann" B' + "," * 16 + "\n", "a quote is never closed or in the wrong place", id="a quote closed too early"
        ),
        pytest.param("," * 17 + "x\n", "no value in column 'Id'", id="no id"),
    ],
)
def test_a_row_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    lines = csv_of(*(ANN | {"Id": f"C{number}", "Street": "1\n2"} for number in range(4)), lineterminator="\n")
    broken = lines.replace("C2,", bad + "C2,", 1)
    outcome = extracted(tmp_path, {"a.csv": broken}, CRM)
    assert [record.source_ref for record in outcome.records] == ["C0", "C1", "C2", "C3"]
    ((position, why),) = outcome.quarantined
    assert position == "row 4"
    assert reason in why


def test_a_stray_quote_within_a_plain_cell_is_a_character(tmp_path):
    page = csv_of(ANN, header=HEADER).replace("Works", 'Works 5" pipes')
    assert values(extracted(tmp_path, {"a.csv": page}, CRM).records[0], "company") == ['Works 5" pipes']


@pytest.mark.parametrize(
    ("encoding", "declared", "warned"),
    [
        ("utf-8", None, False),
        ("utf-8-sig", None, False),
        ("utf-16", None, False),
        ("cp1252", None, True),
        ("cp1252", "cp1252", False),
        ("iso-8859-2", "iso-8859-2", False),
    ],
)
def test_an_encoding_is_told_by_the_bytes_or_declared(tmp_path, encoding, declared, warned):
    page = csv_of(ANN | {"LastName": "Müller"}).encode(encoding)
    outcome = extracted(tmp_path, {"a.csv": page}, changed(CRM, encoding=declared))
    assert values(outcome.records[0], "family_name") == ["Müller"]
    assert bool(outcome.warnings) == warned


def test_one_line_in_another_encoding_costs_that_line(tmp_path):
    good = csv_of(ANN | {"LastName": "Müller"}, ANN | {"Id": "C3"}, lineterminator="\n").encode()
    at = good.index(b"C3,")
    outcome = extracted(tmp_path, {"a.csv": good[:at] + b"C2,Caf\xe9\n" + good[at:]}, CRM)
    assert [record.source_ref for record in outcome.records] == ["C1", "C3"]
    assert outcome.quarantined == [("row 3", "not utf-8-sig")]


def test_a_wrong_column_sets_the_file_aside_and_says_which_and_what_looks_like_it(tmp_path):
    renamed = [name.replace("Email", "E-mail") for name in HEADER]
    files = {"bad.csv": csv_of(ANN, header=renamed), "good.csv": csv_of(ANN)}
    outcome = extracted(tmp_path, files, CRM)
    assert [record.file.rpartition("/")[2] for record in outcome.records] == ["good.csv"]
    ((_, reason),) = outcome.quarantined
    assert "'Email'" in reason
    assert "'E-mail'" in reason
    assert not outcome.warnings


def test_a_file_without_its_header_shows_nobody_in_its_reason(tmp_path):
    page = csv_of(ANN).partition("\n")[2]
    outcome = extracted(tmp_path, {"a.csv": page}, CRM)
    ((_, reason),) = outcome.quarantined
    assert "Ann" not in reason
    assert not outcome.warnings


def test_a_column_that_stands_twice_is_not_guessed(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN, header=[*HEADER, "Email"])}, CRM)
    assert outcome.quarantined == [("after the beginning", "column 'Email' stands twice in the header")]


def test_unmapped_columns_are_told_once_a_file(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN, ANN, header=[*HEADER, "Mood"])}, CRM)
    assert outcome.warnings == {"unknown field 'Mood'": 1}


@pytest.mark.parametrize("content", ["", "\n\n", '"\n'])
def test_a_file_without_a_header_is_set_aside(tmp_path, content):
    outcome = extracted(tmp_path, {"a.csv": content, "b.csv": csv_of(ANN)}, CRM)
    assert len(outcome.records) == 1
    assert len(outcome.quarantined) == 1


def test_a_header_alone_is_an_empty_table(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of()}, CRM)
    assert (outcome.records, outcome.quarantined) == ([], [])


def test_empty_lines_are_counted(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN, lineterminator="\n\n")}, CRM)
    assert (len(outcome.records), outcome.suppressed) == (1, {"an empty line": 2})


@pytest.mark.parametrize("mark", ["", "\ufeff"], ids=["no mark", "a mark"])
@pytest.mark.parametrize("hint", ["sep=;\r\n", '"sep=;"\r\n', "SEP=;\r\n"])
def test_a_first_line_that_names_the_delimiter_is_no_header(tmp_path, hint, mark):
    outcome = extracted(tmp_path, {"a.csv": mark + hint + csv_of(ANN, delimiter=";")}, CRM)
    assert [(record.source_ref, record.position) for record in outcome.records] == [(ANN["Id"], "row 3")]
    assert not outcome.quarantined


@pytest.mark.parametrize("count", [1, 200], ids=["row by row", "by column"])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param('="', '"', id="a formula"),
        pytest.param('"=""', '"""', id="a formula in quotes"),
        pytest.param("'", "", id="apostrophes"),
    ],
)
def test_what_guards_numbers_from_a_spreadsheet_is_no_part_of_them(tmp_path, before, after, count):
    names = ("Id", "FirstName", "Phone")
    rows = [[f"00{number}", "Ann", f"+4477009{number:05d}"] for number in range(count)]
    text = (
        ",".join(names) + "\n" + "".join(f"{before}{one}{after},{who},{before}{phone}{after}\n" for one, who, phone in rows)
    )
    outcome = extracted(tmp_path, {"a.csv": text}, SMALL)
    assert [
        [r.source_ref, *(each.value for each in r.identifiers if each.kind in ("given_name", "phone"))]
        for r in outcome.records
    ] == rows
    assert not outcome.quarantined


@pytest.mark.parametrize("count", [1, 200], ids=["row by row", "by column"])
def test_what_guards_a_formula_from_a_spreadsheet_is_no_part_of_a_cell(tmp_path, count):
    columns = {"source_ref": "Id", "email": "Email", "handle.x": "Twitter", "given_name": "FirstName", "phone": "Phone"}
    rows = "".join(f"{n},p{n}@mail.example,'@An{n},'=Ann,'+44 113 496 0999 ext. 5\n" for n in range(count))
    outcome = extracted(tmp_path, {"a.csv": "Id,Email,Twitter,FirstName,Phone\n" + rows}, changed(SMALL, columns=columns))
    assert [{each.kind: each.value for each in record.identifiers} for record in outcome.records] == [
        {"crm_id": str(n), "email": f"p{n}@mail.example", "handle": f"an{n}", "given_name": "=Ann", "phone": "+441134960999"}
        for n in range(count)
    ]
    assert not outcome.quarantined


def test_a_text_that_starts_as_a_formula_does_is_what_was_written(tmp_path):
    text = "- two chairs\n- one table"
    row = {"id": "1", "at": "2026-11-20T09:00:00Z", "way": "in", "from": "'+447700900123", "body": "'" + text}
    columns = {"source_ref": "id", "occurred_at": "at", "direction": "way", "party.phone": "from", "text": "body"}
    source = source_of(format="table", name="sms", kind="interaction", channel="sms", region="GB", columns=columns)
    (record,) = extracted(tmp_path, {"a.csv": csv_of(row, header=list(row))}, source).records
    assert (record.text, record.party_ref) == (text, "+447700900123")


def test_an_apostrophe_before_a_word_is_the_persons_own(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": "Id,FirstName,Phone\n1,'t Hooft,\n"}, SMALL)
    assert ("given_name", "'t Hooft") in {(each.kind, each.value) for each in outcome.records[0].identifiers}


def test_rows_of_empty_cells_are_counted_and_rows_without_an_id_set_aside(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": 'Id,FirstName,Phone\n1,Ann,\n,,\n"","",""\n,Bob,\n'}, SMALL)
    assert (len(outcome.records), outcome.suppressed) == (1, {"an empty row": 2})
    assert outcome.quarantined == [("row 5", "no value in column 'Id'")]


FOOT = '\n\n"People"\n"Copyright (c) 2000-2026 salesforce.com, inc. All rights reserved."\n"Generated By: Gus"\n'


@pytest.mark.parametrize(
    ("below", "suppressed", "quarantined"),
    [
        pytest.param(FOOT, {"an empty line": 2, "a line below the rows of a report": 3}, [], id="a report's foot"),
        pytest.param(FOOT + "2,Bob,\n", {"an empty line": 2}, ["row 5", "row 6", "row 7"], id="rows behind it"),
        pytest.param('\n"torn"\n', {"an empty line": 1}, ["row 4"], id="a torn row"),
        pytest.param('"salesforce.com"\n', {}, ["row 3"], id="no empty line before it"),
    ],
)
def test_what_a_report_has_below_its_rows_is_counted(tmp_path, below, suppressed, quarantined):
    outcome = extracted(tmp_path, {"a.csv": "Id,FirstName,Phone\n1,Ann,\n" + below}, SMALL)
    assert (outcome.suppressed, [at for at, _ in outcome.quarantined]) == (suppressed, quarantined)
    assert all("1 column where the header has 3" in reason for _, reason in outcome.quarantined)
    assert outcome.records[0].source_ref == "1"
