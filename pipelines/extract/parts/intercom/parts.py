"""One part of an Intercom conversation: the message that began it, an answer, a note, or a change of its state."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipelines.contract import Attachment, Channel
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.instants import epoch_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import clean, html_to_text, one_line

Kind = Literal["message", "note", "event", "unknown"]

UNTOLD = "conversation_message"  # the first API does not tell
# source.type: over what the conversation began.
CHANNELS: dict[str, Channel | None] = {
    "conversation": "chat", "push": "chat", "whatsapp": "chat", "email": "email", "facebook": "social",
    "instagram": "social", "twitter": "social", "sms": "sms", "phone_call": "voice", "phone_switch": "voice",
    UNTOLD: None,
}  # fmt: skip
_DELIVERED_AS = {
    each: each
    for each in ("customer_initiated", "admin_initiated", "operator_initiated", "automated", "campaigns_initiated")
}
_AUTOMATIC = frozenset(("automated", "campaigns_initiated", "operator_initiated"))
# part_type: Intercom's list, and what is seen beside it. A change of state may carry a message, and is then one.
_KINDS: dict[Kind, frozenset[str]] = {
    "message": names("comment quick_reply"),
    "note": names("note note_and_close note_and_reopen note_and_unsnooze"),
    "event": names("""
        assign_and_reopen assign_and_unsnooze assignment attribute_collected attribute_collector away_mode_assignment
        balanced_assignment channel_and_reply_time_expectation close company_updated conversation_attribute_updated_by_admin
        conversation_attribute_updated_by_user conversation_attribute_updated_by_workflow conversation_rating_changed
        conversation_rating_remark_added conversation_sla_applied_by_rule conversation_sla_applied_by_workflow
        conversation_sla_removed conversation_sla_target_missed conversation_tags_updated custom_action_finished
        custom_action_started default_assignment entity_linked fin_guidance_applied language_detection_details
        message_strategy_assignment open participant_added participant_removed priority_changed priority_changed_by_rule
        operator_workflow_event resolution_bot_found_no_answer snoozed ticket_attribute_updated_by_admin
        ticket_state_updated_by_admin ticket_state_updated_by_user timer_unsnooze unsnoozed user_became_idle
        workflow_assignment
    """),
}
_KIND = {each: kind for kind, types in _KINDS.items() for each in types}
_PEOPLE = names("contact lead user visitor")
_AUTHORS = {each: each for each in (*_PEOPLE, "admin", "bot", "team")}
_WITHHELD = "We've removed this part of the conversation to comply with"  # Twitter's terms: the words are Intercom's
_PARAGRAPH = re.compile("<p>([^<&]*)</p>")  # most messages: what the HTML parser would make of it, in a tenth of its time

_SOURCE_USUAL = names("attachments body delivered_as id redacted subject")
_SOURCE_LEFT = names("email_message_metadata recipients reply_to url")
_PART_USUAL = names("attachments body redacted updated_at")
_PART_LEFT = names("""
    app_package_code assigned_to event_details external_id from_ai_agent is_ai_answer metadata notified_at state tags type
""")
_AUTHOR_USUAL = names("email id name")
_MAIL_LEFT = names("history message_id subject")
_ATTACHMENT_USUAL = names("filesize name")
_ATTACHMENT_LEFT = names("content_type height id type url width")


@dataclass(slots=True)
class Author:
    """Who wrote a part: ``kind`` is user, lead, contact, visitor, admin, bot or team; ``is_ai`` of an AI agent's words."""

    kind: str
    ref: str | None
    name: str
    email: str
    is_ai: bool

    @property
    def is_person(self) -> bool:
        """Whether it is somebody from outside."""
        return self.kind in _PEOPLE


@dataclass(slots=True)
class Part:
    """One part, the first message's included.

    Attributes:
        part_ref: None of a first message to which Intercom gave no id.
        kind: "unknown" for a type of part that we have not seen.
        text: empty where the words were deleted or withheld.
        sender: the address that a mail carried.
        is_mail: it went by mail, whatever the conversation began over.
        delivered_by: Intercom's name of the channel; of the first message only.
    """

    part_ref: str | None
    kind: Kind
    part_type: str
    author: Author
    created_at: datetime
    updated_at: datetime | None
    text: str
    attachments: list[Attachment]
    sender: str = ""
    is_mail: bool = False
    is_redacted: bool = False
    is_withheld: bool = False
    delivered_by: str = ""
    delivered_as: str = ""
    subject: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing: a mere change of state."""
        return not self.text and not self.attachments and not self.is_redacted and not self.is_withheld

    @property
    def is_automatic(self) -> bool:
        """Whether no person of ours wrote it at that moment: a bot, an AI agent, a campaign."""
        return self.author.kind == "bot" or self.author.is_ai or self.delivered_as in _AUTOMATIC


def parse_source(fields: Fields, created_at: datetime, drift: Drift) -> Part:
    """Map the message that began a conversation."""
    delivered_by = fields.string("type")
    if delivered_by not in CHANNELS:
        raise UnreadableError("field 'type' has a value we do not know")
    body, is_redacted = fields.maybe_string("body") or "", fields.maybe_boolean("redacted") or False
    part = Part(
        part_ref=fields.maybe_ref("id"),
        kind="message",
        part_type="comment",
        author=_author(fields.fields("author"), drift),
        created_at=created_at,
        updated_at=None,
        text=_text(body, is_redacted=is_redacted),
        attachments=[_attachment(each, drift) for each in fields.maybe_items("attachments")],
        is_redacted=is_redacted,
        is_withheld=_is_withheld(body),
        delivered_by=delivered_by,
        delivered_as=fields.choice("delivered_as", _DELIVERED_AS) if fields.has("delivered_as") else "",
        subject=one_line(_plain(fields.maybe_string("subject") or "")),
    )
    drift.tell(fields, _SOURCE_LEFT, usual=_SOURCE_USUAL)
    return part


def parse_part(record: object, drift: Drift) -> Part:
    """Map one part that followed."""
    fields = Fields(record)
    part_type = fields.string("part_type")
    body, is_redacted = fields.maybe_string("body") or "", fields.maybe_boolean("redacted") or False
    mail = fields.maybe_fields("email_message_metadata")
    headers = [Fields(each) for each in mail.maybe_items("email_address_headers")]
    part = Part(
        part_ref=fields.ref("id"),
        kind=_KIND.get(part_type, "unknown"),
        part_type=part_type,
        author=_author(fields.fields("author"), drift),
        created_at=seconds(fields, "created_at"),
        updated_at=seconds(fields, "updated_at") if fields.has("updated_at") else None,
        text=_text(body, is_redacted=is_redacted),
        attachments=[_attachment(each, drift) for each in fields.maybe_items("attachments")],
        sender=next((address for header in headers if (address := _sender(header, drift))), ""),
        is_mail=bool(mail.names),
        is_redacted=is_redacted,
        is_withheld=_is_withheld(body),
    )
    drift.tell(mail, _MAIL_LEFT)
    drift.tell(fields, _PART_LEFT, usual=_PART_USUAL)
    return part


def seconds(fields: Fields, name: str) -> datetime:
    """Take an instant in seconds of the epoch."""
    return epoch_instant(fields.number(name) * 1000)


def _author(fields: Fields, drift: Drift) -> Author:
    author = Author(
        kind=fields.choice("type", _AUTHORS),
        ref=fields.maybe_ref("id"),
        name=fields.maybe_string("name") or "",
        email=fields.maybe_string("email") or "",
        is_ai=any([fields.maybe_boolean("from_ai_agent"), fields.maybe_boolean("is_ai_answer")]),
    )
    drift.tell(fields, frozenset(), usual=_AUTHOR_USUAL)
    return author


def _sender(header: Fields, drift: Drift) -> str:
    kind, address = header.maybe_string("type"), header.maybe_string("email_address")
    drift.tell(header, names("name"), usual=names("email_address type"))
    return address or "" if kind == "from" else ""


def _attachment(value: object, drift: Drift) -> Attachment:
    fields = Fields(value)
    found = Attachment(one_line(fields.maybe_string("name") or ""), fields.maybe_number("filesize"), "")
    drift.tell(fields, _ATTACHMENT_LEFT, usual=_ATTACHMENT_USUAL)
    return found


def _text(body: str, *, is_redacted: bool) -> str:
    return "" if is_redacted or _is_withheld(body) else _plain(body)


def _plain(body: str) -> str:
    """Return the text of a body: HTML, unless it was asked for in plain text (``display_as=plaintext``)."""
    if paragraph := _PARAGRAPH.fullmatch(body):
        return " ".join(clean(paragraph[1]).split())
    return html_to_text(body) if body.lstrip().startswith("<") else clean(body).strip()


def _is_withheld(body: str) -> bool:
    return _WITHHELD in body[:200]
