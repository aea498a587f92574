"""Which texts may hold a claim at all: most hold none, and one search over a column of them finds those.

A text that is not found here has none (``claims_of`` would return nothing); one that is found may have one or not. So the
shapes are wider than those of ``claims`` and ``claimed_handles``, and letters beyond ASCII stand for any digit.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.claimed_handles import PLATFORM_WORDS
from pipelines.extract.claims import Looks, patterns_of
from pipelines.settings import Source

# No script has its digits below U+0660, or from U+2000 to U+9FFF: punctuation, symbols and Han characters.
_DIGIT = r"0-9\x{660}-\x{1FFF}\x{A000}-\x{10FFFF}"
_TURKISH = r"[\x{130}\x{131}]"
_NUMBER = rf"[{_DIGIT}][{_DIGIT} ()./\-\x{{a0}}\x{{2010}}\x{{2011}}]{{5}}"
_MENTION = _TURKISH + r"|(?:^|[^a-z0-9])(?:" + "|".join(map(re.escape, PLATFORM_WORDS)) + r")(?:[^a-z0-9]|$)"
# What RE2 and Python read alike, once \b is left out and \d and \w are widened; Turkish i's Python alone takes for an i.
_ALIKE = re.compile(r"(?:[A-Za-z0-9_ #/:,=\-()|?+*]|\\[bdw.\-]|\{\d{1,3}(?:,\d{1,3})?\}|\[[A-Za-z0-9_\-]+\])+")
_ANY_LETTER = r"\x{80}-\x{10FFFF}"


def texts_to_read(texts: pa.Array, source: Source) -> Iterator[tuple[int, str, Looks]]:
    """Yield the texts that may hold a claim by the rules of ``source``: the number of each, and what to look for in it."""
    shapes = _shapes(tuple(source.references))
    rows = np.flatnonzero(_found(texts, "|".join(["@", *shapes]))) if all(shapes) else np.arange(len(texts))
    some = texts.take(pa.array(rows))
    looks = [_found(some, shape) if shape else np.ones(len(rows), np.bool_) for shape in shapes]
    for row, text, *found in zip(rows.tolist(), some.to_pylist(), *(each.tolist() for each in looks), strict=True):
        yield row, text, Looks(*found)


def _found(texts: pa.Array, shape: str) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = pc.match_substring_regex(texts, f"(?i){shape}").to_numpy(zero_copy_only=False)
    return found


@lru_cache(maxsize=64)
def _shapes(references: tuple[str, ...]) -> tuple[str, str, str]:
    """Return what texts with a handle, a reference and a number hold; "" where nothing can be looked for in this way."""
    wide = [_wide(pattern.pattern) for pattern in patterns_of(references)]
    shape = "|".join([*wide, _TURKISH]) if all(wide) else ""
    try:
        _found(pa.array([""]), "|".join([_MENTION, shape, _NUMBER]))
    except pa.ArrowInvalid:  # not as RE2 writes it, or too long for it
        shape = ""
    return _MENTION, shape, _NUMBER


def _wide(reference: str) -> str:
    """Return what RE2 finds wherever Python finds a reference, and elsewhere; "" where they may read it otherwise."""
    if not _ALIKE.fullmatch(reference):
        return ""
    wide = reference.replace(r"\b", "(?:)").replace(r"\d", f"[{_DIGIT}]").replace(r"\w", f"[A-Za-z0-9_{_ANY_LETTER}]")
    return f"(?:{wide})"
