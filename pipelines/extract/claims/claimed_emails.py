"""Addresses that stand in a text."""

from collections.abc import Iterator

from pipelines.contract import Identifier
from pipelines.extract.claims.claimed_phones import AT_MOST
from pipelines.extract.values import identifiers

LONGEST_LOCAL, LONGEST_DOMAIN = 64, 253
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'")
_DOMAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
# Endings of files that are no top-level domain: "report@2x.png" is a picture. Not zip, mov or app, which are both.
_OF_FILES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".heic", ".bmp", ".pdf", ".css", ".html", ".xlsx", ".docx")


def emails_of(text: str) -> list[Identifier]:
    """Return the addresses in a text, as claims."""
    found: list[Identifier] = []
    for start, at, end in places_of(text):
        domain = text[at:end].rstrip(".-")
        mentioned = identifiers.email(text[start:at].strip("'.") + domain, "claimed")
        if mentioned and not domain.lower().endswith(_OF_FILES):
            found.append(mentioned)
        if len(found) == AT_MOST:
            break
    return found


def places_of(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield, of whatever may be an address, where it begins, where its @ stands, and where it ends."""
    at = text.find("@")
    while at >= 0:
        start, end = at, at + 1
        while start > 0 and at - start < LONGEST_LOCAL and text[start - 1] in _LOCAL:
            start -= 1
        while end < len(text) and end - at <= LONGEST_DOMAIN and text[end] in _DOMAIN:
            end += 1
        yield start, at, end
        at = text.find("@", at + 1)
