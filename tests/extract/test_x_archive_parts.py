"""What the parts of an X archive say together (long tweets, edits, media, the manifest), and random worlds read back."""

import hashlib
import html
import io
import json
import pickle
import zipfile
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.contract import Attachment
from pipelines.extract.files.inbox import find_export
from pipelines.extract.x_archive import survey
from tests.extract.exports import NIGHT, extracted, party
from tests.extract.random_world import worlds
from tests.extract.test_x_archive import (
    ACCOUNT,
    ANN,
    ARCHIVE,
    BOB,
    DIRECT,
    GOOD,
    LONG,
    SHOP,
    SOURCE,
    SPECIMEN_FILES,
    by_ref,
    conversation,
    edited,
    message,
    note,
    part,
    tweet,
)  # fmt: skip
from tests.thorough import TIMES


def test_a_long_tweet_has_its_full_text_from_the_notes(tmp_path):
    outcome = extracted(tmp_path, SPECIMEN_FILES, SOURCE)
    assert by_ref(outcome)["1400000000000000002"].text == LONG
    assert outcome.suppressed["the full text of a long tweet"] == 1
    assert not outcome.warnings
    lone = SPECIMEN_FILES | {
        "data/note-tweet.js": part("note_tweet", [note("1", "Something else of that second, long enough")])
    }
    outcome = extracted(tmp_path / "lone", lone, SOURCE)
    assert by_ref(outcome)["1400000000000000002"].text.endswith("… https://t.co/abc")
    assert outcome.warnings == {"the full text of a long tweet that is not here": 1}


def test_an_edited_tweet_is_one_record_under_the_id_of_its_first_version(tmp_path):
    """The archive of a night before the edit has the first version alone: the edit is a later version of that record."""
    first, second = "1400000000000000011", "1400000000000000012"
    before = extracted(
        tmp_path / "before", ARCHIVE | {"data/tweets.js": part("tweets", [edited(first, [first], "first")])}, SOURCE
    )
    items = [
        edited(second, [first, second], "second", created="Sun Mar 21 13:10:00 +0000 2021"),
        edited(first, [first, second], "first"),
        tweet("1400000000000000020", "and more", to=SHOP, handle="shop", status=second),
    ]
    after = extracted(tmp_path / "after", ARCHIVE | {"data/tweets.js": part("tweets", items)}, SOURCE)
    assert by_ref(before)[first].text == "first"
    found = by_ref(after)[first]
    assert (found.text, found.source_metadata) == ("second", {"version_ref": second})
    assert found.updated_at == datetime(2021, 3, 21, 13, 10, tzinfo=UTC)
    assert after.suppressed["an earlier version of an edited tweet"] == 1
    assert by_ref(after)["1400000000000000020"].in_reply_to_ref == first


def test_tweets_of_communities_are_tweets_of_ours(tmp_path):
    item = tweet("1400000000000000050", "@ann hello", to=ANN, handle="ann")
    item["tweet"] |= {"community_id": "5", "community_id_str": "5", "scopes": {"followers": False}}
    files = ARCHIVE | {"data/community-tweet.js": part("community_tweet", [item])}
    outcome = extracted(tmp_path, files, SOURCE)
    assert by_ref(outcome)["1400000000000000050"].source_metadata == {"community_ref": "5"}
    assert not outcome.warnings


def test_what_was_posted_or_sent_is_known_by_size_and_digest_where_it_came_along(tmp_path):
    film, sent = b"\0\0\0\x18ftypmp42 film", b"\xff\xd8\xff\xe0 sent"
    files = SPECIMEN_FILES | {
        "data/tweets_media/1400000000000000002-b.mp4": film,
        "data/direct_messages_media/902-x.jpg": sent,
    }
    found = by_ref(extracted(tmp_path, files, SOURCE))
    assert found["1400000000000000002"].attachments == [Attachment("b.mp4", len(film), hashlib.sha256(film).hexdigest())]
    assert found["902"].attachments == [Attachment("x.jpg", len(sent), hashlib.sha256(sent).hexdigest())]
    assert by_ref(extracted(tmp_path / "none", SPECIMEN_FILES, SOURCE))["902"].attachments == [Attachment("x.jpg", None, "")]


def test_the_zip_as_x_hands_it_out_is_read_with_its_viewer_left_out(tmp_path):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        viewer = {"Your archive.html": "<html>", "assets/js/main.js": "(function(){})", "data/README.txt": "What is in here"}
        for name, content in (SPECIMEN_FILES | viewer | {"data/tweets_media/1.svg": "<svg/>"}).items():
            archive.writestr(name, content)
    outcome = extracted(tmp_path, {"twitter.zip": out.getvalue()}, SOURCE)
    assert by_ref(outcome).keys() == {"901", "902", "911", "1400000000000000002", "1400000000000000011"}
    assert outcome.suppressed["a part of the archive without contacts"] == 4
    assert not outcome.quarantined
    assert {record.file.rpartition("/")[2] for record in outcome.records} == {"twitter.zip"}


def manifest(**counts):
    kinds = {
        kind: {"files": [{"fileName": f"data/{kind}.js", "globalName": f"YTD.{kind}.part0", "count": str(count)}]}
        for kind, count in counts.items()
    }
    return "window.__THAR_CONFIG = " + json.dumps({"userInfo": {"accountId": SHOP, "userName": "shop"}, "dataTypes": kinds})


def test_the_manifest_tells_whose_archive_it_is_and_what_did_not_come(tmp_path):
    files = {"data/manifest.js": manifest(tweets=3, direct_messages=1, like=5), "data/tweets.js": ARCHIVE["data/tweets.js"]}
    outcome = extracted(tmp_path, files, SOURCE)
    assert len(outcome.records) == 3
    assert outcome.warnings == {"a part of 'direct_messages' that the manifest lists did not come": 1}
    assert not outcome.quarantined


def test_a_part_with_fewer_tweets_than_the_manifest_counts_is_told(tmp_path):
    outcome = extracted(tmp_path, ARCHIVE | {"data/manifest.js": manifest(tweets=4)}, SOURCE)
    assert outcome.warnings == {"the manifest counts more or fewer tweets than are here": 1}


def test_of_two_archives_side_by_side_each_has_its_own_account(tmp_path):
    files = {f"shop/{name}": content for name, content in ARCHIVE.items()}
    files["bob/data/account.js"] = part("account", [{"account": {"accountId": BOB}}])
    files["bob/data/dm.js"] = part("direct_messages", [conversation(f"{BOB}-{ANN}", message("950", BOB, ANN, "from Bob"))])
    found = by_ref(extracted(tmp_path, files, SOURCE))
    assert (found["950"].direction, found["950"].agent_ref) == ("outbound", BOB)
    assert (found["902"].direction, found["902"].agent_ref) == ("outbound", SHOP)


def test_what_the_survey_finds_can_be_handed_to_another_process(tmp_path):
    extracted(tmp_path, SPECIMEN_FILES, SOURCE)
    export = find_export(str(tmp_path), SOURCE, NIGHT)
    assert pickle.loads(pickle.dumps(survey(export))).mentions == survey(export).mentions  # noqa: S301 (our own bytes)


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param({"dmConversation": {"messages": [GOOD, GOOD]}}, "missing field 'conversationId'", id="no id"),
        pytest.param(
            {"dmConversation": {"conversationId": ["1"], "messages": [GOOD]}}, "is no id", id="an id that is a list"
        ),
        pytest.param({"dmConversation": {"conversationId": "1"}}, "missing field 'messages'", id="no messages"),
        pytest.param(
            {"dmConversation": {"conversationId": "1", "messages": {"a": GOOD}}}, "not a list", id="no list of them"
        ),
        pytest.param({"dmConversation": "x"}, "not a record", id="no conversation"),
        pytest.param({}, "missing field 'messages'", id="nothing"),
        pytest.param("text", "not a record", id="a text"),
    ],
)
def test_a_conversation_not_understood_is_set_aside_once_and_the_next_is_read(tmp_path, bad, reason):
    files = ARCHIVE | {"data/direct-messages.js": part("direct_messages", [bad, *DIRECT])}
    outcome = extracted(tmp_path, files, SOURCE)
    assert {"901", "902"} <= by_ref(outcome).keys()
    ((position, why),) = outcome.quarantined
    assert position == "conversation 1"
    assert reason in why


@pytest.mark.parametrize("end", [";", "\n;\n", " "])
def test_a_part_may_end_as_a_statement_does(tmp_path, end):
    files = {name: content + end for name, content in ARCHIVE.items()}
    assert len(extracted(tmp_path, files, SOURCE).records) == 5


def test_what_follows_the_end_of_a_part_is_told(tmp_path):
    outcome = extracted(tmp_path, ARCHIVE | {"data/tweets.js": ARCHIVE["data/tweets.js"] + "[]"}, SOURCE)
    assert len(outcome.records) == 5
    assert outcome.quarantined == [("after tweet 3", "something follows the end of the list")]


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        pytest.param('"\\ud83d half"', True, id="half a surrogate pair"),
        pytest.param('"\\u0000nul \\u202ebidi"', True, id="NUL and bidirectional controls"),
        pytest.param("Infinity", False, id="Infinity"),
        pytest.param("[" * 5000 + "]" * 5000, False, id="a deep nesting"),
        pytest.param('"' + "x" * (17 << 20) + '"', False, id="a text of 17 MB"),
        pytest.param('"&amp;' + "&lt;" * 20_000 + '"', True, id="nothing but escapes"),
    ],
)
def test_hostile_values_cost_at_most_their_message(tmp_path, value, is_taken):
    items = [conversation(f"{SHOP}-{ANN}", GOOD, message("905", ANN, SHOP, "HERE"), message("906", SHOP, ANN, "y"))]
    files = ARCHIVE | {"data/direct-messages.js": part("direct_messages", items).replace('"HERE"', value)}
    found = by_ref(extracted(tmp_path, files, SOURCE))
    assert {"901", "906"} <= found.keys()
    assert ("905" in found) == is_taken


def test_an_id_that_is_a_number_beyond_2_to_53_keeps_its_digits(tmp_path):
    files = ARCHIVE | {"data/direct-messages.js": ARCHIVE["data/direct-messages.js"].replace('"902"', "9007199254740993")}
    assert "9007199254740993" in by_ref(extracted(tmp_path, files, SOURCE))


def direct(said, number):
    """A thing said, as a direct message in its conversation."""
    person = str(1200000000000000000 + said.person)
    sender, recipient = (SHOP, person) if said.is_ours else (person, SHOP)
    created = f"{said.at:%Y-%m-%dT%H:%M:%S.000Z}"
    return message(str(number), sender, recipient, html.escape(said.text, quote=False), created=created)


@settings(max_examples=40 * TIMES, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(said=worlds(), public=worlds(threads=2), parts=st.integers(1, 3))
def test_a_random_world_comes_back(tmp_path_factory, said, public, parts):
    items, expected = {}, set()
    for number, each in enumerate(sorted(said, key=lambda each: each.at, reverse=True)):
        thread = f"{SHOP}-{1200000000000000000 + each.person}"
        items.setdefault(thread, []).append(direct(each, number))
        expected.add((str(number), thread, "outbound" if each.is_ours else "inbound", each.at, each.text, thread[20:]))
    talks = [conversation(thread, *messages) for thread, messages in items.items()]
    tweets = []
    for number, each in enumerate(public, start=1000):
        person, created = str(1300000000000000000 + each.person), f"{each.at:%a %b %d %H:%M:%S +0000 %Y}"
        tweets.append(
            tweet(
                str(number), html.escape(each.text, quote=False), to=person, handle=f"p{person}", status="5", created=created
            )
        )
        expected.add((str(number), "5", "outbound", each.at, each.text, person))
    files = {"data/account.js": part("account", ACCOUNT), "data/tweets.js": part("tweets", tweets)}
    for number in range(parts):
        files[f"data/direct-messages-part{number}.js"] = part("direct_messages", talks[number::parts], number)
    outcome = extracted(tmp_path_factory.mktemp("world"), files, SOURCE)
    found = {
        (
            r.source_ref,
            r.conversation_ref,
            r.direction,
            r.occurred_at,
            r.text,
            next(p.value for p in r.party if p.kind == "account"),
        )
        for r in outcome.records
    }
    assert found == expected
    assert not outcome.quarantined


@pytest.mark.parametrize("kind", ["commerce_catalog", "audio_video_calls_in_dm_recipient_sessions", "fleet"])
def test_parts_of_real_archives_that_hold_no_contacts_are_counted(tmp_path, kind):
    outcome = extracted(tmp_path, ARCHIVE | {f"data/{kind}.js": part(kind, [{"some": {"id": "1"}}])}, SOURCE)
    assert not outcome.quarantined
    assert outcome.suppressed["a part of the archive without contacts"] == 1


def test_in_old_archives_a_message_to_a_group_is_to_account_0(tmp_path):
    group = conversation("1609", message("951", ANN, "0", "hello all"), message("952", SHOP, "0", "hello Ann"))
    outcome = extracted(tmp_path, ARCHIVE | {"data/group.js": part("direct_message_group", [group])}, SOURCE)
    assert not outcome.quarantined
    assert [(each.direction, each.reason, each.party) for each in (by_ref(outcome)["951"], by_ref(outcome)["952"])] == [
        ("inbound", "group", []),
        ("outbound", "group", []),
    ]


def test_an_account_that_is_gone_is_nobody(tmp_path):
    items = [tweet("1400000000000000031", "@gone hello", to="-1", handle="gone")]
    (record,) = extracted(tmp_path, {"a.js": part("account", ACCOUNT), "t.js": part("tweets", items)}, SOURCE).records
    assert (record.party, record.party_ref, record.reason) == ([], "", "no_identifier")


def event(ref, sender, thread, kind="messageCreateEvent", **more):
    body = {
        "messageEventSignature": {"signature": "q/F9"}, "createdAtMsec": "1769496393446", "conversationToken": "eyJ",
        "senderId": sender, "conversationId": thread, "messageId": ref, "sequenceId": "2016040111473868800",
        "detail": {kind: {"contents": "A3Yj", "shouldNotify": True} if kind == "messageCreateEvent" else {}},
    }  # fmt: skip
    return {"messageEvent": body | more}


def test_of_an_encrypted_chat_it_is_told_who_wrote_to_whom_and_when(tmp_path):
    pair = f"{SHOP}:{ANN}"
    events = [
        event("e1", SHOP, pair, "conversationKeyChangeEvent"),
        event("e2", ANN, pair),
        event("e3", SHOP, pair),
        event("e4", ANN, pair, "markConversationReadEvent"),
        event("e5", BOB, "g177"),
    ]
    outcome = extracted(tmp_path, ARCHIVE | {"data/message-event.js": part("message_event", events)}, SOURCE)
    inbound, outbound, group = (by_ref(outcome)[ref] for ref in ("e2", "e3", "e5"))
    assert (inbound.direction, outbound.direction, group.reason) == ("inbound", "outbound", "group")
    assert inbound.conversation_ref == outbound.conversation_ref == f"{SHOP}-{ANN}"
    assert ("account", "x", ANN) in party(inbound) & party(outbound)
    assert (inbound.text, inbound.source_metadata) == ("", {"encrypted": True})
    assert inbound.occurred_at == datetime(2026, 1, 27, 6, 46, 33, 446000, tzinfo=UTC)
    assert outcome.suppressed["an event of an encrypted chat (a key changed, somebody read)"] == 2
    assert (outcome.quarantined, outcome.warnings) == ([], {})


@pytest.mark.parametrize(
    "bad",
    [
        pytest.param(event("e1", ANN, f"{SHOP}:{ANN}", "messageDeleteEvent"), id="an event we have not seen"),
        pytest.param(event("e1", ANN, f"{SHOP}:{ANN}", detail={}), id="no event"),
        pytest.param(event("e1", BOB, f"{SHOP}:{ANN}"), id="by neither of the two"),
        pytest.param(event("e1", ANN, f"{BOB}:{ANN}"), id="not with us"),
        pytest.param(event("e1", ANN, f"{SHOP}:{ANN}", createdAtMsec="soon"), id="a time we cannot read"),
    ],
)
def test_an_event_of_an_encrypted_chat_that_is_not_understood_is_set_aside(tmp_path, bad):
    events = part("message_event", [bad, event("e2", ANN, f"{SHOP}:{ANN}")])
    outcome = extracted(tmp_path, ARCHIVE | {"data/message-event.js": events}, SOURCE)
    assert [at for at, _ in outcome.quarantined] == ["event 1"]
    assert "e2" in by_ref(outcome)
