"""Chats: a Slack workspace's day files, Telegram's one document, WhatsApp's text."""

from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from benchmarks import baselines
from benchmarks.exports.case import Case, Chunks, fill, source_of
from benchmarks.exports.talk import PEOPLE, SHOP, Message, conversations, messages, person

INDENTED = orjson.OPT_INDENT_2

# --- Slack ---

_GUESTS, _STAFF, _A_DAY = 500, 20, 200
_ROLES = dict.fromkeys(
    ("is_admin", "is_owner", "is_primary_owner", "is_restricted", "is_ultra_restricted", "is_bot", "deleted"), False
)


def _slack_user(ref: str, name: str, email: str, **roles: bool) -> dict[str, Any]:
    profile = {"real_name": name, "display_name": "", "email": email, "phone": ""}
    row = {"id": ref, "team_id": "T0SHOP", "name": ref.lower(), "is_email_confirmed": True, **_ROLES, **roles}
    return row | {"profile": profile}


def _slack_message(message: Message) -> dict[str, Any]:
    author = f"U0GUEST{message.person.number % _GUESTS}" if message.is_inbound else f"U0STAFF{message.number % _STAFF}"
    ts = f"{message.at.timestamp():.0f}.{message.number % 1_000_000:06d}"
    thread = f"{message.at.timestamp() - 5 * message.turn:.0f}.{(message.number - message.turn) % 1_000_000:06d}"
    elements = [{"type": "rich_text_section", "elements": [{"type": "text", "text": message.text}]}]
    return {
        "client_msg_id": f"{message.number:032x}",
        "type": "message",
        "user": author,
        "text": message.text,
        "ts": ts,
        "team": "T0SHOP",
        "thread_ts": thread,
        "blocks": [{"type": "rich_text", "block_id": "b1", "elements": elements}],
    } | ({"parent_user_id": f"U0GUEST{message.person.number % _GUESTS}"} if message.turn else {})


def write_slack(folder: Path, size: int, part: int) -> int:
    """Write a folder a channel, a file a day, and the lists of users and channels."""
    folder.mkdir(parents=True, exist_ok=True)
    users = [_slack_user(f"U0STAFF{n}", f"Staff {n}", f"staff{n}@shop.example", is_owner=n == 0) for n in range(_STAFF)]
    for number in range(_GUESTS):
        who = person(number)
        users.append(_slack_user(f"U0GUEST{number}", who.name, who.email, is_restricted=True))
    channels = [
        {"id": f"C0EXT{number}", "name": f"ext-{number}", "members": [user["id"] for user in users]} for number in range(20)
    ]
    (folder / "users.json").write_bytes(orjson.dumps(users, option=INDENTED))
    (folder / "channels.json").write_bytes(orjson.dumps(channels, option=INDENTED))
    said, written, found = messages(3, part), 0, 0
    while written < size:
        day, channel = divmod(found // _A_DAY, len(channels))
        path = folder / f"ext-{channel}" / f"{2024 + part}-{1 + day // 28:02d}-{1 + day % 28:02d}.json"
        path.parent.mkdir(exist_ok=True)
        content = orjson.dumps([_slack_message(each) for each in islice(said, _A_DAY)], option=INDENTED)
        path.write_bytes(content)
        written += len(content)
        found += _A_DAY
    return found


# --- Telegram ---


def _telegram_message(message: Message) -> dict[str, Any]:
    who = message.person
    return {
        "id": message.number + 1,
        "type": "message",
        "date": f"{message.at:%Y-%m-%dT%H:%M:%S}",
        "date_unixtime": f"{message.at.timestamp():.0f}",
        "from": who.name if message.is_inbound else SHOP,
        "from_id": f"user{1_000 + who.number}" if message.is_inbound else "user900",
        "text": message.text,
        "text_entities": [{"type": "plain", "text": message.text}],
    }


def _telegram_chats(part: int) -> Chunks:
    for said in conversations(3, part):
        who, ref = said[0].person, 1_000 + said[0].person.number
        chat = {"name": who.name, "type": "personal_chat", "id": ref + PEOPLE * (said[0].conversation // PEOPLE)}
        chat["messages"] = [_telegram_message(each) for each in said]
        yield len(said), orjson.dumps(chat, option=INDENTED)


def write_telegram(folder: Path, size: int, part: int) -> int:
    """Write a full export in one document: the account, contacts, and chats of four messages."""
    about = {
        "user_id": 900,
        "first_name": "The",
        "last_name": "Shop",
        "phone_number": "+44 20 7946 0000",
        "username": "@shop",
    }
    head = orjson.dumps({"about": "Here is the data you requested.", "personal_information": about | {"bio": ""}})
    before = head[:-1] + b',\n"chats": {"about": "This page lists all chats", "list": [\n'
    return fill(folder / f"result-{part}.json", size, _telegram_chats(part), before=before, between=b",\n", after=b"\n]}}\n")


def _in_telegram(document: dict[str, Any]) -> int:
    return sum(len(chat["messages"]) for chat in document["chats"]["list"])


# --- WhatsApp ---


def _whatsapp_lines(part: int) -> Chunks:
    for message in messages(2, part):
        author = "Ann Archer" if message.is_inbound else SHOP
        yield 1, f"{message.at:%d/%m/%Y, %H:%M} - {author}: {message.text}\n".encode()


def write_whatsapp(folder: Path, size: int, part: int) -> int:
    """Write one chat of two people, as Android does; a message in four has several lines."""
    notice = "01/01/2024, 00:00 - Messages and calls are end-to-end encrypted. Only people in this chat can read them.\n"
    name = f"WhatsApp Chat with Ann Archer {part}.txt" if part else "WhatsApp Chat with Ann Archer.txt"
    return fill(folder / name, size, _whatsapp_lines(part), before=notice.encode())


def _whatsapp_source() -> Any:
    return source_of("whatsapp", channel="chat", own=[SHOP], timezone="Europe/London", date_order="dmy")


CASES = [
    Case(
        "slack", source_of("slack", own=["*@shop.example"]), write_slack,
        partial(baselines.json_documents, count=lambda rows: sum("ts" in row for row in rows)), "orjson, files",
    ),
    Case(
        "telegram", source_of("telegram", channel="chat", own=["user900", SHOP], timezone="Europe/London"), write_telegram,
        partial(baselines.json_documents, count=_in_telegram), "orjson, document",
    ),
    Case("whatsapp", _whatsapp_source(), write_whatsapp, baselines.text_lines, "plain lines", unit="lines"),
]  # fmt: skip
