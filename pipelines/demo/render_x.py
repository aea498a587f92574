"""X: our own account's archive: our tweets, which answer customers' posts that it does not hold, and direct messages."""

import html
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import orjson

from pipelines.demo.contacts import AGENT, DAY, PUBLIC, SOCIAL_X
from pipelines.demo.mail_frames import MONTHS, WEEKDAYS
from pipelines.demo.noise import display_name
from pipelines.demo.threads import by_person, until
from pipelines.demo.world import CLOCK, SHOP, SHOP_MAIL, SHOP_X_HANDLE, SHOP_X_ID, World, bad_count

SOURCE = "social_x"
X_EPOCH = 1_288_834_974_657  # ms; the ids of X count from here

NAMELESS = 1400  # of so many accounts, those from number 920 on show their handle where others show a name


class Answered(NamedTuple):
    """The post that a tweet of ours answers: its author's handle, display name and account, and its id."""

    handle: str
    name: str
    account: str
    post: str


def render_x(world: World, inbox: Path) -> None:
    """Write ``social_x/<night>/data/{account,tweets,direct-messages,manifest}.js``, everything so far."""
    tweets = _tweets(world)
    conversations = _conversations(world)
    direct = sum(len(times) for _, times, _ in conversations)
    for number in range(world.nights):
        end = (number + 1) * DAY
        folder = inbox / SOURCE / world.night(number).isoformat() / "data"
        folder.mkdir(parents=True)
        shown = [text for at, text in tweets if at < end]
        dms = []
        for head, times, messages in conversations:
            count = until(times, end)
            if count:
                dms.append(head + ",".join(messages[:count][::-1]) + "]}}")
                world.rendered += count
        for bad in range(bad_count(direct // world.nights)):
            dms.append(_broken_message(bad))
            position = f"conversation {len(dms)}"
            world.reject(SOURCE, number, "data/direct-messages.js", position, "a direct message without its time")
        world.rendered += len(shown)
        (folder / "account.js").write_text(_account(), encoding="utf-8")
        (folder / "tweets.js").write_text("window.YTD.tweets.part0 = [" + ",".join(shown) + "]", encoding="utf-8")
        (folder / "direct-messages.js").write_text(
            "window.YTD.direct_messages.part0 = [" + ",".join(dms) + "]", encoding="utf-8"
        )
        (folder / "manifest.js").write_text(_manifest(len(shown), len(dms)), encoding="utf-8")


def account_of(world: World, person: int) -> str:
    """Return a person's account on X: a number beyond 2^53, which stays when the handle changes."""
    return str(1_100_000_000_000_000_000 + (person * 7_919_737_919 + world.seed * 131) % 10**17)


def _snowflake(world: World, at: int, number: int) -> str:
    return str((((world.epoch + at) * 1000 - X_EPOCH) << 22) + number % (1 << 22))


def _tweets(world: World) -> list[tuple[int, str]]:
    """Our answers to public posts, and a few posts of ours to nobody; newest first."""
    contacts, written = world.contacts, world.written
    mine = world.messages_of(SOCIAL_X)
    made: list[tuple[int, str, str, Answered | None]] = []
    styles = world.rng(41).integers(0, NAMELESS, world.people.count).tolist()
    for message in mine[contacts.role[mine] == PUBLIC].tolist():
        at, person = world.at[message], world.person[message]
        ref = world.refs[message] = _snowflake(world, at, message)
        handle = world.handle_of(person, at)
        answered = _snowflake(world, at - 900, message + 7)
        name = display_name(world.people, person, styles[person]) or handle
        answers = Answered(handle, name, account_of(world, person), answered)
        made.append((at, ref, f"@{handle} {written.texts[message]}", answers))
    rng = world.rng(40)
    for place, at in enumerate(sorted(rng.integers(0, world.nights * DAY, 2 * world.nights).tolist())):
        ref = _snowflake(world, at, len(contacts) + place)
        world.nobody.append((SOURCE, ref, "broadcast"))
        made.append((at, ref, "New in our shops this week: tents & tarps < 2 kg.", None))
    made.sort(key=lambda tweet: (-tweet[0], tweet[1]))
    return [(at, _tweet(world, at, ref, text, answers)) for at, ref, text, answers in made]


def _tweet(world: World, at: int, ref: str, text: str, answers: Answered | None) -> str:
    day, second = divmod(at, DAY)
    moment = datetime.fromtimestamp(world.epoch + day * DAY, UTC)
    created = f"{WEEKDAYS[moment.weekday()]} {MONTHS[moment.month - 1]} {moment.day:02d} {CLOCK[second]} +0000 {moment.year}"
    mentions = []
    reply = {}
    if answers:
        handle, name, account, answered = answers
        mentions = [
            {"name": name, "screen_name": handle, "indices": ["0", str(len(handle) + 1)], "id_str": account, "id": account}
        ]
        reply = {
            "in_reply_to_status_id_str": answered, "in_reply_to_status_id": answered,
            "in_reply_to_user_id": account, "in_reply_to_user_id_str": account, "in_reply_to_screen_name": handle,
        }  # fmt: skip
    escaped = html.escape(text, quote=False)
    tweet = {
        "edit_info": {"initial": {"editTweetIds": [ref], "editsRemaining": "5", "isEditEligible": True}},
        "retweeted": False, "source": '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>',
        "entities": {"hashtags": [], "symbols": [], "user_mentions": mentions, "urls": []},
        "display_text_range": ["0", str(len(escaped))], "favorite_count": "0", "id_str": ref, "truncated": False,
        "retweet_count": "0", "id": ref, "created_at": created, "favorited": False, "full_text": escaped,
        "lang": "en", **reply,
    }  # fmt: skip
    return orjson.dumps({"tweet": tweet}).decode()


def _conversations(world: World) -> list[tuple[str, list[int], list[str]]]:
    """Direct messages by conversation: its opening, the times, and the messages, the oldest first."""
    contacts, written = world.contacts, world.written
    mine = world.messages_of(SOCIAL_X)
    conversations = []
    for person, messages in by_person(world, mine[contacts.role[mine] != PUBLIC]):
        account = account_of(world, person)
        pair = sorted((account, SHOP_X_ID), key=int)
        times, entries = [], []
        for message in messages:
            at = world.at[message]
            ref = world.refs[message] = _snowflake(world, at, message)
            sender, recipient = (SHOP_X_ID, account) if world.role[message] == AGENT else (account, SHOP_X_ID)
            created = f"{world.stamp(at)}.{message % 1000:03d}Z"
            text = orjson.dumps(html.escape(written.texts[message], quote=False)).decode()
            times.append(at)
            entries.append(
                f'{{"messageCreate":{{"recipientId":"{recipient}","reactions":[],"urls":[],"text":{text},"mediaUrls":[],'
                f'"senderId":"{sender}","id":"{ref}","createdAt":"{created}","editHistory":[]}}}}'
            )
        conversations.append((f'{{"dmConversation":{{"conversationId":"{pair[0]}-{pair[1]}","messages":[', times, entries))
    return conversations


def _broken_message(bad: int) -> str:
    return (
        f'{{"dmConversation":{{"conversationId":"{900 + bad}-{SHOP_X_ID}","messages":[{{"messageCreate":'
        f'{{"recipientId":"{SHOP_X_ID}","text":"When?","senderId":"{900 + bad}","id":"{100 + bad}"}}}}]}}}}'
    )


def _account() -> str:
    account = {
        "email": SHOP_MAIL, "createdVia": "web", "username": SHOP_X_HANDLE, "accountId": SHOP_X_ID,
        "createdAt": "2019-10-05T09:12:00.000Z", "accountDisplayName": SHOP,
    }  # fmt: skip
    return "window.YTD.account.part0 = " + json.dumps([{"account": account}], indent=2)


def _manifest(tweets: int, conversations: int) -> str:
    def part(name: str, file: str, count: int) -> dict[str, object]:
        entry = {"fileName": f"data/{file}.js", "globalName": f"YTD.{name}.part0", "count": str(count)}
        return {"mediaDirectory": f"data/{name}_media", "files": [entry]}

    manifest = {
        "userInfo": {"accountId": SHOP_X_ID, "userName": SHOP_X_HANDLE, "displayName": SHOP},
        "archiveInfo": {"sizeBytes": "0", "isPartialArchive": False, "maxPartSizeBytes": "53687091200"},
        "dataTypes": {
            "account": part("account", "account", 1), "tweets": part("tweets", "tweets", tweets),
            "directMessages": part("direct_messages", "direct-messages", conversations),
        },
    }  # fmt: skip
    return "window.__THAR_CONFIG = " + json.dumps(manifest, indent=2)
