"""Meta's download of our messages, for Messenger and Instagram alike: its threads, folder by folder, as interactions.

A thread lies over message_1.json (newest), message_2.json … Messages have no ids: equal ones are told apart by counting
from the oldest, so that a cumulative export gives each message the same ``source_ref`` again. Own names are listed in
``own`` of the source.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np
import numpy.typing as npt

from pipelines.contract import Channel, ConsentSignal, Interaction, Record, hashed_ref
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.files.documents import Entry
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.meta.files import ELSEWHERE, group, left_out, number_of
from pipelines.extract.parts.meta.messages import Message, Sent, parse_message
from pipelines.extract.parts.meta.stream import message_pieces
from pipelines.extract.parts.meta.threads import Part, Thread, counted, read_part, thread_of
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, known
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import clean, one_line
from pipelines.settings import Source


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands, and what is needed to map it."""

    thread: Thread
    part: Part
    position: str


def extract_threads(export: Export, issues: Issues, scope: str) -> Iterator[Record]:
    """Yield one interaction a message, thread by thread, the newest file first and in it as Meta lists them.

    Args:
        scope: the platform, issuer of its threads' names.
    """
    for _, files in groupby(sorted(export.files, key=group), key=group):
        folder = list(files)
        documents = [file for file in folder if _is_document(file, issues)]
        read = {file.name for file in documents}
        sent = Sent([file for file in folder if file.name not in read])
        together: dict[str, list[Part]] = defaultdict(list)
        for file in documents:
            part = _read(file, issues)
            if part and number_of(file) is not None:
                together[part.ref].append(part)
            elif part:  # a file of its own: a chat that is end-to-end encrypted, or a copy
                yield from _thread_records([part], sent, export.source, issues, scope)
        for ref in sorted(together):
            yield from _thread_records(together[ref], sent, export.source, issues, scope)


def _is_document(file: SourceFile, issues: Issues) -> bool:
    """Say whether a file has to be looked into; count it where not."""
    try:
        reason = left_out(file)
    except (UnreadableError, OSError) as error:
        issues.quarantine(b"", file=file.name, at="the whole file", reason=error)
        return False
    if reason:
        issues.suppress(file=file.name, reason=reason)
    return reason is None


def _read(file: SourceFile, issues: Issues) -> Part | None:
    """Return a file's part of a thread, and count a file that holds none."""
    if file.size == 0:
        issues.quarantine(b"", file=file.name, at="byte 0", reason="the file is empty")
        return None
    try:
        part = read_part(file)
    except (UnreadableError, OSError) as error:
        issues.quarantine(b"", file=file.name, at="the whole file", reason=error)
        return None
    if part is None:
        issues.suppress(file=file.name, reason=ELSEWHERE)
    return part


def _thread_records(parts: list[Part], sent: Sent, source: Source, issues: Issues, scope: str) -> Iterator[Record]:
    try:
        thread = thread_of(parts, source, scope)
    except UnreadableError as error:
        for part in parts:
            issues.quarantine(b"", file=part.file.name, at="the whole file", reason=error)
        return
    if thread.is_without_us:
        reason = f"a group without one of our names: list them in sources.{source.name}.own"
        issues.warn(file=parts[0].file.name, reason=reason)
    for part, nths in zip(parts, counted(parts), strict=True):
        yield from _messages(part, thread, sent, nths, issues)


def _messages(part: Part, thread: Thread, sent: Sent, nths: npt.NDArray[np.int32], issues: Issues) -> Iterator[Interaction]:
    """Yield a file's messages as they stand there."""
    drift, file, number = Drift(issues, part.file.name), part.file.name, 0
    part.tell(drift)
    broken = part.broken
    try:
        for piece in message_pieces(part.file):
            number += 1
            place = Place(thread, part, f"message {number}")
            entry = Entry(place.position, piece.raw, is_whole=piece.is_whole)
            try:
                message = parse_message(entry.value(), sent, drift, person=thread.person, is_encrypted=part.is_encrypted)
                if message.left_out:
                    issues.suppress(file=file, reason=message.left_out)
                    continue
                yield _interaction(message, int(nths[number - 1]), place, issues)
            except UnreadableError as error:
                issues.quarantine(entry.bytes(), file=file, at=place.position, reason=error)
    except (UnreadableError, OSError) as error:
        issues.quarantine(b"", file=file, at=f"after message {number}", reason=error)
        return
    if broken:
        issues.quarantine(b"", file=file, at="around the messages", reason=broken)
    elif number == 0:
        issues.suppress(file=file, reason="a thread without messages")


def _interaction(message: Message, nth: int, place: Place, issues: Issues) -> Interaction:
    thread, part = place.thread, place.part
    is_ours = thread.own.is_name(message.author)
    text = clean(message.text)
    channel: Channel = "voice" if message.is_call else thread.source.channel or "social"
    reason, party, party_ref = thread.reason, thread.party, thread.person or thread.ref
    consent: list[ConsentSignal] = []
    if thread.reason in ("group", "own_address"):
        party_ref = ""
    if not is_ours and (thread.reason == "group" or thread.is_stranger(message.author)):
        reason, party_ref = "group", one_line(message.author)
        party = known(identifiers.name(message.author, "channel"))
    elif thread.reason is None and not is_ours:
        party = known(*party, *claims_of(text, thread.source))
        consent = keyword_consent(text, channel, party)
    if message.is_empty:
        issues.warn(file=part.file.name, reason="a message without a text, a file or anything else")
    return Interaction(
        source=thread.source.name,
        source_ref=hashed_ref(thread.source.name, thread.ref, message.occurred_at, message.author, message.content, nth),
        conversation_ref=thread.ref,
        channel=channel,
        direction="outbound" if is_ours else "inbound",
        occurred_at=message.occurred_at,
        file=part.file.name,
        position=place.position,
        party=party,
        party_ref=party_ref,
        agent_ref=one_line(message.author) if is_ours else None,
        subject=thread.title,
        text=text,
        quoted_text=clean(message.shared) or None,
        attachments=message.attachments,
        status=message.status,
        duration_seconds=message.duration_seconds,
        consent=consent,
        reason=reason,
        source_metadata=message.metadata,
    )
