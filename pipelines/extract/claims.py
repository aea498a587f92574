"""What a text says about its writer: addresses, numbers and order references somebody typed, all of them mere claims."""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

import phonenumbers

from pipelines.contract import Evidence, Identifier
from pipelines.errors import ConfigurationError
from pipelines.extract import identifiers
from pipelines.extract.claimed_handles import handles_of
from pipelines.extract.signatures import signature_names
from pipelines.settings import Source

SIGNED = "signature"  # the scope of a name that stands under a text: it tells two records of one address not apart
AT_MOST = 20  # a text that names more people is a list, not a person
READ = 50_000  # characters looked at; beyond lies pasted matter, and the time stays bounded
LONGEST_LOCAL, LONGEST_DOMAIN = 64, 253
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._%+-'")
_DOMAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-")
# Bounded on both sides: at most 26 characters are read again from any one start.
_NUMBER = re.compile(
    r"(?<![\w+/.\-])(?:\+|\(\+?)?\d[\d ()./\-\u00a0\u2010\u2011]{5,24}\d"
    r"(?!(?!(?:x|ext)\.?[ \u00a0]?\d{1,6}\b)[\w/])",  # an extension may follow without a space
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d[\d ()./\-\u00a0\u2010\u2011]{5}")  # part of every such number, and looked for faster
_OTHER_DIGIT = re.compile(r"[^\D0-9]")
_DATE = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![./-]?\d)")
_GROUPED = re.compile(r"(?:1[ .-])?\(?[2-9]\d\d\)?[ .-]?[2-9]\d\d[ .-]\d{4}")


class Looks(NamedTuple):
    """Which claims a text looks as if it had (see ``claim_filter``); the others are not looked for."""

    handles: bool = True
    references: bool = True
    phones: bool = True


_ALL = Looks()


def claims_of(text: str, source: Source, signature: str = "", looks: Looks = _ALL) -> list[Identifier]:
    """Return the identifiers that ``text`` mentions, references first, none of them our own.

    Addresses and numbers are taken wherever they stand, handles only where the writer calls them theirs.

    Args:
        text: what the person wrote, without quotes.
        signature: what stands under it, where it was set apart; a handle there is the writer's.
        source: its region is that of numbers written without a country, its ``references`` are the patterns of order
            and ticket numbers; with ``claims: false`` nothing is taken.
        looks: what is looked for, beside addresses.
    """
    if not source.claims or not (text or signature):
        return []
    handles = handles_of(text[:READ], signature[:READ]) if looks.handles else []
    read = f"{text[:READ]}\n{signature[:READ]}" if signature else text[:READ]
    own = identifiers.Own.of(source)
    mentioned, rest = _references(read, source, "claimed") if looks.references else ([], read)
    phones = _phones(_western(rest), source.region) if looks.phones else []
    found = [*mentioned, *_emails(read), *phones, *handles]
    return [claim for claim in dict.fromkeys(found) if not own.matches(claim)][:AT_MOST]


def signed_name(text: str, signature: str, person: list[Identifier], source: Source) -> list[Identifier]:
    """Return the name under which a writer signs, of whom no channel tells a name; claimed, in the scope "signature".

    Args:
        person: what is known of the writer; who has a name there needs no other.
    """
    if not source.claims or any(each.kind == "name" for each in person):
        return []
    own = identifiers.Own.of(source)
    found = [name for name in signature_names(text[:READ], signature[:READ]) if not own.matches(name)]
    return [Identifier("name", SIGNED, name.value, "claimed") for name in found]


def references_of(text: str, source: Source, evidence: Evidence = "claimed") -> list[Identifier]:
    """Return the order and ticket numbers that ``text`` mentions; for subjects and other places that hold nothing else."""
    if not source.claims or not text:
        return []
    return list(dict.fromkeys(_references(text[:READ], source, evidence)[0]))[:AT_MOST]


def _references(text: str, source: Source, evidence: Evidence) -> tuple[list[Identifier], str]:
    """Return the references and the text without them: their digits are no phone number."""
    found: list[Identifier] = []
    for pattern in patterns_of(tuple(source.references)):
        first = pattern.search(text)
        if not first:  # as in most texts
            continue
        pieces: list[str] = []
        at = 0
        for match in pattern.finditer(text, first.start()):
            mentioned = identifiers.reference(match[pattern.groups and 1] or "", evidence)
            if mentioned:
                found.append(mentioned)
            pieces.append(text[at : match.start()])
            at = match.end()
        text = " # ".join([*pieces, text[at:]])
    return found, text


@lru_cache(maxsize=64)
def patterns_of(references: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """Return a source's patterns of order and ticket numbers; ConfigurationError where one is no regular expression."""
    try:
        return tuple(re.compile(reference, re.IGNORECASE) for reference in references)
    except re.error as error:
        raise ConfigurationError(f"sources: references: {error.pattern!r} is no regular expression: {error.msg}") from None


def _emails(text: str) -> list[Identifier]:
    found: list[Identifier] = []
    at = text.find("@")
    while at >= 0 and len(found) < AT_MOST:
        start, end = at, at + 1
        while start > 0 and at - start < LONGEST_LOCAL and text[start - 1] in _LOCAL:
            start -= 1
        while end < len(text) and end - at <= LONGEST_DOMAIN and text[end] in _DOMAIN:
            end += 1
        mentioned = identifiers.email(text[start:at].strip("'.") + text[at:end].rstrip(".-"), "claimed")
        if mentioned:
            found.append(mentioned)
        at = text.find("@", at + 1)
    return found


def _western(text: str) -> str:
    """Return the text with every script's digits written 0 to 9, as people from Cairo to Delhi type their numbers."""
    if text.isascii():
        return text
    return _OTHER_DIGIT.sub(lambda digit: str(unicodedata.decimal(digit[0])), text).replace("\uff0b", "+")


def _phones(text: str, region: str | None) -> list[Identifier]:
    found: list[Identifier] = []
    digits = _DIGITS.search(text)
    for match in _NUMBER.finditer(text, max(digits.start() - len("(+"), 0)) if digits else ():
        if not _is_written_as_phone(match[0], region):
            continue
        mentioned = identifiers.phone(match[0], region, "claimed")
        if mentioned:
            found.append(mentioned)
        if len(found) >= AT_MOST:
            break
    return found


def _is_written_as_phone(written: str, region: str | None) -> bool:
    """Tell a number from a date or an amount.

    It starts with + or with the 0 of numbers within the region; where those have none, it stands in groups of
    3, 3 and 4 digits (North America), or lies in a range that the country has given out.
    """
    start = written.lstrip("(")
    if _DATE.match(start):
        return False
    if start.startswith("+") or region is None:
        return start.startswith("+")
    if _trunk_prefix(region) == "0":
        return start.startswith("0")
    return _GROUPED.fullmatch(written) is not None or identifiers.is_assigned_phone(written, region)


@lru_cache(maxsize=300)
def _trunk_prefix(region: str) -> str:
    """Return what numbers within the region start with: "0" in most, "" where nothing does."""
    metadata = phonenumbers.PhoneMetadata.metadata_for_region(region, None)
    return (metadata.national_prefix or "") if metadata is not None else ""
