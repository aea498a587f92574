"""Files of mail exports: which of them hold messages, and a file that is one message as a whole."""

import re
from collections.abc import Iterator
from dataclasses import replace
from email.utils import formatdate
from pathlib import PurePosixPath
from typing import IO

from pipelines.contract import Interaction
from pipelines.extract.documents import opened
from pipelines.extract.inbox import Export, SourceFile
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.mail import Place, take
from pipelines.settings import Source

FILE_LIMIT = 64 << 20  # bytes of one message; no mail server takes more
MARKS = b"\xef\xbb\xbf\r\n"  # a byte order mark and empty lines before the first header are nothing
_BESIDE = "a file beside the messages"
# What Dovecot, Courier, Thunderbird, Takeout, macOS and Windows lay beside messages, by name.
_NAMES = re.compile(
    r"\.?dovecot[-.](?:index|uidlist|uidvalidity|keywords|mailbox|list|sieve|svbin|acl).*|\.?subscriptions|\.?uidvalidity"
    r"|courierimap\w*|courierpop3\w*|maildirfolder|maildirsize|sieve-?script"
    r"|.*\.msf|msgfilterrules\.dat|table_of_contents|archive_browser\.html|index\.(?:html?|csv|txt)|.*\.emlxpart|info\.plist"
    r"|\.ds_store|thumbs\.db|desktop\.ini|\._.*",
    re.IGNORECASE,
)
_FOLDERS = frozenset(("__macosx", "user settings"))


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
    *folders, last = PurePosixPath(name).parts
    return _NAMES.fullmatch(last) is not None or any(folder.lower() in _FOLDERS for folder in folders[2:])


def whole(file: SourceFile) -> bytes:
    """Return a file that is one message, plain or gzipped.

    Raises:
        UnreadableError: it is longer than any mail, or its gzip stream is damaged.
    """
    with opened(file) as stream:
        return up_to(stream, FILE_LIMIT)


def up_to(stream: IO[bytes], limit: int) -> bytes:
    """Return all of the stream; UnreadableError where that is more than ``limit`` bytes."""
    content = stream.read(limit + 1)
    if len(content) > limit:
        raise UnreadableError(f"the message is longer than {limit} bytes")
    return content


def take_alone(raw: bytes, source: Source, place: Place, issues: Issues, *, is_complete: bool) -> Iterator[Interaction]:
    """Yield the interaction of a message that is a file of its own.

    Args:
        is_complete: something beside it tells its length, so that it cannot have been cut off.
    """
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
