from datetime import UTC, datetime

import pytest

from pipelines.errors import ConfigurationError
from tests.extract.exports import extracted
from tests.extract.specimens import Specimen
from tests.extract.tables import (
    ANN,
    CALL,
    CALLS,
    CRM,
    HOUSE,
    HOUSES,
    as_cell,
    changed,
    csv_dicts,
    csv_of,
    dump_csv,
    jsonl,
    values,
)

MORE = {"public": "no", "subject": "My parcel", "parent": "CA0", "mood": "good"}  # "mood" is in no mapping
CALL_ROWS = [
    CALL | MORE,
    CALL | MORE | {"call_id": "CA2", "direction": "outbound", "note": 'we called back,\n"twice"', "parent": "CA1"},
    CALL | MORE | {"call_id": "CA3", "number": "020 7946 0000", "public": "yes", "seconds": 0},
    CALL | MORE | {"call_id": "CA4", "number": "", "caller": "", "mail": "", "order": "", "note": ""},
]
SPECIMEN = Specimen(
    CALLS,
    {"calls.csv": dump_csv([{name: as_cell(value) for name, value in row.items()} for row in CALL_ROWS])},
    "calls.csv",
    load=csv_dicts,
    dump=dump_csv,
    has_lines=True,
)


def test_a_row_is_a_profile_with_everything_it_says(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN)}, CRM)
    (profile,) = outcome.records
    assert {(each.kind, each.scope, each.value) for each in profile.identifiers} == {
        ("crm_id", "crm", "C1"),
        ("given_name", "", "Ann"),
        ("family_name", "", "Archer"),
        ("name", "", "Ann Archer"),
        ("email", "", "ann@mail.example"),
        ("phone", "", "+441134960999"),
        ("phone", "", "+447700900123"),
        ("handle", "x", "anna"),
        ("date_of_birth", "", "1980-02-29"),
        ("street", "", "1 High St"),
        ("city", "", "Leeds"),
        ("postcode", "", "LS1 1AA"),
        ("country", "", "GB"),
        ("address", "", "1 High St, Leeds, LS1 1AA, GB"),
        ("company", "", "Works"),
        ("reference", "", "GT-1001"),
    }
    assert {each.evidence for each in profile.identifiers} == {"reference"}
    assert (profile.source_ref, profile.position, profile.reason) == ("C1", "row 2", None)
    assert profile.updated_at == datetime(2026, 11, 1, 10, tzinfo=UTC)
    assert {(each.channel, each.purpose, each.allowed, each.value) for each in profile.consent} == {
        ("email", "marketing", True, "ann@mail.example"),
        ("sms", "marketing", False, "+441134960999"),
        ("sms", "marketing", False, "+447700900123"),
    }
    assert (outcome.quarantined, outcome.warnings) == ([], {})


@pytest.mark.parametrize("nothing", ["NULL", "\\N", "n/a", "#N/A", "nan"])
@pytest.mark.parametrize("dump", [csv_of, jsonl])
def test_what_programs_write_for_nothing_is_nothing(tmp_path, nothing, dump):
    row = ANN | {"Name": nothing, "FirstName": nothing, "City": f" {nothing} ", "Mobile": nothing}
    outcome = extracted(tmp_path, {"a": dump(row)}, CRM)
    (profile,) = outcome.records
    assert {each.kind for each in profile.identifiers} >= {"family_name", "email", "phone", "street"}
    assert not {each.kind for each in profile.identifiers} & {"name", "given_name", "city"}
    assert nothing not in {each.value for each in profile.identifiers}
    assert outcome.warnings == {}


def test_what_a_person_wrote_is_taken_whatever_it_is(tmp_path):
    (message,) = extracted(tmp_path, {"a.csv": csv_of(CALL | {"note": "n/a"}, header=list(CALL))}, CALLS).records
    assert message.text == "n/a"


@pytest.mark.parametrize(
    ("given", "family", "whole"),
    [
        pytest.param("健太", "佐藤", "佐藤 健太", id="Japanese"),
        pytest.param("민수", "김", "김 민수", id="Korean"),
        pytest.param("Kenta", "佐藤", "Kenta 佐藤", id="half of it in Latin letters"),
    ],
)
def test_a_name_is_composed_as_those_who_bear_it_write_it(tmp_path, given, family, whole):
    row = ANN | {"Name": "", "FirstName": given, "LastName": family}
    (profile,) = extracted(tmp_path, {"a.csv": csv_of(row)}, CRM).records
    assert [each.value for each in profile.identifiers if each.kind == "name"] == [whole]


def test_a_name_is_composed_where_the_source_only_has_its_parts(tmp_path):
    (profile,) = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Name": ""})}, CRM).records
    assert values(profile, "name") == ["Ann Archer"]


def test_our_own_address_in_the_crm_is_no_customer(tmp_path):
    (profile,) = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Email": "desk@shop.example"})}, CRM).records
    assert profile.reason == "own_address"


@pytest.mark.parametrize(
    ("order", "written", "read"),
    [
        ("dmy", "03/04/1980", ["1980-04-03"]),
        ("mdy", "03/04/1980", ["1980-03-04"]),
        (None, "03/04/1980", []),
        (None, "1980-04-03", ["1980-04-03"]),
        ("dmy", "31/02/1980", []),
        ("dmy", "", []),
    ],
)
def test_a_birthdate_that_is_open_or_none_costs_the_value_and_not_the_row(tmp_path, order, written, read):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Birthdate": written})}, changed(CRM, date_order=order))
    assert values(outcome.records[0], "date_of_birth") == read
    assert outcome.warnings == (
        {} if read or not written else {"column 'Birthdate' holds values that are no date_of_birth": 1}
    )


@pytest.mark.parametrize(("order", "written"), [("mdy", "26/02/2013"), ("dmy", "02/26/2013"), ("mdy", "26022013")])
def test_a_birthdate_that_is_one_in_the_other_order_alone_is_read_so_and_told(tmp_path, order, written):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Birthdate": written})}, changed(CRM, date_order=order))
    assert values(outcome.records[0], "date_of_birth") == ["2013-02-26"]
    (told,) = outcome.warnings
    assert f"none in the declared date_order {order}" in told


def test_a_value_that_names_nobody_is_told_by_its_column(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Email": "none", "Phone": "ask"})}, CRM)
    assert (values(outcome.records[0], "email"), values(outcome.records[0], "phone")) == ([], ["+447700900123"])
    assert outcome.warnings == {
        "column 'Email' holds values that are no email": 1,
        "column 'Phone' holds values that are no phone": 1,
    }


def test_consent_has_no_default(tmp_path):
    rows = [ANN | {"Id": str(number), "MailOk": said} for number, said in enumerate(["1", "n", "", "perhaps"])]
    outcome = extracted(tmp_path, {"a.csv": csv_of(*rows)}, CRM)
    mail = [[each.allowed for each in record.consent if each.channel == "email"] for record in outcome.records]
    assert mail == [[True], [False], []]
    assert outcome.quarantined == [("row 5", "column 'MailOk' is neither yes nor no")]


def test_ids_written_as_decimals_are_kept_and_told(tmp_path):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"Id": "3.0"})}, CRM)
    assert outcome.records[0].source_ref == "3.0"
    assert outcome.warnings == {"column 'Id' holds ids written as decimals (3.0)": 1}


def test_a_change_without_a_zone_puts_versions_in_order_all_the_same(tmp_path):
    rows = [ANN | {"LastModified": "2026-11-01 10:00"}, ANN | {"Id": "2", "LastModified": "lately"}]
    outcome = extracted(tmp_path, {"a.csv": csv_of(*rows)}, CRM)
    assert [profile.updated_at for profile in outcome.records] == [datetime(2026, 11, 1, 10, tzinfo=UTC), None]
    assert outcome.warnings == {"column 'LastModified' holds values that are no updated_at": 1}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        pytest.param("1970-01-01T00:00:00Z", None, id="never, as programs write it"),
        pytest.param("0001-01-01T00:00:00", None, id="never, as other programs write it"),
        pytest.param("2099-12-31T00:00:00Z", None, id="a clock that runs ahead"),
        pytest.param("2027-03-01T00:00:00Z", datetime(2027, 3, 1, tzinfo=UTC), id="an export made again later"),
    ],
)
def test_a_change_that_cannot_have_been_is_told_and_decides_nothing(tmp_path, changed, expected):
    outcome = extracted(tmp_path, {"a.csv": csv_of(ANN | {"LastModified": changed})}, CRM)
    (profile,) = outcome.records
    assert profile.updated_at == expected
    assert outcome.warnings == ({} if expected else {"a time of change before 1990, or a year after the night: left out": 1})


@pytest.mark.parametrize(
    ("source", "columns", "message"),
    [
        (CRM, {"email": "Email"}, r"sources\.crm\.columns: no column for 'source_ref'"),
        (CALLS, {"source_ref": "a", "direction": "b"}, r"sources\.calls\.columns: no column for 'occurred_at'"),
        (
            CRM,
            {"source_ref": "Id", "e_mail": "Email"},
            r"'e_mail' is no field of kind profile; known are .* email,",
        ),
        (CRM, {"source_ref": "Id", "party.email": "Email"}, r"'party.email' is no field of kind profile"),
        (CRM, {"source_ref": "Id", "handle": "Twitter"}, r"'handle' is no field of kind profile"),
        (CRM, {"source_ref": "Id", "consent.pigeon": "Ok"}, r"'consent.pigeon' is no field"),
        (
            CALLS,
            {"source_ref": "a", "occurred_at": "b", "direction": "c", "phone": "d"},
            r"'phone' is no field of kind interaction",
        ),
    ],
)
def test_a_mapping_that_makes_no_record_is_a_mistake_in_the_configuration(tmp_path, source, columns, message):
    with pytest.raises(ConfigurationError, match=message):
        extracted(tmp_path, {"a.csv": "x\n"}, changed(source, columns=columns))


def test_an_encoding_that_is_none_is_a_mistake_in_the_configuration(tmp_path):
    with pytest.raises(ConfigurationError, match=r"sources\.crm\.encoding"):
        extracted(tmp_path, {"a.csv": csv_of(ANN)}, changed(CRM, encoding="klingon"))


@pytest.mark.parametrize(
    ("row", "name", "streets", "address"),
    [
        pytest.param(
            {"First": "Ann", "Last": "Archer", "Road": "High St"}, "Ann Archer", ["High St"], "High St, Leeds", id="plain"
        ),
        pytest.param(
            {"Known": "Annie", "First": "Ann", "Last": "Archer"}, "Annie Archer", [], None, id="the first that is filled"
        ),
        pytest.param({"First": "Ann", "Born": "Baker"}, "Ann Baker", [], None, id="a family name in the second column"),
        pytest.param({"Road2": "Flat 2"}, None, ["Flat 2"], "Flat 2, Leeds", id="a street in the last column"),
        pytest.param(
            {"No": "8", "Road": "High St"}, None, ["8 High St"], "8 High St, Leeds", id="a house number of its own"
        ),
        pytest.param(
            {"No": "8a", "Road": "Flat 2", "Road2": "9"}, None, ["8a Flat 2 9"], "8a Flat 2 9, Leeds", id="two numbers"
        ),
        pytest.param({"No": "8"}, None, ["8"], "8, Leeds", id="a number alone"),
        pytest.param({"Road": "High St", "Road2": "Mill"}, None, ["High St", "Mill"], "High St, Leeds", id="two streets"),
    ],
)
def test_names_and_addresses_are_made_of_the_first_column_that_is_filled(tmp_path, row, name, streets, address):
    (profile,) = extracted(tmp_path, {"a.csv": csv_of(row | {"Id": "C1", "City": "Leeds"}, header=HOUSE)}, HOUSES).records
    assert values(profile, "name") == ([name] if name else [])
    assert values(profile, "street") == streets
    assert values(profile, "address") == ([address] if address else [])
