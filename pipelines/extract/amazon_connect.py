"""Amazon Connect: contact records as the stream delivers them, and transcripts of calls and chats beside them.

A contact record is one call, chat or mail of one agent or queue: ``ContactId`` is its id, ``InitialContactId`` the
conversation that transfers make of several. Records come at least once and again whenever something is added, days later:
``LastUpdateTimestamp`` tells which of two is the newer. They stand one a line, in an array, or one right after the other.

What a file holds is told by its content: contact records; Contact Lens analyses of calls (their lines become the text of
the call) and of chats; plain transcripts of chats, of which each message is an interaction. Times are UTC with a ``Z``.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.contract import Record
from pipelines.extract.files.documents import Entry
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.amazon_connect.behind import Behind
from pipelines.extract.parts.amazon_connect.calls import Calls
from pipelines.extract.parts.amazon_connect.chats import messages_of
from pipelines.extract.parts.amazon_connect.contacts import interaction_of, is_contact, parse_contact, why_left_out
from pipelines.extract.parts.amazon_connect.files import entries_of
from pipelines.extract.parts.amazon_connect.survey import Known, survey
from pipelines.extract.parts.amazon_connect.transcripts import head_of, is_transcript, read_of_mail, talk_of
from pipelines.extract.values.fields import Drift
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.settings import Source

__all__ = ["extract", "survey"]


@dataclass(frozen=True, slots=True)
class Centre:
    """What is needed to map a record: the source, who is ours, what the export tells, and its calls' words."""

    source: Source
    own: Own
    known: Known
    calls: Calls


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a contact; of a chat whose transcript is here, one a message in its place."""
    known = export.known_by(survey)
    centre = Centre(export.source, Own.of(export.source), known, Calls(known))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, centre, issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, centre: Centre, issues: Issues) -> Iterator[Record]:
    drift = Drift(issues, file.name)
    for entry in entries_of(file):
        try:
            record = entry.value()
            if is_transcript(record):
                yield from _transcript(record, entry, file, centre, drift, issues)
            elif is_contact(record):
                yield from _contact(record, entry, file, centre, drift, issues)
            else:
                raise UnreadableError("neither a contact record nor a transcript (DescribeContact has another shape)")
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)


def _contact(record: Any, entry: Entry, file: SourceFile, centre: Centre, drift: Drift, issues: Issues) -> Iterator[Record]:
    left_out = why_left_out(record)
    if left_out:
        issues.suppress(file=file.name, reason=left_out)
        return
    contact = parse_contact(record, centre.source, centre.own, drift)
    copy = centre.known.get(contact.contact_ref)
    if copy and copy.is_chat and contact.is_chat:
        issues.suppress(file=file.name, reason="the record of a chat whose messages are here")
        return
    yield interaction_of(contact, centre.calls.of(contact.contact_ref), centre.source, file.name, entry.at)


def _transcript(
    record: Any, entry: Entry, file: SourceFile, centre: Centre, drift: Drift, issues: Issues
) -> Iterator[Record]:
    if read_of_mail(record, drift):
        issues.suppress(file=file.name, reason="the analysis of a mail, which holds none of its words")
        return
    head = head_of(record, drift)
    best = centre.known.get(head.contact_ref)
    contact = best.contact if best else None
    if best and best.left_out:
        issues.suppress(file=file.name, reason=f"the transcript of {best.left_out}")
    elif head.has_words and best and not best.is_of(head):
        issues.suppress(file=file.name, reason="another copy of a transcript that is here")
    elif head.is_chat:
        behind = Behind.unpacked(contact) if contact else None
        yield from messages_of(record, head, behind, centre.source, file.name, entry.at, drift, issues)
    else:
        talk_of(record, drift)
        issues.suppress(file=file.name, reason="the transcript of a call")
        if head.has_words and contact is None:
            issues.warn(file=file.name, reason="a transcript of a call whose contact record is not in this export")
