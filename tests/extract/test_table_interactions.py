import gzip
import json
from datetime import UTC, datetime
from decimal import Decimal

import pyarrow as pa
import pytest

from tests.extract.exports import extracted, party
from tests.extract.tables import CALL, CALLS, CRM, SMS, TEXT, TYPES, changed, csv_of, jsonl, parquet, values


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


def test_a_mail_in_a_table_claims_what_its_writer_wrote_and_nothing_that_it_quotes(tmp_path):
    said = (
        "GT-2002, call 07700 900124\n\nOn Mon, 2 Mar 2026 at 09:00, Bob <bob@mail.example> wrote:\n> GT-3003, 07700 900125\n"
        "\n-- \nAnn\n07700 900126"
    )
    source = changed(CALLS, channel="email", references=[r"GT-\d{4}"])
    plain, mail, answer = extracted(
        tmp_path,
        {"a": jsonl(CALL | {"note": ""}, CALL | {"note": said}, CALL | {"note": said, "direction": "out"})}, source,
    ).records  # fmt: skip
    assert (mail.text, mail.signature) == ("GT-2002, call 07700 900124", "Ann\n07700 900126")
    assert mail.quoted_text.endswith("> GT-3003, 07700 900125")
    assert party(mail, evidence="claimed") - party(plain) == {
        ("reference", "", "GT-2002"), ("phone", "", "+447700900124"), ("phone", "", "+447700900126")
    }  # fmt: skip
    assert answer.text == mail.text
    assert ("reference", "", "GT-3003") not in party(answer)


@pytest.mark.parametrize(
    ("address", "reason"), [("no-reply@bank.example", "no_reply"), ("MAILER-DAEMON@mx.bank.example", "bounce")]
)
def test_a_machine_that_mails_is_no_customer(tmp_path, address, reason):
    source = changed(CALLS, channel="email")
    rows = [CALL | {"mail": address, "direction": way, "note": f"{number}"} for number, way in enumerate(["in", "out"] * 40)]
    records = extracted(tmp_path, {"a": jsonl(*rows)}, source).records
    assert {(record.reason, len(record.party)) for record in records} == {(reason, 0)}


def test_a_no_in_a_mails_subject_is_heard_beside_a_text(tmp_path):
    source = changed(CALLS, channel="email")
    told = CALL | {"subject": "Unsubscribe"}
    rows = [told | {"direction": way, "note": f"Thanks {n}"} for n, way in enumerate(["in", "out"] * 40)]
    records = extracted(tmp_path, {"a": jsonl(*rows)}, source).records
    assert {(record.direction, *(each.allowed for each in record.consent)) for record in records} == {
        ("inbound", False),
        ("outbound",),
    }


def test_an_order_number_in_the_subject_is_claimed_as_one_in_the_text_is(tmp_path):
    source = changed(CALLS, references=[r"GT-\d{4}"])
    rows = [CALL | {"subject": "Where is GT-2002?", "direction": way} for way in ("in", "out")]
    asked, answered = extracted(tmp_path, {"a": jsonl(*rows)}, source).records
    assert ("reference", "", "GT-2002") in party(asked, evidence="claimed")
    assert ("reference", "", "GT-2002") not in party(answered)


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


@pytest.mark.parametrize(
    ("caller", "called", "direction", "person"),
    [
        pytest.param("07700 900123", "020 7946 0000", "inbound", "07700 900123", id="they called us"),
        pytest.param("020 7946 0000", "07700 900123", "outbound", "07700 900123", id="we called them"),
        pytest.param("", "07700 900123", "outbound", "07700 900123", id="one end is not told"),
        pytest.param("020 7946 0000", "+44 20 7946 0000", "internal", None, id="among us"),
        pytest.param("020 7946 0000", "", "outbound", None, id="whom we called is not told"),
    ],
)
def test_of_a_log_with_both_ends_the_one_that_is_not_ours_is_the_person(tmp_path, caller, called, direction, person):
    mapped = {name: column for name, column in CALLS.columns.items() if not name.startswith("party.")}
    source = changed(CALLS, columns=mapped | {"party.phone": ["number", "mail"]})
    row = CALL | {"number": caller, "mail": called, "direction": direction, "note": "", "order": ""}
    (call,) = extracted(tmp_path, {"a": jsonl(row)}, source).records
    if person:
        assert (call.party_ref, call.reason) == (person, None)
        assert party(call) == {("phone", "", "+447700900123")}
    else:
        assert (call.party, call.reason) == ([], "own_address")


@pytest.mark.parametrize(
    ("written", "lasted"), [("0:01:05", 65.0), ("00:00:07", 7.0), ("26:00:00.5", 93_600.5), ("61", 61.0)]
)
def test_a_duration_is_a_number_of_seconds_or_hours_minutes_and_seconds(tmp_path, written, lasted):
    (call,) = extracted(tmp_path, {"a": jsonl(CALL | {"seconds": written})}, CALLS).records
    assert call.duration_seconds == lasted


def test_a_local_time_is_read_in_the_sources_zone_and_flagged_when_doubtful(tmp_path):
    rows = [CALL | {"started_at": "2026-07-01 12:00"}, CALL | {"started_at": "2026-10-25 01:30"}]
    summer, autumn = extracted(tmp_path, {"a": jsonl(*rows)}, changed(CALLS, timezone="Europe/London")).records
    assert summer.occurred_at == datetime(2026, 7, 1, 11, tzinfo=UTC)
    assert autumn.occurred_at == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert autumn.source_metadata == {"local_time": "ambiguous"}


@pytest.mark.parametrize("date", ["2026-11-20", "20261120", "20.11.2026", "Nov 20, 2026", "Fri 20 Nov 2026"])
@pytest.mark.parametrize("rows", [1, 60], ids=["row by row", "by column"])
def test_a_date_whose_clock_stands_in_another_column_is_midnight_and_told(tmp_path, date, rows):
    calls = [CALL | {"call_id": f"CA{number}", "started_at": date, "clock": "10:00:00"} for number in range(rows)]
    columns = CALLS.columns | {"occurred_at": ["started_at", "clock"]}
    outcome = extracted(
        tmp_path, {"a.csv": csv_of(*calls, header=[*CALL, "clock"])}, changed(CALLS, columns=columns, timezone="UTC")
    )
    assert {record.occurred_at for record in outcome.records} == {datetime(2026, 11, 20, tzinfo=UTC)}
    told = "column 'started_at' holds dates without a time of day, which are read as midnight: map a column that has both"
    assert outcome.warnings[told] == rows


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


@pytest.mark.parametrize(
    "letter", [pytest.param("x", id="plain letters"), pytest.param("\u00e9", id="letters with accents")]
)
@pytest.mark.parametrize("field", ["visitor", "company", "street", "city", "given_name"])
def test_what_somebody_writes_into_a_field_without_end_is_no_identifier_and_costs_no_record(tmp_path, field, letter):
    details = {name: f"party.{name}" for name in ("visitor", "company", "street", "city", "given_name")}
    form = changed(CALLS, columns=CALLS.columns | {path: [name] for name, path in details.items()})
    typed = dict.fromkeys(details, "")
    rows = [
        CALL | typed | {"call_id": "1", field: letter * 1_000},
        CALL | typed | {"call_id": "2", field: letter * 1_001},
        CALL | typed | {"call_id": "3", "street": letter * 600, "city": letter * 600},
    ]
    first, second, third = extracted(tmp_path, {"a.jsonl": jsonl(*rows)}, form).records
    assert (field, "", letter * 1_000) in party(first)
    assert not any(len(value) > 1_000 for record in (first, second, third) for _, _, value in party(record))
    assert ("phone", "", "+447700900123") in party(second)


@pytest.mark.parametrize(
    ("word", "direction"),
    [
        ("Received", "inbound"), ("Sent", "outbound"), ("MO", "inbound"), ("MT", "outbound"), ("Missed", "inbound"),
        ("eingehend", "inbound"), ("Ausgehend", "outbound"), ("entrant", "inbound"), ("Sortant", "outbound"),
        ("Entrante", "inbound"), ("saliente", "outbound"), ("Inkomend", "inbound"), ("uitgaand", "outbound"),
        ("Входящий", "inbound"), ("исходящий", "outbound"), ("Przychodzące", "inbound"), ("wychodzące", "outbound"),
    ],
)  # fmt: skip
def test_directions_are_read_as_phones_gateways_and_exchanges_write_them(tmp_path, word, direction):
    (record,) = extracted(tmp_path, {"a": csv_of(CALL | {"direction": word}, header=list(CALL))}, CALLS).records
    assert record.direction == direction


@pytest.mark.parametrize("write", [lambda *rows: csv_of(*rows, header=list(rows[0])), jsonl])
@pytest.mark.parametrize(
    ("column", "yes", "no"),
    [("Incoming", "inbound", "outbound"), ("is_inbound", "inbound", "outbound"), ("isOutgoing", "outbound", "inbound")],
)
def test_a_yes_or_no_is_the_direction_of_a_column_that_says_which_one_it_means(tmp_path, write, column, yes, no):
    source = changed(CALLS, columns=CALLS.columns | {"direction": column})
    rows = [CALL | {"call_id": str(said), column: said} for said in (True, False)]
    assert [record.direction for record in extracted(tmp_path, {"a": write(*rows)}, source).records] == [yes, no]


def test_a_yes_that_means_neither_way_is_no_direction(tmp_path):
    outcome = extracted(tmp_path, {"a": jsonl(CALL | {"direction": True})}, CALLS)
    assert [reason for _, reason in outcome.quarantined] == ["column 'direction' has a direction we do not know"]
