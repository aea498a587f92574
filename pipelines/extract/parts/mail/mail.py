"""One mail to one interaction; every mail format (mbox, maildir, eml) brings its messages here."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from pipelines.contract import ConsentSignal, Direction, Evidence, Identifier, Interaction
from pipelines.extract.claims.claims import claims_of, references_of, signed_name
from pipelines.extract.parts.mail.addresses import Mailbox, mailboxes
from pipelines.extract.parts.mail.authentication import Verdict, authentication
from pipelines.extract.parts.mail.body import body_of, is_cut
from pipelines.extract.parts.mail.complaints import complaints_of
from pipelines.extract.parts.mail.dates import instant, local
from pipelines.extract.parts.mail.headers import Headers, message_ids
from pipelines.extract.parts.mail.mime import Part, parse_mail
from pipelines.extract.parts.mail.notes import is_unsent, without_notes
from pipelines.extract.parts.mail.reasons import is_journal, is_no_reply, reason_of_mail
from pipelines.extract.parts.mail.synced import Synced, interaction_in, is_draft, is_synced, moment_of
from pipelines.extract.values import identifiers
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import EARLIEST, latest_of
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import Parts, split_reply
from pipelines.extract.values.wishes import LINE_LIMIT, mail_wish, wished_by_mail
from pipelines.settings import Source

SUBJECT_LIMIT = 1_000
RECIPIENTS_LIMIT = 1_000  # entries of To, Cc and Bcc in which an outside recipient is looked for
DRAFT, JUNK, SENT = "draft", "junk", "sent"  # what a Place may note that decides what becomes of the mail
_RECIPIENTS = ("to", "cc", "bcc")
# What readpst writes of a sender without a mail address, whom Outlook keeps by their name in its own Exchange.
_EXCHANGE_SENDER = "x-libpst-forensic-sender"
# Nobody is behind these, but for a no to advertising in fewer words than a line has.
_HEARD = ("auto_reply", "newsletter", "spam")
FOR_ANOTHER = (
    "a mail whose answers go to another house than its sender's (Reply-To): where a service sends what customers write, "
    "list that sender in 'own', or all of them are one person's, or nobody's"
)


class UnsentError(Exception):
    """A mail that nobody has sent: a draft that lies in the mailbox."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message lies, and what its surroundings tell about it.

    Attributes:
        file, position: below the inbox; "message 12 (byte 34567)".
        night: the export's; a Date after it is a wrong clock's.
        postmark: the time that the mailbox itself noted (an mbox's ``From `` line, in UTC); used where Date tells none.
        is_last: the message ends where its file ends, so it may have been cut; ``followed_by_blank`` tells how.
        notes: what the mailbox keeps beside the mail, by flags and folders: ``DRAFT``, ``JUNK``, ``SENT``, and words that
            go to the metadata ("trashed", "flagged").
    """

    file: str
    position: str
    night: date
    postmark: str = ""
    is_last: bool = False
    followed_by_blank: bool = True
    notes: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Way:
    """Which way a mail went, and who stands at its outside end."""

    direction: Direction
    sender: Mailbox
    outside: Mailbox
    evidence: Evidence
    is_verified: bool = True


def take(raw: bytes, source: Source, place: Place, issues: Issues) -> Iterator[Interaction]:
    """Yield the interaction of one message; a draft is left out, what cannot be read is set aside, and both are counted."""
    try:
        record = parse_message(raw, source, place, issues)
    except UnsentError as error:
        issues.suppress(file=place.file, reason=str(error))
    except (ValueError, LookupError, TypeError, ArithmeticError, RecursionError) as error:
        issues.quarantine(raw, file=place.file, at=place.position, reason=error)
    else:
        if SENT in place.notes and record.direction == "inbound":
            issues.warn(file=place.file, reason="a mail in the folder of sent ones whose sender is not in 'own'")
        if record.reason == "own_address":
            issues.warn(file=place.file, reason="a mail under one of our own addresses that failed its check: nobody's")
        yield record


def parse_message(raw: bytes, source: Source, place: Place, issues: Issues) -> Interaction:
    """Read one message.

    Args:
        raw: its bytes, from the first header to the end of the body.
        source: whose ``own`` addresses tell the direction.
        place: where it lies.
        issues: takes what is told of it.

    Raises:
        UnreadableError: no time can be told, it was cut off, or reading it would cost too much.
        UnsentError: it is a draft.
    """
    mail = parse_mail(raw)
    if place.is_last and is_cut(mail, followed_by_blank=place.followed_by_blank):
        raise UnreadableError("the file ends in the middle of the message")
    headers, own = mail.headers, Own.of(source)
    if is_synced(headers):
        return _synced(mail, raw, source, place, issues)
    senders = list(islice(mailboxes(headers.all("from")[:2]), 2))
    sender = senders[0] if senders else Mailbox("", "")
    verdict = authentication(headers, sender.address.rpartition("@")[2], own)
    way = _way(headers, own, senders, verdict)
    if is_journal(headers):
        issues.warn(file=place.file, reason="a report to Exchange's journal: the mail within it is not read")
    if DRAFT in place.notes or (way.direction != "inbound" and is_unsent(headers)):
        raise UnsentError("a draft, not sent")
    reason = _reason(mail, way, own, place)
    if way.outside is sender and reason in (None, "no_reply") and _is_for_another(headers, sender, own):
        issues.warn(file=place.file, reason=FOR_ANOTHER)
    body = body_of(mail)
    parts = split_reply(body.text)
    subject = headers.text("subject")[:SUBJECT_LIMIT]
    ref = _ref(headers, raw)
    answered = message_ids(headers.first("in-reply-to"))
    roots = message_ids(headers.first("references"))
    person = [] if reason else _person(way)
    claims = _claims(parts, subject, person, source) if person and way.direction == "inbound" else []
    occurred_at, doubt = _occurred_at(headers, place, source.zone)
    traits = body.traits | ({"local_time": doubt} if doubt else {})
    return Interaction(
        source=source.name,
        source_ref=ref,
        conversation_ref=_gmail_thread(headers) or [*roots[:1], *answered[:1], ref][0],
        channel="email",
        direction=way.direction,
        occurred_at=occurred_at,
        file=place.file,
        position=place.position,
        party=[*person, *(claim for claim in claims if claim.value not in {known.value for known in person})],
        party_ref=way.outside.address or way.outside.name,
        agent_ref=(way.sender.address or way.sender.name or None) if way.direction != "inbound" else None,
        subject=subject or None,
        text=parts.text,
        quoted_text=parts.quoted or None,
        signature=parts.signature or None,
        in_reply_to_ref=next(iter([*answered[:1], *roots[-1:]]), None),
        attachments=body.attachments,
        consent=[*_consent(way, reason, headers, verdict, subject, parts.text), *complaints_of(mail, own)],
        reason=reason,
        source_metadata=_metadata(headers, verdict) | traits | dict.fromkeys(place.notes - {JUNK, SENT}, True),
    )


def _synced(mail: Part, raw: bytes, source: Source, place: Place, issues: Issues) -> Interaction:
    """Return the text or call that a mail is, which an app has put into the mailbox."""
    headers, body = mail.headers, body_of(mail)
    if is_draft(headers):
        raise UnsentError("a draft, not sent")
    called = [next(mailboxes(headers.all(name)), Mailbox("", "")).name for name in ("from", "to")]
    names: dict[Direction, str] = {"inbound": called[0], "outbound": called[1]}
    synced = Synced(_ref(headers, raw), body.text, body.attachments, names, place.file, place.position)
    moment = moment_of(headers) or _occurred_at(headers, place, source.zone)[0]
    return interaction_in(synced, headers, moment, source, issues)


def _way(headers: Headers, own: Own, senders: list[Mailbox], verdict: Verdict) -> _Way:
    sender = senders[0] if senders else Mailbox("", "")
    if not own.is_ref(sender.address) and not _is_in_our_exchange(headers, sender):
        # Two senders are a known trick, in one From or in two: what shows the one may have checked the other.
        doubtful = verdict == "fail" or sum(bool(one.address) for one in senders) > 1 or len(headers.all("from")) > 1
        return _Way("inbound", sender, sender, "claimed" if doubtful else "channel", verdict == "pass" or doubtful)
    # A group of ours (Google Groups) sends a customer's mail on under its own address. Anybody can write that header.
    if through_us := _outsider([*headers.all("x-original-from"), *headers.all("x-original-sender")], own):
        return _Way("inbound", through_us, through_us, "claimed")
    recipients = mailboxes(value for name in _RECIPIENTS for value in headers.all(name))
    addressed = [recipient for recipient in islice(recipients, RECIPIENTS_LIMIT) if recipient.address]
    outside = next((recipient for recipient in addressed if not own.is_ref(recipient.address)), None)
    if outside and verdict == "fail":  # somebody wrote it in our name: what it says of the outside person is not our word
        return _Way("inbound", sender, sender, "claimed")
    if outside or not addressed:  # to "undisclosed recipients": somebody, whom the mail does not name
        return _Way("outbound", sender, outside or Mailbox("", ""), "channel")
    # A form on our own site mails itself to us; the answer goes to the address that somebody typed into it.
    if writer := _outsider(headers.all("reply-to"), own):
        return _Way("inbound", writer, writer, "claimed")
    return _Way("internal", sender, Mailbox("", ""), "channel")


def _is_in_our_exchange(headers: Headers, sender: Mailbox) -> bool:
    """Say whether a mail out of Outlook's files is by a mailbox of the same Exchange: what we sent has no other sender."""
    is_named = headers.first(_EXCHANGE_SENDER).lower().startswith("/o=")
    return is_named and not sender.address and not headers.is_handed_on()


def _outsider(values: list[str], own: Own) -> Mailbox | None:
    """Return the first entry of such headers, where it has an address that is not ours."""
    first = next(mailboxes(values), None)
    return first if first and first.address and not own.is_ref(first.address) else None


def _is_for_another(headers: Headers, sender: Mailbox, own: Own) -> bool:
    """Say whether the answer goes to another house than the sender's: so write services that send a form for somebody."""
    writer = _outsider(headers.all("reply-to"), own)
    return writer is not None and _house(writer.address) != _house(sender.address) and not is_no_reply(writer.address)


def _house(address: str) -> list[str]:
    return address.rpartition("@")[2].lower().split(".")[-2:]


def _reason(mail: Part, way: _Way, own: Own, place: Place) -> str | None:
    if way.direction == "internal":
        return "internal"
    if way.direction == "inbound":
        declared = reason_of_mail(mail, way.sender, own, is_junk=JUNK in place.notes)
        declared = declared or ("own_address" if own.is_ref(way.outside.address) else None)
    else:
        declared = "no_reply" if is_no_reply(way.outside.address) else None
    return declared or (None if way.outside.address else "no_identifier")


def _person(way: _Way) -> list[Identifier]:
    address = identifiers.email(way.outside.address, way.evidence)
    called = identifiers.name(way.outside.name, way.evidence)
    return [
        Identifier(found.kind, found.scope, found.value, found.evidence, is_verified=way.is_verified)
        for found in (address, called)
        if found
    ]


def _claims(parts: Parts, subject: str, person: list[Identifier], source: Source) -> list[Identifier]:
    said = claims_of(parts.text, source, parts.signature)
    signed = signed_name(parts.text, parts.signature, person, source)
    return list(dict.fromkeys([*references_of(subject, source), *said, *signed]))


def _consent(
    way: _Way, reason: str | None, headers: Headers, verdict: Verdict, subject: str, text: str
) -> list[ConsentSignal]:
    """Return what the sender says about advertising.

    A yes counts only where the sender is not in doubt: a server that checked and vouches for somebody else makes it so. A
    no counts in whose name ever, and in a few words where nobody is behind the mail as well: a program wrote it for who
    pressed "Unsubscribe", or a filter took it for spam.
    """
    if way.direction != "inbound" or (reason is not None and (reason not in _HEARD or text.count(" ") >= LINE_LIMIT)):
        return []
    wish = mail_wish(text, subject)
    is_doubted = way.evidence != "channel" or (verdict != "pass" and headers.first("authentication-results") != "")
    if wish is None or (wish and (is_doubted or reason is not None)):
        return []
    return wished_by_mail([way.sender.address], text, subject, wish=wish)


def _ref(headers: Headers, raw: bytes) -> str:
    """Return the Message-ID, or a hash of the bytes where there is none (one bounce in eleven)."""
    ids = message_ids(headers.first("message-id"))
    return ids[0] if ids else "raw:" + hashlib.sha256(without_notes(raw)).hexdigest()[:24]


def _gmail_thread(headers: Headers) -> str:
    """Return Gmail's number of the thread, which Takeout, or getmail, writes into each mail."""
    thread = headers.word("x-gm-thrid") or headers.word("x-gmail-thrid")
    return thread if thread.isdigit() else ""


def _occurred_at(headers: Headers, place: Place, zone: ZoneInfo | None) -> tuple[datetime, str | None]:
    """Return when it was sent, and what is doubtful about that (``local_instant``)."""
    latest = latest_of(place.night)
    told = False
    for found in _times(headers, place.postmark, zone):
        if found and EARLIEST <= found[0] <= latest:
            return found
        told = told or found is not None
    if told:
        raise UnreadableError(f"every time it tells lies before {EARLIEST:%Y} or after the night")
    raise UnreadableError(
        "no time: neither Date, nor the From line, nor Received tells one with its zone (or declare the source's 'timezone')"
    )


def _times(headers: Headers, postmark: str, zone: ZoneInfo | None) -> Iterator[tuple[datetime, str | None] | None]:
    """Yield the times a mail tells, the sender's own first; a reader stops at the first that will do.

    A Date without its zone is the last: the others tell an instant.
    """
    date = headers.first("date")
    yield _sure(instant(date))
    yield _sure(instant(postmark, assume_utc=True))
    yield _sure(instant(headers.first("received").rpartition(";")[2]))
    if zone:
        yield local(date, zone)


def _sure(found: datetime | None) -> tuple[datetime, str | None] | None:
    return None if found is None else (found, None)


def _metadata(headers: Headers, verdict: Verdict) -> dict[str, Any]:
    """Return the little that later stages and people ask for; empty entries are left out."""
    delivered = [*headers.all("delivered-to"), *headers.all("x-original-to")]
    first = next(mailboxes(delivered), Mailbox("", ""))
    told = {
        "delivered_to": first.address,
        "authentication": verdict,
        "automatic": headers.word("auto-submitted"),
    }
    return {name: value for name, value in told.items() if value not in ("", "none", "no")}
