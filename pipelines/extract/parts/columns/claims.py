"""Which texts of a column may hold a claim at all: most hold none, and a look at the column's bytes finds those that may.

A text that is not found here has none (``claims_of`` would return nothing); one that is found may have one or not.
"""

import re
from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.claims.claimed_handles import PLATFORM_WORDS
from pipelines.extract.claims.reference_patterns import Reference, patterns_of
from pipelines.extract.claims.text_marks import DIGIT_BYTES, ODD_CASES, SIGNS
from pipelines.extract.parts.columns.texts import Flags, flags_of, inside
from pipelines.settings import Source

_OTHER_DIGITS = np.frombuffer(DIGIT_BYTES, np.uint8)[10:]
_PLATFORM = rf"(?i)(?:^|[^a-z0-9])(?:{'|'.join(map(re.escape, PLATFORM_WORDS))})(?:[^a-z0-9]|$)"
_ODD_CASE = f"[{ODD_CASES}]"


def with_claims(texts: pa.Array, source: Source) -> Iterator[tuple[int, str, bool]]:
    """Yield the texts, of a column without null, that may claim something.

    Yields:
        The number of each, the text, and whether a handle may be in it.
    """
    rows = np.flatnonzero(_has_sign(texts, is_wide=True) | _with_words(texts, source))
    some = texts.take(pa.array(rows))
    name_platform = flags_of(pc.match_substring_regex(some, _PLATFORM))
    return zip(rows.tolist(), some.to_pylist(), name_platform.tolist(), strict=True)


def with_mentions(texts: pa.Array, source: Source) -> Iterator[tuple[int, str]]:
    """Yield the texts that may mention an order or a ticket: the number of each, and it."""
    has_digit = any(each.has_digit for each in patterns_of(tuple(source.references)))
    with_digits = _has_sign(texts, is_wide=False) if has_digit else False
    rows = np.flatnonzero(with_digits | _with_words(texts, source))
    return zip(rows.tolist(), texts.take(pa.array(rows)).to_pylist(), strict=True)


def _with_words(texts: pa.Array, source: Source) -> Flags:
    """Say which texts may have a reference that is without digits."""
    found = np.zeros(len(texts), np.bool_)
    for reference in patterns_of(tuple(source.references)):
        if not reference.has_digit:
            found |= _with_word(texts, reference)
    return found


def _with_word(texts: pa.Array, reference: Reference) -> Flags:
    if not reference.word:
        return np.ones(len(texts), np.bool_)
    found = flags_of(pc.match_substring(texts, reference.word, ignore_case=True))
    return found | flags_of(pc.match_substring_regex(texts, _ODD_CASE))


def _has_sign(texts: pa.Array, *, is_wide: bool) -> Flags:
    """Say which texts have a digit; or, if ``is_wide``, any sign of an address, a link or a handle."""
    offsets, data = inside(texts)
    codes, ends = data[offsets[0] : offsets[-1]], offsets - offsets[0]
    if not len(codes):
        return np.zeros(len(texts), np.bool_)
    is_sign = codes - np.uint8(ord("0")) < len("0123456789")
    if codes.max() >= _OTHER_DIGITS.min():
        is_sign |= np.isin(codes, _OTHER_DIGITS)
    if is_wide:
        for sign in SIGNS:
            is_sign |= codes == ord(sign)
        is_dot = codes == ord(".")
        is_dot[ends[1:][ends[1:] > 0] - 1] = False  # those at the end of a text
        is_dot[:-1] &= codes[1:] > ord(" ")
        is_sign |= is_dot
    found: Flags = np.diff(np.searchsorted(np.flatnonzero(is_sign), ends)) > 0
    return found
