"""X archives: account.js, tweets.js and direct-messages.js (in parts, also of groups), told apart by their first line.

Ids are strings beyond 2^53. Handles and names are known only through the mentions in our own tweets, so all files are looked
through before the first record goes out.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

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


class Mention(NamedTuple):
    """An account as a tweet mentions it: its handle, and the display name its owner chose ("" where the tweet has none)."""

    handle: str
    name: str = ""


@dataclass(slots=True)
class Archive:
    """What the files of one archive say together: whose it is, and the handles and names of those it mentions.

    Attributes:
        mentions: by account id, the handle and the display name in the latest tweet that tells them, after that tweet's
            id (it grows with time).
    """

    source: Source
    own: Own
    account_ref: str | None = None
    mentions: dict[str, tuple[int, Mention]] = field(default_factory=dict)

    def remember(self, tweet: Any) -> None:
        """Take the handles and names that a tweet of ours tells."""
        for user_ref, told in _mentions(tweet).items():
            self.mentions[user_ref] = max(told, self.mentions.get(user_ref, told))

    def mention(self, user_ref: str) -> Mention | None:
        """Return how the latest tweet mentions the account ``user_ref``, where one does."""
        return self.mentions[user_ref][1] if user_ref in self.mentions else None

    def party(self, user_ref: str, mention: Mention | None = None) -> list[Identifier]:
        """Return the identifiers of the account ``user_ref``: its id, and handle and name where they are known."""
        shown = mention or self.mention(user_ref)
        account = identifiers.account(user_ref, SCOPE, "channel")
        if shown is None:
            return known(account)
        # who sets no name is shown under the handle
        is_named = shown.name.lstrip("@").casefold() != shown.handle.casefold()
        name = identifiers.name(shown.name, "channel") if is_named else None
        return known(account, identifiers.handle(shown.handle, SCOPE, "channel"), name)

    def party_ref(self, user_ref: str, mention: Mention | None = None) -> str:
        """Return the account as X shows it: its handle where it is known, else its id."""
        shown = mention or self.mention(user_ref)
        return f"@{shown.handle}" if shown else user_ref


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
    mention = _answered(mentioned.get(answered or ""), fields.maybe_string("in_reply_to_screen_name"))
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
        party=[] if to_nobody or answered is None else archive.party(answered, mention),
        party_ref="" if to_nobody or answered is None else archive.party_ref(answered, mention),
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


def _mentioned(fields: Fields) -> dict[str, Mention]:
    """Return the accounts, by id, that a tweet mentions; UnreadableError where they have another shape."""
    told = [Fields(each) for each in fields.maybe_fields("entities").maybe_items("user_mentions")]
    return {
        each.ref("id_str"): Mention(each.string("screen_name"), each.maybe_string("name") or "")
        for each in told
        if each.has("id_str")
    }


def _answered(mention: Mention | None, screen_name: str | None) -> Mention | None:
    """Return whom a tweet answers; the answer's own handle goes before the mention's."""
    return Mention(screen_name, mention.name if mention else "") if screen_name else mention


def _mentions(tweet: Any) -> dict[str, tuple[int, Mention]]:
    """Return the accounts, by id, that a tweet of ours tells, each with the tweet's id."""
    try:
        fields = Fields(tweet)
        at = int(fields.ref("id_str"))
        mentioned = _mentioned(fields)
        answered, screen_name = fields.maybe_ref("in_reply_to_user_id_str"), fields.maybe_string("in_reply_to_screen_name")
    except ValueError:
        return {}
    mention = _answered(mentioned.get(answered or ""), screen_name)
    if answered and mention:
        mentioned[answered] = mention
    return {user_ref: (at, mention) for user_ref, mention in mentioned.items()}
