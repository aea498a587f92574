"""Amazon Connect's contact records: one call, chat or mail of one agent or queue."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.contract import Attachment, Channel, Direction, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.parts.amazon_connect.parts import (
    agent_of,
    endpoint_of,
    person_at,
    queue_of,
    recordings_of,
    segment_of,
)
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.parts.talks.talks import Talk
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.record_times import maybe_instant
from pipelines.settings import Source

_CHANNELS: dict[str, Channel | None] = {"VOICE": "voice", "CHAT": "chat", "EMAIL": "email", "TASK": None}
_SMS, _GUIDE = "connect:SMS", "connect:Guide"
_BY_API: dict[Channel, Direction] = {"voice": "outbound", "chat": "inbound", "email": "inbound"}
_METHODS: dict[str, Direction | None] = {
    "INBOUND": "inbound",
    "WEBRTC_API": "inbound",
    "TRANSFER": "inbound",  # the record does not say who had called whom; that of its InitialContactId does
    "QUEUE_TRANSFER": "inbound",
    "OUTBOUND": "outbound",
    "EXTERNAL_OUTBOUND": "outbound",
    "CALLBACK": "outbound",
    "CALLBACK_CUSTOMER_FIRST_QUEUED": "outbound",
    "CALLBACK_CUSTOMER_FIRST_DIALED": "outbound",
    "CAMPAIGN_PREVIEW": "outbound",
    "DISCONNECT": "outbound",  # a flow of ours, run when a contact has ended
    "AGENT_REPLY": "outbound",
    "FLOW": "outbound",
    "API": None,  # depends on the channel
    "MONITOR": None,
}
_IS_VOICEMAIL = {
    each: each.startswith("VOICEMAIL")
    for each in (
        "HUMAN_ANSWERED", "VOICEMAIL_BEEP", "VOICEMAIL_NO_BEEP", "AMD_UNANSWERED", "AMD_UNRESOLVED", "AMD_NOT_APPLICABLE",
        "AMD_UNRESOLVED_SILENCE", "SIT_TONE_BUSY", "SIT_TONE_INVALID_NUMBER", "SIT_TONE_DETECTED", "FAX_MACHINE_DETECTED",
        "AMD_ERROR", "ANSWERED", "UNDETECTED", "ERROR",
    )
}  # fmt: skip
_OF_CONTACTS = names("AWSContactTraceRecordFormatVersion ContactId CustomerEndpoint InitiationMethod InitiationTimestamp")
# Always in a record, null where there is nothing to say.
_USUAL = names("""
    Agent ConnectedToSystemTimestamp CustomerEndpoint DisconnectReason DisconnectTimestamp InitialContactId
    LastUpdateTimestamp NextContactId PreviousContactId Queue Recordings TransferredToEndpoint
""")
_LEFT = names("""
    AWSAccountId AWSContactTraceRecordFormatVersion AdditionalEmailRecipients AgentConnectionAttempts Attributes
    ChatMetrics ContactDetails ContactEvaluations ContactLens Customer CustomerVoiceActivity DisconnectDetails
    ExternalThirdParty GlobalResiliencyMetadata InstanceARN LanguageCode LastPausedTimestamp LastResumedTimestamp
    MediaStreams OutboundStrategy QualityMetrics Recording References RoutingCriteria ScheduledTimestamp SystemEndpoint Tags
    TaskTemplateInfo TotalPauseCount TotalPauseDurationInSeconds TransferCompletedTimestamp VoiceIdResult WisdomInfo
""")


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact record, mapped.

    Attributes:
        contact_ref, conversation_ref, previous_ref: its own id, the first of its chain, the one it was transferred from.
        party, reason: the person at the other end, or why there is none.
        status: "answered", "abandoned" (left in the queue), "self_service" (never queued), "transferred" (by a flow, before
            any agent), "not_answered", "voicemail" (by answering machine detection) or "open".
        updated_at: when the record was last changed.
    """

    contact_ref: str
    conversation_ref: str
    previous_ref: str | None
    channel: Channel
    is_chat: bool
    direction: Direction
    occurred_at: datetime
    duration_seconds: float | None
    party: list[Identifier]
    party_ref: str
    reason: str | None
    agent_ref: str | None
    team: str | None
    subject: str | None
    status: str
    attachments: list[Attachment]
    metadata: dict[str, Any]
    updated_at: datetime | None


def is_contact(record: Any) -> bool:
    """Say whether a record of an export is a contact record."""
    return isinstance(record, dict) and not _OF_CONTACTS.isdisjoint(record)


def why_left_out(record: Any) -> str | None:
    """Return why a contact record is no contact with anybody outside; None where it is one."""
    fields = Fields(record)
    fields.ref("ContactId")
    if fields.choice("Channel", _CHANNELS) is None:
        return "a task: work for an agent, with nobody at the other end"
    if segment_of(fields, None)[0] == _GUIDE:
        return "a guide: pages that a flow shows, mostly to an agent, with nobody at the other end"
    return "a supervisor who listens in" if fields.string("InitiationMethod") == "MONITOR" else None


def parse_contact(record: Any, source: Source, own: Own, drift: Drift | None = None) -> Contact:
    """Map one contact record that is not left out; UnreadableError where it is not what we know."""
    fields = Fields(record)
    contact_ref = fields.ref("ContactId")
    known_kind, known_direction = fields.choice("Channel", _CHANNELS), fields.choice("InitiationMethod", _METHODS)
    kind: Channel = known_kind or "chat"
    direction: Direction = known_direction or _BY_API[kind]
    started, connected, ended = (
        maybe_instant(fields, name) for name in ("InitiationTimestamp", "ConnectedToSystemTimestamp", "DisconnectTimestamp")
    )
    if started is None:
        raise UnreadableError("missing field 'InitiationTimestamp'")
    agent, queue = agent_of(fields, drift), queue_of(fields, drift)
    party, party_ref, reason = _party(fields, direction, source, own, drift)
    is_internal = kind == "voice" and reason == "own_address"
    subtype, subject = segment_of(fields, drift)
    thread_ref = fields.maybe_ref("ContactAssociationId")  # of mails only: it joins an answer to what it answers
    next_ref, transferred_to = fields.maybe_ref("NextContactId"), endpoint_of(fields, "TransferredToEndpoint", drift)
    answered_by = "AnsweringMachineDetectionStatus"
    is_voicemail = fields.choice(answered_by, _IS_VOICEMAIL) if fields.has(answered_by) else False
    campaign = fields.maybe_fields("Campaign")
    told = {
        "initiation": record["InitiationMethod"],
        "disconnect_reason": fields.maybe_string("DisconnectReason"),
        "subtype": subtype,
        "transferred_to_ref": next_ref,
        "related_ref": fields.maybe_ref("RelatedContactId"),
        "answered_by": record.get(answered_by),
        "campaign_ref": campaign.maybe_ref("CampaignId"),
        "agent_seconds": agent.seconds,
        "hold_seconds": agent.hold_seconds,
        "queue_seconds": queue.seconds,
    }
    outcome = _Outcome(
        direction,
        is_over=ended is not None,
        is_answered=agent.is_connected or (direction == "outbound" and connected is not None),
        is_voicemail=is_voicemail,
        is_handed_on=bool(next_ref or transferred_to[0]),
        was_queued=queue.was_queued,
    )
    initial_ref = fields.maybe_ref("InitialContactId") or contact_ref
    contact = Contact(
        contact_ref=contact_ref,
        conversation_ref=thread_ref if kind == "email" and thread_ref else initial_ref,
        previous_ref=fields.maybe_ref("PreviousContactId"),
        channel="sms" if kind == "chat" and subtype == _SMS else kind,
        is_chat=kind == "chat",
        direction="internal" if is_internal else direction,
        occurred_at=started,
        duration_seconds=None if kind == "email" else _duration(direction, started, connected, ended),
        party=party,
        party_ref=party_ref,
        reason="internal" if is_internal else reason,
        agent_ref=agent.username,
        team=queue.name,
        subject=subject,
        status=outcome.status(),
        attachments=recordings_of(fields, drift),
        metadata={name: value for name, value in told.items() if value not in (None, "")},
        updated_at=maybe_instant(fields, "LastUpdateTimestamp"),
    )
    if drift:
        drift.tell(campaign, frozenset())
        drift.tell(fields, _LEFT, usual=_USUAL)
    return contact


def interaction_of(contact: Contact, talk: Talk | None, source: Source, file: str, position: str) -> Interaction:
    """Return the contact as an interaction, with the words of the call where there are any."""
    party = contact.party
    if contact.reason is None:
        said = claims_of(talk.by_customer, source) if talk else []
        about = references_of(contact.subject or "", source) if contact.direction == "inbound" else []
        party = known(*party, *said, *about)
    return Interaction(
        source=source.name,
        source_ref=contact.contact_ref,
        conversation_ref=contact.conversation_ref,
        channel=contact.channel,
        direction=contact.direction,
        occurred_at=contact.occurred_at,
        file=file,
        position=position,
        party=party,
        party_ref=contact.party_ref,
        agent_ref=contact.agent_ref,
        team=contact.team,
        subject=contact.subject,
        text=talk.text if talk else "",
        in_reply_to_ref=contact.previous_ref,
        attachments=contact.attachments,
        status=contact.status,
        duration_seconds=contact.duration_seconds,
        reason=contact.reason,
        source_metadata=dict(contact.metadata),
        updated_at=contact.updated_at,
    )


def _party(
    fields: Fields, direction: Direction, source: Source, own: Own, drift: Drift | None
) -> tuple[list[Identifier], str, str | None]:
    """Take who is at the other end, as the source shows them, and why there is nobody (None where there is).

    ``CustomerId`` is the customer's number in a system of ours, which a flow has looked up and put there.
    """
    kind, address = endpoint_of(fields, "CustomerEndpoint", drift)
    found, nobody = person_at(kind, address, source, has_written=direction == "inbound")
    if any(map(own.matches, found)) or own.is_ref(address):
        return [], address, "own_address"
    customer_ref = fields.maybe_string("CustomerId")
    if machine := machine_among(found):
        return [], address, machine
    party = known(*found, identifiers.account(customer_ref, source.name, "reference") if customer_ref else None)
    return party, address or customer_ref or "", None if party else nobody


def _duration(direction: Direction, started: datetime, connected: datetime | None, ended: datetime | None) -> float | None:
    """Return the seconds a contact lasted: none of them where nobody took our call; None while it lasts."""
    if ended is None:
        return None
    if connected is None and direction == "outbound":
        return 0.0
    seconds = (ended - (connected or started)).total_seconds()
    if seconds < 0:
        raise UnreadableError("a contact that ends before it begins")
    return seconds


@dataclass(frozen=True, slots=True)
class _Outcome:
    """What a contact came to, by what happened in it."""

    direction: Direction
    is_over: bool
    is_answered: bool
    is_voicemail: bool
    is_handed_on: bool
    was_queued: bool

    def status(self) -> str:
        if self.is_voicemail:
            return "voicemail"
        if self.is_answered:
            return "answered"
        if not self.is_over:
            return "open"
        if self.is_handed_on:
            return "transferred"
        if self.direction == "outbound":
            return "not_answered"
        return "abandoned" if self.was_queued else "self_service"
