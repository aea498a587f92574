"""X archives: account.js, tweets.js, direct-messages.js and message-event.js (in parts), told apart by their first line.

Ids are strings beyond 2^53. A tweet or direct message keeps X's id (an edited tweet that of its first version); a
conversation of two is named after both accounts, a public one after the post that is answered. Customers' posts are not in
our archive: what we know of them is whom we answer, and their handles and names through the mentions in our own tweets.
"""

from collections.abc import Iterator

from pipelines.contract import Record
from pipelines.extract.files.documents import Entry
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.x.encrypted import encrypted_messages
from pipelines.extract.parts.x.fields import parse_note
from pipelines.extract.parts.x.messages import conversations
from pipelines.extract.parts.x.parts import (
    ACCOUNT,
    BESIDE,
    ENCRYPTED,
    MANIFEST,
    MESSAGES,
    NOTES,
    OTHERS,
    TAKEN,
    TWEETS,
    part_of,
    pieces_of,
    root_of,
    unwrapped,
)
from pipelines.extract.parts.x.survey import Archive, account_of, listed_in, survey
from pipelines.extract.parts.x.tweets import Reading, parse_tweet
from pipelines.extract.values.fields import Drift, Fields
from pipelines.extract.values.issues import Issues, UnreadableError

__all__ = ["extract", "survey"]

NO_CONTACTS = "a part of the archive without contacts"
_ACCOUNT_LEFT = frozenset({"accountDisplayName", "createdAt", "createdVia", "email", "username"})


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a direct message or tweet of ours."""
    archive = export.known_by(survey)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, export, archive, issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, export: Export, archive: Archive, issues: Issues) -> Iterator[Record]:
    kind, label = part_of(file)
    drift = Drift(issues, file.name)
    if kind in TWEETS | MESSAGES | ENCRYPTED:
        account_ref = account_of(file, archive)
        if account_ref is None:
            raise UnreadableError(
                "whose archive this is cannot be known: no account.js came with it; send it along, "
                f"or put the account's number into sources.{export.source.name}.own"
            )
        reading = Reading(export.source, archive, account_ref, file.name, drift)
        if kind in MESSAGES:
            yield from conversations(file, reading, issues)
        elif kind in ENCRYPTED:
            yield from encrypted_messages(file, reading, issues)
        else:
            yield from _tweets(file, label, reading, issues)
    elif kind in ACCOUNT | NOTES:
        (_account if kind in ACCOUNT else _notes)(file, archive, drift, issues)
    elif kind == MANIFEST:
        _manifest(file, archive, issues)
    elif kind == BESIDE or kind in OTHERS:
        issues.suppress(file=file.name, reason=NO_CONTACTS)
    else:
        raise UnreadableError("a part of the archive that we do not know")


def _tweets(file: SourceFile, label: str, reading: Reading, issues: Issues) -> Iterator[Record]:
    number = 0
    for number, piece in enumerate(pieces_of(file), start=1):
        entry = Entry(f"tweet {number}", piece.raw, is_whole=piece.is_whole)
        try:
            tweet = parse_tweet(entry.value(), reading, entry.at)
            if reading.archive.is_superseded(tweet.source_metadata.get("version_ref", "")):
                issues.suppress(file=file.name, reason="an earlier version of an edited tweet")
                continue
            yield tweet
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
    if reading.archive.listed.get((root_of(file), label), number) != number:
        issues.warn(file=file.name, reason="the manifest counts more or fewer tweets than are here")


def _account(file: SourceFile, archive: Archive, drift: Drift, issues: Issues) -> None:
    for piece in pieces_of(file):
        fields = Fields(unwrapped(Entry("", piece.raw, is_whole=piece.is_whole).value(), "account", drift))
        fields.ref("accountId")
        drift.tell(fields, _ACCOUNT_LEFT)
        issues.suppress(file=file.name, reason="the archive's own account")


def _notes(file: SourceFile, archive: Archive, drift: Drift, issues: Issues) -> None:
    """Count the long tweets' texts: each stands at its tweet already."""
    used = {note.ref for note in archive.long_texts.values()}
    for number, piece in enumerate(pieces_of(file), start=1):
        entry = Entry(f"note {number}", piece.raw, is_whole=piece.is_whole)
        try:
            note = parse_note(entry.value(), drift)
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        issues.suppress(file=file.name, reason="the full text of a long tweet")
        if note.ref not in used:
            issues.warn(file=file.name, reason="the full text of a long tweet that is not here")


def _manifest(file: SourceFile, archive: Archive, issues: Issues) -> None:
    """Tell of parts that the manifest lists and that did not come."""
    _, listed = listed_in(file)
    for label, count in listed.items():
        kind = label.split(".")[1] if label.count(".") else ""
        if count and kind in TAKEN and (root_of(file), label) not in archive.seen:
            issues.warn(file=file.name, reason=f"a part of {kind!r} that the manifest lists did not come")
    issues.suppress(file=file.name, reason=NO_CONTACTS)
