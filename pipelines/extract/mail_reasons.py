"""Why a mail has no person behind it: bounces, automatic answers, newsletters, no-reply senders, spam."""

import re

from pipelines.extract.identifiers import Own
from pipelines.extract.mail_addresses import Mailbox
from pipelines.extract.mail_headers import Headers
from pipelines.extract.mime import Part

_NO_REPLY = ("noreply", "donotreply", "dontreply", "noresponse", "neresp", "nepasrepondre", "nichtantworten", "noresponder")
_DAEMONS = ("mailerdaemon", "maildaemon")
_DAEMON_NAMES = ("mail delivery s", "mailer daemon", "mailer-daemon")
_SEPARATORS = str.maketrans("", "", "-_.")
_WORDS = re.compile("[-_.+]")


def reason_of_mail(mail: Part, sender: Mailbox, own: Own) -> str | None:
    """Return why an incoming mail has no customer, one of ``contract.REASONS``, or None where a person wrote it.

    Only what headers declare is used, and of several reasons the first of: bounce, spam, auto_reply, newsletter, no_reply.

    Args:
        mail: the whole mail.
        sender: the first entry of From.
        own: a mailing list of ours (customers write to support@, a group forwards) makes no newsletter.
    """
    headers = mail.headers
    if _is_bounce(mail, sender):
        return "bounce"
    if _is_spam(headers):
        return "spam"
    if _is_automatic(headers) or mail.kind == "multipart/report":
        return "auto_reply"
    if headers.first("return-path").strip() == "<>":
        return "bounce"
    if _is_newsletter(headers, own):
        return "newsletter"
    return "no_reply" if is_no_reply(sender.address) else None


def is_no_reply(address: str) -> bool:
    """Tell whether the address takes no answers, by its local part: no-reply, orders.noreply+7; not leonore.plyer."""
    words = _WORDS.split(address.rpartition("@")[0])
    return any("".join(words[at:]).startswith(_NO_REPLY) for at in range(len(words)))


def _is_bounce(mail: Part, sender: Mailbox) -> bool:
    if mail.kind == "multipart/report":
        return mail.parameters.get("report-type", "delivery-status").lower() == "delivery-status"
    local = sender.address.rpartition("@")[0].translate(_SEPARATORS)
    named = sender.name.lower().startswith(_DAEMON_NAMES)
    return local in _DAEMONS or named or bool(mail.headers.all("x-failed-recipients"))


def _is_spam(headers: Headers) -> bool:
    labels = [label.strip().lower() for label in headers.text("x-gmail-labels").split(",")]  # Google Takeout
    return headers.word("x-spam-flag") == "yes" or headers.word("x-spam-status").startswith("yes") or "spam" in labels


def _is_automatic(headers: Headers) -> bool:
    submitted = headers.word("auto-submitted")
    return (
        (bool(submitted) and submitted != "no")
        or any(headers.all(name) for name in ("x-autoreply", "x-autorespond", "x-auto-reply"))
        or headers.word("precedence").replace("-", "_") == "auto_reply"
    )


def _is_newsletter(headers: Headers, own: Own) -> bool:
    list_id = headers.text("list-id").rpartition("<")[2].strip("> ").lower()
    if list_id and own.is_ref(list_id.replace(".", "@", 1)):
        return False
    declared = any(headers.all(name) for name in ("list-id", "list-unsubscribe"))
    return declared or headers.word("precedence") in ("bulk", "list", "junk")
