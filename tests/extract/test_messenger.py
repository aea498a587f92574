import hashlib
import json
from datetime import UTC, datetime
from pathlib import PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.contract import Attachment, hashed_ref
from pipelines.extract.parts.meta.stream import repaired
from tests.extract.changed import silent_changes, silent_cuts
from tests.extract.exports import extracted, extracted_from, party, source_of
from tests.extract.specimens import Specimen

SOURCE = source_of(format="messenger", channel="social", own=["The Shop"], region="GB")
START = 1_763_628_000_000  # 2025-11-20T08:40:00Z
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


def written(text):
    """As Meta writes text: each byte of its UTF-8 a character of its own."""
    return text.encode().decode("latin-1")


def message(author, text, at=START, **more):
    return {"sender_name": written(author), "timestamp_ms": at, "content": written(text), "type": "Generic"} | more


def thread(*messages, people=("Zoë Ágoston", "The Shop"), path="inbox/zoe_123", **more):
    return {
        "participants": [{"name": written(name)} for name in people],
        "messages": list(messages),
        "title": "…",
        "is_still_participant": True,
        "thread_path": path,
        "magic_words": [],
    } | more


def files_of(*parts, folder="your_activity_across_facebook/messages/inbox/zoe_123"):
    return {f"{folder}/message_{number}.json": json.dumps(part) for number, part in enumerate(parts, start=1)}


def in_time(outcome):
    return sorted(outcome.records, key=lambda record: record.occurred_at)


def shown(outcome):
    return [(PurePosixPath(record.file).parent.name, record.direction, record.text) for record in in_time(outcome)]


def encrypted(*messages, people=("Zoë Ágoston", "The Shop"), name="Zoë Ágoston_12"):
    return {"participants": list(people), "threadName": name, "messages": list(messages)}


def sealed(author, text, at=START, **more):
    body = {"isUnsent": False, "media": [], "reactions": [], "senderName": author, "text": text, "timestamp": at}
    return body | {"type": "text"} | more


PICTURE = {
    "sender_name": written("Zoë Ágoston"),
    "timestamp_ms": START - 2000,
    "photos": [{"uri": "messages/inbox/zoe_123/photos/1.jpg", "creation_timestamp": 1}],
}
IN_A_THREAD = thread(
    message("Zoë Ágoston", "Où est-il? 🎉", reactions=[{"reaction": written("👍"), "actor": written("The Shop")}]),
    message("The Shop", "Here", at=START - 1000, is_geoblocked_for_viewer=False),
    PICTURE,
    {"sender_name": "The Shop", "timestamp_ms": START - 3000, "type": "Call", "call_duration": 12},
    {"sender_name": "The Shop", "timestamp_ms": START - 4000, "type": "Call", "call_duration": 0, "missed": True},
    {
        "sender_name": "The Shop",
        "timestamp_ms": START - 5000,
        "share": {"link": "https://shop.example", "share_text": "Tents", "original_content_owner": "shop"},
        "type": "Share",
    },
    PICTURE | {"photos": [], "sticker": {"uri": "messages/stickers_used/1.png", "ai_stickers": []}},
    {"sender_name": "The Shop", "timestamp_ms": START - 6000, "is_unsent": True},
    {
        "sender_name": "The Shop",
        "timestamp_ms": START - 7000,
        "content": "joined",
        "type": "Subscribe",
        "users": [{"name": "x"}],
    },
    thread_type="Regular",
)
SPECIMEN = Specimen(
    SOURCE,
    {name: content.encode() for name, content in files_of(IN_A_THREAD).items()},
    "your_activity_across_facebook/messages/inbox/zoe_123/message_1.json",
    may_lack=frozenset(
        {"messages.type", "messages.reactions", "messages.missed", "messages.share.link", "messages.share.share_text"}
    ),
)
ENCRYPTED = Specimen(
    SOURCE,
    {
        "messages/Zoe_12.json": json.dumps(
            encrypted(
                sealed("The Shop", "Ã© is é", at=START + 1000, media=[{"uri": "./media/a.jpeg"}], type="media"),
                sealed("Zoë Ágoston", "Grüße", reactions=[{"actor": "The Shop", "reaction": "😀"}]),
                sealed("Zoë Ágoston", "", at=START - 1, isUnsent=True, type="placeholder"),
            )
        ).encode()
    },
    "messages/Zoe_12.json",
)


SAMPLE = source_of(format="messenger", name="messenger", channel="social", own=["Test User"], path="**/*.*")


def test_sample_of_simple_threads_keeps_every_message(samples):
    outcome = extracted_from(samples / "social/messenger/json_simple", SAMPLE)
    assert shown(outcome) == [
        ("zoe_ARCH", "inbound", "Old message in archive"),
        ("alice_ABC123", "outbound", "Hello"),
        ("alice_ABC123", "inbound", "café time?"),
        ("alice_ABC123", "outbound", "See you soon"),
    ]
    cafe = in_time(outcome)[2]
    assert cafe.source_metadata["reactions"] == ["❤", "👍"]
    assert cafe.occurred_at == datetime(2020, 9, 13, 12, 27, 40, tzinfo=UTC)
    assert cafe.position == "message 2"
    for record in in_time(outcome)[1:]:
        assert party(record, evidence="channel") == {
            ("account", "messenger", "inbox/alice_ABC123"),
            ("name", "", "Alice Example"),
        }
    assert (outcome.quarantined, outcome.warnings) == ([], {})


def test_sample_of_a_group_has_names_and_no_customer(samples):
    outcome = extracted_from(samples / "social/messenger/json_group", SAMPLE)
    assert [(record.text, record.reason, party(record), record.subject) for record in outcome.records] == [
        ("Hey crew", "group", set(), "Crew"),
        ("Hi!", "group", {("name", "", "Alice Example")}, "Crew"),
        ("Hello.", "group", {("name", "", "Bob Example")}, "Crew"),
    ]
    assert not outcome.quarantined


def test_sample_of_calls_pictures_and_shares_keeps_what_is_no_text(samples):
    outcome = extracted_from(samples / "social/messenger/json_nontext", SAMPLE)
    share, missed, call, photo, sticker = in_time(outcome)
    assert share.source_metadata == {"link": "https://example.com/article", "type": "Share"}
    assert (share.text, share.quoted_text) == ("", "Example share text")
    assert (missed.channel, missed.status, missed.duration_seconds, missed.direction) == ("voice", "missed", 0, "inbound")
    assert (call.channel, call.status, call.duration_seconds, call.direction) == ("voice", "completed", 192, "outbound")
    assert photo.attachments == [Attachment("missing.jpg", None, "")]
    assert sticker.attachments == [Attachment("1.png", None, "")]
    assert outcome.suppressed == {"somebody joined or left": 1}
    assert not outcome.quarantined
    assert not outcome.warnings


def test_sample_of_html_beside_json_reads_the_json_and_says_what_to_do(samples):
    outcome = extracted_from(samples / "social/messenger/mixed", SAMPLE)
    assert shown(outcome) == [("eve_MIX", "outbound", "Mixed hello"), ("eve_MIX", "inbound", "Mixed reply")]
    ((position, reason),) = outcome.quarantined
    assert position == "the whole file"
    assert "HTML" in reason
    assert "format JSON" in reason


@given(TEXTS)
def test_text_comes_back_from_the_way_meta_writes_it(text):
    assert repaired(written(text)) == text


@given(st.text(st.characters(min_codepoint=0x100, exclude_categories=["Cs"]), min_size=1), TEXTS)
def test_text_with_a_character_beyond_a_byte_was_never_broken(beyond, text):
    assert repaired(text + beyond) == text + beyond


def test_text_that_is_no_utf8_is_left_alone():
    assert repaired("caf\xe9") == "café"


def test_a_message_is_known_by_thread_time_author_and_decoded_text(tmp_path):
    one = message("Zoë Ágoston", "Schön! 🎉", at=START + 345)
    outcome = extracted(tmp_path, files_of(thread(one)), SOURCE)
    moment = datetime(2025, 11, 20, 8, 40, tzinfo=UTC)
    assert [r.source_ref for r in outcome.records] == [
        hashed_ref("messenger", "inbox/zoe_123", moment, "Zoë Ágoston", "Schön! 🎉"),
    ]
    assert outcome.records[0].occurred_at == moment.replace(microsecond=345000)


def test_a_cumulative_export_gives_each_message_the_same_id_again(tmp_path):
    old = [message("Zoë Ágoston", "ok", at=START + second * 100) for second in range(4)]  # newest last here
    first = extracted(tmp_path / "1", files_of(thread(*old[::-1])), SOURCE)
    new = [message("Zoë Ágoston", "ok", at=START + 500), message("The Shop", "ok", at=START + 60_000)]
    second = extracted(tmp_path / "2", files_of(thread(*new[::-1], *old[2:][::-1]), thread(*old[:2][::-1])), SOURCE)
    refs = {record.occurred_at: record.source_ref for record in second.records}
    assert all(refs[record.occurred_at] == record.source_ref for record in first.records)
    assert len(set(refs.values())) == 6


def test_of_a_thread_of_twelve_files_the_last_is_the_oldest(tmp_path):
    """Twelve messages of one second that say the same: only the place of each tells which id it has."""
    parts = [thread(message("Zoë Ágoston", "ok", at=START, photos=[{"uri": f"{number}.jpg"}])) for number in range(1, 13)]
    before = extracted(tmp_path / "before", files_of(*parts[1:]), SOURCE)
    after = extracted(tmp_path / "after", files_of(*parts), SOURCE)
    ids = {record.attachments[0].name: record.source_ref for record in after.records}
    assert len(set(ids.values())) == 12
    assert all(ids[record.attachments[0].name] == record.source_ref for record in before.records)


def test_the_encrypted_dialect_has_other_names_and_clean_text(tmp_path):
    download = {
        "participants": ["Zoë Ágoston", "The Shop"],
        "threadName": "Zoë Ágoston_12",
        "messages": [
            {
                "isUnsent": False,
                "media": [{"uri": "./media/a.jpeg"}],
                "reactions": [],
                "senderName": "The Shop",
                "text": "Ã© is é",
                "timestamp": START + 1000,
                "type": "media",
            },
            {
                "isUnsent": True,
                "media": [],
                "reactions": [{"actor": "The Shop", "reaction": "😀"}],
                "senderName": "Zoë Ágoston",
                "text": "Grüße",
                "timestamp": START,
                "type": "text",
            },
        ],
    }
    files = {"e2ee/Zoe_12.json": json.dumps(download), "e2ee/media/a.jpeg": b"\xff\xd8\xff\xe0"}
    outcome = extracted(tmp_path, files, SOURCE)
    first, second = in_time(outcome)
    assert (first.text, second.text) == ("Grüße", "Ã© is é")
    assert (first.direction, second.direction) == ("inbound", "outbound")
    assert party(first) == {("account", "messenger", "Zoë Ágoston_12"), ("name", "", "Zoë Ágoston")}
    assert first.source_metadata == {"is_unsent": True, "reactions": ["😀"], "type": "text"}
    assert second.attachments == [Attachment("a.jpeg", 4, hashlib.sha256(b"\xff\xd8\xff\xe0").hexdigest())]
    assert not outcome.warnings


def test_a_deleted_account_is_still_the_thread(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(message("", "hello"), people=["", "The Shop"])), SOURCE)
    assert party(outcome.records[0]) == {("account", "messenger", "inbox/zoe_123")}


def test_claims_are_taken_from_what_the_person_wrote(tmp_path):
    two = thread(message("The Shop", "we are a@shop.example"), message("Zoë Ágoston", "I am zoe@mail.example"))
    answered, asked = extracted(tmp_path, files_of(two), SOURCE).records
    assert ("email", "", "zoe@mail.example") in party(asked, evidence="claimed")
    assert not party(answered, evidence="claimed")


def test_a_thread_in_which_we_are_not_known_is_set_aside(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(message("A", "x"), people=["A", "B"])), SOURCE)
    assert outcome.records == []
    assert "sources.messenger.own" in outcome.quarantined[0][1]


GOOD = message("Zoë Ágoston", "fine")


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(without(GOOD, "timestamp_ms"), "missing field 'timestamp_ms'", id="no time"),
        pytest.param(without(GOOD, "sender_name"), "missing field 'sender_name'", id="no author"),
        pytest.param(GOOD | {"timestamp_ms": "1763628000000"}, "'timestamp_ms' is no whole number", id="a time as text"),
        pytest.param(GOOD | {"timestamp_ms": 10**17}, "a time outside the calendar", id="a time beyond the calendar"),
        pytest.param(GOOD | {"content": 5}, "'content' is not a text", id="a text that is a number"),
        pytest.param(GOOD | {"type": "Telepathy"}, "a value we do not know", id="a kind we have not seen"),
        pytest.param(GOOD | {"photos": "a.jpg"}, "'photos' is not a list", id="pictures of another shape"),
        pytest.param("hello", "not a record", id="not a record"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = extracted(tmp_path, files_of(thread(GOOD, bad, message("The Shop", "answer"))), SOURCE)
    assert sorted(outcome.texts) == ["answer", "fine"]
    ((position, why),) = outcome.quarantined
    assert position == "message 2"
    assert reason in why


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("", "the file is empty", id="empty"),
        pytest.param("<!DOCTYPE html><p>hello", "HTML", id="an HTML download"),
        pytest.param('{"secret_groups": []}', "no thread of Meta's download", id="another file of the download"),
        pytest.param("[]", "no thread of Meta's download", id="a list"),
        pytest.param('{"participants": [], "mess', "cut off or damaged", id="cut off before the messages"),
        pytest.param("\x00\x01\x02", "no thread of Meta's download", id="not text"),
    ],
)
def test_a_file_that_is_no_thread_is_set_aside_whole(tmp_path, content, reason):
    outcome = extracted(tmp_path, files_of(thread(GOOD)) | {"bad.json": content}, SOURCE)
    assert outcome.texts == ["fine"]
    ((_, why),) = outcome.quarantined
    assert reason in why


def test_a_picture_beside_the_messages_is_counted_and_left(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(GOOD)) | {"photos/1.jpg": b"\xff\xd8\xff\xe0"}, SOURCE)
    assert outcome.suppressed == {"a picture or another file beside the messages": 1}
    assert outcome.read == 2


@pytest.mark.parametrize("share", range(4, 100, 6))
def test_a_file_cut_off_is_never_taken_as_whole_and_keeps_the_ids_of_what_stands_before(tmp_path, share):
    messages = [message("Zoë Ágoston", f"number {number}", at=START - number * 1000) for number in range(20)]
    (name, whole), *_ = files_of(thread(*messages)).items()
    cut = whole[: len(whole) * share // 100]
    outcome = extracted(tmp_path / "cut", {name: cut}, SOURCE)
    assert len(outcome.quarantined) == 1
    assert len(outcome.records) == sum(json.dumps(each) in cut for each in messages)
    refs = {record.source_ref for record in extracted(tmp_path / "whole", {name: whole}, SOURCE).records}
    assert {record.source_ref for record in outcome.records} <= refs


def test_a_new_field_is_told_once_a_file(tmp_path):
    outcome = extracted(tmp_path, files_of(thread(GOOD | {"mood": 1}, GOOD | {"mood": 2}, weather="fine")), SOURCE)
    assert outcome.warnings == {"unknown field 'mood'": 1, "unknown field 'weather'": 1}


def test_no_field_of_an_encrypted_download_is_lost_in_silence(tmp_path):
    assert silent_changes(tmp_path, ENCRYPTED) == ([], 65)


def test_an_encrypted_download_cut_off_is_told(tmp_path):
    assert silent_cuts(tmp_path, ENCRYPTED) == []
