"""Telegram's chats: what an export says around their messages, who each one is with, and who is ours."""

import contextlib
import re
from dataclasses import dataclass, field
from typing import Any

from pipelines.contract import Identifier
from pipelines.extract.files.documents import json_pieces
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.files.json_stream import Path
from pipelines.extract.parts.telegram.files import NOT_TELEGRAM, parse_piece
from pipelines.extract.parts.telegram.headers import Headers
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names, valid
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

SCOPE = "telegram"
CHATS = ("chats", "left_chats")
_CONTAINERS = ("contacts", *CHATS)
_CONTAINER_FIELDS = ("about", "list")
# Each type of a chat, by why there is no customer behind it; None where there is one.
_TYPES: dict[str, str | None] = {
    "personal_chat": None,
    "bot_chat": "bot",
    "replies": "bot",
    **dict.fromkeys(("verification_codes", "verify_codes"), "bot"),
    "saved_messages": "own_address",
    "private_group": "group",
    "private_supergroup": "group",
    "public_group": "group",
    "public_supergroup": "group",
    "private_channel": "newsletter",
    "public_channel": "newsletter",
}
_NAMELESS = ("saved_messages", "replies", "verification_codes", "verify_codes")
_KINDS = {name: name for name in _TYPES}
_USUAL = names("id messages name type")
_MESSAGES = names("messages")
_ROOT_LEFT = names("""
    about contacts chats drafts frequent_contacts ips left_chats other_data personal_information profile_music
    profile_pictures sessions stories web_sessions
""")
_PERSON_LEFT = names("bio first_name last_name phone_number username")
_CONTACT_USUAL = names("first_name last_name phone_number")
_NUMBER = 0xFFFFFFFF
_OUR_ID = re.compile(r"(?:user|channel|chat)\d+")


@dataclass(slots=True)
class Talk:
    """What all messages of a chat share.

    Attributes:
        ref: the chat's id; where the export leaves it out, its name.
        kind: its type; "" where the export leaves it out.
        person_ref: the account of the person it is with; "" where it is not with one.
        error: why none of its messages can be read; "" where they can.
    """

    ref: str = ""
    has_id: bool = False
    name: str = ""
    kind: str = ""
    person_ref: str = ""
    error: str = ""

    def take_old_id(self) -> None:
        """Take the id for one as exports until 2021 write it: 32 bits of it are the number, those before tell the kind."""
        if self.has_id and self.ref.isdecimal():
            self.ref = str(int(self.ref) & _NUMBER)
            self.person_ref = f"user{self.ref}" if self.person_ref else ""

    @property
    def reason(self) -> str | None:
        """Why there is no customer in it."""
        return _TYPES.get(self.kind)

    @property
    def is_public(self) -> bool:
        """Whether anybody can read it."""
        return self.kind.startswith("public_")


@dataclass(slots=True)
class Account:
    """What is known of whoever exported, and of the people in their address book, by account."""

    source: Source
    own: Own
    ids: frozenset[str]
    phones: dict[str, Identifier] = field(default_factory=dict)

    def is_ours(self, ref: str, name: str) -> bool:
        """Say whether an account or, where none of ours is known by its id, a name is ours."""
        return ref in self.ids if self.ids else self.own.is_ref(ref) or self.own.is_name(name)

    def person(self, ref: str, name: str) -> list[Identifier]:
        """Return the identifiers of one person; a group's or channel's own voice has its name alone."""
        account = identifiers.account(ref, SCOPE, "channel") if ref.startswith("user") else None
        return known(account, identifiers.name(name, "channel"), self.phones.get(ref))


@dataclass(slots=True)
class Overview:
    """What a look through a file tells: whose it is, and its chats.

    Attributes:
        topics: of each forum read so far, by where it stands, the title of each topic by the message that opened it.
    """

    account: Account
    headers: Headers
    topics: dict[Path, dict[str, str]] = field(default_factory=dict)

    def talk(self, path: Path) -> Talk:
        """Return what all messages of the chat share that stands there; KeyError where there is none."""
        return _talk(self.headers.of(path), path)


def overview_of(file: SourceFile, source: Source, drift: Drift, issues: Issues) -> Overview:
    """Look through a file for everything but its messages, wherever it stands.

    Raises:
        UnreadableError: it is no Telegram export.
    """
    headers = Headers()
    account = Account(source, Own.of(source), frozenset())
    account.ids = frozenset(word for word in account.own.words if _OUR_ID.fullmatch(word))
    root: dict[str, Any] = {}
    lists: dict[str, bool] = {}  # of each container, whether its list is there
    opened = {"contacts.list", *(f"{name}.list.*" for name in CHATS)}
    with contextlib.suppress(UnreadableError):  # told by the pass that counts the messages
        for piece in json_pieces(file, opened):
            path, name = piece.path, str(piece.path[0]) if piece.path else ""
            if name not in _CONTAINERS:
                root[name] = _value(name, piece.raw)
                continue
            root[name] = None
            lists[name] = lists.get(name, False) or path[1:2] == ("list",)
            if reason := _misfit(path, piece.raw):
                issues.quarantine(piece.raw, file=file.name, at=f"field {name}", reason=reason)
            elif name == "contacts" and len(path) == 3:
                with contextlib.suppress(UnreadableError):
                    parse_contact(parse_piece(piece.raw), account)
            elif len(path) > 2:
                headers.add(path[:3], {str(path[3]): _value(str(path[3]), piece.raw)} if len(path) > 3 else {})
            elif path[1] not in _CONTAINER_FIELDS:
                drift.tell(Fields({str(path[1]): None}), frozenset())
    for name, has_list in lists.items():
        if not has_list:
            issues.warn(file=file.name, reason=f"field 'list' of {name!r} is gone")
    if "messages" in root:
        headers.add((), {name: value for name, value in root.items() if name not in _ROOT_LEFT})
    elif not any(name in root for name in CHATS):
        raise UnreadableError(NOT_TELEGRAM)
    else:
        drift.tell(Fields(root), _ROOT_LEFT)
    _learn_whose(root.get("personal_information"), account, drift, issues, file)
    for path in headers.paths():
        _talk(headers.of(path), path, drift)
    return Overview(account, headers)


def parse_contact(record: Any, account: Account, drift: Drift | None = None) -> None:
    """Map one row of the address book: the number of an account; UnreadableError where it is not what we know."""
    fields = Fields(record)
    user, number = fields.maybe_ref("user_id"), fields.maybe_string("phone_number")
    if user and number:
        phone = identifiers.phone(number if number.startswith("+") else f"+{number}", account.source.region, "reference")
        if phone:
            account.phones[f"user{user}"] = phone
    if drift:
        is_empty = fields.names <= {"date", "date_unixtime"}
        left = names("date date_unixtime first_name last_name")
        drift.tell(fields, left, usual=frozenset() if is_empty else _CONTACT_USUAL)


def _misfit(path: Path, raw: bytes) -> str:
    """Say what is wrong with a piece of a container, which is a record with a list in it; "" where it is as it should be."""
    if len(path) == 1:
        return "expected a record with a 'list'"
    if path[1] != "list":
        return ""
    if (len(path) == 2 and raw != b"[]") or (len(path) > 2 and not isinstance(path[2], int)):
        return "field 'list' is not a list"
    return "not a record" if len(path) == 3 and path[0] in CHATS and raw != b"{}" else ""


def _value(name: str, raw: bytes) -> Any:
    """Return what a field says; of those with records in them, only that they are there."""
    if name in ("messages", *(_ROOT_LEFT - {"personal_information"})):
        return None
    try:
        return parse_piece(raw)
    except UnreadableError:
        return UnreadableError  # no value of any field's type


def _learn_whose(record: Any, account: Account, drift: Drift, issues: Issues, file: SourceFile) -> None:
    if record is None:
        return
    try:
        fields = Fields(record)
        account.ids |= {f"user{fields.ref('user_id')}"}
        drift.tell(fields, _PERSON_LEFT)
    except UnreadableError:
        issues.warn(file=file.name, reason="'personal_information' cannot be read: who is ours is told by 'own' alone")


def _talk(header: dict[str, Any], path: Path, drift: Drift | None = None) -> Talk:
    talk = Talk(ref=f"chat {path[-1]}" if path else "chat")
    fields = Fields(header)
    try:
        ref = fields.maybe_ref("id")
        talk.name = one_line(fields.maybe_string("name") or "")
        talk.kind = fields.choice("type", _KINDS) if fields.has("type") else ""
        talk.ref, talk.has_id = ref or valid(talk.name) or talk.ref, ref is not None
        talk.person_ref = f"user{ref}" if ref and talk.kind == "personal_chat" else ""
    except UnreadableError as error:
        talk.error = str(error)
    if drift:
        drift.tell(fields, _MESSAGES, usual=_USUAL - {"name"} if talk.kind in _NAMELESS else _USUAL)
    return talk
