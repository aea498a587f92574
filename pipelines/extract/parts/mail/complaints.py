"""Complaints: a provider tells by a report (ARF, RFC 5965) that somebody marked a mail of ours as spam, which is a no."""

from collections.abc import Iterable
from itertools import islice

from pipelines.contract import ConsentSignal
from pipelines.extract.parts.mail.addresses import mailboxes
from pipelines.extract.parts.mail.headers import Headers
from pipelines.extract.parts.mail.mime import Part, parse_mail
from pipelines.extract.values.identifiers import Own

LIMIT = 100  # recipients; a report tells of one
_REPORT = "feedback-report"
_COMPLAINTS = frozenset(("abuse", "opt-out", "opt-out-list"))  # not: fraud, virus, not-spam, auth-failure, other
_RECIPIENTS = ("original-rcpt-to", "removal-recipient")
_TYPED = "rfc822;"  # as delivery reports write a recipient
_OUTLOOK = "x-hmxmroriginalrecipient"  # to whom Outlook.com had delivered it, in the mail that it sends back
_MAILS = ("message/rfc822", "text/rfc822-headers")


def complaints_of(mail: Part, own: Own) -> list[ConsentSignal]:
    """Return the no of everybody whom a report says to have complained; of most mails none."""
    addresses = dict.fromkeys(address for address in _complaining(mail, own) if not own.is_ref(address))
    return [ConsentSignal("email", "marketing", allowed=False, value=address) for address in addresses]


def sent_back_by_outlook(mail: Part) -> Headers | None:
    """Return the headers of the mail that Outlook.com sends back to who sent it, as its user called it spam; else None.

    Its own reports hold that mail and nothing else, which tells to whom it had been delivered.
    """
    if mail.kind != "multipart/mixed" or [part.kind for part in mail.parts] != ["message/rfc822"]:
        return None
    sent = _headers_within(mail, _MAILS)
    return sent if sent and sent.first(_OUTLOOK) else None


def _complaining(mail: Part, own: Own) -> list[str]:
    if sent := sent_back_by_outlook(mail):
        return _reached(sent, own)
    if mail.kind != "multipart/report" or mail.parameters.get("report-type", "").lower() != _REPORT:
        return []
    told = _headers_within(mail, (f"message/{_REPORT}",))
    if told is None or told.word("feedback-type") not in _COMPLAINTS:
        return []
    return _complainers(told, mail, own)


def _complainers(told: Headers, mail: Part, own: Own) -> list[str]:
    """Return whom the report names, else to whom alone the mail went that it sends back, where that is one of ours."""
    written = [value.strip().removeprefix(_TYPED) for name in _RECIPIENTS for value in told.all(name)]
    if named := _addresses(written):
        return named
    sent = _headers_within(mail, _MAILS)
    return _reached(sent, own) if sent else []


def _reached(sent: Headers, own: Own) -> list[str]:
    """Return to whom alone a mail went, where it is one of ours."""
    if not any(map(own.is_ref, _addresses(sent.all("from")))):
        return []
    reached = _addresses(sent.all(_OUTLOOK)) or _addresses([*sent.all("to"), *sent.all("cc")])
    return reached if len(reached) == 1 else []


def _addresses(values: Iterable[str]) -> list[str]:
    return [each.address for each in islice(mailboxes(values), LIMIT) if each.address]


def _headers_within(mail: Part, kinds: tuple[str, ...]) -> Headers | None:
    """Return the headers that the first part of one of these kinds holds; of a mail sent back, those of the mail."""
    part = next((each for each in mail.parts if each.kind in kinds), None)
    return parse_mail(part.content() + b"\n\n").headers if part else None
