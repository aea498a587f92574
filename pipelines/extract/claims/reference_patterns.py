"""A source's patterns of order and ticket numbers, each with what no match of it is without: it is looked for around that.

A regular expression that ignores case is tried at every character of a text. Most have a word or a digit in them, which is
found, or not, at a fraction of that time; what can be said of a pattern is read off it here, once a source.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from typing import Any

from pipelines.errors import ConfigurationError
from pipelines.extract.claims.text_marks import Marks

LONGEST = 200  # characters: matches that may be longer have no borders
NARROW = 100  # characters that take no longer to search than to look for a word in the whole text
_FLAGS = re.IGNORECASE | re.UNICODE
_REPEATS = (ops.MAX_REPEAT, ops.MIN_REPEAT)
# What looks at nothing but the characters of the match and the one on either side of it.
_PLAIN = frozenset({ops.LITERAL, ops.NOT_LITERAL, ops.ANY, ops.IN})
_BORDERS = frozenset({ops.AT_BOUNDARY, ops.AT_NON_BOUNDARY})


@dataclass(frozen=True, slots=True)
class Reference:
    """A pattern, and what is known of its matches.

    Attributes:
        word: stands in each of them, in lower case; "" where no one word does.
        has_digit: whether a digit stands in each of them.
        longest: how many characters they have at most; None where that does not tell how far to look.
    """

    pattern: re.Pattern[str]
    word: str
    has_digit: bool
    longest: int | None

    def matches(self, marks: Marks) -> Iterator[re.Match[str]]:
        """Return all matches in a text, those of ``pattern.finditer``."""
        start, end = 0, len(marks.text)
        if self.has_digit:
            if not marks.digits:
                return iter(())
            if self.longest:
                start, end = max(marks.digits[0] + 1 - self.longest, 0), marks.digits[1] + self.longest
        if self.word and end - start > NARROW and marks.is_folded_alike:
            first = marks.folded.find(self.word)
            if first < 0:
                return iter(())
            if self.longest:
                start = max(start, first + len(self.word) - self.longest)
                end = min(end, marks.folded.rfind(self.word) + self.longest + 1)
        return self.pattern.finditer(marks.text, start, max(end, 0))


@lru_cache(maxsize=64)
def patterns_of(references: tuple[str, ...]) -> tuple[Reference, ...]:
    """Return a source's patterns of order and ticket numbers; ConfigurationError where one is no regular expression."""
    try:
        return tuple(_pattern(reference) for reference in references)
    except re.error as error:
        raise ConfigurationError(f"sources: references: {error.pattern!r} is no regular expression: {error.msg}") from None


def _pattern(reference: str) -> Reference:
    pattern = re.compile(reference, re.IGNORECASE)
    if pattern.flags != _FLAGS:  # it sets others itself: what follows holds for these
        return Reference(pattern, "", has_digit=False, longest=None)
    nodes = _parser.parse(reference, _FLAGS)
    _, longest = nodes.getwidth()
    is_bounded = longest <= LONGEST and all(map(_is_plain, nodes))
    return Reference(pattern, max(_words(nodes), key=len), _has_digit(nodes), longest if is_bounded else None)


def _is_plain(node: Any) -> bool:
    """Say whether what matches at a place stays the same, however much of the text behind it is left out."""
    what, of = node
    if what is ops.AT:
        return of in _BORDERS
    if what is ops.SUBPATTERN:
        return not (of[1] or of[2]) and all(map(_is_plain, of[3]))
    if what is ops.BRANCH:
        return all(_is_plain(each) for nodes in of[1] for each in nodes)
    return all(map(_is_plain, of[2])) if what in _REPEATS else what in _PLAIN


def _words(nodes: Any) -> Iterator[str]:
    """Yield the words that every match of some nodes has in it, in lower case."""
    word = ""
    for what, of in nodes:
        if what is ops.LITERAL and chr(of).isascii():
            word += chr(of).lower()
            continue
        yield word
        word = ""
        if (inner := _always(what, of)) is not None:
            yield from _words(inner)
    yield word


def _has_digit(nodes: Any) -> bool:
    """Say whether every match of some nodes has a digit in it."""
    return any(_is_digit(what, of) for what, of in nodes)


def _is_digit(what: Any, of: Any) -> bool:
    if what is ops.LITERAL:
        return chr(of).isdecimal()
    if what is ops.IN:
        return all(_is_digit(*each) for each in of)
    if what is ops.RANGE:
        return chr(of[0]) in "0123456789" and chr(of[1]) in "0123456789"
    if what is ops.CATEGORY:
        return of is ops.CATEGORY_DIGIT
    if what is ops.BRANCH:
        return all(map(_has_digit, of[1]))
    inner = _always(what, of)
    return inner is not None and _has_digit(inner)


def _always(what: Any, of: Any) -> Any:
    """Return the nodes that a node always has in it; None where it has none such."""
    if what is ops.SUBPATTERN and not (of[1] or of[2]):
        return of[3]
    return of[2] if what in _REPEATS and of[0] else None
