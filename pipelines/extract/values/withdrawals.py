"""A no in the words of the law, or asked politely: consent withdrawn, an objection, data to be erased, "could you please".

European law knows three ways to be rid of advertising: consent that is withdrawn (GDPR, article 7), an objection (21) and
erasure (17). Letters that use them are long and alike: each sentence is looked at by itself, for a verb and what it is
about.
"""

import re
from typing import NamedTuple

LENGTH_LIMIT = 6_000  # letters; what somebody wants stands above it
SENTENCE_LIMIT = 400

_ADVERTISING = (
    r"(?:direct )?marketing|advert\w*|newsletters?|promotion\w*|offers|mailings?|mailing lists?|e ?mails|commercial"
    r"|(?:by|per|via|par|por) e ?mail|\w*werb\w*|verteilers?|rundschreiben"
    r"|prospection|publicit\w+|offres|commercia(?:l|le|les|ux)|infolettres?"
    r"|publicidade?|comercia(?:l|les|is)|boletín|boletim|promo\w+|ofertas"
    r"|pubblicit\w+|commercial[ei]|offerte|reclame|nieuwsbrief|aanbiedingen"
)
_MY_DATA = (
    r"my (?:personal )?(?:data|information)|mein\w* (?:personenbezogen\w* |persönlich\w* )?daten|mes données"
    r"|mis datos|(?:i )?(?:miei|dei miei) dati|mijn (?:persoons)?gegevens|(?:os )?meus dados"
)
_MY_PLACE = (
    r"(?:my|this) (?:[\w']+ ){0,3}?(?:address|details|e ?mail|name|number)s?\b"
    r".*\b(?:lists?|databases?|records|newsletters?|systems?|files)"
    r"|meine (?:[\w]+ ){0,3}?(?:adresse|mail)\b.*\b(?:datenbank|verteiler|liste|system)"
    r"|mon (?:[\w]+ ){0,3}?(?:adresse|mail|e mail)\b.*\b(?:listes?|base|fichiers?)"
    r"|mi (?:[\w]+ ){0,3}?(?:correo|dirección)\b.*\b(?:listas?|base)"
    r"|mio (?:[\w]+ ){0,3}?(?:indirizzo|e ?mail)\b.*\b(?:liste|lista|database|mailing)"
)


class _Right(NamedTuple):
    """What is done, and what it must be about, in any order within one sentence."""

    done: re.Pattern[str]
    about: tuple[re.Pattern[str], ...]


def _right(done: str, *about: str) -> _Right:
    return _Right(re.compile(rf"\b(?:{done})\b"), tuple(re.compile(rf"\b(?:{each})\b") for each in about))


_RIGHTS = (
    _right(
        "withdraw|revoke|rescind|widerrufe|retire|révoque|retiro|revoco|ritiro|trek|herroep|revogo",
        r"consent|permission|authori[sz]ation|einwilligung|zustimmung|einverständnis\w*|consentement|accord"
        r"|consentimi?ento|consenso|toestemming",
        rf"{_ADVERTISING}|{_MY_DATA}",
    ),
    _right(
        "withdraw|revoke|widerrufe|retire|retiro|revoco|revogo",
        r"(?:my consent|meine einwilligung|mon consentement|mi consentimiento|il (?:mio )?consenso|meu consentimento)"
        r"(?=[.!]?$)",
    ),
    _right("(?:no longer|do not|don't) (?:consent|agree) to", f"{_ADVERTISING}|{_MY_DATA}"),
    _right(
        r"object to|right to object|widerspreche|widerspruch gegen|m'oppose|me opongo|mi oppongo|bezwaar|me oponho"
        r"|oponho me",
        f"{_ADVERTISING}|{_MY_DATA}",
    ),
    _right(
        r"delete|erase|remove|löschen|lösche|löscht|entfernen|entferne|streichen|supprimer|supprimez|effacer|effacez"
        r"|elimin[ae]n?|eliminar|borrar|borren|cancellare|cancellate|eliminate|verwijder|verwijderen|apagar|apaguem",
        f"{_MY_DATA}|{_MY_PLACE}",
    ),
)
_POLITE = re.compile(
    r"\b(?:(?:can|could|would|will) (?:you|somebody|someone)|können sie|könnten sie|kannst du|könntest du|würden sie"
    r"|pou(?:vez|rriez) vous|pueden|puede|podrían|podría|potete|potreste|può|potrebbe|kunt u|kunnen jullie|podem|poderiam)\b"
)
_LEAVING = re.compile(
    r"\b(?:unsubscribe (?:me|this|my)|opt me out|(?:remove|removing|take|taking) (?:me|us) (?:from|off)|abmelden|austragen"
    r"|désinscrire|désabonner|darme de baja|dar(?:me)? baja|cancellarmi|disiscrivermi|uitschrijven|afmelden)\b"
)
# Who names none of these when using a right is not written to on another channel either.
_ONE_WAY = re.compile(
    r"\b(?:e ?mails?|e ?mailing|mailings?|mailing lists?|newsletters?|infolettres?|verteilers?|rundschreiben|boletín|boletim"
    r"|nieuwsbrie(?:f|ven)|correos?|sms|texts?|whatsapp|post(?:al)?|phone|telephone|call(?:s|ing)?|telefon\w*|telefoon"
    r"|téléphone|teléfono|telefone|anrufe?n?|appels?|llamadas|chiamate|chamadas|lists?|listes?|listas?|lista|liste"
    r"|address(?:es)?|adresse|dirección|indirizzo|adres|endereço)\b"
)
# And means all of it: an offer that somebody objects to may be a single one.
_WHOLE = re.compile(
    r"\b(?:marketing|advertis\w*|\w*werb\w*|prospection|publicit\w+|publicidade?|pubblicit\w+|reclame|my details"
    rf"|consent\w*|permission|einwilligung|zustimmung|einverständnis\w*|toestemming|{_MY_DATA})\b"
)
# Who denies it, or asks how, why and whether, wants none of it yet.
_DENIED = re.compile(
    r"\b(?:not|never|nicht|nie|niet|pas)\b(?! (?:consent|agree) to)|n't\b(?! (?:consent|agree) to)"
    r"|\b(?:no|non|ne|não) (?:\w+ )?(?:retir|revoc|revog|opon|oppon|oppos|elimin|borr|cancell|apagu?)"
)
_WONDERING = re.compile(
    r"\b(?:how|why|whether|if|when|tell|explain|confirm|not|wie|warum|ob|sagen|erklären|comment|pourquoi|dire"
    r"|cómo|decir|come|perché|hoe|waarom|como)\b"
)
# One of these is in all that is said so: a quick look at what mostly says none of it.
_HINTS = (
    "withdraw", "revok", "rescind", "widerr", "retir", "révoq", "revoc", "ritir", "trek ", "herroep", "revog",
    "consent to", "agree to", "object", "widerspr", "oppos", "opong", "oppong", "bezwaar", "oponh", "delete", "erase",
    "remove", "lösch", "entfern", "streich", "supprim", "effac", "elimin", "borr", "cancellar", "cancellate", "verwijder",
    "apag", "unsubscribe ", "opt me out", " me from", " me off", " us from", " us off", "abmelden", "austragen",
    "inscrire", "abonner", " baja", "iscrivermi", "uitschrijven", "afmelden",
)  # fmt: skip
# The same for RE2, in a text as it stands.
HINTED = f"(?i){'|'.join(map(re.escape, _HINTS))}".replace("\\ ", "[\\s-]")
_SENTENCE = re.compile(r"[^.!?;:]+[.!?;:]?")


def plainly(text: str) -> str:
    """Return a text as the phrases here are written: in lower case, with straight apostrophes and without hyphens."""
    return text.casefold().replace("\u2019", "'").replace("-", " ")


def is_withdrawal(text: str) -> bool:
    """Say whether somebody uses one of these rights, or asks politely to be taken off."""
    return any(map(_is_one, _sentences(text)))


def is_for_all_channels(text: str) -> bool:
    """Say whether somebody uses one of these rights without a word of where: against marketing, for all that is known."""
    return any(_is_right(each) and _WHOLE.search(each) and not _ONE_WAY.search(each) for each in _sentences(text))


def _sentences(text: str) -> list[str]:
    """Return those sentences of a text that hold a hint, as the phrases here are written."""
    plain = plainly(text[:LENGTH_LIMIT]).replace("\n", " ")
    hints = [hint for hint in _HINTS if hint in plain]
    if not hints:
        return []
    return [each for each in _SENTENCE.findall(" ".join(plain.split())) if any(hint in each for hint in hints)]


def _is_one(sentence: str) -> bool:
    if sentence.endswith("?") and len(sentence) <= SENTENCE_LIMIT:
        return bool(_POLITE.search(sentence) and _LEAVING.search(sentence) and not _WONDERING.search(sentence))
    return _is_right(sentence)


def _is_right(sentence: str) -> bool:
    """Say whether a sentence, which is no question, uses one of these rights."""
    if len(sentence) > SENTENCE_LIMIT or sentence.endswith("?") or _DENIED.search(sentence):
        return False
    return any(right.done.search(sentence) and all(each.search(sentence) for each in right.about) for right in _RIGHTS)
