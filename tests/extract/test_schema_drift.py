"""A vendor changes its export: a field is renamed, dropped, of another type, nested. No value is ever lost in silence."""

import copy
import json
from dataclasses import asdict

import pytest

from tests.extract import test_messenger, test_x_archive, test_zendesk
from tests.extract.exports import extracted

ZENDESK = {"ticket": [test_zendesk.TALK], "users": test_zendesk.PEOPLE}
X = {"messages": [test_x_archive.DIRECT[0]], "tweets": [test_x_archive.TWEETS[0]]}
THREAD = test_messenger.thread(test_messenger.message("Zoë Ágoston", "hello", photos=[{"uri": "a.jpg"}]))

# Fields that are left on purpose, or that a record has only when it has something to say there.
ABSENT_IS_NORMAL = {
    "zendesk": {"html_body"},
    "x_archive": {"in_reply_to_user_id_str", "in_reply_to_screen_name", "in_reply_to_status_id_str"},
    "messenger": {"content", "type", "photos"},
}


def zendesk(world, tmp_path):
    files = {"t": test_zendesk.lines(*world["ticket"]), "u": test_zendesk.lines(*world["users"])}
    return extracted(tmp_path, files, test_zendesk.SOURCE)


def x_archive(world, tmp_path):
    files = {
        "a.js": test_x_archive.part("account", test_x_archive.ACCOUNT),
        "d.js": test_x_archive.part("direct_messages", world["messages"]),
        "t.js": test_x_archive.part("tweets", world["tweets"]),
    }
    return extracted(tmp_path, files, test_x_archive.SOURCE)


def messenger(world, tmp_path):
    return extracted(tmp_path, {"inbox/zoe_1/message_1.json": json.dumps(world)}, test_messenger.SOURCE)


RECORDS = {  # each kind of record: how to reach it in its export
    "a ticket": (zendesk, ZENDESK, lambda world: world["ticket"][0]),
    "a comment": (zendesk, ZENDESK, lambda world: world["ticket"][0]["comments"][0]),
    "a user": (zendesk, ZENDESK, lambda world: world["users"][0]),
    "a direct message": (x_archive, X, lambda world: world["messages"][0]["dmConversation"]["messages"][1]["messageCreate"]),
    "a conversation": (x_archive, X, lambda world: world["messages"][0]["dmConversation"]),
    "a tweet": (x_archive, X, lambda world: world["tweets"][0]["tweet"]),
    "a message": (messenger, THREAD, lambda world: world["messages"][0]),
    "a thread": (messenger, THREAD, lambda world: world),
}
CASES = [(kind, name) for kind, (_, world, record) in RECORDS.items() for name in record(world)]


def rename(record, name):
    record[f"{name}_v2"] = record.pop(name)


def drop(record, name):
    del record[name]


def retype(record, name):
    value = record[name]
    record[name] = [value] if isinstance(value, str | bool | int) or value is None else "text"


def nest(record, name):
    record[name] = {"value": record[name]}


@pytest.mark.parametrize("change", [rename, drop, retype, nest], ids=lambda change: change.__name__)
@pytest.mark.parametrize(("kind", "name"), CASES, ids=[f"{name} of {kind}" for kind, name in CASES])
def test_a_changed_field_is_set_aside_or_told_or_was_never_taken(tmp_path, kind, name, change):
    extract, world, reach = RECORDS[kind]
    changed = copy.deepcopy(world)
    change(reach(changed), name)
    before, after = extract(world, tmp_path / "before"), extract(changed, tmp_path / "after")
    assert not before.quarantined
    if after.quarantined or after.warnings != before.warnings:
        return
    same = [asdict(record) for record in after.records] == [asdict(record) for record in before.records]
    assert same or (change is drop and name in ABSENT_IS_NORMAL[extract.__name__])
