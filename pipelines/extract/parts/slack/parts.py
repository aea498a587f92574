"""What a Slack message carries beside its words: its time, its files, its edits, and of a huddle how it went."""

import re
from datetime import UTC, datetime, timedelta

from pipelines.contract import Attachment
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line

_FILE_USUAL = names("name size")
_ROOM_LEFT = names("""
    app_id attached_file_ids background_id call_family canvas_background canvas_thread_ts channels display_id
    external_unique_id huddle_link is_dm_call is_prewarmed is_scheduled knocks last_invite_status_by_user locale
    media_backend_type media_path media_server name participant_history participants participants_camera_off
    participants_camera_on participants_events participants_screenshare_off participants_screenshare_on pending_invitees
    recording thread_root_ts was_accepted was_rejected
""")
_TS = re.compile(r"(\d{1,11})(?:\.(\d{1,6}))?", re.ASCII)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def instant(ts: str) -> datetime:
    """Return the instant of a ``ts``, exactly: seconds and microseconds of the epoch."""
    match = _TS.fullmatch(ts)
    if not match:
        raise UnreadableError("field 'ts' is no time of the epoch")
    try:
        return _EPOCH + timedelta(seconds=int(match[1]), microseconds=int((match[2] or "").ljust(6, "0")))
    except OverflowError:
        raise UnreadableError("a time outside the calendar") from None


def files_of(fields: Fields, drift: Drift) -> tuple[list[Attachment], int]:
    """Return the files that came with a message, and how many of them are deleted by now."""
    found, deleted = [], 0
    listed = fields.maybe_items("files")
    if not listed:
        file = fields.maybe_fields("file")
        listed = [file] if file.names else []
    for each in listed:
        file = each if isinstance(each, Fields) else Fields(each)
        file.ref("id")
        name, title, size = file.maybe_string("name"), file.maybe_string("title"), file.maybe_number("size")
        is_gone = (file.maybe_string("mode") or "") in ("tombstone", "hidden_by_limit")
        is_shown = not is_gone and file.maybe_string("file_access") in (None, "visible")
        # what else a file has differs by its kind, and all of it is about pictures, previews and links
        drift.tell(file, frozenset(file.left()), usual=_FILE_USUAL if is_shown else frozenset())
        deleted += is_gone
        found.append(Attachment(one_line(name or title or "").replace("\\", "/").rpartition("/")[2], size, ""))
    return found, deleted


def edit_time(fields: Fields, drift: Drift) -> datetime | None:
    """Return when a message was edited; None where it was not."""
    if not fields.has("edited"):
        return None
    edited = fields.fields("edited")
    edited_at = instant(edited.string("ts"))
    drift.tell(edited, names("user"))
    return edited_at


def parse_huddle(room: Fields, drift: Drift) -> tuple[float | None, str]:
    """Return how long a huddle lasted, in seconds, and what came of it."""
    room.ref("id"), room.ref("created_by")
    started, ended = room.number("date_start"), room.maybe_number("date_end")
    is_missed, has_ended = room.maybe_boolean("was_missed") or False, room.boolean("has_ended")
    drift.tell(room, _ROOM_LEFT, usual=names("date_end was_missed"))
    if not has_ended:
        return None, "ongoing"
    return float(max((ended or started) - started, 0)), "missed" if is_missed else "completed"
