"""Twilio's messages: texts, and what WhatsApp, Messenger and RCS bring through the same API."""

from typing import Any

from pipelines.contract import Attachment, ConsentSignal, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.parts.twilio.ends import CHANNELS, End, Way, end_of, sides
from pipelines.extract.parts.twilio.files import maybe_count, maybe_instant
from pipelines.extract.parts.twilio.sides import Log
from pipelines.extract.values.fields import Fields, known, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.keywords import keyword_consent, refusal
from pipelines.extract.values.text import clean

WAYS: dict[str, Way] = {
    "inbound": "inbound", "incoming": "inbound",
    "outbound-api": "outbound", "outbound-call": "outbound", "outbound-reply": "outbound",
}  # fmt: skip
STATUS = {
    each: each
    for each in names("""
        accepted canceled delivered failed partially_delivered queued read received receiving scheduled sending sent
        undelivered
    """)
}
_MEDIA_LIMIT = 100  # Twilio takes ten
UNSUBSCRIBED = "21610"  # the recipient has said STOP, perhaps before what we have of the log
_NO_ERROR = "0"  # as the Console's CSV has it
_USUAL = names("date_created date_sent date_updated error_code num_media")
_LEFT = names("""
    account_sid api_version error_message messaging_service_sid num_segments price price_unit price_units subresource_uris
    tags uri
""")
_IN_CSV = names("date_sent error_code")


def parse_message(sid: str, fields: Fields, log: Log, at: str) -> Interaction:
    """Map one message; UnreadableError where it is not what we know."""
    source = log.ends.source
    via = fields.string("direction")
    if via not in WAYS:
        raise UnreadableError("field 'direction' has a value we do not know")
    sender, receiver = (end_of(fields.text_or_null(name), log.ends) for name in ("from", "to"))
    outside, direction = sides(sender, receiver, WAYS[via])
    sent, created, updated = (maybe_instant(fields, f"date_{each}", source.zone) for each in ("sent", "created", "updated"))
    occurred_at = sent or created
    if occurred_at is None:
        raise UnreadableError("missing field 'date_sent'")
    text = clean(fields.text_or_null("body")).strip()
    status = fields.choice("status", STATUS)
    media = maybe_count(fields, "num_media") or 0
    if media > _MEDIA_LIMIT:
        raise UnreadableError("field 'num_media' is more than a message can have")
    error = fields.maybe_ref("error_code")
    is_csv = "date_updated" not in fields.names and "num_media" not in fields.names
    log.drift.tell(fields, _LEFT, usual=_IN_CSV if is_csv else _USUAL)
    channel = CHANNELS[outside.scheme]
    reason = "internal" if direction == "internal" else outside.reason
    said = claims_of(text, source) if direction == "inbound" and reason is None else []
    return Interaction(
        source=source.name,
        source_ref=sid,
        conversation_ref=_thread(sender, receiver, outside) or sid,
        channel=channel,
        direction=direction,
        occurred_at=occurred_at,
        file=log.ends.file,
        position=at,
        party=known(*outside.party, *said) if reason is None else [],
        party_ref=outside.shown,
        text=text,
        attachments=[Attachment("", None, "")] * media,
        status=status,
        consent=_consent(text, channel, direction, error, outside) if reason in (None, "no_identifier") else [],
        reason=reason,
        source_metadata=metadata_of(via, error, receiver if outside is sender else sender),
        updated_at=updated,
    )


def _consent(text: str, channel: str, direction: str, error: str | None, outside: End) -> list[ConsentSignal]:
    """Return what a text asks for; of one that Twilio did not send, as its STOP stands, the no that was said before."""
    if channel not in ("sms", "chat"):
        return []
    if direction == "inbound":
        return keyword_consent(text, channel, outside.party)
    return refusal(channel, outside.party) if error == UNSUBSCRIBED else []


def _thread(sender: End, receiver: End, outside: End) -> str:
    """Return the pair of ends in their order, with what sets WhatsApp apart; one end where the other is empty."""
    pair = "~".join(sorted(each.shown for each in (sender, receiver) if each.shown))
    return f"{thread_prefix(outside)}{pair}" if pair else ""


def thread_prefix(outside: End) -> str:
    """Return what stands before a thread's pair of ends: the same two numbers may text and be on WhatsApp."""
    return f"{outside.scheme}:" if outside.scheme == "whatsapp" else ""


def metadata_of(via: str, error: str | None, ours: End) -> dict[str, Any]:
    """Return what only Twilio tells: which way it was sent, an error, our number."""
    told = {
        "via": via if via in ("outbound-call", "outbound-reply") else None,
        "error_code": error if error != _NO_ERROR else None,
        "our_number": ours.shown or None,
    }
    return {name: value for name, value in told.items() if value is not None}
