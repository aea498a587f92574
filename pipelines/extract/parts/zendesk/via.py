"""Zendesk's ``via``: the channel a ticket or a comment came through, and what that channel says of either end.

The names are those of Zendesk's reference of via types and via objects.
"""

from dataclasses import dataclass, field

from pipelines.contract import Channel, Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.settings import Source

# via.channel by the channel it is to the person; None where it says how staff or a form reached the ticket, and the
# ticket's or the source's channel is the better answer.
_CHANNELS: dict[Channel | None, frozenset[str]] = {
    "email": names("connect_mail email mail mailgun"),
    "sms": names("connect_sms messagebird_sms sms text_message twilio_sms"),
    "voice": names("""
        api_phone_call_inbound api_phone_call_outbound api_voicemail phone phone_call_inbound phone_call_outbound voice
        voicemail
    """),
    "social": names("""
        any_channel facebook facebook_message facebook_post instagram_dm sunshine_conversations_facebook_messenger
        sunshine_conversations_twitter_dm twitter twitter_dm twitter_favorite
    """),
    "chat": names("""
        apple_business_chat business_messaging_slack_connect chat chat_offline_message chat_transcript
        google_business_messages google_rcs kakaotalk line messaging native_messaging sunshine_conversations_api
        telegram viber wechat whatsapp
    """),
    None: names("""
        admin_setting answer_bot answer_bot_api answer_bot_for_agents answer_bot_for_sdk answer_bot_for_slack
        answer_bot_for_web_widget api automatic_solution_suggestions batch blog churned_account closed_ticket connect_ipm
        dropbox forum get_satisfaction github group_change group_deletion help_center helpcenter import iphone linked_problem
        logmein_rescue lotus macro_reference merge mobile mobile_sdk monitor_event omnichannel
        recovered_from_suspended_tickets resource_push rule rule_revision sample_interactive_ticket sample_ticket
        satisfaction_prediction side_conversation symphony system ticket_sharing ticket_tagging topic user_change
        user_deletion user_merge web web_form web_service web_widget
    """),
}
# The names of the numbers that events, and some exports, write in their place, in order: from 0, "-" for what is none.
_NUMBERED = """
    web_form - - - mail web_service - - rule linked_problem group_deletion user_change user_deletion group_change
    resource_push iphone get_satisfaction dropbox - merge batch recovered_from_suspended_tickets
    automatic_solution_suggestions twitter_favorite topic user_merge twitter_dm closed_ticket logmein_rescue chat
    twitter ticket_sharing macro_reference voicemail phone_call_inbound phone_call_outbound blog text_message
    facebook_post import github facebook_message lotus monitor_event api_voicemail api_phone_call_inbound
    api_phone_call_outbound churned_account web_widget mobile_sdk helpcenter sample_ticket sample_interactive_ticket
    admin_setting satisfaction_prediction any_channel mobile sms ticket_tagging connect_ipm connect_mail connect_sms
    rule_revision answer_bot_for_agents answer_bot_for_slack answer_bot_for_sdk answer_bot_api
    answer_bot_for_web_widget symphony side_conversation answer_bot omnichannel line wechat whatsapp native_messaging
    mailgun messagebird_sms sunshine_conversations_facebook_messenger telegram twilio_sms viber google_rcs
    apple_business_chat google_business_messages kakaotalk instagram_dm sunshine_conversations_api
    sunshine_conversations_twitter_dm chat_offline_message chat_transcript business_messaging_slack_connect
"""
_NAMED = {str(number): name for number, name in enumerate(_NUMBERED.split()) if name != "-"}
_VIA = {via: channel for channel, vias in _CHANNELS.items() for via in vias}
_PLATFORMS = (("twitter", "x"), ("facebook", "facebook"), ("instagram", "instagram"), ("telegram", "telegram"))
_CALLS = {"inbound": "inbound", "voicemail": "inbound", "outbound": "outbound"}
# Names that tell which way a call went, where ``rel`` does not: the second three are of other makers' telephones.
_CALL_RELS = {
    "voicemail": "voicemail", "phone_call_inbound": "inbound", "phone_call_outbound": "outbound",
    "api_voicemail": "voicemail", "api_phone_call_inbound": "inbound", "api_phone_call_outbound": "outbound",
}  # fmt: skip

_USUAL = names("channel source")
_SOURCE_USUAL = names("from rel to")
_END_LEFT = names("""
    account_id brand_id channel deleted email_ccs formatted_phone id integration_service_instance_name
    original_recipients profile_url recipient_suspended registered_integration_service_name revision_id service_info
    subject supports_channelback supports_clickthrough ticket_id ticket_ids title topic_id topic_name
""")


@dataclass(slots=True)
class Via:
    """How a ticket or a comment came about.

    Attributes:
        channel: the channel it is to the person; None where another answer is better.
        carrier: the same, but "whatsapp" for that: alone of chats, it has a number.
        rel: the kind of it within the channel ("inbound", "voicemail", "merge", "mention" …).
        is_merge: it is the note that Zendesk writes where tickets are merged.
        sender, recipient: what the channel itself says of who is at either end.
        tickets: other tickets it comes from (merged into this one, or followed up).
    """

    channel: Channel | None = None
    carrier: str | None = None
    rel: str | None = None
    is_merge: bool = False
    sender: list[Identifier] = field(default_factory=list)
    recipient: list[Identifier] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)

    @property
    def call_direction(self) -> str | None:
        """Whether a call or voicemail was to us ("inbound") or by us; None where it is none, or that is not told."""
        return _CALLS.get(self.rel or "") if self.channel == "voice" else None


def parse_via(via: Fields, source: Source, drift: Drift) -> Via:
    """Map a ``via``; UnreadableError for a channel we have not seen."""
    name = via.maybe_ref("channel")
    name = _NAMED.get(name, name) if name else name
    if name is not None and name not in _VIA:
        raise UnreadableError("field 'channel' has a value we do not know")
    channel = _VIA[name] if name is not None else None
    origin = via.maybe_fields("source")
    rel = origin.maybe_string("rel") or _CALL_RELS.get(name or "")
    sender, recipient = origin.maybe_fields("from"), origin.maybe_fields("to")
    tickets = [ref for ref in (sender.maybe_ref("ticket_id"), *map(str, sender.maybe_items("ticket_ids"))) if ref]
    told = Via(
        channel=channel,
        carrier="whatsapp" if name == "whatsapp" else channel,
        rel=rel,
        is_merge="merge" in (rel, name),
        sender=_end(sender, channel, name or "", source),
        recipient=_end(recipient, channel, name or "", source),
        tickets=tickets,
    )
    for end in (sender, recipient):
        drift.tell(end, _END_LEFT)
    if origin.names:
        drift.tell(origin, frozenset(), usual=_SOURCE_USUAL)
    if via.names:
        drift.tell(via, frozenset(), usual=_USUAL)
    return told


def _end(end: Fields, channel: Channel | None, via: str, source: Source) -> list[Identifier]:
    """Return what the channel says of one end; an address comes without proof that the mail was its owner's."""
    if not end.names:
        return []
    address, phone, username, facebook, twitter, name = (
        end.maybe_ref(each) for each in ("address", "phone", "username", "facebook_id", "twitter_id", "name")
    )
    platform = next((scope for mark, scope in _PLATFORMS if mark in via), source.name)
    shown = identifiers.name(name or "", "channel")
    if channel == "email":
        mail = identifiers.email(address or "", "channel")
        return [identifiers.unproven(each) for each in known(mail, shown if mail else None)]
    if channel in ("sms", "voice") or via == "whatsapp":
        return known(identifiers.phone(phone or address or "", source.region, "channel"))
    if channel == "social":
        return known(
            identifiers.handle(username or "", platform, "channel"),
            identifiers.account(facebook or twitter or "", platform, "channel"),
            shown,
        )
    return []
