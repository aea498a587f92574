"""Contact records and transcripts in the shape of Amazon Connect's data model, written here: there is no public sample."""

import gzip
import itertools
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import INSTANTS
from tests.extract.specimens import Specimen
from tests.thorough import TIMES

SOURCE = source_of(format="amazon_connect", name="calls", region="GB", own=["+442079460000"], references=[r"GT-\d{4}"])
ANN, SHOP = "+447700900123", "+442079460000"
VENDOR = "application/vnd.amazonaws.connect"
PHONE, MAIL = "TELEPHONE_NUMBER", "EMAIL_ADDRESS"


def endpoint(address, kind=PHONE):
    return {"Address": address, "Type": kind}


def agent(name="gus", seconds=60):
    return {
        "ARN": f"arn:aws:connect:eu-west-2:1:instance/2/agent/{name}",
        "AgentInteractionDuration": seconds,
        "AfterContactWorkDuration": 3,
        "ConnectedToAgentTimestamp": "2026-11-20T09:00:30Z",
        "CustomerHoldDuration": 5,
        "NumberOfHolds": 1,
        "Username": name,
    }


def queue(name="returns", seconds=20):
    return {"ARN": "arn:…/queue/1", "Name": name, "Duration": seconds, "EnqueueTimestamp": "2026-11-20T09:00:10Z"}


def contact(ref, **more):
    return {
        "AWSAccountId": "111122223333",
        "AWSContactTraceRecordFormatVersion": "2017-03-10",
        "Agent": agent(),
        "AnsweringMachineDetectionStatus": None,
        "Attributes": {"language": "en"},
        "Campaign": None,
        "Channel": "VOICE",
        "ConnectedToSystemTimestamp": "2026-11-20T09:00:00Z",
        "ContactId": ref,
        "CustomerEndpoint": endpoint(ANN),
        "DisconnectReason": "CUSTOMER_DISCONNECT",
        "DisconnectTimestamp": "2026-11-20T09:02:00Z",
        "InitialContactId": None,
        "InitiationMethod": "INBOUND",
        "InitiationTimestamp": "2026-11-20T09:00:00Z",
        "InstanceARN": "arn:aws:connect:eu-west-2:1:instance/2",
        "LastUpdateTimestamp": "2026-11-20T09:05:00Z",
        "NextContactId": None,
        "PreviousContactId": None,
        "Queue": queue(),
        "Recordings": [],
        "SystemEndpoint": endpoint(SHOP),
        "Tags": {},
        "TransferredToEndpoint": None,
    } | more


def subtype(name):
    return {"connect:Subtype": {"ValueString": name}, "ours:Mood": {"ValueString": "fine"}}


def talk(ref, *lines, output="Raw", channel="VOICE", status="COMPLETED"):
    return {
        "Version": "1.1.0",
        "AccountId": "111122223333",
        "Channel": channel,
        "ContentMetadata": {"Output": output},
        "JobStatus": status,
        "LanguageCode": "en-GB",
        "Participants": [
            {"ParticipantId": "p1", "ParticipantRole": "CUSTOMER"},
            {"ParticipantId": "p2", "ParticipantRole": "AGENT"},
        ],
        "Categories": {"MatchedCategories": []},
        "ConversationCharacteristics": {"TotalConversationDurationMillis": 9},
        "CustomerMetadata": {"ContactId": ref, "InstanceId": "2", "InputS3Uri": "s3://…"},
        "Transcript": list(lines),
    }


def line(at, who, words):
    return {"BeginOffsetMillis": at, "EndOffsetMillis": at + 9, "Content": words, "Id": "t", "ParticipantId": who}


def message(ref, role, words, at="2026-11-20T10:00:00.000Z", kind="MESSAGE", **more):
    return {
        "AbsoluteTime": at,
        "Content": words,
        "ContentType": "text/plain",
        "Id": ref,
        "Type": kind,
        "ParticipantId": f"p-{role}",
        "DisplayName": {"CUSTOMER": "Ann", "AGENT": "Gus", "SYSTEM": "SYSTEM_MESSAGE"}.get(role, role),
        "ParticipantRole": role,
    } | more


def chat(ref, *messages, initial=None):
    return {
        "Version": "2019-08-26",
        "AWSAccountId": "111122223333",
        "InstanceId": "2",
        "InitialContactId": initial or ref,
        "ContactId": ref,
        "Participants": [{"ParticipantId": "p-CUSTOMER"}],
        "Transcript": list(messages),
    }


JOINED = {
    "AbsoluteTime": "2026-11-20T09:59:00.000Z",
    "ContentType": f"{VENDOR}.event.participant.joined",
    "Id": "e1",
    "Type": "EVENT",
    "ParticipantId": "p-CUSTOMER",
    "DisplayName": "Ann",
    "ParticipantRole": "CUSTOMER",
}
RECORDING = {
    "DeletionReason": None,
    "Location": "bucket/CallRecordings/2026/11/20/c1_20261120T09:00_UTC.wav",
    "Status": "AVAILABLE",
    "MediaStreamType": "AUDIO",
    "StorageType": "S3",
}
CALL = contact("c1", Recordings=[RECORDING])
CHAT = contact(
    "c2",
    Channel="CHAT",
    InitiationMethod="API",
    CustomerEndpoint=endpoint(ANN),
    SegmentAttributes=subtype("connect:SMS"),
)
TALK = talk("c1", line(900, "p2", "How can I help?"), line(100, "p1", "My order GT-1001, I am on 07700 900456"))
SAID = chat("c2", JOINED, message("m1", "CUSTOMER", "ann@mail.example"), message("m2", "AGENT", "Thanks"))
SPECIMEN = Specimen(
    SOURCE,
    {
        "one.json": json.dumps(
            [CALL, TALK, CHAT, SAID, contact("c3", InitialContactId="c1", PreviousContactId="c1")]
        ).encode()
    },
    "one.json",
    may_lack=frozenset({"SegmentAttributes"}),
)


def read(folder, *records, source=SOURCE, dump=json.dumps):
    return extracted(folder, {"a.json": dump(list(records))}, source)


def only(outcome):
    assert not outcome.quarantined
    (record,) = outcome.records
    return record


def test_a_contact_record_is_one_call(tmp_path):
    record = only(read(tmp_path, CALL))
    assert (record.source_ref, record.conversation_ref, record.in_reply_to_ref) == ("c1", "c1", None)
    assert (record.channel, record.direction, record.status) == ("voice", "inbound", "answered")
    assert record.occurred_at == datetime(2026, 11, 20, 9, tzinfo=UTC)
    assert record.duration_seconds == 120.0
    assert party(record) == {("phone", "", ANN)}
    assert [(each.evidence, each.is_verified) for each in record.party] == [("channel", True)]
    assert (record.party_ref, record.agent_ref, record.team, record.reason) == (ANN, "gus", "returns", None)
    assert record.attachments == [Attachment("c1_20261120T09:00_UTC.wav", None, "")]
    assert record.updated_at == datetime(2026, 11, 20, 9, 5, tzinfo=UTC)
    assert record.source_metadata == {
        "initiation": "INBOUND",
        "disconnect_reason": "CUSTOMER_DISCONNECT",
        "agent_seconds": 60,
        "hold_seconds": 5,
        "queue_seconds": 20,
    }


@pytest.mark.parametrize(("status", "kept"), [("AVAILABLE", 1), ("DELETED", 0), ("NULL", 0), (None, 1)])
def test_a_recording_is_kept_where_it_is_there(tmp_path, status, kept):
    record = only(read(tmp_path, contact("c1", Recordings=[RECORDING | {"Status": status}])))
    assert len(record.attachments) == kept


def test_the_contacts_of_a_transferred_call_are_one_conversation(tmp_path):
    chain = [
        contact("c1", NextContactId="c2"),
        contact("c2", InitiationMethod="TRANSFER", InitialContactId="c1", PreviousContactId="c1", NextContactId="c3"),
        contact("c3", InitiationMethod="QUEUE_TRANSFER", InitialContactId="c1", PreviousContactId="c2"),
    ]
    records = read(tmp_path, *chain).records
    assert [(each.source_ref, each.conversation_ref, each.in_reply_to_ref) for each in records] == [
        ("c1", "c1", None),
        ("c2", "c1", "c1"),
        ("c3", "c1", "c2"),
    ]
    assert records[0].source_metadata["transferred_to_ref"] == "c2"


def test_two_versions_of_a_contact_carry_when_each_was_last_changed(tmp_path):
    later = contact("c1", LastUpdateTimestamp="2026-11-23T00:00:00Z", Agent=agent("ida"))
    new, old = read(tmp_path, later, CALL).records
    assert (new.source_ref, old.source_ref) == ("c1", "c1")
    assert new.updated_at > old.updated_at


@pytest.mark.parametrize(
    ("method", "channel", "direction"),
    [
        ("INBOUND", "VOICE", "inbound"),
        ("WEBRTC_API", "VOICE", "inbound"),
        ("TRANSFER", "VOICE", "inbound"),
        ("QUEUE_TRANSFER", "VOICE", "inbound"),
        ("OUTBOUND", "VOICE", "outbound"),
        ("EXTERNAL_OUTBOUND", "VOICE", "outbound"),
        ("CALLBACK", "VOICE", "outbound"),
        ("CALLBACK_CUSTOMER_FIRST_DIALED", "VOICE", "outbound"),
        ("DISCONNECT", "CHAT", "outbound"),
        ("AGENT_REPLY", "EMAIL", "outbound"),
        ("FLOW", "EMAIL", "outbound"),
        ("API", "VOICE", "outbound"),
        ("API", "CHAT", "inbound"),
        ("API", "EMAIL", "inbound"),
    ],
)
def test_how_a_contact_was_initiated_gives_its_direction(tmp_path, method, channel, direction):
    assert only(read(tmp_path, contact("c1", InitiationMethod=method, Channel=channel))).direction == direction


@pytest.mark.parametrize(
    ("change", "status", "seconds"),
    [
        ({}, "answered", 120.0),
        ({"Agent": None}, "abandoned", 120.0),
        ({"Agent": None, "Queue": None}, "self_service", 120.0),
        ({"Agent": None, "NextContactId": "c2"}, "transferred", 120.0),
        ({"Agent": None, "TransferredToEndpoint": endpoint("+441632960001")}, "transferred", 120.0),
        ({"Agent": None, "DisconnectTimestamp": None}, "open", None),
        ({"Agent": None, "InitiationMethod": "OUTBOUND", "ConnectedToSystemTimestamp": None}, "not_answered", 0.0),
        ({"Agent": None, "InitiationMethod": "OUTBOUND"}, "answered", 120.0),
        ({"InitiationMethod": "API", "AnsweringMachineDetectionStatus": "VOICEMAIL_BEEP"}, "voicemail", 120.0),
        ({"InitiationMethod": "API", "AnsweringMachineDetectionStatus": "UNDETECTED"}, "answered", 120.0),
        ({"ConnectedToSystemTimestamp": None}, "answered", 120.0),
        ({"ConnectedToSystemTimestamp": "2026-11-20T09:01:30Z"}, "answered", 30.0),
    ],
)
def test_what_a_call_came_to_and_how_long_it_took(tmp_path, change, status, seconds):
    record = only(read(tmp_path, contact("c1", **change)))
    assert (record.status, record.duration_seconds) == (status, seconds)


@pytest.mark.parametrize(
    ("change", "found", "reason"),
    [
        ({"CustomerEndpoint": endpoint("anonymous")}, set(), "no_identifier"),
        ({"CustomerEndpoint": endpoint("no-reply@bank.example", MAIL)}, set(), "no_reply"),
        ({"CustomerEndpoint": endpoint("mailer-daemon@mx.example", MAIL)}, set(), "bounce"),
        ({"CustomerEndpoint": endpoint("")}, set(), "no_identifier"),
        ({"CustomerEndpoint": None}, set(), "no_identifier"),
        ({"CustomerEndpoint": endpoint("12345")}, set(), "short_code"),
        ({"CustomerEndpoint": endpoint("x@y", "VOIP")}, set(), "no_identifier"),
        ({"CustomerEndpoint": endpoint(SHOP)}, set(), "internal"),
        ({"CustomerEndpoint": None, "CustomerId": "K-7"}, {("account", "calls", "K-7")}, None),
        ({"CustomerId": "K-7"}, {("account", "calls", "K-7"), ("phone", "", ANN)}, None),
    ],
)
def test_who_is_at_the_other_end(tmp_path, change, found, reason):
    record = only(read(tmp_path, contact("c1", **change)))
    assert (party(record), record.reason) == (found, reason)


def test_a_call_between_ourselves_is_internal(tmp_path):
    assert only(read(tmp_path, contact("c1", CustomerEndpoint=endpoint(SHOP)))).direction == "internal"


def test_the_customers_number_in_our_systems_is_our_own_record_of_them(tmp_path):
    record = only(read(tmp_path, contact("c1", CustomerId="K-7")))
    assert party(record, evidence="reference") == {("account", "calls", "K-7")}


def test_a_mail_is_known_by_its_thread_its_subject_and_an_address_nobody_proved(tmp_path):
    mail = {
        "Channel": "EMAIL",
        "ContactAssociationId": "thread-1",
        "CustomerEndpoint": endpoint("Ann@Mail.example", MAIL),
        "SegmentAttributes": {
            "connect:Subtype": {"ValueString": "connect:Email"},
            "connect:EmailSubject": {"ValueString": "Order GT-1001"},
        },
    }
    asked = only(read(tmp_path, contact("c1", **mail)))
    assert (asked.channel, asked.conversation_ref, asked.subject) == ("email", "thread-1", "Order GT-1001")
    assert asked.duration_seconds is None
    assert party(asked) == {("email", "", "ann@mail.example"), ("reference", "", "GT-1001")}
    assert [each.is_verified for each in asked.party if each.kind == "email"] == [False]
    answered = only(read(tmp_path, contact("c1", **mail | {"InitiationMethod": "AGENT_REPLY"})))
    assert [(each.kind, each.is_verified) for each in answered.party] == [("email", True)]


def test_tasks_and_supervisors_who_listen_in_are_no_contacts(tmp_path):
    outcome = read(tmp_path, contact("c1", Channel="TASK"), contact("c2", InitiationMethod="MONITOR"), CALL)
    assert only(outcome).source_ref == "c1"
    assert outcome.suppressed == {
        "a task: work for an agent, with nobody at the other end": 1,
        "a supervisor who listens in": 1,
    }


RECORDS = [CALL, contact("c2"), contact("c3")]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("".join(map(json.dumps, RECORDS)).encode(), id="one right after the other"),
        pytest.param(gzip.compress("".join(map(json.dumps, RECORDS)).encode()), id="the same, gzipped"),
        pytest.param("\n".join(map(json.dumps, RECORDS)).encode(), id="one a line"),
        pytest.param(json.dumps(RECORDS, indent=1).encode(), id="an array"),
        pytest.param("".join(json.dumps(each, indent=1) for each in RECORDS).encode(), id="pretty-printed, in a row"),
    ],
)
def test_every_shape_of_export_gives_the_same(tmp_path, content):
    outcome = extracted(tmp_path, {"a": content}, SOURCE)
    assert [each.source_ref for each in outcome.records] == ["c1", "c2", "c3"]
    assert outcome.records[0].attachments
    assert not outcome.quarantined
    assert not outcome.warnings


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(CALL, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("ContactId", "Channel", "InitiationMethod", "InitiationTimestamp")
        ),
        pytest.param(CALL | {"Channel": "FAX"}, "field 'Channel' has a value we do not know", id="a channel not seen"),
        pytest.param(CALL | {"InitiationMethod": "DREAM"}, "field 'InitiationMethod' has", id="a method not seen"),
        pytest.param(CALL | {"InitiationTimestamp": None}, "missing field", id="no start"),
        pytest.param(CALL | {"InitiationTimestamp": "yesterday"}, "not a time", id="a start that is no time"),
        pytest.param(CALL | {"InitiationTimestamp": "2026-11-20T09:00:00"}, "without an offset", id="no zone"),
        pytest.param(CALL | {"DisconnectTimestamp": "2026-11-20T08:00:00Z"}, "ends before it begins", id="time backwards"),
        pytest.param(CALL | {"CustomerEndpoint": ANN}, "field 'CustomerEndpoint' is not a record", id="another shape"),
        pytest.param(CALL | {"CustomerEndpoint": {"Address": ANN}}, "missing field 'Type'", id="an endpoint without a type"),
        pytest.param(CALL | {"CustomerEndpoint": endpoint(ANN, "PIGEON")}, "field 'Type' has", id="an endpoint not seen"),
        pytest.param(CALL | {"Agent": "gus"}, "field 'Agent' is not a record", id="an agent of another shape"),
        pytest.param(CALL | {"Recordings": [RECORDING | {"Status": "LOST"}]}, "field 'Status' has", id="a status not seen"),
        pytest.param(
            CALL | {"AnsweringMachineDetectionStatus": "MAYBE"}, "has a value we do not know", id="an answer not seen"
        ),
        pytest.param({"Contact": {"Id": "c1"}}, "neither a contact record nor a transcript", id="DescribeContact"),
        pytest.param({"a": 1}, "neither a contact record nor a transcript", id="something else"),
        pytest.param([], "neither", id="a list"),
        pytest.param(None, "neither", id="nothing"),
        pytest.param(without(TALK, "CustomerMetadata"), "missing field 'CustomerMetadata'", id="a transcript of nobody"),
        pytest.param(TALK | {"JobStatus": "ASLEEP"}, "field 'JobStatus' has", id="a job status not seen"),
        pytest.param(TALK | {"Transcript": {}}, "field 'Transcript' is not a list", id="a transcript of another shape"),
        pytest.param(talk("c1", line(1, "p9", "x")), "nobody of its participants", id="a line by nobody"),
        pytest.param(
            talk("c1", without(line(1, "p1", "x"), "Content")), "missing field 'Content'", id="a line without words"
        ),
        pytest.param(without(SAID, "ContactId"), "missing field 'ContactId'", id="a chat without an id"),
    ],
)
def test_a_record_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, contact("c8"), bad, contact("c9"))
    assert [each.source_ref for each in outcome.records] == ["c8", "c9"]
    ((position, why),) = outcome.quarantined
    assert position == "record 2"
    assert reason in why


@pytest.mark.parametrize("share", range(3, 100, 5))  # none of them right between two records: that is a shorter file
@pytest.mark.parametrize("is_zipped", [False, True], ids=["plain", "gzipped"])
def test_a_file_cut_off_is_told_and_what_stands_before_is_read(tmp_path, share, is_zipped):
    whole = "".join(json.dumps(contact(f"c{number}")) for number in range(20)).encode()
    whole = gzip.compress(whole) if is_zipped else whole
    outcome = extracted(tmp_path, {"a": whole[: len(whole) * share // 100]}, SOURCE)
    assert outcome.quarantined
    assert [each.source_ref for each in outcome.records] == [f"c{number}" for number in range(len(outcome.records))]
    if not is_zipped:
        assert len(outcome.records) >= 20 * share // 100 - 1


@pytest.mark.parametrize(
    "content",
    [
        pytest.param('{"ContactId": NaN}', id="NaN"),
        pytest.param('{"ContactId": "c", "ContactId": "d"}', id="a name twice"),
        pytest.param("[" * 100_000, id="deep nesting"),
        pytest.param('{"Transcript": ' * 50_000, id="deep records"),
        pytest.param(json.dumps(CALL | {"ContactId": 2**70}), id="a number beyond 64 bits"),
        pytest.param(json.dumps(CALL | {"ContactId": True}), id="an id that is none"),
        pytest.param("", id="nothing"),
        pytest.param("\0\0\0", id="NUL"),
    ],
)
def test_hostile_files_are_contained(tmp_path, content):
    outcome = extracted(tmp_path, {"a": content, "b": json.dumps(contact("c9"))}, SOURCE)
    assert [each.source_ref for each in outcome.records] == ["c9"]
    assert outcome.quarantined


# Calls out of any world.


def stamp(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def number_of(person):
    return f"+44770090{person:04}"


CALLS = st.lists(
    st.tuples(st.integers(0, 9_999), st.booleans(), INSTANTS, st.integers(0, 50_000), st.integers(0, 50_000)),
    min_size=1,
    max_size=6,
)
DUMPS = [json.dumps, lambda all_: "".join(map(json.dumps, all_)), lambda all_: "\n".join(map(json.dumps, all_))]
FOLDER = itertools.count()


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(calls=CALLS, dump=st.sampled_from(DUMPS))
def test_a_random_world_of_calls_comes_back(tmp_path, calls, dump):
    records = [
        contact(
            f"c{ref}",
            CustomerEndpoint=endpoint(number_of(person)),
            InitiationMethod="OUTBOUND" if is_ours else "INBOUND",
            InitiationTimestamp=stamp(at),
            ConnectedToSystemTimestamp=stamp(at + timedelta(seconds=rung)),
            DisconnectTimestamp=stamp(at + timedelta(seconds=rung + talked)),
        )
        for ref, (person, is_ours, at, rung, talked) in enumerate(calls)
    ]
    outcome = extracted(tmp_path / str(next(FOLDER)), {"a": dump(records)}, SOURCE)
    assert not outcome.quarantined
    found = [
        (each.source_ref, each.party[0].value, each.direction, each.occurred_at, each.duration_seconds)
        for each in outcome.records
    ]
    assert found == [
        (f"c{ref}", number_of(person), "outbound" if is_ours else "inbound", at, float(talked))
        for ref, (person, is_ours, at, _, talked) in enumerate(calls)
    ]
