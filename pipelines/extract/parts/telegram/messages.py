"""Telegram's messages: their fields, text and files, and the calls among the service messages."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.contract import Attachment, Channel, Identifier, Interaction, hashed_ref
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.parts.telegram.chats import Account, Talk
from pipelines.extract.parts.telegram.files import Beside
from pipelines.extract.parts.telegram.words import poll_text, rich_blocks, rich_text, tasks_text, text_of
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.instants import epoch_instant, parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import clean, one_line

Kind = Literal["message", "service", "unsupported"]
KINDS: dict[str, Kind] = {"message": "message", "service": "service", "unsupported": "unsupported"}
CALLS = frozenset(("phone_call", "conference_call"))
TOPIC = "topic_created"
_TOPICS_KEPT = 10_000
_OUTCOMES = {
    "busy": "busy",
    "missed": "missed",
    "hangup": "no_answer",
    "disconnect": "no_answer",
    "migrate_conference_all": "transferred",
}  # of a call without length
_OLD_KINDS = ("user", "user", "channel")  # by the bits above the number's 32 (kUserPeerIdShift, kChatPeerIdShift)
_PEER = re.compile("^(?:user|channel|chat)")
_UNREAD = "nobody wrote it: neither 'from' nor 'from_id'"
_STRANGER = "by neither the chat's person nor one of our accounts (sources.{}.own)"

_USUAL = names("date_unixtime from from_id id")
_NEVER = ("1970-01-01", "1969-12-31")  # when a message was edited that was not, in exports until 2020
_CALL_USUAL = names("actor actor_id date_unixtime id")
_LEFT = names("""
    address author contact_vcard_file_size date duration_seconds forwarded_from_id game_description game_link
    giveaway_information giveaway_results height inline_bot_buttons invoice_information live_location_period_seconds
    location_information media_spoiler mime_type paid_stars_amount performer place_name saved_from
    self_destruct_period_seconds text_entities thumbnail thumbnail_file_size title width
""")
_CALL_LEFT = names("date text text_entities")
_CARD_LEFT = names("first_name last_name phone_number")
_REACTION_LEFT = names("count document_id recent type")


@dataclass(slots=True)
class Room:
    """Where messages are mapped: whose the file is, the chat, what lies beside, the refs and the topics so far."""

    account: Account
    talk: Talk
    beside: Beside
    file: str
    drift: Drift
    seen: Counter[str]
    topics: dict[str, str]


@dataclass(frozen=True, slots=True)
class Author:
    """Who wrote or called: account and name as the export shows them, either may be empty."""

    ref: str
    name: str
    is_ours: bool

    @property
    def shown(self) -> str:
        """The name, or the account of one that was deleted."""
        return self.name or self.ref


def has_old_ids(record: Any) -> bool:
    """Say whether a message's author is a bare number, as in exports until 2021, whose chats have other numbers, too."""
    return isinstance(record, dict) and any(type(record.get(name)) is int for name in ("from_id", "actor_id"))


def parse_message(fields: Fields, room: Room, position: str) -> Interaction:
    """Map one message; UnreadableError where it is not what we know."""
    ref = fields.maybe_ref("id")
    at, flag, updated_at = _times(fields, room.account)
    author = _author(fields, "from", room)
    rich = fields.maybe_fields("rich_message")
    blocks = list(rich_blocks(rich)) if rich.names else []
    written = rich_text(blocks) if rich.names and not fields.has("text") else text_of(fields, "text", room.drift)
    poll, tasks = fields.maybe_fields("poll"), fields.maybe_fields("todo_list")
    listed = poll_text(poll, room.drift) if poll.names else tasks_text(tasks, room.drift) if tasks.names else ""
    text = clean(written or listed)
    attachments = [each for part in (fields, *map(Fields, blocks)) for each in _files(part, room)]
    is_forwarded = "forwarded_from" in fields.names or "forwarded_from_id" in fields.names
    replied, elsewhere = fields.maybe_ref("reply_to_message_id"), fields.maybe_ref("reply_to_peer_id")
    metadata = {
        "edited": updated_at is not None,
        "forwarded_from": one_line(fields.maybe_string("forwarded_from") or "") or is_forwarded,
        "via_bot": fields.maybe_string("via_bot"),
        "type": _type(fields, "poll" if poll.names else "tasks" if tasks.names else None),
        "sticker": fields.maybe_string("sticker_emoji"),
        "reactions": _reactions(fields, room),
        "local_time": flag,
    }
    room.drift.tell(fields, _LEFT, usual=_USUAL)
    interaction = _interaction(ref, at, author, text, room, position)
    interaction.attachments = attachments
    interaction.updated_at = updated_at
    interaction.topic = None if elsewhere else room.topics.get(replied or "")
    if replied and interaction.topic is None:
        interaction.in_reply_to_ref = f"{_chat_of(elsewhere) if elsewhere else room.talk.ref}/{replied}"
    interaction.source_metadata = {name: value for name, value in metadata.items() if value}
    if interaction.direction == "inbound" and interaction.reason is None and not is_forwarded:
        interaction.party = known(*interaction.party, *claims_of(text, room.account.source))
        interaction.consent = keyword_consent(text, interaction.channel, interaction.party)
    return interaction


def parse_call(fields: Fields, room: Room, position: str) -> Interaction:
    """Map a service message that tells of a call."""
    ref = fields.maybe_ref("id")
    at, flag, _ = _times(fields, room.account)
    author = _author(fields, "actor", room)
    seconds = fields.maybe_number("duration_seconds")
    outcome = fields.choice("discard_reason", _OUTCOMES) if fields.has("discard_reason") else _conference(fields)
    room.drift.tell(fields, _CALL_LEFT, usual=_CALL_USUAL)
    interaction = _interaction(ref, at, author, "", room, position)
    interaction.channel = "voice"
    interaction.duration_seconds = None if seconds is None else float(seconds)
    interaction.status = "answered" if seconds else outcome
    interaction.source_metadata = {"local_time": flag} if flag else {}
    return interaction


def _conference(fields: Fields) -> str | None:
    """Return what came of a call that several may join."""
    is_missed, is_active = fields.maybe_boolean("is_missed"), fields.maybe_boolean("is_active")
    return "missed" if is_missed else "ongoing" if is_active else None


def learn_topic(fields: Fields, room: Room) -> None:
    """Remember a topic of a forum: its messages answer the one that opened it."""
    ref, title = fields.ref("id"), fields.string("title")
    if len(room.topics) < _TOPICS_KEPT:
        room.topics[ref] = one_line(title)


def _times(fields: Fields, account: Account) -> tuple[datetime, str | None, datetime | None]:
    """Return when it was sent, what is doubtful about that, and when it was last changed."""
    edited, shown = fields.maybe_ref("edited_unixtime"), fields.maybe_string("edited")
    updated_at = _epoch(edited) if edited else None
    if shown and not edited and not shown.startswith(_NEVER):
        updated_at, _ = parse_instant(shown, account.source.zone)
    sent = fields.maybe_ref("date_unixtime")
    if sent:
        return _epoch(sent), None, updated_at
    at, flag = parse_instant(fields.string("date"), account.source.zone)  # exports until 2021 have the wall clock alone
    return at, flag, updated_at


def _epoch(seconds: str) -> datetime:
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 15):
        raise UnreadableError("a time that is no number of seconds")
    return epoch_instant(int(seconds) * 1000)


def _author(fields: Fields, label: str, room: Room) -> Author:
    """Return who wrote: in a chat with one person, whoever is not that person is we."""
    ref = _kind_told(fields.maybe_ref(f"{label}_id") or "")
    name = one_line(fields.maybe_string(label) or "")
    if not ref and not name:
        raise UnreadableError(_UNREAD)
    talk, account = room.talk, room.account
    if talk.kind == "personal_chat":
        if ref and ref == talk.person_ref:
            return Author(ref, name, is_ours=False)
        if account.is_ours(ref, name):
            return Author(ref, name, is_ours=True)
        if name and name == talk.name:
            return Author(ref, name, is_ours=False)
        if not (ref.startswith("user") and talk.has_id):
            raise UnreadableError(_STRANGER.format(account.source.name))
        return Author(ref, name, is_ours=True)
    return Author(ref, name, is_ours=talk.kind == "saved_messages" or account.is_ours(ref, name))


def _kind_told(ref: str) -> str:
    """Return an account as later exports write it; until 2021 it was a number alone, then one with the kind in front."""
    if not ref.isdecimal():
        return ref
    kind, bare = divmod(int(ref), 1 << 32)
    if kind >= len(_OLD_KINDS):
        raise UnreadableError("an account's number of a kind that we do not know")
    return f"{_OLD_KINDS[kind]}{bare}"


def _chat_of(peer: str) -> str:
    """Return the id that another chat has in its export, by the account it is with."""
    return _PEER.sub("", _kind_told(peer))


def _interaction(ref: str | None, at: datetime, author: Author, text: str, room: Room, position: str) -> Interaction:
    source, talk = room.account.source, room.talk
    party, party_ref, reason = _party(author, room)
    channel: Channel = source.channel or "chat"
    return Interaction(
        source=source.name,
        source_ref=f"{talk.ref}/{ref}" if ref else _hashed(at, author, text, room),
        conversation_ref=talk.ref,
        channel=channel,
        direction="outbound" if author.is_ours else "inbound",
        occurred_at=at,
        file=room.file,
        position=position,
        is_public=talk.is_public,
        party=party,
        party_ref=party_ref,
        agent_ref=author.shown if author.is_ours else None,
        text=text,
        reason=reason,
    )


def _party(author: Author, room: Room) -> tuple[list[Identifier], str, str | None]:
    """Return who is on the other side, as the export shows them, and why it is no customer."""
    talk, account = room.talk, room.account
    if talk.kind == "personal_chat":
        name = talk.name or ("" if author.is_ours else author.name)
        ref = talk.person_ref or ("" if author.is_ours else author.ref)
        if account.is_ours(ref, ""):
            return [], name or ref, "own_address"
        return account.person(ref, name), name or ref, None
    if talk.reason not in (None, "group"):
        return [], talk.name or author.shown, talk.reason
    if author.is_ours:
        return [], talk.name, talk.reason or "no_identifier"
    return account.person(author.ref, author.name), author.shown, talk.reason


def _hashed(at: datetime, author: Author, text: str, room: Room) -> str:
    first = hashed_ref(room.account.source.name, room.talk.ref, at, author.shown, text)
    nth, room.seen[first] = room.seen[first], room.seen[first] + 1
    return hashed_ref(room.account.source.name, room.talk.ref, at, author.shown, text, nth) if nth else first


def _files(fields: Fields, room: Room) -> list[Attachment]:
    found = []
    for label, named, sized in (
        ("photo", "", "photo_file_size"),
        ("file", "file_name", "file_size"),
        ("contact_vcard", "", ""),
    ):
        path = fields.maybe_string(label)
        name = fields.maybe_string(named) if named else None
        size = fields.maybe_number(sized) if sized else None
        if path is not None or fields.has(f"{label}_skip_reason"):
            found.append(room.beside.attachment(path, name, size))
    return found


def _type(fields: Fields, listed: str | None) -> str | None:
    """Return what a message is that is more than its text: a poll, tasks, a card, a place, a game, a voice message."""
    media = fields.maybe_string("media_type")
    card = fields.maybe_fields("contact_information")
    if fields.maybe_string("game_title"):
        return "game"
    if listed or card.names:
        return listed or "contact"
    return "location" if "location_information" in fields.names else media


def _reactions(fields: Fields, room: Room) -> list[str]:
    found = []
    for each in fields.maybe_items("reactions"):
        reaction = Fields(each)
        found.append(reaction.maybe_string("emoji") or "custom")
        room.drift.tell(reaction, _REACTION_LEFT)
    return found
