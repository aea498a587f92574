"""Mail exports in mbox (Google Takeout, Thunderbird, mail servers): https://www.rfc-editor.org/rfc/rfc4155.

What identifies things in it: Message-ID (a hash of the bytes where there is none); the thread is Gmail's number of it, else
the root of References, else In-Reply-To; From against our own addresses tells the direction. Takeout repeats a mail in the
mailbox of each of its labels: alike but for its labels, which are no part of the record.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import IO

from pipelines.contract import Interaction, Record
from pipelines.extract.files.documents import opened
from pipelines.extract.files.inbox import CHUNK, Export, SourceFile, each_file
from pipelines.extract.parts.mail.files import messages_only, noted, parts_of
from pipelines.extract.parts.mail.mail import Place, take
from pipelines.extract.values.issues import RAW_LIMIT, Issues, UnreadableError

MESSAGE_LIMIT = 64 << 20  # bytes; no mail server takes more
_MARGIN = 2_000  # bytes; a From line and the header below it
_DAY = rb"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun),?"
_MONTH = rb"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_CLOCK = rb"\d{1,2}:\d\d(?::\d\d)?"
_ZONE = rb"(?: [+-]\d{4}| [A-Z]{1,5})"
# As C's asctime has it, as a Date header does, and as JavaScript does (ImportExportTools NG).
_TIMES = (
    rb"%s %s +\d{1,2} %s%s? \d{4}%s?" % (_DAY, _MONTH, _CLOCK, _ZONE, _ZONE),
    rb"%s +\d{1,2} %s \d{4} %s%s?(?: \([^()\r\n]{1,60}\))?" % (_DAY, _MONTH, _CLOCK, _ZONE),
    rb"%s %s \d\d \d{4} %s(?: GMT[+-]\d{4})?(?: \([^()\r\n]{1,60}\))?" % (_DAY, _MONTH, _CLOCK),
)
_SEPARATOR = re.compile(rb"From (?:[^\r\n]{1,320} | )?(" + rb"|".join(_TIMES) + rb")(?: remote from \S{1,64})?[^\S\n]*\r?\n")
_UNDATED = re.compile(rb"From [^\s]{1,320}[ \t]*\r?\n[!-9;-~]+:")  # counts where a header follows at once
# What begins a message to whoever wrote it, by the header below it, but not to us: within a message it is told.
_LIKE_ANOTHER = re.compile(
    rb"\nFrom [^\r\n]{1,400}\r?\n(?:From|To|Date|Subject|Received|Return-Path|Message-ID|MIME-Version|Delivered-To"
    rb"|Content-Type|X-[\w-]{1,40}):[ \t]",
    re.IGNORECASE,
)
SWALLOWED = (
    "a line like a From line, with headers below it, within a message: no empty line before it, or a time of no mailbox"
)
_ENDING = re.compile(r"(?:\.(?:mbox|mbx|gz))+$", re.IGNORECASE)
_TAKEOUT = "Takeout"  # the folder in which it all lies, in every language; those within have names in the account's
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message of an mbox.

    Attributes:
        at: offset in the file of its ``From `` line, in bytes.
        raw: the bytes below that line, unquoted, without the empty line that ends the message.
        postmark: the time that line tells, as it stands; "" where it tells none.
        is_mail: False for what stands before the first ``From `` line.
        is_last, followed_by_blank: it is the file's last message; the empty line was there.
        is_whole: False where it is longer than ``MESSAGE_LIMIT`` and ``raw`` is only its beginning.
        holds_another: another message may begin in it, at a line that is no ``From `` line as mailboxes have it.
    """

    at: int
    raw: bytes
    postmark: str = ""
    is_mail: bool = True
    is_last: bool = False
    followed_by_blank: bool = True
    is_whole: bool = True
    holds_another: bool = False


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message of the night's mailboxes; the same message in two of them is yielded twice."""
    return each_file(_mailboxes(messages_only(export, issues), issues), issues, read_mailbox)


def _mailboxes(export: Export, issues: Issues) -> Export:
    """Return the export without what Takeout brings beside mail, whose mailboxes have their ending: it is counted."""
    kept = []
    for file in export.files:
        *folders, last = parts_of(file.name)
        if _TAKEOUT in folders[2:] and not _ENDING.search(last):
            issues.suppress(file=file.name, reason="a part of Takeout without mail")
        else:
            kept.append(file)
    return replace(export, files=kept)


def read_mailbox(file: SourceFile, export: Export, issues: Issues) -> Iterator[Interaction]:
    """Yield one interaction a message of one mailbox, plain or gzipped."""
    notes = _notes(file.name)
    with opened(file) as stream:
        for number, envelope in enumerate(split(stream), start=1):
            position = f"message {number} (byte {envelope.at})"
            place = Place(
                file.name, position, export.night, envelope.postmark, envelope.is_last, envelope.followed_by_blank, notes
            )  # fmt: skip
            if reason := _refused(envelope):
                issues.quarantine(envelope.raw, file=file.name, at=position, reason=reason)
                continue
            if envelope.holds_another:
                issues.warn(file=file.name, reason=SWALLOWED)
            for record in take(envelope.raw, export.source, place, issues):
                yield record
                if envelope.is_last and not envelope.followed_by_blank:
                    issues.warn(file=file.name, reason="no empty line after the last message")


def _notes(name: str) -> frozenset[str]:
    """Return what a mailbox's own name says of its mails: Thunderbird's ``Junk``, ``Junk E-mail/mbox`` as readpst has it.

    Not that they were thrown away: the same mail may lie in another label's mailbox of Takeout, and is to be the same.
    """
    *_, folder, last = ("", *(_ENDING.sub("", part) for part in parts_of(name)))
    return noted(folder if last.lower() in ("mbox", "mbx") else last) - {"trashed"}


def _refused(envelope: Envelope) -> str | None:
    if not envelope.is_mail:
        return "not an mbox: it does not begin with a From line"
    if not envelope.is_whole:
        return f"the message is longer than {MESSAGE_LIMIT} bytes"
    if envelope.is_last and not envelope.raw.endswith(b"\n"):
        return "the file ends in the middle of a line"
    return None


def split(stream: IO[bytes]) -> Iterator[Envelope]:
    """Yield the messages of an mbox as it streams by, holding one message and one chunk at a time.

    A line begins a message where it stands after an empty line (or first in the file) and has the shape of a ``From ``
    line: sender and time, or, as some write it, the sender alone and a header below it. ``>From `` is unquoted (mboxrd).
    """
    held = bytearray()  # the file from the current message's From line on
    at = looked = 0  # where ``held`` begins in the file; up to where in ``held`` there is no separator
    head = b""  # the beginning of a message of which the rest was too long to hold
    ended, broken = False, None
    while not ended:
        try:
            chunk = stream.read(CHUNK)
        except UnreadableError as error:  # the messages before the one in which it breaks off are whole
            chunk, broken = b"", error
        ended = not chunk
        held += chunk
        while True:
            end, looked = _next_separator(held, looked, ended)
            if end is None:
                break
            yield _envelope(at, head, bytes(held[:end]), is_last=False)
            del held[:end]
            at, looked, head = at + end, 0, b""
        if len(held) > MESSAGE_LIMIT:
            head = head or bytes(held[:RAW_LIMIT])
            at += len(held) - _MARGIN
            looked = max(looked - (len(held) - _MARGIN), 0)
            del held[:-_MARGIN]
    if broken:
        raise broken
    yield _envelope(at, head, bytes(held), is_last=True)


def _next_separator(held: bytearray, looked: int, ended: bool) -> tuple[int | None, int]:
    """Return where the next message begins, if one does, and from where to look on when more has been read."""
    while (found := held.find(b"\nFrom ", looked)) >= 0:
        if found + _MARGIN > len(held) and not ended:
            return None, found
        after_blank = held[found - 1 : found] == b"\n" or held[max(found - 2, 0) : found] == b"\n\r"
        if after_blank and (_SEPARATOR.match(held, found + 1) or _UNDATED.match(held, found + 1)):
            return found + 1, found + 1
        looked = found + 1
    return None, max(looked, len(held) - len(b"\nFrom "))


def _envelope(at: int, head: bytes, held: bytes, *, is_last: bool) -> Envelope:
    """Take the ``From `` line and the empty line at the end off a message."""
    if head:
        return Envelope(at, head, is_last=is_last, is_whole=False)
    blank = len(held) - len(held.lstrip(b"\xef\xbb\xbf\r\n")) if at == 0 else 0
    dated = _SEPARATOR.match(held, blank)
    if not dated and not _UNDATED.match(held, blank):
        return Envelope(at, held, is_mail=False)
    raw = held[dated.end() if dated else held.index(b"\n", blank) + 1 :]
    line_end = b"\r\n" if raw.endswith(b"\r\n") else b"\n"
    followed_by_blank = raw.endswith(line_end * 2)
    raw = raw.removesuffix(line_end) if followed_by_blank else raw
    postmark = dated[1].decode("ascii") if dated else ""
    holds_another = b"\nFrom " in raw and _LIKE_ANOTHER.search(raw) is not None
    raw = _QUOTED_FROM.sub(rb"\1", raw) if b">From " in raw else raw
    return Envelope(at, raw, postmark, is_last=is_last, followed_by_blank=followed_by_blank, holds_another=holds_another)
