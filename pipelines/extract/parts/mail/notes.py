"""What a mailbox noted about a mail that lies in it: drafts, labels and flags. None of it is part of what was said."""

import re

from pipelines.extract.parts.mail.headers import Headers

# Headers that mail programs and mailboxes write into a mail they keep, and change while it lies there.
_KEPT_BESIDE = re.compile(
    rb"^(?:X-Gmail-Labels|X-GM(?:AIL)?-THRID|X-GM(?:AIL)?-MSGID|Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|X-Mozilla-Status2?"
    rb"|X-Mozilla-Keys|X-Evolution|X-Evolution-Source|X-Account-Key|X-UIDL):[^\n]*+(?:\n[ \t][^\n]*+)*+(?:\n|\Z)",
    re.MULTILINE | re.IGNORECASE,
)
_GETMAIL = re.compile(r'"\\+(\w{1,20})"')  # "\\Sent" "\\Important": as getmail writes Gmail's labels, in any language these
_END_OF_HEAD = re.compile(rb"\n\r?\n")
# Gmail's own labels, which Takeout writes in the language of the account.
_DRAFTS = frozenset((
    "drafts", "draft", "entwürfe", "brouillons", "borradores", "bozze", "concepten", "rascunhos", "esborranys",
    "wersje robocze", "koncepty", "piszkozatok", "utkast", "kladder", "luonnokset", "taslaklar", "черновики", "чернетки",
    "πρόχειρα", "下書き", "草稿", "임시보관함",
))  # fmt: skip
SPAM = frozenset((
    "spam", "correu brossa", "skräppost", "søppelpost", "roskaposti", "спам", "迷惑メール", "垃圾邮件", "垃圾郵件", "스팸함",
))  # fmt: skip


def labels_of(headers: Headers) -> set[str]:
    """Return Gmail's labels in lower case, as Takeout or getmail writes them into every copy of a mail."""
    if not headers.first("x-gmail-labels"):
        return set()
    text = headers.text("x-gmail-labels").lower()
    return {label.strip().strip('"') for label in text.split(",")} | set(_GETMAIL.findall(text))


def is_unsent(headers: Headers) -> bool:
    """Tell whether a mail of ours is a draft, as Outlook, Thunderbird, Unix mailboxes or Gmail mark one.

    Anybody can write these headers into a mail to us, so they count in our own mails only.
    """
    return (
        headers.word("x-unsent") == "1"
        or bool(headers.all("x-mozilla-draft-info"))
        or "t" in headers.word("x-status")
        or not _DRAFTS.isdisjoint(labels_of(headers))
    )


def without_notes(raw: bytes) -> bytes:
    """Return a mail's bytes without what its mailbox noted in them: the same in every copy and every export."""
    end = _END_OF_HEAD.search(raw)
    head, rest = (raw[: end.start() + 1], raw[end.start() + 1 :]) if end else (raw, b"")
    return _KEPT_BESIDE.sub(b"", head) + rest
