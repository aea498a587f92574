"""Slack's messages: whose each is, to whom it goes, and what it says; edits, deletions and huddles (calls) among them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.contract import Direction, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.parts.slack.parts import edit_time, files_of, instant, parse_huddle
from pipelines.extract.parts.slack.text import attachment_text, block_text, own_words, readable, split_quotes
from pipelines.extract.parts.slack.users import SLACKBOT, Side, User, party_of
from pipelines.extract.parts.slack.workspace import Conversation, Workspace, author_of
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.settings import Source

Kind = Literal["person", "bot", "huddle", "changed", "deleted"]
_SUBTYPES: dict[str, Kind] = {
    **dict.fromkeys(names("file_comment file_mention file_share me_message reply_broadcast thread_broadcast"), "person"),
    **dict.fromkeys(names("assistant_app_thread bot_message ekm_access_denied slackbot_response"), "bot"),
    "huddle_thread": "huddle",
    "message_changed": "changed",
    "message_deleted": "deleted",
}
_SYSTEM = names("""
    app_conversation_join app_conversation_leave bot_add bot_disable bot_enable bot_remove channel_archive
    channel_canvas_updated channel_convert_to_private channel_convert_to_public channel_join channel_leave channel_name
    channel_posting_permissions channel_purpose channel_topic channel_unarchive document_comment_root document_mention
    group_archive group_join group_leave group_name group_purpose group_topic group_unarchive joiner_notification
    joiner_notification_for_inviter message_replied pinned_item reminder_add reminder_delete sh_room_created
    sh_room_shared share_shortcut tabbed_canvas_updated unpinned_item
""")
_LEFT = names("""
    app_id assistant_thread blocks bot_link bot_profile channel channel_type client_msg_id comments delete_original
    display_as_bot
    event_ts hidden icons inviter is_ephemeral is_hidden_by_limit is_intro is_locked is_starred item item_type language
    last_read latest_reply metadata no_notifications old_name parent permalink pinned_info pinned_to purpose replace_original
    replies reply_count reply_users reply_users_count root saved source_team subscribed team topic trigger_id unfurl_links
    unfurl_media unread_count upload upload_reply_to user_team username x_files
""")
_USUAL = names("text")
_COMMENT_LEFT = names("created id is_intro is_starred num_stars pinned_to reactions timestamp user")
_PROFILE_LEFT = names("avatar_hash first_name image_72 is_restricted is_ultra_restricted display_name name real_name team")


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to map a message: the source, who is ours, and what the export tells of people and conversations."""

    source: Source
    own: Own
    workspace: Workspace

    def side(self, user: User) -> Side:
        """Say on which side a user stands."""
        return "bot" if user.is_bot else self.workspace.sides[user.user_ref]

    def outside(self, user_refs: Iterable[str]) -> list[User]:
        """Return those of the users who are from outside."""
        return [self.workspace.users[ref] for ref in sorted(self.workspace.outside.intersection(user_refs))]


def is_message(record: Any) -> bool:
    """Say whether a record of an export is a message."""
    return isinstance(record, dict) and (record.get("type") == "message" or "ts" in record)


def suppressed(record: dict[str, Any]) -> str | None:
    """Return why a message is left out, None where it is not: Slack wrote it, or nothing of it is left."""
    subtype = record.get("subtype")
    if not isinstance(subtype, str):
        return None
    if subtype in _SYSTEM:
        return "what Slack itself writes (joined, left, renamed, pinned …)"
    if subtype == "tombstone" or (_is_deletion(record) and not record.get("previous_message")):
        return "a deleted message"
    return None


def _is_deletion(record: dict[str, Any]) -> bool:
    """Say whether a message is gone with this version: a thread's first leaves a tombstone in its place."""
    message = record.get("message")
    leaves_tombstone = isinstance(message, dict) and message.get("subtype") == "tombstone"
    return record["subtype"] == "message_deleted" or (record["subtype"] == "message_changed" and leaves_tombstone)


def parse_message(record: Any, desk: Desk, file: str, position: str, drift: Drift) -> Interaction:
    """Map one message; UnreadableError where it is not what we know, or nobody can tell whose side its author is on."""
    if desk.workspace.trouble:
        raise UnreadableError(desk.workspace.trouble)
    fields = Fields(record)
    fields.choice("type", {"message": True})
    kind: Kind = fields.choice("subtype", _SUBTYPES) if fields.has("subtype") else "person"
    if kind in ("changed", "deleted"):
        return _version(record, fields, desk, file, position, drift)
    ts, subtype = fields.string("ts"), record.get("subtype")
    occurred_at, author = instant(ts), _author(record, kind, fields.maybe_ref("bot_id") or "", desk)
    conversation = desk.workspace.conversation(file)
    thread_ts, parent_ref = fields.maybe_string("thread_ts"), fields.maybe_ref("parent_user_id")
    if parent_ref and not thread_ts:
        raise UnreadableError("missing field 'thread_ts' in an answer")
    room = fields.maybe_fields("room") if kind == "huddle" else Fields({})
    text, quoted, typed = _said(fields, author, desk, drift)
    if kind == "huddle":
        text = typed = ""  # it is Slack that says that it began
    attachments, deleted_files = files_of(fields, drift)
    if "text" not in fields.names and not (text or quoted or attachments):
        raise UnreadableError("missing field 'text'")
    edited_at = edit_time(fields, drift)
    reactions = fields.maybe_items("reactions")
    drift.tell(fields.maybe_fields("user_profile"), _PROFILE_LEFT)
    duration, status = parse_huddle(room, drift) if kind == "huddle" else (None, None)
    fields.maybe_ref("user")  # taken as the author
    drift.tell(fields, _LEFT, usual=_USUAL)
    thread = thread_ts or ts
    way = _way(author, conversation, desk.workspace.thread_key(file, thread), parent_ref, desk)
    party = known(*way.party, *claims_of(typed, desk.source)) if way.direction == "inbound" else way.party
    channel = "voice" if kind == "huddle" else desk.source.channel or "chat"
    return Interaction(
        source=desk.source.name,
        source_ref=f"{conversation.ref}/{ts}",
        conversation_ref=conversation.ref if conversation.is_direct else f"{conversation.ref}/{thread}",
        channel=channel,
        direction=way.direction,
        occurred_at=occurred_at,
        file=file,
        position=position,
        party=party,
        party_ref=way.party_ref,
        agent_ref=None if way.direction == "inbound" else (author.user_ref or None),
        text=text,
        quoted_text=quoted or None,
        in_reply_to_ref=f"{conversation.ref}/{thread_ts}" if thread_ts and thread_ts != ts else None,
        attachments=attachments,
        status=status,
        duration_seconds=duration,
        consent=keyword_consent(text, channel, party) if way.direction == "inbound" else [],
        reason=way.reason,
        source_metadata=_metadata(conversation, subtype, reactions, edited_at, deleted_files),
        updated_at=edited_at,
    )


@dataclass(slots=True)
class _Way:
    """Which way a message went, and who from outside is on it; else why nobody is."""

    direction: Direction
    party: list[Identifier]
    party_ref: str
    reason: str | None


def _way(author: User, conversation: Conversation, thread: tuple[str, str], parent_ref: str | None, desk: Desk) -> _Way:
    side = desk.side(author)
    if side == "outside":
        return _Way("inbound", party_of(author, desk.source), author.shown, None)
    others = _addressed(conversation, thread, parent_ref, desk)
    direction: Direction = "outbound" if others else "internal"
    if side == "bot":
        return _Way(direction, [], "", "bot")
    if len(others) == 1:
        return _Way(direction, party_of(others[0], desk.source), others[0].shown, None)
    return _Way(direction, [], "", "group" if others else "internal")


def _addressed(conversation: Conversation, thread: tuple[str, str], parent_ref: str | None, desk: Desk) -> list[User]:
    """Return whom a message of ours goes to: the thread's starter, else those who write in it, else who is in the channel.

    Only people from outside count. Who began a thread before the export begins is told by its answers.
    """
    told = desk.workspace.threads.get(thread)
    starter = desk.outside([ref for ref in (parent_ref, told.starter if told else "") if ref])
    return starter[:1] or desk.outside(told.others if told else []) or desk.outside(conversation.members)


def _author(record: dict[str, Any], kind: Kind, app_ref: str, desk: Desk) -> User:
    user_ref = author_of(record)
    listed = desk.workspace.users.get(user_ref)
    if kind == "bot" or (app_ref and listed is None):
        return User(app_ref or user_ref, is_bot=True)
    if not user_ref:
        raise UnreadableError("missing field 'user'")
    if listed is None and user_ref == SLACKBOT:
        return User(user_ref, is_bot=True)
    if listed is None:
        raise UnreadableError("the author is no user of users.json, and the message does not show them")
    return listed


def _said(fields: Fields, author: User, desk: Desk, drift: Drift) -> tuple[str, str, str]:
    """Return what the author wrote, what they quoted or passed on, and of what they wrote that which they typed."""
    comment = fields.maybe_fields("comment")
    text = own_words(fields.maybe_string("text") or "", author.user_ref)
    written = (comment.string("comment") if comment.names else "") or text
    drift.tell(comment, _COMMENT_LEFT)
    shown = [attachment_text(each, drift) for each in fields.maybe_items("attachments")]
    passed_on = "\n".join(text for text, is_shared in shown if is_shared)
    if not written:
        written = block_text(fields.maybe_items("blocks"))
    if not written and desk.side(author) == "bot":
        written, passed_on = "\n".join(text for text, _ in shown), ""
    text, quoted = split_quotes(_read(written, desk))
    return text, "\n".join(part for part in (quoted, _read(passed_on, desk)) if part), _typed(written, text)


def _read(written: str, desk: Desk) -> str:
    conversations = desk.workspace.channel_names
    return readable(written, desk.workspace.name_of, lambda ref: conversations.get(ref, ""))


def _typed(written: str, text: str) -> str:
    """Return the text as far as its author typed it: whom they mention did not write their own name there."""
    if "<@" not in written:
        return text
    return split_quotes(readable(re.sub("<@[^<>]*>", "…", written), str, str))[0]


def _version(record: dict[str, Any], fields: Fields, desk: Desk, file: str, position: str, drift: Drift) -> Interaction:
    """Map a later version of a message, as exports of workspaces that keep all edits have them."""
    changed_at = instant(fields.string("ts"))
    is_deleted = _is_deletion(record)
    message = record["previous_message" if is_deleted else "message"] if "message" in record or is_deleted else None
    if not isinstance(message, dict):
        raise UnreadableError("missing field 'message' in an edit")
    if message.get("subtype") in ("message_changed", "message_deleted"):
        raise UnreadableError("an edit of an edit")
    drift.tell(fields, _LEFT | names("deleted_ts message original previous_message"))
    found = parse_message(message, desk, file, position, drift)
    found.updated_at = changed_at
    found.source_metadata["deleted" if is_deleted else "edited"] = True
    return found


def _metadata(
    conversation: Conversation, subtype: Any, reactions: list[Any], edited_at: datetime | None, deleted_files: int
) -> dict[str, Any]:
    told = {
        "channel": conversation.name,
        "subtype": subtype,
        "reactions": len(reactions),
        "edited": edited_at is not None,
        "deleted_files": deleted_files,
    }
    return {name: value for name, value in told.items() if value}
