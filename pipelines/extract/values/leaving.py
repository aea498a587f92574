"""A no in one line: who asks to be taken off a list, or to be sent no more of something, and names which.

Each language says it with a verb of its own, and names a list or what is sent: a verb alone may be about an order.
"""

import re

_LISTS = (
    r"(?:newsletters?|mailings?|mail(?:ing)?(?: ?list\w*)|verteilers?|listes?|lista|elenco|lijst|mailinglijst|nieuwsbrie\w+"
    r"|bolet[ií]n(?:es)?|infolettres?|bestand|databases?|fichiers?)\b"
)
_SENT = (
    r"(?:newsletters?|nieuwsbrie\w+|e ?mails?|mails?|mailings?|courriels?|pubs?|publicit\w+|pubblicit\w+|publicidad|reclame"
    r"|werbung|werbe\w+|correos?|comunica\w+ (?:commercial|comercial)\w+|promo\w+|offres|ofertas|offerte|aanbiedingen"
    r"|spam)\b"
)
_PLEASE = r"(?:sie |ihr |bitte )*"
_SAID = (
    # English
    r"get me off (?:\w+ ){0,3}lists?\b",
    r"quit (?:(?:e ?)?mail|spamm|send)ing",
    r"cancel (?:(?:my|the|this) )?(?:newsletter|mailing|e ?mail) subscription",
    r"(?:(?<=[,.;] )|^)(?:please |just |now )*remove me(?: please| now)?[.!]*$",
    # German: "melden Sie mich an", "nehmen Sie mich auf" are the contrary
    rf"(?:streich|nehm|nimm|lösch)\w* {_PLEASE}(?:mich|uns) {_PLEASE}(?:aus|von|vom) .*{_LISTS}",
    rf"meld\w* {_PLEASE}(?:mich|uns) .*{_LISTS}(?: \w+){{0,3}} ab\b",
    rf"trag\w* {_PLEASE}(?:mich|uns) {_PLEASE}aus(?:[.!]*$| .*{_LISTS})",
    r"bitte austragen",
    rf"kündige (?:\w+ ){{0,2}}{_LISTS}",
    rf"(?:möchten?|will|wollen|wünschen?) .*{_SENT} nicht (?:mehr|länger)",
    rf"keine weiteren {_SENT}",
    # French
    rf"(?:me (?:retirer|supprimer|rayer)|m'enlever|(?:retirez|enlevez|supprimez|rayez) (?:moi|nous)) .*{_LISTS}",
    r"(?:désabonnez|désinscrivez) (?:moi|nous)\b|je me désabonne\b",
    rf"ne plus m'(?:envoyer|adresser) .*{_SENT}",
    rf"(?:arrêtez|cessez) de m'(?:envoyer|adresser) .*{_SENT}",
    rf"stop (?:aux?|à (?:la|vos)) .*{_SENT}",
    # Spanish
    rf"(?:qu[ií]t|b[oó]rr|elim[ií]n|s[aá]qu|ret[ií]r)\w{{1,4}}me .*{_LISTS}",
    rf"(?:dejen?|dejad|paren?) de (?:enviar|mandar)me .*{_SENT}",
    rf"solicito (?:la|mi) baja .*{_LISTS}",
    r"(?:dad|den|de|da)me de baja\b",
    rf"no (?:quiero|deseo) seguir recibiendo .*{_SENT}",
    r"desuscrib(?:ir)?me\b|me (?:quiero|deseo) desuscribir",
    # Italian
    rf"(?:cancell(?:ar|ate|a)mi|rimuov(?:er|ete|i)mi|toglie(?:r|te)mi|elimina(?:r|te)?mi) .*{_LISTS}",
    rf"(?:essere (?:cancellat|rimoss|eliminat)[oaie]|chiedo la (?:mia )?cancellazione) .*{_LISTS}",
    r"disiscriv(?:ete|i)mi\b",
    rf"non (?:intendo|voglio|desidero|vogliamo) (?:più )?ricevere .*{_SENT}",
    rf"basta (?:con (?:le|la|i) )?{_SENT}",
    # Dutch
    rf"(?:verwijder|haal|schrap) (?:mij|me|ons) .*{_LISTS}",
    rf"(?:mij|me|ons) te (?:verwijderen|schrappen) .*{_LISTS}",
    r"schrijf (?:mij|me|ons) (?:\w+ )?uit\b",
    rf"(?:wil|wens|stuur|willen|wensen) .*geen (?:\w+ )?{_SENT} meer",
    rf"(?:wil|wens|willen|wensen) .*{_SENT} niet (?:meer|langer)",
    rf"stop met (?:(?:e ?)?mailen|het (?:ver)?sturen van .*{_SENT})",
)
_LEAVING = re.compile(rf"(?<!\w)(?:{'|'.join(_SAID)})")
# Who tells that it does not work, or that it happened, asks for nothing.
_TELLING = re.compile(
    r"\b(?:funktioniert|klappt|kann|konnte|haben|hat|fonctionne|arrive|avez|riesco|funziona|avete|puedo|funciona|han|lukt"
    r"|werkt|kan|hebben|heeft)\b"
)


# One of these is in all that is said so: a quick look at what mostly says none of it.
_HINTS = (
    "get me off", "quit", "subscription", "remove me", "streich", "nehm", "nimm", "lösch", "meld", "trag", "austragen",
    "kündige", "nicht mehr", "nicht länger", "weiteren", "retir", "supprim", "raye", "enlev", "désabonne", "désinscri",
    "m'envoyer", "m'adresser", "stop ", "quít", "borr", "bórr", "elimin", "elimín", "saqu", "sáqu", "enviarme", "mandarme",
    "baja", "recibiendo", "desuscrib", "cancell", "rimuov", "rimoss", "togli", "disiscriv", "ricevere", "basta ",
    "verwijder", "haal ", "schrap", "schrijf", "geen ", "niet meer", "niet langer",
)  # fmt: skip


def may_leave(text: str) -> bool:
    """Say whether one of a text's lines may ask for no more of what we send."""
    return any(hint in text for hint in _HINTS)


def is_leaving(line: str) -> bool:
    """Say whether a line, as ``withdrawals.plainly`` gives it and no question, asks for no more of what we send."""
    return bool(_LEAVING.search(line)) and not _TELLING.search(line)
