"""Zendesk's tickets: what one says of all its comments."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.contract import Channel
from pipelines.extract.parts.zendesk.via import parse_via
from pipelines.extract.values.fields import Drift, Fields, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.record_times import maybe_instant
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_STATUS = {each: each for each in ("new", "open", "pending", "hold", "solved", "closed", "deleted")}
_MERGED = "closed_by_merge"
_USUAL = names("assignee_id group_id subject tags type updated_at via")
_LEFT = names("""
    allow_attachments allow_channelback attribute_value_ids brand_id collaborator_ids comment_count created_at custom_fields
    custom_status_id dates deleted_ticket_form_id description due_at email_cc_ids encoded_id external_id fields follower_ids
    followup_ids forum_topic_id from_messaging_channel generated_timestamp has_incidents is_public metric_set organization_id
    priority problem_id raw_subject recipient result_type satisfaction_probability satisfaction_rating sharing_agreement_ids
    submitter_id support_type ticket_form_id url
""")
_HISTORY = names("audits child_events events ticket_events")  # what the API has of tickets beside their comments
_APART = names("cause preview_text side_conversations suspended_tickets")  # what Zendesk exports apart


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says of all its comments.

    Attributes:
        requester_ref: whose ticket it is; None where a comment came without its ticket.
        assignee_ref: the agent it is given to; None where nobody has it.
        channel, carrier: what its ``via`` tells of them; None where another answer is better.
        is_merged: whether it was closed by merging it into another ticket.
        updated_at: when anything about it last changed: of two deliveries the later one counts.
        comments: as the export has them.
    """

    ticket_ref: str
    requester_ref: str | None
    assignee_ref: str | None
    subject: str | None
    status: str
    topic: str | None
    team: str | None
    channel: Channel | None
    carrier: str | None
    is_merged: bool
    updated_at: datetime | None
    comments: list[Any]


def parse_ticket(record: Any, source: Source, drift: Drift, *, is_apart: bool = False) -> Ticket:
    """Map one ticket; UnreadableError where it is not what we know.

    Args:
        is_apart: whether it may do without its comments, which come apart from it.
    """
    fields = Fields(record)
    if not fields.has("requester_id"):
        if fields.names & _HISTORY:
            raise UnreadableError("what happened to a ticket, but not to which: put its comments into it, under 'comments'")
        if fields.has("author_id") or (fields.has("comments") and not fields.has("id")):
            raise UnreadableError("comments without their ticket: put each ticket's comments into it, under 'comments'")
        if not fields.has("comments"):
            if fields.names & _APART:
                raise UnreadableError("side conversations and suspended tickets are not read")
            raise UnreadableError("neither a ticket (requester_id, comments) nor a user (role)")
    elif not fields.has("comments") and not is_apart:
        raise UnreadableError("missing field 'comments': put each ticket's comments into it, or deliver them beside it")
    tags = fields.strings("tags")
    kind = fields.maybe_string("type")
    via = parse_via(fields.maybe_fields("via"), source, drift)
    ticket = Ticket(
        ticket_ref=fields.ref("id"),
        requester_ref=fields.ref("requester_id"),
        assignee_ref=fields.maybe_ref("assignee_id"),
        subject=one_line(fields.maybe_string("subject") or "") or None,
        status=fields.choice("status", _STATUS),
        topic=next((tag for tag in tags if tag != _MERGED), None) or kind,
        team=fields.maybe_ref("group_id"),
        channel=via.channel,
        carrier=via.carrier,
        is_merged=_MERGED in tags,
        updated_at=maybe_instant(fields, "updated_at"),
        comments=fields.maybe_items("comments") if is_apart else fields.items("comments"),
    )
    drift.tell(fields, _LEFT, usual=_USUAL)
    return ticket


def unknown_ticket(ticket_ref: str) -> Ticket:
    """Return what is known of a ticket that is not in the export."""
    return Ticket(ticket_ref, None, None, None, "", None, None, None, None, is_merged=False, updated_at=None, comments=[])
