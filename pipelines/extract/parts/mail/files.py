"""Files of mail exports: which of them hold messages, and a file that is one message as a whole."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from functools import lru_cache
from typing import IO

from pipelines.contract import Interaction
from pipelines.extract.files.documents import opened
from pipelines.extract.files.inbox import CHUNK, Export, SourceFile
from pipelines.extract.parts.mail.mail import DRAFT, JUNK, SENT, Place, take
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.settings import Source

FILE_LIMIT = 64 << 20  # bytes of one message; no mail server takes more
_SMALL = 1 << 20  # bytes; few mails have more
MARKS = b"\xef\xbb\xbf\r\n"  # a byte order mark and empty lines before the first header are nothing
_BESIDE = "a file beside the messages"
# What Dovecot, Courier, Thunderbird, Takeout and Proton lay beside messages, by name.
_NAMES = re.compile(
    r"\.?dovecot[-.](?:index|uidlist|uidvalidity|keywords|mailbox|list|sieve|svbin|acl).*|\.?subscriptions|\.?uidvalidity"
    r"|courierimap\w*|courierpop3\w*|maildirfolder|maildirsize|sieve-?script"
    r"|.*\.msf|msgfilterrules\.dat|table_of_contents|archive_browser\.html|index\.(?:html?|csv|txt)|.*\.emlxpart|info\.plist"
    r"|.*\.metadata\.json|labels\.json",
    re.IGNORECASE,
)
_FOLDER = "user settings"
# Folders, and mailboxes that are one file, by their usual names in the languages of the mail programs we know; &APw- is ü
# in a server's spelling.
_FOLDERS = {
    DRAFT: "drafts|draft|entwürfe|entw&apw-rfe|brouillons|borradores|bozze|concepten|rascunhos",
    JUNK: "junk|spam|junk e-?mail|junk-e-mail|bulk mail|spamverdacht|courrier indésirable|correo no deseado",
    SENT: "sent|sent items|sent messages|sent mail|sent-mail|gesendet|gesendete objekte|envoyés|enviados|inviata|verzonden",
    "trashed": "trash|deleted items|deleted messages|papierkorb|gelöscht|corbeille|papelera|cestino|prullenbak|lixeira",
}
_NOTED = {note: re.compile(names) for note, names in _FOLDERS.items()}


def messages_only(export: Export, issues: Issues) -> Export:
    """Return the export without the files that lie beside messages (indexes, settings), each of which is counted."""
    kept = []
    for file in export.files:
        if is_beside(file.name):
            issues.suppress(file=file.name, reason=_BESIDE)
        else:
            kept.append(file)
    return replace(export, files=kept)


def is_beside(name: str) -> bool:
    """Tell whether a file of this name lies beside messages and holds none."""
    *folders, last = parts_of(name)
    return _NAMES.fullmatch(last) is not None or any(folder.lower() == _FOLDER for folder in folders[2:])


@lru_cache(maxsize=256)
def noted(folder: str) -> frozenset[str]:
    """Return what a folder's usual name says of its mail, as ``Place`` takes it: of ``.Archive.Sent`` the last part."""
    last = folder.removeprefix(".").rpartition(".")[2].lower()
    return frozenset(note for note, names in _NOTED.items() if names.fullmatch(last))


def parts_of(name: str) -> list[str]:
    """Return the folders and the last part of a file's name."""
    return [part for part in name.split("/") if part not in ("", ".")]


def small(file: SourceFile) -> bytes | None:
    """Return all of a file that is read in one go; None where ``opened`` has to: it is large, or packed, or has changed."""
    if file.archive or file.size > _SMALL:
        return None
    content = file.first(file.size + 1)
    return None if len(content) != file.size or content.startswith(b"\x1f\x8b") else content


def whole(file: SourceFile) -> bytes:
    """Return a file that is one message, plain or gzipped.

    Raises:
        UnreadableError: it is longer than any mail, or its gzip stream is damaged.
    """
    content = small(file)
    if content is not None:
        return content
    with opened(file) as stream:
        return up_to(stream, FILE_LIMIT)


def up_to(stream: IO[bytes], limit: int) -> bytes:
    """Return all of the stream; UnreadableError where that is more than ``limit`` bytes."""
    pieces: list[bytes] = []
    left = limit + 1
    while more := stream.read(min(left, CHUNK)):  # a reader takes the memory that it is asked for, however little there is
        pieces.append(more)
        left -= len(more)
    if not left:
        raise UnreadableError(f"the message is longer than {limit} bytes")
    return b"".join(pieces)


def take_alone(raw: bytes, source: Source, place: Place, issues: Issues, *, is_complete: bool) -> Iterator[Interaction]:
    """Yield the interaction of a message that is a file of its own.

    Args:
        is_complete: something beside it tells its length, so that it cannot have been cut off.
    """
    if b"\r" in raw and b"\n" not in raw:  # as Macs ended lines until 2001
        raw = raw.replace(b"\r", b"\n")
    for record in take(raw, source, place, issues):
        yield record
        if not is_complete and not raw.endswith(b"\n"):
            issues.warn(file=place.file, reason="the message does not end with its line: whole, or cut off")


def postmark(seconds: int) -> str:
    """Return the time that a file's name or its notes tell, as ``Place`` takes it; "" where it is none."""
    try:
        return formatdate(seconds)
    except (ValueError, OverflowError, OSError):
        return ""
