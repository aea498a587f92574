"""What a Zendesk comment says: a written one, a call, or the transcript of a chat that ended."""

import re
from dataclasses import dataclass
from typing import Any

from pipelines.contract import Attachment
from pipelines.extract.parts.zendesk.users import IN_MESSAGING
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.text import Parts, clean, html_to_text, one_line, split_reply

_VOICE = names("TpeVoiceComment VoiceComment")
_CALL_USUAL = names("call_duration")
_CALL_LEFT = names("""
    answered_by_name author_id brand_id call_id from line_type location public recorded started_at to transcription_status
    transcription_visible via_id
""")
_ATTACHMENT_USUAL = names("file_name size")
_ATTACHMENT_LEFT = names("""
    content_type content_url deleted height id inline malware_access_override malware_scan_result mapped_content_url
    mapped_url thumbnails url width
""")
# "(10:01:02 AM) Ann Archer: hello", as chats are written into one comment when they end.
_CHAT_LINE = re.compile(r"\((?:\d{1,2}:){1,2}\d{2}(?:\s?[AaPp]\.?[Mm]\.?)?\) ([^:\n]{1,80}): (.*)")
_NAMELESS = re.compile(IN_MESSAGING, re.IGNORECASE)
_WITH_NOBODY = re.compile(rf"[^\n]{{1,60}} {IN_MESSAGING}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """What a comment that is a call says of it.

    Attributes:
        transcript: the words that were recognised; empty where there are none.
        outcome: how it ended, as the telephone system put it.
    """

    duration_seconds: float | None
    transcript: str
    outcome: str | None
    agent_ref: str | None
    is_recorded: bool


def parse_call(fields: Fields, kind: str | None, drift: Drift) -> Call | None:
    """Take the call out of a comment; None where it is none."""
    if kind not in _VOICE:
        return None
    call = fields.fields("data")
    duration = call.maybe_number("call_duration")
    outcomes = [call.maybe_string(name) for name in ("outcome", "call_disposition", "completion_status")]
    said = call.maybe_string("transcription_text") or ""
    agent_ref = call.maybe_ref("answered_by_id")
    recording = call.maybe_string("recording_url")
    drift.tell(call, _CALL_LEFT, usual=_CALL_USUAL)
    return Call(
        duration_seconds=None if duration is None else float(duration),
        transcript=clean(said).strip(),
        outcome=next((one_line(outcome) for outcome in outcomes if outcome), None),
        agent_ref=agent_ref,
        is_recorded=bool(recording),
    )


@dataclass(slots=True)
class Words:
    """A comment's text, and what of it the person wrote: an identifier in the rest is nobody's claim."""

    parts: Parts
    said: str
    is_transcript: bool = False


def words_of(text: str, speaker: str) -> Words:
    """Set quotes and the signature apart; a chat's transcript is left whole, and ``speaker``'s lines in it are theirs.

    So are those of whom Zendesk had no name for yet.
    """
    lines = [_CHAT_LINE.fullmatch(line.strip()) for line in text.split("\n") if line.startswith("(")]
    spoken = [line for line in lines if line]
    if len(spoken) < 2:
        parts = split_reply(text)
        return Words(parts, parts.text)
    own = one_line(speaker).casefold()
    said = "\n".join(line[2] for line in spoken if one_line(line[1]).casefold() == own or _NAMELESS.fullmatch(line[1]))
    return Words(Parts(text.strip(), "", ""), said, is_transcript=True)


def is_opening(text: str, subject: str | None, name: str) -> bool:
    """Say whether Zendesk wrote a text that is shown to nobody, in the person's name, as they began to write in messaging.

    "Conversation with Ann Archer", in the account's language: the subject, unless one of them was renamed since.
    """
    line = text.strip()
    is_of_person = bool(name) and "\n" not in line and line.endswith(f" {name}")
    return is_of_person or line == subject or bool(_WITH_NOBODY.fullmatch(line))


def body_of(fields: Fields) -> str:
    """Take a comment's text: the plain one, else the HTML."""
    html = fields.maybe_string("html_body")
    body = fields.string("body") if html is None else fields.maybe_string("body")
    return clean(body) if body else html_to_text(html or "")


def parse_attachment(value: Any, drift: Drift) -> Attachment:
    """Map one attachment; the export has no digest of its content."""
    fields = Fields(value)
    found = Attachment(one_line(fields.maybe_string("file_name") or ""), fields.maybe_number("size"), "")
    drift.tell(fields, _ATTACHMENT_LEFT, usual=_ATTACHMENT_USUAL)
    return found
