"""A phone's texts and calls: SMS Backup & Restore (SyncTech, Android), and an iPhone's Messages as iMazing writes them.

SMS Backup & Restore: texts with their media (``<smses>``) and calls (``<calls>``). iMazing: CSV (see ``imazing``).

The export has no ids and not the phone's own number: a record is its person's number with time, direction and text, and
its ``type`` tells which way it went. Times are milliseconds of the epoch. Names are what the phone's address book says.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipelines.contract import Interaction, Record
from pipelines.extract.files.documents import opened
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.sms_backup.calls import parse_call
from pipelines.extract.parts.sms_backup.imazing import is_imazing, messages_of
from pipelines.extract.parts.sms_backup.messages import parse_mms, parse_sms
from pipelines.extract.parts.sms_backup.records import Phone
from pipelines.extract.parts.sms_backup.xml import ROOTS, Element, elements
from pipelines.extract.values.fields import Fields, names
from pipelines.extract.values.issues import Issues, UnreadableError

_ROOT_USUAL = names("count")
_ROOT_LEFT = names("backup_date backup_set type xmlns")
_PARSERS = {"sms": parse_sms, "mms": parse_mms, "call": parse_call}


@dataclass(slots=True)
class _Count:
    """How many records the file says it has, and how many were found."""

    said: int = 0
    is_said: bool = False
    found: int = field(default=0)


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a text or call; drafts are suppressed."""

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        if is_imazing(file):
            yield from messages_of(file, export.source, issues)
            return
        phone, count = Phone.of(file.name, export.source, issues), _Count()
        with opened(file) as stream:
            for element in elements(stream):
                record = _record(element, phone, count, issues)
                if record:
                    yield record
        if count.is_said and count.said != count.found:
            more = "more" if count.said > count.found else "fewer"
            issues.warn(file=file.name, reason=f"the file says that it has {more} records than were found in it")

    yield from each_file(export, issues, parse)


def _record(element: Element, phone: Phone, count: _Count, issues: Issues) -> Interaction | None:
    """Map a record; None where it is set aside, suppressed, or the file's root."""
    at = f"line {element.line}"
    count.found += element.name not in ROOTS
    try:
        if element.error:
            raise UnreadableError(element.error)
        if element.name in ROOTS:
            _read_root(element, phone, count)
            return None
        fields = {name: None if value == "null" else value for name, value in element.fields.items()}
        record = _PARSERS[element.name](Fields(fields), phone, at)
    except UnreadableError as error:
        issues.quarantine(element.raw, file=phone.ends.file, at=at, reason=error)
        return None
    if record is None:
        issues.suppress(file=phone.ends.file, reason="a draft, never sent")
    return record


def _read_root(element: Element, phone: Phone, count: _Count) -> None:
    fields = Fields(element.fields)
    said = fields.maybe_string("count")
    phone.drift.tell(fields, _ROOT_LEFT, usual=_ROOT_USUAL)
    if said is None:
        return
    if not (said.isascii() and said.isdigit() and len(said) < 12):
        raise UnreadableError("field 'count' is no whole number")
    count.is_said = True
    count.said += int(said)
