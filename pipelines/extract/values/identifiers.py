"""Identifiers in one spelling: addresses, numbers, handles and names as every extractor gives them, and which are ours.

All functions return None where the value is no identifier of its kind; nothing here raises on what a record says.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from pipelines.contract import Evidence, Identifier
from pipelines.extract.values.phone_shapes import FEWEST_DIGITS, MOST_DIGITS, SURE_LENGTH, quick_phone
from pipelines.extract.values.phone_shapes import LONGEST as PHONE_LIMIT
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

EMAIL_LIMIT = 254  # RFC 5321, the longest path
NAME_LIMIT = 120
VALUE_LIMIT = 200
SCHEME_LIMIT = 20  # more than a scheme and brackets add to an address
CACHED = 1 << 16
SIGNS = "^[\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"  # with which Han, Kana and Hangul begin
_BELOW = ".example"
# What nearly all addresses look like: taken as they are, at a twentieth of the library's time.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_USUAL_EMAIL = re.compile(
    rf"(?=.{{1,64}}@)[a-z0-9_+]+(?:[.-][a-z0-9_+]+)*@(?:{_LABEL}\.)+[a-z]{{2,20}}", re.IGNORECASE | re.ASCII
)
_SCHEMES = ("whatsapp:", "tel:", "sms:", "mailto:")
# An extension behind a number, as other languages than English call it: poste 12, int. 4, wew. 5, доб. 101.
_EXTENSION = re.compile(
    r"[\s,;/(-]*\b(?:poste|int(?:erno|erne)?|wewn?|toestel|tst|dw|durchwahl|klapka|linka|mell[eé]k|anexo|ramal|доб)"
    r"[.:]*\s*\d{1,6}\)?$"
)


def whole_name(given: str, family: str) -> str:
    """Return a name of its parts as those who bear it write it: 佐藤 健太, and Anna Smith."""
    return f"{family} {given}" if re.match(SIGNS, given) and re.match(SIGNS, family) else f"{given} {family}"


def email(value: str, evidence: Evidence) -> Identifier | None:
    """Return the address in lower case, its domain in Unicode; the syntax alone is checked, never the network."""
    address = normalise_email(value)
    return Identifier("email", "", address, evidence) if address else None


def normalise_email(value: str) -> str | None:
    """Return one spelling of the address, or None: of ``Bob@Shop.Example``, ``bob@shop.example``."""
    if len(value) > EMAIL_LIMIT:  # before anything is kept: what nobody can be written to at takes no memory
        value = value.strip()
        if len(value) > EMAIL_LIMIT + SCHEME_LIMIT:
            return None
    return _normalise_email(value)


@lru_cache(maxsize=CACHED)
def _normalise_email(value: str) -> str | None:
    value = _without_scheme(value.strip().strip("<>"))
    if len(value) > EMAIL_LIMIT or "@" not in value:
        return None
    if _USUAL_EMAIL.fullmatch(value) and "xn--" not in value.lower():
        return value.lower()
    try:
        # Real logs hold addresses of private domains (.local, .test), which the library refuses: asked about a name
        # below .example, it looks at the syntax alone.
        address = validate_email(value + _BELOW, check_deliverability=False).normalized
    except EmailNotValidError:
        return None
    address = address.lower().removesuffix(_BELOW)
    tld = address.rpartition("@")[2].rpartition(".")
    return address if tld[0] and not tld[2][-1:].isdigit() else None


def phone(value: str, region: str | None, evidence: Evidence) -> Identifier | None:
    """Return the number in E.164.

    Args:
        value: as written; a ``tel:`` or ``whatsapp:`` before it and an extension behind it are dropped.
        region: ISO country for numbers written without one; with None only ``+…`` is a number.
        evidence: who vouches for it.

    Returns:
        None for short codes, alphanumeric senders and numbers too short or too long for their country.
    """
    number = normalise_phone(value, region)
    return Identifier("phone", "", number, evidence) if number else None


def normalise_phone(value: str, region: str | None) -> str | None:
    """Return the number in E.164, or None; cached, as the same few numbers recur through a log."""
    if len(value) > PHONE_LIMIT:  # with white space around it it may be one, but is not kept
        return _normalise_phone.__wrapped__(value, region)
    return _normalise_phone(value, region)


@lru_cache(maxsize=CACHED)
def _normalise_phone(value: str, region: str | None) -> str | None:
    return quick_phone(value, region) or normalise_phone_by_library(value, region)


def normalise_phone_by_library(value: str, region: str | None) -> str | None:
    """Return what ``normalise_phone`` does, whatever the number looks like, at twenty times the cost."""
    parsed = _parse_phone(value, region)
    if parsed is None or phonenumbers.is_possible_number_with_reason(parsed) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return None
    # Where numbers may be of any length (Germany, Austria …) a short code is possible: few digits must be assigned ones.
    if len(phonenumbers.national_significant_number(parsed)) < SURE_LENGTH and not phonenumbers.is_valid_number(parsed):
        return None
    number = str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))
    # Possible numbers may have 17 digits in Germany, of which ITU-T E.164 knows none.
    return number if FEWEST_DIGITS <= len(number) - len("+") <= MOST_DIGITS else None


@lru_cache(maxsize=CACHED)
def is_assigned_phone(value: str, region: str | None) -> bool:
    """Tell whether the number lies in a range its country has given out: the bar for digits met in running text."""
    parsed = _parse_phone(value, region)
    return parsed is not None and bool(phonenumbers.is_valid_number(parsed))


@lru_cache(maxsize=CACHED)
def region_of(country: str) -> str | None:
    """Return the ISO code of a country that a record names by its code or, in any larger language, by its name."""
    code = country.strip().upper()
    if len(code) == len("FR"):
        code = {"UK": "GB"}.get(code, code)
        return code if code in phonenumbers.SUPPORTED_REGIONS else None
    return _country_names().get(code.casefold())


@cache
def _country_names() -> dict[str, str]:
    from phonenumbers.geodata.locale import LOCALE_DATA  # a third of a second, which few files need

    return {name.casefold(): region for region, spelt in LOCALE_DATA.items() for name in spelt.values() if name[:1] != "*"}


def handle(value: str, scope: str, evidence: Evidence) -> Identifier | None:
    """Return the handle in lower case without ``@``; of a profile's address, its last part. Scope is the platform."""
    name_only = one_line(value).rstrip("/").rpartition("/")[2].lstrip("@").lower()
    if not name_only or " " in name_only or len(name_only) > NAME_LIMIT:
        return None
    return Identifier("handle", scope, name_only, evidence)


def account(value: str, scope: str, evidence: Evidence) -> Identifier | None:
    """Return a platform's own id of a person, as the platform writes it."""
    return _plain("account", scope, value, evidence)


def reference(value: str, evidence: Evidence) -> Identifier | None:
    """Return an order or ticket number: upper case, no white space."""
    return _plain("reference", "", "".join(value.split()).upper(), evidence)


def name(value: str, evidence: Evidence) -> Identifier | None:
    """Return a person's display name as written, on one line; None where it is empty, an address or a number."""
    cleaned = one_line(value).strip("'\"\u201c\u201d\u2018\u2019 ")
    if not cleaned or len(cleaned) > NAME_LIMIT or not (cleaned[0].isalpha() or any(c.isalpha() for c in cleaned)):
        return None
    if "@" in cleaned and any("@" in word and "." in word.rpartition("@")[2] for word in cleaned.split()):
        return None
    return Identifier("name", "", cleaned, evidence)


def unproven(found: Identifier) -> Identifier:
    """Return an identifier as a channel delivers it that has seen no proof of it."""
    return Identifier(found.kind, found.scope, found.value, found.evidence, found.seen_at, is_verified=False)


def as_claim(found: Identifier) -> Identifier:
    """Return an identifier as what somebody typed."""
    return Identifier(found.kind, found.scope, found.value, "claimed", found.seen_at, found.is_verified)


@dataclass(frozen=True, slots=True)
class Own:
    """Our own addresses, numbers, handles, ids and names, as ``own`` of a source lists them.

    ``*@shop.example`` in the list stands for every address of the domain.
    """

    emails: frozenset[str]
    domains: frozenset[str]
    phones: frozenset[str]
    words: frozenset[str]  # everything in the list, case-folded, on one line, without a leading @
    region: str | None

    @staticmethod
    def of(source: Source) -> "Own":
        """Return what is ours in ``source``."""
        return _own(tuple(source.own), source.region)

    def matches(self, identifier: Identifier) -> bool:
        """Tell whether the identifier is one of ours."""
        if identifier.kind == "email":
            return self._is_email(identifier.value)
        if identifier.kind == "phone":
            return identifier.value in self.phones
        return _folded(identifier.value) in self.words

    def is_among(self, party: Iterable[Identifier]) -> bool:
        """Tell whether one of the identifiers, names aside, is ours."""
        return any(each.kind != "name" and self.matches(each) for each in party)

    def is_name(self, value: str) -> bool:
        """Tell whether ``value`` is one of our names, whatever its case and spacing."""
        return bool(value) and _folded(value) in self.words

    def is_ref(self, value: str) -> bool:
        """Tell whether ``value``, as a source shows it, is an address, number, handle, id or name of ours."""
        if not value:
            return False
        if _folded(value) in self.words:
            return True
        if "@" in value:
            address = normalise_email(value)
            return address is not None and self._is_email(address)
        number = normalise_phone(value, self.region) if self.phones else None
        return number is not None and number in self.phones

    def _is_email(self, address: str) -> bool:
        local, _, domain = address.rpartition("@")
        if address in self.emails or domain in self.domains:
            return True
        return "+" in local and f"{local.partition('+')[0]}@{domain}" in self.emails  # support+4711@ is support@


@lru_cache(maxsize=64)
def _own(values: tuple[str, ...], region: str | None) -> Own:
    stars = frozenset(value[2:].strip().lower() for value in values if value.startswith("*@"))
    addresses = (normalise_email(value) for value in values)
    numbers = (normalise_phone(value, region) for value in values)
    return Own(
        emails=frozenset(address for address in addresses if address),
        domains=stars,
        phones=frozenset(number for number in numbers if number),
        words=frozenset(_folded(value) for value in values) - {""},
        region=region,
    )


def _folded(value: str) -> str:
    return _short_folded(value) if len(value) <= VALUE_LIMIT else _short_folded.__wrapped__(value)


@lru_cache(maxsize=1 << 14)  # the same few people run through a conversation
def _short_folded(value: str) -> str:
    return one_line(value).lstrip("@").casefold()


def _plain(kind: str, scope: str, value: str, evidence: Evidence) -> Identifier | None:
    cleaned = one_line(value)
    return Identifier(kind, scope, cleaned, evidence) if 0 < len(cleaned) <= VALUE_LIMIT else None


def _without_scheme(value: str) -> str:
    if ":" not in value:
        return value
    for scheme in _SCHEMES:
        if value[: len(scheme)].lower() == scheme:
            return value[len(scheme) :].strip()
    return value


def _parse_phone(value: str, region: str | None) -> "phonenumbers.PhoneNumber | None":
    written = _without_scheme(one_line(value))
    if len(written) > PHONE_LIMIT:
        return None
    digits = _EXTENSION.sub("", written.lower())
    for mark in ("extension", "ext.", "ext", "x", "#"):  # what follows is an extension; any other letter makes it no number
        digits = digits.partition(mark)[0]
    if any(c.isalpha() for c in digits):
        return None
    try:
        return phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return None
