"""Zendesk: tickets with their comments, or beside them (one a line, an array, or API pages), and users in a side file.

Who wrote a comment is told by the author's role in the users; a comment is one interaction, its ticket the conversation.
A record is told to be a ticket or a user by what it holds, so one path may match both files.

- A comment's id is the ``source_ref``: the description of a ticket is its first comment, and is not read twice.
- ``updated_at`` is the ticket's: incremental exports bring a ticket again, with all its comments, when any of it changed.
- A call tells its direction by ``via.source.rel``, whoever of the staff wrote it down.
- The notes that Zendesk writes into tickets that are merged repeat other messages: kept, without a customer.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pipelines.contract import Channel, Direction, Identifier, Interaction, Record
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.files.documents import Entry, json_entries, looked_through
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.parts.zendesk.apart import NO_TICKET, each_apart, parse_apart, records_of
from pipelines.extract.parts.zendesk.comments import Call, body_of, is_opening, parse_attachment, parse_call, words_of
from pipelines.extract.parts.zendesk.tickets import Ticket, parse_ticket, unknown_ticket
from pipelines.extract.parts.zendesk.users import Role, User, is_user, parse_user, person_of
from pipelines.extract.parts.zendesk.via import Via, parse_via
from pipelines.extract.values.fields import Drift, Fields, names, strongest
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.record_times import keep_later
from pipelines.extract.values.wishes import asked_consent
from pipelines.settings import Source

PAGES = ("tickets", "users")
SYSTEM = "-1"  # the author of what triggers and automations write
_MESSAGED = ("chat", "sms", "social")

_COMMENT_USUAL = names("attachments body type via")
_COMMENT_LEFT = names("""
    audit_id data event_type formatted_from formatted_to graph_object_id metadata plain_body recording_url timestamp trusted
    uuid via_reference_id
""")


@dataclass(slots=True)
class Survey:
    """What a look through an export tells: its users by id and, where comments come apart from them, its tickets by id."""

    users: dict[str, User] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    is_apart: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to map a comment: the source, who is ours, the users and tickets by id."""

    source: Source
    own: Own
    users: dict[str, User]
    tickets: dict[str, Ticket] = field(default_factory=dict)
    is_apart: bool = False


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a comment; a user's row is evidence on them and counts as suppressed."""
    found = export.known_by(survey)
    desk = Desk(export.source, Own.of(export.source), found.users, found.tickets, found.is_apart)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, desk, issues)

    yield from each_file(export, issues, parse)


def survey(export: Export) -> Survey:
    """Return the users of all files, and their tickets; rows that cannot be read are left to the pass that counts them."""
    found = Survey()
    for entry in looked_through(export, PAGES):
        raw = entry.raw
        has_ticket = b'"comments"' not in raw and (not found.is_apart or b'"requester_id"' in raw)
        if not raw or b'"role"' in raw or has_ticket:
            with contextlib.suppress(UnreadableError):
                _remember(entry.value(), found, export)
    if not found.is_apart:
        found.tickets.clear()
    return found


def _remember(record: Any, found: Survey, export: Export) -> None:
    if is_user(record):
        user = parse_user(record)
        keep_later(found.users, user.user_ref, user)
    elif records_of(record) is not None:
        found.is_apart = True
    elif isinstance(record, dict) and "comments" not in record:
        ticket = parse_ticket(record, export.source, Drift(Issues(), ""), is_apart=True)
        keep_later(found.tickets, ticket.ticket_ref, ticket)


def _parse(file: SourceFile, desk: Desk, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in json_entries(file, PAGES):
        try:
            record = entry.value()
            if is_user(record):
                parse_user(record, drift)
                issues.suppress(file=file.name, reason="a user of the side file")
                continue
            apart = records_of(record)
            ticket = parse_ticket(record, desk.source, drift, is_apart=desk.is_apart) if apart is None else None
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        if ticket:
            reason = "a ticket whose comments come beside it" if "comments" not in record else "a ticket without comments"
            yield from _comments(ticket, ticket.comments, desk, _Place(file.name, entry.at, reason), drift, issues)
        for at, each in each_apart(apart or [], entry.at):
            try:
                told = parse_apart(each)
            except UnreadableError as error:
                issues.quarantine(Entry("", loaded=each).bytes(), file=file.name, at=at, reason=error)
                continue
            place = _Place(file.name, at, "what happened to a ticket, without a comment")
            its = desk.tickets.get(told.ticket_ref) or unknown_ticket(told.ticket_ref)
            yield from _comments(its, told.comments, desk, place, drift, issues)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where comments stand, and why a record without any is left out."""

    file: str
    at: str
    no_comments: str


def _comments(
    ticket: Ticket, comments: list[Any], desk: Desk, place: _Place, drift: Drift, issues: Issues
) -> Iterator[Record]:
    if ticket.status == "deleted" or not comments:
        issues.suppress(file=place.file, reason="a deleted ticket" if comments else place.no_comments)
        return
    for number, comment in enumerate(comments, start=1):
        position = f"comment {number} of {place.at}"
        try:
            yield parse_comment(comment, ticket, desk, place.file, position, drift)
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=comment).bytes(), file=place.file, at=position, reason=error)


def parse_comment(comment: Any, ticket: Ticket, desk: Desk, file: str, position: str, drift: Drift) -> Interaction:
    """Map one comment; UnreadableError where it is not what we know, or its author is nobody the export knows."""
    fields = Fields(comment)
    source_ref, author_ref = fields.ref("id"), fields.ref("author_id")
    occurred_at, _ = parse_instant(fields.string("created_at"), None)
    kind = fields.maybe_string("type")
    via = parse_via(fields.maybe_fields("via"), desk.source, drift)
    call = parse_call(fields, kind, drift)
    delivered_by = via.channel or ("voice" if call else None) or ticket.channel
    carrier = via.carrier or ("voice" if call else None) or ticket.carrier or ""
    channel: Channel = delivered_by or desk.source.channel or "chat"
    role = _role(author_ref, ticket, desk)
    is_shown = fields.boolean("public")
    direction = _direction(role, via, is_shown=is_shown)
    person_ref = author_ref if role == "end-user" else ticket.requester_ref
    if person_ref is None:
        raise UnreadableError(NO_TICKET)
    user = desk.users.get(person_ref)
    party, party_ref = person_of(person_ref, user, carrier, desk.source)
    party = [*_by_channel(via, channel, direction, role, desk), *party]
    name, body = user.name if user else "", body_of(fields)
    is_hidden = role == "end-user" and not is_shown and delivered_by in _MESSAGED
    is_made_up = is_hidden and is_opening(body, ticket.subject, name)
    words = words_of("" if is_made_up else body, name)
    text, said = words.parts.text, words.said
    if call:
        text, said = call.transcript or text, call.transcript if via.rel == "voicemail" else ""
    reason = _reason(user, party, via, direction, ticket, desk)
    if direction == "inbound" and reason is None:
        party += [*claims_of(said, desk.source), *references_of(ticket.subject or "", desk.source)]
    party = strongest(party)
    attachments = [parse_attachment(each, drift) for each in fields.maybe_items("attachments")]
    drift.tell(fields, _COMMENT_LEFT, usual=_COMMENT_USUAL)
    return Interaction(
        source=desk.source.name,
        source_ref=source_ref,
        conversation_ref=ticket.ticket_ref,
        channel=channel,
        direction=direction,
        occurred_at=occurred_at,
        file=file,
        position=position,
        is_public=channel == "social" and via.rel in ("mention", "post"),
        party=party if reason is None else [],
        party_ref=party_ref,
        agent_ref=author_ref if role != "end-user" else call.agent_ref if call else None,
        team=ticket.team,
        subject=ticket.subject,
        text=text,
        quoted_text=words.parts.quoted or None,
        signature=words.parts.signature or None,
        attachments=attachments,
        topic=ticket.topic,
        status=(call.outcome if call else None) or ticket.status or None,
        duration_seconds=call.duration_seconds if call else None,
        consent=asked_consent(text, ticket.subject, channel, party) if direction == "inbound" else [],
        reason=reason,
        source_metadata=_metadata(
            kind, via, ticket, call, is_automatic=is_made_up or author_ref == SYSTEM, is_transcript=words.is_transcript
        ),
        updated_at=ticket.updated_at,
    )


def _role(author_ref: str, ticket: Ticket, desk: Desk) -> Role:
    user = desk.users.get(author_ref)
    if user:
        return user.role
    if author_ref in (SYSTEM, ticket.assignee_ref):  # a ticket is only ever given to an agent
        return "agent"
    if author_ref == ticket.requester_ref:
        return "end-user"
    raise UnreadableError("the author is no user of the side file and not the requester")


def _direction(role: Role, via: Via, *, is_shown: bool) -> Direction:
    if via.call_direction:
        return "inbound" if via.call_direction == "inbound" else "outbound"
    if role == "end-user":
        return "inbound"
    return "outbound" if is_shown else "internal"


def _by_channel(via: Via, channel: Channel, direction: Direction, role: Role, desk: Desk) -> list[Identifier]:
    """Return what the channel itself says of the person: of who wrote or called, and of whom we called or texted."""
    if direction == "inbound" and (role == "end-user" or via.call_direction):
        found = via.sender
    elif direction == "outbound" and channel in ("voice", "sms"):
        found = via.recipient
    else:
        return []
    return [each for each in found if not desk.own.matches(each)] if role != "end-user" else found


def _reason(
    user: User | None, party: list[Identifier], via: Via, direction: Direction, ticket: Ticket, desk: Desk
) -> str | None:
    if via.is_merge or (user and user.role != "end-user"):
        return "internal"
    if desk.own.is_among(party):
        return "own_address"
    mailed = via.sender if direction == "inbound" else party if ticket.channel == "email" else []
    return machine_among(mailed)


def _metadata(
    kind: str | None, via: Via, ticket: Ticket, call: Call | None, *, is_automatic: bool, is_transcript: bool
) -> dict[str, Any]:
    told = {
        "type": kind if kind != "Comment" else None,
        "via_rel": via.rel,
        "from_tickets": via.tickets or None,
        "merged": ticket.is_merged or None,
        "automatic": is_automatic or None,
        "recording": (call is not None and call.is_recorded) or None,
        "transcript": is_transcript or None,
    }
    return {name: value for name, value in told.items() if value is not None}
