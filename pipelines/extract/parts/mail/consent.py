"""What a person's mail says about advertising: a short mail, or a line of its own in one, in words we know."""

import re

MAIL_LIMIT = 120  # words; a longer mail tells a story
LINE_LIMIT = 15
_ALONE = frozenset(
    ("stop", "stopp", "remove", "remove me", "opt out", "optout", "stop please", "stop all", "basta", "arrêt")
)
_NO = (
    "unsubscribe", "opt me out", "opt out", "remove me from", "take me off", "stop sending", "stop emailing", "stop mailing",
    "no more emails", "no more marketing", "no more advert", "no longer want your", "no longer wish to receive", "abmelden",
    "abbestellen", "keine werbung", "désabonner", "désinscrire", "désinscription", "darme de baja", "dar de baja",
    "cancelar suscripción", "cancellami", "disiscriver", "annulla iscrizione", "afmelden", "uitschrijven",
)  # fmt: skip
_YES = (
    "put me back on", "subscribe me again", "resubscribe", "get your newsletter again", "receive your newsletter again",
    "want your newsletter again", "wieder anmelden",
)  # fmt: skip
_ANY = re.compile("|".join(sorted(r"\s+".join(map(re.escape, phrase.split())) for phrase in (*_ALONE, *_NO, *_YES))))
_TELLING = ("don't", "do not unsub", "not unsub", "cannot", "can't", "nicht abmelden", "?", "by accident", "how do i")


def marketing_wish(text: str) -> bool | None:
    """Return what the person asks for: False no more advertising, True to have it again, None where they say neither.

    A question or a story about unsubscribing asks for nothing. Where both are said, the no stands.
    """
    words = text[: 20 * MAIL_LIMIT].casefold().replace("\u2019", "'").replace("-", " ")
    if not _ANY.search(words) or len(words.split()) > MAIL_LIMIT:
        return None
    lines = [" ".join(line.split()) for line in words.splitlines() if line.strip()]
    if lines and lines[0].strip(".,;:! \"'") in _ALONE:
        return False
    short = [line for line in lines if line.count(" ") < LINE_LIMIT and not any(mark in line for mark in _TELLING)]
    if any(phrase in line for line in short for phrase in _NO):
        return False
    return True if any(phrase in line for line in short for phrase in _YES) else None
