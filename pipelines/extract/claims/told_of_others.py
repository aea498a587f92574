"""Addresses and numbers that a writer tells of somebody else: "I got a mail from x@y.example", "+44 … keeps calling me".

Who reports a stranger's mail or call would otherwise claim the stranger's address, and a stranger who then claims theirs
would be claimed by each other. Only such words are known as leave no doubt: "I called from +44 …" is the writer's own.
"""

import re
from collections.abc import Iterator

_POINT = r"<?([\w.%+'-]{1,64}@[\w.-]{1,253}|\+?\(?\d[\d ()./-]{5,20}\d)>?"  # whether it is one, others say
_LONGEST = 340  # characters of a point, in brackets and with white space behind it
_NOUN = r"(?:(?:an?|the|this|der|die|dem|el|la|le|il|numéro|number|no\.|nummer|número|numero|address|adresse)\s+){0,3}"
_GOT = (
    r"(?:got|receiv\w{1,3}|bekam|erhielt|recib\w{1,4}|re[çc]ue?s?|ricevut[oa]|kreeg|ontving|otrzyma\w{1,4}|dosta[łl]\w{0,3}"
    r"|receb\w{1,4})\b[^.!?\n@]{0,60}?\s(?:from|von|vom|de|desde|du|da|dal|van|od|do)"
)
_CALLED = (
    r"(?:(?:was|were|been|being|got|get)\s+(?:called|phoned|rung|texted|contacted|e-?mailed|messaged)\s+(?:from|by)"
    r"|(?:appelée?|contactée?|chiamat[oa]|contattat[oa]|contactad[oa]|gebeld)\s+(?:par|da|por|door)"
    r"|me\s+(?:ha\w?\s+llamado|llam(?:ó|aron|an))\s+(?:de|desde|del))"
)
# got a mail from …; was called from …
_FROM = re.compile(rf"\b(?:{_GOT}|{_CALLED})\s+{_NOUN}{_POINT}", re.IGNORECASE)
# a mail from … bekommen
_FROM_GOT = re.compile(
    rf"\b(?:von|vom|van)\s+{_NOUN}{_POINT}\s+(?:\w+\s+){{0,3}}?"
    r"(?:bekommen|erhalten|gekriegt|angerufen|angeschrieben|gekregen|ontvangen)\b",
    re.IGNORECASE,
)
# … keeps calling me: the words, and what stands right before them
_TO_ME = re.compile(
    r"\s(?:(?:(?:has|have|keeps?|kept|is|just)\s+)?"
    r"(?:called|calling|rang|phoned|texted|texting|contacted|e-?mailed|wrote|writes)\s+(?:to\s+)?(?:me|us)\b"
    r"|hat\s+(?:mich|mir|uns)\s|ruft\s+(?:mich|uns)\s|me\s+(?:llam|escrib)|m['\u2019]a\s+(?:appelé|écrit|contacté)|mi\s+ha\s)",
    re.IGNORECASE,
)
# One of these stands in all of it, and in few other texts.
_STEMS = (
    "got", "get ", "recei", "receb", "recib", "reçu", "recu", "ricev", "bek", "erh", "gekr", "kreeg", "ontv", "otrzym",
    "dosta", "call", "phone", "rang", "rung", "text", "conta", "mailed", "messaged", "wrote", "writes", "appel", "chiam",
    "gebeld", "llam", "escrib", "écrit", "mi ha", "rufe", "ruft", "schrieb", "hat m", "hat uns",
)  # fmt: skip
_AT_THE_END = re.compile(rf"{_POINT}\s*\Z")


def told_of_others(text: str) -> str:
    """Return the addresses and numbers that ``text`` tells of others, each on a line; "" where it tells of none."""
    lower = text.lower()
    return "\n".join(_points(text)) if any(stem in lower for stem in _STEMS) else ""


def _points(text: str) -> Iterator[str]:
    for told in (_FROM, _FROM_GOT):
        yield from (match[1] for match in told.finditer(text))
    for match in _TO_ME.finditer(text):
        before = text[max(match.start() - _LONGEST, 0) : match.start()].rsplit("\n", 1)[-1]
        if point := _AT_THE_END.search(before):
            yield point[1]
