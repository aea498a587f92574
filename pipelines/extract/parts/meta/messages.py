"""One message of a Meta download, in both its dialects: Meta's own, and that of the end-to-end-encrypted download."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.contract import Attachment
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.meta.stream import repaired
from pipelines.extract.parts.meta.words import SENT, call_told, notice_of, tells_of_file
from pipelines.extract.values.fields import Drift, Fields, names, valid
from pipelines.extract.values.instants import epoch_instant
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

_TYPES = {each: each for each in names("Call Generic Payment Plan Share Subscribe Unsubscribe")}
_ENCRYPTED_TYPES = {
    each: each for each in names("audio call file gif link location media placeholder poll share sticker text")
}
_MEMBERSHIP = frozenset({"Subscribe", "Unsubscribe"})
_MEDIA = ("photos", "videos", "audio_files", "files", "gifs", "media")
_ENCRYPTED_USUAL = names("isUnsent media reactions text type")
_LEFT = names("""
    IP bumped_message_metadata ip is_geoblocked_by_viewer is_geoblocked_for_viewer is_unsent_image_by_messenger_kid_parent
    magic_words sender_id_INTERNAL users
""")
_CALL_USUAL = names("call_duration")
_SAID = names("is_taken_down is_unsent link place plan")  # what a message may consist of, besides its text and files
_MEDIA_USUAL, _MEDIA_LEFT = (
    names("uri"),
    names("ai_stickers backup_uri creation_timestamp media_metadata media_path_INTERNAL thumbnail title type_INTERNAL"),
)
_SHARE_LEFT = names("original_content_owner profile_share_name profile_share_username")
_REACTION_LEFT = names("actor timestamp")
_PLAN_LEFT = names("timestamp")


@dataclass(frozen=True, slots=True)
class Message:
    """One message as the thread's file has it, its texts decoded.

    Attributes:
        content: its text as the thread has it, by which it is known.
        text: what its author wrote of that; "" where the words are Meta's own.
        shared: the text of what a message shares, which its author did not write.
        notice: what Meta tells by words that nobody wrote; None where somebody did.
        status: of a call, how it ended; None where it is no call, or not told.
    """

    author: str
    occurred_at: datetime
    content: str
    text: str
    shared: str
    kind: str
    notice: str | None
    is_call: bool
    status: str | None
    duration_seconds: float | None
    attachments: list[Attachment]
    metadata: dict[str, Any]

    @property
    def left_out(self) -> str | None:
        """Why nobody is taken to have written it; None where somebody has."""
        if self.kind in _MEMBERSHIP:
            return "somebody joined or left"
        if self.attachments or self.shared or self.is_call or "link" in self.metadata:
            return None
        return self.notice

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all is told of what was sent."""
        is_told = self.content or self.shared or self.attachments or self.is_call or self.metadata.keys() & _SAID
        return not is_told


class Sent:
    """The files that were sent in the threads of a folder, found by the address a message gives them."""

    def __init__(self, files: list[SourceFile]) -> None:
        self._files: dict[str, list[SourceFile]] = {}
        for file in files:
            self._files.setdefault(file.name.rpartition("/")[2], []).append(file)

    def attachment(self, uri: str) -> Attachment:
        """Return a file's name, and its size and digest where it came with the export."""
        uri = uri.removeprefix("./")
        if uri.startswith(("https://", "http://")):  # what Meta did not put into the download
            uri = uri.partition("?")[0]
        if not {"/", "."}.intersection(uri):  # words that say why the file is not there
            return Attachment("", None, "")
        name = one_line(uri).rpartition("/")[2]
        for file in self._files.get(uri.rpartition("/")[2], []):
            if file.name.endswith(f"/{uri}"):
                try:
                    return Attachment(name, file.size, file.sha256())
                except (UnreadableError, OSError):
                    break  # the message is not worse for it
        return Attachment(name, None, "")


def parse_message(record: Any, sent: Sent, drift: Drift, *, person: str, is_encrypted: bool) -> Message:
    """Map one message of either dialect; UnreadableError where it is not what we know.

    Args:
        person: whom the thread is with; "" where it is not with one.
    """
    fields = Fields(record)
    author, at, content, unsent, types = (
        ("senderName", "timestamp", "text", "isUnsent", _ENCRYPTED_TYPES)
        if is_encrypted
        else ("sender_name", "timestamp_ms", "content", "is_unsent", _TYPES)
    )

    def decoded(text: str | None) -> str:
        return (text or "") if is_encrypted else valid(repaired(text or ""))

    written_by, occurred_at = decoded(fields.string(author)), epoch_instant(fields.number(at))
    kind = fields.choice("type", types) if fields.has("type") else "Generic"
    duration = fields.maybe_number("call_duration")
    is_missed = fields.maybe_boolean("missed")
    share, plan = fields.maybe_fields("share"), fields.maybe_fields("plan")
    attachments = [_attachment(each, sent, drift) for name in _MEDIA for each in fields.maybe_items(name)]
    if fields.has("sticker"):
        attachments.append(_attachment(fields.fields("sticker"), sent, drift))
    metadata = {
        "is_unsent": fields.maybe_boolean(unsent),
        "is_taken_down": fields.maybe_boolean("is_taken_down"),
        "link": share.maybe_string("link"),
        "plan": decoded(plan.maybe_string("title")),
        "place": decoded(plan.maybe_string("location")),
        "reactions": [decoded(_reaction(each, drift)) for each in fields.maybe_items("reactions")],
        "type": "" if kind == "Generic" else kind,
    }
    written = decoded(fields.maybe_string(content))
    if not attachments and not metadata["link"] and tells_of_file(written, written_by):
        attachments.append(Attachment("", None, ""))  # what it was did not come along
    has_more = bool(attachments or metadata["link"] or kind == "Share")
    outcome = "missed" if is_missed or duration == 0 else None if duration is None else "completed"
    outcome = outcome or (None if has_more else call_told(written, person))
    is_call = kind in ("Call", "call") or outcome is not None or is_missed is not None
    message = Message(
        author=written_by,
        occurred_at=occurred_at,
        content=written,
        text="" if is_call or (has_more and SENT.fullmatch(written)) else written,
        shared=decoded(share.maybe_string("share_text")),
        kind=kind,
        notice=notice_of(written, written_by, person),
        is_call=is_call,
        status=outcome,
        duration_seconds=None if duration is None else float(duration),
        attachments=attachments,
        metadata={name: value for name, value in metadata.items() if value},
    )
    drift.tell(share, _SHARE_LEFT)
    drift.tell(plan, _PLAN_LEFT)
    drift.tell(fields, _LEFT, usual=_ENCRYPTED_USUAL if is_encrypted else _CALL_USUAL if kind == "Call" else frozenset())
    return message


def _attachment(value: Any, sent: Sent, drift: Drift) -> Attachment:
    fields = value if isinstance(value, Fields) else Fields(value)
    uri = fields.maybe_string("uri") or ""
    drift.tell(fields, _MEDIA_LEFT, usual=_MEDIA_USUAL)
    return sent.attachment(repaired(uri))


def _reaction(value: Any, drift: Drift) -> str:
    fields = Fields(value)
    reaction = fields.string("reaction")
    drift.tell(fields, _REACTION_LEFT)
    return reaction
