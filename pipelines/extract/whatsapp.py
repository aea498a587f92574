"""WhatsApp: one exported chat a file (``_chat.txt``, "WhatsApp Chat with ….txt", or the zip around it).

The export has no ids, no zone, and on Android no seconds: the chat's title is in the file's name, the zone and, where
the file does not tell it, the order of dates come from the source. Who wrote is a name as the phone shows it, or a number.

A message is known by source, thread, time, author and text (``hashed_ref``). One that was edited or deleted between two
exports has another text in the later one, and is a further message there, marked "edited" or "deleted": the export
holds nothing by which the two could be told to be one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pipelines.contract import Channel, Interaction, Record, hashed_ref
from pipelines.errors import ConfigurationError
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.files.documents import until_break
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.whatsapp.body import parse_body
from pipelines.extract.parts.whatsapp.files import BESIDE, Attached, group, is_beside, may_be_another, thread_of
from pipelines.extract.parts.whatsapp.lines import MARKS, Chat, Entry, split_author
from pipelines.extract.parts.whatsapp.talk import Talk, person_of, survey_chat
from pipelines.extract.values.fields import known
from pipelines.extract.values.instants import DateOrder, local_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.keywords import keyword_consent

__all__ = ["extract", "group"]

OPEN_END = "the last line has no end: it may be cut off"
SYSTEM = "a line that WhatsApp itself wrote"
INSTANTS_KEPT = 50_000  # within which equal messages are numbered; equal ones are of the same instant


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat; ``flag`` is what is doubtful about its local time, ``text`` as the chat has it.

    ``has_file`` says whether a mark before it tells of a file (``Entry.has_file``).
    """

    ref: str
    file: str
    position: str
    instant: datetime
    flag: str | None
    author: str
    text: str
    has_file: bool


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message; lines that WhatsApp itself wrote are suppressed.

    Raises:
        ConfigurationError: the source declares no ``timezone``.
    """
    if export.source.zone is None:
        raise ConfigurationError(f"sources.{export.source.name}.timezone is missing: a WhatsApp export carries no zone")
    attached = Attached(export, issues)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, export, attached, issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, export: Export, attached: Attached, issues: Issues) -> Iterator[Record]:
    if is_beside(file):
        issues.suppress(file=file.name, reason=BESIDE)
        return
    try:
        chat = Chat(file)
    except UnreadableError:
        if not may_be_another(file):
            raise
        issues.suppress(file=file.name, reason=BESIDE)
        return
    proof, talk = survey_chat(until_break(chat.entries()), thread_of(file, export), export.source)
    order = proof.order(export.source.date_order)
    if proof.is_doubtful(order):
        issues.warn(file=file.name, reason=f"dates that go back in the declared date_order {order}: it may be another here")
    together, refs = group(file), _Refs(talk)
    for entry in chat.entries():
        try:
            message = _message(entry, order, file, talk, refs)
        except UnreadableError as error:
            issues.quarantine(entry.body, file=file.name, at=f"line {entry.line}", reason=error)
            continue
        if message is None:
            issues.suppress(file=file.name, reason=SYSTEM)
            continue
        if entry.is_open:
            issues.warn(file=file.name, reason=OPEN_END)
        interaction = _interaction(message, talk)
        interaction.attachments = [attached.completed(each, together) for each in interaction.attachments]
        yield interaction
    if chat.is_repaired:
        issues.warn(file=file.name, reason="bytes that are not UTF-8 were replaced")


class _Refs:
    """Gives each message its ``source_ref``, numbering those that are alike."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk
        self._seen: dict[datetime, Counter[str]] = {}

    def ref(self, instant: datetime, author: str, text: str) -> str:
        """Return the next ref of a message like this."""
        source, thread = self._talk.source.name, self._talk.thread
        first = hashed_ref(source, thread, instant, author, text)
        seen = self._seen.setdefault(instant, Counter())
        nth, seen[first] = seen[first], seen[first] + 1
        if len(self._seen) > INSTANTS_KEPT:
            del self._seen[next(iter(self._seen))]
        return hashed_ref(source, thread, instant, author, text, nth) if nth else first


def _message(entry: Entry, order: DateOrder, file: SourceFile, talk: Talk, refs: _Refs) -> Message | None:
    """Map one entry; None where WhatsApp itself wrote it, UnreadableError where it cannot be read."""
    if entry.trouble or entry.stamp is None:
        raise UnreadableError(entry.trouble)
    author, text = split_author(entry.body)
    if author is None and not entry.is_open:
        if talk.reason or parse_body(text).status != "missed":
            return None
        author = ""  # Android does not say who called, and a missed call is one to us
    elif author is not None and talk.is_notice(author, text, entry):
        return None
    author = talk.author(author) if author != "" else author
    zone = talk.source.zone
    if zone is None:
        raise ConfigurationError(f"sources.{talk.source.name}.timezone is missing")
    instant, flag = local_instant(entry.stamp.moment(order), zone)
    ref = refs.ref(instant, author, MARKS.sub("", text))
    return Message(ref, file.name, f"line {entry.line}", instant, flag, author, text, entry.has_file)


def _interaction(message: Message, talk: Talk) -> Interaction:
    is_ours = talk.own.is_ref(message.author)
    body = parse_body(message.text, has_file=message.has_file)
    party, party_ref = talk.party, talk.party_ref
    if not is_ours:
        if talk.is_group:
            party, party_ref = person_of(message.author, talk), message.author
        elif talk.reason is None:
            party = known(*party, *claims_of(body.text, talk.source))
    metadata = body.metadata | ({"local_time": message.flag} if message.flag else {})
    channel: Channel = "voice" if "call" in body.metadata else talk.source.channel or "chat"
    return Interaction(
        source=talk.source.name,
        source_ref=message.ref,
        conversation_ref=talk.thread,
        channel=channel,
        direction="outbound" if is_ours else "inbound",
        occurred_at=message.instant,
        file=message.file,
        position=message.position,
        party=party,
        party_ref=party_ref,
        agent_ref=message.author if is_ours else None,
        text=body.text,
        attachments=body.attachments,
        status=body.status,
        duration_seconds=body.seconds,
        consent=[] if is_ours or talk.reason else keyword_consent(body.text, channel, party),
        reason=talk.reason,
        source_metadata=metadata,
    )
