"""Telegram Desktop: ``result.json`` of one chat, or of a whole account with its chats, left chats and address book.

Ids of messages are those of their chat, so that a message is known by both: "chat id/message id". Who wrote is ``from_id``
(``user123``; ``from`` is null where the account was deleted); a chat with one person bears that person's id. ``date`` is
the exporting machine's wall clock, ``date_unixtime`` the instant.
"""

from collections import Counter
from collections.abc import Iterator

from pipelines.contract import Record
from pipelines.extract.files.documents import TOO_LONG, json_pieces
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.files.json_stream import Path, Piece
from pipelines.extract.parts.telegram.chats import CHATS, Overview, overview_of, parse_contact
from pipelines.extract.parts.telegram.files import BESIDE, Beside, group, is_beside, parse_piece
from pipelines.extract.parts.telegram.messages import (
    CALLS,
    KINDS,
    TOPIC,
    Room,
    has_old_ids,
    learn_topic,
    parse_call,
    parse_message,
)
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import Issues, UnreadableError

__all__ = ["extract", "group"]

SERVICE = "a service message"
UNKNOWN_ACTION = "a service message with an 'action' we do not know"
_OPENED = frozenset({"messages", "contacts.list", *(f"{name}.list.*.messages" for name in CHATS)})
_LISTED = dict(zip(CHATS, ("chat", "left chat"), strict=True))  # how a place names a chat of each list
_ACTIONS = names("""
    allow_sending_messages attach_menu_bot_allowed boost_apply change_creator clear_history create_channel create_group
    delete_group_photo edit_chat_theme edit_group_photo edit_group_title game_score gift_code_prize giveaway_launch
    giveaway_results group_call group_call_scheduled information_text invite_members invite_to_group_call
    join_group_by_link join_group_by_request join_group_via_community joined_telegram managed_bot_created
    migrate_from_group migrate_to_supergroup new_creator_pending no_forwards_request no_forwards_toggle
    paid_messages_price_change paid_messages_refund pin_message poll_append_answer poll_delete_answer prize_stars
    process_suggested_post proximity_reached refunded_payment remove_members requested_peer requested_phone_number
    score_in_game send_passport_values send_payment send_premium_gift send_star_gift send_stars_gift send_ton_gift
    send_webview_data set_chat_wallpaper set_messages_ttl set_same_chat_wallpaper stars_prize suggest_birthday
    suggest_profile_photo suggested_post_refund suggested_post_success take_screenshot todo_append_tasks
    todo_completions topic_created topic_edit web_app_bot_allowed
""")


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message or call; what else a service message tells is suppressed."""
    files = {file.name: file for file in export.files}

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, export, Beside(files, file, issues), issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, export: Export, beside: Beside, issues: Issues) -> Iterator[Record]:
    if is_beside(file):
        issues.suppress(file=file.name, reason=BESIDE)
        return
    drift = Drift(issues, file.name)
    overview = overview_of(file, export.source, drift, issues)
    room: Room | None = None
    place: Path | None = None
    for piece in json_pieces(file, _OPENED):
        chat = _chat_of(piece.path)
        if piece.path[:2] == ("contacts", "list"):
            _contact(piece, overview, drift, file, issues)
        elif chat is not None:
            if room is None or place != chat:
                if room and place is not None and room.topics:
                    overview.topics[place] = room.topics
                topics = overview.topics.get(chat, {})
                room, place = Room(overview.account, overview.talk(chat), beside, file.name, drift, Counter(), topics), chat
            yield from _message(piece, room, issues)


def _chat_of(path: Path) -> Path | None:
    """Return where the chat stands whose message this is; None for anything else in the file."""
    at = 0 if path[:1] == ("messages",) else 3
    return path[:at] if path[at : at + 1] == ("messages",) and (at == 0 or path[0] in CHATS) else None


def _contact(piece: Piece, overview: Overview, drift: Drift, file: SourceFile, issues: Issues) -> None:
    if piece.raw == b"[]" and len(piece.path) == 2:
        return
    try:
        parse_contact(parse_piece(piece.raw), overview.account, drift)
    except UnreadableError as error:
        issues.quarantine(piece.raw, file=file.name, at=f"contact {_number(piece.path)}", reason=error)
        return
    issues.suppress(file=file.name, reason="a contact of the address book")


def _message(piece: Piece, room: Room, issues: Issues) -> Iterator[Record]:
    """Yield what one piece of a chat's messages holds: an interaction, or nothing."""
    chat = f" of {_LISTED[str(piece.path[0])]} {int(piece.path[2]) + 1}" if len(piece.path) > 3 else ""
    if not isinstance(piece.path[-1], int):
        if piece.raw == b"[]":
            issues.suppress(file=room.file, reason="a chat without messages")
            return
        issues.quarantine(piece.raw, file=room.file, at=f"the messages{chat}", reason="field 'messages' is not a list")
        return
    position = f"message {_number(piece.path)}{chat}"
    try:
        if not piece.is_whole:
            raise UnreadableError(TOO_LONG)
        if room.talk.error:
            raise UnreadableError(room.talk.error)
        record = parse_piece(piece.raw)
        if has_old_ids(record):
            room.talk.take_old_id()
        fields = Fields(record)
        kind = fields.choice("type", KINDS)
        if kind == "message":
            yield parse_message(fields, room, position)
        elif kind == "unsupported":
            issues.suppress(file=room.file, reason="a message of a kind that Telegram Desktop does not export")
        elif (action := _action(fields)) in CALLS:
            yield parse_call(fields, room, position)
        else:
            if action == TOPIC:
                learn_topic(fields, room)
            if action not in _ACTIONS:
                issues.warn(file=room.file, reason=UNKNOWN_ACTION)
            issues.suppress(file=room.file, reason=SERVICE)
    except UnreadableError as error:
        issues.quarantine(piece.raw, file=room.file, at=position, reason=error)


def _action(fields: Fields) -> str:
    """Return what a service message tells of; some only show a text."""
    return "information_text" if fields.has("information_text") else fields.string("action")


def _number(path: Path) -> str:
    return str(int(path[-1]) + 1) if isinstance(path[-1], int) else "?"
