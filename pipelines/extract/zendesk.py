"""Zendesk: tickets with their comments (one a line, an array, or API pages), and users in a side file.

Who wrote a comment is told by the author's role in the users; a comment is one interaction, its ticket the conversation.
A record is told to be a ticket or a user by what it holds, so one path may match both files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.contract import Attachment, Channel, Direction, Identifier, Interaction, Record
from pipelines.extract import identifiers
from pipelines.extract.claims import claims_of, references_of
from pipelines.extract.documents import Entry, json_entries
from pipelines.extract.fields import Drift, Fields, known, names
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.instants import parse_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.keywords import keyword_consent
from pipelines.extract.text import clean, html_to_text, one_line, split_reply
from pipelines.extract.zendesk_tickets import Ticket, channel_of, parse_ticket
from pipelines.extract.zendesk_users import Role, User, is_user, parse_user, person_of
from pipelines.settings import Source

PAGES = ("tickets", "users")
SYSTEM = "-1"  # the author of what triggers and automations write

_COMMENT_USUAL = names("attachments body type via")
_COMMENT_LEFT = names("audit_id formatted_from formatted_to metadata plain_body recording_url")


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to map a comment: the source, who is ours, and the users by id."""

    source: Source
    own: Own
    users: dict[str, User]


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a comment; a user's row is evidence on them and counts as suppressed."""
    desk = Desk(export.source, Own.of(export.source), _users(export))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, desk, issues)

    yield from each_file(export, issues, parse)


def _users(export: Export) -> dict[str, User]:
    """Return the users of all files by id; rows that cannot be read are left to the pass that counts them."""
    users: dict[str, User] = {}
    for file in export.files:
        try:
            for entry in json_entries(file, PAGES):
                _remember(entry, users)
        except UnreadableError:
            continue
    return users


def _remember(entry: Entry, users: dict[str, User]) -> None:
    if entry.raw and b'"role"' not in entry.raw:
        return
    try:
        record = entry.value()
        if is_user(record):
            user = parse_user(record)
            users[user.user_ref] = user
    except UnreadableError:
        pass


def _parse(file: SourceFile, desk: Desk, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in json_entries(file, PAGES):
        try:
            record = entry.value()
            if is_user(record):
                parse_user(record, drift)
                issues.suppress(file=file.name, reason="a user of the side file")
                continue
            ticket = parse_ticket(record, drift)
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        if ticket.status == "deleted" or not ticket.comments:
            issues.suppress(file=file.name, reason="a deleted ticket" if ticket.comments else "a ticket without comments")
            continue
        for number, comment in enumerate(ticket.comments, start=1):
            position = f"comment {number} of {entry.at}"
            try:
                yield parse_comment(comment, ticket, desk, file.name, position, drift)
            except UnreadableError as error:
                issues.quarantine(Entry("", loaded=comment).bytes(), file=file.name, at=position, reason=error)


def parse_comment(comment: Any, ticket: Ticket, desk: Desk, file: str, position: str, drift: Drift) -> Interaction:
    """Map one comment; UnreadableError where it is not what we know, or its author is nobody the export knows."""
    fields = Fields(comment)
    source_ref, author_ref = fields.ref("id"), fields.ref("author_id")
    occurred_at, _ = parse_instant(fields.string("created_at"), None)
    via = fields.maybe_fields("via")
    origin = via.maybe_fields("source")
    rel = origin.maybe_string("rel")
    channel: Channel = channel_of(via) or ticket.channel or desk.source.channel or "chat"
    call = fields.maybe_fields("data")  # of a comment that is a call
    duration = call.maybe_number("call_duration")
    direction = _direction(_role(author_ref, ticket, desk), is_shown=fields.boolean("public"))
    person_ref = author_ref if direction == "inbound" else ticket.requester_ref
    party, party_ref = person_of(person_ref, desk.users.get(person_ref), channel, desk.source)
    if direction == "inbound":
        party = known(*_seen_by_channel(origin.maybe_fields("from"), channel, desk.source), *party)
    reason = _reason(desk.users.get(person_ref), party, desk)
    parts = split_reply(_text(fields))
    if direction == "inbound" and reason is None:
        party = known(*party, *claims_of(parts.text, desk.source), *references_of(ticket.subject or "", desk.source))
    attachments = [_attachment(each) for each in fields.maybe_items("attachments")]
    kind = fields.maybe_string("type")
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
        is_public=channel == "social" and rel in ("mention", "post"),
        party=_strongest(party) if reason is None else [],
        party_ref=party_ref,
        agent_ref=None if direction == "inbound" else author_ref,
        team=ticket.team,
        subject=ticket.subject,
        text=parts.text,
        quoted_text=parts.quoted or None,
        signature=parts.signature or None,
        attachments=attachments,
        topic=ticket.topic,
        status=ticket.status,
        duration_seconds=None if duration is None else float(duration),
        consent=keyword_consent(parts.text, channel, party) if direction == "inbound" and channel in ("sms", "chat") else [],
        reason=reason,
        source_metadata=_metadata(kind, rel, ticket, author_ref),
    )


def _role(author_ref: str, ticket: Ticket, desk: Desk) -> Role:
    user = desk.users.get(author_ref)
    if user:
        return user.role
    if author_ref == ticket.requester_ref:
        return "end-user"
    if author_ref == SYSTEM:
        return "agent"
    raise UnreadableError("the author is no user of the side file and not the requester")


def _direction(role: Role, *, is_shown: bool) -> Direction:
    if role == "end-user":
        return "inbound"
    return "outbound" if is_shown else "internal"


def _reason(user: User | None, party: list[Identifier], desk: Desk) -> str | None:
    if user and user.role != "end-user":
        return "internal"
    return "own_address" if any(desk.own.matches(each) for each in party if each.kind != "name") else None


def _seen_by_channel(origin: Fields, channel: str, source: Source) -> list[Identifier]:
    """Return what the channel itself says of the sender (``via.source.from``)."""
    address, phone, username = (origin.maybe_ref(name) for name in ("address", "phone", "username"))
    if channel == "email" and address:
        return known(identifiers.email(address, "channel"))
    if channel in ("sms", "voice") and (phone or address):
        return known(identifiers.phone(phone or address or "", source.region, "channel"))
    if channel == "social" and username:
        return known(identifiers.handle(username, "x", "channel"))
    return []


def _strongest(party: list[Identifier]) -> list[Identifier]:
    """Return each value once: what the channel delivered stands before what the users' rows claim of it."""
    kept: dict[tuple[str, str, str], Identifier] = {}
    for each in party:
        kept.setdefault((each.kind, each.scope, each.value), each)
    return list(kept.values())


def _text(fields: Fields) -> str:
    html = fields.maybe_string("html_body")
    body = fields.string("body") if html is None else fields.maybe_string("body")
    return clean(body) if body else html_to_text(html or "")


def _attachment(value: Any) -> Attachment:
    fields = Fields(value)
    return Attachment(one_line(fields.maybe_string("file_name") or ""), fields.maybe_number("size"), "")


def _metadata(kind: str | None, rel: str | None, ticket: Ticket, author_ref: str) -> dict[str, Any]:
    told = {
        "type": kind if kind != "Comment" else None,
        "via_rel": rel,
        "merged": ticket.is_merged or None,
        "automatic": author_ref == SYSTEM or None,
    }
    return {name: value for name, value in told.items() if value is not None}
