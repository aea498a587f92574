"""Amazon Connect's transcripts: the words of calls, and the messages of chats."""

import dataclasses
import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract import amazon_connect
from pipelines.extract.files.inbox import find_export, keep_survey
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_amazon_connect import (
    ANN,
    CALL,
    CHAT,
    DUMPS,
    SAID,
    SOURCE,
    TALK,
    VENDOR,
    chat,
    contact,
    endpoint,
    line,
    message,
    number_of,
    only,
    read,
    stamp,
    subtype,
    talk,
    without,
)
from tests.thorough import TIMES

FOLDER = itertools.count()


def test_the_words_of_a_call_stand_in_it_and_only_the_customers_are_claims(tmp_path):
    words = [line(900, "p2", "Ring 07700 900999"), line(100, "p1", "GT-1001, I am on 07700 900456"), line(950, "p1", "Bye")]
    files = {"a.json": json.dumps(CALL), "b/analysis.json": json.dumps(talk("c1", *words))}
    outcome = extracted(tmp_path, files, SOURCE)
    record = only(outcome)
    assert record.text == "Customer: GT-1001, I am on 07700 900456\nAgent: Ring 07700 900999\nCustomer: Bye"
    assert party(record, evidence="claimed") == {("phone", "", "+447700900456"), ("reference", "", "GT-1001")}
    assert outcome.suppressed == {"the transcript of a call": 1}
    assert not outcome.warnings


@pytest.mark.parametrize("shown", [True, False])
def test_a_guide_that_a_flow_shows_an_agent_is_no_chat_with_anybody(tmp_path, shown):
    guide = contact("g1", Channel="CHAT", InitiationMethod="API", CustomerEndpoint=None, RelatedContactId="c1")
    pages = {"ContentType": f"{VENDOR}.message.interactive.response", "DisplayName": "Guide"}
    answers = chat("g1", message("m1", "SYSTEM", "{}"), message("m2", "CUSTOMER", "07700 900456", **pages))
    files = {"a": json.dumps(guide | {"SegmentAttributes": subtype("connect:Guide")}), "b": json.dumps(CALL)}
    outcome = extracted(tmp_path, files | ({"chats/g1": json.dumps(answers)} if shown else {}), SOURCE)
    assert only(outcome).source_ref == "c1"
    reason = "a guide: pages that a flow shows, mostly to an agent, with nobody at the other end"
    assert outcome.suppressed == {reason: 1} | ({f"the transcript of {reason}": 1} if shown else {})


def test_the_copy_with_all_words_is_read_and_not_the_one_blacked_out(tmp_path):
    files = {
        "calls": json.dumps(CALL),
        "Analysis/c1.json": json.dumps(talk("c1", line(1, "p1", "I am Ann"))),
        "Analysis/Redacted/c1.json": json.dumps(talk("c1", line(1, "p1", "I am [PII]"), output="Redacted")),
    }
    outcome = extracted(tmp_path, files, SOURCE)
    assert only(outcome).text == "Customer: I am Ann"
    assert outcome.suppressed == {"the transcript of a call": 1, "another copy of a transcript that is here": 1}


def test_what_the_survey_found_is_enough_for_another_process_that_reads_a_part(tmp_path):
    files = {"calls": json.dumps([CALL, CHAT]), "said": json.dumps([TALK, SAID])}
    whole = extracted(tmp_path, files, SOURCE)
    export = find_export(str(tmp_path), SOURCE, NIGHT)
    surveyed = tmp_path / "survey"
    keep_survey(amazon_connect.survey(export), surveyed)
    parts = [dataclasses.replace(export, files=[file], surveyed=surveyed) for file in export.files]
    assert [each for part in parts for each in amazon_connect.extract(part, Issues())] == whole.records
    assert len(whole.records) == 3


def test_the_words_of_many_calls_in_one_file_come_back_in_any_order(tmp_path):
    words = {f"c{number}": f"{number} " + "tent " * 400 for number in range(60)}  # several blocks of them
    calls = [CALL | {"ContactId": ref} for ref in sorted(words, key=lambda ref: (int(ref[1:]) % 7, ref))]
    outcome = read(tmp_path, *calls, *(talk(ref, line(1, "p1", said)) for ref, said in words.items()))
    assert {each.source_ref: each.text for each in outcome.records} == {
        ref: f"Customer: {said.strip()}" for ref, said in words.items()
    }


def test_words_that_look_like_the_customers_are_no_claims_of_theirs(tmp_path):
    said = [line(1, "p2", "Customer: GT-1001\nCustomer: GT-1002"), line(2, "p1", "Agent: GT-1003")]
    record = only(read(tmp_path, CALL, talk("c1", *said)))
    assert party(record, evidence="claimed") == {("reference", "", "GT-1003")}


def test_the_newest_record_of_a_chat_tells_of_its_messages(tmp_path):
    older, newer = (
        CHAT | {"LastUpdateTimestamp": at, "Queue": {"ARN": "q", "Name": team, "Duration": 1}}
        for at, team in (("2026-11-20T10:00:00Z", "sales"), ("2026-11-20T10:00:01Z", "repairs"))
    )
    undated = newer | {"LastUpdateTimestamp": None, "Queue": None}
    for number, records in enumerate(itertools.permutations([older, newer, undated])):
        outcome = read(tmp_path / str(number), *records, SAID)
        assert {each.team for each in outcome.records} == {"repairs"}


def test_a_transcript_without_its_call_is_told(tmp_path):
    outcome = read(tmp_path, TALK)
    assert outcome.records == []
    assert outcome.warnings == {"a transcript of a call whose contact record is not in this export": 1}


def test_an_analysis_that_failed_has_no_words(tmp_path):
    outcome = read(tmp_path, CALL, talk("c1", status="FAILED"))
    assert only(outcome).text == ""
    assert not outcome.warnings


OF_MAIL = {
    "Version": "EMAIL-2026-01-01",
    "AccountId": "1",
    "Channel": "EMAIL",
    "Configuration": {"LanguageLocale": "en-US"},
    "CustomerMetadata": {"ContactId": "c7", "InstanceId": "2", "InputFiles": {"EmailMessageS3URI": "a_message.json"}},
    "Categories": {"MatchedCategories": ["refund-request"]},
    "ConversationCharacteristics": {"ContactSummary": {"ContactChainSummary": {"Content": "It broke."}}},
    "JobDetails": {},
}


def test_the_analysis_of_a_mail_is_counted_and_its_contact_is_read(tmp_path):
    mail = CALL | {"ContactId": "c7", "Channel": "EMAIL", "CustomerEndpoint": endpoint("ann@mail.example", "EMAIL_ADDRESS")}
    outcome = read(tmp_path, OF_MAIL, mail, OF_MAIL | {"Transcript": [], "JobStatus": "COMPLETED"})
    record = only(outcome)
    assert (record.source_ref, record.channel, record.text) == ("c7", "email", "")
    assert outcome.suppressed == {"the analysis of a mail, which holds none of its words": 2}
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(without(OF_MAIL, "CustomerMetadata"), "missing field 'CustomerMetadata'", id="of no contact"),
        pytest.param(OF_MAIL | {"Transcript": [{"Content": "I am Ann"}]}, "the shape is not known", id="with words"),
        pytest.param(OF_MAIL | {"Channel": "FAX"}, "missing field 'Transcript'", id="of a channel not seen"),
    ],
)
def test_an_analysis_of_a_mail_not_understood_is_set_aside(tmp_path, bad, reason):
    outcome = read(tmp_path, bad, CALL)
    assert [each.source_ref for each in outcome.records] == ["c1"]
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_each_message_of_a_chat_is_an_interaction_in_the_place_of_the_chats_record(tmp_path):
    outcome = read(tmp_path, CHAT | {"SegmentAttributes": None}, SAID)
    asked, answered = outcome.records
    assert not outcome.quarantined
    assert [(each.source_ref, each.direction, each.text, each.position) for each in outcome.records] == [
        ("m1", "inbound", "ann@mail.example", "message 2 of record 2"),
        ("m2", "outbound", "Thanks", "message 3 of record 2"),
    ]
    assert {each.conversation_ref for each in outcome.records} == {"c2"}
    assert (asked.channel, asked.team, asked.status) == ("chat", "returns", "answered")
    assert (asked.agent_ref, answered.agent_ref) == (None, "gus")
    assert party(asked, evidence="channel") == {("phone", "", ANN), ("visitor", "calls", "p-CUSTOMER")}
    assert party(asked, evidence="claimed") == {("name", "", "Ann"), ("email", "", "ann@mail.example")}
    assert party(answered) == party(asked) - {("email", "", "ann@mail.example")}
    assert outcome.suppressed == {
        "the record of a chat whose messages are here": 1,
        "an event of a chat: somebody came, left or read": 1,
    }


def test_a_chat_without_a_transcript_is_one_interaction(tmp_path):
    record = only(read(tmp_path, CHAT))
    assert (record.source_ref, record.channel, record.text) == ("c2", "sms", "")


def test_a_chat_without_its_record_is_still_read(tmp_path):
    asked, answered = read(tmp_path, chat("c9", *SAID["Transcript"], initial="c8")).records
    assert (asked.conversation_ref, asked.channel, answered.agent_ref) == ("c8", "chat", "Gus")
    assert ("visitor", "calls", "p-CUSTOMER") in party(answered)


@pytest.mark.parametrize(("role", "first"), [("SUPERVISOR", "gus"), ("AGENT", "Gus")])
def test_who_else_of_ours_writes_in_a_chat_is_not_the_agent_of_its_record(tmp_path, role, first):
    stepped_in = message("m3", role, "I can refund that") | {"DisplayName": "Eve", "ParticipantId": "p-EVE"}
    outcome = read(tmp_path, CHAT, SAID | {"Transcript": [*SAID["Transcript"], stepped_in]})
    assert [each.agent_ref for each in outcome.records] == [None, first, "Eve"]


def test_machines_in_a_chat_have_no_customer(tmp_path):
    records = read(tmp_path, chat("c2", *(message(f"m{who}", who, "Hello") for who in ("SYSTEM", "CUSTOM_BOT")))).records
    assert [(each.direction, each.reason, each.party) for each in records] == [("outbound", "bot", [])] * 2


def test_an_answer_to_two_customers_at_once_is_to_a_group(tmp_path):
    other = message("m3", "CUSTOMER", "me too", ParticipantId="p-other", DisplayName="Carl")
    records = read(tmp_path, chat("c2", *SAID["Transcript"], other)).records
    assert [each.reason for each in records] == [None, "group", None]


def test_stop_by_text_message_is_a_no_to_marketing(tmp_path):
    (record,) = read(tmp_path, CHAT, chat("c2", message("m1", "CUSTOMER", "STOP"))).records
    assert [(each.channel, each.allowed, each.value) for each in record.consent] == [("sms", False, ANN)]


def test_a_chat_is_the_same_in_its_analysis_and_read_once_where_both_are_here(tmp_path):
    analysed = talk("c2", *SAID["Transcript"], channel="CHAT")
    whole, both = read(tmp_path / "1", CHAT, analysed), read(tmp_path / "2", CHAT, analysed, SAID)
    assert [each.source_ref for each in whole.records] == [each.source_ref for each in both.records] == ["m1", "m2"]
    assert both.suppressed["another copy of a transcript that is here"] == 1


def test_attachments_and_answers_to_a_list_show_what_the_reader_saw(tmp_path):
    file = [{"AttachmentName": "c:\\x\\a.jpg", "AttachmentId": "1"}]
    filed = message("m1", "CUSTOMER", None, kind="ATTACHMENT", ContentType="image/jpeg", Attachments=file)
    answer = json.dumps({"data": {"content": {"title": "Returns"}}})
    picked = message("m2", "CUSTOMER", answer, ContentType=f"{VENDOR}.message.interactive.response")
    odd = message("m3", "SYSTEM", '{"a": 1}', ContentType="application/json")
    bare = {name: value for name, value in filed.items() if name not in ("Content", "ContentType")} | {"Id": "m4"}
    first, second, third, fourth = read(tmp_path, chat("c2", filed, picked, odd, bare)).records
    assert (first.text, first.attachments) == ("", [Attachment("a.jpg", None, "")])
    assert (fourth.text, fourth.attachments, "content_type" in fourth.source_metadata) == ("", first.attachments, False)
    assert (second.text, third.text) == ("Returns", '{"a": 1}')
    assert second.source_metadata["content_type"].endswith("response")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(message("m", "AGENT", "x"), name), f"missing field '{name}'", id=f"no {name}")
            for name in ("Id", "AbsoluteTime", "Type", "ParticipantRole", "ParticipantId", "Content", "ContentType")
        ),
        pytest.param(message("m", "GHOST", "x"), "field 'ParticipantRole' has", id="a role not seen"),
        pytest.param(message("m", "AGENT", "x", kind="SONG"), "field 'Type' has", id="a kind not seen"),
        pytest.param(message("m", "AGENT", {}), "field 'Content' is not a text", id="words of another shape"),
        pytest.param("x", "not a record", id="not a record"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, chat("c2", message("m1", "CUSTOMER", "a"), bad, message("m2", "AGENT", "b")))
    assert [each.source_ref for each in outcome.records] == ["m1", "m2"]
    ((position, why),) = outcome.quarantined
    assert position == "message 2 of record 1"
    assert reason in why


def test_a_transcript_that_cannot_be_read_costs_its_call_only_the_words(tmp_path):
    outcome = read(tmp_path, CALL, talk("c1", line(1, "p9", "x")))
    assert [(each.source_ref, each.text) for each in outcome.records] == [("c1", "")]
    assert len(outcome.quarantined) == 1


def test_hostile_words_come_out_as_valid_text(tmp_path):
    raw = json.dumps(chat("c2", message("m1", "CUSTOMER", "a\ud800b\0\u202ec\u2066", DisplayName="Ann\u202e\0")))
    record = only(extracted(tmp_path, {"a": raw}, SOURCE))
    assert record.text == "a?bc"
    assert ("name", "", "Ann") in party(record)


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), dump=st.sampled_from(DUMPS))
def test_a_random_world_comes_back(tmp_path, world, dump):
    records = []
    for thread in {said.thread for said in world}:
        records.append(CHAT | {"ContactId": f"c{thread}", "CustomerEndpoint": endpoint(number_of(thread))})
        records.append(
            chat(
                f"c{thread}",
                *(
                    message(f"m{ref}", "AGENT" if said.is_ours else "CUSTOMER", said.text, stamp(said.at))
                    for ref, said in enumerate(world)
                    if said.thread == thread
                ),
            )
        )
    outcome = extracted(tmp_path / str(next(FOLDER)), {"a": dump(records)}, SOURCE)
    assert not outcome.quarantined
    found = {
        (each.source_ref, each.conversation_ref, each.direction, each.occurred_at, each.text, each.party[0].value)
        for each in outcome.records
    }
    assert found == {
        (f"m{ref}", f"c{said.thread}", "outbound" if said.is_ours else "inbound", said.at, said.text, number_of(said.thread))
        for ref, said in enumerate(world)
    }
