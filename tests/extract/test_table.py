import csv
import gzip
import io
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ConfigurationError
from pipelines.extract.inbox import find_export
from pipelines.extract.issues import Issues
from pipelines.extract.table_rows import Reader
from tests.extract.exports import NIGHT, extracted, party, source_of

COLUMNS = {
    "source_ref": "Id",
    "given_name": "FirstName",
    "family_name": "LastName",
    "full_name": "Name",
    "email": "Email",
    "phone": ["Phone", "Mobile"],
    "handle.x": "Twitter",
    "date_of_birth": "Birthdate",
    "street": "Street",
    "city": "City",
    "postcode": "PostalCode",
    "country": "Country",
    "company": "Company",
    "reference": "LastOrder",
    "consent.email": "MailOk",
    "consent.sms": "SmsOk",
    "updated_at": "LastModified",
}
HEADER = [column for each in COLUMNS.values() for column in ([each] if isinstance(each, str) else each)]
ANN = {
    "Id": "C1",
    "FirstName": "Ann",
    "LastName": "Archer",
    "Name": "Ann Archer",
    "Email": "Ann@Mail.example",
    "Phone": "0113 496 0999",
    "Mobile": "+44 7700 900123",
    "Twitter": "@AnnA",
    "Birthdate": "29/02/1980",
    "Street": "1 High St",
    "City": "Leeds",
    "PostalCode": "LS1 1AA",
    "Country": "GB",
    "Company": "Works",
    "LastOrder": "gt-1001",
    "MailOk": "yes",
    "SmsOk": "No",
    "LastModified": "2026-11-01T10:00:00Z",
}
CRM = source_of(
    format="table", name="crm", kind="profile", columns=COLUMNS, region="GB", date_order="dmy", own=["desk@shop.example"]
)


def changed(source, **settings):
    return source_of(**(source.model_dump() | settings))


def csv_of(*rows, header=HEADER, **how):
    page = io.StringIO(newline="")
    writer = csv.writer(page, **how)
    writer.writerow(header)
    writer.writerows([row.get(name, "") for name in header] if isinstance(row, dict) else row for row in rows)
    return page.getvalue()


def values(profile, kind):
    return [each.value for each in profile.identifiers if each.kind == kind]


# --- profiles ---


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


# --- CSV ---

CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=12)


@settings(deadline=None)
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
    read = [row.values for row in Reader(file, CRM, frozenset({"Id", "City", "Company"}), issues).rows()]
    assert read == [{"Id": ref, "City": city, "Company": company} for ref, city, company in rows]
    assert not issues.quarantined


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
        pytest.param("," * 17 + "\n", "no value in column 'Id'", id="no id"),
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


# --- interactions ---

CALLS = source_of(
    format="table",
    name="calls",
    channel="voice",
    region="GB",
    own=["+44 20 7946 0000"],
    columns={
        "source_ref": "call_id",
        "conversation_ref": "thread",
        "occurred_at": "started_at",
        "direction": "direction",
        "party.phone": "number",
        "party.name": "caller",
        "party.email": "mail",
        "agent_ref": "agent",
        "team": "queue",
        "text": "note",
        "topic": "topic",
        "status": "status",
        "duration_seconds": "seconds",
        "reference": "order",
        "is_public": "public",
        "subject": "subject",
        "in_reply_to_ref": "parent",
    },
)
CALL = {
    "call_id": "CA1",
    "thread": "call-7",
    "started_at": "2026-11-20T09:00:00+00:00",
    "direction": "Inbound",
    "number": "07700 900123",
    "caller": "Ann Archer",
    "mail": "ann@mail.example",
    "agent": "Gus",
    "queue": "first line",
    "note": "my mail is ann2@mail.example",
    "topic": "delivery",
    "status": "completed",
    "seconds": 61,
    "order": "gt-1001",
    "public": None,
    "subject": None,
    "parent": None,
}
SMS = source_of(
    format="table",
    name="sms",
    channel="sms",
    region="GB",
    own=["+44 7700 900999"],
    columns={
        "source_ref": "sid",
        "conversation_ref": "thread",
        "occurred_at": "sent_at",
        "direction": "direction",
        "party.phone": "number",
        "text": "body",
    },
)


def jsonl(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_a_call_is_an_interaction_whose_number_the_channel_delivered(tmp_path):
    (call,) = extracted(tmp_path, {"a.jsonl": jsonl(CALL)}, CALLS).records
    assert (call.source_ref, call.conversation_ref, call.channel, call.direction) == ("CA1", "call-7", "voice", "inbound")
    assert call.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert (call.agent_ref, call.team, call.topic, call.status) == ("Gus", "first line", "delivery", "completed")
    assert (call.duration_seconds, call.position, call.party_ref) == (61.0, "line 1", "Ann Archer")
    assert party(call, evidence="channel") == {("phone", "", "+447700900123")}
    assert party(call, evidence="reference") == {("reference", "", "GT-1001")}
    assert {("name", "", "Ann Archer"), ("email", "", "ann@mail.example"), ("email", "", "ann2@mail.example")} <= party(
        call, evidence="claimed"
    )


@pytest.mark.parametrize(
    ("written", "direction"),
    [
        ("inbound", "inbound"),
        ("INCOMING", "inbound"),
        ("in", "inbound"),
        ("Out", "outbound"),
        ("outgoing", "outbound"),
        ("outbound", "outbound"),
        ("internal", "internal"),
    ],
)
def test_a_direction_is_one_of_a_closed_set(tmp_path, written, direction):
    (call,) = extracted(tmp_path, {"a": jsonl(CALL | {"direction": written})}, CALLS).records
    assert call.direction == direction
    assert (("email", "", "ann2@mail.example") in party(call)) == (direction == "inbound")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        pytest.param({"direction": "sideways"}, "a direction we do not know", id="a direction we have not seen"),
        pytest.param({"direction": None}, "no value in column 'direction'", id="no direction"),
        pytest.param({"call_id": None}, "no value in column 'call_id'", id="no id"),
        pytest.param({"started_at": None}, "no value in column 'started_at'", id="no time"),
        pytest.param({"started_at": "yesterday"}, "not a time", id="a time that is none"),
        pytest.param({"started_at": "2026-11-20T09:00:00"}, "declares no 'timezone'", id="a time without a zone"),
        pytest.param({"started_at": 1763628000}, "not a time", id="a bare number for a time"),
        pytest.param({"seconds": "long"}, "no duration in seconds", id="a duration that is none"),
        pytest.param({"seconds": -1}, "no duration in seconds", id="a duration below nought"),
        pytest.param({"public": "perhaps"}, "neither yes nor no", id="neither yes nor no"),
        pytest.param({"note": {"text": "x"}}, "column 'note' is no text", id="a nested value"),
    ],
)
def test_an_interaction_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, change, reason):
    outcome = extracted(tmp_path, {"a": jsonl(CALL, CALL | change, CALL | {"call_id": "CA3"})}, CALLS)
    assert [record.source_ref for record in outcome.records] == ["CA1", "CA3"]
    ((position, why),) = outcome.quarantined
    assert position == "line 2"
    assert reason in why


@pytest.mark.parametrize("name", sorted(CALL))
def test_a_json_row_that_lacks_a_mapped_field_is_set_aside(tmp_path, name):
    row = {key: value for key, value in CALL.items() if key != name}
    outcome = extracted(tmp_path, {"a": jsonl(CALL, row)}, CALLS)
    assert len(outcome.records) == 1
    assert outcome.quarantined == [("line 2", f"missing field {name!r}")]


def test_a_corrupt_json_line_costs_that_line(tmp_path):
    outcome = extracted(tmp_path, {"a": jsonl(CALL)[:50] + "\n" + jsonl(CALL)}, CALLS)
    assert [record.position for record in outcome.records] == ["line 2"]
    assert outcome.quarantined == [("line 1", "not JSON")]


def test_a_call_from_a_hidden_number_has_no_customer_and_one_of_ours_neither(tmp_path):
    hidden = CALL | {"number": None, "caller": None, "mail": None, "order": None}
    ours = CALL | {"number": "020 7946 0000"}
    outcome = extracted(tmp_path, {"a": jsonl(hidden, ours)}, CALLS)
    assert [(record.reason, record.party) for record in outcome.records] == [("no_identifier", []), ("own_address", [])]


def test_a_local_time_is_read_in_the_sources_zone_and_flagged_when_doubtful(tmp_path):
    rows = [CALL | {"started_at": "2026-07-01 12:00"}, CALL | {"started_at": "2026-10-25 01:30"}]
    summer, autumn = extracted(tmp_path, {"a": jsonl(*rows)}, changed(CALLS, timezone="Europe/London")).records
    assert summer.occurred_at == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert autumn.occurred_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert autumn.source_metadata == {"local_time": "ambiguous"}


def parquet(rows, types):
    page = io.BytesIO()
    table = pa.table({name: pa.array([row[name] for row in rows], type=kind) for name, kind in types.items()})
    pq.write_table(table, page)
    return page.getvalue()


TYPES = {
    "sid": pa.string(),
    "thread": pa.string(),
    "sent_at": pa.timestamp("ms", tz="UTC"),
    "direction": pa.string(),
    "number": pa.string(),
    "body": pa.string(),
}
TEXT = {
    "sid": "SM1",
    "thread": "t",
    "sent_at": datetime(2026, 11, 20, 9, tzinfo=UTC),
    "direction": "inbound",
    "number": "+447700900123",
    "body": "hello",
}


def test_parquet_is_told_by_its_content_and_its_values_are_typed(tmp_path):
    rows = [TEXT, TEXT | {"sid": "SM2", "body": "Stop"}, TEXT | {"sid": None}, TEXT | {"sid": "SM4", "number": "60777"}]
    outcome = extracted(tmp_path, {"messages.csv": parquet(rows, TYPES)}, SMS)
    hello, stop, spam = outcome.records
    assert (hello.occurred_at, hello.position) == (TEXT["sent_at"], "row 1")
    assert [(each.channel, each.allowed, each.value) for each in stop.consent] == [("sms", False, "+447700900123")]
    assert (spam.reason, spam.party_ref) == ("no_identifier", "60777")
    assert outcome.quarantined == [("row 3", "no value in column 'sid'")]


def test_numbers_decimals_and_lists_in_parquet_become_text(tmp_path):
    types = {"Id": pa.int64(), "Mails": pa.list_(pa.string()), "Born": pa.date32(), "City": pa.decimal128(4, 1)}
    rows = [
        {
            "Id": 7,
            "Mails": ["a@mail.example", "b@mail.example"],
            "Born": datetime(1980, 2, 29, tzinfo=UTC).date(),
            "City": Decimal("1.5"),
        }
    ]
    source = changed(CRM, columns={"source_ref": "Id", "email": "Mails", "date_of_birth": "Born", "city": "City"})
    (profile,) = extracted(tmp_path, {"a": parquet(rows, types)}, source).records
    assert profile.source_ref == "7"
    assert values(profile, "email") == ["a@mail.example", "b@mail.example"]
    assert (values(profile, "date_of_birth"), values(profile, "city")) == (["1980-02-29"], ["1.5"])


@pytest.mark.parametrize("share", [1, 30, 60, 90, 99])
def test_a_parquet_file_cut_off_is_set_aside(tmp_path, share):
    whole = parquet([TEXT] * 50, TYPES)
    outcome = extracted(tmp_path, {"a.parquet": whole[: max(5, len(whole) * share // 100)]}, SMS)
    assert outcome.records == []
    assert len(outcome.quarantined) == 1


def test_a_parquet_file_that_lacks_a_column_is_set_aside(tmp_path):
    types = {("numbr" if name == "number" else name): kind for name, kind in TYPES.items()}
    outcome = extracted(tmp_path, {"a": parquet([TEXT | {"numbr": "1"}], types)}, SMS)
    assert "'number' is not in the file; alike are 'numbr'" in outcome.quarantined[0][1]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(jsonl(CALL).encode(), id="JSON lines"),
        pytest.param(("\ufeff" + jsonl(CALL)).encode(), id="JSON lines with a mark"),
        pytest.param(json.dumps([CALL], indent=1).encode(), id="an array"),
        pytest.param(gzip.compress(jsonl(CALL).encode()), id="gzip"),
        pytest.param(csv_of(CALL, header=list(CALL)).encode(), id="CSV"),
        pytest.param(gzip.compress(csv_of(CALL, header=list(CALL), delimiter=";").encode()), id="CSV in gzip"),
    ],
)
def test_the_same_call_comes_out_of_every_kind_of_table(tmp_path, content):
    (call,) = extracted(tmp_path, {"calls.data": content}, CALLS).records
    assert (call.source_ref, call.duration_seconds, call.is_public) == ("CA1", 61.0, False)
    assert party(call, evidence="channel") == {("phone", "", "+447700900123")}


# --- configuration ---


@pytest.mark.parametrize(
    ("source", "columns", "message"),
    [
        (CRM, {"email": "Email"}, r"sources\.crm\.columns: no column for 'source_ref'"),
        (CALLS, {"source_ref": "a", "direction": "b"}, r"sources\.calls\.columns: no column for 'occurred_at'"),
        (CRM, {"source_ref": "Id", "e_mail": "Email"}, r"'e_mail' is no field of kind profile"),
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
