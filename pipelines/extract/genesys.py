"""Genesys Cloud: conversation detail, as the analytics queries and jobs give it (pages, an array, or one a line).

A conversation holds everybody who took part, machines as well, each with one session a medium; later versions of it have
more of them. Every session of somebody outside (a customer, or an external party who was called in) is one interaction,
so that each is with one person, even where several are in one call: the one that began the conversation has its
``conversationId`` for an id, those that came later ``<conversationId>/<sessionId>``, and a longer version gives them the
same again. Sessions of our own people are how it was answered: agents, queues, transfers.

A customer's direction is the conversation's ``originatingDirection``; an external party may be called out of an inbound
call, so that theirs is their session's own. Times are ISO 8601 with milliseconds and a ``Z``.
"""

from collections.abc import Iterator
from datetime import datetime

from pipelines.contract import Direction, Interaction, Record
from pipelines.extract.files.documents import json_entries
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.genesys.conversations import (
    CALLING,
    TALKING,
    Conversation,
    Participant,
    Segment,
    Session,
    parse_conversation,
)
from pipelines.extract.parts.genesys.parties import address_of, channel_of, party_of, why_nobody
from pipelines.extract.values.fields import Drift
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

PAGES = ("conversations",)
_LASTING = ("voice", "video", "chat")  # media of which a length in seconds says something; a mail stays open for days

Legs = list[tuple[Participant, Session]]


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction for each session of somebody outside, and one for a conversation among ourselves."""
    yield from each_file(export, issues, _parse)


def _parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
    drift, own = Drift(issues, file.name), Own.of(export.source)
    for entry in json_entries(file, PAGES):
        try:
            conversation = parse_conversation(entry.value(), drift)
            found = list(interactions_of(conversation, export.source, own, file.name, entry.at))
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        yield from found
        if not found:
            issues.suppress(file=file.name, reason="a conversation in which nobody spoke or wrote: machines, screens")


def interactions_of(conversation: Conversation, source: Source, own: Own, file: str, position: str) -> Iterator[Interaction]:
    """Yield the interactions of one conversation; UnreadableError where a session is not what we know."""
    outside = [leg for leg in conversation.sessions("outside") if leg[1].medium != "shown"]
    ours = [leg for leg in conversation.sessions("ours") if leg[1].medium != "shown"]
    first = min((_order(leg, conversation) for leg in outside), default=None)
    for number, (participant, session) in enumerate(outside, start=1):
        is_first = _order((participant, session), conversation) == first
        ref = conversation.conversation_ref if is_first else f"{conversation.conversation_ref}/{session.session_ref}"
        yield _interaction(conversation, participant, session, ref, source, own, file, f"session {number} of {position}")
    if not outside and ours:
        yield _internal(conversation, ours, source, file, position)


def _interaction(
    conversation: Conversation,
    participant: Participant,
    session: Session,
    ref: str,
    source: Source,
    own: Own,
    file: str,
    position: str,
) -> Interaction:
    direction: Direction = conversation.direction
    if participant.purpose == "external" and session.direction:
        direction = session.direction
    party = party_of(participant, session, direction, source)
    address = address_of(session, direction)
    is_ours = own.is_ref(address) or own.is_among(party)
    legs = _answering(conversation, session)
    agent, queue, topic = _spoke_longest(legs), _last(legs, "queue_ref"), _last(legs, "wrap_up")
    is_call = session.medium in ("voice", "video", "callback")
    reason = ("internal" if is_call else "own_address") if is_ours else None if party else why_nobody(session, direction)
    subject = next((each.subject for each in session.segments if each.subject), None)
    return Interaction(
        source=source.name,
        source_ref=ref,
        conversation_ref=conversation.conversation_ref,
        channel=channel_of(session),
        direction="internal" if reason == "internal" else direction,
        occurred_at=_start(session, conversation),
        file=file,
        position=position,
        is_public=conversation.is_public and channel_of(session) == "social",
        party=party if reason is None else [],
        party_ref=address or participant.name or participant.external_ref or "",
        agent_ref=agent,
        team=queue or _last([(participant, session)], "queue_ref"),
        subject=one_line(subject) if subject else None,
        topic=topic,
        status=_status(conversation, session, direction, legs),
        duration_seconds=_duration(session) if session.medium in _LASTING else None,
        reason=reason,
        source_metadata=_metadata(conversation, participant, session, legs),
    )


def _internal(conversation: Conversation, ours: Legs, source: Source, file: str, position: str) -> Interaction:
    """Return a conversation among our own people."""
    _, first = min(ours, key=lambda leg: (_start(leg[1], conversation), leg[1].session_ref))
    return Interaction(
        source=source.name,
        source_ref=conversation.conversation_ref,
        conversation_ref=conversation.conversation_ref,
        channel=channel_of(first),
        direction="internal",
        occurred_at=_start(first, conversation),
        file=file,
        position=position,
        agent_ref=_spoke_longest(ours),
        team=_last(ours, "queue_ref"),
        status="open" if conversation.ended_at is None else None,
        duration_seconds=_duration(first) if first.medium in _LASTING else None,
        reason="internal",
        source_metadata={"media": first.media_type},
    )


def _order(leg: tuple[Participant, Session], conversation: Conversation) -> tuple[bool, datetime, str]:
    """Return by what the session that began a conversation is told: a customer's, the earliest."""
    participant, session = leg
    return participant.purpose == "external", _start(session, conversation), session.session_ref


def _start(session: Session, conversation: Conversation) -> datetime:
    return session.segments[0].started_at if session.segments else conversation.started_at


def _answering(conversation: Conversation, session: Session) -> Legs:
    """Return the sessions on our side that belong to an outside one: those that name it, or that it names.

    Where the export leaves out who is whose peer, all of the same medium.
    """
    inside = [*conversation.sessions("ours"), *conversation.sessions("machine")]
    legs = [leg for leg in inside if leg[1].peer_ref == session.session_ref or leg[1].session_ref == session.peer_ref]
    return legs or [leg for leg in inside if leg[1].medium == session.medium and leg[1].peer_ref is None]


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
