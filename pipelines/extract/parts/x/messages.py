"""The direct messages of an X archive: its conversations as a stream, however long one is."""

import html
import re
from collections.abc import Iterator
from itertools import groupby

from pipelines.contract import Channel, ConsentSignal, Direction, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.files.documents import Entry
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.json_stream import Path, Piece
from pipelines.extract.parts.x.fields import value_of
from pipelines.extract.parts.x.parts import pieces_of
from pipelines.extract.parts.x.tweets import Reading
from pipelines.extract.values.fields import Fields, known, names
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import clean

_INTO = ("*.dmConversation.messages", "*.messages")
_NOBODY = "0"  # whom a message to a group is to, in archives until 2020
_OF_TWO = re.compile(r"\d+-\d+")
_EVENTS = names("conversationNameUpdate joinConversation participantsJoin participantsLeave reactionCreate")
_WELCOME = "welcomeMessageCreate"
_USUAL, _LEFT = names("mediaUrls reactions"), names("isDeleted urls")


def conversations(file: SourceFile, reading: Reading, issues: Issues) -> Iterator[Interaction]:
    """Yield the messages of all conversations; a conversation that is none is quarantined once."""
    for at, pieces in groupby(pieces_of(file, _INTO), key=lambda piece: piece.path[0]):
        yield from _Conversation(f"conversation {int(at) + 1}", reading, issues).messages(pieces)


class _Conversation:
    """One conversation while its values stream by: X writes its id before its messages."""

    def __init__(self, at: str, reading: Reading, issues: Issues) -> None:
        self._at, self._reading, self._issues = at, reading, issues
        self._ref: str | None = None
        self._has_messages = False
        self._refused: tuple[UnreadableError, bytes] | None = None

    def messages(self, pieces: Iterator[Piece]) -> Iterator[Interaction]:
        """Yield one interaction a message."""
        number = 0
        for piece in pieces:
            try:
                is_message = self._take(piece)
            except UnreadableError as error:
                self._refused = self._refused or (error, piece.raw)
                continue
            if not is_message:
                continue
            number += 1
            if self._ref is None:
                self._refused = self._refused or (UnreadableError("missing field 'conversationId'"), piece.raw)
            else:
                yield from self._message(piece, self._ref, f"message {number} of {self._at}")
        self._close(number)

    def _take(self, piece: Piece) -> bool:
        """Say whether a value is a message; take it where it stands around them."""
        path = _within(piece.path)
        if not path:
            Fields(value_of(piece))  # the item itself: an empty one, or no record
            return False
        if path[0] != "messages":
            self._take_field(str(path[0]), piece)
            return False
        self._has_messages = True
        if len(path) == 1 and piece.raw == b"[]":
            return False
        if len(path) == 1 or not isinstance(path[1], int):
            raise UnreadableError("field 'messages' is not a list")
        return True

    def _take_field(self, name: str, piece: Piece) -> None:
        fields = Fields({name: value_of(piece)})
        if name == "conversationId":
            self._ref = fields.ref(name)
        self._reading.drift.tell(fields, frozenset())

    def _message(self, piece: Piece, thread: str, position: str) -> Iterator[Interaction]:
        entry = Entry(position, piece.raw, is_whole=piece.is_whole)
        try:
            message = Fields(entry.value())
            reason = _event(message)
            if reason:
                self._issues.suppress(file=self._reading.file, reason=reason)
                return
            created = message.fields("messageCreate")
            self._reading.drift.tell(message, frozenset())
            yield parse_message(created, thread, self._reading, position)
        except UnreadableError as error:
            self._issues.quarantine(entry.bytes(), file=self._reading.file, at=position, reason=error)

    def _close(self, number: int) -> None:
        """Count what was no conversation, or one without messages."""
        file = self._reading.file
        if self._refused is None and not self._has_messages:
            self._refused = (UnreadableError("missing field 'messages'"), b"")
        if self._refused:
            error, raw = self._refused
            self._issues.quarantine(raw, file=file, at=self._at, reason=error)
        elif number == 0:
            self._issues.suppress(file=file, reason="a conversation without messages")


def parse_message(fields: Fields, thread: str, reading: Reading, position: str) -> Interaction:
    """Map one direct message; UnreadableError where it is not what we know."""
    archive, account_ref = reading.archive, reading.account_ref
    source_ref, sender = fields.ref("id"), fields.ref("senderId")
    occurred_at, _ = parse_instant(fields.string("createdAt"), None)
    is_ours = sender == account_ref
    # a message to a group has none; a conversation of two is named after both
    recipient = fields.ref("recipientId") if _OF_TWO.fullmatch(thread) else fields.maybe_ref("recipientId")
    recipient = None if recipient == _NOBODY else recipient
    if recipient and account_ref not in (sender, recipient):
        raise UnreadableError("neither the sender nor the recipient is the archive's account")
    direction: Direction = "outbound" if is_ours else "inbound"
    text = clean(html.unescape(fields.string("text")))
    attachments = [archive.attachment(source_ref, [url]) for url in fields.strings("mediaUrls")]
    metadata = {"reactions": len(fields.maybe_items("reactions")), "edits": len(fields.maybe_items("editHistory"))}
    reading.drift.tell(fields, _LEFT, usual=_USUAL)
    other = recipient if is_ours else sender
    reason = None if recipient else "group"
    if recipient == sender:
        reason = "own_address"
    channel: Channel = reading.source.channel or "social"
    party = archive.party(other) if other and reason is None else []
    consent: list[ConsentSignal] = []
    if party and not is_ours:
        party = known(*party, *claims_of(text, reading.source))
        consent = keyword_consent(text, channel, party)
    return Interaction(
        source=reading.source.name,
        source_ref=source_ref,
        conversation_ref=thread,
        channel=channel,
        direction=direction,
        occurred_at=occurred_at,
        file=reading.file,
        position=position,
        party=party,
        party_ref=archive.party_ref(other) if other else "",
        agent_ref=sender if is_ours else None,
        text=text,
        attachments=attachments,
        consent=consent,
        reason=reason,
        source_metadata={name: value for name, value in metadata.items() if value},
    )


def _within(path: Path) -> Path:
    """Return a value's way within its conversation; older archives do not wrap it."""
    return path[2:] if path[1:2] == ("dmConversation",) else path[1:]


def _event(message: Fields) -> str | None:
    """Say why a message is left out, where it is none that somebody wrote."""
    if message.names & _EVENTS:
        return "an event of a conversation (joined, left, renamed, reacted)"
    return "a welcome message that X sent for us" if _WELCOME in message.names else None
