"""Freshdesk: tickets with their conversations (API records, one a line, an array or pages), contacts and agents beside them.

What a record is, is told by what it holds, so one path may match all files.

- A ticket's description is its first message and has no id of its own: its ``source_ref`` is the ticket's. Every other
  message has its conversation's id (those are counted over all of Freshdesk, tickets over one account: far apart).
- ``incoming`` and ``private`` give the direction; conversations stand in any order and are not sorted.
- A web chat repeats the description as its first conversation: counted once.
- A conversation that stands alone (the API's list of a ticket's conversations) names its ticket only: whom we wrote to
  is told by its ``to_emails``.
- The codes of sources are closed sets; statuses from 6 on are the account's own, kept as ``status_<n>``.
- Merged tickets carry no mark: the notes of a merge are private, which is ``internal``.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from pipelines.contract import Interaction, Record
from pipelines.extract.files.documents import Entry, json_entries, looked_through
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.freshdesk.messages import Desk, parse_conversation, parse_description
from pipelines.extract.parts.freshdesk.older import unwrapped
from pipelines.extract.parts.freshdesk.people import People, is_agent, is_contact, parse_agent, parse_contact
from pipelines.extract.parts.freshdesk.tickets import Ticket, parse_ticket
from pipelines.extract.values.fields import Drift
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.record_times import keep_later

PAGES = ("results", "tickets", "contacts", "agents")  # not "conversations", which a ticket holds itself
INCLUDED = 10  # conversations that the API puts into a ticket with include=conversations, however many there are
REPEATED_WITHIN = timedelta(minutes=2)  # what is written again later was meant


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a description and conversation; contacts' and agents' rows are evidence, and suppressed."""
    desk = Desk(export.source, Own.of(export.source), export.known_by(survey))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, desk, issues)

    yield from each_file(export, issues, parse)


def survey(export: Export) -> People:
    """Return the contacts and agents of all files; rows that cannot be read are left to the pass that counts them."""
    people = People()
    for entry in looked_through(export, PAGES):
        if not entry.raw or b'"requester_id"' not in entry.raw:
            _remember(entry, people)
    return people


def _remember(entry: Entry, people: People) -> None:
    try:
        record = unwrapped(entry.value())
        if is_agent(record):
            people.agents.add(parse_agent(record))
        elif is_contact(record):
            contact_ref, person = parse_contact(record)
            keep_later(people.contacts, contact_ref, person)
    except UnreadableError:
        pass


def _parse(file: SourceFile, desk: Desk, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in json_entries(file, PAGES):
        try:
            record = unwrapped(entry.value())
            if is_agent(record):
                parse_agent(record, drift)
                issues.suppress(file=file.name, reason="an agent of the side file")
            elif is_contact(record):
                parse_contact(record, drift)
                issues.suppress(file=file.name, reason="a contact of the side file")
            elif isinstance(record, dict) and "incoming" in record:
                yield parse_conversation(record, None, desk, file.name, entry.at, drift)
            else:
                yield from _messages(parse_ticket(record, drift), desk, file.name, entry.at, drift, issues)
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)


def _messages(ticket: Ticket, desk: Desk, file: str, at: str, drift: Drift, issues: Issues) -> Iterator[Interaction]:
    """Yield a ticket's messages: the description, then the conversations as they stand."""
    if ticket.is_deleted or (ticket.description is None and not ticket.conversations):
        issues.suppress(file=file, reason="a deleted ticket" if ticket.is_deleted else "a ticket without messages")
        return
    if len(ticket.conversations) == INCLUDED:
        issues.warn(file=file, reason="a ticket of ten conversations, the most that the API includes: more may be left out")
    followed: list[Interaction] = []
    for number, conversation in enumerate(ticket.conversations, start=1):
        position = f"conversation {number} of {at}"
        try:
            if isinstance(conversation, dict) and conversation.get("deleted") is True:
                issues.suppress(file=file, reason="a deleted conversation")
                continue
            followed.append(parse_conversation(conversation, ticket, desk, file, position, drift))
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=conversation).bytes(), file=file, at=position, reason=error)
    if ticket.description is not None:
        first = parse_description(ticket, desk, file, at)
        if repeat := _repeat_of(first, followed):
            issues.suppress(file=file, reason="the description, repeated as the first conversation")
            followed.remove(repeat)
            first = replace(first, attachments=first.attachments or repeat.attachments)
        yield first
    yield from followed


def _repeat_of(first: Interaction, followed: list[Interaction]) -> Interaction | None:
    """Return the earliest conversation where it is the description again, as a web chat writes it."""
    earliest = min(
        (each for each in followed if each.direction == "inbound"), key=lambda each: each.occurred_at, default=None
    )
    if earliest is None or first.direction != "inbound" or earliest.party_ref != first.party_ref or not first.text:
        return None
    if first.channel != "chat" and earliest.occurred_at - first.occurred_at > REPEATED_WITHIN:
        return None
    return earliest if earliest.text.split() == first.text.split() else None
