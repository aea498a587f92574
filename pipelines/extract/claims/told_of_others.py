"""Addresses and numbers that a writer tells of somebody else: "I got a mail from x@y.example", "+44 … keeps calling me".

Who reports a stranger's mail or call would otherwise claim the stranger's address, and a stranger who then claims theirs
would be claimed by each other. Only such words are known as leave no doubt: "I called from +44 …" is the writer's own.
"""

import re

from pipelines.extract.claims.claimed_emails import places_of

_NUMBER = re.compile(r"\d[\d ()./-]{5,20}\d")
_NEAR = 200  # characters before a point in which the words stand
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
# Ahead of a point stands one of these, with three other words between them at most; few points have it.
_WAYS = frozenset((
    "from", "by", "von", "vom", "de", "desde", "du", "da", "dal", "van", "od", "do", "par", "por", "door", "del",
))  # fmt: skip
_WORDS = 4
_NEAREST = 60  # characters that these words take
# got a mail from …; was called from …
_FROM = re.compile(rf"\b(?:{_GOT}|{_CALLED})\s+{_NOUN}[<(]?\Z", re.IGNORECASE)
# a mail from … bekommen
_OF = re.compile(rf"\b(?:von|vom|van)\s+{_NOUN}[<(]?\Z", re.IGNORECASE)
_GOT_IT = re.compile(
    r"[>)]?\s+(?:\w+\s+){0,3}?(?:bekommen|erhalten|gekriegt|angerufen|angeschrieben|gekregen|ontvangen)\b", re.IGNORECASE
)
# … keeps calling me
_TO_ME = re.compile(
    r"[>)]?[^\S\n]*\s(?:(?:(?:has|have|keeps?|kept|is|just)\s+)?"
    r"(?:called|calling|rang|phoned|texted|texting|contacted|e-?mailed|wrote|writes)\s+(?:to\s+)?(?:me|us)\b"
    r"|hat\s+(?:mich|mir|uns)\s|ruft\s+(?:mich|uns)\s|me\s+(?:llam|escrib)|m['\u2019]a\s+(?:appelé|écrit|contacté)|mi\s+ha\s)",
    re.IGNORECASE,
)


def told_of_others(text: str, *, addresses: bool, numbers: bool) -> str:
    """Return the addresses and numbers that ``text`` tells of others, each on a line; "" where it tells of none.

    Args:
        addresses: whether it has any; ``numbers`` likewise: what it has none of is not looked for.
    """
    points: list[tuple[int, int]] = [(start, end) for start, _, end in places_of(text)] if addresses else []
    if numbers:
        points += map(_with_prefix, _NUMBER.finditer(text))
    return "\n".join([text[start:end] for start, end in points if _is_told(text, start, end)])


def _with_prefix(number: re.Match[str]) -> tuple[int, int]:
    start, end = number.span()
    start -= number.string[start - 1 : start] == "("
    return start - (number.string[start - 1 : start] == "+"), end


def _is_told(text: str, start: int, end: int) -> bool:
    if _TO_ME.match(text, end):
        return True
    before = text[max(start - _NEAREST, 0) : start].lower().rstrip("<(").split()[-_WORDS:]
    if _WAYS.isdisjoint(before):  # as of most
        return False
    near = max(start - _NEAR, 0)
    return bool(_FROM.search(text, near, start) or (_GOT_IT.match(text, end) and _OF.search(text, near, start)))
