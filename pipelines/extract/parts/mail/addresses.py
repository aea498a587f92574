"""Address headers (From, To, Cc): entries with groups, routes and comments, in one pass over the value."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from pipelines.extract.parts.mail.charsets import decode
from pipelines.extract.parts.mail.headers import TOKEN, decoded, raw_bytes, unquoted
from pipelines.extract.values.identifiers import normalise_email

_CACHED_LENGTH = 300
# How archives of mailing lists write an address: ann(a)field.example (Mailman 3), ann at field.example (Mailman 2).
_VEIL = re.compile(r"(?<=[\w.+=-])\(a\)(?=[\w-]{1,63}\.\w)", re.ASCII)
_VEILED = re.compile(r"([\w.+=-]{1,64}) at ([\w-]{1,63}(?:\.[\w-]{1,63}){1,9})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One entry of From or To: the display name, decoded, and the address, normalised; either may be empty."""

    name: str
    address: str


@dataclass(slots=True)
class _Entry:
    """The pieces of the entry being read; ``address`` is None until a ``<`` is met, ``before_comma`` tells how it ends."""

    words: list[str] = field(default_factory=list)
    comment: list[str] = field(default_factory=list)
    address: list[str] | None = None
    before_comma: bool = False


def mailboxes(values: Iterable[str]) -> Iterator[Mailbox]:
    """Yield the entries of address headers in their order: groups opened, routes dropped, comments taken as names.

    Takes values as they stand in the header; no value raises, and the time grows with their length alone.
    """
    for value in values:
        if len(value) <= _CACHED_LENGTH:
            yield from _few_mailboxes(value)
        else:
            yield from _mailboxes(value)


@lru_cache(maxsize=1 << 14)
def _few_mailboxes(value: str) -> tuple[Mailbox, ...]:
    """The same, cached: the same few senders and recipients run through a mailbox."""
    return tuple(_mailboxes(value))


def _mailboxes(value: str) -> Iterator[Mailbox]:
    if "(a)" in value:
        value = _VEIL.sub("@", value)
    if "=?" in value and "@" not in value and "@" in (shown := decoded(value)):
        value = shown  # the address encoded with the name, which the standard forbids
    before = ""
    for entry in _entries(value):
        box = _mailbox(entry)
        if before and entry.address is not None and box.address:
            box = Mailbox(f"{before}, {box.name}" if box.name else before, box.address)
        elif before:
            yield Mailbox(before, "")
        before = ""
        if not box.address and entry.before_comma and box.name and not box.name[0].islower():
            before = box.name  # of Archer, Ann <ann@field.example>, which should be in quotes
        elif box.name or box.address:
            yield box
    if before:
        yield Mailbox(before, "")


def _entries(value: str) -> Iterator[_Entry]:
    entry = _Entry()
    depth, in_angle = 0, False  # of comments; between < and >
    for piece in TOKEN.findall(value):
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(depth - 1, 0)
        elif depth:
            entry.comment.append(piece)
        elif piece == "<":
            if entry.address and not in_angle:  # Ann <ann@field.example> Eve <eve@evil.example>: two, without a comma
                yield entry
                entry = _Entry()
            entry.address, in_angle = [], True
        elif piece == ">":
            in_angle = False
        elif piece == ":":  # what stands before is a group's name, or within < > a route
            entry.address, entry.words = ([], entry.words) if in_angle else (entry.address, [])
        elif piece == ";" or (piece == "," and not (in_angle and _is_route(entry.address))):
            entry.before_comma = piece == ","
            yield entry
            entry, in_angle = _Entry(), False
        elif in_angle and entry.address is not None:
            entry.address.append(piece)
        else:
            entry.words.append(piece)
    yield entry


def _is_route(address: list[str] | None) -> bool:
    return bool(address) and address is not None and address[0].startswith("@")


def _mailbox(entry: _Entry) -> Mailbox:
    words, comment = "".join(entry.words).strip(), "".join(entry.comment)
    if entry.address is not None:
        return Mailbox(decoded(unquoted(words)) or decoded(comment), _address("".join(entry.address)))
    if address := _address(words):
        return Mailbox(decoded(comment), address)
    bare = next((word for word in words.split() if "@" in word), "")  # Big Bug bb@bug.example
    return Mailbox(decoded(unquoted(words.replace(bare, " ", 1))), _address(bare))


def _address(written: str) -> str:
    if "@" not in written:
        veiled = _VEILED.fullmatch(" ".join(written.split()))
        return (normalise_email(f"{veiled[1]}@{veiled[2]}") if veiled else None) or ""
    if not written.isascii():
        written = decode(raw_bytes(written), None)
    joined = " ".join(written.split())
    for mark in (" .", ". ", " @", "@ "):  # the obsolete syntax allows white space there (RFC 5322, 4.4)
        joined = joined.replace(mark, mark.strip())
    return normalise_email(joined.rstrip(".").strip("'")) or ""
