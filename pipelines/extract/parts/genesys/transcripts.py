"""Genesys Cloud's transcripts (``transcripturl``): whose they are, and what was said or written in one session."""

from dataclasses import dataclass
from typing import Any

from pipelines.extract.parts.genesys.conversations import SIDES, Side
from pipelines.extract.parts.talks.talks import CUSTOMER, Talk, talk_in_order
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

_IS_MAIL = {"voice": False, "callback": False, "chat": False, "message": False, "email": True}
_ROLES: dict[Side, str] = {"outside": CUSTOMER, "ours": "Agent", "machine": "System"}
# A phrase is "external" or "internal", whoever of us it is; some tell by the purpose of a participant.
_SPEAKERS = {purpose: _ROLES[side] for purpose, side in SIDES.items()} | {"internal": "Agent"}
_ADDRESSES = (names("url"), names("urls"))

_LEFT = names("""
    conversationDuration conversationStartTime duration handleTime isNamedEntitiesAnalyzed organizationId participants
    recordingId startTime uri
""")
_TRANSCRIPT_LEFT = names("""
    analytics duration engineId engineProvider features language messageType programId startTime subject transcriptId
""")
_PHRASE_LEFT = names("alternatives confidence decoratedWords duration offset phraseIndex stability type words")


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was said or written in one session of a conversation; an empty talk where nobody said anything."""

    conversation_ref: str
    session_ref: str
    is_mail: bool
    talk: Talk


def is_transcript(record: Any) -> bool:
    """Say whether a record of an export is a transcript, or leads to one."""
    return isinstance(record, dict) and ("transcripts" in record or record.keys() in _ADDRESSES)


def parse_transcript(record: Any, drift: Drift | None = None) -> Transcript:
    """Map one transcript; UnreadableError where it is not what we know."""
    fields = Fields(record)
    if fields.names in _ADDRESSES:
        raise UnreadableError("where a transcript lies, and not the transcript: save what its address leads to")
    if "sessionStartTimeMs" in fields.names:
        raise UnreadableError("words as they were notified during a call: save the transcript when it is over")
    spoken: list[tuple[int, str, str]] = []
    for each in fields.items("transcripts"):
        transcript = Fields(each)
        spoken += [_phrase(phrase, drift) for phrase in transcript.items("phrases")]
        if drift:
            drift.tell(transcript, _TRANSCRIPT_LEFT)
    found = Transcript(
        conversation_ref=fields.ref("conversationId"),
        session_ref=fields.ref("communicationId"),
        is_mail=fields.choice("mediaType", _IS_MAIL),
        talk=talk_in_order(spoken),
    )
    if drift:
        drift.tell(fields, _LEFT)
    return found


def _phrase(record: Any, drift: Drift | None) -> tuple[int, str, str]:
    """Take when a phrase began, by whom it is, and its words: those with signs and digits where there are any."""
    fields = Fields(record)
    at, role = fields.number("startTimeMs"), fields.choice("participantPurpose", _SPEAKERS)
    decorated = fields.maybe_string("decoratedText")
    heard = fields.maybe_string("text") if decorated else fields.string("text")
    if drift:
        drift.tell(fields, _PHRASE_LEFT)
    return at, role, one_line(decorated or heard or "")
