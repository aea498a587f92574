"""What other records of a Twilio export tell of a call: its recordings, their text, and where its first leg came from."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.files.documents import Entry, json_entries
from pipelines.extract.files.inbox import Export
from pipelines.extract.parts.columns.texts import flags_of, made
from pipelines.extract.parts.csv.cells import may_have_cell
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.parts.phone.rows import Rows
from pipelines.extract.parts.twilio.files import PAGES, CsvFile, is_json, record_of, spoken
from pipelines.extract.parts.twilio.sentences import Transcripts, is_page, parse_head, parse_page
from pipelines.extract.values.fields import Drift, Fields, names, valid
from pipelines.extract.values.issues import Issues, UnreadableError

TEXT_LIMIT = 64 << 20  # characters of transcripts that are held at one time
RECORDINGS_LIMIT = 300_000
_RECORDING_STATUS = {each: each for each in names("absent completed deleted failed in-progress paused processing stopped")}
_TRANSCRIPTION_STATUS = {each: each for each in names("in-progress completed failed")}
_RECORDING_LEFT = names("""
    account_sid api_version channels conference_sid date_created date_updated duration encryption_details error_code
    media_url price price_unit source start_time subresource_uris track uri
""")
_TRANSCRIPTION_LEFT = names("""
    account_sid api_version date_created date_updated duration price price_unit type uri
""")
_BEGINNINGS = (b"CA", b"RE", b"TR")  # of the sids of calls, recordings and transcriptions
_CALLER = ("sid", "direction", "from")
# Of raw records, those that can tell something have one of these, whoever wrote them (see ``record_of``).
_ASKED = re.compile(rb'"(?:[Tt]ranscription_?[Tt]ext|(?:[Pp]arent_?)?[Cc]all_?[Ss]id|[Mm]edia_?[Pp]roperties|sentences)"')


@dataclass(slots=True)
class Sides:
    """What side records tell.

    Attributes:
        recordings: sids of recordings by the call's sid.
        transcripts: text by the call's sid, of several recordings one below the other.
        talks: what sentences tell, by the call's sid, a line each with who said it (see ``talks.Talk``).
        heard: by a transcript's sid, the sid of its call; "" where that cannot be told.
        calls: by a recording's sid, the call's.
        origins: digests of each first leg's sid with the number that called.
        missing: calls that have a transcript and are not in the export.
    """

    recordings: dict[str, list[str]] = field(default_factory=dict)
    transcripts: dict[str, str] = field(default_factory=dict)
    talks: dict[str, str] = field(default_factory=dict)
    heard: dict[str, str] = field(default_factory=dict)
    calls: dict[str, str] = field(default_factory=dict)
    origins: set[int] = field(default_factory=set)
    missing: frozenset[str] = frozenset()

    def is_from(self, sid: str, number: str) -> bool:
        """Say whether the call ``sid`` came in from ``number``."""
        return bool(number) and _digest(sid, number) in self.origins


@dataclass(frozen=True, slots=True)
class Log:
    """What the records of one file share: who is at which end, what the file's drift is, what side files tell."""

    ends: Ends
    drift: Drift
    sides: Sides


def sides_of(export: Export) -> Sides:
    """Look through an export; what cannot be read is left to the pass that counts it."""
    sides, intelligence = Sides(), Transcripts()
    texts: list[tuple[str, str, str]] = []  # the recording, the call where it is named, the text
    size = 0
    for record in _records(export):
        if is_page(record):
            size += _page(record, intelligence, TEXT_LIMIT - size)
            continue
        sid, call = record["sid"], record.get("call_sid")
        if sid.startswith("GT"):
            _head(sid, record, intelligence)
        elif sid.startswith("RE") and isinstance(call, str) and len(sides.calls) < RECORDINGS_LIMIT:
            sides.calls[sid] = call
            sides.recordings.setdefault(call, []).append(sid)
        elif sid.startswith("TR") and isinstance(text := record.get("transcription_text"), str):
            size += len(text)
            if size <= TEXT_LIMIT:
                texts.append((str(record.get("recording_sid")), call if isinstance(call, str) else "", valid(text)))
        elif sid.startswith("CA") and record.get("direction") in ("inbound", "trunking-originating"):
            sides.origins.add(_digest(sid, str(record.get("from"))))
    for recording, call, text in texts:
        call = call or sides.calls.get(recording, "")
        if call:
            sides.transcripts[call] = f"{sides.transcripts[call]}\n{text}" if call in sides.transcripts else text
    for sid, head, talk in intelligence.talks():
        call = head.source_sid if head.source_sid.startswith("CA") else sides.calls.get(head.source_sid, "")
        sides.heard[sid] = call
        if call and talk.text:
            sides.talks[call] = f"{sides.talks[call]}\n{talk.text}" if call in sides.talks else talk.text
    told = sides.transcripts.keys() | sides.talks.keys()
    if told:
        sides.missing = frozenset(told - {sid for sid in _sids(export) if sid in told})
    return sides


def parse_recording(fields: Fields, log: Log) -> None:
    """Read a recording's row; UnreadableError where it is not what we know, or its call cannot be told."""
    call = fields.ref("call_sid")
    fields.choice("status", _RECORDING_STATUS)
    log.drift.tell(fields, _RECORDING_LEFT)
    if call not in log.sides.recordings:
        raise UnreadableError(f"more than {RECORDINGS_LIMIT} recordings in one export: deliver fewer days in one")


def parse_transcription(fields: Fields, log: Log) -> bool:
    """Read a transcription's row and say whether it has a text; UnreadableError where its call cannot be told."""
    call = fields.maybe_ref("call_sid") or log.sides.calls.get(fields.maybe_ref("recording_sid") or "")
    fields.maybe_ref("recording_sid")
    fields.choice("status", _TRANSCRIPTION_STATUS)
    if "transcription_text" not in fields.names:
        raise UnreadableError("missing field 'transcription_text'")
    text = fields.maybe_string("transcription_text")
    log.drift.tell(fields, _TRANSCRIPTION_LEFT)
    if not text:
        return False
    if call is None:
        raise UnreadableError("a transcription whose recording is not in the export: its call cannot be told")
    if call not in log.sides.transcripts:
        raise UnreadableError(f"more than {TEXT_LIMIT >> 20} MB of transcripts in one export: deliver fewer days in one")
    if call in log.sides.missing:
        raise UnreadableError("a transcription of a call that is not in the export: deliver both together")
    return True


def parse_sentences(record: Any, log: Log) -> bool:
    """Read a page of sentences and say whether it has words; UnreadableError where their call cannot be told."""
    page = parse_page(record, log.drift)
    if not page.size:
        return False
    if page.transcript_sid not in log.sides.heard:
        raise UnreadableError(
            f"sentences of a transcript that is not in the export, or more than {TEXT_LIMIT >> 20} MB of them: deliver the"
            " transcript (/v2/Transcripts) with them, and fewer days in one"
        )
    call = log.sides.heard[page.transcript_sid]
    if not call:
        raise UnreadableError("sentences of a transcript whose recording is not in the export: its call cannot be told")
    if call in log.sides.missing:
        raise UnreadableError("sentences of a call that is not in the export: deliver both together")
    return True


def _head(sid: str, record: dict[str, Any], intelligence: Transcripts) -> None:
    with contextlib.suppress(UnreadableError):
        intelligence.heads[sid] = parse_head(Fields(record))


def _page(record: dict[str, Any], intelligence: Transcripts, room: int) -> int:
    """Take in a page of sentences, where there is room for its words; return their characters."""
    try:
        return intelligence.add(parse_page(record), room)
    except UnreadableError:
        return 0


def _records(export: Export) -> Iterator[dict[str, Any]]:
    """Yield the records that tell something; of calls by blocks, no more than who called."""
    for read, csv in _entries(export, _BEGINNINGS):
        if isinstance(read, Rows):
            yield from _of_block(read, csv)
        elif record := _asked(read):
            yield record


def _of_block(rows: Rows, csv: CsvFile) -> Iterator[dict[str, Any]]:
    sids, ways, callers = (rows.cells[name] for name in _CALLER)
    is_side = pc.or_(pc.starts_with(sids, "RE"), pc.starts_with(sids, "TR"))
    for place in np.flatnonzero(flags_of(is_side)).tolist():
        if (entry := csv.entry(rows.row(place))) and (record := _asked(entry)):
            yield record
    is_call = pc.starts_with(sids, "CA")
    if is_call.true_count:
        directions = made(ways.filter(is_call), lambda cell: spoken("direction", cell), pa.string()).to_pylist()
        for sid, way, caller in zip(
            sids.filter(is_call).to_pylist(), directions, callers.filter(is_call).to_pylist(), strict=True
        ):
            yield {"sid": sid, "direction": way, "from": caller or None}


def _sids(export: Export) -> Iterator[str]:
    for read, _ in _entries(export):
        if isinstance(read, Rows):
            yield from read.cells["sid"].to_pylist()
        elif (record := _asked(read)) and not is_page(record):
            yield record["sid"]


def _entries(export: Export, beginnings: tuple[bytes, ...] = ()) -> Iterator[tuple[Entry | Rows, CsvFile]]:
    """Yield the records of all files as far as they can be read, many at a time where who calls is all that is asked.

    Args:
        beginnings: of sids; a CSV that has none which begins so is left out.
    """
    for file in export.files:
        csv = CsvFile(file, export.source, Issues())
        try:
            if is_json(file):
                yield from ((entry, csv) for entry in json_entries(file, PAGES))
            elif export.source.encoding or not beginnings or may_have_cell(file, export.source.delimiter, beginnings):
                yield from ((read, csv) for read in csv.blocks(frozenset(_CALLER), frozenset(_CALLER)))
        except (ValueError, LookupError, OSError, EOFError):
            continue


def _asked(entry: Entry) -> dict[str, Any] | None:
    if entry.raw and not _ASKED.search(entry.raw) and entry.at.startswith(("line", "record")):
        return None
    try:
        value = record_of(entry.value())
    except UnreadableError:
        return None
    return value if isinstance(value, dict) and (isinstance(value.get("sid"), str) or is_page(value)) else None


def _digest(sid: str, number: str) -> int:
    return int.from_bytes(blake2b(f"{sid} {number}".encode("utf-8", "replace"), digest_size=8).digest())
