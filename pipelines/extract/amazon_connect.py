"""Amazon Connect: contact records as the stream delivers them, and transcripts of calls and chats beside them.

A contact record is one call, chat or mail of one agent or queue: ``ContactId`` is its id, ``InitialContactId`` the
conversation that transfers make of several. Records come at least once and again whenever something is added, days later:
``LastUpdateTimestamp`` tells which of two is the newer. They stand one a line, in an array, or one right after the other.

What a file holds is told by its content: contact records; Contact Lens analyses of calls (their lines become the text of
the call) and of chats; plain transcripts of chats, of which each message is an interaction. Times are UTC with a ``Z``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.contract import Record
from pipelines.extract.documents import Entry, json_entries, json_pieces, lines_of, opened
from pipelines.extract.documents import head_of as head_of_file
from pipelines.extract.fields import Drift, Fields
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.amazon_connect_chats import messages_of
from pipelines.extract.parts.amazon_connect_contacts import Contact, interaction_of, is_contact, parse_contact, why_left_out
from pipelines.extract.parts.amazon_connect_transcripts import Head, Talk, head_of, is_transcript, talk_of
from pipelines.settings import Source

_IN_A_ROW = re.compile(rb"\}\s*\{")
TALKS_HELD = 8  # files whose calls are held at one time; nearly all have one call


@dataclass(frozen=True, slots=True)
class Copy:
    """Where the best copy of a contact's transcript lies."""

    head: Head
    file: SourceFile


@dataclass(frozen=True, slots=True)
class Known:
    """What the whole export tells before its records are read.

    Attributes:
        copies: transcripts by ContactId.
        contacts: the newest record of each contact that has a transcript, by ContactId.
    """

    copies: dict[str, Copy]
    contacts: dict[str, Contact]


@dataclass(frozen=True, slots=True)
class Centre:
    """What is needed to map a record: the source, who is ours, what the export tells, and its calls' words."""

    source: Source
    own: Own
    known: Known
    talks: "Talks"


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a contact; of a chat whose transcript is here, one a message in its place."""
    known = export.known_by(survey)
    centre = Centre(export.source, Own.of(export.source), known, Talks(known.copies))

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, centre, issues)

    yield from each_file(export, issues, parse)


def survey(export: Export) -> Known:
    """Look where transcripts lie, and at the records of their contacts; what cannot be read is left to ``extract``."""
    copies: dict[str, Copy] = {}
    for file, record in _readable(export.files, b'"Transcript"'):
        try:
            head = head_of(record) if is_transcript(record) else None
        except UnreadableError:
            continue
        if head and head.has_words and (head.contact_ref not in copies or not head.is_worse(copies[head.contact_ref].head)):
            copies[head.contact_ref] = Copy(head, file)
    return Known(copies, _contacts(export, copies) if copies else {})


def _contacts(export: Export, copies: dict[str, Copy]) -> dict[str, Contact]:
    contacts: dict[str, Contact] = {}
    own = Own.of(export.source)
    for _, record in _readable(export.files, b'"ContactId"'):
        try:
            if is_contact(record) and Fields(record).ref("ContactId") in copies and why_left_out(record) is None:
                contact = parse_contact(record, export.source, own)
                known = contacts.get(contact.contact_ref)
                contacts[contact.contact_ref] = contact if known is None else max(known, contact, key=_age)
        except UnreadableError:
            continue
    return contacts


def _age(contact: Contact) -> float:
    return contact.updated_at.timestamp() if contact.updated_at else float("-inf")


def entries_of(file: SourceFile) -> Iterator[Entry]:
    """Yield the records of a file.

    Where the stream put them one right after the other, each is taken as a whole: ``json_entries`` would look into every
    one for a page's list, which takes eight times as long.
    """
    with opened(file) as stream:
        first, is_whole = next(((line, is_whole) for _, line, is_whole in lines_of(stream) if line.strip()), (b"", True))
    if head_of_file(file, 1) != b"{" or (is_whole and not _IN_A_ROW.search(first)):
        yield from json_entries(file)
        return
    for piece in json_pieces(file, ()):
        yield Entry(f"record {piece.document}", piece.raw, is_whole=piece.is_whole)


def _readable(files: list[SourceFile], mark: bytes) -> Iterator[tuple[SourceFile, Any]]:
    """Yield the records that hold ``mark`` and can be read."""
    for file in files:
        try:
            for entry in entries_of(file):
                if entry.raw and mark not in entry.raw:
                    continue
                try:
                    yield file, entry.value()
                except UnreadableError:
                    continue
        except (UnreadableError, OSError):
            continue


class Talks:
    """The words of calls, read from their files when a call's record comes by."""

    def __init__(self, copies: dict[str, Copy]) -> None:
        self._copies = copies
        self._held: dict[str, dict[str, Talk]] = {}

    def of(self, contact_ref: str) -> Talk | None:
        """Return the words of a call; None where no transcript of it can be read."""
        copy = self._copies.get(contact_ref)
        if copy is None or copy.head.is_chat:
            return None
        if copy.file.name not in self._held:
            if len(self._held) >= TALKS_HELD:
                self._held.clear()
            self._held[copy.file.name] = self._read(copy.file)
        return self._held[copy.file.name].get(contact_ref)

    def _read(self, file: SourceFile) -> dict[str, Talk]:
        talks: dict[str, Talk] = {}
        for _, record in _readable([file], b'"Transcript"'):
            try:
                head = head_of(record) if is_transcript(record) else None
                if head and not head.is_chat and head == self._copies[head.contact_ref].head:
                    talks[head.contact_ref] = talk_of(record)
            except (UnreadableError, KeyError):
                continue
        return talks


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
    copy = centre.known.copies.get(contact.contact_ref)
    if copy and copy.head.is_chat and contact.is_chat:
        issues.suppress(file=file.name, reason="the record of a chat whose messages are here")
        return
    yield interaction_of(contact, centre.talks.of(contact.contact_ref), centre.source, file.name, entry.at)


def _transcript(
    record: Any, entry: Entry, file: SourceFile, centre: Centre, drift: Drift, issues: Issues
) -> Iterator[Record]:
    head = head_of(record, drift)
    best = centre.known.copies.get(head.contact_ref)
    contact = centre.known.contacts.get(head.contact_ref)
    if head.has_words and best and best.head != head:
        issues.suppress(file=file.name, reason="another copy of a transcript that is here")
    elif head.is_chat:
        yield from messages_of(record, head, contact, centre.source, file.name, entry.at, drift, issues)
    else:
        talk_of(record, drift)
        issues.suppress(file=file.name, reason="the transcript of a call")
        if head.has_words and contact is None:
            issues.warn(file=file.name, reason="a transcript of a call whose contact record is not in this export")
