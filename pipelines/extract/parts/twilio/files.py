"""Twilio's files: records out of API pages, lines and CSV under the names of the API, and what all of a file share."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.extract.files.documents import MARK, Entry, head_of, json_entries
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.csv.rows import refuse_doubled, wrong_width
from pipelines.extract.parts.phone.rows import Row, Rows, blocks_of, rows_of
from pipelines.extract.values.fields import Fields, names, valid
from pipelines.extract.values.instants import parse_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.settings import Source

PAGES = ("messages", "calls", "recordings", "transcriptions", "sms_messages", "transcripts")
_API_NAMES = names("""
    account_sid annotation answered_by api_version body call_sid caller_name channels conference_sid date_created date_sent
    date_updated direction duration end_time error_code error_message forwarded_from from from_formatted group_sid
    messaging_service_sid num_media num_segments parent_call_sid phone_number_sid price price_unit queue_time recording_sid
    sid source start_time status to to_formatted transcription_text trunk_sid type uri
""")
# A CSV's columns as the Console and Twilio's own examples write them, without case, spaces and underscores.
_COLUMNS = {name.replace("_", ""): name for name in _API_NAMES} | {
    "sentdate": "date_sent", "createddate": "date_created", "updateddate": "date_updated", "starttimeutc": "start_time",
    "endtimeutc": "end_time", "messagesid": "sid", "smssid": "sid", "smsmessagesid": "sid", "sender": "from",
    "recipient": "to", "callduration": "duration", "durationseconds": "duration", "parentsid": "parent_call_sid",
    "numofmedia": "num_media", "numofsegments": "num_segments",
}  # fmt: skip
_SHOWN = frozenset({"From", "To", "Sid", "Status", "Direction", "Body", "SentDate", "Duration", "StartTime", "Start Time"})
_SPOKEN = {"incoming": "inbound"} | {f"outgoing-{way}": f"outbound-{way}" for way in ("api", "call", "dial", "reply")}
_CLOSED = ("direction", "status", "answered_by")
_OTHER_LETTERS = re.compile(r"[^a-z0-9]")
_UTC = re.compile(r"\s*(?:UTC|GMT)$")
_GMT_AND = re.compile(r"(?:UTC|GMT)(?=[+-]\d{4})")  # "GMT+0900", of which the standard reader would take GMT alone
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")  # in "dateSent", where the API has an underscore


def entries_of(file: SourceFile, source: Source, issues: Issues) -> Iterator[Entry]:
    """Yield the records of a file, JSON or CSV by its content.

    Raises:
        UnreadableError: after the last good record, where the file is cut off or damaged, or at once, where it is neither.
    """
    if is_json(file):
        yield from json_entries(file, PAGES)
    else:
        yield from CsvFile(file, source, issues).entries()


def record_of(value: Any) -> Any:
    """Return a record of JSON under the names of the API, which the CLI and the libraries write without underscores.

    Raises:
        UnreadableError: two of its names are one and the same.
    """
    if not isinstance(value, dict) or any("_" in name for name in value):
        return value
    record = {_HUMP.sub("_", name).lower(): each for name, each in value.items()}
    if len(record) < len(value):
        raise UnreadableError("a name stands twice, in upper and in lower case")
    return record


def is_json(file: SourceFile) -> bool:
    """Tell JSON from CSV."""
    return head_of(file).removeprefix(MARK).lstrip()[:1] in (b"{", b"[")


class CsvFile:
    """A CSV under the names of the API, one record after the other or by blocks.

    ``entries`` and ``blocks`` raise ``UnreadableError`` where it has no header that can be read.

    Attributes:
        header: the names of all columns, once the first row is read.
    """

    def __init__(self, file: SourceFile, source: Source, issues: Issues) -> None:
        self._file, self._source, self._issues = file, source, issues
        self.header: list[str] = []

    def entries(self) -> Iterator[Entry]:
        """Yield the records one by one."""
        for row in rows_of(self._file, self._source, _SHOWN, self._issues):
            if entry := self.entry(row):
                yield entry
        self._check()

    def blocks(self, columns: frozenset[str], needed: frozenset[str]) -> Iterator[Entry | Rows]:
        """Yield the same records, by blocks where rows are plain.

        Args:
            columns: those whose cells a block has, where they are there.
            needed: those without which no block is made.
        """

        def wanted(_: list[str]) -> dict[str, int]:
            has_needed = needed <= set(self.header)
            return {name: place for place, name in enumerate(self.header) if name in columns} if has_needed else {}

        for each in blocks_of(self._file, self._source, _SHOWN, self._issues, wanted):
            if isinstance(each, Rows):
                yield each
            elif entry := self.entry(each):
                yield entry
        self._check()

    def entry(self, row: Row) -> Entry | None:
        """Return a row as a record; None for the header, and where it is none, which is quarantined."""
        at, line, cells = row
        if not self.header:
            self.header = _header(cells)
            return None
        if len(cells) != len(self.header):
            reason = wrong_width(len(cells), len(self.header))
            self._issues.quarantine(line, file=self._file.name, at=at, reason=reason)
            return None
        return Entry(at, line.encode(), loaded=_row(self.header, cells))

    def _check(self) -> None:
        if not self.header:
            raise UnreadableError("the file has no header that can be read")


def _header(cells: list[str]) -> list[str]:
    """Return the names of the API for the columns of a CSV; a column that we do not know keeps its own."""
    header = [_COLUMNS.get(_OTHER_LETTERS.sub("", cell.lower()), valid(cell.strip())) for cell in cells]
    if "sid" not in header and "call_sid" in header:  # a log of calls calls its own id so
        header[header.index("call_sid")] = "sid"
    if not {"sid", "status"} & set(header):
        raise UnreadableError("neither JSON nor a CSV with Twilio's columns (Sid, From, To, Status …)")
    refuse_doubled(header)
    return header


def _row(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row as the API would have it; in closed sets, what the Console writes for people ("No Answer")."""
    row: dict[str, Any] = {name: cell or None for name, cell in zip(header, cells, strict=True)}
    for name in _CLOSED:
        if row.get(name):
            row[name] = spoken(name, row[name])
    return row


def spoken(name: str, cell: str) -> str:
    """Return what the API has for a value of a closed set (a direction, a status) as the Console writes it."""
    value = cell.strip().lower().replace(" ", "-")
    return _SPOKEN.get(value, value) if name == "direction" else value


def instant_of(value: str, zone: ZoneInfo | None) -> datetime:
    """Read a time as API pages (RFC 2822), Bulk Export (ISO 8601), the CLI's tables or a CSV write it.

    Args:
        zone: what a time of a CSV without one is read in.
    """
    value = value.strip()
    if not value[:1].isalpha():
        return parse_instant(_UTC.sub("+00:00", value), zone)[0]
    try:
        moment = parsedate_to_datetime(_GMT_AND.sub("", value))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        raise UnreadableError("not a time") from None


def maybe_instant(fields: Fields, name: str, zone: ZoneInfo | None) -> datetime | None:
    """Take a time that may be absent."""
    value = fields.maybe_string(name)
    return instant_of(value, zone) if value else None


def maybe_count(fields: Fields, name: str) -> int | None:
    """Take a whole number, written as a text or not, that may be absent."""
    value = fields.maybe_ref(name)
    if value is None:
        return None
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise UnreadableError(f"field {name!r} is no whole number")
    return int(value)
