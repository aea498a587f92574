"""The files of a Meta download (Messenger, Instagram): which hold a thread's messages, and what lies beside them."""

import re
from pathlib import PurePosixPath

from pipelines.extract.files.documents import MARK, head_of
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.values.fields import is_media, names
from pipelines.extract.values.issues import UnreadableError

HTML = "an HTML download, which cannot be read: request the information again with the format JSON"
NOT_A_THREAD = "no thread of Meta's download: expected its 'messages' and 'participants'"
SENT = "a picture or another file beside the messages"
ELSEWHERE = "a part of the download without conversations"
_BOXES = names("archived_threads broadcast e2ee_cutover filtered_threads inbox message_requests")
_SENT = names("audio files gifs media photos stickers_used videos")  # what was sent in a thread lies in these
_REST = names("""
    ads_information apps_and_websites_off_of_facebook apps_and_websites_off_of_instagram connections logged_information
    personal_information preferences security_and_login_information your_facebook_activity your_instagram_activity
""")  # the folders of a whole download, in which messages/ is one of many
_ACTIVITY = "_activity_across_facebook"  # the end of one more: "your" of a person, "this_profile's" of a page
_OF_A_THREAD = names("messages participants thread_path threadName")
_MESSAGE_FILE = re.compile(r"message_(\d+)\.(?:json|html)(?:\.gz)?", re.IGNORECASE)


def group(file: SourceFile) -> str:
    """Return the folder whose files are read together: a thread's, with what was sent in it."""
    path = PurePosixPath(file.name)
    found = _thread_folder(path)
    if found:
        return str(found)
    return str(path.parent.parent if path.parent.name in _SENT else path.parent)


def number_of(file: SourceFile) -> int | None:
    """Return 2 of ``message_2.json``, which is older than 1; None where the file is named otherwise and stands alone."""
    match = _MESSAGE_FILE.fullmatch(PurePosixPath(file.name).name)
    return int(match[1]) if match else None


def told_by_folder(file: SourceFile) -> str | None:
    """Return the thread as its folder tells it, which is what Meta calls its path ("inbox/annlee_77"); None elsewhere."""
    folder = _thread_folder(PurePosixPath(file.name))
    return f"{folder.parent.name}/{folder.name}" if folder else None


def left_out(file: SourceFile) -> str | None:
    """Say why a file is not looked into: it was sent in a thread, or is another part of the download; None otherwise.

    Raises:
        UnreadableError: it is a thread as a page of HTML.
    """
    path = PurePosixPath(file.name)
    head = head_of(file)
    if _was_sent(path) or is_media(head):
        return SENT
    if head.removeprefix(MARK).lstrip().startswith(b"<"):
        if _is_of_a_thread(path) or not _is_of_a_download(path):
            raise UnreadableError(HTML)
        return ELSEWHERE
    return None


def is_elsewhere(file: SourceFile, told: set[str]) -> bool:
    """Say whether a document that tells ``told`` is another part of the download: not one of a thread by anything."""
    path = PurePosixPath(file.name)
    is_within = "messages" in path.parts[:-1] or _is_of_a_download(path)
    return is_within and not (_OF_A_THREAD & told or _is_of_a_thread(path))


def _is_of_a_download(path: PurePosixPath) -> bool:
    return any(folder in _REST or folder.endswith(_ACTIVITY) for folder in path.parts[:-1])


def _is_of_a_thread(path: PurePosixPath) -> bool:
    return _thread_folder(path) is not None or _MESSAGE_FILE.fullmatch(path.name) is not None


def _thread_folder(path: PurePosixPath) -> PurePosixPath | None:
    """Return ``…/messages/inbox/annlee_77`` of any path below it."""
    for folder in path.parents:
        if folder.parent.name in _BOXES:
            return folder
    return None


def _was_sent(path: PurePosixPath) -> bool:
    folder = _thread_folder(path)
    if folder:
        return path.relative_to(folder).parts[0] in _SENT and path.parent != folder
    return path.parent.name in _SENT and path.suffix != ".json"
