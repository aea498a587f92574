"""Twilio's files: records out of API pages, lines and CSV under the names of the API, and what all of a file share."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.extract.documents import MARK, Entry, head_of, json_entries
from pipelines.extract.fields import Fields, names, valid
from pipelines.extract.inbox import SourceFile
from pipelines.extract.instants import parse_instant
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.parts.phone_rows import rows_of
from pipelines.settings import Source

PAGES = ("messages", "calls", "recordings", "transcriptions")
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
_SPOKEN = {"incoming": "inbound", "outgoing-api": "outbound-api", "outgoing-dial": "outbound-dial"}
_OTHER_LETTERS = re.compile(r"[^a-z0-9]")
_UTC = re.compile(r"\s*(?:UTC|GMT)$")


def entries_of(file: SourceFile, source: Source, issues: Issues) -> Iterator[Entry]:
    """Yield the records of a file, JSON or CSV by its content.

    Raises:
        UnreadableError: after the last good record, where the file is cut off or damaged, or at once, where it is neither.
    """
    if head_of(file).removeprefix(MARK).lstrip()[:1] in (b"{", b"["):
        yield from json_entries(file, PAGES)
    else:
        yield from _csv(file, source, issues)


def _csv(file: SourceFile, source: Source, issues: Issues) -> Iterator[Entry]:
    header: list[str] | None = None
    for at, line, cells in rows_of(file, source, _SHOWN, issues):
        if header is None:
            header = _header(cells)
            continue
        if len(cells) != len(header):
            reason = f"{len(cells)} columns where the header has {len(header)}"
            issues.quarantine(line, file=file.name, at=at, reason=reason)
            continue
        yield Entry(at, line.encode(), loaded=_row(header, cells))
    if header is None:
        raise UnreadableError("the file has no header that can be read")


def _header(cells: list[str]) -> list[str]:
    """Return the names of the API for the columns of a CSV; a column that we do not know keeps its own."""
    header = [_COLUMNS.get(_OTHER_LETTERS.sub("", cell.lower()), valid(cell.strip())) for cell in cells]
    if "sid" not in header and "call_sid" in header:  # a log of calls calls its own id so
        header[header.index("call_sid")] = "sid"
    if not {"sid", "status"} & set(header):
        raise UnreadableError("neither JSON nor a CSV with Twilio's columns (Sid, From, To, Status …)")
    doubled = {name for name in header if header.count(name) > 1}
    if doubled:
        raise UnreadableError(f"column {min(doubled)!r} stands twice in the header")
    return header


def _row(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row as the API would have it; in closed sets, what the Console writes for people ("No Answer")."""
    row: dict[str, Any] = {name: cell or None for name, cell in zip(header, cells, strict=True)}
    for name in ("direction", "status", "answered_by"):
        if row.get(name):
            spoken = row[name].strip().lower().replace(" ", "-")
            row[name] = _SPOKEN.get(spoken, spoken) if name == "direction" else spoken
    return row


def instant_of(value: str, zone: ZoneInfo | None) -> datetime:
    """Read a time as API pages (RFC 2822), Bulk Export (ISO 8601) or a CSV (without a zone: in ``zone``) write it."""
    value = value.strip()
    if not value[:1].isalpha():
        return parse_instant(_UTC.sub("+00:00", value), zone)[0]
    try:
        moment = parsedate_to_datetime(value)
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
