"""Slack as it wrote until 2018, and what exports that keep edits tell of deleted threads."""

import pytest

from pipelines.contract import Attachment
from tests.extract.test_slack import ANN, SAM, SPECIMEN_DAY, day, read, read_one, said

LINK = "<https://shop.slack.example/files/ann/F1/a.pdf|Scan GT-999999>"
SHOWN = "Scan GT-999999 (https://shop.slack.example/files/ann/F1/a.pdf)"
NUMBERS = ["GT-123456", "GT-999999"]
FILE = {"id": "F1", "name": "a.pdf", "title": "Scan GT-999999", "size": 12, "mode": "hosted"}


@pytest.mark.parametrize(
    ("told", "text"),
    [
        (f"<@{ANN}|ann> uploaded a file: {LINK}", ""),
        (f"<@{ANN}> shared a file: {LINK}", ""),
        (f"<@{ANN}> uploaded a file: {LINK} and commented: GT-123456\nis <@{SAM}>'s", "GT-123456\nis @sam's"),
        (f"<@{SAM}> uploaded a file: {LINK}", f"@sam uploaded a file: {SHOWN}"),
        (f"Look, <@{ANN}> uploaded a file: {LINK}", f"Look, @ann.a uploaded a file: {SHOWN}"),
    ],
    ids=["uploaded", "shared", "commented", "somebody else", "their own words"],
)
def test_what_slack_wrote_of_a_file_is_nobodys_word(tmp_path, told, text):
    record = read_one(tmp_path, said(ANN, told, subtype="file_share", upload=True, file=FILE))
    assert record.text == text
    assert record.attachments == [Attachment("a.pdf", 12, "")]
    assert [number in str(record.party) for number in NUMBERS] == [number in text for number in NUMBERS]


def test_a_comment_on_a_file_is_its_authors_word_alone(tmp_path):
    told = f"<@{ANN}> commented on <@{SAM}>'s file {LINK}: GT-123456"
    comment = {"id": "Fc1", "user": ANN, "comment": "GT-123456", "created": 1, "timestamp": 1, "is_intro": False}
    bare = {
        "type": "message",
        "subtype": "file_comment",
        "text": told,
        "ts": "1795168800.000200",
        "comment": comment,
        "file": {},
    }
    record = read_one(tmp_path, bare)
    assert (record.text, record.direction, record.attachments) == ("GT-123456", "inbound", [])
    assert "GT-999999" not in str(record.party)


def test_a_deleted_first_message_of_a_thread_is_a_deletion(tmp_path):
    first = said(ANN, "one", thread_ts="1795168800.000200")
    tomb = said("USLACKBOT", "This message was deleted.", first["ts"], subtype="tombstone", thread_ts=first["ts"])
    gone = {"type": "message", "subtype": "message_changed", "ts": "1795168920.000001", "hidden": True, "message": tomb}
    outcome = read(tmp_path, day(first, gone | {"previous_message": first}, gone))
    assert (outcome.quarantined, outcome.suppressed["a deleted message"]) == ([], 1)
    sent, deleted = outcome.records
    assert sent.source_ref == deleted.source_ref
    assert (deleted.text, deleted.source_metadata.get("deleted"), deleted.party) == ("one", True, sent.party)
    assert deleted.updated_at is not None


@pytest.mark.parametrize("text", ["", "A huddle started"])
def test_what_slack_says_of_a_huddle_is_nobodys_word(tmp_path, text):
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": "A huddle started"}]}
    blocks = [{"type": "rich_text", "block_id": "b", "elements": [section]}]
    room = SPECIMEN_DAY[4]["room"] | {"call_family": "huddle"}
    outcome = read(tmp_path, day(SPECIMEN_DAY[4] | {"text": text, "blocks": blocks, "room": room}))
    (record,) = outcome.records
    assert (record.text, record.channel, record.agent_ref, outcome.warnings) == ("", "voice", None, {})
