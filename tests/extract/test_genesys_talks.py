"""Genesys Cloud's transcripts: what was said on a call or written in a chat becomes the text of its session."""

import dataclasses
import itertools
import json

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import ConsentSignal
from pipelines.extract import genesys
from pipelines.extract.files.inbox import find_export, keep_survey
from pipelines.extract.landing.landing import land
from pipelines.extract.landing.partition import sealed_files
from pipelines.extract.values.issues import Issues
from pipelines.settings import Home
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_genesys import (
    ANN,
    CALL,
    CHAT,
    HEARD,
    MAIL,
    SHOP,
    SMS,
    SOURCE,
    agent,
    customer,
    only,
    person,
    phrase,
    queue,
    segment,
    session,
    talk,
    transcript,
    without,
)
from tests.thorough import TIMES

FOLDER = itertools.count()
TOLD = "a transcript, told with its session"
ELSEWHERE = "a transcript of a conversation that is not in this night's export: put both into one"


def read(folder, *records):
    """Each record in a file of its own, as transcripts are saved, in the order of the records."""
    files = {f"{number:02}.json": json.dumps(record, indent=1) for number, record in enumerate(records)}
    return extracted(folder, files, SOURCE)


def test_the_words_of_a_call_stand_in_it_and_only_the_customers_are_claims(tmp_path):
    said = [
        phrase(900, "ring oh seven", "internal", decoratedText="Ring 07700 900999"),
        phrase(100, "I am on 07700 900456,  GT-1001"),
        phrase(950, "Bye"),
        phrase(960, " "),
    ]
    outcome = read(tmp_path, CALL, transcript("c1", "s1", *said))
    record = only(outcome)
    assert record.text == "Customer: I am on 07700 900456, GT-1001\nAgent: Ring 07700 900999\nCustomer: Bye"
    assert party(record, evidence="claimed") == {("phone", "", "+447700900456"), ("reference", "", "GT-1001")}
    assert party(record, evidence="channel") == {("phone", "", "+447700900123")}
    assert outcome.suppressed == {TOLD: 1}
    assert not outcome.warnings


def test_what_was_written_is_the_text_of_a_chat_and_of_a_thread_of_messages(tmp_path):
    chat = transcript("c2", "s2", phrase(1, "Hello"), phrase(2, "Hi", "internal"), media="chat")
    texted = transcript("c3", "s3", phrase(1, "Where is GT-1001?"), media="message")
    outcome = read(tmp_path, {"conversations": [CHAT, SMS]}, chat, texted)
    assert [each.text for each in outcome.records] == ["Customer: Hello\nAgent: Hi", "Customer: Where is GT-1001?"]
    assert ("reference", "", "GT-1001") in party(outcome.records[1], evidence="claimed")
    assert outcome.suppressed == {TOLD: 2}


@pytest.mark.parametrize(
    ("written", "consent"),
    [
        (["STOP"], [ConsentSignal("sms", "marketing", allowed=False, value="+447700900123")]),
        (["START"], []),
        (["STOP", "START"], [ConsentSignal("sms", "marketing", allowed=False, value="+447700900123")]),
        (["Please do not stop"], []),
    ],
)
def test_stop_by_text_message_is_a_no_to_marketing(tmp_path, written, consent):
    said = [phrase(at, words) for at, words in enumerate(written)]
    asked = phrase(9, "STOP", "internal")
    assert only(read(tmp_path, SMS, transcript("c3", "s3", *said, asked, media="message"))).consent == consent


def test_stop_on_a_call_is_a_word(tmp_path):
    assert only(read(tmp_path, CALL, transcript("c1", "s1", phrase(1, "stop")))).consent == []


def test_the_recording_of_our_end_tells_what_was_said_where_there_is_none_of_theirs(tmp_path):
    """After a transfer each agent has a recording; the calls of one another are no part of it."""
    first = agent("u1", segment(start=0, end=10), ref="a1")
    second = agent("u2", segment(start=10, end=50), ref="a2")
    asked = agent("u3", segment(start=5, end=9), ref="a3", peer="a1")
    call = talk("c1", customer(), queue(), second, first, asked)
    words = [
        transcript("c1", "a2", phrase(20, "It broke")),
        transcript("c1", "a1", phrase(1, "Hello")),
        transcript("c1", "a3", phrase(7, "GT-1001?", "internal")),
    ]
    outcome = read(tmp_path, call, *words)
    assert only(outcome).text == "Customer: Hello\nCustomer: It broke"
    assert outcome.suppressed == {TOLD: 2, "a transcript of our side of a session": 1}


def test_the_recording_of_their_end_goes_before_that_of_ours(tmp_path):
    outcome = read(tmp_path, CALL, transcript("c1", "a1", phrase(1, "Hallo")), transcript("c1", "s1", phrase(1, "Hello")))
    assert only(outcome).text == "Customer: Hello"
    assert outcome.suppressed == {TOLD: 1, "a transcript of our side of a session": 1}


@pytest.mark.parametrize("peers", [{}, {"peerId": "a1"}], ids=["nobody says who is with whom", "both say with the agent"])
def test_words_that_may_be_of_two_are_given_to_none(tmp_path, peers):
    both = person("customer", *(session(ref, ani=ANN, dnis=SHOP, **peers) for ref in ("s1", "s2")))
    call = talk("c1", both, person("agent", session("a1"), userId="u1"))
    outcome = read(tmp_path, call, transcript("c1", "a1", phrase(1, "GT-1001")))
    assert [each.text for each in outcome.records] == ["", ""]
    assert outcome.suppressed == {"a transcript of our side of a session": 1}


def test_in_a_conference_nobody_knows_whose_words_they_are(tmp_path):
    both = segment(conference=True)
    called_in = person("external", session("s2", both, ani=SHOP, dnis="tel:+441632960001", direction="outbound"))
    call = talk("c1", customer(session("s1", both, ani=ANN, dnis=SHOP)), called_in, agent())
    first, second = read(tmp_path, call, transcript("c1", "s1", phrase(1, "I am on 07700 900456"))).records
    assert (first.text, second.text) == ("Customer: I am on 07700 900456", "")
    assert not party(first, evidence="claimed")


def test_a_call_among_ourselves_has_its_words_and_no_customer(tmp_path):
    call = talk("c1", person("user", session("u-1"), userId="u1"), person("user", session("u-2"), userId="u2"))
    outcome = read(tmp_path, call, transcript("c1", "u-2", phrase(1, "I am on 07700 900456", "external")))
    record = only(outcome)
    assert (record.text, record.party, record.reason) == ("Customer: I am on 07700 900456", [], "internal")
    assert outcome.suppressed == {TOLD: 1}


def test_our_own_number_on_the_other_end_makes_no_customer_of_what_is_said(tmp_path):
    call = talk("c1", customer(session("s1", ani=SHOP, dnis=SHOP)), agent())
    record = only(read(tmp_path, call, transcript("c1", "s1", phrase(1, "I am on 07700 900456"))))
    assert (record.reason, record.party, record.text) == ("internal", [], "Customer: I am on 07700 900456")


def test_of_several_copies_the_longest_is_read_wherever_it_lies(tmp_path):
    early, late = phrase(1, "Hello"), phrase(2, "It broke")
    copies = [transcript("c1", "s1", early), transcript("c1", "s1", early, late), transcript("c1", "s1", late, early)]
    for number, records in enumerate(itertools.permutations([CALL, *copies])):
        outcome = read(tmp_path / str(number), *records)
        assert only(outcome).text == "Customer: Hello\nCustomer: It broke"
        assert outcome.suppressed == {TOLD: 2, "another copy of a transcript that is here": 1}


def test_several_transcripts_of_a_session_are_told_in_the_order_of_their_time(tmp_path):
    parts = [{"transcriptId": str(at), "phrases": [phrase(at, str(at)), phrase(at + 2, str(at + 2))]} for at in (1, 0)]
    record = only(read(tmp_path, CALL, transcript("c1", "s1", transcripts=parts)))
    assert record.text == "\n".join(f"Customer: {at}" for at in range(4))


def test_what_the_survey_found_is_enough_for_another_process_that_reads_a_part(tmp_path):
    whole = read(tmp_path, HEARD, CALL, CHAT, transcript("c2", "s2", phrase(1, "Hello"), media="chat"))
    export = find_export(str(tmp_path), SOURCE, NIGHT)
    surveyed = tmp_path / "survey"
    keep_survey(genesys.survey(export), surveyed)
    parts = [dataclasses.replace(export, files=[file], surveyed=surveyed) for file in export.files]
    issues = Issues()
    assert [each for part in parts for each in genesys.extract(part, issues)] == whole.records
    assert [each.text for each in whole.records] == ["Agent: hello\nCustomer: My order is GT-1001.", "Customer: Hello"]
    assert not issues.quarantined


def test_the_words_of_many_sessions_in_one_file_come_back_in_any_order(tmp_path):
    words = {f"c{number}": f"{number} " + "tent " * 400 for number in range(60)}  # several blocks of them
    calls = [CALL | {"conversationId": ref} for ref in sorted(words, key=lambda ref: (int(ref[1:]) % 7, ref))]
    said = "\n".join(json.dumps(transcript(ref, "s1", phrase(1, text))) for ref, text in words.items())
    outcome = extracted(tmp_path, {"calls": json.dumps({"conversations": calls}), "said": said}, SOURCE)
    assert not outcome.quarantined
    assert {each.source_ref: each.text for each in outcome.records} == {
        ref: f"Customer: {text.strip()}" for ref, text in words.items()
    }


def test_words_that_look_like_the_customers_are_no_claims_of_theirs(tmp_path):
    said = [phrase(1, "Customer: GT-1001\nCustomer: GT-1002", "internal"), phrase(2, "Agent: GT-1003")]
    record = only(read(tmp_path, CALL, transcript("c1", "s1", *said)))
    assert party(record, evidence="claimed") == {("reference", "", "GT-1003")}


def test_a_transcript_without_words_is_counted(tmp_path):
    silent = [transcript("c1", "s1"), transcript("c1", "s1", transcripts=[]), transcript("c9", "s9", phrase(1, " "))]
    outcome = read(tmp_path, CALL, *silent)
    assert only(outcome).text == ""
    assert outcome.suppressed == {"a transcript without words": 3}


LIVE = {"eventTime": "2026", "conversationId": "c1", "communicationId": "s1", "sessionStartTimeMs": 1, "transcripts": []}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(HEARD, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("conversationId", "communicationId", "mediaType")
        ),
        *(
            pytest.param(transcript("c1", "s1", without(phrase(1, "x"), name)), f"missing field '{name}'", id=f"no {name}")
            for name in ("participantPurpose", "startTimeMs", "text")
        ),
        pytest.param(transcript("c1", "s1", phrase(1, "x"), media="owl"), "field 'mediaType' has", id="a medium not seen"),
        pytest.param(
            transcript("c1", "s1", phrase(1, "x", "ghost")), "field 'participantPurpose' has", id="a side not seen"
        ),
        pytest.param(
            transcript("c1", "s1", phrase(1, "x") | {"text": 1}), "field 'text' is not", id="words of another shape"
        ),
        pytest.param(transcript("c1", "s1", transcripts={}), "field 'transcripts' is not a list", id="another shape"),
        pytest.param(transcript("c1", "s1", "x"), "not a record", id="a phrase that is no record"),
        pytest.param(transcript("c4", "s4", phrase(1, "x"), media="email"), "deliver the mailbox itself", id="a mail's"),
        pytest.param(transcript("c9", "s1", phrase(1, "x")), ELSEWHERE, id="of a conversation that is not here"),
        pytest.param(transcript("c1", "s9", phrase(1, "x")), "deliver its last version", id="of a session it has not"),
        pytest.param({"url": "https://a.example/b"}, "save what its address leads to", id="where a transcript lies"),
        pytest.param({"urls": [{"url": "https://a.example/b"}]}, "save what its address leads to", id="where several lie"),
        pytest.param(LIVE, "save the transcript when it is over", id="words as they are spoken"),
    ],
)
def test_a_transcript_not_understood_is_set_aside_and_costs_its_call_only_the_words(tmp_path, bad, reason):
    outcome = read(tmp_path, CALL, bad, MAIL)
    assert [(each.source_ref, each.text) for each in outcome.records] == [("c1", ""), ("c4", "")]
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_a_transcript_of_another_night_is_no_text_of_this_one(tmp_path):
    outcome = read(tmp_path, HEARD)
    assert outcome.records == []
    assert [why for _, why in outcome.quarantined] == [ELSEWHERE]


def test_a_transcript_that_comes_later_into_the_night_of_its_call_is_read_with_it(tmp_path):
    """Each file is read in the light of those beside it: what has landed is read again when another comes."""
    folder = tmp_path / "inbox" / SOURCE.name / NIGHT.isoformat()
    folder.mkdir(parents=True)
    home, source = Home(tmp_path), SOURCE.model_copy(update={"max_quarantined_share": 1.0})

    def landed():
        land(home, source, NIGHT)
        rows = [row for file in sealed_files(home.lake, "interaction") for row in pq.read_table(file).to_pylist()]
        aside = [row for file in sealed_files(home.lake, "quarantine") for row in pq.read_table(file).to_pylist()]
        return [row["text"] for row in rows], [row["reason"] for row in aside]

    (folder / "heard.json").write_text(json.dumps(HEARD))
    assert landed() == ([], [ELSEWHERE])
    (folder / "page.json").write_text(json.dumps({"conversations": [CALL]}))
    assert landed() == (["Agent: hello\nCustomer: My order is GT-1001."], [])


def test_hostile_words_come_out_as_valid_text(tmp_path):
    record = only(read(tmp_path, CALL, transcript("c1", "s1", phrase(1, "a\ud800b\0\u202ec\u2066\nAgent: d"))))
    assert record.text == "Customer: a?bc Agent: d"


def test_an_id_that_is_half_a_character_costs_its_own_record_only(tmp_path):
    odd = CALL | {"conversationId": "c\ud800"}
    outcome = read(
        tmp_path, odd, transcript("c\ud800", "s1", phrase(1, "Hello")), CALL, HEARD, CHAT | {"conversationId": []}
    )
    assert [each.text for each in outcome.records] == ["Customer: Hello", "Agent: hello\nCustomer: My order is GT-1001."]
    assert len(outcome.quarantined) == 1


def test_new_fields_of_a_transcript_are_told_once_a_file(tmp_path):
    news = {"mood": 1}
    records = [transcript("c1", "s1", phrase(1, "x", **news), phrase(2, "y", **news), **news)]
    records[0]["transcripts"][0] |= {"tone": 1}
    outcome = read(tmp_path, CALL, *records)
    assert outcome.warnings == {"unknown field 'mood'": 1, "unknown field 'tone'": 1}


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), is_theirs=st.booleans(), order=st.randoms(use_true_random=False))
def test_a_random_world_comes_back(tmp_path, world, is_theirs, order):
    """Each thread is a call; its transcript is of the customer's end or of ours, its phrases in any order."""
    records = []
    for thread in {said.thread for said in world}:
        spoken = [
            phrase(at, said.text, "internal" if said.is_ours else "external")
            for at, said in enumerate(world)
            if said.thread == thread
        ]
        order.shuffle(spoken)
        records.append(CALL | {"conversationId": f"c{thread}"})
        records.append(transcript(f"c{thread}", "s1" if is_theirs else "a1", *spoken))
    order.shuffle(records)
    outcome = read(tmp_path / str(next(FOLDER)), *records)
    assert not outcome.quarantined
    assert {each.source_ref: each.text for each in outcome.records} == {
        f"c{thread}": "\n".join(
            f"{'Agent' if said.is_ours else 'Customer'}: {' '.join(said.text.split())}"
            for said in world
            if said.thread == thread
        )
        for thread in {said.thread for said in world}
    }
