"""File names as people may see them in logs, errors and reports: some channels put their customers into file names."""

import hashlib
import re
from pathlib import PurePosixPath

# Folders and names that a channel's own export uses; every other part of its path may be a person.
_KNOWN = {
    "whatsapp": re.compile(r"_chat\.(txt|zip)"),
    "telegram": re.compile(
        r"result\d*\.json|(Chat|Data)Export_[\d_-]+( \(\d+\))?|chats|chat_\d+|photos|files|stickers|animations"
        r"|(video|audio)_files|(voice|round_video)_messages|contacts|(photo|contact|voice|audio)_[\d@_.-]+\.\w{3,5}"
    ),
    "slack": re.compile(
        r"((org_)?users|channels|groups|dms|mpims|integration_logs|canvases|lists|file_conversations|huddle_transcripts"
        r"|content_flags|\.slack-manifest)\.json|\d{4}-\d{2}-\d{2}\.json"
        r"|[CDG][0-9A-Z]{8,12}(-[\d.]+)?(\.json)?"
    ),
    "sms_backup": re.compile(r"(sms|calls)([-_]?\d[\d-]*)?\.(xml|zip)(\.gz)?|messages|whatsapp|csv", re.IGNORECASE),
    "messenger": re.compile(
        r"messages|inbox|archived_threads|filtered_threads|message_requests|e2ee_cutover"
        r"|your_(activity_across_)?facebook(_activity)?|message_\d+\.(json|html)"
    ),
    "instagram": re.compile(r"messages|inbox|message_requests|your_instagram_activity|message_\d+\.(json|html)"),
    "maildir": re.compile(
        r"cur|new|tmp|maildir|\d{9,11}\.\S+"
        r"|\.?(inbox|drafts|sent|trash|junk|spam|archive|sent (items|messages)|deleted items)",
        re.IGNORECASE,
    ),
    "eml": re.compile(r"(message[-_ ]?)?\d{1,7}(\.partial)?\.emlx?|messages|inbox|sent|archive|trash|junk", re.IGNORECASE),
}
_NOTHING = re.compile(r"(?!)")


def shown_file(name: str, format_: str) -> str:
    """Return ``name`` without the people in it: ``WhatsApp Chat with Ann.txt`` becomes ``…#1b2c3d4e.txt``.

    The eight digits are the start of the sha256 of the part they stand for; ``meta.ledger`` has the whole name.

    Args:
        name: the file's path below the inbox, ``source/night/…``.
        format_: the source's format; only those that name files after people are changed. Where it is not known (empty),
            every name may be one.
    """
    known = _KNOWN.get(format_) if format_ else _NOTHING
    if known is None:
        return _printable(name)
    *fixed, last = PurePosixPath(name).parts
    return _printable(str(PurePosixPath(*fixed[:2], *(_shown(part, known) for part in [*fixed[2:], last]))))


def _shown(part: str, known: re.Pattern[str]) -> str:
    if known.fullmatch(part):
        return part
    return f"…#{hashlib.sha256(part.encode()).hexdigest()[:8]}{PurePosixPath(part).suffix}"


def _printable(name: str) -> str:
    """Return a name in which nothing controls the terminal that shows it, nor makes two lines of one."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in name)
