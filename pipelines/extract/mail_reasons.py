"""Why a mail has no person behind it: bounces, automatic answers, newsletters, no-reply senders, spam."""

from pipelines.extract.identifiers import Own
from pipelines.extract.mail_addresses import Mailbox
from pipelines.extract.mail_headers import Headers

_NO_REPLY = ("noreply", "donotreply", "dontreply", "noresponse", "neresp", "nepasrepondre", "nichtantworten", "noresponder")
_DAEMONS = ("mailerdaemon", "maildaemon")
_DAEMON_NAMES = ("mail delivery s", "mailer daemon", "mailer-daemon")
_SEPARATORS = str.maketrans("", "", "-_.")


def reason_of_mail(headers: Headers, media_type: str, parameters: dict[str, str], sender: Mailbox, own: Own) -> str | None:
    """Return why an incoming mail has no customer, one of ``contract.REASONS``, or None where a person wrote it.

    Only what headers declare is used, and of several reasons the first of: bounce, spam, auto_reply, newsletter, no_reply.

    Args:
        headers: of the whole mail.
        media_type, parameters: its Content-Type.
        sender: the first entry of From.
        own: a mailing list of ours (customers write to support@, a group forwards) makes no newsletter.
    """
    if _is_bounce(headers, media_type, parameters, sender):
        return "bounce"
    if headers.word("x-spam-flag") == "yes" or headers.word("x-spam-status").startswith("yes"):
        return "spam"
    if _is_automatic(headers) or media_type == "multipart/report":
        return "auto_reply"
    if headers.first("return-path").strip() == "<>":
        return "bounce"
    if _is_newsletter(headers, own):
        return "newsletter"
    return "no_reply" if is_no_reply(sender.address) else None


def is_no_reply(address: str) -> bool:
    """Tell whether the address takes no answers, by its local part."""
    local = address.rpartition("@")[0].translate(_SEPARATORS)
    return any(word in local for word in _NO_REPLY)


def _is_bounce(headers: Headers, media_type: str, parameters: dict[str, str], sender: Mailbox) -> bool:
    if media_type == "multipart/report" and parameters.get("report-type", "delivery-status").lower() == "delivery-status":
        return True
    local = sender.address.rpartition("@")[0].translate(_SEPARATORS)
    return (
        local in _DAEMONS
        or sender.name.lower().startswith(_DAEMON_NAMES)
        or bool(headers.all("x-failed-recipients"))
        or headers.word("content-type").startswith("message/delivery-status")
    )


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
