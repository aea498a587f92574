"""One message of a Freshdesk ticket: its description, or a conversation; who is on it, and what it says."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines.contract import Attachment, Channel, Direction, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.parts.freshdesk.people import People, Person, party_of
from pipelines.extract.parts.freshdesk.tickets import OUTBOUND_EMAIL, Ticket, code, parse_attachment, text_of
from pipelines.extract.parts.mail.addresses import Mailbox, mailboxes
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, names, strongest
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.record_times import maybe_instant
from pipelines.extract.values.text import split_reply
from pipelines.extract.values.wishes import asked_consent
from pipelines.settings import Source

# How a conversation came about: what the code is called, and its channel where it says so. Freshdesk's documentation has
# 0, 2 and 5 to 11; the others are as its own program counts them, in which each stands at its place.
FORWARDED = ("forwarded_email", "automation_forward")  # to somebody else than the requester
OF_FRESHDESK = ("status", "meta", "summary")  # what it writes itself
SOURCES: dict[int, tuple[str, Channel | None]] = {
    0: ("", None), 1: ("form", None), 2: ("note", None), 3: ("status", None), 4: ("meta", None), 5: ("twitter", "social"),
    6: ("survey", None), 7: ("facebook", "social"), 8: ("forwarded_email", "email"), 9: ("phone", "voice"),
    10: ("mobihelp", "chat"), 11: ("ecommerce", None), 12: ("ecommerce", None), 13: ("summary", None),
    14: ("canned_form", None), 15: ("automation", None), 16: ("automation_forward", "email"), 17: ("whatsapp", "chat"),
}  # fmt: skip
_USUAL = names("attachments body body_text from_email source to_emails updated_at user_id")
_LEFT = names("""
    automation_id automation_type_id bcc_emails category cc_emails cloud_files deleted email_failure_count
    last_edited_user_id outgoing_failures source_additional_info structured_body support_email thread_id thread_message_id
""")


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to map a message: the source, who is ours, and the people by id."""

    source: Source
    own: Own
    people: People


@dataclass(slots=True)
class Message:
    """A description or a conversation, before it is told who is on it.

    Attributes:
        delivered_by: the channel, as far as the export tells it.
        author_ref: who wrote it; None for a description, which the requester wrote or staff wrote down for them.
        sender, recipients: as the mail had them; empty elsewhere.
        is_dictated: staff wrote down what was said on the telephone, or Freshdesk what happened.
    """

    source_ref: str
    ticket_ref: str
    author_ref: str | None
    direction: Direction
    occurred_at: datetime
    updated_at: datetime | None
    delivered_by: Channel | None
    via: str
    text: str
    attachments: list[Attachment]
    sender: list[Mailbox] = field(default_factory=list)
    recipients: list[Mailbox] = field(default_factory=list)
    is_dictated: bool = False
    is_automatic: bool = False
    is_edited: bool = False


def parse_description(ticket: Ticket, desk: Desk, file: str, position: str) -> Interaction:
    """Map a ticket's description, its first message."""
    is_ours = ticket.via == OUTBOUND_EMAIL
    message = Message(
        source_ref=ticket.ticket_ref,
        ticket_ref=ticket.ticket_ref,
        author_ref=ticket.responder_ref if is_ours else None,
        direction="outbound" if is_ours else "inbound",
        occurred_at=ticket.created_at,
        updated_at=ticket.updated_at,
        delivered_by=ticket.channel,
        via=ticket.via,
        text=ticket.description or "",
        attachments=ticket.attachments,
        is_dictated=ticket.channel == "voice",
    )
    return _interaction(message, ticket, desk, file, position)


def parse_conversation(
    record: Any, ticket: Ticket | None, desk: Desk, file: str, position: str, drift: Drift
) -> Interaction:
    """Map one conversation, within its ticket or alone; UnreadableError where it is not what we know."""
    fields = Fields(record)
    incoming, private = fields.boolean("incoming"), fields.boolean("private")
    ticket_ref = fields.maybe_ref("ticket_id") if ticket else fields.ref("ticket_id")
    via, channel = code(fields, "source", SOURCES)
    text = text_of(fields, "body_text", "body")
    if text is None:
        raise UnreadableError("neither field 'body_text' nor field 'body'")
    changed = [maybe_instant(fields, "updated_at"), ticket.updated_at if ticket else None]
    message = Message(
        source_ref=fields.ref("id"),
        ticket_ref=ticket.ticket_ref if ticket else ticket_ref or "",
        author_ref=fields.maybe_ref("user_id"),
        direction="inbound" if incoming else "internal" if private else "outbound",
        occurred_at=parse_instant(fields.string("created_at"), None)[0],
        updated_at=max((each for each in changed if each), default=None),
        delivered_by=channel or (ticket.channel if ticket else None),
        via=via,
        text=text,
        attachments=[parse_attachment(each, drift) for each in fields.maybe_items("attachments")],
        sender=list(mailboxes([fields.maybe_ref("from_email") or ""])),
        recipients=list(mailboxes(fields.strings("to_emails"))),
        is_dictated=channel == "voice" or via in OF_FRESHDESK,
        is_automatic=fields.maybe_boolean("auto_response") or False,
        is_edited=fields.maybe_string("last_edited_at") is not None,
    )
    drift.tell(fields, _LEFT, usual=_USUAL)
    return _interaction(message, ticket, desk, file, position)


def _interaction(message: Message, ticket: Ticket | None, desk: Desk, file: str, position: str) -> Interaction:
    inbound = message.direction == "inbound"
    channel: Channel = message.delivered_by or desk.source.channel or "chat"
    person_ref = (message.author_ref if inbound else None) or (ticket.requester_ref if ticket else None)
    party, party_ref = _party(message, person_ref, ticket, desk)
    reason = _reason(message, person_ref, ticket, party, desk)
    parts = split_reply(message.text)
    subject = ticket.subject if ticket else None
    if inbound and reason is None:
        said = "" if message.is_dictated else parts.text
        party += [*claims_of(said, desk.source), *references_of(subject or "", desk.source)]
    party = strongest(party)
    return Interaction(
        source=desk.source.name,
        source_ref=message.source_ref,
        conversation_ref=message.ticket_ref,
        channel=channel,
        direction=message.direction,
        occurred_at=message.occurred_at,
        file=file,
        position=position,
        party=party if reason is None else [],
        party_ref=party_ref,
        agent_ref=None if inbound else message.author_ref,
        team=ticket.team if ticket else None,
        subject=subject,
        text=parts.text,
        quoted_text=parts.quoted or None,
        signature=parts.signature or None,
        attachments=message.attachments,
        topic=ticket.topic if ticket else None,
        status=ticket.status if ticket else None,
        consent=asked_consent(parts.text, subject, channel, party) if inbound else [],
        reason=reason,
        source_metadata=_metadata(message),
        updated_at=message.updated_at,
    )


def _party(message: Message, person_ref: str | None, ticket: Ticket | None, desk: Desk) -> tuple[list[Identifier], str]:
    """Return who is on the other side; where it is not the requester, or not told, the first in the mail not ours."""
    party: list[Identifier] = []
    if message.direction == "inbound":
        party = [found for box in message.sender if (found := _mailed(box.address))]
    if person_ref is None or (message.direction == "outbound" and message.via in FORWARDED):
        boxes = message.sender if message.direction == "inbound" else message.recipients
        found = next((each for box in boxes if (each := _mailed(box.address)) and not desk.own.matches(each)), None)
        return ([found] if found else []), found.value if found else ""
    told = ticket.requester if ticket and person_ref == ticket.requester_ref else Person()
    person = desk.people.contacts.get(person_ref, told)
    known_party, party_ref = party_of(person_ref, person, _carrier(message, ticket), desk.source)
    return [*party, *known_party], party_ref


def _carrier(message: Message, ticket: Ticket | None) -> str:
    """Return the channel that a message came through, as ``party_of`` takes it: WhatsApp, alone of chats, has a number."""
    via = message.via or (ticket.via if ticket else "")
    return via if via == "whatsapp" else message.delivered_by or ""


def _mailed(address: str) -> Identifier | None:
    """Return an address that a mail carried: delivered, and not proven to be its owner's."""
    found = identifiers.email(address, "channel")
    return identifiers.unproven(found) if found else None


def _reason(
    message: Message, person_ref: str | None, ticket: Ticket | None, party: list[Identifier], desk: Desk
) -> str | None:
    if ticket and ticket.is_spam:
        return "spam"
    if person_ref in desk.people.agents:
        return "internal"
    if desk.own.is_among(party):
        return "own_address"
    if message.direction == "inbound" and message.is_automatic:
        return "auto_reply"
    is_mailed = message.direction == "inbound" or (ticket is not None and ticket.via == "email")
    machine = machine_among(party) if is_mailed else None
    return machine or (None if party else "no_identifier")


def _metadata(message: Message) -> dict[str, Any]:
    told = {"via": message.via, "automatic": message.is_automatic, "edited": message.is_edited}
    return {name: value for name, value in told.items() if value}
