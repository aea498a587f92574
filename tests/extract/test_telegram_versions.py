"""Telegram Desktop before 2021 and from 2025 on: other numbers; rich messages, lists of tasks, calls of several people."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from pipelines.contract import Attachment
from tests.extract.exports import extracted
from tests.extract.test_telegram import ANN, SOURCE, US, chat, message, party, read, service

JPG = b"\xff\xd8\xff"


def plain(text):
    return {"type": "plain", "text": text}


def rich(*blocks, **more):
    record = message(1, ANN, "", rich_message={"rtl": False, "part": False, "blocks": list(blocks)}, **more)
    return {name: value for name, value in record.items() if name not in ("text", "text_entities")}


def test_a_rich_message_says_the_words_of_its_blocks(tmp_path):
    call = {
        "type": "concat",
        "text": [plain("Call "), {"type": "bold", "text": {"type": "phone", "text": plain("07700 900456")}}],
    }
    item = {"task_state": "none", "content": "blocks", "blocks": [{"type": "paragraph", "text": plain("blue")}]}
    blocks = [
        {"type": "heading", "level": 1, "text": plain("Tents")},
        {"type": "paragraph", "text": call},
        {"type": "divider"},
        {"type": "list", "kind": "bullet", "items": [{"content": "text", "text": plain("red")}, item]},
        {"type": "table", "title": plain("Prices"), "rows": [{"cells": [{"text": plain("two")}, {"header": True}]}]},
        {"type": "quote", "text": plain("as ever"), "caption": {"type": "empty"}},
        {"type": "paragraph", "text": {"type": "diff", "text": plain("new"), "old_text": plain("old")}},
        {"type": "paragraph", "text": {"type": "math", "source": "a+b"}},
        {"type": "button_row", "buttons": [{"text": plain("Press me"), "button": {"type": "url", "url": "x"}}]},
    ]
    outcome = read(tmp_path, chat(501, rich(*blocks)))
    (record,) = outcome.records
    assert record.text.split("\n") == [
        "Tents", "Call 07700 900456", "red", "blue", "Prices", "two", "as ever", "new", "a+b",
    ]  # fmt: skip
    assert any(value == "+447700900456" for _, _, value in party(record, evidence="claimed"))
    assert (outcome.quarantined, outcome.warnings) == ([], {})


def test_the_files_of_a_rich_message_are_its_attachments(tmp_path):
    photo = {
        "type": "photo",
        "photo_id": "1",
        "photo": "photos/p.jpg",
        "photo_file_size": 3,
        "caption": {"text": plain("here")},
    }
    file = {"type": "file", "document_id": "2", "file_skip_reason": "file_type", "file_name": "offer.pdf", "file_size": 12}
    group = {"type": "collage", "items": [photo, file], "caption": {"text": plain("both"), "credit": plain("us")}}
    (record,) = read(tmp_path, chat(501, rich(group)), **{"photos/p.jpg": JPG}).records
    assert record.text == "here\nboth\nus"
    assert record.attachments == [
        Attachment("p.jpg", 3, sha256(JPG).hexdigest()), Attachment("offer.pdf", 12, ""),
    ]  # fmt: skip


def test_a_rich_message_may_be_empty_but_not_shapeless(tmp_path):
    outcome = read(tmp_path, chat(501, rich(), rich("words", id=2), rich(id=3) | {"rich_message": {"blocks": "words"}}))
    assert [record.text for record in outcome.records] == [""]
    assert [each[-1] for each in outcome.quarantined] == [
        "a block of field 'rich_message' is not a record", "field 'blocks' is not a list",
    ]  # fmt: skip


def test_blocks_within_blocks_without_end_are_read(tmp_path):
    block, words = {"type": "paragraph", "text": plain("deep")}, plain("words")
    for _ in range(150):
        block, words = {"type": "details", "blocks": [block]}, {"type": "bold", "text": words}
    (record,) = read(tmp_path, chat(501, rich(block, {"type": "paragraph", "text": words}))).records
    assert record.text == "deep\nwords"


def test_a_list_of_tasks_is_read_as_a_poll_is(tmp_path):
    tasks = {
        "title": "To bring", "others_can_append": True, "others_can_complete": False,
        "answers": [{"text": "pegs", "id": 1}, {"text": [plain("a "), {"type": "bold", "text": "map"}], "id": 2}],
    }  # fmt: skip
    outcome = read(tmp_path, chat(501, message(1, ANN, "", todo_list=tasks), service(2, "todo_completions", completed=[1])))
    (record,) = outcome.records
    assert (record.text, record.source_metadata) == ("To bring\n- pegs\n- a map", {"type": "tasks"})
    assert outcome.warnings == {}


@pytest.mark.parametrize(
    ("action", "more", "status", "seconds"),
    [
        ("conference_call", {"duration_seconds": 61, "is_active": False, "is_missed": False}, "answered", 61.0),
        ("conference_call", {"is_active": False, "is_missed": True}, "missed", None),
        ("conference_call", {"is_active": True, "is_missed": False}, "ongoing", None),
        ("conference_call", {"is_active": False, "is_missed": False}, None, None),
        ("phone_call", {"discard_reason": "migrate_conference_all"}, "transferred", None),
    ],
)
def test_a_call_that_several_may_join_is_a_call(tmp_path, action, more, status, seconds):
    outcome = read(tmp_path, chat(501, service(1, action, actor=US, **more)))
    (record,) = outcome.records
    assert (record.channel, record.status, record.duration_seconds) == ("voice", status, seconds)
    assert (record.direction, record.party_ref, outcome.warnings) == ("outbound", "Ann Archer", {})


@pytest.mark.parametrize("peer", ["user77", "channel77", (2 << 32) + 77])
def test_an_answer_to_a_message_of_another_chat_points_there(tmp_path, peer):
    told = message(2, US, "see there", reply_to_message_id=7, reply_to_peer_id=peer)
    (record,) = read(tmp_path, chat(501, told)).records
    assert record.in_reply_to_ref == "77/7"


def test_in_an_old_export_a_chat_has_its_persons_number_behind_its_kind(tmp_path):
    old = [
        {"id": 2, "type": "message", "date": "2020-11-14T20:42:15", "from": "Ann Archer", "from_id": 501, "text": "hello"},
        {"id": 3, "type": "message", "date": "2020-11-14T20:43:15", "from": "The Shop", "from_id": 900, "text": "hi"},
    ]
    first, second = extracted(tmp_path, {"result.json": json.dumps(chat(501 + (1 << 32), *old))}, SOURCE).records
    assert (first.source_ref, first.conversation_ref, first.direction) == ("501/2", "501", "inbound")
    assert ("account", "telegram", ANN) in party(first) & party(second)
    assert (second.direction, second.party_ref) == ("outbound", "Ann Archer")


def test_an_export_of_early_2021_has_the_kind_of_every_author_in_front_of_the_number(tmp_path):
    old = {"type": "message", "date": "2021-01-14T20:42:15", "text": "hello"}
    group = chat(7 + (2 << 32), name="Tents", kind="private_group")
    group["messages"] = [
        old | {"id": 2, "from": "Ann Archer", "from_id": 501 + (1 << 32)},
        old | {"id": 3, "from": "The Shop", "from_id": 900 + (1 << 32)},
        old | {"id": 4, "from": "Tents", "from_id": 7 + (2 << 32)},
    ]
    ann, us, nobody = extracted(tmp_path, {"result.json": json.dumps(group)}, SOURCE).records
    assert ("account", "telegram", ANN) in party(ann)
    assert (us.direction, us.conversation_ref) == ("outbound", "7")
    assert party(nobody) == {("name", "", "Tents")}


@pytest.mark.parametrize(
    ("edited", "updated_at"),
    [
        ("1970-01-01T05:00:00", None),
        ("1969-12-31T19:00:00", None),
        ("2020-11-14T20:50:00", datetime(2020, 11, 14, 20, 50, tzinfo=UTC)),
    ],
)
def test_an_old_export_says_of_every_message_when_it_was_edited(tmp_path, edited, updated_at):
    old = {"id": 2, "type": "message", "date": "2020-11-14T20:42:15", "from": "Ann Archer", "from_id": 501, "text": "hello"}
    (record,) = extracted(tmp_path, {"result.json": json.dumps(chat(501, old | {"edited": edited}))}, SOURCE).records
    assert (record.updated_at, record.source_metadata.get("edited")) == (updated_at, True if updated_at else None)
