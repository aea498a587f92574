"""X's encrypted chats (``message_event``, from 2026 on): an archive tells who wrote to whom and when, and no words."""

import re
from collections.abc import Iterator

from pipelines.contract import Interaction
from pipelines.extract.files.documents import Entry
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.x.parts import pieces_of, unwrapped
from pipelines.extract.parts.x.tweets import Reading
from pipelines.extract.values.fields import Fields, names
from pipelines.extract.values.instants import epoch_instant
from pipelines.extract.values.issues import Issues, UnreadableError

_IS_MESSAGE = {"messageCreateEvent": True, "conversationKeyChangeEvent": False, "markConversationReadEvent": False}
_OF_TWO = re.compile(r"(\d+):(\d+)", re.ASCII)
_MILLISECONDS = re.compile(r"\d{1,18}", re.ASCII)
_LEFT = names("conversationToken messageEventSignature sequenceId")
_CREATED_LEFT = names("contents conversationKeyVersion isPendingPublicKey priority shouldNotify")


def encrypted_messages(file: SourceFile, reading: Reading, issues: Issues) -> Iterator[Interaction]:
    """Yield one interaction a message; keys that change and chats that are read are counted."""
    for number, piece in enumerate(pieces_of(file), start=1):
        entry = Entry(f"event {number}", piece.raw, is_whole=piece.is_whole)
        try:
            event = Fields(unwrapped(entry.value(), "messageEvent", reading.drift))
            detail = event.fields("detail")
            kinds = sorted(detail.names)
            if len(kinds) != 1 or kinds[0] not in _IS_MESSAGE:
                raise UnreadableError("an event of an encrypted chat that we do not know")
            if not _IS_MESSAGE[kinds[0]]:
                issues.suppress(file=file.name, reason="an event of an encrypted chat (a key changed, somebody read)")
                continue
            reading.drift.tell(detail.fields(kinds[0]), _CREATED_LEFT)
            message = parse_encrypted(event, reading, entry.at)
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        yield message


def parse_encrypted(fields: Fields, reading: Reading, position: str) -> Interaction:
    """Map one message; UnreadableError where it is not what we know."""
    archive, account_ref = reading.archive, reading.account_ref
    source_ref, sender, thread = (fields.ref(each) for each in ("messageId", "senderId", "conversationId"))
    created = fields.ref("createdAtMsec")
    if not _MILLISECONDS.fullmatch(created):
        raise UnreadableError("a time that is no number of milliseconds")
    reading.drift.tell(fields, _LEFT)
    pair = _OF_TWO.fullmatch(thread)
    if pair and not {account_ref, sender} <= set(pair.groups()):
        raise UnreadableError("a conversation that is not the sender's and the archive's account's")
    is_ours = sender == account_ref
    other = sender
    if is_ours:
        other = next((each for each in pair.groups() if each != sender), sender) if pair else ""
    reason = None if pair else "group"
    if pair and other == account_ref:
        reason = "own_address"
    return Interaction(
        source=reading.source.name,
        source_ref=source_ref,
        conversation_ref="-".join(pair.groups()) if pair else thread,  # as its other messages' is written
        channel=reading.source.channel or "social",
        direction="outbound" if is_ours else "inbound",
        occurred_at=epoch_instant(int(created)),
        file=reading.file,
        position=position,
        party=archive.party(other) if reason is None else [],
        party_ref=archive.party_ref(other) if other else "",
        agent_ref=sender if is_ours else None,
        reason=reason,
        source_metadata={"encrypted": True},
    )
