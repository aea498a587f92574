"""Messenger: the JSON of Meta's download, one thread over message_1.json (newest), message_2.json …, in both its dialects.

A thread's files are read together: messages have no ids, so equal ones are told apart by counting from the oldest, and
a cumulative export gives each message the same ``source_ref`` again. Own names are listed in ``own`` of the source.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any

from pipelines.contract import Attachment, Identifier, Interaction, Record, hashed_ref
from pipelines.extract import identifiers
from pipelines.extract.claims import claims_of
from pipelines.extract.documents import Entry
from pipelines.extract.fields import Drift, Fields, known, names, valid
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile
from pipelines.extract.instants import epoch_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.messenger_files import THREAD_LEFT, Part, read_part, repaired
from pipelines.extract.text import clean, one_line
from pipelines.settings import Source

SCOPE = "messenger"
BREAKS_OFF = "not JSON from here on: cut off or damaged"
_TYPES = {each: each for each in ("Generic", "Share", "Call", "Payment", "Subscribe", "Unsubscribe")}
_ENCRYPTED_TYPES = {
    each: each for each in names("audio call file gif link location media placeholder poll share sticker text")
}
_MEMBERSHIP = frozenset({"Subscribe", "Unsubscribe"})
_MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "media")
_LEFT = names("""
    bumped_message_metadata ip is_geoblocked_for_viewer is_taken_down is_unsent_image_by_messenger_kid_parent magic_words
    users
""")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the thread's file has it, its texts decoded."""

    file: str
    position: str
    author: str
    occurred_at: datetime
    text: str
    kind: str
    attachments: list[Attachment]
    duration_seconds: float | None
    metadata: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Thread:
    """What all messages of a thread share: the person on the other side, or the reason why there is none."""

    ref: str
    source: Source
    own: Own
    party: list[Identifier]
    party_ref: str
    reason: str | None


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message, thread by thread, the oldest first."""
    for _, files in groupby(sorted(export.files, key=_folder), key=_folder):
        threads: dict[str, list[Part]] = defaultdict(list)
        for file in files:
            part = _read(file, issues)
            if part:
                threads[part.ref].append(part)
        for ref in sorted(threads):
            yield from _thread_records(threads[ref], export.source, issues)


def _folder(file: SourceFile) -> str:
    return str(PurePosixPath(file.name).parent)


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
        issues.suppress(file=file.name, reason="a picture or another file beside the messages")
    return part


def _thread_records(parts: list[Part], source: Source, issues: Issues) -> Iterator[Record]:
    try:
        thread = _thread(parts, source)
    except UnreadableError as error:
        for part in parts:
            issues.quarantine(b"", file=part.file.name, at="the whole file", reason=error)
        return
    messages: list[Message] = []
    for part in sorted(parts, key=lambda part: -part.number):
        messages += reversed(_messages(part, issues))
    messages.sort(key=lambda message: message.occurred_at)
    seen: Counter[str] = Counter()
    for message in messages:
        first = hashed_ref(source.name, thread.ref, message.occurred_at, message.author, message.text)
        nth, seen[first] = seen[first], seen[first] + 1
        ref = (
            first
            if nth == 0
            else hashed_ref(source.name, thread.ref, message.occurred_at, message.author, message.text, nth)
        )
        yield _interaction(message, ref, thread)


def _thread(parts: list[Part], source: Source) -> Thread:
    """Say who is on the other side; UnreadableError where none of the two is us."""
    own = Own.of(source)
    participants = list(dict.fromkeys(name for part in parts for name in part.participants))
    if len(participants) > 2 or any(part.is_group for part in parts):
        return Thread(parts[0].ref, source, own, [], "", "group")
    others = [name for name in participants if not own.is_name(name)]
    if len(others) == 2:
        raise UnreadableError(f"neither participant is one of our names: list them in sources.{source.name}.own")
    if not others and len(participants) == 2:
        return Thread(parts[0].ref, source, own, [], "", "own_address")
    name = others[0] if others else ""  # the name of a deleted account is left out
    party = known(identifiers.account(parts[0].ref, SCOPE, "channel"), identifiers.name(name, "channel"))
    return Thread(parts[0].ref, source, own, party, one_line(name) or parts[0].ref, None)


def _messages(part: Part, issues: Issues) -> list[Message]:
    """Return a file's messages, newest first as they stand there."""
    drift = Drift(issues, part.file.name)
    drift.tell(part.left, THREAD_LEFT)
    messages: list[Message] = []
    for number, record in enumerate(part.messages, start=1):
        position = f"message {number}"
        try:
            message = parse_message(record, part, position, drift)
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=record).bytes(), file=part.file.name, at=position, reason=error)
            continue
        if message.kind in _MEMBERSHIP:
            issues.suppress(file=part.file.name, reason="somebody joined or left")
            continue
        messages.append(message)
    if not part.is_whole:
        issues.quarantine(b"", file=part.file.name, at=f"after message {len(part.messages)}", reason=BREAKS_OFF)
    elif not part.messages:
        issues.suppress(file=part.file.name, reason="a thread without messages")
    return messages


def parse_message(record: Any, part: Part, position: str, drift: Drift) -> Message:
    """Map one message of either dialect; UnreadableError where it is not what we know."""
    fields = Fields(record)
    author, at, content, unsent, kinds = (
        ("senderName", "timestamp", "text", "isUnsent", _ENCRYPTED_TYPES)
        if part.is_encrypted
        else ("sender_name", "timestamp_ms", "content", "is_unsent", _TYPES)
    )

    def decoded(text: str | None) -> str:
        return (text or "") if part.is_encrypted else valid(repaired(text or ""))

    share = fields.maybe_fields("share")
    duration = fields.maybe_number("call_duration")
    attachments = [_attachment(each) for name in _MEDIA for each in fields.maybe_items(name)]
    if fields.has("sticker"):
        attachments.append(_attachment({"uri": fields.fields("sticker").string("uri")}))
    metadata = {
        "is_unsent": fields.maybe_boolean(unsent),
        "is_missed": fields.maybe_boolean("missed"),
        "link": share.maybe_string("link"),
        "reactions": [decoded(Fields(each).string("reaction")) for each in fields.maybe_items("reactions")],
    }
    message = Message(
        file=part.file.name,
        position=position,
        author=decoded(fields.string(author)),
        occurred_at=epoch_instant(fields.number(at)),
        text=decoded(fields.maybe_string(content)),
        kind=fields.choice("type", kinds) if fields.has("type") else "Generic",
        attachments=attachments,
        duration_seconds=None if duration is None else float(duration),
        metadata={name: value for name, value in metadata.items() if value},
    )
    drift.tell(fields, _LEFT)
    return message


def _attachment(value: Any) -> Attachment:
    uri = Fields(value).maybe_string("uri") or ""
    return Attachment(one_line(repaired(uri)).rpartition("/")[2], None, "")


def _interaction(message: Message, ref: str, thread: Thread) -> Interaction:
    is_ours = thread.own.is_name(message.author)
    text = clean(message.text)
    party, party_ref = thread.party, thread.party_ref
    if thread.reason == "group" and not is_ours:
        party, party_ref = known(identifiers.name(message.author, "channel")), one_line(message.author)
    elif thread.reason is None and not is_ours:
        party = known(*party, *claims_of(text, thread.source))
    return Interaction(
        source=thread.source.name,
        source_ref=ref,
        conversation_ref=thread.ref,
        channel=thread.source.channel or "social",
        direction="outbound" if is_ours else "inbound",
        occurred_at=message.occurred_at,
        file=message.file,
        position=message.position,
        party=party,
        party_ref=party_ref,
        agent_ref=one_line(message.author) if is_ours else None,
        text=text,
        attachments=message.attachments,
        duration_seconds=message.duration_seconds,
        reason=thread.reason,
        source_metadata=message.metadata | ({"type": message.kind} if message.kind != "Generic" else {}),
    )
