"""What a text says about its writer: addresses, numbers and order references somebody typed, all of them mere claims."""

from pipelines.contract import Evidence, Identifier
from pipelines.extract.claims.claimed_emails import emails_of
from pipelines.extract.claims.claimed_handles import handles_of, may_give_handle
from pipelines.extract.claims.claimed_phones import AT_MOST, phones_of
from pipelines.extract.claims.reactions import is_reaction
from pipelines.extract.claims.reference_patterns import patterns_of
from pipelines.extract.claims.signatures import signature_names
from pipelines.extract.claims.text_marks import Marks
from pipelines.extract.claims.told_of_others import told_of_others
from pipelines.extract.values import identifiers
from pipelines.settings import Source

SIGNED = "signature"  # the scope of a name that stands under a text: it tells two records of one address not apart
APART = "|"  # stands for a reference: neither part of a number nor a word before one
READ = 50_000  # characters looked at; beyond lies pasted matter, and the time stays bounded


def claims_of(text: str, source: Source, signature: str = "", *, may_have_handle: bool = True) -> list[Identifier]:
    """Return the identifiers that ``text`` mentions, references first, none of them our own.

    Addresses and numbers are taken wherever they stand, but for those that the writer tells of somebody else; handles only
    where the writer calls them theirs. Of a reaction that a phone sends as a text nothing is: it repeats another's words.

    Args:
        text: what the person wrote, without quotes.
        signature: what stands under it, where it was set apart; a handle there is the writer's.
        source: its region is that of numbers written without a country, its ``references`` are the patterns of order
            and ticket numbers; with ``claims: false`` nothing is taken.
        may_have_handle: whether handles are looked for; not where a text is known to name no platform.
    """
    if not source.claims or not (text or signature):
        return []
    said, signed = text[:READ], signature[:READ]
    marks = Marks(f"{said}\n{signed}" if signed else said)
    mentioned, rest = _references(marks, source, "claimed")
    handles = handles_of(said, signed) if may_have_handle and may_give_handle(marks, signed) else []
    phones = phones_of(rest, marks, source.region)
    emails = emails_of(marks.text) if marks.signs else []
    found = [*mentioned, *emails, *phones, *handles]
    if not found or is_reaction(said):  # as in most texts there is nothing
        return []
    if others := told_of_others(marks.text, addresses=bool(emails), numbers=bool(phones)):
        theirs = {*emails_of(others), *phones_of(others, Marks(others), source.region)}
        found = [claim for claim in found if claim not in theirs]
    own = identifiers.Own.of(source)
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
    found, _ = _references(Marks(text[:READ]), source, evidence)
    return list(dict.fromkeys(found))[:AT_MOST] if found else found


def _references(marks: Marks, source: Source, evidence: Evidence) -> tuple[list[Identifier], str]:
    """Return the references and the text without them: their digits are no phone number."""
    found: list[Identifier] = []
    written: set[str] = set()  # who names an order names it again
    text = marks.text
    for reference in patterns_of(tuple(source.references)):
        if text is not marks.text:
            marks = Marks(text)
        pieces: list[str] = []
        at = 0
        for match in reference.matches(marks):
            value = match[reference.pattern.groups and 1] or ""
            if value not in written and (mentioned := identifiers.reference(value, evidence)):
                found.append(mentioned)
            written.add(value)
            pieces.append(text[at : match.start()])
            at = match.end()
        if pieces:
            text = f" {APART} ".join([*pieces, text[at:]])
    return found, text
