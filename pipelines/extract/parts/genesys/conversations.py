"""Genesys Cloud's conversation detail, field by field: participants, their sessions, and the segments of these."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pipelines.contract import Direction
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.record_times import maybe_instant

Side = Literal["outside", "ours", "machine"]
Medium = Literal["voice", "chat", "email", "message", "callback", "video", "shown"]

PAGES = ("conversations",)
SIDES: dict[str, Side] = {
    "customer": "outside",
    "external": "outside",
    "agent": "ours",
    "user": "ours",
    **dict.fromkeys(
        ("acd", "api", "botflow", "campaign", "dialer", "fax", "group", "inbound", "ivr", "manual", "outbound", "station",
         "voicemail", "voicesurveyflow", "workflow"),
        "machine",
    ),
}  # fmt: skip
# What is shown or watched beside a conversation is none of its own.
_MEDIA: dict[str, Medium] = {
    "voice": "voice",
    "chat": "chat",
    "email": "email",
    "message": "message",
    "callback": "callback",
    "video": "video",
    "cobrowse": "shown",
    "internalmessage": "message",
    "screenmonitoring": "shown",
    "screenshare": "shown",
}
_DIRECTIONS: dict[str, Direction] = {"inbound": "inbound", "outbound": "outbound"}
TALKING, CALLING = names("interact hold"), names("contacting delay dialing scheduled")
_SEGMENTS = {
    each: each
    for each in (
        *TALKING, *CALLING, "alert", "barging", "callback", "coaching", "converting", "ivr", "monitoring", "parked",
        "screenmonitoring", "sharing", "system", "transmitting", "unknown", "uploading", "voicemail", "wrapup",
    )
}  # fmt: skip
_IS_TRANSFER = {
    each: each.lower().endswith("transfer")
    for each in (
        "client", "conferenceTransfer", "consultTransfer", "dndEndpoint", "dndTransfer", "endpoint", "error",
        "forwardTransfer", "inactivity", "noAnswerTransfer", "notAvailableTransfer", "other", "peer", "sessionExpired",
        "spam", "system", "takeover", "timeout", "transfer", "transportFailure", "uncallable", "unknown",
    )
}  # fmt: skip

_CONVERSATION_LEFT = names("""
    accessAttributes associatedConversationId conferenceStart consultationConversationIds conversationInitiator
    customerParticipation divisionIds evaluations externalTag inactivityTimeout knowledgeBaseIds
    mediaStatsMinConversationMos mediaStatsMinConversationRFactor resolutions selfServed surveys
""")
_PARTICIPANT_LEFT = names("attributes externalOrganizationId flaggedReason participantId screenRecording teamId")
_SESSION_LEFT = names("""
    activeSkillIds acwSkipped addressOther addressSelf agentAssistantId agentBullseyeRing agentGroups agentOwned
    assignerId authenticated barged bargedParticipantId bcc callbackScheduledTime cc cleared coachedParticipantId
    cobrowseRole cobrowseRoomId deliveryPushed deliveryStatus deliveryStatusChangeDate destinationAddresses
    detectedSpeechEnd detectedSpeechStart dispositionAnalyzer edgeId eligibleAgentCounts engagementSource
    errorCodeDescription errorInfo extendedDeliveryStatus flow flowInType flowOutType journeyActionId journeyActionMapId
    journeyActionMapVersion journeyCustomerSessionId journeyCustomerSessionIdType mediaBridgeId mediaCount
    mediaEndpointStats metrics monitoredParticipantId outboundContactId outboundContactListId proposedAgents
    protocolCallId provider recording remote remoteNameDisplayable removedSkillIds requestedRoutings roomId routingRing
    routingRule routingRuleType screenMonitoredUserId screenShareAddressSelf screenShareRoomId scriptId selectedAgentId
    selectedAgentRank sessionDnis sharingScreen skillExpressionId skipEnabled snippetRecording timeoutSeconds
    usedRouting videoAddressSelf videoRoomId waitingInteractionCounts
""")
_SEGMENT_LEFT = names("""
    audioMuted destinationConversationId destinationSessionId errorCode groupId properties q850ResponseCodes
    requestedLanguageId requestedRoutingSkillIds requestedRoutingUserIds scoredAgents sipResponseCodes sourceConversationId
    sourceSessionId videoMuted wrapUpNote wrapUpTags
""")
_PHONED, _WRITTEN = names("ani dnis"), names("addressFrom addressTo")


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a session in which one thing happens; ``ended_at`` None where it still does."""

    kind: str
    started_at: datetime
    ended_at: datetime | None
    queue_ref: str | None
    wrap_up: str | None
    subject: str | None
    is_transfer: bool
    is_conference: bool


@dataclass(frozen=True, slots=True)
class Session:
    """What one participant did over one medium.

    Attributes:
        peer_ref: the session at the other end.
        direction: None where the session does not say.
        addresses: of numbers and mailboxes, as the export writes them, by field; "" where it has none.
    """

    session_ref: str
    peer_ref: str | None
    medium: Medium
    media_type: str
    direction: Direction | None
    message_type: str | None
    addresses: dict[str, str]
    callback_numbers: list[str]
    disposition: str | None
    campaign_ref: str | None
    segments: list[Segment]

    def spans(self, *kinds: str) -> list[Segment]:
        """Return the segments of these kinds."""
        return [each for each in self.segments if each.kind in kinds]


@dataclass(frozen=True, slots=True)
class Participant:
    """A person or machine in a conversation, on which side, and what they did."""

    side: Side
    purpose: str
    name: str
    user_ref: str | None
    external_ref: str | None
    sessions: list[Session]


@dataclass(frozen=True, slots=True)
class Conversation:
    """One conversation; ``ended_at`` None where it goes on."""

    conversation_ref: str
    started_at: datetime
    ended_at: datetime | None
    direction: Direction
    is_public: bool
    participants: list[Participant]

    def legs(self, side: Side) -> "Legs":
        """Return the sessions of those on one side, but for what is only shown."""
        found = [(each, session) for each in self.participants if each.side == side for session in each.sessions]
        return [leg for leg in found if leg[1].medium != "shown"]

    def start_of(self, session: Session) -> datetime:
        """Return when a session of it began."""
        return session.segments[0].started_at if session.segments else self.started_at

    def answering(self, session: Session) -> "Legs":
        """Return the sessions on our side that belong to an outside one: those that name it, or that it names.

        Where the export leaves out who is whose peer, all of the same medium.
        """
        inside = [*self.legs("ours"), *self.legs("machine")]
        legs = [leg for leg in inside if leg[1].peer_ref == session.session_ref or leg[1].session_ref == session.peer_ref]
        return legs or [leg for leg in inside if leg[1].medium == session.medium and leg[1].peer_ref is None]


Legs = list[tuple[Participant, Session]]


def parse_conversation(record: Any, drift: Drift) -> Conversation:
    """Map one conversation; UnreadableError where it is not what we know."""
    fields = Fields(record)
    if "conversationId" not in fields.names and {"id", "startTime"} <= fields.names:
        raise UnreadableError("a conversation as the conversations API gives it: export the analytics details instead")
    conversation = Conversation(
        conversation_ref=fields.ref("conversationId"),
        started_at=parse_instant(fields.string("conversationStart"), None)[0],
        ended_at=maybe_instant(fields, "conversationEnd"),
        direction=fields.choice("originatingDirection", _DIRECTIONS),
        is_public=fields.maybe_boolean("originatingSocialMediaPublic") or False,
        participants=[_participant(each, drift) for each in fields.items("participants")],
    )
    drift.tell(fields, _CONVERSATION_LEFT)
    return conversation


def _participant(record: Any, drift: Drift) -> Participant:
    fields = Fields(record)
    purpose = fields.string("purpose")
    side = Fields(record).choice("purpose", SIDES)
    participant = Participant(
        side=side,
        purpose=purpose,
        name=fields.maybe_string("participantName") or "",
        user_ref=fields.maybe_ref("userId"),
        external_ref=fields.maybe_ref("externalContactId"),
        sessions=[_session(each, side, drift) for each in fields.items("sessions")],
    )
    drift.tell(fields, _PARTICIPANT_LEFT, usual=names("userId") if side == "ours" else frozenset())
    return participant


def _session(record: Any, side: Side, drift: Drift) -> Session:
    fields = Fields(record)
    media_type = fields.string("mediaType")
    medium = Fields(record).choice("mediaType", _MEDIA)
    session = Session(
        session_ref=fields.ref("sessionId"),
        peer_ref=fields.maybe_ref("peerId"),
        medium=medium,
        media_type=media_type,
        direction=fields.choice("direction", _DIRECTIONS) if fields.has("direction") else None,
        message_type=fields.maybe_string("messageType"),
        addresses={
            name: fields.maybe_string(name) or ""
            for name in (*_PHONED, *_WRITTEN, "journeyCustomerId", "journeyCustomerIdType", "callbackUserName")
        },
        callback_numbers=fields.strings("callbackNumbers"),
        disposition=fields.maybe_string("dispositionName"),
        campaign_ref=fields.maybe_ref("outboundCampaignId"),
        segments=sorted((_segment(each, drift) for each in fields.items("segments")), key=lambda each: each.started_at),
    )
    usual: frozenset[str] = frozenset()
    if side == "outside":
        usual = {"voice": _PHONED, "video": _PHONED, "email": _WRITTEN, "message": _WRITTEN}.get(medium, usual)
    drift.tell(fields, _SESSION_LEFT, usual=usual)
    return session


def _segment(record: Any, drift: Drift) -> Segment:
    fields = Fields(record)
    segment = Segment(
        kind=fields.choice("segmentType", _SEGMENTS),
        started_at=parse_instant(fields.string("segmentStart"), None)[0],
        ended_at=maybe_instant(fields, "segmentEnd"),
        queue_ref=fields.maybe_ref("queueId"),
        wrap_up=fields.maybe_string("wrapUpCode"),
        subject=fields.maybe_string("subject"),
        is_transfer=fields.choice("disconnectType", _IS_TRANSFER) if fields.has("disconnectType") else False,
        is_conference=fields.maybe_boolean("conference") or False,
    )
    if segment.ended_at and segment.ended_at < segment.started_at:
        raise UnreadableError("a segment that ends before it begins")
    drift.tell(fields, _SEGMENT_LEFT)
    return segment
