"""The files of a WhatsApp export: which are chats, what thread each one is, and what lies beside them."""

import re
from pathlib import PurePosixPath

from pipelines.contract import Attachment
from pipelines.extract.files.documents import head_of
from pipelines.extract.files.inbox import Export, SourceFile
from pipelines.extract.parts.whatsapp.titles import named_in
from pipelines.extract.values.fields import is_media, valid
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line

BESIDE = "a picture or another file beside the chat"
_CHAT = "_chat"  # what iPhones name every chat
_NIGHT = re.compile(r"\d{4}-\d\d-\d\d")  # a folder of many chats


def group(file: SourceFile) -> str:
    """Return what files go together: a zip, or the folder of a ``_chat.txt`` and its pictures; other chats stand alone."""
    path = _path(file)
    stands_alone = (
        path.suffix == ".zip" or (path.suffix == ".txt" and path.stem != _CHAT) or _NIGHT.fullmatch(path.parent.name)
    )
    return file.archive or (file.name if stands_alone else str(path.parent))


def thread_of(file: SourceFile, export: Export) -> str:
    """Return the chat's thread: the name of its file, or of the zip or folder in which it is ``_chat.txt``."""
    path = _path(file)
    if path.stem != _CHAT:
        return valid(path.stem)
    if str(path.parent) == file.archive:
        return valid(path.parent.stem)
    return valid(path.stem if path.parent.name == export.night.isoformat() else path.parent.name)


def is_beside(file: SourceFile) -> bool:
    """Say whether a file is no chat by its content, or in a zip by its name."""
    return is_media(head_of(file)) or bool(file.archive and _path(file).suffix != ".txt")


def may_be_another(file: SourceFile) -> bool:
    """Say whether a text may be something that somebody sent: one in a zip that is not named like a chat."""
    stem = _path(file).stem
    return bool(file.archive) and stem != _CHAT and not named_in(stem)


def _path(file: SourceFile) -> PurePosixPath:
    """Return a file's path as it was before somebody gzipped it."""
    return PurePosixPath(file.name[:-3] if file.name.lower().endswith(".gz") else file.name)


class Attached:
    """The files that came along with the chats: an attachment's size and hash, where the export has the file."""

    def __init__(self, export: Export, issues: Issues) -> None:
        self._files = {(group(file), PurePosixPath(file.name).name): file for file in export.files}
        self._issues = issues

    def completed(self, attachment: Attachment, together: str) -> Attachment:
        """Return it with size and hash, where it is among the files of the group ``together``."""
        file = self._files.get((together, attachment.name))
        if file is None or file.name == together:
            return attachment
        try:
            return Attachment(attachment.name, file.size, file.sha256())
        except (UnreadableError, OSError):
            self._issues.warn(file=file.name, reason="an attachment cannot be read")
            return attachment


def file_name(written: str) -> str:
    """Return the last part of an attachment's path."""
    return re.split(r"[/\\]", one_line(written))[-1]
