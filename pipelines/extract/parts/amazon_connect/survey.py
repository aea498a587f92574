"""What an Amazon Connect export tells before its records are read: where transcripts lie, and whose they are.

An export may have hundreds of thousands of transcripts, so that there is one small entry for each; the entries of calls,
which are all alike, are shared.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipelines.extract.files import documents
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.amazon_connect.behind import Behind, behind
from pipelines.extract.parts.amazon_connect.contacts import is_contact, parse_contact, why_left_out
from pipelines.extract.parts.amazon_connect.files import entries_of
from pipelines.extract.parts.amazon_connect.transcripts import Head, head_of, is_transcript
from pipelines.extract.values.fields import Fields
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError


@dataclass(frozen=True, slots=True)
class Copy:
    """The best copy of a contact's transcript: in which file it lies, and what its head says.

    Attributes:
        contact: what the newest record of the contact tells of a chat's messages, packed; b"" of a call, whose record is
            read anyway; None where the export has none.
        left_out: why the contact is no contact with anybody outside; "" where it is one, or not known.
    """

    file: SourceFile
    initial_ref: str
    is_chat: bool
    grade: int
    contact: bytes | None = None
    left_out: str = ""

    def is_of(self, head: Head) -> bool:
        """Say whether the transcript with this head, one of the same contact, is this copy or just like it."""
        return head.has_words and (self.initial_ref, self.is_chat, self.grade) == (
            head.initial_ref,
            head.is_chat,
            head.grade,
        )


Known = dict[str, Copy]  # by ContactId


def survey(export: Export) -> Known:
    """Look where transcripts lie, and at the records of their contacts; what cannot be read is left to ``extract``."""
    return _Look(export).copies


def readable(files: list[SourceFile], mark: bytes) -> Iterator[tuple[SourceFile, Any]]:
    """Yield the records that hold ``mark`` and can be read."""
    return documents.readable(files, entries_of, mark)


class _Look:
    """A look through an export: first for its transcripts, then for their contacts."""

    def __init__(self, export: Export) -> None:
        self.copies: Known = {}
        self._export, self._own = export, Own.of(export.source)
        self._wordless: set[str] = set()  # contacts of which there is a chat's transcript in which nobody wrote
        self._shared: dict[tuple[str, int, bool], Copy] = {}
        for file, record in readable(export.files, b'"Transcript"'):
            try:
                if is_transcript(record):
                    self._transcript(head_of(record), file)
            except UnreadableError:
                continue
        for _, record in readable(export.files, b'"ContactId"') if self.copies else ():
            try:
                if is_contact(record) and (ref := Fields(record).ref("ContactId")) in self.copies:
                    if why := why_left_out(record):
                        self.copies[ref] = replace(self.copies[ref], left_out=why)
                    else:
                        self._contact(record)
            except UnreadableError:
                continue

    def _transcript(self, head: Head, file: SourceFile) -> None:
        if not head.has_words:
            if head.is_chat:
                self._wordless.add(head.contact_ref)
            return
        best = self.copies.get(head.contact_ref)
        if best is None or head.grade <= best.grade:
            initial_ref = head.contact_ref if head.initial_ref == head.contact_ref else head.initial_ref
            self._keep(head.contact_ref, Copy(file, initial_ref, head.is_chat, head.grade))

    def _contact(self, record: Any) -> None:
        contact = parse_contact(record, self._export.source, self._own)
        ref, copy = contact.contact_ref, self.copies[contact.contact_ref]
        kept = b""
        if copy.is_chat or ref in self._wordless:
            new = behind(contact)
            old = Behind.unpacked(copy.contact) if copy.contact else new
            kept = max(old, new, key=lambda each: each.updated_at).packed()
        if kept != copy.contact:
            self._keep(ref, Copy(copy.file, copy.initial_ref, copy.is_chat, copy.grade, kept))

    def _keep(self, ref: str, copy: Copy) -> None:
        is_alike = not copy.is_chat and not copy.contact
        self.copies[ref] = self._share(copy) if is_alike else copy

    def _share(self, copy: Copy) -> Copy:
        return self._shared.setdefault((copy.file.name, copy.grade, copy.contact is None), copy)
