"""Twilio's calls, one interaction a leg: who called, how it ended, how long it took, and what was said if that is known."""

from typing import Any

from pipelines.contract import Attachment, Channel, Interaction
from pipelines.extract.claims.claims import claims_of
from pipelines.extract.parts.phone.parties import caller_name
from pipelines.extract.parts.talks.talks import Talk
from pipelines.extract.parts.twilio.ends import End, Way, end_of, sides
from pipelines.extract.parts.twilio.files import maybe_count, maybe_instant
from pipelines.extract.parts.twilio.sides import Log
from pipelines.extract.values.fields import Fields, known, names
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import clean

# A trunk "originates" calls from the telephone network to our exchange, and "terminates" ours there.
WAYS: dict[str, Way] = {
    "inbound": "inbound", "outbound-api": "outbound", "outbound-dial": "outbound", "trunking-originating": "inbound",
    "trunking-terminating": "outbound",
}  # fmt: skip
STATUS = {each: each for each in names("queued initiated ringing in-progress completed busy no-answer canceled failed")}
ANSWERED_BY = {
    each: each
    for each in names("""
        human fax unknown machine machine_start machine_end_beep machine_end_silence machine_end_other
    """)
}
_USUAL = names("""
    answered_by caller_name date_created date_updated duration parent_call_sid start_time
""")
_IN_CSV = names("duration")
_LEFT = names("""
    account_sid annotation api_version end_time forwarded_from from_formatted group_sid phone_number_sid price price_unit
    queue_time subresource_uris to_formatted trunk_sid type uri
""")


def parse_call(sid: str, fields: Fields, log: Log, at: str) -> Interaction:
    """Map one leg of a call; UnreadableError where it is not what we know."""
    source = log.ends.source
    via = fields.string("direction")
    if via not in WAYS:
        raise UnreadableError("field 'direction' has a value we do not know")
    called_from = fields.text_or_null("from")
    caller, called = end_of(called_from, log.ends), end_of(fields.text_or_null("to"), log.ends)
    parent = fields.maybe_ref("parent_call_sid")
    is_passed_on = parent is not None and log.sides.is_from(parent, called_from)
    outside, direction = sides(caller, called, WAYS[via], is_leg=via == "outbound-dial", is_passed_on=is_passed_on)
    started, created, updated = (
        maybe_instant(fields, name, source.zone) for name in ("start_time", "date_created", "date_updated")
    )
    occurred_at = started or created
    if occurred_at is None:
        raise UnreadableError("missing field 'start_time'")
    status = fields.choice("status", STATUS)
    duration = maybe_count(fields, "duration")
    answered_by = fields.choice("answered_by", ANSWERED_BY) if fields.has("answered_by") else None
    shown = fields.maybe_string("caller_name") or ""
    is_csv = "date_updated" not in fields.names and "answered_by" not in fields.names
    log.drift.tell(fields, _LEFT, usual=_IN_CSV if is_csv else _USUAL)
    reason = "internal" if direction == "internal" else outside.reason
    text, talk = clean(log.sides.transcripts.get(sid, "")).strip(), Talk(log.sides.talks.get(sid, ""))
    party = list(outside.party)
    if direction == "inbound" and reason is None:  # a caller's name is what they, or a directory of their network, set
        party = known(*party, caller_name(shown), *claims_of(text, source))
    if talk.text and reason is None:
        party = known(*party, *claims_of(talk.by_customer, source))
    ours = called if outside is caller else caller
    channel: Channel = "voice"
    return Interaction(
        source=source.name,
        source_ref=sid,
        conversation_ref=parent or sid,
        channel=channel,
        direction=direction,
        occurred_at=occurred_at,
        file=log.ends.file,
        position=at,
        party=party if reason is None else [],
        party_ref=outside.shown,
        agent_ref=ours.staff,
        text="\n".join(filter(None, (text, talk.text))),
        in_reply_to_ref=parent,
        attachments=[Attachment(recording, None, "") for recording in log.sides.recordings.get(sid, ())],
        status=status,
        duration_seconds=None if duration is None else float(duration),
        reason=reason,
        source_metadata=metadata_of(via, answered_by, ours),
        updated_at=updated,
    )


def metadata_of(via: str, answered_by: str | None, ours: End) -> dict[str, Any]:
    """Return what only Twilio tells: which way its leg went, who or what answered, our number."""
    told = {
        "via": via if via not in ("inbound", "outbound-api") else None,
        "answered_by": answered_by,
        "our_number": ours.shown if ours.shown and not ours.staff else None,
    }
    return {name: value for name, value in told.items() if value is not None}
