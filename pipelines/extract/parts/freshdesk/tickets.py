"""Freshdesk's tickets: what one says of its description and of all its conversations, and the codes it is written in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from pipelines.contract import Attachment, Channel
from pipelines.extract.parts.freshdesk.people import Person, parse_requester, take_person
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.record_times import maybe_instant
from pipelines.extract.values.text import clean, html_to_text, one_line

Meaning = TypeVar("Meaning")

# How a ticket came about: what the code is called, and the channel it is to the person; None where a form or our staff
# entered it, and the source's channel is the better answer. Exports write 0 where nothing is told.
TICKET_SOURCES: dict[int, tuple[str, Channel | None]] = {
    0: ("", None), 1: ("email", "email"), 2: ("portal", None), 3: ("phone", "voice"), 4: ("forum", None),
    5: ("twitter", "social"), 6: ("facebook", "social"), 7: ("chat", "chat"), 8: ("mobihelp", "chat"),
    9: ("feedback_widget", None), 10: ("outbound_email", "email"), 11: ("ecommerce", None), 12: ("bot", "chat"),
    13: ("whatsapp", "chat"),
}  # fmt: skip
_FIRST_OWN_SOURCE = 101  # an account's own sources follow from here on; their names are not in the export
OUTBOUND_EMAIL = "outbound_email"
_STATUS = {2: "open", 3: "pending", 4: "resolved", 5: "closed"}
_FIRST_CUSTOM = 6  # an account's own statuses follow from here on; their names are not in the export

_USUAL = names("""
    attachments conversations description description_text group_id responder_id source subject tags type updated_at
""")
_LEFT = names("""
    archived associated_tickets_count associated_tickets_list association_type cc_emails company company_id custom_fields
    due_by email_config_id email_failure_count form_id fr_due_by fr_escalated fwd_emails initial_sentiment_score
    internal_agent_id internal_group_id is_escalated nr_due_by nr_escalated outgoing_failures priority product_id
    reply_cc_emails requester_status_name sentiment_score sla_policy source_additional_info source_name stats status_name
    structured_description support_email ticket_bcc_emails ticket_cc_emails to_emails
""")
_ATTACHMENT_USUAL = names("name size")
_ATTACHMENT_LEFT = names("attachment_url content_type created_at id thumb_url updated_at")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says of all its messages.

    Attributes:
        description: its first message; None where the export leaves it out.
        requester: what the ticket itself tells of the person; a contact's row tells more.
        responder_ref: the agent it is given to.
        via: how it came about; ``channel`` is None where another answer is better.
        conversations: what followed, as the export has it.
    """

    ticket_ref: str
    requester_ref: str
    requester: Person
    responder_ref: str | None
    subject: str | None
    description: str | None
    created_at: datetime
    updated_at: datetime | None
    status: str
    topic: str | None
    team: str | None
    via: str
    channel: Channel | None
    is_spam: bool
    is_deleted: bool
    attachments: list[Attachment]
    conversations: list[Any]


def parse_ticket(record: Any, drift: Drift) -> Ticket:
    """Map one ticket; UnreadableError where it is not what we know."""
    fields = Fields(record)
    if not fields.has("requester_id") and not fields.has("status"):
        raise UnreadableError("neither a ticket (requester_id, status), nor a conversation, a contact or an agent")
    tags = fields.strings("tags")
    kind = fields.maybe_string("type")
    via, channel = _source(fields) if fields.has("source") else ("", None)
    own = take_person(fields)
    inner = parse_requester(fields.maybe_fields("requester"), drift)
    ticket = Ticket(
        ticket_ref=fields.ref("id"),
        requester_ref=fields.ref("requester_id"),
        requester=inner if inner != Person() else own,
        responder_ref=fields.maybe_ref("responder_id"),
        subject=one_line(fields.maybe_string("subject") or "") or None,
        description=text_of(fields, "description_text", "description"),
        created_at=parse_instant(fields.string("created_at"), None)[0],
        updated_at=maybe_instant(fields, "updated_at"),
        status=_status(fields.number("status")),
        topic=next(iter(tags), None) or kind,
        team=fields.maybe_ref("group_id"),
        via=via,
        channel=channel,
        is_spam=fields.maybe_boolean("spam") or False,
        is_deleted=fields.maybe_boolean("deleted") or False,
        attachments=[parse_attachment(each, drift) for each in fields.maybe_items("attachments")],
        conversations=fields.maybe_items("conversations"),
    )
    drift.tell(fields, _LEFT, usual=_USUAL)
    return ticket


def text_of(fields: Fields, plain: str, html: str) -> str | None:
    """Take a message's text: the plain one, else the HTML; None where the record has neither."""
    written, marked = fields.maybe_string(plain), fields.maybe_string(html)
    if written:
        return clean(written)
    if marked:
        return html_to_text(marked)
    return "" if written is not None or marked is not None else None


def code(fields: Fields, name: str, known: Mapping[int, Meaning]) -> Meaning:
    """Take a number of a closed set and return its meaning; one we have not seen is never put into a default."""
    return meaning(name, fields.number(name), known)


def meaning(name: str, value: int, known: Mapping[int, Meaning]) -> Meaning:
    """Return what a number of a closed set means; UnreadableError for one that we have not seen."""
    if value not in known:
        raise UnreadableError(f"field {name!r} has a value we do not know")
    return known[value]


def parse_attachment(value: Any, drift: Drift) -> Attachment:
    """Map one attachment; the export has no digest of its content."""
    fields = Fields(value)
    found = Attachment(one_line(fields.maybe_string("name") or ""), fields.maybe_number("size"), "")
    drift.tell(fields, _ATTACHMENT_LEFT, usual=_ATTACHMENT_USUAL)
    return found


def _source(fields: Fields) -> tuple[str, Channel | None]:
    value = fields.number("source")
    return (f"source_{value}", None) if value >= _FIRST_OWN_SOURCE else meaning("source", value, TICKET_SOURCES)


def _status(value: int) -> str:
    return f"status_{value}" if value >= _FIRST_CUSTOM else meaning("status", value, _STATUS)
