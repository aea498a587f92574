"""Intercom: conversations with their parts (one a file, one a line, arrays or API pages), and contacts in a side file.

What a record is, is told by its ``type``, so one path may match all files.

- The message that began a conversation is its ``source``, under that one's id; every other message is a part, under its own.
- ``author.type`` gives the direction: user and lead are people; admin, bot and team speak for us; a note is internal.
- A change of state (assigned, closed, snoozed) is a message where it carries one, and counted as left out where not. One
  of a type we have not seen is set aside where it says anything, as it may be a note.
- A list page has conversations without their parts: their first messages are read, and the missing field is told.
- Times are seconds of the epoch, UTC.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from pipelines.contract import Channel, Direction, Identifier, Interaction, Record, hashed_ref
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.files.documents import Entry, json_entries, looked_through
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.intercom.contacts import ROLES, Contact, is_contact, parse_contact, party_of, refusals_of
from pipelines.extract.parts.intercom.older import people_of, unwrapped
from pipelines.extract.parts.intercom.parts import CHANNELS, UNTOLD, Author, Part, parse_part, parse_source, seconds
from pipelines.extract.parts.mail.reasons import machine_among
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, names, strongest
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.record_times import keep_later
from pipelines.extract.values.text import one_line, split_reply
from pipelines.extract.values.wishes import asked_consent
from pipelines.settings import Source

TABLE = (
    "a table: Intercom's own (to a file or S3) are receipts of what we sent, without conversations; take those from the "
    "API, or read another program's table with the format 'table'"
)
_HEADER = re.compile(rb'(?:\xef\xbb\xbf)?(?:"?\w{1,60}"?[,;\t]){2}')  # of names, apart by commas and the like
PAGES = ("conversations", "data")

_STATES = {each: each for each in ("open", "closed", "snoozed")}
# By type, why a record is no conversation; "" where it is one.
_TYPES = {
    "conversation": "",
    "conversation_part": "a part without its conversation: retrieve each conversation by its id, for all its parts",
    "ticket": "a ticket, which is not read: of its conversation, deliver that",
    "ticket_part": "a part of a ticket, which is not read",
}
_USUAL = names("conversation_parts contacts tags team_assignee_id title updated_at")
_LEFT = names("""
    admin_assignee_id ai_agent ai_agent_participated brand channel channel_initiated company conversation_rating
    custom_attributes external_references first_contact_reply linked_objects monitor_evaluations open priority read
    sales_agent sales_agent_participated scorecards sla_applied snoozed_until statistics teammates ticket topics
    waiting_since workspace_id
""")
_LIST_LEFT = names("has_more pages total_count type url")
_CONTACT_LEFT = names("type")
_TAG_LEFT = names("applied_at applied_by id type")


@dataclass(frozen=True, slots=True)
class Desk:
    """What is needed to map a part: the source, who is ours, and the contacts by id."""

    source: Source
    own: Own
    contacts: dict[str, Contact]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a conversation says of all its parts.

    Attributes:
        contacts: the people on it, by id, with our own system's ids of them.
        parts: as the export has them; ``total`` of them there are.
    """

    conversation_ref: str
    first: Part
    contacts: dict[str, str]
    subject: str | None
    topic: str | None
    team: str | None
    status: str
    updated_at: datetime | None
    parts: list[Any]
    total: int


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message or note; a contact's row is evidence on them and counts as suppressed."""
    desk = Desk(export.source, Own.of(export.source), export.known_by(survey))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, desk, issues)

    yield from each_file(export, issues, parse)


def survey(export: Export) -> dict[str, Contact]:
    """Return the contacts of all files by id; rows that cannot be read are left to the pass that counts them."""
    contacts: dict[str, Contact] = {}
    for entry in looked_through(export, PAGES):
        if not entry.raw or any(mark in entry.raw for mark in (b'"role"', b'"user_id"')):
            _remember(entry, contacts)
    return contacts


def _remember(entry: Entry, contacts: dict[str, Contact]) -> None:
    try:
        record = entry.value()
        for told in people_of(record):
            contact_ref, contact = parse_contact(told)
            contacts.setdefault(contact_ref, replace(contact, updated_at=None))  # a row of its own tells more
        if is_contact(record := unwrapped(record)):
            contact_ref, contact = parse_contact(record)
            keep_later(contacts, contact_ref, contact)
    except UnreadableError:
        pass


def _parse(file: SourceFile, desk: Desk, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in json_entries(file, PAGES):
        try:
            record = unwrapped(entry.value())
            if is_contact(record):
                parse_contact(record, drift)
                issues.suppress(file=file.name, reason="a contact of the side file")
                continue
            conversation = parse_conversation(record, drift)
        except UnreadableError as error:
            reason = TABLE if entry.at == "line 1" and _HEADER.match(entry.raw) else error
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=reason)
            continue
        if conversation.total > len(conversation.parts):
            issues.warn(file=file.name, reason="a conversation has more parts than the export holds")
        yield _interaction(conversation.first, conversation, desk, file.name, entry.at)
        for number, record in enumerate(conversation.parts, start=1):
            position = f"part {number} of {entry.at}"
            try:
                part = parse_part(record, drift)
                if _is_told(part, file.name, issues):
                    yield _interaction(part, conversation, desk, file.name, position)
            except UnreadableError as error:
                issues.quarantine(Entry("", loaded=record).bytes(), file=file.name, at=position, reason=error)


def _is_told(part: Part, file: str, issues: Issues) -> bool:
    """Say whether a part is a message or a note; a change of state that says nothing is counted as left out."""
    if part.kind in ("message", "note") or (part.kind == "event" and not part.is_empty):
        return True
    if part.kind == "unknown":
        reason = "field 'part_type' has a value we do not know"
        if not part.is_empty:
            raise UnreadableError(reason)
        issues.warn(file=file, reason=reason)
    issues.suppress(file=file, reason="a change of the conversation's state")
    return False


def parse_conversation(record: Any, drift: Drift) -> Conversation:
    """Map what a conversation says of all its parts, and the message that began it."""
    fields = Fields(record)
    if why := fields.choice("type", _TYPES):
        raise UnreadableError(why)
    created_at = seconds(fields, "created_at")
    first = parse_source(fields.fields("source"), created_at, drift)
    parts = fields.maybe_fields("conversation_parts")
    items = parts.items("conversation_parts") if parts.names else []
    team = fields.maybe_ref("team_assignee_id")
    conversation = Conversation(
        conversation_ref=fields.ref("id"),
        first=first,
        contacts=_contacts(fields, drift),
        subject=first.subject or one_line(fields.maybe_string("title") or "") or None,
        topic=_first_tag(fields.maybe_fields("tags"), drift),
        team=team if team != "0" else None,
        status=fields.choice("state", _STATES),
        updated_at=seconds(fields, "updated_at") if fields.has("updated_at") else None,
        parts=items,
        total=parts.maybe_number("total_count") or 0,
    )
    drift.tell(parts, _LIST_LEFT, usual=names("total_count") if parts.names else frozenset())
    drift.tell(fields, _LEFT, usual=_USUAL)
    return conversation


def _contacts(fields: Fields, drift: Drift) -> dict[str, str]:
    listed = fields.maybe_fields("contacts")
    found: dict[str, str] = {}
    for each in listed.maybe_items("contacts"):
        contact = Fields(each)
        found[contact.ref("id")] = contact.maybe_ref("external_id") or ""
        drift.tell(contact, _CONTACT_LEFT, usual=names("external_id"))
    drift.tell(listed, _LIST_LEFT, usual=names("contacts") if listed.names else frozenset())
    return found


def _first_tag(tags: Fields, drift: Drift) -> str | None:
    listed = [Fields(each) for each in tags.maybe_items("tags")]
    told = [one_line(tag.maybe_string("name") or "") for tag in listed]
    for tag in listed:
        drift.tell(tag, _TAG_LEFT, usual=names("name"))
    drift.tell(tags, _LIST_LEFT, usual=names("tags") if tags.names else frozenset())
    return next(filter(None, told), None)


def _interaction(part: Part, conversation: Conversation, desk: Desk, file: str, position: str) -> Interaction:
    inbound = part.author.is_person
    direction: Direction = "inbound" if inbound else "internal" if part.kind == "note" else "outbound"
    delivered_by = "email" if part.is_mail else conversation.first.delivered_by
    channel: Channel = CHANNELS[delivered_by] or desk.source.channel or "chat"
    contact_ref, contact = _whom(part, conversation, desk)
    party, party_ref = _party(part, contact_ref, contact, delivered_by, desk.source)
    reason = _reason(part, party, conversation, desk)
    words = split_reply(part.text)
    if inbound and reason is None:
        party += [*claims_of(words.text, desk.source), *references_of(conversation.subject or "", desk.source)]
    party = strongest(party)
    asked = asked_consent(words.text, conversation.subject, channel, party) if inbound else []
    refused = refusals_of(contact, desk.source) if reason is None and direction != "internal" else []
    changed = [each for each in (part.updated_at, conversation.updated_at) if each]
    return Interaction(
        source=desk.source.name,
        source_ref=part.part_ref or _hashed(part, conversation, desk),
        conversation_ref=conversation.conversation_ref,
        channel=channel,
        direction=direction,
        occurred_at=part.created_at,
        file=file,
        position=position,
        party=party if reason is None else [],
        party_ref=party_ref,
        agent_ref=None if inbound else part.author.ref,
        team=conversation.team,
        subject=conversation.subject,
        text=words.text,
        quoted_text=words.quoted or None,
        signature=words.signature or None,
        attachments=part.attachments,
        topic=conversation.topic,
        status=conversation.status,
        consent=list(dict.fromkeys([*asked, *refused])),
        reason=reason,
        source_metadata=_metadata(part, conversation, delivered_by),
        updated_at=max(changed, default=None),
    )


def _hashed(part: Part, conversation: Conversation, desk: Desk) -> str:
    """Return the id of a first message that has none: it cannot change, so that every export gives it the same."""
    return hashed_ref(desk.source.name, conversation.conversation_ref, part.created_at, part.author.ref or "", "")


def _whom(part: Part, conversation: Conversation, desk: Desk) -> tuple[str | None, Contact]:
    """Return who wrote, or whom we wrote to, with their id: who began the conversation, else the first contact on it."""
    author, first = part.author, conversation.first.author
    if not author.is_person:
        author = first if first.is_person else Author("contact", None, "", "", is_ai=False)
    contact_ref = author.ref
    if not contact_ref and (not part.author.is_person or len(conversation.contacts) == 1):
        contact_ref = next(iter(conversation.contacts), None)
    external = conversation.contacts.get(contact_ref or "", "")
    as_told = Contact(ROLES[author.kind], author.name, author.email, external=external)
    return contact_ref, desk.contacts.get(contact_ref or "", as_told)


def _party(
    part: Part, contact_ref: str | None, contact: Contact, delivered_by: str, source: Source
) -> tuple[list[Identifier], str]:
    """Return the identifiers of a part's contact, and of the mail that it came as, and how the source shows them."""
    mail = identifiers.email(part.sender, "channel") if part.author.is_person else None
    sender = [identifiers.unproven(mail)] if mail else []
    if not contact_ref:  # which platforms may withhold
        return sender, contact.name or part.sender
    party, party_ref = party_of(contact_ref, contact, delivered_by, source)
    return [*sender, *party], party_ref


def _reason(part: Part, party: list[Identifier], conversation: Conversation, desk: Desk) -> str | None:
    if desk.own.is_among(party):
        return "own_address"
    delivered = [each for each in party if each.evidence == "channel"]
    is_mailed = part.author.is_person or conversation.first.delivered_by == "email"
    return (machine_among(delivered) if is_mailed else None) or (None if party else "no_identifier")


def _metadata(part: Part, conversation: Conversation, delivered_by: str) -> dict[str, Any]:
    people = len(conversation.contacts)
    told = {
        "via": delivered_by if delivered_by not in ("conversation", UNTOLD) else None,
        "part_type": part.part_type if part.part_type != "comment" else None,
        "delivered_as": part.delivered_as if part.delivered_as != "customer_initiated" else None,
        "automatic": not part.author.is_person and part.is_automatic,
        "redacted": part.is_redacted,
        "withheld": part.is_withheld,
        "participants": people if people > 1 else None,
    }
    return {name: value for name, value in told.items() if value}
