"""What nearly all phone numbers look like, read at a twentieth of the time that the library takes over each.

The rules and the lengths are the library's own (``phonenumbers``, Google's libphonenumber). Whatever is not plain here
(extensions, exit codes, carriers' codes, letters, few digits) is left to the library: None says nothing about a number.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

import phonenumbers
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberFormat, PhoneMetadata

FEWEST_DIGITS, MOST_DIGITS = 7, 15  # of a number in E.164 with its country code
SURE_LENGTH = 8  # digits after the country code from which a possible number is taken for one
LONGEST = 40  # characters as written; E.164 has 15 digits
_SEPARATORS = dict.fromkeys(map(ord, " -.()"))


@dataclass(frozen=True, slots=True)
class _Country:
    """How the numbers of a country code are written.

    Attributes:
        lengths: how many digits they may have, from ``SURE_LENGTH`` on.
        before: what is dialled before them within the country ("0"), as the library looks for it.
        is_dropped: whether what is dialled before is only left out, and nothing put in its place.
        exit_code: what is dialled before a number abroad.
        whole: what a number in full looks like: one that does so before its prefix is taken off is left as it is.
    """

    code: str
    lengths: frozenset[int]
    before: re.Pattern[str]
    is_dropped: bool
    exit_code: re.Pattern[str]
    whole: re.Pattern[str]


def quick_phone(written: str, region: str | None) -> str | None:
    """Return the number in E.164 where it is plainly one; None leaves it to the library."""
    if len(written) > LONGEST or not written.isascii():
        return None
    digits = written if written[1:].isdigit() else written.translate(_SEPARATORS)
    if digits[:1] == "+":
        digits = digits[1:]
        country = _country_of(digits[:1]) or _country_of(digits[:2]) or _country_of(digits[:3])
        if country is None or not digits.isdigit():
            return None
        national = digits[len(country.code) :]
    else:
        country = _country(region) if region else None
        if country is None or not digits.isdigit() or digits.startswith(country.code) or country.exit_code.match(digits):
            return None
        national = digits
    if before := country.before.match(national):
        if not country.is_dropped or country.whole.fullmatch(national):
            return None
        national = national[before.end() :]
    return f"+{country.code}{national}" if len(national) in country.lengths and national[0] != "0" else None


@lru_cache(maxsize=300)
def numbers_in_full(region: str | None) -> str | None:
    """Return what numbers of a country look like, in E.164, that ``quick_phone`` returns as they are.

    None where that takes more than a look at their first digits.
    """
    country = _country(region) if region else None
    before = country.before.pattern.split("|") if country and country.before.pattern != "(?!)" else []
    if country is None or country != _country_of(country.code) or not all(map(str.isdigit, before)):
        return None
    first = "".join(sorted(set("123456789") - {prefix[0] for prefix in before}))
    lengths = "|".join(f"[0-9]{{{length - 1}}}" for length in sorted(country.lengths))
    return rf"^\+{country.code}[{first}](?:{lengths})$" if lengths else None


@lru_cache(maxsize=300)
def starts_with_zero(region: str) -> bool:
    """Tell whether numbers within the region may be written with a 0 before them that is no part of them."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    return metadata is not None and metadata.national_prefix == "0"


@lru_cache(maxsize=300)
def needs_zero(region: str) -> bool:
    """Tell whether numbers within the region are written with a 0 before them: in most, but not where it may be left out."""
    metadata = PhoneMetadata.metadata_for_region(region, None)
    mobile = metadata.mobile.example_number if metadata and metadata.mobile else None
    if metadata is None or metadata.country_code is None or mobile is None or not starts_with_zero(region):
        return False
    main = PhoneMetadata.metadata_for_region(COUNTRY_CODE_TO_REGION_CODE[metadata.country_code][0], None)
    formats = metadata.number_format or (main.number_format if main else [])
    writing = next((each for each in formats if _is_written_by(each, mobile)), None)
    rule = writing.national_prefix_formatting_rule if writing else None
    return writing is None or ("0" in (rule or "") and not writing.national_prefix_optional_when_formatting)


def _is_written_by(writing: NumberFormat, number: str) -> bool:
    leading = writing.leading_digits_pattern
    return bool((not leading or re.match(leading[-1], number)) and re.fullmatch(writing.pattern or "", number))


def is_in_plan(number: str) -> bool:
    """Tell whether a number in E.164 looks like those of its country: of all kinds at once, some not yet given out."""
    for length in (1, 2, 3):
        if regions := COUNTRY_CODE_TO_REGION_CODE.get(int(number[1 : 1 + length])):
            countries = map(_country, regions)
            return any(country is not None and country.whole.fullmatch(number, 1 + length) for country in countries)
    return False


@lru_cache(maxsize=2_000)
def own_groups(number: str) -> list[int]:
    """Return how many digits each group has of a number in E.164 as its country writes it, the country's code left out."""
    written = phonenumbers.format_number(phonenumbers.parse(number), phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    return [len(group) for group in re.findall(r"\d+", written)[1:]]


@lru_cache(maxsize=2_000)
def _country_of(code: str) -> _Country | None:
    regions = COUNTRY_CODE_TO_REGION_CODE.get(int(code)) if code.isdigit() and code[0] != "0" else None
    return _country(regions[0]) if regions else None  # the first is the main one, whose lengths hold for all


@lru_cache(maxsize=300)
def _country(region: str) -> _Country | None:
    metadata = PhoneMetadata.metadata_for_region(region, None)
    general = metadata.general_desc if metadata else None
    if metadata is None or general is None or not general.possible_length:
        return None
    before = re.compile(metadata.national_prefix_for_parsing or "(?!)")
    code = str(metadata.country_code)
    longest = MOST_DIGITS - len(code)
    return _Country(
        code=code,
        lengths=frozenset(length for length in general.possible_length if SURE_LENGTH <= length <= longest),
        before=before,
        is_dropped=before.groups == 0 and not metadata.national_prefix_transform_rule,
        exit_code=re.compile(metadata.international_prefix or "(?!)"),
        whole=re.compile(general.national_number_pattern or ""),
    )
