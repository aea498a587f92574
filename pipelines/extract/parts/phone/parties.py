"""Who is on the other end of a call or a text, by what a network shows of them: a number, a short code, a name, nothing."""

import re
from dataclasses import dataclass

from pipelines.contract import Identifier
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import Issues
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

# What stands in the place of a number that its holder keeps back. Some carriers dial the word on a keypad: +266696687 is
# ANONYMOUS, and the others are RESTRICTED, BLOCKED, UNKNOWN and UNAVAILABLE (Twilio, "strange calls").
WITHHELD = frozenset({
    "anonymous", "restricted", "unavailable", "unknown", "private", "withheld", "blocked", "payphone", "-1", "-2", "-3",
    "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
})  # fmt: skip
# What networks show where they know no name: words, letters and digits of their own, or where the number is from, at the
# two ends of the fifteen characters that a name has in North America ("LA MESA      CA") or apart by a comma, as Genesys
# Cloud has it, which knows no place of a mobile number ("Mobile Number, Australia").
_STATES = (
    "AB|AK|AL|AR|AZ|BC|CA|CO|CT|DC|DE|FL|GA|HI|IA|ID|IL|IN|KS|KY|LA|MA|MB|MD|ME|MI|MN|MO|MS|MT|NB|NC|ND|NE|NH|NJ|NL|NM|NS|"
    "NT|NU|NV|NY|OH|OK|ON|OR|PA|PE|PR|QC|RI|SC|SD|SK|TN|TX|UT|VA|VT|WA|WI|WV|WY|YT"
)
_WORD = "call|id|name|no|not|number|phone|provided|user"
_TELLING = (
    "anonymous|blocked|caller|cell|cellular|mobile|no name|out of area|private|restricted|toll[ -]?free|unavailable|unknown|"
    "wireless|withheld"
)
# What carriers think of a caller, what an exchange shows in a name's place, and the word for unknown in other languages.
_LABELS = (
    r"(?:potential|possible|suspected) (?:fraud|scam|spam)|(?:fraud|scam|spam)(?: (?:likely|risk))?\??|robo ?caller|"
    r"telemarketer|(?:cid: ?)?\+?\d{6,}|asterisk|<unknown>|(?:name )?not found|no number|pay phone|null|n/a|"
    "(?:incoming|international) call|anoniem|anonimo|anónimo|anonym|anonyme|desconocido|inconnu|numéro masqué|"
    "número desconocido|onbekend|privado|privé|sconosciuto|unbekannt|unterdrückt"
)
_OF_NETWORKS = re.compile(
    rf"(?:(?:{_WORD}) )*(?:{_TELLING})(?: +(?:{_WORD}|{_TELLING}))*(?: +(?:{_STATES}))?"
    rf"|{_LABELS}"
    rf"|[a-z]?\d{{6,}}|(?=.{{15}}$)[a-z][a-z .'-]*  (?:{_STATES})|[a-z][a-z .'-]*, ?(?:{_STATES})|mobile number, .+",
    re.IGNORECASE,
)
_SHORT = re.compile(r"\+?\d{1,8}")  # digits of a short code, or of a number inside a country that nobody could call back
_PUNCTUATION = re.compile(r"[\s()./-]")


def is_withheld(value: str) -> bool:
    """Say whether nobody is shown: an empty value, or what networks write for a number kept back."""
    return not value or value.casefold() in WITHHELD


def caller_name(shown: str) -> Identifier | None:
    """Return the name that a network shows of a caller; None where it shows none, or what stands in a name's place."""
    return None if is_withheld(shown) or _OF_NETWORKS.fullmatch(shown.strip()) else identifiers.name(shown, "claimed")


@dataclass(frozen=True, slots=True)
class Ends:
    """What is needed to say who is at an end of a call or text in one file."""

    source: Source
    own: Own
    issues: Issues
    file: str

    def party_of(self, value: str) -> tuple[list[Identifier], str | None]:
        """Return the identifiers at an end, or none of them and the reason why there are none.

        A number (or a mail address, from a gateway) is delivered by the channel. A number that is none in the source's
        region is told: without a region, only those written with ``+`` are numbers.
        """
        shown = one_line(value)
        if is_withheld(shown):
            return [], "no_identifier"
        if self.own.is_ref(shown):
            return [], "own_address"
        if "@" in shown:
            return self._or_nobody(identifiers.email(shown, "channel"))
        number = identifiers.phone(shown, self.source.region, "channel")
        if number:
            return [number], None
        if _SHORT.fullmatch(_PUNCTUATION.sub("", shown)) or any(letter.isalpha() for letter in shown):
            return [], "short_code"
        return self._or_nobody(None)

    def _or_nobody(self, identifier: Identifier | None) -> tuple[list[Identifier], str | None]:
        if identifier:
            return known(identifier), None
        region = "in the source's 'region'" if self.source.region else "without a country: declare the source's 'region'"
        self.issues.warn(file=self.file, reason=f"a number that is none {region}")
        return [], "no_identifier"
