"""What a whole short message says about marketing: STOP and its like are a no, START and its like a yes."""

import re

from pipelines.contract import ConsentSignal, Identifier
from pipelines.extract.values.fields import names

LETTERS = 60  # a longer message is a sentence, whatever words it holds
WORDS = 6

# What says it wherever it stands.
UNSUBSCRIBING = names(
    "unsubscribe abmelden abbestellen désabonner désinscrire désinscription cancellami afmelden uitschrijven"
)
# People build sentences with these: "please unsubscribe me", "stop sending me texts".
_LEAVING = UNSUBSCRIBING | names("stop stopall optout stopp arret arrêt baja")
# Alone they are what gateways and networks take for a keyword.
_NO = _LEAVING | names("cancel end quit revoke abmeldung alto basta sair parar")
_YES = names("start unstop subscribe resubscribe optin")
_YES_IN_CHAT = _YES - {"start"}  # which opens a chat with many a bot
_NEGATION = names("don't dont")
_CONTACT = names("text message sms mail email contact")
_SENT = names(
    "texts text messages message sms mails mail emails email newsletter"
    " newsletters ads advertising marketing promotions offers werbung pub"
)
# Any other word makes it a sentence about something else: "please stop by the shop", "cancel my order".
_AROUND = _SENT | names(
    "please pls plz thanks thank you thx now all me my number again anymore ever the these those your any more"
    " of from to list sending texting messaging bitte danke mich mehr svp merci por favor gracias per favore grazie aub"
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


def keyword_consent(text: str, channel: str, party: list[Identifier]) -> list[ConsentSignal]:
    """Return what an inbound message says as a whole about marketing on its channel; most messages say nothing.

    A yes holds for the phones that the channel itself shows as the sender; a no is kept, without a value, even where
    there is none.
    """
    words = _words(text)
    if is_no := _is_no(words):
        allowed = False
    elif len(words) == 1 and words[0] in (_YES if channel == "sms" else _YES_IN_CHAT):
        allowed = True
    else:
        return []
    phones = [each.value for each in party if each.kind == "phone" and each.evidence == "channel"]
    return [ConsentSignal(channel, "marketing", allowed, value) for value in phones or [""] * is_no]


def _words(text: str) -> list[str]:
    """Return the words of a short message in lower case; none of a longer one."""
    if len(text) > LETTERS:
        return []
    plain = re.sub(r"\bopt[ -](in|out)\b", r"opt\1", text.lower().replace("\u2019", "'"))
    words = _WORD.findall(plain)
    return words if len(words) <= WORDS else []


def _is_no(words: list[str]) -> bool:
    if len(words) == 1:
        return words[0] in _NO
    told = set(words)
    if told & _LEAVING:
        return told <= _LEAVING | _AROUND
    if words[:2] == ["do", "not"]:
        told = {"don't", *words[2:]}
    if told & _NEGATION:
        return "me" in told and bool(told & _CONTACT) and told <= _NEGATION | _AROUND | _CONTACT
    if "remove" in told:
        return bool(told & {"me", "number"}) and told <= _AROUND | {"remove"}
    is_no_more = {"no", "more"} <= told or "keine" in told
    return is_no_more and bool(told & _SENT) and told <= _AROUND | {"no", "keine"}
