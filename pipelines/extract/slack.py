"""Slack: a workspace's export, a zip or its folder: users and conversations in lists, messages in a file a day and channel.

A message is its conversation's id and its ``ts``, a text that is both id and time (seconds and microseconds of the epoch,
UTC; the day files are days of some other zone). A thread of a channel is the conversation, a message that nobody has
answered is one of its own; a direct message is one conversation throughout. An author is told to be ours, from outside or
an app by the list of users and, for people of other workspaces, by what the message shows (``slack_users.side_of``).
A file is told by what it holds and, a conversation's messages, by the folder they lie in; slackdump's dumps of single
conversations say it themselves.
"""

from collections.abc import Iterator
from typing import Any

from pipelines.contract import Record
from pipelines.extract.files.documents import head_of, json_entries
from pipelines.extract.files.inbox import Export, SourceFile, each_file
from pipelines.extract.parts.slack.dumps import is_empty, messages_of
from pipelines.extract.parts.slack.messages import Desk, is_message, parse_message, suppressed
from pipelines.extract.parts.slack.users import is_user, parse_user
from pipelines.extract.parts.slack.workspace import Workspace, is_conversation, is_json, parse_conversation
from pipelines.extract.parts.slack.workspace import survey as survey  # landing calls it for the whole export
from pipelines.extract.values.fields import Drift, is_media
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues, UnreadableError

_APP_LOG = frozenset({"change_type", "service_id", "service_type", "app_id", "app_type"})
_FILES = frozenset({"filetype", "mimetype", "url_private", "permalink"})  # rows of canvases.json, lists.json
_MANIFEST = frozenset({"version", "metadata", "checksum"})  # .slack-manifest.json, in exports since 2026


def extract(export: Export, issues: Issues) -> Iterator[Record]:
    """Yield one interaction a message; rows of the lists and what Slack itself writes count as suppressed."""
    workspace: Workspace = export.known_by(survey)
    desk = Desk(export.source, Own.of(export.source), workspace)

    def parse(file: SourceFile, export: Export, issues: Issues) -> Iterator[Record]:
        return _parse(file, desk, issues)

    yield from each_file(export, issues, parse)


def _parse(file: SourceFile, desk: Desk, issues: Issues) -> Iterator[Record]:
    if is_media(head_of(file)):
        issues.suppress(file=file.name, reason="a file beside the messages")
        return
    if not is_json(file):
        raise UnreadableError("not JSON: an export as text cannot be read, ask Slack for JSON")
    drift = Drift(issues, file.name)
    has_none = True
    for entry in messages_of(file) if file.name in desk.workspace.dumps else json_entries(file):
        has_none = False
        try:
            record = entry.value()
            reason = _listed(record, file.name, drift) or suppressed(record)
            if reason:
                issues.suppress(file=file.name, reason=reason)
                continue
            interaction = parse_message(record, desk, file.name, entry.at, drift)
        except UnreadableError as error:
            issues.quarantine(entry.bytes(), file=file.name, at=entry.at, reason=error)
            continue
        yield interaction
    if has_none:
        issues.suppress(file=file.name, reason="an empty list")


def _listed(record: Any, file: str, drift: Drift) -> str | None:
    """Return what a record is that is no message; None where it is one.

    Raises:
        UnreadableError: it is nothing that an export is known to hold.
    """
    if isinstance(record, dict) and {"t", "ts"} <= record.keys() and "type" not in record:
        raise UnreadableError("a chunk of slackdump's archive: convert it first (slackdump convert -f export)")
    if is_message(record):
        return None
    if is_empty(record):
        return "a dump without messages"
    if is_user(record):
        parse_user(record, drift)
        return "a user of the list"
    if is_conversation(record):
        parse_conversation(record, file, drift)
        return "a conversation of the list"
    if isinstance(record, dict) and not _APP_LOG.isdisjoint(record):
        return "an entry of the apps' log"
    if isinstance(record, dict) and not _FILES.isdisjoint(record):
        return "a canvas or file of the list"
    if isinstance(record, dict) and record.keys() == _MANIFEST:
        return "the export's own manifest"
    raise UnreadableError(
        "neither a message (type, ts), nor a user (profile), a conversation (members) or a known list's row"
    )
