"""What the files of an X archive say together: whose it is, handles and names of accounts, edits, long tweets, media.

Handles and names are known only through the mentions in our own tweets; a long tweet's full text stands in another part;
an edited tweet is there once a version. So all files are looked through before the first record goes out.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.contract import Attachment, Identifier
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.x.fields import (
    Mention,
    Note,
    answered_as,
    is_shortened,
    mentioned_in,
    number_of,
    parse_note,
    text_of,
    tweet_time,
    value_of,
    versions_of,
)
from pipelines.extract.parts.x.parts import (
    ACCOUNT,
    BESIDE,
    MANIFEST,
    NOTES,
    TWEETS,
    PartName,
    manifest_pieces,
    part_of,
    pieces_of,
    root_of,
    unwrapped,
)
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Fields, known
from pipelines.extract.values.issues import UnreadableError

SCOPE = "x"
_COUNT_LENGTH = 19  # digits
_NOTE_WITHIN = 2  # seconds between a long tweet and its full text


@dataclass(slots=True)
class Archive:
    """What one look through the export found.

    Attributes:
        accounts: whose archive it is, by its folder.
        listed: how many items the manifest counts in a part, by the archive's folder and the part's label.
        mentions: by account id, the handle and the display name in the latest tweet that tells them, after that tweet's
            id (it grows with time).
        first_of: of each version of an edited tweet, the id of its first.
        latest_of: by the first version's id, the number of the last version that is here.
        long_texts: the full text of long tweets, by the tweet's id.
        media: the files that were posted or sent, by their names.
    """

    accounts: dict[str, str] = field(default_factory=dict)
    seen: set[tuple[str, str]] = field(default_factory=set)
    listed: dict[tuple[str, str], int] = field(default_factory=dict)
    mentions: dict[str, tuple[int, Mention]] = field(default_factory=dict)
    first_of: dict[str, str] = field(default_factory=dict)
    latest_of: dict[str, int] = field(default_factory=dict)
    notes: dict[int, list[Note]] = field(default_factory=dict)
    long_texts: dict[str, Note] = field(default_factory=dict)
    media: dict[str, SourceFile] = field(default_factory=dict)

    def remember(self, tweet: Any) -> None:
        """Take the handles and names that a tweet of ours tells, its versions and its full text."""
        for user_ref, told in _mentions(tweet).items():
            self.mentions[user_ref] = max(told, self.mentions.get(user_ref, told))
        try:
            fields = Fields(tweet)
            ref, versions = fields.ref("id_str"), versions_of(fields)
            if len(versions) > 1:
                first = min(versions, key=number_of)
                self.first_of |= dict.fromkeys(versions, first)
                self.latest_of[first] = max(number_of(ref), self.latest_of.get(first, 0))
            if self.notes:
                note = self._note(tweet_time(fields.string("created_at")), text_of(fields))
                if note:
                    self.long_texts[ref] = note
        except UnreadableError:
            pass  # the reading of the tweets tells

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

    def is_superseded(self, ref: str) -> bool:
        """Say whether a later version of the tweet is here."""
        first = self.first_of.get(ref)
        return first is not None and number_of(ref) < self.latest_of.get(first, 0)

    def attachment(self, ref: str, urls: list[str]) -> Attachment:
        """Return the file of a tweet or message that has one of the addresses; size and digest where it came along."""
        names_ = [url.partition("?")[0].rpartition("/")[2] for url in urls]
        for name in names_:
            file = self.media.get(f"{ref}-{name}")
            if file:
                try:
                    return Attachment(name, file.size, file.sha256())
                except (UnreadableError, OSError):
                    break  # the record is not worse for it
        return Attachment(names_[0] if names_ else "", None, "")

    def _note(self, at: datetime, text: str) -> Note | None:
        """Return the note of that time which begins as the tweet does: the two share no id."""
        second = int(at.timestamp())
        near = (note for away in range(-_NOTE_WITHIN, _NOTE_WITHIN + 1) for note in self.notes.get(second + away, ()))
        return next((note for note in near if is_shortened(text, note.text)), None)


def survey(export: Export) -> Archive:
    """Look through all files; what cannot be read is left to the pass that counts it."""
    archive, parts = Archive(), [(file, _maybe_part(file)) for file in export.files]
    for file, part in parts:
        archive.seen.add((root_of(file), part.label))
        if part.kind == BESIDE:
            archive.media[file.name.rpartition("/")[2]] = file
        elif part.kind in ACCOUNT | NOTES | {MANIFEST}:
            _look(archive, file, part)
    for file, part in parts:
        if part.kind in TWEETS:
            _look(archive, file, part)
    numbers = [name for name in export.source.own if name.isdecimal()]
    if not archive.accounts and len(numbers) == 1:
        archive.accounts[""] = numbers[0]
    return archive


def account_of(file: SourceFile, archive: Archive) -> str | None:
    """Return whose archive a file is of; None where that cannot be known."""
    accounts = set(archive.accounts.values())
    return archive.accounts.get(root_of(file)) or (accounts.pop() if len(accounts) == 1 else None)


def listed_in(file: SourceFile) -> tuple[str | None, dict[str, int]]:
    """Return the account and the parts with their counts that a manifest tells.

    Raises:
        UnreadableError: it is damaged, or has another shape.
    """
    account, listed = None, {}
    for piece in manifest_pieces(file):
        if piece.path == ("userInfo", "accountId"):
            account = Fields({"accountId": value_of(piece)}).ref("accountId")
        elif len(piece.path) == 2 and piece.path[0] == "dataTypes":
            for each in Fields(value_of(piece)).maybe_items("files"):
                part = Fields(each)
                count = part.maybe_ref("count")
                if count and count.isdecimal() and len(count) < _COUNT_LENGTH:
                    listed[part.string("globalName")] = int(count)
    return account, listed


def _maybe_part(file: SourceFile) -> PartName:
    try:
        return part_of(file) if file.size else PartName("")
    except (UnreadableError, OSError):
        return PartName("")


def _look(archive: Archive, file: SourceFile, part: PartName) -> None:
    root = root_of(file)
    try:
        if part.kind == MANIFEST:
            account, listed = listed_in(file)
            if account:
                archive.accounts.setdefault(root, account)
            archive.listed |= {(root, label): count for label, count in listed.items()}
            return
        for piece in pieces_of(file):
            try:
                item = value_of(piece)
                if part.kind in ACCOUNT:
                    archive.accounts[root] = Fields(unwrapped(item, "account")).ref("accountId")
                elif part.kind in TWEETS:
                    archive.remember(unwrapped(item, "tweet"))
                else:
                    note = parse_note(item)
                    archive.notes.setdefault(int(note.at.timestamp()), []).append(note)
            except UnreadableError:
                continue
    except (UnreadableError, OSError):
        return


def _mentions(tweet: Any) -> dict[str, tuple[int, Mention]]:
    """Return the accounts, by id, that a tweet of ours tells, each with the tweet's id."""
    try:
        fields = Fields(tweet)
        at = number_of(fields.ref("id_str"))
        mentioned = mentioned_in(fields.maybe_fields("entities"))
        answered, screen_name = fields.maybe_ref("in_reply_to_user_id_str"), fields.maybe_string("in_reply_to_screen_name")
    except UnreadableError:
        return {}
    mention = answered_as(mentioned.get(answered or ""), screen_name)
    if answered and mention:
        mentioned[answered] = mention
    return {user_ref: (at, mention) for user_ref, mention in mentioned.items()}
