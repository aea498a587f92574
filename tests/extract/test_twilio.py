"""Small exports in the shapes of Twilio's API pages, its Bulk Export and the Console's CSV."""

import csv
import gzip
import io
import json
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import pytest

from pipelines.contract import Attachment, ConsentSignal
from tests.extract.exports import extracted, extracted_from, party, source_of
from tests.extract.specimens import Specimen, load_json

OURS, ANN, BOB, AGENT = "+442079460000", "+447700900123", "+447700900456", "+447700900999"
SOURCE = source_of(format="twilio", name="texts", own=[OURS, AGENT], region="GB")
LONDON = source_of(format="twilio", name="texts", own=[OURS], region="GB", timezone="Europe/London")


def sid(kind, number):
    return f"{kind}{number:032x}"


def message(number, *, frm=ANN, to=OURS, body="hello", direction="inbound", status="received", kind="SM", **more):
    ref = sid(kind, number)
    return {
        "account_sid": sid("AC", 1),
        "api_version": "2010-04-01",
        "body": body,
        "date_created": "Fri, 20 Nov 2026 09:00:00 +0000",
        "date_sent": "Fri, 20 Nov 2026 09:00:01 +0000",
        "date_updated": "Fri, 20 Nov 2026 09:00:02 +0000",
        "direction": direction,
        "error_code": None,
        "error_message": None,
        "from": frm,
        "messaging_service_sid": None,
        "num_media": "0",
        "num_segments": "1",
        "price": "-0.00750",
        "price_unit": "USD",
        "sid": ref,
        "status": status,
        "subresource_uris": {"media": f"/{ref}/Media.json"},
        "to": to,
        "uri": f"/{ref}.json",
    } | more


def call(number, *, frm=ANN, to=OURS, direction="inbound", status="completed", parent=None, **more):
    ref = sid("CA", number)
    return {
        "account_sid": sid("AC", 1),
        "annotation": None,
        "answered_by": None,
        "api_version": "2010-04-01",
        "caller_name": None,
        "date_created": "Fri, 20 Nov 2026 10:00:00 +0000",
        "date_updated": "Fri, 20 Nov 2026 10:02:00 +0000",
        "direction": direction,
        "duration": "61",
        "end_time": "Fri, 20 Nov 2026 10:01:01 +0000",
        "forwarded_from": None,
        "from": frm,
        "from_formatted": frm,
        "group_sid": None,
        "parent_call_sid": parent,
        "phone_number_sid": sid("PN", 1),
        "price": "-0.2",
        "price_unit": "USD",
        "queue_time": "0",
        "sid": ref,
        "start_time": "Fri, 20 Nov 2026 10:00:00 +0000",
        "status": status,
        "subresource_uris": {"recordings": f"/{ref}/Recordings.json"},
        "to": to,
        "to_formatted": to,
        "trunk_sid": None,
        "uri": f"/{ref}.json",
    } | more


def recording(number, call_number, **more):
    return {
        "account_sid": sid("AC", 1), "api_version": "2010-04-01", "call_sid": sid("CA", call_number), "channels": 1,
        "date_created": "Fri, 20 Nov 2026 10:02:00 +0000", "date_updated": "Fri, 20 Nov 2026 10:02:00 +0000",
        "duration": "60", "media_url": "https://…", "sid": sid("RE", number), "source": "RecordVerb", "status": "completed",
        "uri": "/x.json",
    } | more  # fmt: skip


def transcription(number, recording_number, text, **more):
    return {
        "account_sid": sid("AC", 1), "api_version": "2010-04-01", "date_created": "Fri, 20 Nov 2026 10:03:00 +0000",
        "date_updated": "Fri, 20 Nov 2026 10:03:00 +0000", "duration": "60", "price": None, "price_unit": "USD",
        "recording_sid": sid("RE", recording_number), "sid": sid("TR", number), "status": "completed",
        "transcription_text": text, "type": "fast", "uri": "/x.json",
    } | more  # fmt: skip


def transcript(number, recording_number, roles=(), **more):
    """A transcript of Conversational Intelligence; ``roles`` by channel."""
    media = {"source_sid": sid("RE", recording_number), "media_url": None}
    people = [{"channel_participant": at, "role": role, "full_name": "Ann"} for at, role in dict(roles).items()]
    return {
        "account_sid": sid("AC", 1), "service_sid": sid("GA", 1), "sid": sid("GT", number), "status": "completed",
        "date_created": "2026-11-20T10:03:00Z", "channel": {"media_properties": media, "participants": people},
        "language_code": "en-US", "links": {"sentences": "https://…"},
    } | more  # fmt: skip


def sentences(number, *said, redacted="", **more):
    """A page of a transcript's sentences, each with its index, channel and words."""
    url = f"https://intelligence.example/v2/Transcripts/{sid('GT', number)}/Sentences?{redacted}PageSize=50&Page=0"
    found = [
        {"sentence_index": at, "media_channel": channel, "transcript": words, "sid": sid("GX", at), "confidence": "0.9"}
        for at, channel, words in said
    ]
    return {"sentences": found, "meta": {"key": "sentences", "page": 0, "page_size": 50, "url": url}} | more


def page(name, *records):
    return json.dumps({"end": 1, "next_page_uri": None, "page": 0, name: list(records), "start": 0, "uri": "/x.json"})


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def table(*rows):
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


SPECIMEN = Specimen(
    SOURCE,
    {
        "all.json": page(
            "calls",
            call(1, caller_name="ANN ARCHER", answered_by="human"),
            call(2, frm=OURS, to=BOB, direction="outbound-dial", parent=sid("CA", 1)),
            message(3, num_media="1", kind="MM"),
            message(4, frm=OURS, to=ANN, direction="outbound-api", status="failed", error_code=30004),
            recording(5, 1),
            transcription(6, 5, "where is my order"),
            transcript(8, 5, {1: "Customer", 2: "Agent"}),
            sentences(8, (0, 2, "How can I help?"), (1, 1, "My order is GT-1001.")),
        ).encode()
    },
    "all.json",
    load_json,
    may_lack=frozenset(f"calls.channel.participants{name}" for name in ("", ".role", ".channel_participant")),
)


# --- what a record says ---


def test_a_text_is_one_interaction_with_the_person_on_its_other_end(tmp_path):
    files = {"a": page("messages", message(1), message(2, frm=OURS, to=ANN, direction="outbound-reply", status="delivered"))}
    outcome = extracted(tmp_path, files, SOURCE)
    asked, answered = outcome.records
    assert (asked.source_ref, asked.channel, asked.direction, asked.status) == (sid("SM", 1), "sms", "inbound", "received")
    assert (answered.direction, answered.status) == ("outbound", "delivered")
    assert asked.occurred_at == datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC)
    assert asked.updated_at == datetime(2026, 11, 20, 9, 0, 2, tzinfo=UTC)
    assert asked.conversation_ref == answered.conversation_ref == f"{OURS}~{ANN}"
    assert party(asked, evidence="channel") == party(answered) == {("phone", "", ANN)}
    assert (asked.party_ref, asked.text, asked.position) == (ANN, "hello", "record 1 of line 1")
    assert asked.source_metadata == {"our_number": OURS}
    assert answered.source_metadata == {"our_number": OURS, "via": "outbound-reply"}
    assert not outcome.quarantined
    assert not outcome.warnings


def test_a_call_has_its_duration_outcome_and_time(tmp_path):
    (record,) = extracted(tmp_path, {"a": page("calls", call(1, answered_by="machine_start"))}, SOURCE).records
    assert (record.channel, record.direction, record.status) == ("voice", "inbound", "completed")
    assert (record.duration_seconds, record.conversation_ref, record.in_reply_to_ref) == (61.0, sid("CA", 1), None)
    assert record.occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert record.source_metadata == {"answered_by": "machine_start", "our_number": OURS}


def test_a_callers_name_is_a_claim_and_only_of_who_calls_us(tmp_path):
    files = {
        "a": page(
            "calls",
            call(1, caller_name="Ann Archer"),
            call(2, frm=OURS, to=BOB, direction="outbound-api", caller_name="The Shop"),
        )
    }
    asked, made = extracted(tmp_path, files, SOURCE).records
    assert party(asked, evidence="claimed") == {("name", "", "Ann Archer")}
    assert party(made) == {("phone", "", BOB)}


@pytest.mark.parametrize(
    ("leg", "direction", "who"),
    [
        pytest.param({"frm": ANN, "to": "+447700900777"}, "inbound", ANN, id="to a phone of ours that is not listed"),
        pytest.param({"frm": ANN, "to": "client:gus"}, "inbound", ANN, id="to a browser of ours"),
        pytest.param({"frm": OURS, "to": BOB}, "outbound", BOB, id="to somebody else, with our number"),
        pytest.param({"frm": OURS, "to": AGENT}, "internal", None, id="to an agent, with our number"),
    ],
)
def test_a_leg_points_to_its_call_and_belongs_to_the_person(tmp_path, leg, direction, who):
    files = {"a": page("calls", call(2, parent=sid("CA", 1), direction="outbound-dial", **leg), call(1))}
    record = extracted(tmp_path, files, SOURCE).records[0]
    assert (record.in_reply_to_ref, record.conversation_ref) == (sid("CA", 1), sid("CA", 1))
    assert (record.direction, {each.value for each in record.party}) == (direction, {who} - {None})
    assert record.source_metadata["via"] == "outbound-dial"


@pytest.mark.parametrize(
    ("fields", "direction", "reason"),
    [
        pytest.param({"frm": "client:gus", "to": ""}, "internal", "internal", id="from a browser of ours"),
        pytest.param({"frm": "sip:101@shop.sip.twilio.com", "to": OURS}, "internal", "internal", id="from a desk phone"),
        pytest.param({"frm": AGENT, "to": OURS}, "internal", "internal", id="between two numbers of ours"),
        pytest.param({"frm": "", "to": OURS}, "inbound", "no_identifier", id="from nobody"),
        pytest.param({"frm": "+266696687", "to": OURS}, "inbound", "no_identifier", id="from ANONYMOUS on a keypad"),
        pytest.param({"frm": "Restricted", "to": OURS}, "inbound", "no_identifier", id="from a number kept back"),
        pytest.param({"frm": "12345", "to": OURS}, "inbound", "short_code", id="from a short code"),
    ],
)
def test_a_call_without_a_customer_says_why(tmp_path, fields, direction, reason):
    (record,) = extracted(tmp_path, {"a": page("calls", call(1, **fields))}, SOURCE).records
    assert (record.direction, record.reason, record.party) == (direction, reason, [])


def test_a_call_out_of_a_browser_names_who_made_it(tmp_path):
    files = {
        "a": page("calls", call(1, frm="client:gus", to=BOB), call(2, frm="client:gus", to=BOB, direction="outbound-dial"))
    }
    for record in extracted(tmp_path, files, SOURCE).records:
        assert (record.direction, record.agent_ref, party(record)) == ("outbound", "gus", {("phone", "", BOB)})


def test_a_sip_address_is_a_number_or_an_account_of_its_own(tmp_path):
    files = {"a": page("calls", call(1, frm=f"sip:{BOB}@trunk.example:5060"), call(2, frm="sip:carl@pbx.example"))}
    number, account = extracted(tmp_path, files, SOURCE).records
    assert party(number) == {("phone", "", BOB)}
    assert party(account) == {("account", "sip", "carl@pbx.example")}


@pytest.mark.parametrize(
    ("sender", "channel", "identifier"),
    [
        (f"whatsapp:{ANN}", "chat", ("phone", "", ANN)),
        ("whatsapp:GB.13491208655302741918", "chat", ("account", "whatsapp", "GB.13491208655302741918")),
        ("messenger:1234567890123456789", "social", ("account", "messenger", "1234567890123456789")),
        (f"rcs:{ANN}", "sms", ("phone", "", ANN)),
        (ANN, "sms", ("phone", "", ANN)),
    ],
)
def test_the_address_tells_the_channel(tmp_path, sender, channel, identifier):
    to = OURS if ":" not in sender else f"{sender.partition(':')[0]}:{OURS}"
    (record,) = extracted(tmp_path, {"a": lines(message(1, frm=sender, to=to))}, SOURCE).records
    assert (record.channel, record.direction, party(record)) == (channel, "inbound", {identifier})


def test_a_text_and_a_whatsapp_between_the_same_numbers_are_two_threads(tmp_path):
    """A conversation is a thread in one channel, and the number that a desk texts from is often its WhatsApp, too."""
    there, here = f"whatsapp:{ANN}", f"whatsapp:{OURS}"
    answer = message(3, frm=here, to=there, direction="outbound-api", status="read")
    files = {"a": lines(message(1), message(2, frm=there, to=here), answer)}
    assert [(record.channel, record.conversation_ref) for record in extracted(tmp_path, files, SOURCE).records] == [
        ("sms", f"{OURS}~{ANN}"), ("chat", f"whatsapp:{OURS}~{ANN}"), ("chat", f"whatsapp:{OURS}~{ANN}"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "direction", "reason"),
    [
        ({"frm": "ParcelCo"}, "inbound", "short_code"),
        ({"frm": "60777"}, "inbound", "short_code"),
        ({"frm": OURS, "to": "60777", "direction": "outbound-api"}, "outbound", "short_code"),
        ({"frm": OURS, "to": AGENT, "direction": "outbound-api"}, "internal", "internal"),
        ({"frm": "", "to": "", "direction": "outbound-api"}, "outbound", "no_identifier"),
        ({"frm": "+1"}, "inbound", "short_code"),
    ],
)
def test_codes_and_our_own_phones_are_no_customers(tmp_path, fields, direction, reason):
    (record,) = extracted(tmp_path, {"a": lines(message(1, **fields))}, SOURCE).records
    assert (record.direction, record.reason, record.party) == (direction, reason, [])


def test_a_sender_may_be_left_to_the_messaging_service(tmp_path):
    files = {"a": lines(message(1, frm=None, to=ANN, direction="outbound-api", status="accepted", date_sent=None))}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.status, record.conversation_ref, party(record)) == ("accepted", ANN, {("phone", "", ANN)})
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)


def test_what_did_not_arrive_is_kept_with_its_error(tmp_path):
    files = {"a": lines(message(1, frm=OURS, to=ANN, direction="outbound-api", status="undelivered", error_code="30003"))}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.status, record.source_metadata["error_code"]) == ("undelivered", "30003")


@pytest.mark.parametrize("rows", [1, 60], ids=["row by row", "by column"])
def test_who_twilio_may_not_text_any_more_said_no(tmp_path, rows):
    refused = CONSOLE | {"From": OURS, "To": ANN, "Direction": "outbound-api", "Status": "failed", "ErrorCode": "21610"}
    files = {"log.csv": table(*[refused | {"Sid": sid("SM", each)} for each in range(rows)])}
    records = extracted(tmp_path, files, SOURCE).records
    assert [each.consent for each in records] == [[ConsentSignal("sms", "marketing", False, ANN)]] * rows


def test_media_are_counted_and_stop_is_a_no(tmp_path):
    files = {"a": lines(message(1, num_media="2", kind="MM"), message(2, body="STOP"), message(3, body="Call 07700 900456"))}
    media, stop, claim = extracted(tmp_path, files, SOURCE).records
    assert media.attachments == [Attachment("", None, "")] * 2
    assert [(each.channel, each.allowed, each.value) for each in stop.consent] == [("sms", False, ANN)]
    assert party(claim, evidence="claimed") == {("phone", "", BOB)}


# --- its dialects ---

CONSOLE = {
    "From": ANN, "To": OURS, "Body": 'two\nlines, "quoted"', "Status": "received", "SentDate": "2026-11-20T09:00:01Z",
    "ApiVersion": "2010-04-01", "NumSegments": "1", "ErrorCode": "0", "AccountSid": sid("AC", 1), "Sid": sid("SM", 1),
    "Direction": "inbound", "Price": "-0.0075", "PriceUnit": "USD",
}  # fmt: skip
CALL_LOG = {
    "Call Sid": sid("CA", 1), "Parent Call Sid": "", "Direction": "Outgoing Dial", "From": OURS, "To": ANN,
    "Status": "No Answer", "Start Time": "2026-11-20 10:00:00 UTC", "End Time": "2026-11-20 10:00:20 UTC", "Duration": "0",
}  # fmt: skip


def test_the_consoles_table_of_messages_says_the_same(tmp_path):
    outcome = extracted(tmp_path, {"log.csv": table(CONSOLE)}, SOURCE)
    (record,) = outcome.records
    assert (record.source_ref, record.text, record.position) == (sid("SM", 1), 'two\nlines, "quoted"', "row 2")
    assert record.occurred_at == datetime(2026, 11, 20, 9, 0, 1, tzinfo=UTC)
    assert party(record) == {("phone", "", ANN)}
    assert record.source_metadata == {"our_number": OURS}
    assert not outcome.warnings


@pytest.mark.parametrize("rows", [1, 60], ids=["row by row", "by column"])
def test_the_console_says_of_an_answer_that_it_went_out(tmp_path, rows):
    answer = CONSOLE | {"From": OURS, "To": ANN, "Direction": "Outgoing Reply", "Body": "hello"}
    outcome = extracted(tmp_path, {"log.csv": table(*[answer | {"Sid": sid("SM", each)} for each in range(rows)])}, SOURCE)
    assert {(each.direction, each.source_metadata["via"]) for each in outcome.records} == {("outbound", "outbound-reply")}
    assert len(outcome.records) == rows


@pytest.mark.parametrize("rows", [1, 60], ids=["row by row", "by column"])
def test_in_the_consoles_table_a_whatsapp_is_a_thread_apart_too(tmp_path, rows):
    chat = CONSOLE | {"From": f"whatsapp:{ANN}", "To": f"whatsapp:{OURS}", "Body": "hello"}
    outcome = extracted(tmp_path, {"log.csv": table(*[chat | {"Sid": sid("SM", each)} for each in range(rows)])}, SOURCE)
    assert {(each.channel, each.conversation_ref) for each in outcome.records} == {("chat", f"whatsapp:{OURS}~{ANN}")}
    assert len(outcome.records) == rows


def test_a_table_of_calls_says_the_same(tmp_path):
    outcome = extracted(tmp_path, {"log.csv": table(CALL_LOG)}, SOURCE)
    (record,) = outcome.records
    assert (record.source_ref, record.direction, record.status) == (sid("CA", 1), "outbound", "no-answer")
    assert (record.duration_seconds, record.occurred_at) == (0.0, datetime(2026, 11, 20, 10, tzinfo=UTC))
    assert not outcome.warnings


def test_a_time_without_a_zone_needs_the_sources(tmp_path):
    bare = table(CONSOLE | {"SentDate": "2026-07-20 09:00:01"})
    ((_, reason),) = extracted(tmp_path / "a", {"log.csv": bare}, SOURCE).quarantined
    assert "declares no 'timezone'" in reason
    (record,) = extracted(tmp_path / "b", {"log.csv": bare}, LONDON).records
    assert record.occurred_at == datetime(2026, 7, 20, 8, 0, 1, tzinfo=UTC)


def test_a_row_that_may_have_been_cut_off_is_told(tmp_path):
    outcome = extracted(tmp_path, {"log.csv": table(CONSOLE).rstrip("\n")}, SOURCE)
    assert len(outcome.records) == 1
    assert outcome.warnings == {"the last line has no line end: it may have been cut off": 1}


def test_columns_that_are_new_are_told_and_those_that_are_gone_cost_the_rows(tmp_path):
    new = extracted(tmp_path / "a", {"log.csv": table(CONSOLE | {"Mood": "fine"})}, SOURCE)
    assert new.warnings == {"unknown field 'Mood'": 1}
    renamed = {("Text" if name == "Body" else name): value for name, value in CONSOLE.items()}
    gone = extracted(tmp_path / "b", {"log.csv": table(renamed)}, SOURCE)
    assert gone.quarantined == [("row 2", "missing field 'body'")]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Ann,hello\n", id="no header"),
        pytest.param("From,To,Sid,Sid,Status\n1,2,3,4,5\n", id="a column twice"),
        pytest.param("\n", id="an empty line"),
    ],
)
def test_a_table_that_is_not_twilios_is_set_aside(tmp_path, text):
    outcome = extracted(tmp_path, {"log.csv": text}, SOURCE)
    assert outcome.records == []
    assert [at for at, _ in outcome.quarantined] == ["after the beginning"]


ISO = {"date_created": "2026-11-20T09:00:00Z", "date_sent": "2026-11-20T09:00:01Z", "date_updated": "2026-11-20T09:00:02Z"}


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"a": page("messages", message(1)), "b": page("calls", call(2))}, id="pages"),
        pytest.param({"a": json.dumps([message(1), call(2)])}, id="an array of both"),
        pytest.param({"a": lines(message(1), call(2))}, id="lines"),
        pytest.param({"a.gz": gzip.compress(lines(message(1) | ISO, call(2)).encode())}, id="Bulk Export"),
        pytest.param({"a": page("messages", message(1)) + page("calls", call(2))}, id="pages, one behind the other"),
        pytest.param({"a": "\ufeff" + json.dumps(message(1), indent=2), "b": lines(call(2))}, id="one record, and a mark"),
    ],
)
def test_every_shape_gives_the_same(tmp_path, files):
    outcome = extracted(tmp_path, files, SOURCE)
    assert [(r.source_ref, r.occurred_at.hour) for r in outcome.records] == [(sid("SM", 1), 9), (sid("CA", 2), 10)]
    assert not outcome.quarantined


def humped(record):
    """A record as the CLI and the libraries write it: camelCase, times in ISO 8601."""
    iso = {name: parsedate_to_datetime(each).isoformat() for name, each in record.items() if re.match("date_|.*_time", name)
           and name != "queue_time"}  # fmt: skip
    return {re.sub("_(.)", lambda match: match[1].upper(), name): each for name, each in (record | iso).items()}


def test_what_the_cli_writes_is_what_the_api_says(tmp_path):
    records = [
        message(1, num_media="1", error_code=30003),
        call(2),
        call(3, frm=ANN, to=AGENT, direction="outbound-dial", parent=sid("CA", 2)),
        recording(5, 2),
        transcription(7, 5, "where is it"),
    ]
    plain = extracted(tmp_path / "api", {"a.json": json.dumps(records)}, SOURCE)
    found = extracted(tmp_path / "cli", {"a.json": json.dumps([humped(each) for each in records], indent=2)}, SOURCE)
    assert found.records == plain.records
    assert [record.direction for record in found.records] == ["inbound"] * 3
    assert (found.suppressed, found.warnings, found.quarantined) == (plain.suppressed, {}, [])


def test_names_in_capitals_are_read_and_two_that_are_one_are_not(tmp_path):
    capital = {name[0].upper() + name[1:]: each for name, each in humped(message(1)).items()}
    found = extracted(tmp_path, {"a.json": lines(capital, capital | {"sid": sid("SM", 2)})}, SOURCE)
    assert [record.source_ref for record in found.records] == [sid("SM", 1)]
    assert found.quarantined == [("line 2", "a name stands twice, in upper and in lower case")]


def test_the_retired_page_of_texts_is_read_in_one_line(tmp_path):
    address = "/2010-04-01/Accounts/" + sid("AC", 1) + "/SMS/Messages.json?PageSize=50&Page="
    before = {f"{name}_page_uri": address + name for name in ("first", "next", "previous", "last")}
    read = extracted(tmp_path, {"a.json": json.dumps(before | {"sms_messages": [message(1, direction="incoming")]})}, SOURCE)
    assert [(record.source_ref, record.direction) for record in read.records] == [(sid("SM", 1), "inbound")]
    assert not read.quarantined


def test_a_page_of_the_first_api_is_set_aside_with_what_to_do(tmp_path):
    page_ = {"TwilioResponse": {"Calls": [{"Call": {"Sid": sid("CA", 1), "Caller": "2025550100", "Status": "2"}}]}}
    ((_, why),) = extracted(tmp_path, {"a.json": json.dumps(page_)}, SOURCE).quarantined
    assert "fetch it again" in why


@pytest.mark.parametrize(
    ("written", "hour"),
    [
        pytest.param("Nov 20 2026 18:00:00 GMT+0900", 9, id="the CLI's own, east"),
        pytest.param("Nov 20 2026 05:00:00 GMT-0400", 9, id="the CLI's own, west"),
        pytest.param("Fri, 20 Nov 2026 09:00:00 GMT", 9, id="GMT"),
    ],
)
def test_a_time_of_the_clis_table_is_in_the_zone_that_it_says(tmp_path, written, hour):
    table = f"SID\tFrom\tTo\tStatus\tDirection\tStart Time\n{sid('CA', 1)}\t{ANN}\t{OURS}\tcompleted\tinbound\t{written}\n"
    (record,) = extracted(tmp_path, {"a.tsv": table}, SOURCE).records
    assert record.occurred_at == datetime(2026, 11, 20, hour, tzinfo=UTC)


def test_empty_texts_where_others_have_null_are_nothing(tmp_path):
    files = {"a": page("calls", call(1, parent="", answered_by="", caller_name="", duration=""))}
    (record,) = extracted(tmp_path, files, SOURCE).records
    assert (record.in_reply_to_ref, record.duration_seconds) == (None, None)


@pytest.mark.parametrize(
    ("name", "count"),
    [("Messages__readFullPage1", 2), ("Messages__readEmptySentdateEquals", 0), ("Calls__readFullPage1", 2)],
)
def test_twilios_own_samples_lose_nothing(samples, name, count):
    source = source_of(format="twilio", region="US", path=f"{name}.json")
    outcome = extracted_from(samples / "voice_sms/twilio", source)
    given_ = json.loads((samples / f"voice_sms/twilio/{name}.json").read_text())
    assert outcome.read == len(outcome.records) == count
    assert [r.source_ref for r in outcome.records] == [each["sid"] for each in given_.get("messages", given_.get("calls"))]
    assert not outcome.quarantined
    assert not outcome.warnings
