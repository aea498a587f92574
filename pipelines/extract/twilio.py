"""Twilio: messages and calls, in API pages, in Bulk Export's lines and in the Console's CSV, told apart by their sids.

A record is its ``sid`` (SM… and MM… messages, CA… calls); ``from`` and ``to`` are numbers or addresses with a scheme
(``whatsapp:+…``, ``sip:…``, ``client:…``); times are UTC. The thread of a message is the pair of its ends; that of a call
is its first leg, to which the legs that ``<Dial>`` adds point (``parent_call_sid``). Recordings and transcriptions
(``RE…``, ``TR…``; ``GT…`` and pages of sentences) are side files: what they hold is given with the call.

``extract`` reads record by record and judges whatever stands in one; ``extract_blocks`` gives the same records faster.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pipelines.contract import Record
from pipelines.extract.files.blocks import Block
from pipelines.extract.files.documents import Entry, json_entries
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.parts.phone.rows import Rows, read_by
from pipelines.extract.parts.twilio.blocks import NEEDED, READ, block_of
from pipelines.extract.parts.twilio.calls import parse_call
from pipelines.extract.parts.twilio.files import PAGES, CsvFile, entries_of, is_json, record_of
from pipelines.extract.parts.twilio.messages import parse_message
from pipelines.extract.parts.twilio.sentences import is_page, parse_head
from pipelines.extract.parts.twilio.sides import (
    Log,
    Sides,
    parse_recording,
    parse_sentences,
    parse_transcription,
    sides_of,
)
from pipelines.extract.values.fields import Drift, Fields
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import latest_of
from pipelines.extract.values.issues import Issues, UnreadableError

_RECORDING = "a recording, told with its call"
_TRANSCRIPTION = "a transcription, which is its call's text"
_WITHOUT_WORDS = "a transcription without words"
_HEAD = "the head of a transcript, whose words are its sentences"
_SENTENCES, _WITHOUT_SENTENCES = "sentences of a transcript, told with its call", "a page without sentences"
_OF_CONVERSATIONS = (
    "of Conversations, which are not read: deliver the account's log of messages, which has their texts and WhatsApps"
)
_LEFT = {
    "GX": "a sentence by itself, which does not tell of which transcript it is: save the API's page, with its 'meta'",
    "IM": f"a message {_OF_CONVERSATIONS}",
    "CH": f"a conversation {_OF_CONVERSATIONS}",
    "MB": f"a participant {_OF_CONVERSATIONS}",
}


def survey(export: Export) -> Sides:
    """Look through all files for what a call needs of other records: its recordings, its transcript, its first leg."""
    return sides_of(export)


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message or leg of a call, each read by itself; rows of side files count as suppressed."""
    log_of = _logs(export, issues)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        log = log_of(file)
        for entry in entries_of(file, export.source, issues):
            if record := _parsed(entry, log):
                yield record

    yield from each_file(export, issues, parse)


def extract_blocks(export: Export, issues: Issues) -> Iterator[Record | Block]:
    """Yield the same records as ``extract``, by column where rows of a CSV are plain."""
    log_of, latest = _logs(export, issues), latest_of(export.night)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record | Block]:
        log, csv = log_of(file), CsvFile(file, export.source, issues)

        def alone(entry: Entry | None) -> Record | None:
            return _parsed(entry, log) if entry else None

        def together(rows: Rows) -> Block:
            return block_of(rows, log, lambda place: alone(csv.entry(rows.row(place))), latest)

        yield from read_by(json_entries(file, PAGES) if is_json(file) else csv.blocks(READ, NEEDED), alone, together)

    yield from each_file(export, issues, parse)


def _logs(export: Export, issues: Issues) -> Callable[[SourceFile], Log]:
    """Return what makes the log of a file."""
    sides, own = export.known_by(survey), Own.of(export.source)
    return lambda file: Log(Ends(export.source, own, issues, file.name), Drift(issues, file.name), sides)


def _parsed(entry: Entry, log: Log) -> Record | None:
    """Return an entry's record; None where it is none, which is told."""
    issues, file = log.ends.issues, log.ends.file
    try:
        record = _record(entry.value(), log, entry.at)
    except UnreadableError as error:
        issues.quarantine(entry.bytes(), file=file, at=entry.at, reason=error)
        return None
    if not isinstance(record, str):
        return record
    issues.suppress(file=file, reason=record)
    return None


def _record(value: Any, log: Log, at: str) -> Record | str:
    """Map one record by its sid; return the reason for which a side file's row is no interaction of its own."""
    value = record_of(value)
    if isinstance(value, dict):  # some of the API's records have an empty text where others have null
        if "twilio_response" in value:
            raise UnreadableError("a page of the API's version of 2008: fetch it again from /2010-04-01/")
        value = {name: None if each == "" else each for name, each in value.items()}
    if is_page(value):
        return _SENTENCES if parse_sentences(value, log) else _WITHOUT_SENTENCES
    fields = Fields(value)
    sid = fields.ref("sid")
    if sid.startswith(("SM", "MM")):
        return parse_message(sid, fields, log, at)
    if sid.startswith("CA"):
        return parse_call(sid, fields, log, at)
    if sid.startswith("RE"):
        parse_recording(fields, log)
        return _RECORDING
    if sid.startswith("TR"):
        return _TRANSCRIPTION if parse_transcription(fields, log) else _WITHOUT_WORDS
    if sid.startswith("GT"):
        parse_head(fields, log.drift)
        return _HEAD
    for kind, mend in _LEFT.items():
        if sid.startswith(kind):
            raise UnreadableError(mend)
    raise UnreadableError("neither a message, a call, a recording nor a transcription: a sid of another kind")
