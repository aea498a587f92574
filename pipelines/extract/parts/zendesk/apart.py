"""Zendesk's comments where they come apart from their ticket: one a record, or within the audits and events of tickets."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pipelines.extract.values.fields import Fields, names
from pipelines.extract.values.issues import UnreadableError

NO_TICKET = "a comment by staff without its ticket, so that nobody knows to whom: deliver the tickets with the comments"
_COMMENTS = names("Comment FacebookComment TpeVoiceComment VoiceComment")
_LISTS = {"audits": "events", "ticket_events": "child_events"}  # a page of the API, and where a record of it has its events


@dataclass(frozen=True, slots=True)
class Apart:
    """What a record has of one ticket's comments: none where something else happened to it."""

    ticket_ref: str
    comments: list[dict[str, Any]]


def records_of(record: Any) -> list[Any] | None:
    """Return the comments, audits or events that a record is or, a page of the API, holds; None where it is none of these.

    A page of one ticket's comments is none: it does not say which ticket's.
    """
    if not isinstance(record, dict) or "requester_id" in record:
        return None
    for page, events in _LISTS.items():
        if isinstance(record.get(page), list):
            return list(record[page])
        if "ticket_id" in record and isinstance(record.get(events), list):
            return [record]
    is_comment = "ticket_id" in record and "author_id" in record and ("body" in record or "html_body" in record)
    return [record] if is_comment else None


def parse_apart(record: Any) -> Apart:
    """Return the comments of a comment's, an audit's or an event's record, as a ticket would have them.

    Raises:
        UnreadableError: it is none, or holds words of a kind that is not known.
    """
    fields = Fields(record)
    ticket_ref = fields.ref("ticket_id")
    events = next((fields.items(each) for each in _LISTS.values() if fields.has(each)), None)
    if events is None:
        return Apart(ticket_ref, [_with_via({name: value for name, value in record.items() if name != "ticket_id"})])
    return Apart(ticket_ref, [comment for event in events if (comment := _comment_in(event, record)) is not None])


def _comment_in(event: Any, record: dict[str, Any]) -> dict[str, Any] | None:
    """Return the comment that an event is, with what the whole record says of it; None where the event is another."""
    kind = Fields(event).maybe_string("type") or Fields(event).maybe_string("event_type")
    if kind not in _COMMENTS:
        if "public" in event and ("body" in event or "html_body" in event):
            raise UnreadableError("an event of a kind that we do not know, with words that somebody is shown")
        return None
    if "body" not in event and "html_body" not in event:
        raise UnreadableError("an event without its comment: ask the API for it with include=comment_events")
    inherited = {name: record[name] for name in ("author_id", "created_at", "via") if name in record}
    own = {name: value for name, value in event.items() if value is not None or name not in inherited}
    return _with_via(inherited | own)


def _with_via(comment: dict[str, Any]) -> dict[str, Any]:
    """Return a comment whose ``via`` is a record: events have its name for readers, and its number beside it."""
    if not isinstance(comment.get("via"), str):
        return comment
    return comment | {"via": {"channel": comment.get("via_reference_id"), "source": {}}}


def each_apart(records: list[Any], at: str) -> Iterator[tuple[str, Any]]:
    """Yield the records with where each stands."""
    for number, record in enumerate(records, start=1):
        yield (at if len(records) == 1 else f"record {number} of {at}"), record
