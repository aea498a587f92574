"""A small archive as X hands it out, written here: there is no public sample of one."""

import html
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.extract.changed import silent_changes, silent_cuts
from tests.extract.exports import extracted, party, source_of
from tests.extract.specimens import Specimen

SHOP, ANN, BOB = "1180000000000000001", "1180000000000000002", "1180000000000000003"
SOURCE = source_of(format="x_archive", name="social_x", channel="social", own=["@shop"], region="GB")
ACCOUNT = [{"account": {"email": "s@shop.example", "username": "shop", "accountId": SHOP, "accountDisplayName": "The Shop"}}]


def part(name, items, number=0):
    return f"window.YTD.{name}.part{number} = {json.dumps(items, indent=1)}"


def tweet(ref, text, *, to=None, handle=None, status=None, created="Sun Mar 21 12:53:22 +0000 2021"):
    reply = {"in_reply_to_user_id_str": to, "in_reply_to_user_id": to, "in_reply_to_screen_name": handle} if to else {}
    mentions = [{"name": handle, "screen_name": handle, "id_str": to, "id": to, "indices": ["0", "4"]}] if handle else []
    about = {"in_reply_to_status_id_str": status, "in_reply_to_status_id": status} if status else {}
    return {
        "tweet": {
            "id": ref,
            "id_str": ref,
            "full_text": text,
            "created_at": created,
            "retweeted": False,
            "lang": "en",
            "source": "web",
            "entities": {"user_mentions": mentions, "urls": [], "hashtags": [], "symbols": []},
            "favorite_count": "0",
            "retweet_count": "0",
            "truncated": False,
            "favorited": False,
            "display_text_range": ["0", "5"],
            **reply,
            **about,
        }
    }


def message(ref, sender, recipient, text, created="2021-03-22T09:00:00.123Z", **more):
    body = {
        "id": ref,
        "senderId": sender,
        "recipientId": recipient,
        "text": text,
        "createdAt": created,
        "reactions": [],
        "urls": [],
        "mediaUrls": [],
    }
    return {"messageCreate": {name: value for name, value in (body | more).items() if value is not None}}


def conversation(ref, *messages):
    return {"dmConversation": {"conversationId": ref, "messages": list(messages)}}


DIRECT = [
    conversation(
        f"{SHOP}-{ANN}",
        message("902", SHOP, ANN, "Tom &amp; Jerry &lt;3"),
        message("901", ANN, SHOP, "my mail is ann@mail.example, order A-1", created="2021-03-22T08:00:00.000Z"),
    )
]
TWEETS = [
    tweet("1400000000000000002", "@ann_new we wrote you", to=ANN, handle="ann_new", status="1399999999999999999"),
    tweet("1400000000000000001", "@ann_old hello", to=ANN, handle="ann_old"),
    tweet("1400000000000000003", "New in our shop: 2 &lt; 3"),
]
ARCHIVE = {
    "data/account.js": part("account", ACCOUNT),
    "data/tweets.js": part("tweets", TWEETS),
    "data/direct-messages.js": part("direct_messages", DIRECT),
}


def loaded(content):
    """The items of a part, without the assignment before them."""
    return json.loads(content.partition(b"=")[2])


def dumped(name):
    return lambda items: part(name, items).encode()


def note(ref, text, created="2021-03-21T12:53:22.000Z"):
    core = {"styletags": [], "urls": [], "text": text, "mentions": [], "cashtags": [], "hashtags": []}
    lifecycle = {"value": "3", "name": "Published", "originalName": "Published", "annotations": {}}
    return {
        "noteTweet": {"noteTweetId": ref, "updatedAt": created, "lifecycle": lifecycle, "createdAt": created, "core": core}
    }


def picture(name):
    sizes = {"large": {"w": "100", "h": "100", "resize": "fit"}}
    about = {"expanded_url": "https://x.com/1", "indices": ["1", "9"], "url": "https://t.co/1", "id_str": "7", "id": "7"}
    return about | {"media_url": f"http://p/{name}", "media_url_https": f"https://p/{name}", "type": "photo", "sizes": sizes}


def edited(ref, versions, text, created="Sun Mar 21 12:53:22 +0000 2021"):
    control = {"editTweetIds": versions, "editableUntil": created, "editsRemaining": "4", "isEditEligible": True}
    info = (
        {"initial": control}
        if ref == versions[0]
        else {"edit": {"initialTweetId": versions[0], "editControlInitial": control}}
    )
    item = tweet(ref, text, created=created)
    item["tweet"]["edit_info"] = info
    return item


LONG = "This answer is a long one, which goes on & on over more than the characters that are shown. " * 4
SHOWN = html.escape(f"@ann_new {LONG[:230]}… https://t.co/abc", quote=False)
EVENT = {
    "participantsJoin": {"initiatingUserId": ANN, "participantsSnapshot": [BOB], "createdAt": "2021-03-22T09:00:00.000Z"}
}
REACTION = {"senderId": ANN, "reactionKey": "like", "eventId": "1", "createdAt": "2021-03-22T09:10:00.000Z"}
URL = {"url": "https://t.co/1", "expanded": "https://shop.example", "display": "shop.example"}
SPECIMEN_FILES = {
    "data/account.js": part("account", ACCOUNT).encode(),
    "data/direct-messages.js": part(
        "direct_messages",
        [
            conversation(
                f"{SHOP}-{ANN}",
                message(
                    "902", SHOP, ANN, "Tom &amp; Jerry", reactions=[REACTION], urls=[URL], mediaUrls=["https://p/dm/1/x.jpg"]
                ),
                message("901", ANN, SHOP, "hello"),
            ),
            conversation("77", message("911", ANN, None, "hello all"), EVENT),
        ],
    ).encode(),
    "data/note-tweet.js": part("note_tweet", [note("1400000000000000000", html.escape(LONG, quote=False))]).encode(),
    "data/tweets.js": part(
        "tweets",
        [
            tweet("1400000000000000002", SHOWN, to=ANN, handle="ann_new", status="1399999999999999999"),
            edited("1400000000000000012", ["1400000000000000011", "1400000000000000012"], "second"),
            edited("1400000000000000011", ["1400000000000000011", "1400000000000000012"], "first"),
        ],
    ).encode(),
}
WITH_PICTURE = loaded(SPECIMEN_FILES["data/tweets.js"])
WITH_PICTURE[0]["tweet"]["extended_entities"] = {
    "media": [
        picture("a.jpg") | {"video_info": {"aspect_ratio": ["1", "1"], "variants": [{"url": "https://v/b.mp4?tag=1"}]}}
    ]
}
SPECIMEN_FILES["data/tweets.js"] = part("tweets", WITH_PICTURE).encode()
SPECIMEN = Specimen(SOURCE, SPECIMEN_FILES, "data/direct-messages.js", loaded, dumped("direct_messages"))
OTHER_PARTS = {
    "tweets": replace(
        SPECIMEN,
        main="data/tweets.js",
        dump=dumped("tweets"),
        may_lack=frozenset(
            f"tweet.{name}"
            for name in (
                "in_reply_to_user_id_str", "in_reply_to_screen_name", "in_reply_to_status_id_str", "extended_entities",
                "extended_entities.media", "extended_entities.media.video_info",
                "extended_entities.media.video_info.variants", "edit_info", "edit_info.edit", "edit_info.initial",
                "edit_info.edit.editControlInitial",
            )
        ),
    ),
    "note_tweet": replace(SPECIMEN, main="data/note-tweet.js", dump=dumped("note_tweet")),
    "account": replace(SPECIMEN, main="data/account.js", dump=dumped("account")),
}  # fmt: skip


@pytest.mark.parametrize("name", OTHER_PARTS)
def test_no_field_of_another_part_is_lost_in_silence(tmp_path, name):
    silent, made = silent_changes(tmp_path, OTHER_PARTS[name])
    assert silent == []
    assert made >= 25


@pytest.mark.parametrize("name", OTHER_PARTS)
def test_another_part_cut_off_is_told(tmp_path, name):
    assert silent_cuts(tmp_path, OTHER_PARTS[name]) == []


def by_ref(outcome):
    return {record.source_ref: record for record in outcome.records}


def test_a_direct_message_is_one_interaction_with_the_other_account_on_it(tmp_path):
    found = by_ref(extracted(tmp_path, ARCHIVE, SOURCE))
    asked, answered = found["901"], found["902"]
    assert (asked.direction, answered.direction) == ("inbound", "outbound")
    assert asked.conversation_ref == answered.conversation_ref == f"{SHOP}-{ANN}"
    assert asked.occurred_at == datetime(2021, 3, 22, 8, tzinfo=UTC)
    assert answered.occurred_at == datetime(2021, 3, 22, 9, 0, 0, 123000, tzinfo=UTC)
    assert answered.text == "Tom & Jerry <3"
    assert answered.agent_ref == SHOP
    assert not answered.is_public
    for record in (asked, answered):
        assert {("account", "x", ANN), ("handle", "x", "ann_new")} <= party(record, evidence="channel")
    assert ("email", "", "ann@mail.example") in party(asked, evidence="claimed")
    assert answered.position == "message 1 of conversation 1"


def test_a_display_name_is_known_through_a_mention_and_the_handle_is_no_name(tmp_path):
    named = tweet("1400000000000000003", "@ann_new hello", to=ANN, handle="ann_new")
    named["tweet"]["entities"]["user_mentions"][0]["name"] = "Ann  Lee"
    files = ARCHIVE | {"data/tweets.js": part("tweets", [named])}
    assert ("name", "", "Ann Lee") in party(by_ref(extracted(tmp_path / "named", files, SOURCE))["902"])
    named["tweet"]["entities"]["user_mentions"][0]["name"] = "@Ann_New"
    files = ARCHIVE | {"data/tweets.js": part("tweets", [named])}
    kinds = {kind for kind, _, _ in party(by_ref(extracted(tmp_path / "unnamed", files, SOURCE))["902"])}
    assert kinds == {"account", "handle"}


def test_a_handle_is_the_one_that_the_latest_tweet_tells(tmp_path):
    backwards = ARCHIVE | {"data/tweets.js": part("tweets", TWEETS[::-1])}
    assert ("handle", "x", "ann_new") in party(by_ref(extracted(tmp_path, backwards, SOURCE))["902"])


def test_a_tweet_of_ours_is_public_and_answers_an_account_or_nobody(tmp_path):
    found = by_ref(extracted(tmp_path, ARCHIVE, SOURCE))
    answer, broadcast = found["1400000000000000002"], found["1400000000000000003"]
    assert (answer.direction, answer.is_public) == ("outbound", True)
    assert answer.occurred_at == datetime(2021, 3, 21, 12, 53, 22, tzinfo=UTC)
    assert answer.in_reply_to_ref == "1399999999999999999"
    assert party(answer) == {("account", "x", ANN), ("handle", "x", "ann_new")}
    assert ("handle", "x", "ann_old") in party(found["1400000000000000001"])
    assert (broadcast.party, broadcast.reason, broadcast.text) == ([], "no_identifier", "New in our shop: 2 < 3")


def test_ids_stay_the_digits_they_are(tmp_path):
    assert {"1400000000000000001", "1400000000000000003"} <= by_ref(extracted(tmp_path, ARCHIVE, SOURCE)).keys()


@pytest.mark.parametrize("name", ["a.js", "direct-messages.js.txt", "zzz"])
def test_a_part_is_told_by_what_it_holds_and_not_by_its_name(tmp_path, name):
    files = {"1": ARCHIVE["data/account.js"], name: ARCHIVE["data/direct-messages.js"], "zzzz": ARCHIVE["data/tweets.js"]}
    assert len(extracted(tmp_path, files, SOURCE).records) == 5


def test_parts_of_one_kind_are_read_together_and_an_old_archive_too(tmp_path):
    old = {
        "account.js": part("account", ACCOUNT),
        "tweet.js": part("tweet", [each["tweet"] for each in TWEETS]),
        "direct-message-part1.js": part("direct_message", [conversation("1-2", message("903", BOB, SHOP, "hi"))], 1),
        "direct-message.js": part("direct_message", DIRECT),
    }
    assert {"901", "902", "903"} < by_ref(extracted(tmp_path, old, SOURCE)).keys()


def test_a_group_has_no_customer_and_its_events_are_left_out(tmp_path):
    group = conversation(
        "77",
        message("911", ANN, None, "hello all"),
        {
            "participantsJoin": {
                "initiatingUserId": ANN,
                "participantsSnapshot": [BOB],
                "createdAt": "2021-03-22T09:00:00.000Z",
            }
        },
        message("912", SHOP, None, "hello Ann"),
    )
    files = {"account.js": part("account", ACCOUNT), "g.js": part("direct_messages_group", [group])}
    outcome = extracted(tmp_path, files, SOURCE)
    assert [(record.direction, record.reason, record.party) for record in outcome.records] == [
        ("inbound", "group", []),
        ("outbound", "group", []),
    ]
    assert outcome.read == 4  # two messages, one event, the account


def test_the_rest_of_an_archive_is_counted_and_left(tmp_path):
    files = ARCHIVE | {
        "data/manifest.js": 'window.__THAR_CONFIG = {"userInfo": {"accountId": "1"}}',
        "data/like.js": part("like", [{"like": {"tweetId": "1"}}]),
        "data/tweets_media/1.jpg": b"\xff\xd8\xff\xe0",
    }
    outcome = extracted(tmp_path, files, SOURCE)
    assert outcome.suppressed["a part of the archive without contacts"] == 3
    assert not outcome.quarantined


def test_without_the_account_nothing_is_guessed(tmp_path):
    files = {name: content for name, content in ARCHIVE.items() if "account" not in name}
    outcome = extracted(tmp_path, files, SOURCE)
    assert outcome.records == []
    assert len(outcome.quarantined) == 2
    assert all("account.js" in reason and "sources.social_x.own" in reason for _, reason in outcome.quarantined)


def test_the_account_may_stand_in_the_configuration(tmp_path):
    files = {"dm.js": ARCHIVE["data/direct-messages.js"]}
    own = source_of(format="x_archive", name="social_x", channel="social", own=["@shop", SHOP])
    assert [record.direction for record in extracted(tmp_path, files, own).records] == ["outbound", "inbound"]


def without(item, name):
    return {"messageCreate": {key: value for key, value in item["messageCreate"].items() if key != name}}


GOOD = message("901", ANN, SHOP, "fine")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        pytest.param(without(GOOD, "createdAt"), "missing field 'createdAt'", id="no time"),
        pytest.param(without(GOOD, "senderId"), "missing field 'senderId'", id="no sender"),
        pytest.param(without(GOOD, "text"), "missing field 'text'", id="no text"),
        pytest.param(message("905", ANN, SHOP, "x", created="yesterday"), "not a time", id="a time that is none"),
        pytest.param(message("905", ANN, SHOP, 5), "field 'text' is not a text", id="a text that is a number"),
        pytest.param(message("905", ANN, BOB, "x"), "neither the sender nor the recipient", id="between two others"),
        pytest.param({"callCreate": {}}, "missing field 'messageCreate'", id="an event we have not seen"),
        pytest.param("message", "not a record", id="not a record"),
    ],
)
def test_a_message_not_understood_is_set_aside_and_the_rest_is_read(tmp_path, bad, reason):
    files = ARCHIVE | {
        "data/direct-messages.js": part("direct_messages", [conversation("1", GOOD, bad, message("906", SHOP, ANN, "y"))])
    }
    outcome = extracted(tmp_path, files, SOURCE)
    assert {"901", "906"} <= by_ref(outcome).keys()
    ((position, why),) = outcome.quarantined
    assert position == "message 2 of conversation 1"
    assert reason in why


@pytest.mark.parametrize(
    ("content", "at"),
    [
        pytest.param("", "byte 0", id="an empty file"),
        pytest.param("<html>", "after the beginning", id="a page"),
        pytest.param("window.YTD.direct_massages.part0 = []", "after the beginning", id="a part nobody knows"),
        pytest.param("window.YTD.tweets.part0 = {}", "after the beginning", id="no list"),
        pytest.param("window.YTD.tweets.part0 =", "after the beginning", id="nothing after the sign"),
    ],
)
def test_a_file_that_is_no_part_is_set_aside_whole(tmp_path, content, at):
    outcome = extracted(tmp_path, {"data/account.js": ARCHIVE["data/account.js"], "data/bad.js": content}, SOURCE)
    assert [position for position, _ in outcome.quarantined] == [at]


@pytest.mark.parametrize("share", range(5, 100, 5))
def test_a_file_cut_off_is_never_taken_as_whole_and_what_stands_before_is_read(tmp_path, share):
    items = [tweet(str(number), "hello") for number in range(10)]
    whole = "window.YTD.tweets.part0 = " + json.dumps(items)
    cut = whole[: len(whole) * share // 100]
    outcome = extracted(tmp_path, {"account.js": part("account", ACCOUNT), "t.js": cut}, SOURCE)
    assert len(outcome.quarantined) == 1
    assert len(outcome.records) == sum(json.dumps(item) in cut for item in items)


def test_a_new_field_is_told_once(tmp_path):
    news = [conversation("1", *(message(str(number), ANN, SHOP, "x", mood="sunny") for number in range(3)))]
    outcome = extracted(tmp_path, {"a": part("account", ACCOUNT), "d": part("direct_messages", news)}, SOURCE)
    assert outcome.warnings == {"unknown field 'mood'": 1}


@pytest.mark.parametrize(("sender", "recipient"), [(ANN, SHOP), (SHOP, ANN)])
def test_who_says_stop_to_us_wants_no_marketing_here(tmp_path, sender, recipient):
    talk = [{"dmConversation": {"conversationId": f"{SHOP}-{ANN}", "messages": [message("1", sender, recipient, "STOP")]}}]
    files = {"account.js": part("account", ACCOUNT), "direct-messages.js": part("direct_messages", talk)}
    [record] = extracted(tmp_path, files, SOURCE).records
    heard = [(each.channel, each.purpose, each.allowed, each.value) for each in record.consent]
    assert heard == ([("social", "marketing", False, "")] if sender == ANN else [])
