"""A phone's calls: ``<call>``."""

from pipelines.contract import Direction, Interaction
from pipelines.extract.parts.sms_backup.records import Phone, contact_of, instant_of, whole
from pipelines.extract.values.fields import Fields, known, names
from pipelines.extract.values.text import one_line

TYPES: dict[str, tuple[Direction, str]] = {
    "1": ("inbound", "answered"),
    "2": ("outbound", "made"),
    "3": ("inbound", "missed"),
    "4": ("inbound", "voicemail"),
    "5": ("inbound", "rejected"),
    "6": ("inbound", "blocked"),  # by the phone's list of numbers that it refuses
    "7": ("inbound", "answered elsewhere"),
    # Some makers tell a call over Wi-Fi, or over the network's own internet telephony (IMS), by a type apart.
    **dict.fromkeys(("20", "1000"), ("inbound", "answered")),
    **dict.fromkeys(("21", "1001"), ("outbound", "made")),
    **dict.fromkeys(("22", "1002"), ("inbound", "missed")),
}
# Whether the number was shown; of the others, why not.
_PRESENTATIONS = {"1": None, "2": "restricted", "3": "unknown", "4": "payphone", "5": "unavailable"}
_USUAL = names("contact_name presentation")
_LEFT = names("""
    block_reason features formatted_number geocoded_location is_read missed_reason new post_dial_digits readable_date
    sim_slot subscription_component_name subscription_id via_number
""")


def parse_call(fields: Fields, phone: Phone, at: str) -> Interaction:
    """Map one call; UnreadableError where it is not what we know."""
    ends = phone.ends
    number, moment = fields.text_or_null("number"), instant_of(fields)
    direction, status = fields.choice("type", TYPES)
    duration = whole(fields, "duration")
    withheld = fields.choice("presentation", _PRESENTATIONS) if fields.has("presentation") else None
    contact = contact_of(fields)
    phone.drift.tell(fields, _LEFT, usual=_USUAL)
    party, reason = ([], "no_identifier") if withheld else ends.party_of(number)
    ref = phone.refs.ref(number, moment, f"{direction} call", f"{status} {duration}")
    return Interaction(
        source=ends.source.name,
        source_ref=ref,
        conversation_ref=ref,
        channel="voice",
        direction=direction,
        occurred_at=moment,
        file=ends.file,
        position=at,
        party=known(*party, contact) if reason is None else [],
        party_ref=one_line(number),
        status=status,
        duration_seconds=float(duration),
        reason=reason,
        source_metadata={"withheld": withheld} if withheld else {},
    )
