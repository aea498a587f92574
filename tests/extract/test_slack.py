"""Slack: a workspace's messages, each with its author's side, its thread, its readable text and its exact time."""

import copy
import io
import json
import zipfile
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime

import pytest

from pipelines.contract import Attachment
from pipelines.extract import slack
from pipelines.extract.files.archives import unpacked
from pipelines.extract.files.inbox import find_export, keep_survey
from pipelines.extract.landing.naming import shown_file
from pipelines.extract.parts.slack.text import split_quotes
from pipelines.extract.values.issues import Issues
from tests.extract.exports import NIGHT, extracted, party, source_of
from tests.extract.specimens import Specimen

SOURCE = source_of(format="slack", region="GB", references=[r"GT-\d{6}"])
OURS = source_of(format="slack", region="GB", own=["*@shop.example"])
HOME, THEIRS = "T0SHOP", "T0MAIL"
SAM, TOM, ANN, BOB, CIA, ROBOT = "U0SAM", "U0TOM", "U0ANN", "U0BOB", "U0CIA", "U0ROBOT"


def user(ref, name, **more):
    profile = {"real_name": name, "display_name": "", "email": f"{ref.lower()}@mail.example", "phone": ""}
    roles = dict.fromkeys(
        ("is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted", "is_bot", "deleted"), False
    )
    row = {"id": ref, "team_id": HOME, "name": ref.lower(), "is_email_confirmed": True, **roles}
    return (
        row
        | {key: value for key, value in more.items() if key not in ("profile",)}
        | {"profile": profile | more.get("profile", {})}
    )


USERS = [
    user(SAM, "Sam Shaw", is_owner=True, profile={"email": "sam@shop.example", "display_name": "sam"}),
    user(TOM, "Tom Tate", profile={"email": "tom@shop.example"}),
    user(ANN, "Ann Archer", is_restricted=True, profile={"phone": "020 7946 0123", "display_name": "ann.a"}),
    user(BOB, "Bob Baker", team_id=THEIRS, is_stranger=True),
    user(ROBOT, "Robot", is_bot=True, profile={"email": None}),
]
CHANNELS = [
    {"id": "C0GEN", "name": "general", "members": [SAM, TOM]},
    {"id": "C0ANN", "name": "ext-archer", "members": [SAM, TOM, ANN]},
    {"id": "C0ALL", "name": "ext-all", "members": [SAM, ANN, BOB]},
]
DMS = [{"id": "D0SAMANN1", "created": 1, "members": [SAM, ANN]}, {"id": "D0SAMTOM1", "created": 1, "members": [SAM, TOM]}]
MPIMS = [{"id": "G0THREE", "name": "mpdm-sam--ann--bob-1", "members": [SAM, ANN, BOB], "created": 1}]
LISTS = {
    "users.json": json.dumps(USERS),
    "channels.json": json.dumps(CHANNELS),
    "dms.json": json.dumps(DMS),
    "mpims.json": json.dumps(MPIMS),
    "groups.json": "[]",
}
LISTED = {"a user of the list": 5, "a conversation of the list": 6, "an empty list": 1}


def said(author, text, ts="1795168800.000200", **more):
    return {"type": "message", "user": author, "text": text, "ts": ts} | more


def day(*messages, folder="ext-archer", name="2026-11-20"):
    return {f"{folder}/{name}.json": json.dumps(messages)}


def read(tmp_path, files, source=SOURCE):
    return extracted(tmp_path, LISTS | files, source)


def read_one(tmp_path, *messages, folder="ext-archer", source=SOURCE):
    """The last message's record."""
    outcome = read(tmp_path, day(*messages, folder=folder), source)
    assert outcome.quarantined == []
    return outcome.records[-1]


SPECIMEN_DAY = [
    said(ANN, "Where is GT-123456?", "1795168800.000200", thread_ts="1795168800.000200", client_msg_id="a", team=HOME,
         user_team=HOME, reply_count=1,
         user_profile={"real_name": "Ann Archer", "display_name": "ann.a", "name": "u0ann", "team": HOME,
                       "is_restricted": True, "is_ultra_restricted": False}),
    said(SAM, "On its way", "1795168900.000300", thread_ts="1795168800.000200", parent_user_id=ANN,
         edited={"user": SAM, "ts": "1795168950.000000"}, reactions=[{"name": "ok", "users": [ANN], "count": 1}],
         files=[{"id": "F1", "name": "a.pdf", "title": "A", "size": 12, "mode": "hosted", "mimetype": "application/pdf"}]),
    {"type": "message", "subtype": "bot_message", "text": "", "bot_id": "B0", "ts": "1795168960.000000",
     "attachments": [{"id": 1, "pretext": "New order", "text": "one", "fallback": "f",
                      "fields": [{"title": "Sum", "value": "12", "short": True}]}]},
    {"type": "message", "subtype": "channel_join", "user": TOM, "text": f"<@{TOM}> has joined", "ts": "1795168970.000000"},
    {"type": "message", "subtype": "huddle_thread", "user": "USLACKBOT", "text": "", "ts": "1795168980.000000",
     "room": {"id": "R1", "created_by": ANN, "date_start": 1795168980, "date_end": 1795169040, "has_ended": True,
              "was_missed": False}},
    said(BOB, "Hello", "1795169000.000400"),
]  # fmt: skip
SPECIMEN = Specimen(
    source=SOURCE,
    files={name: content.encode() for name, content in (LISTS | day(*SPECIMEN_DAY)).items()},
    main="ext-archer/2026-11-20.json",
    may_lack=frozenset({
        "subtype", "bot_id", "edited", "reactions", "files", "files.title", "files.mode", "room.date_end", "attachments",
        "attachments.pretext", "attachments.text", "attachments.fallback", "attachments.fields", "attachments.fields.title",
        "attachments.fields.value", "user_profile", "parent_user_id", "thread_ts",
    }),
)  # fmt: skip


def test_messages_are_mapped_field_by_field(tmp_path):
    outcome = read(tmp_path, day(*SPECIMEN_DAY))
    assert outcome.quarantined == []
    assert outcome.suppressed == LISTED | {"what Slack itself writes (joined, left, renamed, pinned …)": 1}
    asked, answered, bot, huddle, other = outcome.records
    assert (asked.source_ref, asked.conversation_ref) == ("C0ANN/1795168800.000200", "C0ANN/1795168800.000200")
    assert asked.occurred_at == datetime(2026, 11, 20, 10, microsecond=200, tzinfo=UTC)
    assert (asked.channel, asked.direction, asked.party_ref, asked.agent_ref) == ("chat", "inbound", "ann.a", None)
    assert asked.position == "record 1"
    assert asked.source_metadata == {"channel": "ext-archer"}
    assert (answered.direction, answered.agent_ref, answered.party_ref) == ("outbound", SAM, "ann.a")
    assert answered.conversation_ref == answered.in_reply_to_ref == asked.source_ref
    assert answered.attachments == [Attachment("a.pdf", 12, "")]
    assert answered.updated_at == datetime(2026, 11, 20, 10, 2, 30, tzinfo=UTC)
    assert answered.source_metadata == {"channel": "ext-archer", "edited": True, "reactions": 1}
    assert (bot.reason, bot.party, bot.direction, bot.text) == ("bot", [], "outbound", "New order\none\nSum\n12")
    assert (huddle.channel, huddle.direction, huddle.duration_seconds, huddle.status) == (
        "voice",
        "inbound",
        60.0,
        "completed",
    )
    assert (other.direction, other.party_ref) == ("inbound", "Bob Baker")


def test_a_person_is_known_by_account_address_username_and_name(tmp_path):
    record = read_one(tmp_path, said(ANN, "GT-123456, or 020 7946 0999"))
    scope = f"slack:{HOME}"
    assert party(record, evidence="channel") == {
        ("account", scope, ANN), ("email", "", "u0ann@mail.example"), ("handle", scope, "u0ann"), ("name", "", "Ann Archer"),
    }  # fmt: skip
    assert party(record, evidence="claimed") == {
        ("phone", "", "+442079460123"), ("phone", "", "+442079460999"), ("reference", "", "GT-123456"),
    }  # fmt: skip
    assert all(each.is_verified for each in record.party)


def test_a_thread_of_a_channel_is_the_conversation_and_a_direct_message_is_one_throughout(tmp_path):
    one, two = said(ANN, "x"), said(ANN, "y", "1795168900.000001", thread_ts="1795168800.000200")
    channel = read(tmp_path / "1", day(one, two, said(ANN, "z", "1795169000.000001"))).records
    assert [each.conversation_ref for each in channel] == [
        "C0ANN/1795168800.000200", "C0ANN/1795168800.000200", "C0ANN/1795169000.000001",
    ]  # fmt: skip
    direct = read(tmp_path / "2", day(one, two, folder="D0SAMANN1")).records
    assert [each.conversation_ref for each in direct] == ["D0SAMANN1", "D0SAMANN1"]
    assert [each.source_ref for each in direct] == ["D0SAMANN1/1795168800.000200", "D0SAMANN1/1795168900.000001"]


def test_a_ts_is_kept_as_it_is_written_and_read_to_the_microsecond(tmp_path):
    record = read_one(tmp_path, said(ANN, "x", "1795168800.123456"), folder="new-channel")
    assert record.source_ref == "new-channel/1795168800.123456"
    assert record.occurred_at == datetime(2026, 11, 20, 10, microsecond=123456, tzinfo=UTC)


def test_a_day_file_is_no_day_of_utc(tmp_path):
    files = day(said(ANN, "late", "1795154399.000001"), name="2026-11-19")
    assert read(tmp_path, files).records[0].occurred_at == datetime(2026, 11, 20, 5, 59, 59, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"<@{ANN}> and <@{TOM}>", "@ann.a and @Tom Tate"),
        ("<@U0GONE|gone> <@U0GONE>", "@gone @U0GONE"),
        ("<#C0GEN> <#C0GEN|general> <#C0X|> <!here> <!subteam^S1|@care>", "#general #general #C0X @here @care"),
        ("<!date^1392734382^{date}|18 Feb>", "18 Feb"),
        ("<https://shop.example/a?b=1&amp;c=2>", "https://shop.example/a?b=1&c=2"),
        ("<https://shop.example|our shop>", "our shop (https://shop.example)"),
        ("<http://shop.example|shop.example>", "http://shop.example"),
        ("<mailto:ann@mail.example|ann@mail.example> <tel:+4420|020>", "ann@mail.example 020"),
        ("1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;", "1 < 2 && 3 > 2 &lt;"),
        ("a < b", "a < b"),
        ("hi\u202e\x00 there", "hi there"),
    ],
)
def test_text_is_read_as_people_see_it(tmp_path, text, shown):
    assert read_one(tmp_path, said(ANN, text)).text == shown


def test_what_somebody_quotes_or_passes_on_is_no_claim_of_theirs(tmp_path):
    shared = {"id": 1, "is_share": True, "text": "call 020 7946 0777", "fallback": ""}
    preview = {"id": 2, "title": "A page", "text": "call 020 7946 0666", "from_url": "https://x.example"}
    text = "see this\n&gt; call 020 7946 0888\nplease"
    record = read_one(tmp_path, said(ANN, text, attachments=[shared, preview]))
    assert (record.text, record.quoted_text) == ("see this\nplease", "> call 020 7946 0888\ncall 020 7946 0777")
    assert party(record, evidence="claimed") == {("phone", "", "+442079460123")}
    assert split_quotes("a\n>>> b\nc") == ("a", ">>> b\nc")


def test_a_mention_is_not_a_handle_that_somebody_calls_theirs(tmp_path):
    record = read_one(tmp_path, said(ANN, f"I'm <@{BOB}> on X"))
    assert {each.kind for each in record.party if each.evidence == "claimed"} == {"phone"}
    record = read_one(tmp_path, said(ANN, "I'm @ann_x on X"))
    assert ("handle", "x", "ann_x") in party(record, evidence="claimed")


@pytest.mark.parametrize(
    "message",
    [
        pytest.param({"type": "message", "subtype": "bot_message", "text": "x", "bot_id": "B0"}, id="a hook"),
        pytest.param(said(ROBOT, "x", bot_id="B1", app_id="A1", bot_profile={"id": "B1"}), id="an app's user"),
        pytest.param(said("U0GONE", "x", bot_id="B1"), id="an app without a row"),
        pytest.param(said("USLACKBOT", "x"), id="Slackbot"),
        pytest.param(said("USLACKBOT", "x", subtype="slackbot_response"), id="Slackbot's answer"),
        pytest.param({"type": "message", "bot_id": "B0", "text": "", "blocks": [
            {"type": "section", "text": {"type": "mrkdwn", "text": "x"}}]}, id="an app that writes in blocks"),
        pytest.param({"type": "message", "subtype": "bot_message", "bot_id": "B0", "text": "",
                      "attachments": [{"text": "x"}]}, id="an app that writes in attachments"),
    ],
)  # fmt: skip
def test_apps_are_kept_and_have_no_customer(tmp_path, message):
    record = read_one(tmp_path, message | {"ts": "1795168800.000001"})
    assert (record.reason, record.party, record.direction, record.text) == ("bot", [], "outbound", "x")


def test_a_person_who_posts_through_an_app_stays_a_person(tmp_path):
    assert read_one(tmp_path, said(ANN, "x", bot_id="B1", app_id="A1")).direction == "inbound"


@pytest.mark.parametrize(
    ("file", "attachment"),
    [
        ({"id": "F1", "name": "a/b\\c.pdf", "size": 5}, Attachment("c.pdf", 5, "")),
        ({"id": "F1", "mode": "tombstone"}, Attachment("", None, "")),
        ({"id": "F1", "mode": "hidden_by_limit"}, Attachment("", None, "")),
        ({"id": "F1", "file_access": "check_file_info"}, Attachment("", None, "")),
        ({"id": "F1", "title": "Photo", "name": None, "size": None}, Attachment("Photo", None, "")),
    ],
)
def test_files_are_attachments_and_deleted_ones_are_counted(tmp_path, file, attachment):
    outcome = read(tmp_path, day(said(ANN, "", files=[file])))
    (record,) = outcome.records
    assert (record.attachments, outcome.warnings) == ([attachment], {})
    is_gone = file.get("mode") in ("tombstone", "hidden_by_limit")
    assert record.source_metadata.get("deleted_files") == (1 if is_gone else None)


def test_an_edit_and_a_deletion_are_later_versions_of_their_message(tmp_path):
    first, second = said(ANN, "one"), said(ANN, "two", edited={"user": ANN, "ts": "1795168860.000000"})
    edit = {"type": "message", "subtype": "message_changed", "ts": "1795168860.000001", "hidden": True,
            "message": second, "previous_message": first}  # fmt: skip
    gone = {"type": "message", "subtype": "message_deleted", "ts": "1795168920.000001", "deleted_ts": first["ts"],
            "previous_message": said(ANN, "two")}  # fmt: skip
    bare = {"type": "message", "subtype": "message_deleted", "ts": "1795168930.000001", "deleted_ts": first["ts"]}
    tomb = said("USLACKBOT", "This message was deleted.", "1795168940.000001", subtype="tombstone", hidden=True)
    outcome = read(tmp_path, day(first, edit, gone, bare, tomb))
    assert outcome.quarantined == []
    assert outcome.suppressed["a deleted message"] == 2
    one, two, three = outcome.records
    assert one.source_ref == two.source_ref == three.source_ref
    assert [one.updated_at, two.updated_at, three.updated_at] == [
        None, datetime(2026, 11, 20, 10, 1, 0, 1, tzinfo=UTC), datetime(2026, 11, 20, 10, 2, 0, 1, tzinfo=UTC),
    ]  # fmt: skip
    assert (two.text, two.source_metadata["edited"], three.source_metadata["deleted"]) == ("two", True, True)


def test_a_missed_huddle_and_one_that_goes_on_are_told(tmp_path):
    room = SPECIMEN_DAY[4]["room"]
    missed = SPECIMEN_DAY[4] | {"room": room | {"was_missed": True, "date_end": room["date_start"]}}
    record = read_one(tmp_path, missed, folder="D0SAMANN1")
    assert (record.status, record.duration_seconds, record.direction) == ("missed", 0.0, "inbound")
    ongoing = SPECIMEN_DAY[4] | {"room": room | {"has_ended": False, "date_end": 0, "created_by": SAM}}
    record = read_one(tmp_path, ongoing, folder="D0SAMANN1")
    assert (record.status, record.duration_seconds, record.direction) == ("ongoing", None, "outbound")
    assert record.party_ref == "ann.a"


def test_stop_in_a_chat_is_a_no_to_marketing(tmp_path):
    assert [each.allowed for each in read_one(tmp_path, said(ANN, "unsubscribe")).consent] == [False]


GOOD = said(ANN, "fine")


def without(record, name):
    return {key: value for key, value in record.items() if key != name}


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        *(
            pytest.param(without(GOOD, name), f"missing field '{name}'", id=f"no {name}")
            for name in ("type", "user", "ts", "text")
        ),
        pytest.param(GOOD | {"subtype": "telepathy"}, "field 'subtype' has a value we do not know", id="an unknown subtype"),
        pytest.param(GOOD | {"type": "note"}, "field 'type' has a value we do not know", id="an unknown type"),
        pytest.param(GOOD | {"user": "U0NOBODY"}, "no user of users.json", id="an unknown author"),
        pytest.param(GOOD | {"ts": 1795168800.2}, "field 'ts' is not a text", id="a number for a ts"),
        pytest.param(GOOD | {"ts": "yesterday"}, "field 'ts' is no time", id="no time"),
        pytest.param(GOOD | {"ts": "99999999999.000001"}, None, id="a time beyond the calendar is one still"),
        pytest.param(GOOD | {"parent_user_id": ANN}, "missing field 'thread_ts'", id="an answer without its thread"),
        pytest.param(GOOD | {"files": [{"name": "a"}]}, "missing field 'id'", id="a file without an id"),
        pytest.param(GOOD | {"files": {}}, "field 'files' is not a list", id="files of another shape"),
        pytest.param(GOOD | {"attachments": ["x"]}, "not a record", id="an attachment of another shape"),
        pytest.param(GOOD | {"edited": {"user": ANN}}, "missing field 'ts'", id="an edit without a time"),
        pytest.param(GOOD | {"user_profile": []}, "field 'user_profile' is not a record", id="a profile of another shape"),
        pytest.param(GOOD | {"subtype": "message_changed"}, "missing field 'message'", id="an edit without a message"),
        pytest.param(
            {"type": "message", "ts": "1795168800.0", "subtype": "message_deleted", "previous_message": "x"},
            "missing field 'message'",
            id="a deletion of nothing",
        ),
        pytest.param(GOOD | {"subtype": "huddle_thread"}, "missing field 'id'", id="a huddle without a room"),
        pytest.param({"a": 1}, "neither a message", id="something else"),
        pytest.param([], "neither a message", id="a list"),
        pytest.param(None, "neither a message", id="nothing"),
        pytest.param(7, "neither a message", id="a number"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    outcome = read(tmp_path, day(said(ANN, "before", "1795168700.0"), bad, said(ANN, "after", "1795168900.0")))
    assert [text for text in outcome.texts if text != "fine"] == ["before", "after"]
    if reason is not None:
        ((position, why),) = outcome.quarantined
        assert position == "record 2"
        assert reason in why


def test_without_the_list_of_users_nobody_is_taken_for_ours_or_theirs(tmp_path):
    outcome = extracted(tmp_path, day(GOOD), SOURCE)
    assert outcome.records == []
    assert "users.json" in outcome.quarantined[0][1]


@pytest.mark.parametrize("change", ["drop", "rename", "retype"])
@pytest.mark.parametrize("name", ["id", "team_id", "name", "profile", "is_restricted", "is_email_confirmed", "is_owner"])
def test_a_changed_list_of_users_is_told(tmp_path, name, change):
    users = copy.deepcopy(USERS)
    for row in users:
        value = row.pop(name)
        if change == "rename":
            row[f"{name}_v2"] = value
        elif change == "retype":
            row[name] = [value]
    outcome = read(tmp_path, day(GOOD) | {"users.json": json.dumps(users)})
    assert outcome.quarantined or outcome.warnings


@pytest.mark.parametrize("name", ["email", "real_name", "phone"])
def test_a_changed_profile_is_told(tmp_path, name):
    users = [each | {"profile": without(each["profile"], name)} for each in USERS]
    assert read(tmp_path, {"users.json": json.dumps(users)}).warnings == {f"field '{name}' is gone": 1}


def test_other_files_of_an_export_are_counted(tmp_path):
    files = {
        "integration_logs.json": json.dumps([{"user_id": SAM, "service_type": "CI", "change_type": "added"}]),
        "canvases.json": json.dumps([{"id": "F1", "filetype": "quip", "url_private": "https://x.example"}]),
        ".slack-manifest.json": json.dumps({"version": 2, "metadata": {"exporter": "slack"}, "checksum": {"value": "0"}}),
        "ext-archer/attachments/photo.jpg": b"\xff\xd8\xff\xe0",
        "notes.txt": "words",
        "empty.json": "",
    }
    outcome = read(tmp_path, day(GOOD) | files)
    assert outcome.suppressed == LISTED | {
        "an entry of the apps' log": 1, "a canvas or file of the list": 1, "a file beside the messages": 1,
        "the export's own manifest": 1,
    }  # fmt: skip
    assert sorted(reason for _, reason in outcome.quarantined) == [
        "not JSON: an export as text cannot be read, ask Slack for JSON", "the file is empty",
    ]  # fmt: skip


def zipped(files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_a_zip_its_folder_and_a_folder_in_a_zip_give_the_same(tmp_path):
    files = LISTS | day(*SPECIMEN_DAY)
    plain = extracted(tmp_path / "1", files, SOURCE)
    for number, packed in enumerate(({"a.zip": zipped(files)}, {"a.zip": zipped({f"x/{n}": c for n, c in files.items()})})):
        outcome = extracted(tmp_path / f"zip {number}", packed, SOURCE)
        keys = ("source_ref", "conversation_ref", "text", "party", "direction", "reason")
        assert [[asdict(r)[key] for key in keys] for r in outcome.records] == [
            [asdict(r)[key] for key in keys] for r in plain.records
        ]
        assert outcome.read == plain.read
        assert all("of the zip" in record.position for record in outcome.records)


def test_two_workspaces_keep_their_channels_apart(tmp_path):
    other = LISTS | {"channels.json": json.dumps([{"id": "C9OTHER", "name": "ext-archer", "members": [SAM, BOB]}])}
    outcome = extracted(
        tmp_path, {"a.zip": zipped(LISTS | day(said(SAM, "x"))), "b.zip": zipped(other | day(said(SAM, "y")))}, SOURCE
    )
    assert [(record.source_ref[:5], record.party_ref) for record in outcome.records] == [
        ("C0ANN", "ann.a"), ("C9OTH", "Bob Baker"),
    ]  # fmt: skip


def test_parts_that_are_read_apart_give_what_the_whole_gives(tmp_path):
    """As landing does it: the survey once, then each file by itself, the survey's result handed over as bytes."""
    from dataclasses import replace

    files = LISTS | day(said(BOB, "a", thread_ts="1795168800.000200"), folder="ext-all")
    files |= day(said(SAM, "b", "1795268800.000001", thread_ts="1795168800.000200"), folder="ext-all", name="2026-11-21")
    whole = extracted(tmp_path, files, SOURCE)
    export = unpacked(find_export(str(tmp_path), SOURCE, NIGHT), Issues())
    surveyed = tmp_path / "survey"
    keep_survey(slack.survey(export), surveyed)
    parts = [
        record
        for file in export.files
        for record in slack.extract(replace(export, files=[file], surveyed=surveyed), Issues())
    ]
    assert [asdict(record) for record in parts] == [asdict(record) for record in whole.records]
    assert parts[1].party_ref == "Bob Baker"


def test_the_sample_loses_nothing(tmp_path, samples):
    archive = (samples / "chat" / "slack" / "testarchive.zip").read_bytes()
    outcome = extracted(tmp_path, {"testarchive.zip": archive}, SOURCE)
    assert outcome.quarantined == []
    assert len(outcome.records) == 147  # of 158: 8 joined, 3 apps were added
    assert outcome.suppressed == {
        "what Slack itself writes (joined, left, renamed, pinned …)": 11,
        "a user of the list": 4,
        "a conversation of the list": 2,
        "an entry of the apps' log": 30,
    }
    assert Counter(record.reason for record in outcome.records) == {"bot": 94, "internal": 53}
    assert sum(not record.text for record in outcome.records) == 3  # files that were sent without a word
    assert len({record.source_ref for record in outcome.records}) == 147
    assert not any("<@" in record.text or "&lt;" in record.text for record in outcome.records)
    comment = next(record for record in outcome.records if record.source_metadata.get("subtype") == "file_comment")
    assert (comment.agent_ref, comment.attachments) == ("U0BMS113R", [Attachment("10_cities.js", 478, "")])


def test_a_channel_may_be_named_after_a_person():
    shown = shown_file("slack/2026-11-20/export/ext-ann-archer/2026-11-20.json", "slack")
    assert "archer" not in shown
    assert shown.endswith("/2026-11-20.json")
    for name in ("users.json", "file_conversations.json", "huddle_transcripts.json", ".slack-manifest.json"):
        assert shown_file(f"slack/2026-11-20/{name}", "slack") == f"slack/2026-11-20/{name}"
