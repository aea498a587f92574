"""What tweets and long tweets' texts of an X archive say, field by field; the survey and the reading share it."""

import html
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pipelines.extract.files.documents import TOO_LONG, parse_json
from pipelines.extract.files.json_stream import Piece
from pipelines.extract.parts.x.parts import unwrapped
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import UnreadableError

NO_ACCOUNT = "-1"  # stands in the place of an account that is gone
_TWEET_TIME = "%a %b %d %H:%M:%S %z %Y"
_ID_LENGTH = 25  # digits; they have 19 now
_LINK_LENGTH = 40  # of what follows the three dots of a shortened text
_BEGINNING = 20  # characters, at the least, that a long tweet and its full text begin with
_MENTION_USUAL, _MENTION_LEFT = names("id_str name screen_name"), names("id indices")
_EDIT_USUAL, _EDIT_LEFT = names("editTweetIds"), names("editableUntil editsRemaining isEditEligible")
_NOTE_LEFT, _CORE_LEFT = names("lifecycle updatedAt"), names("cashtags hashtags mentions styletags urls")


class Mention(NamedTuple):
    """An account as a tweet mentions it: its handle, and the display name its owner chose ("" where the tweet has none)."""

    handle: str
    name: str = ""


class Note(NamedTuple):
    """A long tweet's full text, with an id of its own."""

    ref: str
    at: datetime
    text: str


def parse_note(item: Any, drift: Drift | None = None) -> Note:
    """Map one long tweet's text; UnreadableError where it is not what we know."""
    fields = Fields(unwrapped(item, "noteTweet", drift))
    core = fields.fields("core")
    at, _ = parse_instant(fields.string("createdAt"), None)
    note = Note(fields.ref("noteTweetId"), at, html.unescape(core.string("text")))
    if drift:
        drift.tell(core, _CORE_LEFT)
        drift.tell(fields, _NOTE_LEFT)
    return note


def value_of(piece: Piece) -> Any:
    """Return what a value says; UnreadableError where it is not JSON, or longer than can be held."""
    if not piece.is_whole:
        raise UnreadableError(TOO_LONG)
    return parse_json(piece.raw)


def tweet_time(value: str) -> datetime:
    """Read ``Sun Mar 21 12:53:22 +0000 2021``, or ISO 8601; UnreadableError where it is neither."""
    try:
        return datetime.strptime(value, _TWEET_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return parse_instant(value, None)[0]


def text_of(fields: Fields) -> str:
    """Take a tweet's text, as its writer wrote it."""
    return html.unescape(fields.string("full_text") if fields.has("full_text") else fields.string("text"))


def versions_of(fields: Fields, drift: Drift | None = None) -> list[str]:
    """Take the ids of all versions of a tweet; none where it could never be edited."""
    info = fields.maybe_fields("edit_info")
    edit = info.maybe_fields("edit")
    found: list[str] = []
    for control in (info.maybe_fields("initial"), edit.maybe_fields("editControlInitial")):
        found += control.strings("editTweetIds")
        if drift and control.names:
            drift.tell(control, _EDIT_LEFT, usual=_EDIT_USUAL)
    if drift:
        drift.tell(edit, frozenset({"initialTweetId"}))
        drift.tell(info, frozenset())
    return list(dict.fromkeys(found))


def mentioned_in(entities: Fields, drift: Drift | None = None) -> dict[str, Mention]:
    """Return the accounts, by id, that a tweet mentions; UnreadableError where they have another shape."""
    found: dict[str, Mention] = {}
    for each in map(Fields, entities.maybe_items("user_mentions")):
        if each.has("id_str"):
            user_ref, mention = each.ref("id_str"), Mention(each.string("screen_name"), each.maybe_string("name") or "")
            if user_ref != NO_ACCOUNT:
                found[user_ref] = mention
        if drift:
            drift.tell(each, _MENTION_LEFT | _MENTION_USUAL, usual=_MENTION_USUAL)
    return found


def answered_as(mention: Mention | None, screen_name: str | None) -> Mention | None:
    """Return whom a tweet answers; the answer's own handle goes before the mention's."""
    return Mention(screen_name, mention.name if mention else "") if screen_name else mention


def is_shortened(text: str, whole: str) -> bool:
    """Say whether a tweet's text is the beginning of ``whole``, with or without the mentions that an answer begins with."""
    shown = _shown(text)
    return any(len(each) >= _BEGINNING and whole.startswith(each) for each in (shown, _without_mentions(shown)))


def _shown(text: str) -> str:
    """Return what a shortened text shows of the whole: without the three dots and the link to it."""
    before, dots, after = text.rpartition("…")
    words = (before if dots and len(after) <= _LINK_LENGTH else text).rstrip()
    if words.rpartition(" ")[2].startswith("https://t.co/"):
        words = words.rpartition(" ")[0]
    return words.rstrip()


def _without_mentions(text: str) -> str:
    while text.startswith("@"):
        text = text.partition(" ")[2]
    return text


def number_of(ref: str) -> int:
    """Return an id of X as the number it is, which grows with time; 0 where it is none."""
    return int(ref) if ref.isdecimal() and len(ref) <= _ID_LENGTH else 0
