"""iMazing's CSV of an iPhone's Messages or WhatsApp: a row a message, by the name of the chat that it is in.

Only who wrote to us is told, by number or address: whom a message of ours went to is who else writes in its chat, or the
chat's name where that is a number. Times are the wall clock of the computer that exported, without a zone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.contract import Attachment, Channel, Direction, Interaction
from pipelines.extract.files.documents import MARK, head_of
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.csv.rows import refuse_doubled, wrong_width
from pipelines.extract.parts.phone.rows import rows_of
from pipelines.extract.parts.sms_backup.messages import Text, interaction_of
from pipelines.extract.parts.sms_backup.records import Phone, thread_of
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Fields, names, valid
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_SHOWN = frozenset({"Chat Session", "Message Date", "Sender ID", "Sender Name", "Type", "Text", "Service", "Status"})
_MARKS = (b"Chat Session", b"Message Date")  # of a header, wherever it has them
_DIRECTIONS: dict[str, Direction] = {"Incoming": "inbound", "Outgoing": "outbound"}
_NOTICE = "Notification"
_CHANNELS: dict[str, Channel] = {"SMS": "sms", "MMS": "sms", "RCS": "sms", "iMessage": "sms", "WhatsApp": "chat"}
_OF_WHATSAPP = names("sent_date forwarded attachment_info")  # columns that Messages' has none of
_TOGETHER = " & "  # between the names of those in a chat that has none of its own
_LEFT = names("""
    attachment_info attachment_type deleted_date delivered_date edited_date forwarded message_id reactions read_date
    sent_date service
""")
_USUAL = names("attachment status")


@dataclass(slots=True)
class Chat:
    """Who writes to us in a chat: number or address and name, the first two of them."""

    senders: dict[str, tuple[str, str]] = field(default_factory=dict)

    def add(self, ref: str, name: str, key: str) -> None:
        """Take in who wrote; of one of several names the first in the alphabet stands, wherever it is written."""
        if key in self.senders:
            self.senders[key] = min(self.senders[key], (ref, name))
        elif len(self.senders) < 2:
            self.senders[key] = ref, name


def is_imazing(file: SourceFile) -> bool:
    """Say whether a file is one of iMazing's tables."""
    head = head_of(file).removeprefix(MARK).lstrip().partition(b"\n")[0]
    return all(mark in head for mark in _MARKS)


def messages_of(file: SourceFile, source: Source, issues: Issues) -> Iterator[Interaction]:
    """Yield the file's messages; rows that are none are quarantined or counted."""
    phone = Phone.of(file.name, source, issues)
    chats = _chats(file, source, phone)
    for at, line, record in _records(file, source, issues):
        try:
            found = _message(Fields(record), chats, phone, at)
        except UnreadableError as error:
            issues.quarantine(line, file=file.name, at=at, reason=error)
            continue
        if found:
            yield found
        else:
            issues.suppress(file=file.name, reason="what the phone itself writes into a chat")


def _chats(file: SourceFile, source: Source, phone: Phone) -> dict[str, Chat]:
    """Look through a file for who writes in which chat; what cannot be read is left to the pass that counts it."""
    chats: dict[str, Chat] = {}
    for _, _, record in _records(file, source, Issues()):
        chat, ref = record.get("chat_session"), record.get("sender_id")
        if record.get("type") == "Incoming" and chat and ref:
            chats.setdefault(chat, Chat()).add(ref, record.get("sender_name") or "", thread_of(ref, phone.ends))
    return chats


def _records(file: SourceFile, source: Source, issues: Issues) -> Iterator[tuple[str, str, dict[str, str | None]]]:
    """Yield each row's place, what it is written as and its values by column (None where empty)."""
    header: list[str] = []
    for at, line, cells in rows_of(file, source, _SHOWN, issues):
        if not header:
            header = [valid(cell.strip().lower().replace(" ", "_")) for cell in cells]
            refuse_doubled(header)
            continue
        if len(cells) != len(header):
            issues.quarantine(line, file=file.name, at=at, reason=wrong_width(len(cells), len(header)))
            continue
        yield at, line, {name: valid(cell) or None for name, cell in zip(header, cells, strict=True)}


def _message(fields: Fields, chats: dict[str, Chat], phone: Phone, at: str) -> Interaction | None:
    """Map one row, None for a notice; UnreadableError where it is not what we know."""
    name, kind = fields.string("chat_session"), fields.string("type")
    moment, flag = parse_instant(fields.string("message_date"), phone.ends.source.zone, phone.ends.source.date_order)
    service = _service(fields)
    sender_ref, sender_name = fields.text_or_null("sender_id"), fields.text_or_null("sender_name")
    written, edited = fields.text_or_null("text"), fields.maybe_string("edited_date")
    subject, quoted = (fields.maybe_string(each) or "" for each in ("subject", "replying_to"))
    status, file_name = fields.maybe_string("status") or "", fields.maybe_string("attachment") or ""
    deleted, forwarded = (fields.maybe_string(each) for each in ("deleted_date", "forwarded"))
    phone.drift.tell(fields, _LEFT, usual=_USUAL)
    if kind == _NOTICE:
        return None
    if kind not in _DIRECTIONS:
        raise UnreadableError("field 'type' has a value we do not know")
    direction = _DIRECTIONS[kind]
    other = _other(name, chats.get(name, Chat()), phone)
    if direction == "inbound" and sender_ref and other is not None:
        other = sender_ref, sender_name
    is_group = other is None
    ref, shown = other or (sender_ref, sender_name)
    author = sender_ref if is_group and direction == "inbound" else direction
    source_ref = phone.refs.ref(f"{service} {thread_of(ref, phone.ends) if other and ref else name}", moment, author,
                                f"{written} [{file_name}]")  # fmt: skip
    told = {
        "service": service,
        "local_time": flag,
        "edited": bool(edited) or None,
        "deleted": bool(deleted) or None,
        "forwarded": bool(forwarded) or None,
    }
    said = Text(
        direction=direction,
        status=one_line(status).lower(),
        moment=moment,
        text=written,
        others=[ref] if ref else [],
        sender=ref if direction == "inbound" else "",
        contact=identifiers.name(shown, "reference"),
        subject=one_line(subject) or None,
        attachments=[Attachment(one_line(file_name).replace("\\", "/").rpartition("/")[2], None, "")] if file_name else [],
        room=name if is_group else "",
        channel=_CHANNELS[service],
        quoted=quoted.strip(),
        told={key: value for key, value in told.items() if value is not None},
    )
    return interaction_of(said, phone, at, source_ref, chat="" if ref else name)


def _service(fields: Fields) -> str:
    """Take what carried a message; WhatsApp's tables have columns of their own and none for it."""
    if not fields.has("service") and not _OF_WHATSAPP.isdisjoint(fields.names):
        return "WhatsApp"
    service = fields.string("service")
    if service not in _CHANNELS:
        raise UnreadableError("field 'service' has a value we do not know")
    return service


def _other(name: str, chat: Chat, phone: Phone) -> tuple[str, str] | None:
    """Return whom a chat is with: number or address ("" where none is told) and name; None where it is with several."""
    senders = list(chat.senders.values())
    if len(senders) > 1 or (_TOGETHER in name and not any(name == shown for _, shown in senders)):
        return None
    if senders:
        return senders[0]
    is_address = "@" in name or identifiers.normalise_phone(one_line(name), phone.ends.source.region) is not None
    return (name, "") if is_address else ("", name)
