"""What a whole short message says about marketing: STOP and its like are a no, START and its like a yes."""

import re

from pipelines.contract import CONSENT_CHANNELS, ConsentSignal, Identifier
from pipelines.extract.values.fields import names
from pipelines.extract.values.leaving import is_leaving, may_leave
from pipelines.extract.values.withdrawals import is_for_all_channels, is_withdrawal, plainly

LETTERS = 100  # a longer message is a sentence, whatever words it holds
WORDS = 12
KEYED = frozenset({"sms", "chat", "social"})  # channels on which people say it so
_NUMBERED = KEYED - {"social"}  # on which a number is what is written to

# What says it wherever it stands.
UNSUBSCRIBING = names(
    "unsubscribe abmelden abbestellen désabonner désinscrire désinscription cancellami afmelden uitschrijven"
)
# People build sentences with these: "please unsubscribe me", "stop sending me texts".
_LEAVING = UNSUBSCRIBING | names("""
    stop stopall stop2end optout stopp arret arrêt baja desinscription désabonnez désinscrivez cancellatemi disiscrivimi
    disiscrivetemi descadastrar afmeld avmeld frameld avregistrera wypisz отписаться отпишите стоп στοπ
""")
# Alone they are what gateways and networks take for a keyword.
_NO = _LEAVING | names("""
    cancel end quit revoke abmeldung alto basta sair parar pare cancelar remover detener ende fin avsluta rezygnuję отписка
    退订 取消订阅 td 配信停止 수신거부 הסר ret unsub berhenti iptal odhlásit odhlásiť lopeta sluta koniec إلغاء الغاء توقف
""")
_YES = names("start unstop subscribe resubscribe optin")
_YES_IN_CHAT = _YES - {"start"}  # which opens a chat with many a bot
_ADVERTISING = names("""
    ads adverts advertising marketing promotions promos offers newsletter newsletters spam werbung pub publicité publicidad
    publicidade pubblicità promociones promoções reclame reklam reklame reklamy
""")
_SENT = _ADVERTISING | names("""
    texts messages sms mails emails nachrichten rundmails mensajes correos mensagens messaggi berichten beskeder meldinger
    wiadomości
""")
# Any other word makes it a sentence about something else: "please stop by the shop", "cancel my order".
_AROUND = _SENT | names("""
    text message mail email phone promotional promo mailing texting messaging contacting calling sending bothering spamming
    please plz pls thanks thank you thx now all me us my number numbers again anymore ever the these those this your any more
    of from to with list lists i i'd i'm we want would like wish need be get receive getting receiving can could will
    kindly and bitte danke mich mir meine nummer mehr meer ich wir möchte will von ihnen euch aus der ihrem liste
    svp merci moi s'il vous plaît de des vos la je j'en
    por favor gracias quiero quisiera darme dar dame deme denme lista me más obrigado obrigada mais
    per favore grazie più vorrei aub graag mij tak takk tack mnie mi więcej proszę dziękuję пожалуйста меня
""")
# What is said in several words, and what must be named beside it, where it does not say that itself.
_OURS = names("me us number")
# What a mail that says stop must name beside it: it may be about a parcel.
_NAMED = _SENT | names("list lists mailing messaging contacting sending bothering spamming")
_REFUSALS = {
    "(?:do not|don't|dont|never|no longer) (?:want|wish|need)": _SENT,
    "(?:do not|don't|dont|never) send": _SENT,
    "(?:do not|don't|dont|never) (?:text|message|sms|mail|email|contact)": _OURS,
    "no more": _SENT | names("text message mail email"),
    "no": _ADVERTISING,
    "(?:remove|delete|erase)": _OURS,
    "be (?:removed|deleted|unsubscribed)|be taken off|take (?:me|us|my number|this number) off|opt me out": None,
    "(?:revoke|withdraw)(?: my)? consent|leave me alone|lose my number": None,
    "(?:kein|keine|keinen)": _ADVERTISING | names("sms mails emails"),
    "keine(?= (?:[^ ]+ )*mehr)(?: [^ ]+ mehr (?:senden|schicken|schreiben))?": _SENT,
    "(?:möchte|will) (?:keine|keinen) [^ ]+ mehr (?:erhalten|bekommen)": _SENT,
    "(?:schicken|senden|schreiben) sie mir (?:keine|keinen)(?= (?:[^ ]+ )*mehr)": _SENT,
    "(?:meine nummer|mich) löschen|löschen sie(?= meine nummer)": None,
    "(?:ne )?veux plus(?: recevoir)?|ne m'envoyez plus|ne plus m'envoyer|ne plus recevoir|plus de": _SENT,
    "arrêtez(?: de m'envoyer)?": _SENT,
    "no (?:quiero|deseo)(?: recibir)? más|no me (?:envíen|envíe|envíes|manden|mande|mandes) más": _SENT,
    "não quero(?: mais)?(?: receber)?(?: mais)?|não (?:me )?(?:envie|enviem|mande|mandem) mais": _SENT,
    "non voglio(?: più)?(?: ricevere)?|non (?:inviatemi|mandatemi) più|basta": _SENT,
    "geen(?= (?:[^ ]+ )*meer)": _SENT,
    "inga fler|ikke flere|ingen flere|ingen": _SENT,
    "nie (?:wysyłaj|wysyłajcie)|nie chcę": _SENT | names("mi więcej"),
    "nicht mehr (?:an)?schreiben|(?:lassen sie|lasst|lass) mich in ruhe|ne m'écrivez plus|laissez moi tranquille": None,
    "non scrivetemi più|no me (?:escriban|escribáis) más|не пишите мне|удалите мой номер": None,
    "no más": _SENT,
}
# One of these is in all that is said so, in lower case: a quick look at what mostly says none of it.
_HINTS = (
    "stop", "do not", "don't", "dont", "never", "no ", "remove", "delete", "erase", " off", "opt me", "consent",
    "alone", "my number", "kein", "lösche", "plus", "arrête", "não", "non ", "basta", "geen", "inga", "ikke", "ingen",
    "nie ",
)  # fmt: skip
_MAILS = re.compile(r"\be?-?mails?\b|newsletter|mailing|verteiler|nieuwsbrief|boletín", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
_CUES = [(re.compile(rf"\b(?:{said})(?![^ ])"), of) for said, of in _REFUSALS.items()]
_KNOWN = (_AROUND | _NO | _YES).union(*map(_WORD.findall, _REFUSALS))
_CODE = re.compile(r"(?<=\bstop) (?:(?:sms|au) )*3[68]\d{3}\b")  # "STOP au 36111": what texts in France end with
_APART = re.compile(r"(?<=\bopt)[ -](?=(?:in|out)\b)|(?<=\bstop) (?=2 end\b)|(?<=\bstop 2) (?=end\b)")  # one keyword


def keyword_consent(text: str, channel: str, party: list[Identifier]) -> list[ConsentSignal]:
    """Return what an inbound message says as a whole about marketing on its channel; most messages say nothing.

    A yes holds for the phones that the channel itself shows as the sender, and is none where people are not reached by
    phone; a no is kept, without a value, even where there is none. Who says no to mails on another channel says no to both,
    who withdraws consent or objects without naming a channel says it to all.
    """
    words = _words(text)
    if _is_no(words) or is_withdrawal(text) or _is_leaving(text):
        return refusal(channel, party) + refusal_elsewhere(text, channel)
    if len(words) == 1 and words[0] in (_YES if channel == "sms" else _YES_IN_CHAT):
        return [ConsentSignal(channel, "marketing", allowed=True, value=phone) for phone in _phones(channel, party)]
    return []


def _is_leaving(text: str) -> bool:
    """Say whether a short message asks in one sentence to be taken off; a question asks for nothing yet."""
    if len(text) > LETTERS or "?" in text or not may_leave(plain := plainly(text)):
        return False
    return is_leaving(" ".join(plain.split()))


def refusal(channel: str, party: list[Identifier]) -> list[ConsentSignal]:
    """Return the no of who is reached at the phones that a channel shows, or without any the no of whoever it is."""
    return [ConsentSignal(channel, "marketing", allowed=False, value=phone) for phone in _phones(channel, party) or [""]]


def refusal_elsewhere(text: str, channel: str) -> list[ConsentSignal]:
    """Return the no that holds on other channels than the one it is said on: to all of them, or to mails."""
    if is_for_all_channels(text):
        others = [each for each in CONSENT_CHANNELS if each != channel]
    else:
        others = ["email"] if channel != "email" and _MAILS.search(text) else []
    return [ConsentSignal(each, "marketing", allowed=False) for each in others]


def _phones(channel: str, party: list[Identifier]) -> list[str]:
    if channel not in _NUMBERED:
        return []
    return [each.value for each in party if each.kind == "phone" and each.evidence == "channel"]


def has_refusal(text: str) -> bool:
    """Say whether a line of a mail, in lower case, wants no more of what we send; a question wants nothing yet."""
    if not any(hint in text for hint in _HINTS):
        return False
    return any(_is_refusal(line) for line in text.splitlines() if "?" not in line)


def _is_refusal(line: str) -> bool:
    """Say it of one line: it takes several words, as "stop" alone may be about a parcel."""
    words = _words(line)
    if _LEAVING.isdisjoint(words):
        return len(words) > 1 and _is_no(words)
    return not _NAMED.isdisjoint(words) and _is_no(words)


def _words(text: str) -> list[str]:
    """Return a short message's words in lower case; none of a longer one, or where one of them is none of ours."""
    if len(text) > LETTERS:
        return []
    words: list[str] = []
    whole = text.lower().replace("\u2019", "'")
    if "opt" in whole or "stop" in whole:
        whole = _CODE.sub("", _APART.sub("", whole))
    for word in _WORD.finditer(whole):
        if word[0] not in _KNOWN or len(words) == WORDS:
            return []
        words.append(word[0])
    return words


def _is_no(words: list[str]) -> bool:
    if len(words) == 1:
        return words[0] in _NO
    told = set(words)
    if told & _LEAVING:
        return told <= _LEAVING | _AROUND
    whole = " ".join(words)
    return any(_is_said(cue, of, whole) for cue, of in _CUES)


def _is_said(cue: re.Pattern[str], of: frozenset[str] | None, whole: str) -> bool:
    rest, found = cue.subn(" ", whole)
    return bool(found) and (of is None or not of.isdisjoint(whole.split())) and _AROUND.issuperset(rest.split())
