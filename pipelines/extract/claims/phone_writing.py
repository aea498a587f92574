"""How people write phone numbers, told from how they write dates, times and amounts: by the digits and what parts them."""

import re

from pipelines.extract.values.phone_shapes import own_groups

MOST_GROUPS = 7
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_ANY_DATE = (
    rf"(?:{_DAY}[./-]{_MONTH}[./-](?:{_YEAR}|\d\d)|{_YEAR}[./-]{_MONTH}[./-]{_DAY}|"
    rf"{_MONTH}[./]{_YEAR}|{_YEAR}|{_DAY}\.{_MONTH}\.?)"
)
_TIME = r"(?:[01]?\d|2[0-4])\.[0-5]\d"
_HOUR = r"(?:[01]\d|2[0-4])(?:00|15|30|45)"
_DATE = re.compile(
    r"(?:\d{1,2}[./-]\d{1,2}[./-]\d{2,4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})(?![./-]?\d)|"
    rf"(?:{_DAY} {_MONTH} {_YEAR}|{_YEAR} {_MONTH} {_DAY})(?!\d)|"
    rf"(?:(?:{_ANY_DATE}|{_DAY}\.) ?[-/] ?{_ANY_DATE}|{_TIME} ?- ?{_TIME}|{_HOUR} ?- ?{_HOUR})(?!-?\d)"
)
_AMOUNT = re.compile(
    r"0\.\d+(?![.\d]).*|"  # less than one
    r"(?:.*[^.\d])?\d+\.\d\d?|"  # the last of several groups may have a dot before it where another has one
    r"\d{1,3}\.\d{4,} +\d{1,3}\.\d{4,}|(?:[1-9]\d?|1[0-7]\d)\.\d{6,}|"  # coordinates, and one of them
    r"\d{3}\.\d{3}\.\d{3}-\d\d|\d\d\.\d{3}\.\d{3}/\d{4}-\d\d"  # the tax numbers of Brazil
)
_BYTE = r"(?:1?\d?\d|2[0-4]\d|25[0-5])"
_NETWORK_ADDRESS = re.compile(rf"{_BYTE}\.{_BYTE}\.(?!\d\d\.\d\d$){_BYTE}\.{_BYTE}")  # "91.234.56.78" is a number in Spain
_GROUP = re.compile(r"\d+")
_LAST_ALONE = re.compile(r"[-/] ?\d$")  # "987654-0", an exchange's own desk


def is_date_or_amount(written: str) -> bool:
    """Tell whether a date, a span of days or hours, an amount or a machine's address is written there."""
    start = written.lstrip("(")
    return bool(_DATE.match(start) or _AMOUNT.fullmatch(written) or _NETWORK_ADDRESS.fullmatch(written))


def is_grouped(written: str) -> bool:
    """Tell whether the groups of a number that begins with 0 are those of a number: not one digit after the other."""
    sizes = [len(group) for group in _GROUP.findall(written)]
    alone = sizes[1:-1] if _LAST_ALONE.search(written) else sizes[1:]
    return len(sizes) <= MOST_GROUPS and alone.count(1) <= 1


def is_grouped_as_dialled(written: str, number: str) -> bool:
    """Tell whether a number that begins with no 0 stands in groups that are used where it comes from.

    These are the country's own, some of them together or a last four in two; but for North America, whose numbers look like
    too much else, any of two to five digits.

    Args:
        number: in E.164.
    """
    sizes = [len(group) for group in _GROUP.findall(written)]
    if len(sizes) == 1:
        return True
    own = own_groups(number)
    sizes = _without_first(sizes, sum(sizes) - sum(own))
    borders, own_borders = _borders(sizes), _borders(own)
    if borders <= own_borders | {sum(own) - 2}:
        return True
    is_nine_apart = sizes[1:2] == [1]  # Brazil's mobiles: "11 9 8765-4321"
    usual = sizes[:1] + sizes[2:] if is_nine_apart else sizes
    is_area_and_rest = len(usual) == 2 and usual[0] in (2, 3) and usual[1] <= 8
    return not number.startswith("+1") and (is_area_and_rest or all(2 <= size <= 5 for size in usual))


def _without_first(sizes: list[int], digits: int) -> list[int]:
    """Return the groups without the first ``digits`` of them: the country's code, or what is dialled before a number."""
    left = list(sizes)
    while left and digits > 0:
        taken = min(left[0], digits)
        left[0], digits = left[0] - taken, digits - taken
        if not left[0]:
            del left[0]
    return left


def _borders(sizes: list[int]) -> set[int]:
    return {sum(sizes[:number]) for number in range(1, len(sizes))}
