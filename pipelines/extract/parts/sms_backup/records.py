"""What all records of a phone's backup share: their times, ids and names."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pipelines.contract import Identifier, hashed_ref
from pipelines.extract.parts.phone.parties import Ends
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import epoch_instant
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_NOBODY = "(Unknown)"  # the app's name for a number that is not in the address book


@dataclass(slots=True)
class Refs:
    """Gives each record of a file its id, alike ones apart from the oldest on.

    Only the first 64 bits of each id are held: a phone's million texts come to 70 MB.
    """

    source: str
    _once: set[int] = field(default_factory=set)
    _often: dict[int, int] = field(default_factory=dict)

    def ref(self, thread: str, at: datetime, author: str, text: str) -> str:
        """Return the id of the next record of this kind."""
        ref = hashed_ref(self.source, thread, at, author, text)
        key = int(ref[:16], 16)
        if key not in self._once:
            self._once.add(key)
            return ref
        nth = self._often[key] = self._often.get(key, 0) + 1
        return hashed_ref(self.source, thread, at, author, text, nth)


@dataclass(frozen=True, slots=True)
class Phone:
    """What the records of one file share."""

    ends: Ends
    drift: Drift
    refs: Refs

    @staticmethod
    def of(file: str, source: Source, issues: Issues) -> "Phone":
        """Return what the records of ``file`` share."""
        return Phone(Ends(source, Own.of(source), issues, file), Drift(issues, file), Refs(source.name))


def instant_of(fields: Fields) -> datetime:
    """Take the record's time."""
    return epoch_instant(whole(fields, "date"))


def whole(fields: Fields, name: str) -> int:
    """Take a whole number that is written as a text."""
    value = fields.string(name)
    if not (value.isascii() and value.isdigit() and len(value) <= 16):
        raise UnreadableError(f"field {name!r} is no whole number")
    return int(value)


def contact_of(fields: Fields, addresses: Sequence[str] = (), one: str = "") -> Identifier | None:
    """Take the name that the phone's address book has for the number: a record of ours about them.

    Args:
        addresses: of several people, of each of whom the app writes a name ("Ann, (Unknown)"); else none.
        one: which of them is the person's.
    """
    shown = fields.maybe_string("contact_name") or ""
    if addresses:
        each = shown.split(", ")
        shown = each[addresses.index(one)] if len(each) == len(addresses) and one in addresses else ""
    return None if shown == _NOBODY else identifiers.name(shown, "reference")


def thread_of(address: str, ends: Ends) -> str:
    """Return one spelling of a number, however the phone wrote it."""
    shown = one_line(address)
    return identifiers.normalise_phone(shown, ends.source.region) or shown
