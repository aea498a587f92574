"""Zendesk's tickets: what one says of all its comments, and the channel that its ``via`` tells of."""

from dataclasses import dataclass
from typing import Any

from pipelines.contract import Channel
from pipelines.extract.fields import Drift, Fields, names
from pipelines.extract.issues import UnreadableError
from pipelines.extract.text import one_line

# via.channel by the channel it is to the person; None where it says how staff or a form reached the ticket, and the
# ticket's or the source's channel is the better answer.
_CHANNELS: dict[Channel | None, frozenset[str]] = {
    "email": names("email"),
    "sms": names("sms"),
    "voice": names("voice phone"),
    "social": names("""
        any_channel facebook facebook_message facebook_post instagram_dm twitter twitter_dm twitter_favorite
    """),
    "chat": names("""
        apple_business_chat business_messaging_slack_connect chat chat_offline_message chat_transcript
        google_business_messages line messaging native_messaging sunshine_conversations_api telegram viber wechat whatsapp
    """),
    None: names("""
        api batch closed_ticket forum help_center helpcenter merge mobile mobile_sdk rule side_conversation system
        ticket_sharing topic web web_form web_service web_widget
    """),
}
_VIA = {via: channel for channel, vias in _CHANNELS.items() for via in vias}
_STATUS = {each: each for each in ("new", "open", "pending", "hold", "solved", "closed", "deleted")}
_MERGED = "closed_by_merge"
_USUAL = names("group_id subject tags type via")
_LEFT = names("""
    allow_attachments allow_channelback assignee_id attribute_value_ids brand_id collaborator_ids comment_count created_at
    custom_fields custom_status_id dates deleted_ticket_form_id description due_at email_cc_ids encoded_id external_id fields
    follower_ids followup_ids forum_topic_id from_messaging_channel generated_timestamp has_incidents is_public metric_set
    organization_id priority problem_id raw_subject recipient result_type satisfaction_probability satisfaction_rating
    sharing_agreement_ids submitter_id support_type ticket_form_id updated_at url
""")


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a ticket says of all its comments.

    Attributes:
        channel: the channel its ``via`` tells; None where another answer is better.
        is_merged: whether it was closed by merging it into another ticket.
        comments: as the export has them.
    """

    ticket_ref: str
    requester_ref: str
    subject: str | None
    status: str
    topic: str | None
    team: str | None
    channel: Channel | None
    is_merged: bool
    comments: list[Any]


def parse_ticket(record: Any, drift: Drift) -> Ticket:
    """Map one ticket; UnreadableError where it is not what we know."""
    fields = Fields(record)
    if not fields.has("requester_id") and not fields.has("comments"):
        raise UnreadableError("neither a ticket (requester_id, comments) nor a user (role)")
    tags = fields.strings("tags")
    kind = fields.maybe_string("type")
    ticket = Ticket(
        ticket_ref=fields.ref("id"),
        requester_ref=fields.ref("requester_id"),
        subject=one_line(fields.maybe_string("subject") or "") or None,
        status=fields.choice("status", _STATUS),
        topic=next((tag for tag in tags if tag != _MERGED), None) or kind,
        team=fields.maybe_ref("group_id"),
        channel=channel_of(fields.maybe_fields("via")),
        is_merged=_MERGED in tags,
        comments=fields.items("comments"),
    )
    drift.tell(fields, _LEFT, usual=_USUAL)
    return ticket


def channel_of(via: Fields) -> Channel | None:
    """Return the channel that a ``via`` tells, None where it tells none; UnreadableError for one we have not seen."""
    return via.choice("channel", _VIA) if via.has("channel") else None
