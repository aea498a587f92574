"""X archives: account.js, tweets.js and direct-messages.js (in parts, also of groups), told apart by their first line.

Ids are strings beyond 2^53. Handles are known only through the mentions in our own tweets, so all files are looked
through before the first record goes out.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pipelines.contract import Attachment, Direction, Identifier, Interaction, Record
from pipelines.extract import identifiers
from pipelines.extract.claims import claims_of
from pipelines.extract.documents import Entry
from pipelines.extract.fields import Drift, Fields, known, names
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.instants import parse_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.text import clean
from pipelines.extract.x_parts import ACCOUNT, MESSAGES, OTHERS, TWEETS, items_of, part_of, unwrapped
from pipelines.settings import Source

SCOPE = "x"
_OF_TWO = re.compile(r"\d+-\d+")
_TWEET_TIME = "%a %b %d %H:%M:%S %z %Y"
_EVENTS = names(
    "joinConversation participantsJoin participantsLeave conversationNameUpdate reactionCreate welcomeMessageCreate"
)
_MESSAGE_USUAL = names("mediaUrls reactions")
_MESSAGE_LEFT = names("editHistory isDeleted urls")
_TWEET_USUAL = names("entities")
_TWEET_LEFT = names("""
    contributors coordinates display_text_range edit_info entities extended_entities favorite_count favorited geo id
    in_reply_to_status_id in_reply_to_user_id lang place possibly_sensitive quoted_status_id quoted_status_id_str
    quoted_status_permalink retweet_count retweeted scopes source truncated withheld_copyright withheld_in_countries
    withheld_scope
""")


@dataclass(slots=True)
class Archive:
    """What the files of one archive say together: whose it is, and the handles of those it mentions.

    Attributes:
        handles: by account id, the handle in the latest tweet that tells it, after that tweet's id (it grows with time).
    """

    source: Source
    own: Own
    account_ref: str | None = None
    handles: dict[str, tuple[int, str]] = field(default_factory=dict)

    def remember(self, tweet: Any) -> None:
        """Take the handles that a tweet of ours tells."""
        for user_ref, handle in _mentions(tweet).items():
            self.handles[user_ref] = max(handle, self.handles.get(user_ref, handle))

    def handle(self, user_ref: str) -> str | None:
        """Return the handle of the account ``user_ref``, where it is known."""
        return self.handles[user_ref][1] if user_ref in self.handles else None

    def party(self, user_ref: str, screen_name: str | None = None) -> list[Identifier]:
        """Return the identifiers of the account ``user_ref``."""
        shown = screen_name or self.handle(user_ref)
        handle = identifiers.handle(shown, SCOPE, "channel") if shown else None
        return known(identifiers.account(user_ref, SCOPE, "channel"), handle)

    def party_ref(self, user_ref: str, screen_name: str | None = None) -> str:
        """Return the account as X shows it: its handle where it is known, else its id."""
        shown = screen_name or self.handle(user_ref)
        return f"@{shown}" if shown else user_ref


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a direct message or tweet of ours."""
    archive = _survey(export)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, archive, issues)

    yield from each_file(export, issues, parse)


def _survey(export: Export) -> Archive:
    """Look through all files for the account and the mentions; what cannot be read is left to the pass that counts it."""
    archive = Archive(export.source, Own.of(export.source))
    for file in export.files:
        try:
            part = part_of(file)
            if part in ACCOUNT:
                for item in items_of(file):
                    archive.account_ref = Fields(unwrapped(item, "account")).ref("accountId")
            elif part in TWEETS:
                for item in items_of(file):
                    archive.remember(unwrapped(item, "tweet"))
        except UnreadableError:
            continue
    if archive.account_ref is None:
        numbers = [name for name in export.source.own if name.isdecimal()]
        archive.account_ref = numbers[0] if len(numbers) == 1 else None
    return archive


def _parse(file: SourceFile, archive: Archive, issues: Issues) -> Iterator[Record]:
    part = part_of(file)
    if part in ACCOUNT:
        for item in items_of(file):
            Fields(unwrapped(item, "account")).ref("accountId")
            issues.suppress(file=file.name, reason="the archive's own account")
    elif part in TWEETS or part in MESSAGES:
        if archive.account_ref is None:
            raise UnreadableError(
                "whose archive this is cannot be known: no account.js came with it; send it along, "
                f"or put the account's number into sources.{archive.source.name}.own"
            )
        drift = Drift(issues, file.name)
        yield from (_tweets if part in TWEETS else _messages)(file, archive, drift, issues)
    elif part in OTHERS or part == "media":
        issues.suppress(file=file.name, reason="a part of the archive without contacts")
    else:
        raise UnreadableError("a part of the archive that we do not know")


def _tweets(file: SourceFile, archive: Archive, drift: Drift, issues: Issues) -> Iterator[Record]:
    for number, item in enumerate(items_of(file), start=1):
        position = f"tweet {number}"
        try:
            yield parse_tweet(unwrapped(item, "tweet"), archive, file.name, position, drift)
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=item).bytes(), file=file.name, at=position, reason=error)


def _messages(file: SourceFile, archive: Archive, drift: Drift, issues: Issues) -> Iterator[Record]:
    """Yield the messages of all conversations."""
    for at, item in enumerate(items_of(file), start=1):
        try:
            conversation = Fields(unwrapped(item, "dmConversation"))
            thread, messages = conversation.ref("conversationId"), conversation.items("messages")
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=item).bytes(), file=file.name, at=f"conversation {at}", reason=error)
            continue
        for number, message in enumerate(messages, start=1):
            position = f"message {number} of conversation {at}"
            if isinstance(message, dict) and message.keys() & _EVENTS:
                issues.suppress(file=file.name, reason="an event of a conversation (joined, left, renamed, reacted)")
                continue
            try:
                created = Fields(message).fields("messageCreate")
                yield parse_message(created, thread, archive, file.name, position, drift)
            except UnreadableError as error:
                issues.quarantine(Entry("", loaded=message).bytes(), file=file.name, at=position, reason=error)


def parse_message(fields: Fields, thread: str, archive: Archive, file: str, position: str, drift: Drift) -> Interaction:
    """Map one direct message; UnreadableError where it is not what we know."""
    source_ref, sender = fields.ref("id"), fields.ref("senderId")
    occurred_at, _ = parse_instant(fields.string("createdAt"), None)
    is_ours = sender == archive.account_ref
    # a message to a group has none; a conversation of two is named after both
    recipient = fields.ref("recipientId") if _OF_TWO.fullmatch(thread) else fields.maybe_ref("recipientId")
    if recipient and archive.account_ref not in (sender, recipient):
        raise UnreadableError("neither the sender nor the recipient is the archive's account")
    direction: Direction = "outbound" if is_ours else "inbound"
    text = clean(html.unescape(fields.string("text")))
    media = fields.strings("mediaUrls")
    reactions = fields.maybe_items("reactions")
    drift.tell(fields, _MESSAGE_LEFT, usual=_MESSAGE_USUAL)
    other = recipient if is_ours else sender
    reason = None if recipient else "group"
    if recipient == sender:
        reason = "own_address"
    party = archive.party(other) if other and reason is None else []
    if party and not is_ours:
        party = known(*party, *claims_of(text, archive.source))
    return Interaction(
        source=archive.source.name,
        source_ref=source_ref,
        conversation_ref=thread,
        channel=archive.source.channel or "social",
        direction=direction,
        occurred_at=occurred_at,
        file=file,
        position=position,
        party=party,
        party_ref=archive.party_ref(other) if other else "",
        agent_ref=sender if is_ours else None,
        text=text,
        attachments=[Attachment(url.rpartition("/")[2], None, "") for url in media],
        reason=reason,
        source_metadata={"reactions": len(reactions)} if reactions else {},
    )


def parse_tweet(tweet: Any, archive: Archive, file: str, position: str, drift: Drift) -> Interaction:
    """Map one tweet of ours; a tweet that answers nobody has no person behind it."""
    fields = Fields(tweet)
    source_ref = fields.ref("id_str")
    occurred_at = tweet_time(fields.string("created_at"))
    text = fields.string("full_text") if fields.has("full_text") else fields.string("text")
    mentioned = _mentioned(fields)
    answered = fields.maybe_ref("in_reply_to_user_id_str")
    screen_name = fields.maybe_string("in_reply_to_screen_name") or mentioned.get(answered or "")
    in_reply_to = fields.maybe_ref("in_reply_to_status_id_str")
    drift.tell(fields, _TWEET_LEFT, usual=_TWEET_USUAL)
    to_nobody = answered is None or answered == archive.account_ref
    return Interaction(
        source=archive.source.name,
        source_ref=source_ref,
        conversation_ref=in_reply_to or source_ref,
        channel=archive.source.channel or "social",
        direction="outbound",
        occurred_at=occurred_at,
        file=file,
        position=position,
        is_public=True,
        party=[] if to_nobody or answered is None else archive.party(answered, screen_name),
        party_ref="" if to_nobody or answered is None else archive.party_ref(answered, screen_name),
        agent_ref=archive.account_ref,
        text=clean(html.unescape(text)),
        in_reply_to_ref=in_reply_to,
        reason="no_identifier" if to_nobody else None,
    )


def tweet_time(value: str) -> datetime:
    """Read ``Sun Mar 21 12:53:22 +0000 2021``, or ISO 8601; UnreadableError where it is neither."""
    try:
        return datetime.strptime(value, _TWEET_TIME).astimezone(UTC)
    except (ValueError, OverflowError):
        return parse_instant(value, None)[0]


def _mentioned(fields: Fields) -> dict[str, str]:
    """Return the handles, by account id, that a tweet mentions; UnreadableError where they have another shape."""
    told = [Fields(each) for each in fields.maybe_fields("entities").maybe_items("user_mentions")]
    return {each.ref("id_str"): each.string("screen_name") for each in told if each.has("id_str")}


def _mentions(tweet: Any) -> dict[str, tuple[int, str]]:
    """Return the handles, by account id, that a tweet of ours tells, each with the tweet's id."""
    try:
        fields = Fields(tweet)
        at = int(fields.ref("id_str"))
        mentioned = _mentioned(fields)
        answered, screen_name = fields.maybe_ref("in_reply_to_user_id_str"), fields.maybe_string("in_reply_to_screen_name")
    except ValueError:
        return {}
    if answered and screen_name:
        mentioned[answered] = screen_name
    return {user_ref: (at, handle) for user_ref, handle in mentioned.items()}
