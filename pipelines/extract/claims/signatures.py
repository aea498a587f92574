"""Names with which people sign what they write: under "Kind regards" in many languages, or first in their signature."""

import re

from pipelines.contract import Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import names

LAST_LINES = 12  # filled lines from the end in which a closing is looked for
LINE_LIMIT = 80
_CLOSINGS = (
    "kind regards", "kindest regards", "best regards", "warm regards", "many thanks", "thanks", "thank you",
    "thanks in advance", "thanks and regards", "regards", "best wishes", "best", "all the best", "cheers", "sincerely",
    "yours sincerely", "sincerely yours", "yours faithfully", "yours truly", "yours", "with best wishes",
    "with kind regards",
    "mit freundlichen grüßen", "mit freundlichen gruessen", "freundliche grüße", "viele grüße", "viele gruesse",
    "beste grüße", "liebe grüße", "herzliche grüße", "schöne grüße", "gruß", "grüße", "mfg", "lg", "vg", "bg", "danke",
    "vielen dank", "hochachtungsvoll", "cordialement", "bien cordialement", "bien à vous", "merci", "merci d'avance",
    "salutations", "sincères salutations", "un saludo", "saludos", "saludos cordiales", "atentamente", "gracias",
    "muchas gracias", "cordiali saluti", "distinti saluti", "saluti", "grazie", "atenciosamente", "cumprimentos",
    "com os melhores cumprimentos", "obrigado", "obrigada", "met vriendelijke groet", "met vriendelijke groeten",
    "vriendelijke groet", "groeten", "groetjes", "mvg", "bedankt", "med vänliga hälsningar", "vänliga hälsningar", "mvh",
    "med venlig hilsen", "venlig hilsen", "vennlig hilsen", "med vennlig hilsen", "hilsen", "tack", "takk", "tak",
    "z poważaniem", "pozdrawiam", "pozdrowienia", "dziękuję", "s pozdravem", "\u0441 уважением", "спасибо",
    "sayg\u0131lar\u0131mla", "teşekkürler",
)  # fmt: skip
_TITLES = names("dr dr. prof prof. mr mr. mrs mrs. ms ms. miss sir herr frau mme m. mlle sr sr. sra sra. hr. fr. ing.")
_PARTICLES = names("af al bin da de del della den der des di do dos du e el la le ten ter van vom von y zu zum zur")
# A line with one of these is a role, a company, a place or a machine, or more words of the closing.
_NO_NAME = names("""
    account accounts ag agency and android assistant association bank best bv care ceo cfo charity chief client co college
    committee company consultant consulting contact corp cto customer customers dear department dept desk director
    division engineer engineering enterprises executive finance foundation from galaxy gbr get gmbh group gruppe head
    hello help helpdesk hi holding hotel hotels house hr inc industries institute international ipad iphone it kg kind
    kundenservice lane leiter leiterin limited llc llp logistics london ltd mail manager many marketing media mobile
    office officer ohg online operations order outlook owner partner partners phone plc president pty purchasing
    representative road sales sarl school senior sent service services shop sl solutions srl staff store street studio
    sent support systems team tel the tour trust university vertrieb via warmly wishes with your avenue re fwd ps
    please regards thanks thank weekend day week christmas new year
""")
_DRAWN = " \t*_-\u2013\u2014~"
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*\.?")
_CUT = re.compile(r"\s[|\u2022\u00b7/(<\u2013\u2014-]|[|,(<\u2022\t]")


def signature_names(text: str, signature: str = "") -> list[Identifier]:
    """Return the name that stands under a text or first in its signature, claimed: at most one.

    Only a whole name is taken (two to four words): a given name alone tells nobody from the next and would hide that no
    name is known.

    Args:
        text: what the person wrote, without quotes.
        signature: what ``text.split_reply`` set apart from it.
    """
    signed = _first(signature) or _under_closing(signature) or _under_closing(text)
    named = identifiers.name(signed, "claimed") if signed else None
    return [named] if named else []


def person_name(line: str) -> str:
    """Return the name that a line shows, without titles and what follows a bar or comma; "" where it is none."""
    shown = line.strip(_DRAWN + ">,.")
    if not shown or len(line) > LINE_LIMIT:
        return ""
    words = _CUT.split(shown, maxsplit=1)[0].split()
    while words and words[0].lower() in _TITLES:
        words = words[1:]
    if not 2 <= len(words) <= 4 or not all(map(_WORD.fullmatch, words)):
        return ""
    folded = [word.strip(".").lower() for word in words]
    if not _NO_NAME.isdisjoint(folded) or folded[0] in _PARTICLES or folded[-1] in _PARTICLES:
        return ""
    if not all(_is_capitalised(word) or word in _PARTICLES for word in words):
        return ""
    return " ".join(words) if sum(len(word.strip(".")) > 1 for word in words) > 1 else ""


def _first(signature: str) -> str:
    line = next((line for line in signature[:1_000].split("\n") if line.strip()), "")
    return person_name(line)


def _under_closing(text: str) -> str:
    """Return the name under the last closing, or behind it on its line; nothing but a signature's lines may follow."""
    lines = [line.strip() for line in text[-2_000:].split("\n") if line.strip()][-LAST_LINES:]
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at].strip(_DRAWN)
        if len(line) > LINE_LIMIT:
            continue
        folded = line.rstrip(",.!;: ").lower()
        if folded in _CLOSINGS:
            return person_name(lines[at + 1]) if at + 1 < len(lines) else ""
        closing, comma, name = line.partition(",")
        if comma and closing.strip().lower() in _CLOSINGS:
            return person_name(name)
    return ""


def _is_capitalised(word: str) -> bool:
    """Say whether a word is written as names are: "Ann", "O'Neill", "A."; not "ANN", as headings and companies are."""
    letters = word.rstrip(".")
    return letters[0].isupper() and (len(letters) == 1 or not letters[1:].isupper())
