"""slackdump's dumps: the messages of one conversation in one document, a thread's answers within its first message."""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pipelines.extract.files.documents import MARK, Entry, head_of, json_entries, json_pieces, parse_json
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import UnreadableError

MESSAGES, _REPLIES = "messages", "slackdump_thread_replies"
_REF = re.compile(r"([CDG][A-Z0-9]{7,})(?:-[\d.]+)?", re.ASCII)  # a channel's id, as the program calls the file


@dataclass(frozen=True, slots=True)
class Dump:
    """The conversation of a dump: its id ("" where neither the dump nor its file's name tells it) and its name."""

    ref: str
    name: str = ""


def dump_of(file: SourceFile) -> Dump | None:
    """Return which conversation a file is a dump of; None where it is none. What stands in it is left to ``extract``."""
    if not head_of(file).removeprefix(MARK).lstrip().startswith(b"{"):
        return None
    told: dict[str, set[str]] = {"channel_id": set(), "name": set()}
    is_dump = False
    try:
        for piece in json_pieces(file, (MESSAGES,)):
            name = str(piece.path[0]) if piece.path else ""
            is_dump = is_dump or name == MESSAGES
            if piece.document > 1 and not is_dump:
                return None
            if name in told and isinstance(value := parse_json(piece.raw), str):
                told[name].add(valid(value))
    except UnreadableError:  # the id stands behind the messages: a dump that breaks off lacks it
        pass
    if not is_dump:
        return None
    named = _REF.fullmatch(PurePosixPath(file.name).stem)
    refs = told["channel_id"] or {named[1] if named else ""}
    return Dump(min(refs), min(told["name"], default="")) if len(refs) == 1 else Dump("")


def messages_of(file: SourceFile) -> Iterator[Entry]:
    """Yield the messages of a dump, each thread's answers behind its first message.

    Raises:
        UnreadableError: after the last good message, where the file is cut off or damaged.
    """
    for entry in json_entries(file, (MESSAGES,)):
        try:
            yield from _apart(entry.at, entry.value())
        except UnreadableError:
            yield entry  # whose value tells that it is not JSON


def is_empty(record: Any) -> bool:
    """Say whether a record is what is left of a dump that holds no message."""
    return isinstance(record, dict) and MESSAGES in record and not record[MESSAGES] and "ts" not in record


def _apart(at: str, record: Any) -> Iterator[Entry]:
    pending = deque([(at, record)])
    while pending:
        at, record = pending.popleft()
        replies = record.get(_REPLIES) if isinstance(record, dict) else None
        if isinstance(replies, list):
            record = {name: value for name, value in record.items() if name != _REPLIES}
            pending.extendleft(reversed([(f"reply {number} of {at}", each) for number, each in enumerate(replies, start=1)]))
        yield Entry(at, loaded=record)
