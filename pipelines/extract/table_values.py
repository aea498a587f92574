"""The values of a mapped row: texts, yes and no, directions and times, and the identifiers of the person it is about."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pipelines.contract import ConsentSignal, Direction, Evidence, Identifier
from pipelines.extract import identifiers
from pipelines.extract.fields import known, names, plain, valid
from pipelines.extract.instants import parse_date
from pipelines.extract.issues import Issues, UnreadableError
from pipelines.extract.text import one_line
from pipelines.settings import Source

# What tells of a person, below "party." in an interaction's mapping; handle and account with a scope ("handle.x").
SCOPED = names("account handle")
PERSON = SCOPED | names("""
    city company country date_of_birth email family_name full_name given_name name phone postcode reference street visitor
""")
CONTACTS = {"email": "email", "sms": "phone", "voice": "phone"}  # the kind that a channel reaches
IDS = frozenset({"source_ref", "conversation_ref", "in_reply_to_ref", "agent_ref"})

_DIRECTIONS: dict[str, Direction] = {
    "inbound": "inbound", "incoming": "inbound", "in": "inbound",
    "outbound": "outbound", "outgoing": "outbound", "out": "outbound", "internal": "internal",
}  # fmt: skip
_BOOLEANS = {"true": True, "yes": True, "y": True, "t": True, "1": True, "false": False, "no": False, "n": False, "f": False,
             "0": False}  # fmt: skip
_DECIMAL_ID = re.compile(r"\d+\.0")


@dataclass(frozen=True, slots=True)
class Values:
    """One row through its mapping: canonical field to columns, column to value.

    The methods raise ``UnreadableError``, naming the column, where a value is not what its field needs.
    """

    columns: dict[str, list[str]]
    row: dict[str, Any]
    file: str
    issues: Issues

    def all(self, name: str) -> list[str]:
        """Return the texts of a field's columns that hold something."""
        columns = self.columns.get(name)
        if columns is None:
            return []
        texts = [text for column in columns for text in _texts(self.row[column], column)]
        if name in IDS and any(_DECIMAL_ID.fullmatch(text) for text in texts):
            self.issues.warn(file=self.file, reason=f"column {columns[0]!r} holds ids written as decimals (3.0)")
        return texts

    def first(self, name: str) -> str | None:
        """Return the first text of a field that holds something, None where none does."""
        return next(iter(self.all(name)), None)

    def line(self, name: str) -> str | None:
        """Return the first text as one clean line; None where nothing is left."""
        return one_line(self.first(name) or "") or None

    def needed(self, name: str) -> str:
        """Return the text of a field that may not be empty."""
        found = self.first(name)
        if found is None:
            raise UnreadableError(f"no value in column {self.columns[name][0]!r}")
        return found

    def direction(self) -> Direction:
        """Return the direction, out of a closed set."""
        found = _DIRECTIONS.get(self.needed("direction").lower())
        if found is None:
            raise UnreadableError(f"column {self.columns['direction'][0]!r} has a direction we do not know")
        return found

    def boolean(self, name: str) -> bool | None:
        """Return yes or no, out of a closed set; None where the value is empty."""
        text = self.first(name)
        if text is None:
            return None
        if text.lower() not in _BOOLEANS:
            raise UnreadableError(f"column {self.columns[name][0]!r} is neither yes nor no")
        return _BOOLEANS[text.lower()]

    def seconds(self, name: str) -> float | None:
        """Return a duration; None where the value is empty."""
        text = self.first(name)
        if text is None:
            return None
        try:
            found = float(text)
        except ValueError:
            found = math.nan
        if not 0 <= found < math.inf:
            raise UnreadableError(f"column {self.columns[name][0]!r} is no duration in seconds")
        return found

    def unreadable(self, name: str) -> None:
        """Tell of a value that names nobody: the row is kept without it."""
        self.issues.warn(file=self.file, reason=f"column {self.columns[name][0]!r} holds values that are no {name}")


def person_of(values: Values, source: Source, evidence: Callable[[str], Evidence], prefix: str = "") -> list[Identifier]:
    """Return the identifiers that a row gives a person.

    Args:
        evidence: by kind, who vouches for it.
        prefix: "party." in an interaction's mapping.
    """
    found: list[Identifier | None] = []
    for name in values.columns:
        kind, _, scope = name.removeprefix(prefix).partition(".")
        if kind not in PERSON or not name.startswith(prefix):
            continue
        for text in values.all(name):
            made = _identifier(kind, scope, text, evidence(kind), source)
            found.append(made)
            if made is None:
                values.unreadable(name)
    given, family = values.line(prefix + "given_name"), values.line(prefix + "family_name")
    if given and family and not any(each.kind == "name" for each in found if each):
        found.append(identifiers.name(f"{given} {family}", evidence("name")))
    street, *rest = (values.line(prefix + name) for name in ("street", "city", "postcode", "country"))
    if street:
        found.append(plain("address", ", ".join([street, *(part for part in rest if part)]), evidence("address")))
    return known(*found)


def _identifier(kind: str, scope: str, text: str, evidence: Evidence, source: Source) -> Identifier | None:
    match kind:
        case "email":
            return identifiers.email(text, evidence)
        case "phone":
            return identifiers.phone(text, source.region, evidence)
        case "handle":
            return identifiers.handle(text, scope, evidence)
        case "account":
            return identifiers.account(text, scope, evidence)
        case "name" | "full_name":
            return identifiers.name(text, evidence)
        case "reference":
            return identifiers.reference(text, "reference")
        case "date_of_birth":
            return _birthdate(text, source, evidence)
        case _:
            return plain(kind, text, evidence)


def consents_of(values: Values, party: list[Identifier]) -> list[ConsentSignal]:
    """Return what the columns ``consent.<channel>`` say, for each contact point that the row has in the channel."""
    signals: list[ConsentSignal] = []
    for name in sorted(values.columns):
        kind, _, channel = name.partition(".")
        if kind != "consent":
            continue
        allowed = values.boolean(name)
        if allowed is None:
            continue
        points = [each.value for each in party if each.kind == CONTACTS.get(channel)]
        signals += [ConsentSignal(channel, "marketing", allowed, point) for point in points or [""]]
    return signals


def _birthdate(text: str, source: Source, evidence: Evidence) -> Identifier | None:
    try:
        return Identifier("date_of_birth", "", parse_date(text, source.date_order).isoformat(), evidence)
    except UnreadableError:
        return None


def _texts(value: Any, column: str) -> list[str]:
    """Return a cell as texts: a list has several, an empty cell none."""
    if value is None:
        return []
    if isinstance(value, str):
        text = valid(value).strip()
        return [text] if text else []
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, datetime | date):
        return [value.isoformat()]
    if isinstance(value, list):
        return [text for each in value for text in _texts(each, column)]
    if isinstance(value, float) and math.isnan(value):
        return []
    if isinstance(value, dict | bytes):
        raise UnreadableError(f"column {column!r} is no text, number, time or list of them")
    return [str(value)]
