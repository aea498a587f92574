"""What the texts of a mapped row mean: directions, yes and no, durations, and the identifiers of the person it is about."""

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from pipelines.contract import Direction, Evidence, Identifier
from pipelines.extract.claims.claimed_emails import emails_of, places_of
from pipelines.extract.claims.claimed_phones import phones_of
from pipelines.extract.claims.text_marks import Marks
from pipelines.extract.parts.table.layout import Layout
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known, names, plain
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.instants import other_order, parse_date
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

# What tells of a person, below "party." in an interaction's mapping; handle and account with a scope ("handle.x").
SCOPED = names("account handle")
PERSON = SCOPED | names("""
    city company country date_of_birth email family_name full_name given_name middle_name name phone postcode reference
    street visitor
""")
CACHED = 1 << 14  # values that are kept for each column: enough for what recurs (cities, teams, this week's callers)
SHORT = 200  # characters; what is longer is not kept

# As call centres and gateways write it, and phones and exchanges in the language that they are set to.
_IN = names("""
    inbound incoming in received missed mo eingehend entrant entrante inkomend recebida przychodzące входящий 着信
""")
_OUT = names("""
    outbound outgoing out sent mt ausgehend sortant saliente uscente uitgaand efetuada wychodzące исходящий 発信
""")
_DIRECTIONS: dict[str, Direction] = {
    **dict.fromkeys(_IN, "inbound"), **dict.fromkeys(_OUT, "outbound"), "internal": "internal",
}  # fmt: skip
_SAYS_WHICH = re.compile(r"(in)(?:bound|coming)|out(?:bound|going)", re.IGNORECASE)  # in the name of a column of yes and no
# As people say it, as programs write it, and as spreadsheets do in the language that they are set to: no word of one
# language is the contrary in another.
_YES = names("""
    1 t true y yes j ja wahr oui vrai si sí sì verdadero vero sim verdadeiro waar tak prawda ano да истина はい 是
""")
_NO = names("""
    0 f false n no nein nej nei falsch non faux falso não nao nee onwaar nie fałsz ne нет ложь いいえ 否
""")
_BOOLEANS = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_SECONDS = re.compile(r"\+?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE][+-]?[0-9]{1,2})?")
_CLOCK = re.compile(r"([0-9]{1,4}):([0-5][0-9]):([0-5][0-9](?:\.[0-9]{1,20})?)")
HOUSE_NUMBER = re.compile(r"(?:[Nn][Oo]\.? ?|#)?[0-9]{1,6}(?: ?[A-Za-z])?(?: ?[-/] ?[0-9]{1,6}[A-Za-z]?)?")
_CONTACT_KINDS = frozenset({"email", "phone", "handle", "account"})
_TOUCHED = re.compile(r"[\w@]\s*\0|\0\s*[\w@]|\0\0")  # an address, \0, that a word or another one stands at
_BEHIND_ONE = re.compile(r";(?!\s*(?:ext|isub)=)", re.IGNORECASE)  # what follows it is another number

Found = tuple[Identifier, bool]  # an identifier, and whether it is one of ours
Made = tuple[Identifier | None, bool]  # the same of a value, which may be none


def direction(text: str, layout: Layout, place: int) -> Direction:
    """Return the direction, out of a closed set; a yes or no is one in a column that is called "incoming" or the like."""
    found = _DIRECTIONS.get(text) or _DIRECTIONS.get(text.lower())
    if found is None and (meant := _SAYS_WHICH.search(layout.columns[place])):
        is_meant = _BOOLEANS.get(text.lower())
        found = None if is_meant is None else "inbound" if is_meant == bool(meant[1]) else "outbound"
    if found is None:
        raise UnreadableError(f"column {layout.column(place)} has a direction we do not know")
    return found


def boolean(text: str, layout: Layout, place: int) -> bool | None:
    """Return yes or no, out of a closed set; None where the value is empty."""
    if not text:
        return None
    found = _BOOLEANS.get(text.lower())
    if found is None:
        raise UnreadableError(f"column {layout.column(place)} is neither yes nor no")
    return found


def seconds(text: str, layout: Layout, place: int) -> float | None:
    """Return a duration; None where the value is empty.

    It is a number, or hours, minutes and seconds (0:01:05). Of 1:05 it is not guessed whether these are minutes, nor what
    a comma parts, decimals or thousands.
    """
    if not text:
        return None
    if clock := _CLOCK.fullmatch(text):
        return int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3])
    if not _SECONDS.fullmatch(text):
        raise UnreadableError(f"column {layout.column(place)} is no duration in seconds")
    return float(text)


def line(text: str) -> str | None:
    """Return a text as one clean line; None where nothing is left."""
    return (_short_line(text) if len(text) < SHORT else one_line(text) or None) if text else None


def texts_in(cell: str | list[str]) -> Iterable[str]:
    """Return the texts of a cell of which a field takes several."""
    return ((cell,) if cell else ()) if isinstance(cell, str) else cell


def first_line(cell: str | list[str]) -> str:
    """Return the first text of a cell as one clean line."""
    return line(cell if isinstance(cell, str) else cell[0]) or ""


@lru_cache(maxsize=CACHED)
def _short_line(text: str) -> str | None:
    return one_line(text) or None


class Step(NamedTuple):
    """A column that tells of the person: its place, what its identifiers have in common, and what makes them of its texts.

    Attributes:
        who: kind, scope and evidence.
        kept: makes them of short texts, which recur; ``make`` does of any.
    """

    place: int
    who: tuple[str, str, Evidence]
    kept: Callable[[str], Made]
    make: Callable[[str], Made]

    def made(self, text: str) -> Made:
        """Return a text's identifier, and whether it is one of ours."""
        return (self.kept if len(text) < SHORT else self.make)(text)


class Person:
    """The person that rows are about: what their columns make, laid out once.

    Args:
        evidence: by kind, who vouches for it.
        prefix: "party." in an interaction's mapping.

    Attributes:
        steps: the columns, in the mapping's order.
        country: where the row says in which country its numbers are written.
        given, family, address: where the parts stand of which a whole name and address are made, each in its columns: the
            first that is filled counts.
        ends: the columns of each contact field that has several.
    """

    def __init__(
        self, layout: Layout, mapping: dict[str, list[str]], source: Source, evidence: Callable[[str], Evidence], prefix: str
    ) -> None:
        self._layout = layout
        self.steps: list[Step] = []
        self.ends: list[list[Step]] = []
        own = Own.of(source)
        for name in mapping:
            kind, _, scope = name.removeprefix(prefix).partition(".")
            if kind in PERSON and name.startswith(prefix):
                make = _maker(kind, scope, evidence(kind), source, own)
                kept = lru_cache(maxsize=CACHED)(make)  # the same text gives the same object, and is read once
                who = (
                    "name" if kind == "full_name" else kind,
                    scope,
                    "reference" if kind == "reference" else evidence(kind),
                )
                steps = [Step(place, who, kept, make) for place in layout.places(name)]
                self.steps += steps
                self.ends += [steps] if len(steps) > 1 and kind in _CONTACT_KINDS else []
        self.given, self.family, *self.address = (
            layout.places(prefix + name) or [layout.nothing]
            for name in ("given_name", "family_name", "street", "city", "postcode", "country")
        )
        self.street, self.country = self.address[0], self.address[-1][0]
        self.region, self._order, self._own = source.region, source.date_order, own
        self.name_evidence, self.address_evidence = evidence("name"), evidence("address")

    def outside(self, texts: list[Any]) -> list[Any]:
        """Return a row's texts without our own end, where a field has the columns of both (From and To)."""
        for steps in self.ends:
            filled = [step for step in steps if texts[step.place]]
            ours = {step.place for step in filled if self._is_ours(step, texts[step.place])}
            if 0 < len(ours) < len(filled):
                texts = ["" if place in ours else text for place, text in enumerate(texts)]
        return texts

    def identifiers(self, texts: list[str | list[str]]) -> tuple[list[Identifier], bool]:
        """Return a row's identifiers, each once, and whether one of them is ours."""
        found: list[Identifier] = []
        is_ours = False
        texts = _with_house_number(texts, self.street) if len(self.street) > 1 else texts
        abroad = self.abroad(first_line(texts[self.country])) if texts[self.country] else None
        for step in self.steps:
            if not (cell := texts[step.place]):
                continue
            made = self._made(step, cell, abroad)
            if len(made) > 1 and step.who[2] == "channel":  # which delivered it to several people
                self._layout.several(step.place)
                made = [next((each for each in made if not each[1]), made[0])]
            for one, own in made:
                found.append(one)
                is_ours = is_ours or own
        given, family = _filled(texts, self.given), _filled(texts, self.family)
        if given and family and not any(each.kind == "name" for each in found):
            given, family = first_line(given), first_line(family)
            whole = identifiers.whole_name(given, family) if given and family else ""
            composed = identifiers.name(whole, self.name_evidence)
            found += [composed] if composed else []
        if _filled(texts, self.street):
            parts = [first_line(cell) for places in self.address if (cell := _filled(texts, places))]
            address = plain("address", ", ".join(filter(None, parts)), self.address_evidence) if parts[0] else None
            found += [address] if address else []
        if len({each.value for each in found}) < len(found):  # two that are one have one value
            found = known(*found)
        return found, is_ours

    def _made(self, step: Step, cell: str | list[str], abroad: str | None) -> list[Found]:
        """Return a cell's identifiers; tells of a text that has none."""
        found: list[Found] = []
        for text in texts_in(cell):
            if abroad and step.who[0] == "phone":
                text = in_full(text, abroad)
            within = self._within(step, text, abroad or self.region)
            if not within:
                self._layout.unreadable(step.place)
            found += within
        return found

    def _within(self, step: Step, text: str, region: str | None) -> list[Found]:
        """Return what a text is, or has in it where it is no address or number: "Ann <ann@…>", two beside a semicolon."""
        one, is_ours = step.made(text)
        if one:
            return [(one, is_ours)]
        kind, _, evidence = step.who
        if kind == "date_of_birth":
            return self._other_way_round(step, text)
        found = _addresses(text) if kind == "email" else phones_of(text, Marks(text), region) if kind == "phone" else []
        return [(Identifier(kind, "", each.value, evidence), self._own.matches(each)) for each in found]

    def _other_way_round(self, step: Step, text: str) -> list[Found]:
        """Return the date of birth that a text is with day and month the other way round, where it is none as declared."""
        if not (order := other_order(self._order)):
            return []
        try:
            born = parse_date(text, order)
        except UnreadableError:
            return []
        self._layout.other_order(step.place, str(self._order))
        return [(Identifier("date_of_birth", "", born.isoformat(), step.who[2]), False)]

    def _is_ours(self, step: Step, cell: str | list[str]) -> bool:
        """Say whether a cell holds nobody but us."""
        made = [each for text in texts_in(cell) for each in self._within(step, text, self.region)]
        return bool(made) and all(is_ours for _, is_ours in made)

    def abroad(self, country: str) -> str | None:
        """Return the region of a country as a row has it, where that is another than the source's."""
        region = identifiers.region_of(country)
        return region if region != self.region else None


def _with_house_number(texts: list[str | list[str]], street: list[int]) -> list[str | list[str]]:
    """Return a row's texts with the number of a house, which has a column of its own, in the street beside it.

    Alone a number would be a street that a whole town has in common.
    """
    numbers = [place for place in street if isinstance(texts[place], str) and HOUSE_NUMBER.fullmatch(str(texts[place]))]
    named = [place for place in street if texts[place] and place not in numbers]
    if not numbers or not named or not isinstance(texts[named[0]], str):
        return texts
    whole = " ".join(str(texts[place]) for place in street if place in (named[0], *numbers))
    return [whole if place == named[0] else "" if place in numbers else text for place, text in enumerate(texts)]


def _filled(texts: list[str | list[str]], places: list[int]) -> str | list[str]:
    """Return the first of a field's cells that is filled."""
    return next((texts[place] for place in places if texts[place]), "")


def _addresses(text: str) -> list[Identifier]:
    """Return the addresses in a cell, if all stand apart from its words: a piece of a broken one may be somebody else's."""
    around, edge = "", 0
    for start, _, end in places_of(text):
        if start < edge:
            return []
        around, edge = f"{around}{text[edge:start]}\0", end
    found = emails_of(text)
    is_apart = len(found) == around.count("\0") and not _TOUCHED.search(around + text[edge:])
    return found if is_apart else []


def in_full(number: str, region: str) -> str:
    """Return a number with its country where it is one of ``region`` as they are written there, else as it is."""
    if number.lstrip(" (").startswith(("+", "00")) or not identifiers.is_assigned_phone(number, region):
        return number
    return identifiers.normalise_phone(number, region) or number


def _maker(kind: str, scope: str, evidence: Evidence, source: Source, own: Own) -> Callable[[str], Made]:
    """Return what makes a column's text an identifier."""
    region, order = source.region, source.date_order

    def identifier(text: str) -> Identifier | None:
        match kind:
            case "email":
                return identifiers.email(text, evidence)
            case "phone":
                return None if _BEHIND_ONE.search(text) else identifiers.phone(text, region, evidence)
            case "handle":
                return identifiers.handle(text, scope, evidence)
            case "account":
                return identifiers.account(text, scope, evidence)
            case "name" | "full_name":
                return identifiers.name(text, evidence)
            case "reference":
                return identifiers.reference(text, "reference")
            case "date_of_birth":
                try:
                    return Identifier(kind, "", parse_date(text, order).isoformat(), evidence)
                except UnreadableError:
                    return None
            case _:
                return plain(kind, text, evidence)

    is_contact = kind in _CONTACT_KINDS

    def make(text: str) -> Made:
        made = identifier(text)
        return made, is_contact and made is not None and own.matches(made)

    return make
