"""The files of a Messenger download: one file's part of a thread, in Meta's two dialects, salvaged where it breaks off."""

import contextlib
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from pipelines.extract.documents import array_items, head_of, parse_json
from pipelines.extract.fields import Fields, is_media, names, valid
from pipelines.extract.inbox import SourceFile
from pipelines.extract.issues import UnreadableError

NOT_A_THREAD = "no Messenger thread: expected its 'messages' and 'participants'"
HTML = "an HTML download, which cannot be read: request the information again with the format JSON"
_FOLDERS = names("archived_threads e2ee_cutover filtered_threads inbox message_requests")
_NUMBER = re.compile(r"_(\d+)\.json$")
THREAD_LEFT = names("image is_still_participant joinable_mode magic_words theme thread_path threadName title")


@dataclass(slots=True)
class Part:
    """One file's part of a thread.

    Attributes:
        ref: the thread as Meta names it: ``thread_path``, or ``threadName`` in the end-to-end-encrypted dialect.
        number: of ``message_2.json`` it is 2, and older than 1.
        participants: their names, ours among them.
        messages: as the file has them, newest first.
        is_whole: False where the file breaks off after its last message.
        left: the thread's fields that no mapping has taken.
    """

    file: SourceFile
    ref: str
    number: int
    participants: list[str]
    is_group: bool
    is_encrypted: bool
    messages: list[Any]
    is_whole: bool
    left: Fields


def read_part(file: SourceFile) -> Part | None:
    """Return a file's part of a thread; None where it is a picture or another file beside the messages.

    Raises:
        UnreadableError: it is neither.
    """
    head = head_of(file)
    if is_media(head):
        return None
    opening = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if opening.startswith(b"<"):
        raise UnreadableError(HTML)
    raw = file.read()
    is_whole = True
    try:
        document = parse_json(raw.removeprefix(b"\xef\xbb\xbf"))
    except UnreadableError:
        document, is_whole = _salvaged(raw, file), False
    fields = Fields(document)
    if not (fields.has("messages") and fields.has("participants")):
        raise UnreadableError(NOT_A_THREAD)
    is_encrypted = not fields.has("thread_path") and fields.has("threadName")
    number = _NUMBER.search(file.name)
    ref = fields.ref("threadName" if is_encrypted else "thread_path")
    thread_type = fields.maybe_string("thread_type") or ""
    participants = [_name(each, is_encrypted=is_encrypted) for each in fields.items("participants")]
    return Part(
        file=file,
        ref=ref if is_encrypted else repaired(ref),
        number=int(number[1]) if number else 1,
        participants=participants,
        is_group=len(participants) > 2 or thread_type.endswith("Group"),
        is_encrypted=is_encrypted,
        messages=fields.items("messages"),
        is_whole=is_whole,
        left=fields,
    )


def repaired(text: str) -> str:
    """Return text whose UTF-8 bytes were each written as a character of their own, whole again; any other as it is."""
    if text.isascii():
        return text
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _name(participant: Any, *, is_encrypted: bool) -> str:
    if isinstance(participant, str):
        return valid(participant if is_encrypted else repaired(participant))
    return valid(repaired(Fields(participant).string("name")))


def _salvaged(raw: bytes, file: SourceFile) -> dict[str, Any]:
    """Return what can be read of a thread's file that breaks off: the participants and messages before the break."""
    text = raw.decode("utf-8", "replace")
    found: dict[str, Any] = {}
    for name in ("participants", "messages"):
        opening = re.search(rf'"{name}"\s*:\s*\[', text)
        if not opening:
            raise UnreadableError(f"not JSON: cut off or damaged, no {name!r} can be read")
        found[name] = _items_before_break(text, opening.end() - 1)
    for name in ("thread_path", "threadName"):
        told = re.search(rf'"{name}"\s*:\s*("(?:[^"\\]|\\.)*")', text)
        if told:
            return found | {name: parse_json(told[1].encode())}
    folder = PurePosixPath(file.name).parent
    if folder.parent.name not in _FOLDERS:
        raise UnreadableError("not JSON: cut off or damaged, and neither it nor its folder tells the thread")
    return found | {"thread_path": f"{folder.parent.name}/{folder.name}"}


def _items_before_break(text: str, start: int) -> list[Any]:
    items: list[Any] = []
    with contextlib.suppress(UnreadableError):
        items.extend(array_items(text, start, is_all=False))
    return items
