"""The chats in a WhatsApp export's files: a text, or the zip around it, with the thread that the name tells."""

import zipfile
from collections.abc import Iterator
from pathlib import PurePosixPath

from pipelines.extract.documents import head_of
from pipelines.extract.fields import is_media, valid
from pipelines.extract.inbox import Export, SourceFile
from pipelines.extract.issues import Issues, UnreadableError

MEMBER_LIMIT = 512 << 20  # bytes of a chat in a zip
BESIDE = "a picture or another file beside the chat"


def chats_of(file: SourceFile, export: Export, issues: Issues) -> Iterator[tuple[str, str, str]]:
    """Yield each chat of a file: its thread, what its positions end with, and its text."""
    head = head_of(file)
    if head.startswith(b"PK\x03\x04"):
        yield from _zipped_chats(file, issues)
    elif is_media(head):
        issues.suppress(file=file.name, reason=BESIDE)
    else:
        path = PurePosixPath(file.name)
        folder = path.parent.name
        thread = folder if path.stem == "_chat" and folder != export.night.isoformat() else path.stem
        yield valid(thread), "", _decoded(file.read(), file, issues)


def _zipped_chats(file: SourceFile, issues: Issues) -> Iterator[tuple[str, str, str]]:
    try:
        with file.open() as stream, zipfile.ZipFile(stream) as archive:
            number = 0
            for member in archive.infolist():
                path = PurePosixPath(member.filename)
                if path.suffix != ".txt":
                    issues.suppress(file=file.name, reason=BESIDE)
                    continue
                if member.file_size > MEMBER_LIMIT:
                    raise UnreadableError("a chat in the zip is larger than 512 MB")
                number += 1
                with archive.open(member) as content:
                    raw = content.read(MEMBER_LIMIT)
                thread = PurePosixPath(file.name).stem if path.stem == "_chat" else path.stem
                yield valid(thread), f" of chat {number} in the zip", _decoded(raw, file, issues)
    except (zipfile.BadZipFile, RuntimeError, EOFError):
        raise UnreadableError("the zip is damaged, cut off or locked") from None


def _decoded(raw: bytes, file: SourceFile, issues: Issues) -> str:
    try:
        return valid(raw.decode())
    except UnicodeDecodeError:
        issues.warn(file=file.name, reason="bytes that are not UTF-8 were replaced")
        return valid(raw.decode("utf-8", "replace"))
