"""Small exports in the shape that Telegram Desktop writes (export_output_json.cpp), and its public samples."""

import io
import json
import zipfile
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment, hashed_ref
from pipelines.extract import telegram
from pipelines.extract.files.inbox import SourceFile
from tests.extract.exports import extracted, extracted_from, party, source_of
from tests.extract.random_world import LONDON, is_told_twice, worlds
from tests.extract.specimens import Specimen
from tests.thorough import TIMES

SOURCE = source_of(format="telegram", channel="chat", own=["user900", "The Shop"], region="GB", timezone="Europe/London")
US, ANN, BOB = "user900", "user501", "user502"
NAMES = {US: "The Shop", ANN: "Ann Archer", BOB: "Bob"}
AT = 1_793_181_600  # 28 October 2026, 10:00 in London and in UTC


def at(seconds):
    return {
        "date": datetime.fromtimestamp(seconds, LONDON).replace(tzinfo=None).isoformat(),
        "date_unixtime": str(seconds),
    }


def message(ref, author, text, *, seconds=AT, **more):
    entities = [{"type": "plain", "text": text}] if isinstance(text, str) and text else []
    return {
        "id": ref,
        "type": "message",
        **at(seconds),
        "from": NAMES.get(author),
        "from_id": author,
        "text": text,
        "text_entities": entities,
    } | more


def service(ref, action, *, seconds=AT, actor=ANN, **more):
    who = {"actor": NAMES.get(actor), "actor_id": actor}
    return {"id": ref, "type": "service", **at(seconds), **who, "action": action, "text": "", "text_entities": []} | more


def chat(ref, *messages, name="Ann Archer", kind="personal_chat"):
    return {"name": name, "type": kind, "id": ref, "messages": list(messages)}


def account(*chats, **more):
    return {
        "about": "Here is the data you requested.",
        "personal_information": {
            "user_id": 900, "first_name": "The", "last_name": "Shop", "phone_number": "+44 7700 900999",
            "username": "@shop", "bio": "We sell tents",
        },
        "contacts": {
            "about": "Contacts",
            "list": [
                {"user_id": 501, "first_name": "Ann", "last_name": "Archer", "phone_number": "+44 7700 900123", **at(AT)},
                {"first_name": "Not", "last_name": "On Telegram", "phone_number": "00447700900124", **at(AT)},
                at(AT),
            ],
        },
        "chats": {"about": "This page lists all chats", "list": list(chats)},
    } | more  # fmt: skip


HELLO = message(1, ANN, "Is it in stock? Call 07700 900456")
YES = message(2, US, "Yes", seconds=AT + 60, reply_to_message_id=1)
FILES = [
    message(
        3, ANN, "look", photo="photos/photo_1.jpg", photo_file_size=3, width=10, height=10,
        reactions=[{"type": "emoji", "count": 1, "emoji": "👍", "recent": [{"from_id": US, "date": "2026"}]}],
    ),
    message(
        4, ANN, "", file="(File not included. Change data exporting settings to download.)", file_name="offer.pdf",
        file_size=12, mime_type="application/pdf", thumbnail="x", thumbnail_file_size=1,
    ),
    message(5, ANN, "", file="stickers/a.webp", media_type="sticker", sticker_emoji="😀", file_size=5),
    message(
        6, ANN, "", poll={
            "question": "When?", "closed": False, "total_voters": 1,
            "answers": [{"text": "Monday", "voters": 1, "chosen": True}, {"text": "Friday", "voters": 0, "chosen": False}],
        },
    ),
    message(
        7, ANN, "", contact_vcard="contacts/contact_1.vcard",
        contact_information={"first_name": "Carl", "last_name": "Cope", "phone_number": "+44 7700 900777"},
    ),
    message(8, ANN, "", location_information={"latitude": 51.5, "longitude": -0.1}, place_name="The Tower"),
]  # fmt: skip
EDITED = message(
    9, ANN,
    ["see ", {"type": "text_link", "text": "this", "href": "https://a.example"}, " ", {"type": "bold", "text": "now"}],
    edited="2026-10-28T11:00:00", edited_unixtime=str(AT + 3600), via_bot="@gif",
)  # fmt: skip
FORWARDED = message(10, ANN, "call 07700 900456", forwarded_from="Carl", forwarded_from_id="user7")
CALL = service(11, "phone_call", duration_seconds=61, discard_reason="hangup")
TOPICS = [
    service(30, "topic_created", title="Tents", actor=BOB),
    message(31, BOB, "which one?", reply_to_message_id=30),
]
EXPORT = account(
    chat(501, HELLO, YES, *FILES, EDITED, FORWARDED, CALL, service(12, "pin_message", message_id=1)),
    chat(77, *TOPICS, name="Campers", kind="public_supergroup"),
)
SPECIMEN = Specimen(
    SOURCE,
    {"result.json": json.dumps(EXPORT, ensure_ascii=False, indent=1).encode(), "photos/photo_1.jpg": b"\xff\xd8\xff"},
    "result.json",
    may_lack=frozenset(
        "chats.list.messages." + name
        for name in (
            "reply_to_message_id", "photo", "photo_file_size", "reactions", "reactions.emoji", "file", "file_name",
            "file_size", "media_type", "sticker_emoji", "poll", "contact_vcard", "contact_information",
            "location_information", "edited_unixtime", "via_bot", "forwarded_from", "duration_seconds", "discard_reason",
        )
    )
    | {"contacts", "contacts.list", "contacts.list.user_id", "personal_information"},
)  # fmt: skip


def read(folder, export, *, source=SOURCE, **files):
    return extracted(folder, {"result.json": json.dumps(export), **files}, source)


@pytest.mark.parametrize(("name", "thread"), [("test_single_export", "chat"), ("test_batch_export", "Chatname")])
def test_the_samples_are_the_messages_that_their_authors_say(samples, name, thread):
    source = source_of(format="telegram", channel="chat", own=["Author 2"], path=f"{name}.json")
    outcome = extracted_from(samples / "chat/telegram", source)
    assert [
        {"timestamp": r.occurred_at.strftime("%Y-%m-%dT%H:%M:%S"), "author": r.agent_ref or r.party_ref, "message": r.text}
        for r in outcome.records
    ] == [
        each | {"message": each["message"].replace("Link: ", "Link:")}
        for each in json.loads((samples / "chat/telegram/target.json").read_text())
    ]
    assert [(r.direction, r.conversation_ref) for r in outcome.records] == [("inbound", thread), ("outbound", thread)]
    assert not outcome.quarantined
    assert outcome.warnings["field 'from_id' is gone"] == 1  # and so on: samples without most fields
    first = outcome.records[0]
    assert first.source_ref == hashed_ref("telegram", thread, first.occurred_at, "Author 1", "Minimal Message")


def test_a_chat_with_one_person_bears_that_persons_account(tmp_path):
    asked, answered = read(tmp_path, chat(501, HELLO, YES)).records
    assert [(r.source_ref, r.conversation_ref, r.direction, r.agent_ref) for r in (asked, answered)] == [
        ("501/1", "501", "inbound", None),
        ("501/2", "501", "outbound", "The Shop"),
    ]
    for record in (asked, answered):
        assert party(record, evidence="channel") == {("account", "telegram", ANN), ("name", "", "Ann Archer")}
        assert (record.party_ref, record.reason, record.channel, record.is_public) == ("Ann Archer", None, "chat", False)
    assert party(asked, evidence="claimed") == {("phone", "", "+447700900456")}
    assert asked.occurred_at == datetime.fromtimestamp(AT, UTC)
    assert (asked.position, answered.in_reply_to_ref) == ("message 1", "501/1")


def test_without_own_a_chat_with_one_person_still_tells_who_is_who(tmp_path):
    source = SOURCE.model_copy(update={"own": []})
    assert [r.direction for r in read(tmp_path, chat(501, HELLO, YES), source=source).records] == ["inbound", "outbound"]


def test_a_customer_who_takes_our_name_stays_a_customer(tmp_path):
    (record,) = read(tmp_path, chat(501, HELLO | {"from": "The Shop"})).records
    assert (record.direction, record.agent_ref) == ("inbound", None)
    (in_group,) = read(tmp_path / "g", chat(7, HELLO | {"from": "The Shop"}, kind="private_group")).records
    assert in_group.direction == "inbound"


def test_a_whole_account_gives_all_its_chats_and_the_numbers_of_its_address_book(tmp_path):
    outcome = read(
        tmp_path,
        EXPORT | {"left_chats": {"about": "Left", "list": [chat(78, message(1, BOB, "bye"), kind="private_group")]}},
    )
    assert not outcome.quarantined
    assert outcome.suppressed == {"a contact of the address book": 3, "a service message": 2}
    assert outcome.records[0].position == "message 1 of chat 1"
    assert ("phone", "", "+447700900123") in party(outcome.records[0], evidence="reference")
    assert [r.conversation_ref for r in outcome.records] == ["501"] * 11 + ["77", "78"]
    assert outcome.records[-1].position == "message 1 of left chat 1"
    assert len({r.position for r in outcome.records}) == len(outcome.records)  # each can be found in the file


def test_whose_account_it_is_tells_the_export_itself(tmp_path):
    source = SOURCE.model_copy(update={"own": []})
    export = account(chat(77, message(1, US, "hi"), message(2, BOB, "hello"), name="Campers", kind="private_group"))
    assert [r.direction for r in read(tmp_path, export, source=source).records] == ["outbound", "inbound"]


def test_what_stands_behind_the_messages_counts_for_them_too(tmp_path):
    export = {name: EXPORT[name] for name in ("chats", "contacts", "personal_information", "about")}
    export["chats"] = {"list": [dict(reversed(each.items())) for each in export["chats"]["list"]]}
    same = read(tmp_path, EXPORT).records
    assert [(r.source_ref, r.party, r.text) for r in read(tmp_path / "b", export).records] == [
        (r.source_ref, r.party, r.text) for r in same
    ]


@pytest.mark.parametrize(
    ("kind", "reason", "is_public", "known"),
    [
        ("personal_chat", None, False, True),
        ("bot_chat", "bot", False, False),
        ("saved_messages", "own_address", False, False),
        ("replies", "bot", False, False),
        ("verification_codes", "bot", False, False),
        ("private_group", "group", False, True),
        ("private_supergroup", "group", False, True),
        ("public_supergroup", "group", True, True),
        ("private_channel", "newsletter", False, False),
        ("public_channel", "newsletter", True, False),
    ],
)
def test_the_type_of_a_chat_tells_whether_a_customer_is_in_it(tmp_path, kind, reason, is_public, known):
    (record,) = read(tmp_path, chat(501, HELLO, kind=kind)).records
    assert (record.reason, record.is_public, bool(record.party)) == (reason, is_public, known)


def test_the_author_in_a_group_is_the_party_of_what_they_write_and_a_channel_is_nobody(tmp_path):
    anonymous = message(3, "channel77", "rules") | {"from": "Campers"}
    outcome = read(
        tmp_path, chat(77, HELLO, message(2, BOB, "me too"), anonymous, name="Campers", kind="private_supergroup")
    )
    assert [party(r) for r in outcome.records] == [
        {("account", "telegram", ANN), ("name", "", "Ann Archer")},
        {("account", "telegram", BOB), ("name", "", "Bob")},
        {("name", "", "Campers")},
    ]


def test_a_deleted_account_is_known_by_its_id(tmp_path):
    (record,) = read(tmp_path, chat(501, HELLO | {"from": None}) | {"name": None}).records
    assert party(record, evidence="channel") == {("account", "telegram", ANN)}
    assert (record.party_ref, record.direction) == (ANN, "inbound")


def test_files_stickers_polls_cards_and_places_are_told_apart(tmp_path):
    photo, document, sticker, poll, card, place = read(
        tmp_path, chat(501, *FILES), **{"photos/photo_1.jpg": b"\xff\xd8\xff"}
    ).records
    digest = sha256(b"\xff\xd8\xff").hexdigest()
    assert (photo.attachments, photo.source_metadata) == ([Attachment("photo_1.jpg", 3, digest)], {"reactions": ["👍"]})
    assert document.attachments == [Attachment("offer.pdf", 12, "")]
    assert sticker.source_metadata == {"type": "sticker", "sticker": "😀"}
    assert (poll.text, poll.source_metadata) == ("When?\n- Monday\n- Friday", {"type": "poll"})
    assert card.source_metadata == {"type": "contact"}
    assert not any(value == "+447700900777" for _, _, value in party(card))
    assert place.source_metadata == {"type": "location"}


def test_text_in_parts_is_one_text_and_an_edit_is_the_same_message_later(tmp_path):
    (record,) = read(tmp_path, chat(501, EDITED)).records
    assert record.text == "see this now"
    assert record.updated_at == datetime.fromtimestamp(AT + 3600, UTC)
    assert record.source_metadata == {"edited": True, "via_bot": "@gif"}


@pytest.mark.parametrize("origin", ["Carl", None])
def test_what_was_forwarded_claims_nothing_of_who_forwarded_it(tmp_path, origin):
    (record,) = read(tmp_path, chat(501, FORWARDED | {"forwarded_from": origin, "text": "STOP 07700 900456"})).records
    assert party(record, evidence="claimed") == set()
    assert record.consent == []
    assert record.source_metadata["forwarded_from"] == (origin or True)


def test_stop_is_a_no_to_marketing(tmp_path):
    (record,) = read(tmp_path, chat(501, message(1, ANN, "STOP"))).records
    assert [(each.channel, each.allowed) for each in record.consent] == [("chat", False)]


@pytest.mark.parametrize(
    ("more", "status", "seconds", "direction"),
    [
        ({"duration_seconds": 61, "discard_reason": "hangup"}, "answered", 61.0, "inbound"),
        ({"duration_seconds": 5, "discard_reason": "disconnect", "actor_id": US}, "answered", 5.0, "outbound"),
        ({"discard_reason": "missed"}, "missed", None, "inbound"),
        ({"discard_reason": "busy", "actor_id": US}, "busy", None, "outbound"),
        ({"discard_reason": "hangup"}, "no_answer", None, "inbound"),
        ({}, None, None, "inbound"),
    ],
)
def test_a_call_is_an_interaction_by_voice(tmp_path, more, status, seconds, direction):
    (record,) = read(tmp_path, chat(501, service(11, "phone_call", **more))).records
    assert (record.channel, record.status, record.duration_seconds, record.direction) == (
        "voice",
        status,
        seconds,
        direction,
    )
    assert (record.source_ref, record.party_ref) == ("501/11", "Ann Archer")


def test_an_answer_to_a_topics_first_message_is_on_that_topic(tmp_path):
    (record,) = read(tmp_path, chat(77, *TOPICS, kind="private_supergroup")).records
    assert (record.topic, record.in_reply_to_ref) == ("Tents", None)


def test_chats_in_a_list_that_stands_there_twice_are_read_as_one_with_their_topics(tmp_path):
    forum = {**chat(77, TOPICS[0]), "type": "private_supergroup"}
    later = {"id": 77, "messages": [TOPICS[1]]}
    export = '{"chats": {"list": [%s, %s]}, "chats": {"list": [%s]}}'
    export %= tuple(map(json.dumps, (forum, chat(501, HELLO), later)))
    outcome = extracted(tmp_path, {"result.json": export}, SOURCE)
    assert [(each.source_ref, each.topic, each.reason) for each in outcome.records] == [
        ("501/1", None, None),
        ("77/31", "Tents", "group"),
    ]


def test_what_stands_between_chats_and_is_none_moves_no_chat(tmp_path):
    outcome = read(tmp_path, account(chat(501, HELLO), 5, chat(502, HELLO, name="Bo", kind="bot_chat")))
    assert [each.conversation_ref for each in outcome.records] == ["501", "502"]
    assert [each[-1] for each in outcome.quarantined] == ["not a record"]


def test_service_messages_and_what_is_not_exported_are_counted(tmp_path):
    outcome = read(
        tmp_path,
        chat(501, service(1, "pin_message"), service(2, "brand_new"), {"id": 3, "type": "unsupported"}),
        more='{"messages": []}',
    )
    assert outcome.suppressed == {
        "a service message": 2,
        "a message of a kind that Telegram Desktop does not export": 1,
        "a chat without messages": 1,
    }
    assert outcome.warnings["a service message with an 'action' we do not know"] == 1


def test_an_old_export_without_the_instant_is_read_in_the_sources_zone(tmp_path):
    old = HELLO | {"from_id": 501, "date": "2026-10-25T01:30:00"}
    del old["date_unixtime"]
    (record,) = read(tmp_path, chat(501, old)).records
    assert (record.occurred_at, record.source_metadata) == (
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        {"local_time": "ambiguous"},
    )
    assert record.direction == "inbound"
    nowhere = read(tmp_path / "b", chat(501, old, YES), source=source_of(format="telegram", own=["user900"]))
    assert len(nowhere.records) == 1
    assert "timezone" in nowhere.quarantined[0][1]


def test_a_zip_of_the_export_is_read_like_its_folder(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("ChatExport_2026-11-20/result.json", json.dumps(chat(501, HELLO, FILES[0])))
        archive.writestr("ChatExport_2026-11-20/photos/photo_1.jpg", b"\xff\xd8\xff")
        archive.writestr("ChatExport_2026-11-20/files/offer.docx", b"PK\x03\x04 and so on")
    outcome = extracted(tmp_path, {"telegram.zip": packed.getvalue()}, SOURCE)
    assert outcome.records[1].attachments == [Attachment("photo_1.jpg", 3, sha256(b"\xff\xd8\xff").hexdigest())]
    assert outcome.records[0].position == "message 1 in entry 1 of the zip"
    assert outcome.suppressed == {"a picture or another file beside the chats": 2}
    assert not outcome.quarantined


@pytest.mark.parametrize(
    ("name", "together"),
    [
        ("tg/2026-11-20/ChatExport_2026-11-20/result.json", "tg/2026-11-20/ChatExport_2026-11-20"),
        ("tg/2026-11-20/ChatExport_2026-11-20/photos/photo_1.jpg", "tg/2026-11-20/ChatExport_2026-11-20"),
        ("tg/2026-11-20/DataExport/chats/chat_001/files/a.pdf", "tg/2026-11-20/DataExport"),
        ("tg/2026-11-20/all.zip", "tg/2026-11-20/all.zip"),
    ],
)
def test_an_export_is_read_with_its_files(name, together):
    assert telegram.group(SourceFile(name, 1, None, name)) == together


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("<!DOCTYPE html><html>", "an HTML export, which cannot be read", id="HTML"),
        pytest.param("hello", "no Telegram export", id="a text"),
        pytest.param('{"a": 1}', "no Telegram export", id="another JSON"),
        pytest.param("", "the file is empty", id="empty"),
    ],
)
def test_a_file_that_is_no_export_is_set_aside_whole(tmp_path, content, reason):
    outcome = extracted(tmp_path, {"result.json": json.dumps(chat(501, HELLO)), "other": content}, SOURCE)
    assert len(outcome.records) == 1
    ((_, why),) = outcome.quarantined
    assert reason in why


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(without(HELLO, "type"), "missing field 'type'", id="no type"),
        pytest.param(HELLO | {"type": "secret"}, "field 'type' has a value we do not know", id="a type we have not seen"),
        pytest.param(without(HELLO, "text"), "missing field 'text'", id="no text"),
        pytest.param(HELLO | {"text": 7}, "field 'text' is not a text or a list", id="a number for a text"),
        pytest.param(HELLO | {"text": [7]}, "not a record", id="a number in a text"),
        pytest.param(HELLO | {"text": [{"type": "bold"}]}, "missing field 'text'", id="a part without text"),
        pytest.param(HELLO | {"date_unixtime": "soon"}, "a time that is no number of seconds", id="a time that is none"),
        pytest.param(HELLO | {"date_unixtime": "9" * 14}, "a time outside the calendar", id="a time beyond the calendar"),
        pytest.param(without(without(HELLO, "date_unixtime"), "date"), "missing field 'date'", id="no time"),
        pytest.param(without(HELLO | {"from": None}, "from_id"), "nobody wrote it", id="no author"),
        pytest.param(HELLO | {"from_id": "channel5", "from": "X"}, "by neither the chat's person", id="a stranger"),
        pytest.param(HELLO | {"id": 1.5}, "field 'id' is no id", id="half an id"),
        pytest.param(
            service(1, "phone_call", discard_reason="eaten"), "field 'discard_reason' has a value", id="an unknown outcome"
        ),
        pytest.param([], "not a record", id="not a record"),
        pytest.param(None, "not a record", id="nothing"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, account(chat(501, HELLO, bad, YES)))
    assert [r.source_ref for r in outcome.records] == ["501/1", "501/2"]
    ((position, why),) = outcome.quarantined
    assert position == "message 2 of chat 1"
    assert reason in why
    assert "Archer" not in why


def test_a_chat_of_a_type_we_have_not_seen_is_set_aside_message_by_message(tmp_path):
    outcome = read(
        tmp_path, account(chat(501, HELLO, YES, kind="secret_chat"), chat(502, message(1, BOB, "hi"), name="Bob"))
    )
    assert [r.source_ref for r in outcome.records] == ["502/1"]
    assert [reason for _, reason in outcome.quarantined] == ["field 'type' has a value we do not know"] * 2


def test_control_characters_that_telegram_writes_wrongly_cost_no_message(tmp_path):
    raw = json.dumps(chat(501, message(1, ANN, "a#b C:\\x0D"), YES)).replace("a#b", "a\\x0Bb")
    first, second = extracted(tmp_path, {"result.json": raw}, SOURCE).records
    assert (first.text, second.text) == ("ab C:\\x0D", "Yes")


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param("NaN", id="NaN"),
        pytest.param('{"id": 1e999}', id="a number without end"),
        pytest.param("[" * 5000 + "]" * 5000, id="deep nesting"),
        pytest.param('"' + "x" * (17 << 20) + '"', id="17 MB"),
    ],
)
def test_a_hostile_message_costs_no_other(tmp_path, raw):
    content = json.dumps(chat(501, HELLO, "#", YES)).replace('"#"', raw)
    outcome = extracted(tmp_path, {"result.json": content}, SOURCE)
    assert [r.source_ref for r in outcome.records] == ["501/1", "501/2"]
    assert [position for position, _ in outcome.quarantined] == ["message 2"]


def test_hostile_text_comes_out_valid_and_long_ids_exact(tmp_path):
    raw = json.dumps(chat(501, message(2**60 + 1, ANN, "a\u202eb\0 \ud83d!")))
    (record,) = extracted(tmp_path, {"result.json": raw}, SOURCE).records
    assert (record.text, record.source_ref) == ("ab ?!", f"501/{2**60 + 1}")


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    world=worlds(),
    is_account=st.booleans(),
    is_old=st.booleans(),
    indent=st.sampled_from([None, 1]),
    split=st.booleans(),
)
def test_a_random_world_comes_back(tmp_path_factory, world, is_account, is_old, indent, split):
    chats = []
    for thread in sorted({said.thread for said in world}):
        person = f"user{500 + thread}"
        told = []
        for number, said in enumerate(said for said in world if said.thread == thread):
            text = [said.text[:1], {"type": "bold", "text": said.text[1:]}] if split else said.text
            record = message(number, US if said.is_ours else person, text, seconds=int(said.at.timestamp()))
            told.append(without(record, "date_unixtime") if is_old else record)
        chats.append(chat(500 + thread, *told, name=f"Person {thread}"))
    files = {"result.json": account(*chats)} if is_account else {f"c{n}/result.json": each for n, each in enumerate(chats)}
    written = {name: json.dumps(each, indent=indent, ensure_ascii=False) for name, each in files.items()}
    outcome = extracted(tmp_path_factory.mktemp("telegram"), written, SOURCE)
    assert not outcome.quarantined
    expected = sorted(world, key=lambda said: said.thread)
    assert [(r.conversation_ref, r.direction, r.text, r.party_ref) for r in outcome.records] == [
        (str(500 + said.thread), "outbound" if said.is_ours else "inbound", said.text, f"Person {said.thread}")
        for said in expected
    ]
    for record, said in zip(outcome.records, expected, strict=True):
        if is_old and is_told_twice(said.at):
            assert record.source_metadata["local_time"] == "ambiguous"
        else:
            assert record.occurred_at == said.at
        assert ("account", "telegram", f"user{500 + said.thread}") in party(record)
