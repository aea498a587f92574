"""Mailboxes as Maildir (Dovecot, Courier, Postfix): one message a file in ``cur`` and ``new`` of each folder.

What identifies things in it: as in every mail (see ``mbox``). A file's name is the server's: when it was delivered, which
computer took it (no person), perhaps its size (``,S=4711``), and behind ``:2,`` its flags. Subfolders begin with a dot
(Maildir++), or are folders. https://cr.yp.to/proto/maildir.html, https://doc.dovecot.org/main/core/config/mailbox/formats/maildir.html
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from pipelines.contract import Interaction, Record
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.mail.files import MARKS, messages_only, noted, parts_of, postmark, take_alone, whole
from pipelines.extract.parts.mail.mail import DRAFT, Place
from pipelines.extract.values.issues import Issues, UnreadableError

# Where a colon may not be in a name, programs write another mark; \uf03a is what Windows' own tools make of it.
_INFO = re.compile(r"[:;!_\uf03a]2,([A-Za-z]*)$")
_SIZE = re.compile(r",([SW])=([0-9]{1,12})(?=[,:;!_\uf03a]|$)")
_DELIVERED = re.compile(r"([0-9]{9,11})\.")
_FLAGS = {"D": DRAFT, "T": "trashed", "F": "flagged"}
_NO_NOTES = frozenset("PRSZ")  # passed on, replied, seen, zipped; small letters are the owner's own keywords


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message that was delivered; the same message in two folders is yielded twice."""
    kept = []
    for file in messages_only(export, issues).files:
        folder = "".join(parts_of(file.name)[-2:-1])
        if folder in ("cur", "new"):
            kept.append(file)
        elif folder == "tmp":
            issues.suppress(file=file.name, reason="a message not yet delivered (tmp)")
        else:
            reason = "lies neither in 'cur' nor in 'new' of a Maildir"
            issues.quarantine(b"", file=file.name, at="the whole file", reason=reason)
    yield from each_file(replace(export, files=kept), issues, _parse)


def _parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Interaction]:
    *_, folder, _, name = ("", *parts_of(file.name))
    raw = whole(file)
    is_sized = _check_size(raw, name)
    delivered = _DELIVERED.match(name)
    place = Place(
        file.name, "message 1", export.night, postmark(int(delivered[1])) if delivered else "",
        is_last=not is_sized, followed_by_blank=False, notes=_notes(folder, name, file.name, issues),
    )  # fmt: skip
    yield from take_alone(raw.lstrip(MARKS), export.source, place, issues, is_complete=is_sized)


def _check_size(raw: bytes, name: str) -> bool:
    """Tell whether the name says how long the message is: on the disk (S), or with network line ends (W).

    Raises:
        UnreadableError: it is shorter than that.
    """
    told = {letter: int(size) for letter, size in _SIZE.findall(name)}
    if "S" in told and len(raw) < told["S"]:
        raise UnreadableError("the message is shorter than its file's name says: cut off")
    if "S" not in told and "W" in told and len(raw) + raw.count(b"\n") - raw.count(b"\r\n") < told["W"]:
        raise UnreadableError("the message is shorter than its file's name says: cut off")
    return bool(told)


def _notes(folder: str, name: str, file: str, issues: Issues) -> frozenset[str]:
    """Return what flags and folder say: of a folder ``.Archive.Sent`` the last part."""
    notes = set(noted(folder))
    info = _INFO.search(name)
    for flag in filter(str.isupper, info[1] if info else ""):
        if flag in _FLAGS:
            notes.add(_FLAGS[flag])
        elif flag not in _NO_NOTES:
            issues.warn(file=file, reason="a flag in the file's name that we do not know")
    return frozenset(notes)
