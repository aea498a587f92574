"""Amazon Connect's transcripts: whose they are, which copy is the best, and what was said on a call."""

from dataclasses import dataclass
from typing import Any

from pipelines.extract.parts.talks.talks import CUSTOMER, Talk, talk_in_order
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

# Only an analysis (Contact Lens) has these; a plain transcript of a chat has none of them.
_OF_ANALYSES = names("JobStatus CustomerMetadata ContentMetadata ConversationCharacteristics Categories")
_OF_TRANSCRIPTS = _OF_ANALYSES | names("Transcript Participants")
_CHANNELS, _MAIL = {"VOICE": False, "CHAT": True}, "EMAIL"
_PLAIN, _RAW, _REDACTED = 0, 1, 2
_OUTPUTS = {"Raw": _RAW, "Redacted": _REDACTED}
_STATUS = {"COMPLETED": True, "FAILED": False}
_SPEAKERS = {
    "CUSTOMER": CUSTOMER,
    "AGENT": "Agent",
    "SYSTEM": "System",
    "CUSTOM_BOT": "Bot",
    "SUPERVISOR": "Supervisor",
}
_WORDS = ("MESSAGE", "ATTACHMENT")

_LEFT = names("""
    AWSAccountId AccountId Categories ChatTranscriptVersion Configuration ConversationCharacteristics CustomModels InstanceId
    JobDetails LanguageCode SessionSummary Version
""")
_CUSTOMER_LEFT = names("InputFiles InputS3Uri InstanceId")
_CONTENT_LEFT = names("RedactionTypes RedactionTypesMetadata")
_PARTICIPANT_LEFT = names("DisplayName")
_LINE_LEFT = names("""
    ActionItemsDetected EndOffsetMillis Id IssuesDetected LoudnessScore OutcomesDetected Redaction Sentiment
""")


@dataclass(frozen=True, slots=True)
class Head:
    """What a transcript says of itself.

    Attributes:
        is_chat: a chat's; else a call's.
        initial_ref: the conversation; "" where the transcript does not say.
        grade: 0 the chat's own transcript, 1 an analysis with all words, 2 one with personal data blacked out.
        has_words: whether anybody says anything in it.
    """

    contact_ref: str
    initial_ref: str
    is_chat: bool
    grade: int
    has_words: bool


def is_transcript(record: Any) -> bool:
    """Say whether a record of an export is a transcript."""
    return isinstance(record, dict) and not _OF_TRANSCRIPTS.isdisjoint(record)


def read_of_mail(record: Any, drift: Drift) -> bool:
    """Read the analysis of a mail, which holds none of its words; False where a transcript is another's.

    Raises:
        UnreadableError: it has a transcript after all: nobody has seen one, so that it is not known who says what.
    """
    if record.get("Channel") != _MAIL or _OF_ANALYSES.isdisjoint(record):
        return False
    fields = Fields(record)
    customer = fields.fields("CustomerMetadata")
    customer.ref("ContactId")
    if fields.maybe_items("Transcript"):
        raise UnreadableError("the analysis of a mail with a transcript, of which the shape is not known")
    drift.tell(customer, _CUSTOMER_LEFT)
    drift.tell(fields, _LEFT | _OF_ANALYSES | names("Channel Participants"))
    return True


def head_of(record: Any, drift: Drift | None = None) -> Head:
    """Read a transcript's head; UnreadableError where it is not what we know."""
    fields = Fields(record)
    lines = fields.items("Transcript")
    if _OF_ANALYSES.isdisjoint(record):
        contact_ref, initial_ref = fields.ref("ContactId"), fields.maybe_ref("InitialContactId") or ""
        is_chat, grade, usual = True, _PLAIN, names("InitialContactId")
    else:
        is_chat, usual = fields.choice("Channel", _CHANNELS), frozenset[str]()
        if not fields.choice("JobStatus", _STATUS):
            lines = []
        customer, content = fields.fields("CustomerMetadata"), fields.fields("ContentMetadata")
        contact_ref, initial_ref = customer.ref("ContactId"), ""
        grade = content.choice("Output", _OUTPUTS)
        if drift:
            drift.tell(customer, _CUSTOMER_LEFT)
            drift.tell(content, _CONTENT_LEFT)
    fields.has("Participants")
    if drift:
        drift.tell(fields, _LEFT | names("Participants"), usual=usual)
    has_words = any(isinstance(line, dict) and (not is_chat or line.get("Type") in _WORDS) for line in lines)
    return Head(contact_ref, initial_ref, is_chat, grade, has_words)


def talk_of(record: Any, drift: Drift | None = None) -> Talk:
    """Map the transcript of a call; UnreadableError where a line of it is not what we know."""
    fields = Fields(record)
    speakers = dict(_SPEAKERS)  # some lines name the role where the participant's id belongs
    for each in fields.items("Participants"):
        participant = Fields(each)
        speakers[participant.ref("ParticipantId")] = participant.choice("ParticipantRole", _SPEAKERS)
        if drift:
            drift.tell(participant, _PARTICIPANT_LEFT)
    spoken: list[tuple[int, str, str]] = []
    for each in fields.items("Transcript"):
        line = Fields(each)
        at, words, who = line.number("BeginOffsetMillis"), one_line(line.string("Content")), line.ref("ParticipantId")
        role = line.choice("ParticipantRole", _SPEAKERS) if line.has("ParticipantRole") else speakers.get(who)
        if role is None:
            raise UnreadableError("a line of the transcript is by nobody of its participants")
        if drift:
            drift.tell(line, _LINE_LEFT)
        spoken.append((at, role, words))
    return talk_in_order(spoken)
