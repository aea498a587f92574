"""What a Genesys Cloud export tells before its conversations are read: where transcripts lie, and which are needed."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

from pipelines.extract.files.documents import json_entries, may_hold, readable
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.genesys.conversations import PAGES, Conversation, parse_conversation
from pipelines.extract.parts.genesys.heard import heard
from pipelines.extract.parts.genesys.transcripts import Transcript, is_transcript, parse_transcript
from pipelines.extract.values.fields import Drift
from pipelines.extract.values.issues import Issues, UnreadableError

_TRANSCRIPT, _CONVERSATION = b'"transcripts"', b'"participants"'


class Copy(NamedTuple):
    """A session's best transcript: in which file it lies, and of what length and digest its words are."""

    file: SourceFile
    rank: tuple[int, int]


@dataclass(slots=True)
class Known:
    """What an export tells of its transcripts. Sessions and conversations are digests: there may be a million of them.

    Attributes:
        copies: by session.
        used: sessions whose transcript is the text of an interaction.
        sessions, conversations: those there are transcripts of and that are in the export.
    """

    copies: dict[int, Copy] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    sessions: set[int] = field(default_factory=set)
    conversations: set[int] = field(default_factory=set)

    def heard(self, conversation: Conversation) -> dict[str, list[str]]:
        """Return which transcripts are the words of which session (see ``heard``)."""
        ref = conversation.conversation_ref
        return heard(conversation, lambda session_ref: digest(ref, session_ref) in self.copies)

    def fate(self, transcript: Transcript) -> str:
        """Say what becomes of a transcript; UnreadableError where its words would be lost."""
        if not transcript.talk.text:
            return "a transcript without words"
        if transcript.is_mail:
            raise UnreadableError("a mail's transcript, which does not tell what is quoted: deliver the mailbox itself")
        key = digest(transcript.conversation_ref, transcript.session_ref)
        if digest(transcript.conversation_ref) not in self.conversations:
            raise UnreadableError("a transcript of a conversation that is not in this night's export: put both into one")
        if key not in self.sessions or key not in self.copies:
            raise UnreadableError("a transcript of a session that its conversation does not have: deliver its last version")
        if self.copies[key].rank != rank_of(transcript):
            return "another copy of a transcript that is here"
        return "a transcript, told with its session" if key in self.used else "a transcript of our side of a session"


def survey(export: Export) -> Known:
    """Look where transcripts lie, and which of them conversations need; what cannot be read is left to ``extract``."""
    known, needed = Known(), set[int]()
    for file, record in _readable(export.files, _TRANSCRIPT):
        try:
            transcript = parse_transcript(record)
        except UnreadableError:
            continue
        if transcript.talk.text and not transcript.is_mail:
            copy = Copy(file, rank_of(transcript))
            key = digest(transcript.conversation_ref, transcript.session_ref)
            known.copies[key] = max(known.copies.get(key, copy), copy, key=lambda each: each.rank)
            needed.add(digest(transcript.conversation_ref))
    for file, record in _readable(export.files, _CONVERSATION) if needed else ():
        try:
            if not is_transcript(record) and digest(str(record.get("conversationId"))) in needed:
                _note(parse_conversation(record, Drift(Issues(), file.name)), known)
        except UnreadableError:
            continue
    return known


def transcripts_of(file: SourceFile) -> Iterator[Transcript]:
    """Yield the transcripts of a file that can be read."""
    for _, record in _readable([file], _TRANSCRIPT):
        try:
            yield parse_transcript(record)
        except UnreadableError:
            continue


def digest(*refs: str) -> int:
    """Return 64 bits that stand for an id."""
    return int.from_bytes(blake2b("\n".join(refs).encode("utf-8", "replace"), digest_size=8).digest())


def rank_of(transcript: Transcript) -> tuple[int, int]:
    """Return what two transcripts of a session are ordered by, wherever they lie: the longer is the later one."""
    return len(transcript.talk.text), digest(transcript.talk.text)


def _note(conversation: Conversation, known: Known) -> None:
    ref = conversation.conversation_ref
    known.conversations.add(digest(ref))
    there = (digest(ref, each.session_ref) for person in conversation.participants for each in person.sessions)
    known.sessions |= {key for key in there if key in known.copies}
    known.used |= {digest(ref, each) for refs in known.heard(conversation).values() for each in refs}


def _readable(files: list[SourceFile], mark: bytes) -> Iterator[tuple[SourceFile, Any]]:
    """Yield the transcripts, or the conversations, that hold ``mark`` and can be read."""
    found = readable(files, lambda file: json_entries(file, PAGES) if may_hold(file, mark) else (), mark)
    for file, record in found:
        if isinstance(record, dict) and is_transcript(record) == (mark == _TRANSCRIPT):
            yield file, record
