"""Mail exports of one message a file: ``.eml`` (Outlook, Thunderbird, Gmail's original, Proton), ``.emlx`` (Apple Mail).

What identifies things in it: as in every mail (see ``mbox``). What a file is, is told by its content. A file's name is
often the subject, or somebody's name. An .emlx is the message's length in bytes on a line, the message, and a property
list of Apple Mail's own notes. A file that holds several messages behind ``From `` lines is an mbox, and read as one.
"""

import re
from collections.abc import Iterator

from pipelines.contract import Interaction, Record
from pipelines.extract import mbox
from pipelines.extract.files.documents import head_of, opened
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.mail.body import is_cut
from pipelines.extract.parts.mail.files import MARKS, messages_only, postmark, small, take_alone, whole
from pipelines.extract.parts.mail.mail import DRAFT, Place
from pipelines.extract.parts.mail.mime import parse_mail
from pipelines.extract.parts.mail.proton import mail_of, noted_by, notes_in
from pipelines.extract.values.fields import is_media
from pipelines.extract.values.issues import Issues, UnreadableError

AT = "message 1"
_HEADER = re.compile(rb"^[A-Za-z][\w.-]{0,100}[ \t]*:", re.MULTILINE)
_HEAD = 4_096  # bytes by which a file's kind is told
_REMARKS = 1_000  # bytes in which a gateway's remarks and broken lines end and a header begins
_LENGTH = re.compile(rb"([0-9]{1,10})[ \t]*\r?\n")
_FLAGS = re.compile(rb"<key>flags</key>\s{0,100}<integer>([0-9]{1,19})</integer>")
_RECEIVED = re.compile(rb"<key>date-received</key>\s{0,100}<(?:integer|real)>([0-9]{1,11})(?:\.[0-9]{0,20})?</")
_DELETED, _FLAGGED, _DRAFT = 1 << 1, 1 << 4, 1 << 6  # bits of Apple's flags: https://www.jwz.org/blog/2005/07/emlx-flags/
_NOT_MAIL = {
    b"\xd0\xcf\x11\xe0": "an Outlook .msg, which is not read: save it as .eml, or export the folder as mbox",
    b"!BDN": "an Outlook data file (.pst), which is not read: export its folders as .eml or mbox",
    b"\x78\x9f\x3e\x22": "a winmail.dat without its mail: save the whole mail as .eml",
    b"\xff\xfe": "written in UTF-16: save it as .eml again, unchanged",
    b"\xfe\xff": "written in UTF-16: save it as .eml again, unchanged",
    b"bplist": "a property list, and no mail",
}
_OTHERS = tuple(_NOT_MAIL)


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a file; what cannot be one is set aside with what it is, and pictures beside are left."""
    notes = notes_in(export)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Interaction]:
        return _parse(file, export, issues, noted_by(notes.get(mail_of(file.name)), issues))

    return each_file(messages_only(export, issues), issues, parse)


def group(file: SourceFile) -> str:
    """Return the name that a mail shares with what Proton noted of it."""
    return mail_of(file.name)


def _parse(file: SourceFile, export: Export, issues: Issues, notes: frozenset[str]) -> Iterator[Interaction]:
    content = small(file)
    head = head_of(file, _HEAD) if content is None else content[:_HEAD]
    if is_media(head):
        issues.suppress(file=file.name, reason="a picture, sound, film or document beside the messages")
        return
    try:
        if reason := _refused(head):
            raise UnreadableError(reason)
        box = _first_of_mbox(file) if head.lstrip(MARKS).startswith(b"From ") else None
        if box and not box.is_last and not _goes_on(box):
            yield from mbox.read_mailbox(file, export, issues)
            return
        raw = (whole(file) if content is None else content).lstrip(MARKS)
    except UnreadableError as error:
        issues.quarantine(head, file=file.name, at=AT, reason=error)
        return
    if length := _LENGTH.match(raw):
        yield from _apples(raw[length.end() :], int(length[1]), file, export, issues)
        return
    postmarked = box.postmark if box else ""
    raw = raw.partition(b"\n")[2] if box else raw
    place = Place(file.name, AT, export.night, postmarked, is_last=True, followed_by_blank=False, notes=notes)
    yield from take_alone(raw, export.source, place, issues, is_complete=False)


def _refused(head: bytes) -> str | None:
    """Say why a file that starts like this is no message; None where it may be one."""
    if head.startswith(b"\x1f\x8b"):
        return None  # a damaged gzip stream, which tells when it is read
    known = None
    if head.startswith(_OTHERS):
        known = next(reason for start, reason in _NOT_MAIL.items() if head.startswith(start))
    start = head.lstrip(MARKS)
    if known or _HEADER.search(start[:_REMARKS]):
        return known
    return "not a mail: it does not begin with a header" if start else "the file holds nothing but empty lines"


def _first_of_mbox(file: SourceFile) -> mbox.Envelope | None:
    """Return the first message behind a ``From `` line; None where that line is none."""
    with opened(file) as stream:
        first = next(mbox.split(stream))
    return first if first.is_mail and first.is_whole else None


def _goes_on(first: mbox.Envelope) -> bool:
    """Tell whether a ``From `` line below belongs to the message: to one that it forwards, within its parts."""
    try:
        return is_cut(parse_mail(first.raw), followed_by_blank=True)
    except UnreadableError:
        return False


def _apples(rest: bytes, length: int, file: SourceFile, export: Export, issues: Issues) -> Iterator[Interaction]:
    """Yield the message of an .emlx."""
    raw, notes = rest[:length], rest[length:]
    if len(raw) < length:
        issues.quarantine(raw, file=file.name, at=AT, reason="the message is shorter than its first line says: cut off")
        return
    if b"</plist>" not in notes:
        issues.warn(file=file.name, reason="Apple Mail's notes behind the message are cut off")
    flags = int(found[1]) if (found := _FLAGS.search(notes)) else 0
    noted = {"trashed": _DELETED, "flagged": _FLAGGED, DRAFT: _DRAFT}
    received = _RECEIVED.search(notes)
    place = Place(
        file.name, AT, export.night, postmark(int(received[1])) if received else "",
        notes=frozenset(note for note, bit in noted.items() if flags & bit),
    )  # fmt: skip
    yield from take_alone(raw.lstrip(MARKS), export.source, place, issues, is_complete=True)
