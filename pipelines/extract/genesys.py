"""Genesys Cloud: conversation detail, as the analytics queries and jobs give it (pages, an array, or one a line).

A conversation holds everybody who took part, machines as well, each with one session a medium; later versions of it have
more of them. Every session of somebody outside (a customer, or an external party who was called in) is one interaction,
so that each is with one person, even where several are in one call: the one that began the conversation has its
``conversationId`` for an id, those that came later ``<conversationId>/<sessionId>``, and a longer version gives them the
same again. Sessions of our own people are how it was answered: agents, queues, transfers.

A customer's direction is the conversation's ``originatingDirection``; an external party may be called out of an inbound
call, so that theirs is their session's own. Times are ISO 8601 with milliseconds and a ``Z``.

Transcripts are side files, told by what they hold: what was said or written in a session is the text of its interaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.contract import ConsentSignal, Direction, Identifier, Interaction, Record
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.files.documents import json_entries
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.genesys.conversations import (
    CALLING,
    PAGES,
    TALKING,
    Conversation,
    Legs,
    Participant,
    Segment,
    Session,
    parse_conversation,
)
from pipelines.extract.parts.genesys.heard import OURS
from pipelines.extract.parts.genesys.parties import address_of, channel_of, party_of, why_nobody
from pipelines.extract.parts.genesys.survey import Known, survey
from pipelines.extract.parts.genesys.transcripts import is_transcript, parse_transcript
from pipelines.extract.parts.genesys.words import Spoken
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.parts.talks.talks import Talk
from pipelines.extract.values.fields import Drift, known
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

__all__ = ["extract", "survey"]

_LASTING = ("voice", "video", "chat")  # media of which a length in seconds says something; a mail stays open for days
_CALLS = ("voice", "video", "callback")


@dataclass(frozen=True, slots=True)
class Centre:
    """What is needed to map a record: the source, who is ours, what the export tells, and its sessions' words."""

    source: Source
    own: Own
    known: Known
    spoken: Spoken


@dataclass(frozen=True, slots=True)
class Leg:
    """A session of somebody outside, what was said in it, and which interaction it becomes, from where."""

    participant: Participant
    session: Session
    talk: Talk
    ref: str
    file: str
    position: str


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction for each session of somebody outside, and one for a conversation among ourselves."""
    told = export.known_by(survey)
    centre = Centre(export.source, Own.of(export.source), told, Spoken(told))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, centre, issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, centre: Centre, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in json_entries(file, PAGES):
        try:
            record = entry.value()
            if is_transcript(record):
                issues.suppress(file=file.name, reason=centre.known.fate(parse_transcript(record, drift)))
                continue
            found = list(interactions_of(parse_conversation(record, drift), centre, file.name, entry.at))
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        yield from found
        if not found:
            issues.suppress(file=file.name, reason="a conversation in which nobody spoke or wrote: machines, screens")


def interactions_of(conversation: Conversation, centre: Centre, file: str, position: str) -> Iterator[Interaction]:
    """Yield the interactions of one conversation; UnreadableError where a session is not what we know."""
    outside, ours, talks = conversation.legs("outside"), conversation.legs("ours"), centre.spoken.of(conversation)
    first = min((_order(leg, conversation) for leg in outside), default=None)
    for number, (participant, session) in enumerate(outside, start=1):
        is_first = _order((participant, session), conversation) == first
        ref = conversation.conversation_ref if is_first else f"{conversation.conversation_ref}/{session.session_ref}"
        talk = talks.get(session.session_ref, Talk(""))
        leg = Leg(participant, session, talk, ref, file, f"session {number} of {position}")
        yield _interaction(conversation, leg, centre)
    if not outside and ours:
        yield _internal(conversation, ours, talks.get(OURS, Talk("")), centre.source, file, position)


def _interaction(conversation: Conversation, leg: Leg, centre: Centre) -> Interaction:
    participant, session, source = leg.participant, leg.session, centre.source
    direction = _direction(conversation, participant, session)
    party = party_of(participant, session, direction, source)
    address = address_of(session, direction)
    is_ours = centre.own.is_ref(address) or centre.own.is_among(party)
    legs = conversation.answering(session)
    agent, queue, topic = _spoke_longest(legs), _last(legs, "queue_ref"), _last(legs, "wrap_up")
    reason = _reason(session, direction, party, is_ours=is_ours)
    subject = next((each.subject for each in session.segments if each.subject), None)
    consent: list[ConsentSignal] = []
    if leg.talk.text and reason is None:
        consent, party = _consent(leg, party), known(*party, *_claims(leg, source))
    if subject and reason is None and direction == "inbound":
        party = known(*party, *references_of(subject, source))
    return Interaction(
        source=source.name,
        source_ref=leg.ref,
        conversation_ref=conversation.conversation_ref,
        channel=channel_of(session),
        direction="internal" if reason == "internal" else direction,
        occurred_at=conversation.start_of(session),
        file=leg.file,
        position=leg.position,
        is_public=conversation.is_public and channel_of(session) == "social",
        party=party if reason is None else [],
        party_ref=address or participant.name or participant.external_ref or "",
        agent_ref=agent,
        team=queue or _last([(participant, session)], "queue_ref"),
        subject=one_line(subject) if subject else None,
        text=leg.talk.text,
        topic=topic,
        status=_status(conversation, session, direction, legs),
        duration_seconds=_duration(session) if session.medium in _LASTING else None,
        consent=consent,
        reason=reason,
        source_metadata=_metadata(conversation, participant, session, legs),
    )


def _direction(conversation: Conversation, participant: Participant, session: Session) -> Direction:
    """Return which way a session went: as the conversation began, but for calls of ours that came of it.

    Whom an agent rings for help has a direction of their own; so has the call to who asked to be called back, which goes
    out in the conversation that their own call or wish began.
    """
    is_called_back = session.direction == "outbound" and session.medium in ("voice", "video")
    if session.direction and (participant.purpose == "external" or is_called_back):
        return session.direction
    return conversation.direction


def _reason(session: Session, direction: Direction, party: list[Identifier], *, is_ours: bool) -> str | None:
    """Return why there is no customer; None where there is one."""
    if is_ours:
        return "internal" if session.medium in _CALLS else "own_address"
    machine = machine_among(party) if session.medium == "email" else None
    return machine or (None if party else why_nobody(session, direction))


def _claims(leg: Leg, source: Source) -> list[Identifier]:
    """Return what the person says of themselves; nothing where several were in the call, as it is not told who spoke."""
    if any(each.is_conference for each in leg.session.segments):
        return []
    return claims_of(leg.talk.by_customer, source)


def _consent(leg: Leg, party: list[Identifier]) -> list[ConsentSignal]:
    """Return the no to marketing that one of the person's messages is.

    A yes is left: phrases have no ids, and half a message may look like one.
    """
    if leg.session.medium in _CALLS:
        return []
    said = (keyword_consent(line, channel_of(leg.session), party) for line in leg.talk.by_customer.split("\n"))
    return next((signals for signals in said if signals and not signals[0].allowed), [])


def _internal(conversation: Conversation, ours: Legs, talk: Talk, source: Source, file: str, position: str) -> Interaction:
    """Return a conversation among our own people."""
    _, first = min(ours, key=lambda leg: (conversation.start_of(leg[1]), leg[1].session_ref))
    return Interaction(
        source=source.name,
        source_ref=conversation.conversation_ref,
        conversation_ref=conversation.conversation_ref,
        channel=channel_of(first),
        direction="internal",
        occurred_at=conversation.start_of(first),
        file=file,
        position=position,
        agent_ref=_spoke_longest(ours),
        team=_last(ours, "queue_ref"),
        text=talk.text,
        status="open" if conversation.ended_at is None else None,
        duration_seconds=_duration(first) if first.medium in _LASTING else None,
        reason="internal",
        source_metadata={"media": first.media_type},
    )


def _order(leg: tuple[Participant, Session], conversation: Conversation) -> tuple[bool, datetime, str]:
    """Return by what the session that began a conversation is told: a customer's, the earliest."""
    participant, session = leg
    return participant.purpose == "external", conversation.start_of(session), session.session_ref


def _seconds(segments: list[Segment]) -> float:
    return sum((each.ended_at - each.started_at).total_seconds() for each in segments if each.ended_at)


def _spoke_longest(legs: Legs) -> str | None:
    """Return the user who spoke longest; of two alike the one who spoke last."""
    spoken: dict[str, tuple[float, str]] = {}
    for participant, session in legs:
        talk = session.spans("interact")
        if participant.side == "ours" and participant.user_ref and talk:
            before = spoken.get(participant.user_ref, (0.0, ""))[0]
            spoken[participant.user_ref] = (before + _seconds(talk), talk[-1].started_at.isoformat())
    return max(spoken, key=lambda user_ref: spoken[user_ref]) if spoken else None


def _last(legs: Legs, name: str) -> str | None:
    """Return the last that the segments say of something."""
    told = [
        (each.started_at, getattr(each, name)) for _, session in legs for each in session.segments if getattr(each, name)
    ]
    return str(max(told)[1]) if told else None


def _duration(session: Session) -> float | None:
    """Return the seconds from when the other end was there until it left: none where nobody took our call."""
    if any(each.ended_at is None for each in session.segments):
        return None
    there = [each for each in session.segments if each.kind not in CALLING]
    if not there:
        return 0.0 if session.segments else None
    return (max(each.ended_at for each in there if each.ended_at) - there[0].started_at).total_seconds()


def _status(conversation: Conversation, session: Session, direction: Direction, legs: Legs) -> str:
    """Return what it came to: answered, voicemail, not_answered, abandoned, self_service or open."""
    has_spoken = bool(session.spans(*TALKING))
    is_answered = any(participant.side == "ours" and leg.spans("interact") for participant, leg in legs)
    purposes = {participant.purpose for participant, _ in legs}
    if "voicemail" in purposes or session.spans("voicemail") or (session.disposition or "").endswith(".machine"):
        return "voicemail"
    if is_answered and (has_spoken or direction == "inbound"):
        return "answered"
    if conversation.ended_at is None:
        return "open"
    if direction == "outbound":
        return "answered" if has_spoken else "not_answered"
    return "abandoned" if "acd" in purposes or not purposes else "self_service"


def _metadata(conversation: Conversation, participant: Participant, session: Session, legs: Legs) -> dict[str, object]:
    agents = list(dict.fromkeys(each.user_ref for each, leg in legs if each.user_ref and leg.spans("interact")))
    queues = list(dict.fromkeys(each.queue_ref for _, leg in legs for each in leg.segments if each.queue_ref))
    told = {
        "media": session.message_type or session.media_type,
        "external": participant.purpose == "external" or None,
        "agents": agents if len(agents) > 1 else None,
        "queues": queues if len(queues) > 1 else None,
        "transfers": sum(each.is_transfer for _, leg in legs for each in leg.segments) or None,
        "conference": any(each.is_conference for each in session.segments) or None,
        "disposition": session.disposition,
        "campaign_ref": session.campaign_ref,
    }
    return {name: value for name, value in told.items() if value is not None}
