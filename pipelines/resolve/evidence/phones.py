"""Which telephone numbers are fixed lines, which a household shares: Google's metadata, asked for less."""

import functools
import re

import phonenumbers
import pyarrow as pa
from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, PhoneMetadata, PhoneNumber, PhoneNumberType

SCHEMA = pa.schema([("value", pa.string()), ("is_fixed_line", pa.bool_())])
RULES = phonenumbers.__version__

_E164 = re.compile(r"\+([1-9][0-9]{6,14})")


def phone_forms(phones: list[str]) -> pa.Table:
    """Tell fixed lines from a person's own numbers (the columns of ``SCHEMA``); where a country does not tell, none is."""
    return pa.table({"value": phones, "is_fixed_line": [is_fixed_line(phone) for phone in phones]}, schema=SCHEMA)


def is_fixed_line(phone: str) -> bool:
    """Return what ``phonenumbers`` says of a number in E.164, a dozen times as fast for those that are none.

    A number whose national part could be read in more than one way (a leading zero, a trunk prefix) is parsed by the book.
    """
    if (found := _E164.fullmatch(phone)) and (code := _country_code(found[1])):
        national = found[1][len(code) :]
        trunk, lines = _numbering(int(code))
        if len(national) > 1 and national[0] != "0" and not (trunk and trunk.match(national)):
            if not any(line.fullmatch(national) for line in lines):
                return False
            return _is_fixed(PhoneNumber(country_code=int(code), national_number=int(national)))
    try:
        return _is_fixed(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return False


def _is_fixed(number: PhoneNumber) -> bool:
    return bool(phonenumbers.number_type(number) == PhoneNumberType.FIXED_LINE)


def _country_code(digits: str) -> str:
    return next((digits[:size] for size in (1, 2, 3) if int(digits[:size]) in COUNTRY_CODE_TO_REGION_CODE), "")


@functools.cache
def _numbering(code: int) -> tuple[re.Pattern[str] | None, list[re.Pattern[str]]]:
    """Return the trunk prefix of a country code, and what its fixed lines look like where they differ from mobiles."""
    regions = COUNTRY_CODE_TO_REGION_CODE[code]
    plans = [PhoneMetadata.metadata_for_region_or_calling_code(code, region) for region in regions]
    trunk = plans[0].national_prefix_for_parsing if plans[0] else None
    lines = [
        plan.fixed_line.national_number_pattern
        for plan in plans
        if plan and plan.fixed_line and not plan.same_mobile_and_fixed_line_pattern
    ]
    return (re.compile(trunk) if trunk else None), [re.compile(line) for line in lines if line]
