"""What must be known of a Slack export before its messages can be read: its people, its conversations, who began threads."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache, partial
from pathlib import PurePosixPath
from typing import Any

from pipelines.extract.files.documents import Entry, head_of, json_entries
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.slack.dumps import Dump, dump_of, messages_of
from pipelines.extract.parts.slack.users import (
    Side,
    User,
    home_teams,
    is_user,
    lists_staff,
    merged,
    parse_user,
    side_of,
    user_of_message,
)
from pipelines.extract.values.fields import Drift, Fields, names, valid
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError

_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*[\[{]")
_AUTHOR = re.compile(rb'"(?:user|created_by)"\s*:\s*"([^"]*)"')
_LISTS = {"dms": "dm", "mpims": "group dm"}  # what the file is called, where its rows alone do not tell
_LEFT = names("""
    context_team_id conversation_host_id created creator date_archived date_created is_archived is_channel is_ext_shared
    is_general is_global_shared is_group is_im is_mpim is_open is_org_default is_org_mandatory is_org_shared
    is_pending_ext_shared is_private is_shared last_read latest locale name_normalized num_members parent_conversation
    pending_connected_team_ids pending_shared pins previous_names priority properties purpose shared_team_ids topic
    unlinked updated user
""")


@dataclass(frozen=True, slots=True)
class Conversation:
    """A channel or a direct message.

    Attributes:
        ref: Slack's id, which stays when a channel is renamed; the folder's name where no list has it.
        name: a channel's; "" of a direct message.
        members: the ids of those in it, as of the export.
    """

    ref: str
    name: str = ""
    members: frozenset[str] = frozenset()
    is_direct: bool = False


@dataclass(slots=True)
class Thread:
    """Who from outside writes in a thread: its starter, and of the others the first two."""

    starter: str = ""
    others: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Workspace:
    """What is known of an export.

    Attributes:
        users: by id.
        trouble: why nobody can tell who is ours; "" where it can be told.
        conversations: by the folder in which the lists lie, and the name of the conversation's own folder in it.
        listed: the same, by that folder and Slack's id.
        dumps: by the name of a file that is one.
        threads: by the conversation's folder and ``thread_ts``; only those in which somebody from outside writes.
        channel_names: by the channel's id.
        sides: on which side each user stands, by id.
        outside: the ids of those from outside.
    """

    users: dict[str, User] = field(default_factory=dict)
    trouble: str = ""
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    listed: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    dumps: dict[str, Dump] = field(default_factory=dict)
    threads: dict[tuple[str, str], Thread] = field(default_factory=dict)
    channel_names: dict[str, str] = field(default_factory=dict)
    sides: dict[str, Side] = field(default_factory=dict)
    outside: frozenset[str] = frozenset()

    def conversation(self, file: str) -> Conversation:
        """Return the conversation whose messages lie in ``file``; UnreadableError where a dump does not tell."""
        if file in self.dumps:
            return self._dumped(file, self.dumps[file])
        above, name = _folder_of(file)
        found = self.conversations.get((above, name))
        if found:
            return found
        is_direct = bool(re.fullmatch("D[A-Z0-9]{7,}", name)) or name.startswith("mpdm-")
        return Conversation(name, "" if is_direct else name, is_direct=is_direct)

    def _dumped(self, file: str, dump: Dump) -> Conversation:
        if not dump.ref:
            raise UnreadableError(
                "a dump that does not tell of which one channel it is: one a file, named by the channel's id"
            )
        is_direct = dump.ref.startswith("D") or dump.name.startswith("mpdm-")
        unlisted = Conversation(dump.ref, "" if is_direct else dump.name, is_direct=is_direct)
        return self.listed.get((str(PurePosixPath(file).parent), dump.ref), unlisted)

    def thread_key(self, file: str, thread_ts: str) -> tuple[str, str]:
        """Return the key of a thread in ``threads``."""
        above, name = _folder_of(file)
        dump = self.dumps.get(file)
        return (f"{above}/{name}", thread_ts) if dump is None else (f"{above}/{name}/{dump.ref}", thread_ts)

    def name_of(self, user_ref: str) -> str:
        """Return the name under which others see a user; "" where the export has none."""
        user = self.users.get(user_ref)
        return user.shown if user else ""


def survey(export: Export) -> Workspace:
    """Look through all files; what cannot be read is left to the pass that counts it."""
    workspace = Workspace()
    listing, rest = set(), [file for file in export.files if is_json(file)]
    for file in rest:
        if is_day(file.name):
            continue
        if dump := dump_of(file):
            workspace.dumps[file.name] = dump
        elif _take_lists(file, workspace):
            listing.add(file.name)
    own, people = Own.of(export.source), workspace.users.values()
    home = home_teams(people)
    has_staff = lists_staff(people, home, own)
    if not people:
        workspace.trouble = "no users.json with the people of the workspace: who is ours cannot be told"
    elif not (home or has_staff or own.domains):
        workspace.trouble = "users.json tells no workspace (team_id): who is ours cannot be told, list the staff in 'own'"
    side = lru_cache(maxsize=1 << 14)(partial(side_of, home=home, own=own, has_staff=has_staff))
    for file in rest:
        if file.name not in listing:
            _take_messages(file, workspace, side)
    workspace.sides = {ref: side(user) for ref, user in workspace.users.items()}
    workspace.outside = frozenset(ref for ref, side in workspace.sides.items() if side == "outside")
    return workspace


def is_day(name: str) -> bool:
    """Say whether a file is named as those with a conversation's messages are, by its day."""
    return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}\.json", PurePosixPath(name).name))


def is_json(file: SourceFile) -> bool:
    """Say whether a file may hold a list or a record."""
    try:
        return bool(_JSON.match(head_of(file)))
    except OSError:
        return False


def is_conversation(record: Any) -> bool:
    """Say whether a record is the row of a channel or direct message."""
    return isinstance(record, dict) and "members" in record and "ts" not in record and "profile" not in record


def parse_conversation(record: Any, file: str, drift: Drift | None = None) -> tuple[str, Conversation]:
    """Map one row of the lists: the name of the folder in which its messages lie, and what it says."""
    fields = Fields(record)
    kind = _LISTS.get(PurePosixPath(file).stem, "")
    ref = fields.ref("id")
    name = "" if kind == "dm" else fields.string("name")
    is_direct = bool(kind) or name.startswith("mpdm-") or ref.startswith("D")
    members = frozenset(fields.strings("members"))
    if drift:
        drift.tell(fields, _LEFT, usual=names("members"))
    return name or ref, Conversation(ref, "" if is_direct else name, members, is_direct)


@lru_cache(maxsize=64)
def _folder_of(file: str) -> tuple[str, str]:
    """Return the folder of a conversation's file: the one above it, and its name."""
    folder = PurePosixPath(file).parent
    return str(folder.parent), folder.name


def author_of(fields: dict[str, Any]) -> str:
    """Return the id of a message's author, wherever it stands; "" where there is none."""
    inner: dict[str, Any] = next((fields[name] for name in ("comment", "room") if isinstance(fields.get(name), dict)), {})
    found = inner.get("created_by") or fields.get("user") or inner.get("user")
    return valid(found) if isinstance(found, str) else ""


def _seen_user(message: dict[str, Any], known: User | None) -> User | None:
    """Return a message's author from the row and from what the message itself shows of them."""
    profile = message.get("user_profile")
    if known and not known.is_closed and not profile:
        return known  # of whom the message could tell nothing
    user_ref = author_of(message)
    team = message.get("user_team") or message.get("source_team") or message.get("team")
    seen, written = None, message.get("user")
    if user_ref and isinstance(written, str) and valid(written) == user_ref and (profile or team):
        seen = user_of_message(user_ref, Fields(profile or {}), team if isinstance(team, str) else "")
    return merged(known, seen)


def _take_lists(file: SourceFile, workspace: Workspace) -> bool:
    """Take the users and conversations that a file lists, and say whether there were any."""
    found = False
    for entry in _entries(file):
        if b'"ts"' in entry.raw:
            continue
        try:
            record = entry.value()
            if is_user(record):
                user = parse_user(record)
                workspace.users[user.user_ref] = user
                found = True
            elif is_conversation(record):
                folder, conversation = parse_conversation(record, file.name)
                above = str(PurePosixPath(file.name).parent)
                workspace.conversations[above, folder] = workspace.listed[above, conversation.ref] = conversation
                workspace.channel_names[conversation.ref] = conversation.name
                found = True
        except UnreadableError:
            continue
    return found


def _take_messages(file: SourceFile, workspace: Workspace, side: Callable[[User], Side]) -> None:
    """Take the people whom only messages show, and those from outside who write in threads."""
    for entry in _entries(file, is_dump=file.name in workspace.dumps):
        author = _AUTHOR.search(entry.raw)
        known = workspace.users.get(author[1].decode("utf-8", "replace")) if author else None
        is_settled = known is not None and not known.is_closed
        if entry.raw and is_settled and b'"thread_ts"' not in entry.raw:
            continue
        try:
            message = entry.value()
            if isinstance(message, dict):
                _take_message(message, file.name, workspace, side)
        except UnreadableError:
            continue


def _take_message(message: dict[str, Any], file: str, workspace: Workspace, side: Callable[[User], Side]) -> None:
    user = _seen_user(message, workspace.users.get(author_of(message)))
    if user is None:
        return
    workspace.users[user.user_ref] = user
    thread_ts = message.get("thread_ts")
    if not isinstance(thread_ts, str) or side(user) != "outside":
        return
    thread = workspace.threads.setdefault(workspace.thread_key(file, thread_ts), Thread())
    if message.get("ts") == thread_ts:
        thread.starter = user.user_ref
    elif user.user_ref not in thread.others and len(thread.others) < 2:
        thread.others.append(user.user_ref)


def _entries(file: SourceFile, *, is_dump: bool = False) -> Iterator[Entry]:
    try:
        yield from messages_of(file) if is_dump else json_entries(file)
    except (UnreadableError, OSError):
        return
