"""Amazon Connect's chats: each message of a transcript is one interaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from pipelines.contract import Attachment, Channel, Direction, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.files.documents import Entry
from pipelines.extract.parts.amazon_connect.behind import Behind
from pipelines.extract.parts.amazon_connect.transcripts import Head
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names, plain
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.keywords import keyword_consent
from pipelines.extract.values.text import clean, one_line
from pipelines.settings import Source

_IS_WORDS = {
    "MESSAGE": True,
    "ATTACHMENT": True,
    **dict.fromkeys(
        ("EVENT", "TYPING", "PARTICIPANT_JOINED", "PARTICIPANT_LEFT", "CHAT_ENDED", "TRANSFER_SUCCEEDED", "TRANSFER_FAILED",
         "CONNECTION_ACK", "MESSAGE_DELIVERED", "MESSAGE_READ", "MESSAGEMETADATA"),
        False,
    ),
}  # fmt: skip
_CUSTOMER, _AGENT, _SUPERVISOR, _MACHINE = "customer", "agent", "supervisor", "a machine"
_ROLES = {
    "CUSTOMER": _CUSTOMER,
    "AGENT": _AGENT,
    "SUPERVISOR": _SUPERVISOR,
    "SYSTEM": _MACHINE,
    "CUSTOM_BOT": _MACHINE,
}
_PLACEHOLDERS = names("customer guest [pii] [name]")  # the console's own words, and what redaction leaves
_PLAIN_TYPES = names("text/plain text/markdown")
_USUAL = names("DisplayName")
_LEFT = names("""
    ContactId InitialContactId IssuesDetected LoudnessScore MessageMetadata OutcomesDetected ActionItemsDetected Redaction
    RelatedContactId Sentiment
""")
_ATTACHMENT_LEFT = names("AttachmentId ContentType Status")


@dataclass(frozen=True, slots=True)
class Chat:
    """What is needed to map a chat's messages.

    Attributes:
        contact: what the newest contact record of the chat tells; None where the export has none.
        customers: display name by participant id, of those who wrote as customers.
        agents: the same of agents; a supervisor who steps in is none.
    """

    head: Head
    contact: Behind | None
    customers: dict[str, str]
    agents: dict[str, str]
    source: Source

    @property
    def conversation_ref(self) -> str:
        """The chain's first contact, as the record tells or else the transcript."""
        if self.contact:
            return self.contact.conversation_ref
        return self.head.initial_ref or self.head.contact_ref

    @property
    def channel(self) -> Channel:
        """A text message is a chat to Connect."""
        return self.contact.channel if self.contact else "chat"


def messages_of(
    record: Any,
    head: Head,
    contact: Behind | None,
    source: Source,
    file: str,
    at: str,
    drift: Drift,
    issues: Issues,
) -> Iterator[Interaction]:
    """Yield the messages of a transcript; who came, left and read is counted, what cannot be read is set aside."""
    lines = record["Transcript"]
    chat = Chat(head, contact, _people(lines, "CUSTOMER"), _people(lines, "AGENT"), source)
    if not lines:
        issues.suppress(file=file, reason="the transcript of a chat in which nobody wrote")
    for number, line in enumerate(lines, start=1):
        position = f"message {number} of {at}"
        try:
            message = parse_message(line, chat, file, position, drift)
        except UnreadableError as error:
            issues.quarantine(Entry("", loaded=line).bytes(), file=file, at=position, reason=error)
            continue
        if message is None:
            issues.suppress(file=file, reason="an event of a chat: somebody came, left or read")
        else:
            yield message


def parse_message(line: Any, chat: Chat, file: str, position: str, drift: Drift) -> Interaction | None:
    """Map one message; None where it is no message, UnreadableError where it is not what we know."""
    fields = Fields(line)
    source_ref = fields.ref("Id")
    occurred_at, _ = parse_instant(fields.string("AbsoluteTime"), None)
    if not fields.choice("Type", _IS_WORDS):
        return None
    role, participant_ref = fields.choice("ParticipantRole", _ROLES), fields.ref("ParticipantId")
    name = fields.maybe_string("DisplayName") or ""
    attachments = _attachments(fields, drift)
    if attachments:  # of which each has its own type
        content_type, content = (fields.maybe_string(each) or "" for each in ("ContentType", "Content"))
    else:
        content_type, content = fields.string("ContentType"), fields.string("Content")
    text = _shown(content, content_type)
    drift.tell(fields, _LEFT, usual=_USUAL)
    direction: Direction = "inbound" if role == _CUSTOMER else "outbound"
    party, reason = _party(chat, {participant_ref: name} if role == _CUSTOMER else chat.customers)
    if role == _MACHINE:
        party, reason = [], "bot"
    elif role == _CUSTOMER and reason is None:
        party = known(*party, *claims_of(text, chat.source))
    contact = chat.contact
    return Interaction(
        source=chat.source.name,
        source_ref=source_ref,
        conversation_ref=chat.conversation_ref,
        channel=chat.channel,
        direction=direction,
        occurred_at=occurred_at,
        file=file,
        position=position,
        party=party,
        party_ref=_party_ref(chat, name if role == _CUSTOMER else ""),
        agent_ref=_agent_ref(chat, role, name),
        team=contact.team if contact else None,
        text=text,
        attachments=attachments,
        status=contact.status if contact else None,
        consent=keyword_consent(text, chat.channel, party)
        if direction == "inbound" and chat.channel in ("sms", "chat")
        else [],
        reason=reason,
        source_metadata={
            "contact_ref": chat.head.contact_ref,
            **({} if content_type in ("", *_PLAIN_TYPES) else {"content_type": content_type}),
        },
    )


def _people(lines: list[Any], role: str) -> dict[str, str]:
    """Return who wrote or came in a role, by participant id; what cannot be read here is told where it is mapped."""
    found: dict[str, str] = {}
    for line in lines:
        try:
            fields = Fields(line)
            if fields.maybe_string("ParticipantRole") == role:
                found[fields.ref("ParticipantId")] = fields.maybe_string("DisplayName") or ""
        except UnreadableError:
            continue
    return found


def _agent_ref(chat: Chat, role: str, name: str) -> str | None:
    """Return who of our people wrote: the agent of the chat's record where no other came, else the name shown."""
    if role not in (_AGENT, _SUPERVISOR):
        return None
    told = chat.contact.agent_ref if chat.contact and role == _AGENT and len(chat.agents) == 1 else None
    return told or name or None


def _party(chat: Chat, customers: dict[str, str]) -> tuple[list[Identifier], str | None]:
    """Return who is meant, and why nobody is.

    The participant's id is of this chat alone: it holds together what one person says in it. The name is the one they
    gave the page that opened the chat.
    """
    contact = chat.contact
    if contact and contact.reason == "own_address":
        return [], "own_address"
    if len(customers) > 1:
        return [], "group"
    party: list[Identifier | None] = list(contact.party) if contact else []
    for participant_ref, name in customers.items():
        party.append(plain("visitor", participant_ref, "channel", chat.source.name))
        if one_line(name).casefold() not in _PLACEHOLDERS:
            party.append(identifiers.name(name, "claimed"))
    found = known(*party)
    return found, None if found else "no_identifier"


def _party_ref(chat: Chat, name: str) -> str:
    endpoint = chat.contact.party_ref if chat.contact else ""
    return endpoint or name or next(iter(chat.customers.values()), "") or next(iter(chat.customers), "")


def _attachments(fields: Fields, drift: Drift) -> list[Attachment]:
    kept: list[Attachment] = []
    for each in fields.maybe_items("Attachments"):
        attachment = Fields(each)
        name, size = attachment.maybe_string("AttachmentName") or "", attachment.maybe_number("AttachmentSizeInBytes")
        drift.tell(attachment, _ATTACHMENT_LEFT, usual=names("AttachmentName"))
        kept.append(Attachment(one_line(name.replace("\\", "/").rpartition("/")[2]), size, ""))
    return kept


def _shown(content: str, content_type: str) -> str:
    """Return what a reader of the chat saw: of a list or a form and of its answer, the title; else the content itself."""
    if content_type not in _PLAIN_TYPES and content.lstrip().startswith("{"):
        try:
            shown = orjson.loads(content)["data"]["content"]["title"]
            return clean(shown) if isinstance(shown, str) else clean(content)
        except (orjson.JSONDecodeError, LookupError, TypeError):
            pass
    return clean(content)
