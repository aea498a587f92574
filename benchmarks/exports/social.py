"""Social media: threads as Meta's downloads write them, and an X archive's direct messages and tweets."""

import json
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from benchmarks import baselines
from benchmarks.exports.case import Case, Chunks, fill, source_of
from benchmarks.exports.talk import SHOP, Message, conversations, messages, person

# --- Meta ---

_LAST_MS = 1_795_000_000_000  # 18 November 2026


def _written(text: str) -> str:
    """As Meta writes text: each byte of its UTF-8 a character of its own."""
    return text.encode().decode("latin-1")


def _meta_message(message: Message, more: dict[str, Any]) -> dict[str, Any]:
    author = person(9).name if message.is_inbound else SHOP
    body = {
        "sender_name": _written(author),
        "timestamp_ms": _LAST_MS - message.number * 1_000,  # the newest first
        "content": _written(message.text),
    }
    if message.number % 10 == 0:
        body["reactions"] = [{"reaction": _written("👍"), "actor": SHOP}]
    return body | more


def _write_meta(root: str, more: dict[str, Any], folder: Path, size: int, part: int) -> int:
    """Write one thread of two people as the one document that it is."""
    thread = f"joerg_{part}"
    people = [{"name": _written(person(9).name)}, {"name": SHOP}]
    before = json.dumps({"participants": people})[:-1] + ', "messages": ['
    after = {"title": _written(person(9).name), "is_still_participant": True, "thread_path": f"inbox/{thread}"}
    chunks: Chunks = (
        (1, json.dumps(_meta_message(message, more), indent=2).encode()) for message in messages(3, part)
    )  # fmt: skip
    path = folder / root / "messages" / "inbox" / thread / "message_1.json"
    end = "], " + json.dumps(after | {"magic_words": []})[1:]
    return fill(path, size, chunks, before=before.encode(), between=b",\n", after=end.encode())


_in_thread = partial(baselines.json_documents, count=lambda document: len(document["messages"]))

# --- X ---

_ACCOUNT = "1180000000000000001"
_ITEMS = b",\n"


def _account_of(who: int) -> str:
    return str(1_290_000_000_000_000_000 + who)


def _direct_messages(part: int) -> Chunks:
    for said in conversations(3, part):
        other = _account_of(said[0].person.number)
        created = [
            {
                "messageCreate": {
                    "recipientId": _ACCOUNT if each.is_inbound else other,
                    "reactions": [],
                    "urls": [],
                    "text": each.text.replace("&", "&amp;"),
                    "mediaUrls": [],
                    "senderId": other if each.is_inbound else _ACCOUNT,
                    "id": str(1_400_000_000_000_000_000 + each.number),
                    "createdAt": f"{each.at:%Y-%m-%dT%H:%M:%S}.123Z",
                }
            }
            for each in reversed(said)
        ]
        talk = {"dmConversation": {"conversationId": f"{_ACCOUNT}-{other}", "messages": created}}
        yield len(said), orjson.dumps(talk, option=orjson.OPT_INDENT_2)


def _tweets(part: int) -> Chunks:
    for each in messages(2, part):
        who, ref = each.person, str(1_500_000_000_000_000_000 + each.number)
        to, mentioned = _account_of(who.number), {"name": who.name, "screen_name": who.handle, "indices": ["0", "9"]}
        tweet = {
            "edit_info": {
                "initial": {
                    "editTweetIds": [ref], "editableUntil": f"{each.at:%Y-%m-%dT%H:%M:%S}.000Z", "editsRemaining": "5",
                    "isEditEligible": False,
                }
            },
            "retweeted": False,
            "source": '<a href="https://mobile.twitter.com" rel="nofollow">Web App</a>',
            "entities": {
                "hashtags": [], "symbols": [], "user_mentions": [mentioned | {"id_str": to, "id": to}], "urls": [],
            },
            "display_text_range": ["0", str(len(each.text))],
            "favorite_count": "0",
            "in_reply_to_status_id_str": str(1_450_000_000_000_000_000 + each.conversation),
            "id_str": ref,
            "in_reply_to_user_id": to,
            "truncated": False,
            "retweet_count": "0",
            "id": ref,
            "in_reply_to_status_id": str(1_450_000_000_000_000_000 + each.conversation),
            "created_at": f"{each.at:%a %b %d %H:%M:%S} +0000 {each.at:%Y}",
            "favorited": False,
            "full_text": f"@{who.handle} {each.text}"[:270],
            "lang": "en",
            "in_reply_to_screen_name": who.handle,
            "in_reply_to_user_id_str": to,
        }  # fmt: skip
        yield 1, orjson.dumps({"tweet": tweet}, option=orjson.OPT_INDENT_2)


def write_x(folder: Path, size: int, part: int) -> int:
    """Write an archive: three quarters of it direct messages, a quarter tweets."""
    data = folder / f"archive-{part}" / "data"
    shop = {"email": "x@shop.example", "username": "shop", "accountId": _ACCOUNT, "accountDisplayName": SHOP}
    account = json.dumps([{"account": shop | {"createdVia": "web", "createdAt": "2019-09-01T00:00:00.000Z"}}])
    data.mkdir(parents=True)
    (data / "account.js").write_text(f"window.YTD.account.part0 = {account}\n")
    return sum(
        fill(
            data / f"{kind.replace('_', '-')}.js", share, chunks(part),
            before=f"window.YTD.{kind}.part0 = [\n".encode(), between=_ITEMS, after=b"\n]\n",
        )
        for kind, share, chunks in (
            ("direct_messages", size * 3 // 4, _direct_messages), ("tweets", size // 4, _tweets),
        )
    )  # fmt: skip


def _in_part(items: list[dict[str, Any]]) -> int:
    return sum(len(item["dmConversation"]["messages"]) if "dmConversation" in item else "tweet" in item for item in items)


CASES = [
    Case(
        "messenger", source_of("messenger", channel="social", own=[SHOP]),
        partial(_write_meta, "your_activity_across_facebook", {"is_geoblocked_for_viewer": False}), _in_thread,
        "orjson, document",
    ),
    Case(
        "instagram", source_of("instagram", channel="social", own=[SHOP]),
        partial(
            _write_meta, "your_instagram_activity",
            {"is_geoblocked_for_viewer": False, "is_unsent_image_by_messenger_kid_parent": False},
        ),
        _in_thread, "orjson, document",
    ),
    Case(
        "x_archive", source_of("x_archive", channel="social", own=["@shop"]), write_x,
        partial(baselines.json_scripts, count=_in_part), "orjson, files",
    ),
]  # fmt: skip
