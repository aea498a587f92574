"""Proton's notes beside each mail of its export (``<id>.metadata.json``): in which of its folders the mail lies.

The mail itself tells none of it, and drafts and spam lie among the others. The folders that every account has are numbers:
https://github.com/ProtonMail/go-proton-api/blob/master/label_types.go
"""

import orjson

from pipelines.extract.files.documents import head_of
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.mail.mail import DRAFT, JUNK, SENT
from pipelines.extract.values.issues import Issues, UnreadableError

_NOTES, _MAIL = ".metadata.json", ".eml"
_LIMIT = 1 << 20  # bytes; they have some hundred, and a line for each recipient
_FOLDERS = {"1": DRAFT, "8": DRAFT, "4": JUNK, "2": SENT, "7": SENT, "3": "trashed", "10": "flagged"}


def mail_of(name: str) -> str:
    """Return the name, without its ending, that a mail and the notes beside it share; another file's own."""
    return name.removesuffix(_NOTES) if name.endswith(_NOTES) else name.removesuffix(_MAIL)


def notes_in(export: Export) -> dict[str, SourceFile]:
    """Return the notes of an export by the name that they share with their mail."""
    return {mail_of(file.name): file for file in export.files if file.name.endswith(_NOTES)}


def noted_by(notes: SourceFile | None, issues: Issues) -> frozenset[str]:
    """Return what Proton noted of a mail, as ``Place`` takes it; what cannot be read says nothing, and is told."""
    if notes is None:
        return frozenset()
    try:
        labels = orjson.loads(head_of(notes, _LIMIT))["Payload"]["LabelIDs"]
        return frozenset(_FOLDERS[each] for each in labels if each in _FOLDERS)
    except (UnreadableError, orjson.JSONDecodeError, LookupError, TypeError):
        issues.warn(
            file=notes.name, reason="Proton's notes of a mail that cannot be read: a draft, or spam, is taken for sent"
        )
        return frozenset()
