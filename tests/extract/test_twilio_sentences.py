"""What was said on Twilio's calls: transcriptions of recordings, Conversational Intelligence and its pages of sentences."""

import itertools
import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract.parts.twilio import sides
from tests.extract.by_column import assert_alike
from tests.extract.exports import extracted, party, source_of
from tests.extract.random_world import worlds
from tests.extract.test_twilio import (
    ANN,
    BOB,
    OURS,
    SOURCE,
    call,
    lines,
    message,
    page,
    recording,
    sentences,
    sid,
    table,
    transcript,
    transcription,
)
from tests.thorough import TIMES

FOLDER = itertools.count()
ROLES = {1: "Customer", 2: "Agent"}
HEAD = "the head of a transcript, whose words are its sentences"
TOLD = "sentences of a transcript, told with its call"


def read(folder, *records, source=SOURCE):
    """Each record in a file of its own, in their order; those of one kind as the API gives them, in pages."""
    return extracted(folder, {f"{at:02}.json": json.dumps(each, indent=1) for at, each in enumerate(records)}, source)


def only(outcome):
    assert not outcome.quarantined
    (record,) = outcome.records
    return record


def test_a_transcript_is_the_text_of_its_call_and_recordings_are_its_files(tmp_path):
    files = {
        "c.json": page("calls", call(1), call(2)),
        "r.json": page("recordings", recording(5, 1), recording(6, 1)),
        "t.json": page("transcriptions", transcription(7, 5, "where is it"), transcription(8, 6, "hello?")),
    }
    outcome = extracted(tmp_path, files, SOURCE)
    first, second = outcome.records
    assert first.text == "where is it\nhello?"
    assert first.attachments == [Attachment(sid("RE", number), None, "") for number in (5, 6)]
    assert (second.text, second.attachments) == ("", [])
    assert outcome.suppressed == {
        "a recording, told with its call": 2,
        "a transcription, which is its call's text": 2,
    }
    assert outcome.read == 6


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"t": page("transcriptions", transcription(7, 5, "hello"))}, "whose recording is not in the export"),
        (
            {"t": page("transcriptions", transcription(7, 5, "hello")), "r": page("recordings", recording(5, 1))},
            "of a call that is not in the export",
        ),
    ],
)
def test_a_transcription_is_never_lost_in_silence(tmp_path, files, reason):
    ((_, why),) = extracted(tmp_path, files, SOURCE).quarantined
    assert reason in why


def test_a_transcription_that_failed_has_no_words(tmp_path):
    files = {"t": page("transcriptions", transcription(7, 5, None, status="failed"))}
    assert extracted(tmp_path, files, SOURCE).suppressed == {"a transcription without words": 1}


def test_the_sentences_are_the_text_of_their_call_and_only_the_customers_are_claims(tmp_path):
    said = [(2, 1, "I am on 07700 900456."), (1, 2, "Ring 07700 900888\n"), (0, 1, "Hello"), (3, 1, " ")]
    outcome = read(
        tmp_path,
        {"calls": [call(1)], "page": 0},
        {"recordings": [recording(5, 1)]},
        {"transcripts": [transcript(8, 5, ROLES)], "meta": {"key": "transcripts"}},
        sentences(8, *said),
    )
    record = only(outcome)
    assert record.text == "Customer: Hello\nAgent: Ring 07700 900888\nCustomer: I am on 07700 900456."
    assert party(record, evidence="claimed") == {("phone", "", BOB)}
    assert party(record, evidence="channel") == {("phone", "", ANN)}
    assert outcome.suppressed == {"a recording, told with its call": 1, HEAD: 1, TOLD: 1}
    assert not outcome.warnings


@pytest.mark.parametrize(
    ("roles", "text"),
    [
        pytest.param({}, "Speaker 1: Ring 07700 900456", id="no role"),
        pytest.param({1: "Supervisor"}, "Speaker 1: Ring 07700 900456", id="another role"),
        pytest.param({1: None}, "Speaker 1: Ring 07700 900456", id="a role that is null"),
        pytest.param({1: "agent"}, "Agent: Ring 07700 900456", id="ours"),
    ],
)
def test_nothing_is_claimed_of_whom_nobody_says_that_they_are_the_customer(tmp_path, roles, text):
    record = only(
        read(tmp_path, call(1), recording(5, 1), transcript(8, 5, roles), sentences(8, (0, 1, "Ring 07700 900456")))
    )
    assert record.text == text
    assert not party(record, evidence="claimed")


def test_what_a_customer_says_on_a_call_of_ours_is_claimed_and_on_one_among_ourselves_not(tmp_path):
    said = [recording(5, 1), transcript(8, 5, ROLES), sentences(8, (0, 1, "I am on 07700 900456"))]
    to_ann = only(read(tmp_path / "1", call(1, frm=OURS, to=ANN, direction="outbound-api"), *said))
    to_us = only(read(tmp_path / "2", call(1, frm=OURS, to=OURS, direction="outbound-api"), *said))
    assert party(to_ann, evidence="claimed") == {("phone", "", BOB)}
    assert (to_us.party, to_us.reason, to_us.text) == ([], "internal", "Customer: I am on 07700 900456")


def test_pages_come_in_any_order_and_the_copy_with_all_words_goes_before_the_one_blacked_out(tmp_path):
    pages = [
        sentences(8, (0, 1, "I am [name] in full length"), (1, 1, "Bye"), redacted="Redacted=true&"),
        sentences(8, (0, 1, "I am Ann"), redacted="Redacted=false&"),
        sentences(8, (2, 1, "Bye again")),
    ]
    rest = [call(1), recording(5, 1), transcript(8, 5, ROLES)]
    for number, ordered in enumerate(itertools.permutations(pages)):
        record = only(read(tmp_path / str(number), *ordered, *rest))
        assert record.text == "Customer: I am Ann\nCustomer: Bye\nCustomer: Bye again"


def test_several_transcripts_of_a_call_stand_one_below_the_other_and_below_a_transcription(tmp_path):
    outcome = read(
        tmp_path,
        call(1),
        recording(5, 1),
        recording(6, 1),
        sentences(9, (0, 1, "Later")),
        transcript(9, 6, ROLES),
        transcript(8, 5, ROLES),
        sentences(8, (0, 2, "Hello")),
        transcription(7, 5, "where is it"),
    )
    assert only(outcome).text == "where is it\nAgent: Hello\nCustomer: Later"


def test_a_transcript_of_the_call_itself_needs_no_recording(tmp_path):
    of_call = transcript(8, 5, ROLES, channel={"media_properties": {"source_sid": sid("CA", 1)}})
    assert only(read(tmp_path, call(1), of_call, sentences(8, (0, 1, "Hello")))).text == "Speaker 1: Hello"


def test_a_call_in_a_table_has_its_sentences_too(tmp_path_factory, tmp_path):
    row = {"Sid": sid("CA", 1), "From": ANN, "To": OURS, "Direction": "inbound", "Status": "completed",
           "Start Time": "2026-11-20T10:00:00Z", "Duration": "61"}  # fmt: skip
    rows = table(*(row | {"Sid": sid("CA", number)} for number in range(1, 40)))
    said = lines(recording(5, 7), transcript(8, 5, ROLES), sentences(8, (0, 1, "I am on 07700 900456")))
    outcome = extracted(tmp_path, {"calls.csv": rows, "said": said}, SOURCE)
    assert {each.source_ref: each.text for each in outcome.records if each.text} == {
        sid("CA", 7): "Customer: I am on 07700 900456"
    }
    assert_alike(tmp_path_factory, SOURCE, {"calls.csv": rows.encode(), "said": said.encode()})


def test_a_transcript_without_sentences_and_a_page_without_them_are_counted(tmp_path):
    outcome = read(tmp_path, call(1), recording(5, 1), transcript(8, 5), sentences(9), sentences(9, (0, 1, "")))
    assert only(outcome).text == ""
    assert outcome.suppressed == {"a recording, told with its call": 1, HEAD: 1, "a page without sentences": 2}


SAID = sentences(8, (0, 1, "Hello"))
OF_RELAY = {"media_properties": {"source_sid": sid("VX", 1)}}


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        pytest.param([SAID], "of a transcript that is not in the export", id="no transcript"),
        pytest.param([SAID, transcript(8, 5)], "whose recording is not in the export", id="no recording"),
        pytest.param(
            [SAID, transcript(8, 5, channel=OF_RELAY)], "whose recording is not in the export", id="of no recording"
        ),
        pytest.param(
            [SAID, transcript(8, 5), recording(5, 2)], "sentences of a call that is not in the export", id="no call"
        ),
        pytest.param([SAID | {"meta": {"url": "https://a.example/"}}], "names no transcript", id="an address of its own"),
        pytest.param([{"sentences": []}], "missing field 'meta'", id="no page"),
        pytest.param([sentences(8, (0, 1_000, "x"))], "field 'media_channel' is more", id="a channel that cannot be"),
        pytest.param([sentences(8, (0, "1", "x"))], "field 'media_channel' is no", id="a channel that is no number"),
        pytest.param([transcript(8, 5, status="dreaming")], "field 'status' has", id="a status not seen"),
        pytest.param([transcript(8, 5, channel=None)], "field 'channel' is not a record", id="no channel"),
        pytest.param([SAID["sentences"][0]], "save the API's page", id="a sentence by itself"),
        pytest.param(
            [{"sid": sid("IM", 1), "body": "Hello"}], "of Conversations, which are not read", id="a conversation's"
        ),
        pytest.param([{"sid": sid("CH", 1)}], "of Conversations, which are not read", id="a conversation"),
        pytest.param([{"sid": sid("MB", 1)}], "of Conversations, which are not read", id="a participant of one"),
    ],
)
def test_what_is_said_is_never_lost_in_silence(tmp_path, records, reason):
    outcome = read(tmp_path, call(1), *records, message(3))
    assert [each.source_ref for each in outcome.records] == [sid("CA", 1), sid("SM", 3)]
    assert [each.text for each in outcome.records] == ["", "hello"]
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_a_transcript_that_has_no_room_is_set_aside_with_all_its_pages(tmp_path, monkeypatch):
    monkeypatch.setattr(sides, "TEXT_LIMIT", 100)
    pages = [sentences(8, (0, 1, "a" * 60)), sentences(9, (0, 1, "short")), sentences(8, (1, 1, "b" * 60))]
    heads = [recording(5, 1), recording(6, 1), transcript(8, 5, ROLES), transcript(9, 6, ROLES)]
    for number, records in enumerate(itertools.permutations(pages)):
        outcome = read(tmp_path / str(number), call(1), *heads, *records)
        assert outcome.texts == ["Customer: short"]
        assert ["fewer days in one" in why for _, why in outcome.quarantined] == [True, True]


def test_new_fields_are_told(tmp_path):
    head, said = transcript(8, 5, ROLES, mood=1), sentences(8, (0, 1, "Hello"), tone=1)
    head["channel"]["participants"][0]["hat"] = said["sentences"][0]["key"] = said["meta"]["next"] = 1
    outcome = extracted(tmp_path, {"a": lines(call(1), recording(5, 1), head, said)}, SOURCE)
    assert outcome.warnings == {f"unknown field {name!r}": 1 for name in ("mood", "tone", "hat", "key", "next")}


def test_hostile_words_come_out_as_valid_text(tmp_path):
    record = only(
        read(tmp_path, call(1), recording(5, 1), transcript(8, 5), sentences(8, (0, 1, "a\ud800b\0\u202ec\nAgent: d")))
    )
    assert record.text == "Speaker 1: a?bc Agent: d"


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(world=worlds(), order=st.randoms(use_true_random=False), size=st.integers(1, 4))
def test_a_random_world_comes_back(tmp_path, world, order, size):
    """Each thread is a call with a recording; its sentences come in pages of some size, everything in any order."""
    records = []
    for thread in {said.thread for said in world}:
        spoken = [(at, 2 if said.is_ours else 1, said.text) for at, said in enumerate(world) if said.thread == thread]
        order.shuffle(spoken)
        records += [call(thread), recording(thread, thread), transcript(thread, thread, ROLES)]
        records += [sentences(thread, *spoken[at : at + size]) for at in range(0, len(spoken), size)]
    order.shuffle(records)
    source = source_of(format="twilio", name="texts", own=[OURS], region="GB", claims=False)
    outcome = extracted(tmp_path / str(next(FOLDER)), {"a": lines(*records)}, source)
    assert not outcome.quarantined
    assert {each.source_ref: each.text for each in outcome.records} == {
        sid("CA", thread): "\n".join(
            f"{'Agent' if said.is_ours else 'Customer'}: {' '.join(said.text.split())}"
            for said in world
            if said.thread == thread
        )
        for thread in {said.thread for said in world}
    }


def test_pages_of_each_kind_may_stand_in_one_file(tmp_path):
    content = page("calls", call(1)) + page("recordings", recording(5, 1)) + page("transcripts", transcript(8, 5, ROLES))
    outcome = extracted(tmp_path, {"a": content + json.dumps(SAID)}, SOURCE)
    assert only(outcome).text == "Customer: Hello"
