"""WhatsApp: one exported chat a file (``_chat.txt``, "WhatsApp Chat with ….txt", or the zip around it).

The export has no ids, no zone, and on Android no seconds: the chat's title is in the file's name, the zone and, where
the file does not tell it, the order of dates come from the source. Who wrote is a name as the phone shows it, or a number.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pipelines.contract import Attachment, Identifier, Interaction, Record, hashed_ref
from pipelines.errors import ConfigurationError
from pipelines.extract import identifiers
from pipelines.extract.claims import claims_of
from pipelines.extract.fields import known
from pipelines.extract.identifiers import Own
from pipelines.extract.inbox import Export, SourceFile, each_file
from pipelines.extract.instants import local_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.keywords import keyword_consent
from pipelines.extract.text import clean, one_line
from pipelines.extract.whatsapp_files import chats_of
from pipelines.extract.whatsapp_lines import MARKS, date_order, parse_chat, split_author
from pipelines.settings import Source

SCOPE = "whatsapp"
_TITLE = re.compile(
    r"(?:WhatsApp Chat (?:with|mit|met|-)|WhatsApp-[Cc]hat (?:mit|met)|Chat de WhatsApp con|Chat WhatsApp con|"
    r"Discussion WhatsApp avec|Conversa do WhatsApp com) (.+)"
)
_NOTICE = re.compile(
    r"messages (?:and calls|to this (?:chat|group)|you send)|this (?:chat|business|group)|your security code|"
    r"nachrichten und anrufe|los mensajes y las llamadas|les messages et les appels|i messaggi e le chiamate|"
    r"as mensagens e as",
    re.IGNORECASE,
)
_GROUP = re.compile(r"created (?:this )?group\b|added you|you were added", re.IGNORECASE)
_ATTACHED = re.compile(r"<attached: ([^>\n]{1,255})>|^([^\n]{1,255}) \(file attached\)", re.MULTILINE)
_OMITTED = re.compile(r"(?:<Media omitted>|(?:image|video|audio|sticker|GIF|document|Contact card) omitted)\s*")
_EDITED = "<This message was edited>"
_DELETED = re.compile(r"(?:This message was deleted|You deleted this message)\.?\s*")


@dataclass(frozen=True, slots=True)
class Talk:
    """What all messages of a chat share.

    Attributes:
        thread: the chat's name among the source's files, the same in every export of it.
        title: whom it is with, as the phone shows it.
        party, party_ref: the person on the other side; empty where there is none.
        reason: why there is none ("group", or a chat with ourselves).
    """

    thread: str
    title: str
    file: str
    source: Source
    own: Own
    party: list[Identifier]
    party_ref: str
    reason: str | None = None

    @property
    def is_group(self) -> bool:
        """Whether more than one person is on the other side."""
        return self.reason == "group"


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat; ``flag`` is what is doubtful about its local time, ``text`` without WhatsApp's marks."""

    ref: str
    position: str
    instant: datetime
    flag: str | None
    author: str
    text: str


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message; lines that WhatsApp itself wrote are suppressed.

    Raises:
        ConfigurationError: the source declares no ``timezone``.
    """
    zone = export.source.zone
    if zone is None:
        raise ConfigurationError(f"sources.{export.source.name}.timezone is missing: a WhatsApp export carries no zone")

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        for thread, place, text in chats_of(file, export, issues):
            yield from _parse(file, thread, place, text, export.source, zone, issues)

    yield from each_file(export, issues, parse)


def _parse(
    file: SourceFile, thread: str, place: str, content: str, source: Source, zone: ZoneInfo, issues: Issues
) -> Iterator[Record]:
    chat = parse_chat(content)
    order = date_order(chat.entries, source.date_order)
    said = [split_author(entry.body) for entry in chat.entries]
    talk = _talk(said, thread, file.name, source)
    for line in chat.strays:
        issues.quarantine(b"", file=file.name, at=f"line {line}{place}", reason="a line before the first message")
    seen: Counter[str] = Counter()
    for entry, (author, text) in zip(chat.entries, said, strict=True):
        position = f"line {entry.line}{place}"
        is_cut = author is None and chat.is_open and entry is chat.entries[-1]
        if not is_cut and (author is None or _is_notice(author, text, talk)):
            issues.suppress(file=file.name, reason="a line that WhatsApp itself wrote")
            continue
        try:
            author = _author(author, talk)
            instant, flag = local_instant(entry.moment(order), zone)
        except UnreadableError as error:
            issues.quarantine(entry.body, file=file.name, at=position, reason=error)
            continue
        text = MARKS.sub("", text)
        ref = hashed_ref(source.name, thread, instant, author, text)
        nth, seen[ref] = seen[ref], seen[ref] + 1
        if nth:
            ref = hashed_ref(source.name, thread, instant, author, text, nth)
        yield _interaction(Message(ref, position, instant, flag, author, text), talk)
    if chat.is_cut:
        at = f"after line {chat.entries[-1].line}{place}"
        issues.quarantine(b"", file=file.name, at=at, reason="cut off within the date of a message")


def _author(author: str | None, talk: Talk) -> str:
    """Return who wrote; UnreadableError where nobody can have written it."""
    if author is None:
        raise UnreadableError("cut off: neither an author nor a line end")
    if not (talk.is_group or author == talk.party_ref or talk.own.is_ref(author)):
        raise UnreadableError(f"by neither the chat's person nor one of our names (sources.{talk.source.name}.own)")
    return author


def _talk(said: list[tuple[str | None, str]], thread: str, file: str, source: Source) -> Talk:
    """Say who is on the other side of a chat, by the author and text of each of its entries.

    It is with one person where at most one other wrote in it, or where its title is one of those who wrote.
    """
    own = Own.of(source)
    named = _TITLE.fullmatch(one_line(thread))
    title = named[1] if named else one_line(thread)
    people: dict[str, bool] = {}  # each author, and whether anything is surely their own and not WhatsApp's in their name
    is_group = False
    for author, text in said:
        if author:
            people[author] = people.get(author, False) or not MARKS.match(text)
        elif _GROUP.search(text):
            is_group = True
    others = [author for author in people if not own.is_ref(author)]
    is_titled = bool(named) and title in others and people[title]
    talk = Talk(thread, title, file, source, own, party=[], party_ref="")
    if is_group or (len(others) > 1 and not is_titled):
        return replace(talk, reason="group")
    shown = title if is_titled or not others else others[0]
    if own.is_ref(shown):
        return replace(talk, party_ref=shown, reason="own_address")
    return replace(talk, party=_person(shown, talk), party_ref=shown)


def _person(shown: str, talk: Talk) -> list[Identifier]:
    """Return the identifiers of one person: a number where the phone shows one, else the name and the chat itself."""
    region = talk.source.region
    number = identifiers.phone(shown, region, "channel")
    if number:
        return [number]
    name = identifiers.name(shown.lstrip("~ "), "channel")  # "~ Jo": the phone does not know her, she calls herself so
    if talk.is_group:
        return known(name)
    number = identifiers.phone(talk.title, region, "channel")
    return known(number or identifiers.account(talk.title, SCOPE, "channel"), name)


def _is_notice(author: str, text: str, talk: Talk) -> bool:
    """Say whether WhatsApp wrote this in somebody's name: on iPhones, what it tells of a chat bears the chat's title."""
    if not MARKS.match(text):
        return False
    return bool(_NOTICE.match(MARKS.sub("", text))) or (talk.is_group and author == talk.title)


def _interaction(message: Message, talk: Talk) -> Interaction:
    is_ours = talk.own.is_ref(message.author)
    text, attachments, metadata = parse_body(message.text)
    party, party_ref = talk.party, talk.party_ref
    if not is_ours:
        if talk.is_group:
            party, party_ref = _person(message.author, talk), message.author
        else:
            party = known(*party, *claims_of(text, talk.source))
    if message.flag:
        metadata["local_time"] = message.flag
    channel = talk.source.channel or "chat"
    return Interaction(
        source=talk.source.name,
        source_ref=message.ref,
        conversation_ref=talk.thread,
        channel=channel,
        direction="outbound" if is_ours else "inbound",
        occurred_at=message.instant,
        file=talk.file,
        position=message.position,
        party=party,
        party_ref=party_ref,
        agent_ref=message.author if is_ours else None,
        text=text,
        attachments=attachments,
        consent=[] if is_ours or talk.reason else keyword_consent(text, channel, party),
        reason=talk.reason,
        source_metadata=metadata,
    )


def parse_body(body: str) -> tuple[str, list[Attachment], dict[str, str | bool]]:
    """Return what a message says, the files that came with it, and what WhatsApp notes of it ("edited", "deleted")."""
    metadata: dict[str, str | bool] = {}
    attachments: list[Attachment] = []
    text = body
    if text.rstrip().endswith(_EDITED):
        text = text.rstrip().removesuffix(_EDITED)
        metadata["edited"] = True
    if _DELETED.fullmatch(text):
        return "", [], metadata | {"deleted": True}
    if _OMITTED.fullmatch(text):
        return "", [Attachment("", None, "")], metadata
    for attached in _ATTACHED.finditer(text):
        attachments.append(Attachment(one_line(attached[1] or attached[2]), None, ""))
    if attachments:
        text = _ATTACHED.sub("", text)
    return clean(text).strip(), attachments, metadata
