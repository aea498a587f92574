"""What stands within Amazon Connect's contact records: endpoints, agent, queue, recordings and segment attributes."""

from dataclasses import dataclass

from pipelines.contract import Attachment, Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.record_times import maybe_instant
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_ENDPOINTS = {
    each: each for each in ("TELEPHONE_NUMBER", "EMAIL_ADDRESS", "VOIP", "CONTACT_FLOW", "CONNECT_PHONENUMBER_ARN")
}
_RECORDINGS = {"AVAILABLE": True, "DELETED": False, "NULL": False}  # some contacts have the word
_SHORT = 8  # digits of a number that is none of E.164
_SUBTYPE, _SUBJECT = "connect:Subtype", "connect:EmailSubject"

_AGENT_USUAL = names("AgentInteractionDuration ConnectedToAgentTimestamp CustomerHoldDuration Username")
_AGENT_LEFT = names("""
    ARN AcceptedByAgentTimestamp AfterContactWorkDuration AfterContactWorkEndTimestamp AfterContactWorkStartTimestamp
    AgentInitiatedHoldDuration AgentPauseDuration Capabilities DeviceInfo HierarchyGroups LongestHoldDuration NumberOfHolds
    PreviewEndTimestamp RoutingProfile StateTransitions VoiceEnhancementMode
""")
_QUEUE_USUAL = names("Duration Name")
_QUEUE_LEFT = names("ARN DequeueTimestamp EnqueueTimestamp")
_RECORDING_LEFT = names("""
    DeletionReason FragmentStartNumber FragmentStopNumber MediaStreamType ParticipantType StartTimestamp StopTimestamp
    StorageType UnprocessedTranscriptLocation
""")
_VALUE_LEFT = names("ValueArn ValueInteger ValueList ValueMap")


@dataclass(frozen=True, slots=True)
class Agent:
    """The agent of a contact; ``is_connected`` where one has been put through."""

    username: str | None = None
    is_connected: bool = False
    seconds: int | None = None
    hold_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Queue:
    """The queue of a contact, and the seconds spent in it; None for both where it was in none."""

    name: str | None = None
    seconds: int | None = None
    was_queued: bool = False


def agent_of(fields: Fields, drift: Drift | None) -> Agent:
    """Take the agent."""
    if not fields.has("Agent"):
        return Agent()
    agent = fields.fields("Agent")
    found = Agent(
        username=agent.maybe_string("Username"),
        is_connected=maybe_instant(agent, "ConnectedToAgentTimestamp") is not None,
        seconds=agent.maybe_number("AgentInteractionDuration"),
        hold_seconds=agent.maybe_number("CustomerHoldDuration"),
    )
    if drift:
        drift.tell(agent, _AGENT_LEFT, usual=_AGENT_USUAL)
    return found


def queue_of(fields: Fields, drift: Drift | None) -> Queue:
    """Take the queue."""
    if not fields.has("Queue"):
        return Queue()
    queue = fields.fields("Queue")
    found = Queue(queue.maybe_string("Name"), queue.maybe_number("Duration"), was_queued=True)
    if drift:
        drift.tell(queue, _QUEUE_LEFT, usual=_QUEUE_USUAL)
    return found


def endpoint_of(fields: Fields, name: str, drift: Drift | None) -> tuple[str, str]:
    """Take an endpoint's type and address; empty where there is none."""
    if not fields.has(name):
        return "", ""
    endpoint = fields.fields(name)
    kind, address = endpoint.choice("Type", _ENDPOINTS), endpoint.string("Address")
    if drift:
        drift.tell(endpoint, names("DisplayName"))
    return kind, address


def person_at(kind: str, address: str, source: Source, *, has_written: bool) -> tuple[list[Identifier], str]:
    """Return what an endpoint tells of the person there, and why there is nobody to find ("" where there is).

    A withheld number has no digits. That a mail's sender is who it says has been proven to nobody.
    """
    found = None
    if kind == "TELEPHONE_NUMBER":
        found = identifiers.phone(address, source.region, "channel")
    elif kind == "EMAIL_ADDRESS":
        found = identifiers.email(address, "channel")
        if found and has_written:
            found = identifiers.unproven(found)
    if found:
        return [found], ""
    digits = address.removeprefix("+")
    is_short = kind == "TELEPHONE_NUMBER" and digits.isdigit() and len(digits) <= _SHORT
    return [], "short_code" if is_short else "no_identifier"


def recordings_of(fields: Fields, drift: Drift | None) -> list[Attachment]:
    """Take the recordings that are there, by the last part of their place."""
    kept: list[Attachment] = []
    for each in fields.maybe_items("Recordings"):
        recording = Fields(each)
        is_there = recording.choice("Status", _RECORDINGS) if recording.has("Status") else True
        location = recording.maybe_string("Location") or ""
        if drift:
            drift.tell(recording, _RECORDING_LEFT, usual=names("Location Status"))
        if is_there and location:
            kept.append(Attachment(one_line(location.rpartition("/")[2]), None, ""))
    return kept


def segment_of(fields: Fields, drift: Drift | None) -> tuple[str | None, str | None]:
    """Take what the segment attributes say: the channel's subtype ("connect:SMS"), and the subject of a mail.

    Flows set attributes of their own there, so that others are no news.
    """
    attributes = fields.maybe_fields("SegmentAttributes")
    values: dict[str, str | None] = {}
    for name in (_SUBTYPE, _SUBJECT):
        if attributes.has(name):
            value = attributes.fields(name)
            values[name] = value.maybe_string("ValueString")
            if drift:
                drift.tell(value, _VALUE_LEFT, usual=names("ValueString"))
    if drift and attributes.names:
        drift.tell(attributes, frozenset(attributes.left()), usual=names(_SUBTYPE))
    subject = values.get(_SUBJECT)
    return values.get(_SUBTYPE), one_line(subject) if subject else None
