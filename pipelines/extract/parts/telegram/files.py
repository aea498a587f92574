"""The files of a Telegram Desktop export: ``result.json``, and the pictures and documents beside it."""

import re
from pathlib import PurePosixPath
from typing import Any

from pipelines.contract import Attachment
from pipelines.extract.files.documents import MARK, head_of, parse_json
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.values.fields import is_media, names
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line

BESIDE = "a picture or another file beside the chats"
HTML = "an HTML export, which cannot be read: export again with the format 'Machine-readable JSON'"
NOT_TELEGRAM = "no Telegram export: expected 'chats' or 'messages'"
_FOLDERS = names("""
    animations audio_files chats contacts css files images js lists photos profile_pictures round_video_messages stickers
    stories video_files voice_messages
""")
_NOT_INCLUDED = "(File "  # "(File not included. Change data exporting settings to download.)", where the path would be
# Telegram Desktop writes control characters as \x0B, which is no JSON.
_CONTROL = re.compile(rb"(?<!\\)((?:\\\\)*)\\x([0-9A-Fa-f]{2})")


def group(file: SourceFile) -> str:
    """Return what files go together: a zip, or the folder that an export was written to."""
    return file.archive or (file.name if file.name.endswith(".zip") else _root(file))


def is_beside(file: SourceFile) -> bool:
    """Say whether a file is one that came with a message.

    Raises:
        UnreadableError: it is neither that nor a JSON export.
    """
    head = head_of(file)
    opening = head.removeprefix(MARK).lstrip()
    if opening.startswith(b"{"):
        return False
    if is_media(head) or _root(file) != str(PurePosixPath(file.name).parent):
        return True
    raise UnreadableError(HTML if opening.startswith(b"<") else NOT_TELEGRAM)


def parse_piece(raw: bytes) -> Any:
    """Parse one value of an export; UnreadableError where it is not JSON."""
    try:
        return parse_json(raw)
    except UnreadableError:
        return parse_json(_CONTROL.sub(rb"\1\\u00\2", raw))


class Beside:
    """The files that lie beside a ``result.json``: an attachment's size and hash, where the export has the file."""

    def __init__(self, files: dict[str, SourceFile], result: SourceFile, issues: Issues) -> None:
        self._files, self._root, self._group, self._issues = files, _root(result), group(result), issues

    def attachment(self, path: str | None, name: str | None, size: int | None) -> Attachment:
        """Return an attachment by its path in the export, or by what stands there in its place, if anything."""
        if path is None or _NOT_INCLUDED in path:
            return Attachment(_last(name or ""), size, "")
        shown = _last(name or path)
        file = self._files.get(f"{self._root}/{path}")
        if file is None or group(file) != self._group:
            return Attachment(shown, size, "")
        try:
            return Attachment(shown, file.size, file.sha256())
        except (UnreadableError, OSError):
            self._issues.warn(file=file.name, reason="an attachment cannot be read")
            return Attachment(shown, size, "")


def _root(file: SourceFile) -> str:
    """Return the folder of the export that a file belongs to."""
    folders = PurePosixPath(file.name).parts[:-1]
    outside = len(PurePosixPath(file.archive).parts) if file.archive else 1
    inner = next((at for at, part in enumerate(folders) if at >= outside and part in _FOLDERS), len(folders))
    return "/".join(folders[:inner])


def _last(path: str) -> str:
    return re.split(r"[/\\]", one_line(path))[-1]
