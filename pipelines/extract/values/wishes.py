"""What people ask for in their own words about advertising, on whatever channel they write."""

import re

from pipelines.contract import ConsentSignal, Identifier
from pipelines.extract.values.keywords import UNSUBSCRIBING, keyword_consent

MAIL_LIMIT = 120  # words; a longer mail tells a story
LINE_LIMIT = 15
_ALONE = frozenset(
    ("stop", "stopp", "remove", "remove me", "opt out", "optout", "stop please", "stop all", "basta", "arrêt")
)
_NO = (
    *UNSUBSCRIBING, "opt me out", "opt out", "remove me from", "take me off", "stop sending", "stop emailing",
    "stop mailing", "no more emails", "no more marketing", "no more advert", "no longer want your",
    "no longer wish to receive", "keine werbung", "darme de baja", "dar de baja", "aus dem verteiler",
    "aus ihrem verteiler", "aus eurem verteiler", "keine newsletter mehr", "keinen newsletter mehr",
    "keine e mails mehr", "keine mails mehr", "plus de publicité", "ne plus recevoir", "no quiero recibir más",
    "no deseo recibir más", "non voglio più ricevere", "non desidero più ricevere", "geen nieuwsbrief meer",
    "cancelar suscripción", "disiscriver", "annulla iscrizione",
)  # fmt: skip
_YES = ("put me back on", "subscribe me again", "resubscribe", "your newsletter again", "newsletter wieder")
# A yes is a sentence that asks for it from its first word on: who tells that it happened, or that it fails, asks for none.
_ASKED = re.compile(
    r"(?:(?:hi|hello|hey|yes|ok|okay|please|pls|kindly|so|and|now|(?:could|can|would|will) you|i|i'd|would|like|love|want"
    r"|wish|you to|to|do|really|bitte|ich|möchte|will|würde|mich|mir|gerne?|für|zum|den|ihren|euren) )*"
    r"(?:put me back on (?:your|the) (?:(?:mailing|marketing|e ?mail|news) )?(?:list|newsletter|e ?mails)\b"
    r"|(?:re)?subscribe me again|resubscribe(?: me)?(?: (?:to|please)\b|$)"
    r"|(?:(?:get|receive|want|have) )?your newsletter again"
    r"|newsletter wieder (?:anmelden|bekommen|erhalten))"
)
_CONTRARY = re.compile(r"\b(?:not|never|no|cannot|stop|nicht|nie|kein\w{0,2})\b|n't")
_SENTENCES = re.compile(r"[.,!;:]")
_ANY = re.compile("|".join(sorted(r"\s+".join(map(re.escape, phrase.split())) for phrase in (*_ALONE, *_NO, *_YES))))
_TELLING = ("don't", "do not unsub", "not unsub", "cannot", "can't", "nicht abmelden", "?", "by accident", "how do i")


def asked_consent(text: str, subject: str | None, channel: str, party: list[Identifier]) -> list[ConsentSignal]:
    """Return what an inbound message says about marketing on its channel: by keyword in texts and chats, in words by mail.

    A yes by mail holds for the addresses that the channel itself shows; a no is kept, without a value, even where there is
    none.
    """
    if channel in ("sms", "chat"):
        return keyword_consent(text, channel, party)
    wish = marketing_wish(text or subject or "") if channel == "email" else None
    if wish is None:
        return []
    addresses = [each.value for each in party if each.kind == "email" and each.evidence == "channel"]
    return [ConsentSignal("email", "marketing", wish, value) for value in addresses or [""] * (not wish)]


def marketing_wish(text: str) -> bool | None:
    """Return what a mail asks for: False no more advertising, True to have it again, None where it says neither.

    That is a short mail, or a line of its own in one, in words we know. A question or a story about unsubscribing asks for
    nothing. Where both are said, the no stands; where it is open whether they ask or complain, they ask for nothing.
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
    return True if any(map(_asks_again, short)) else None


def _asks_again(line: str) -> bool:
    if _CONTRARY.search(line) or not any(phrase in line for phrase in _YES):
        return False
    return any(_ASKED.match(sentence.strip()) for sentence in _SENTENCES.split(line))
