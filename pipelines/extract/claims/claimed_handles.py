"""Handles that a text gives as its writer's own: "I'm @ann_x on X", "my insta is ann.x", "IG: ann.x", "find me at t.me/ann".

The words are read once, in order. A word by which writers speak of themselves begins a claim; platforms, handles and
small words carry it on; any other word ends it. So "I follow @shop on X", "my order from @shop" and a bare mention are
nobody's claim, and the time grows with the text's length alone.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from pipelines.contract import Identifier
from pipelines.extract.claims.text_marks import SIGNS, Marks
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import names

AT_MOST = 5  # a longer list is a company's
# The scopes under which the channels themselves deliver handles, so that both meet.
_PLATFORMS = {
    "x": names("x twitter твиттер твиттере"),
    "instagram": names("instagram insta ig инстаграм инстаграме инста инсте"),
    "telegram": names("telegram tg телеграм телеграме телега телеге"),
    "messenger": names("facebook fb messenger фейсбук фейсбуке"),
    "linkedin": names("linkedin"),
    "tiktok": names("tiktok"),
    "youtube": names("youtube"),
    "threads": names("threads"),
    "bluesky": names("bluesky bsky"),
    "skype": names("skype скайп скайпе"),
    "snapchat": names("snapchat"),
    "discord": names("discord"),
}
_SCOPES = {word: scope for scope, words in _PLATFORMS.items() for word in words}
_SITES = {
    "x.com": "x", "twitter.com": "x", "instagram.com": "instagram", "t.me": "telegram", "telegram.me": "telegram",
    "facebook.com": "messenger", "fb.com": "messenger", "fb.me": "messenger", "m.me": "messenger",
    "linkedin.com/in": "linkedin", "tiktok.com": "tiktok", "youtube.com": "youtube", "threads.net": "threads",
    "threads.com": "threads", "bsky.app/profile": "bluesky",
}  # fmt: skip
_LINK = re.compile(
    r"(?:https?://)?(?:(?:www|m|mobile|[a-z]{2})\.)?("
    + "|".join(map(re.escape, _SITES))
    + r")/(@?[a-z0-9_][a-z0-9_.-]{0,48})/?(?:\?\S{0,200})?",
    re.IGNORECASE | re.ASCII,
)
# Paths of these sites that are no person's page.
_PAGES = names("""
    about addstickers c channel events explore feed groups hashtag help home i intent joinchat login marketplace messages p
    pages permalink.php photo photo.php playlist post posts privacy profile.php reel reels results s search settings share
    share.php sharer sharer.php shorts signup status stories story.php tv user watch
""")
_HANDLE = re.compile(r"@([a-z0-9_][a-z0-9_.-]{1,48})", re.IGNORECASE | re.ASCII)
# No handle is without one of these, unless its line is nothing but a platform and it, or in a signature.
_HAS_ONE = re.compile(r"[@/_]|[a-z]\.[a-z0-9]|[0-9]\.[a-z]|[a-z][0-9]|[0-9][a-z]")
_BARE = re.compile(r"[a-z0-9_][a-z0-9_.-]{2,48}", re.IGNORECASE | re.ASCII)
# One of these stands, as a word, in every line that gives a handle.
PLATFORM_WORDS = (*sorted(_SCOPES, key=len, reverse=True), "t.me", "m.me", "bsky.app")
_MENTIONS_ONE = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, PLATFORM_WORDS))})(?![^\W_])")

# Every handle in a text, if not in a signature, has one of these in its word.
_INNER_DOT = re.compile(r"\.\S")
_SIGN = re.compile(r"[@/_0-9]|\.\S")

# One of these stands in every text that mentions a platform: a longer name (of "insta" and "instagram", the first) or, as
# a word, a shorter one. Names in Cyrillic are only looked for where there are such letters.
_LONGER = [name for name in _SCOPES if len(name) > 2]
_LONG_NAMES = [name for name in _LONGER if not any(other in name for other in _LONGER if other != name)]
_ASCII_NAMES = [name for name in _LONG_NAMES if name.isascii()]
_SHORT_NAMES = [name for name in _SCOPES if len(name) <= 2] + ["t.me", "m.me"]

# By which writers speak of themselves. Where a word means something else in another language (German "im", Italian
# "ma", English "min"), it is left out.
_MINE = names("""
    my i'm mein meine meinem meiner mon mi mio mia sono meu minha mijn mój moje мой моя я soy sou
""")
_MY_NAME = frozenset({("i", "am"), ("ich", "bin"), ("ich", "heiße"), ("ich", "heisse"), ("je", "suis"), ("io", "sono"),
                      ("ik", "ben"), ("jag", "är"), ("jeg", "er")})  # fmt: skip
_ME = names("me mich moi mir mig mij меня")
_FINDING = names("""
    find add reach follow contact message text dm ping catch finde findest finden erreichst erreichen folge folgt trouvez
    retrouvez suivez ajoutez vind volg найдите найди ищите
""")
_ON = names("on at auf bei sur en su em op på в na")
_IS = names(
    "is it's as are under called ist als unter heißt heisst est comme es como è come é als heet är er jest это как ="
)
_FILLING = names("""
    the a here and or also too name account handle user username profile page nick nickname id der die das und auch
    konto le la et aussi compte pseudo profil y también cuenta usuario perfil e anche conto utente nome conta i и
    naam en och og
""")
_EDGE = "\"'\u201c\u201d\u2018\u2019()[]{}<>*_~`,"
_ENDS = (".", "!", "?", ";", "\u2026", "\u3002")
_BEHIND = "".join(_ENDS) + ":,"
# A claim begins with one of these (or with two words of which it is the second) and goes on over handles and the others.
_BEGINNING = frozenset({*_MINE, *_ME, *(second for _, second in _MY_NAME)})
_CARRYING = frozenset({"", *(first for first, _ in _MY_NAME), *_FINDING, *_SCOPES, *_ON, *_IS, *_FILLING})
_SHORT = 5  # words that are looked at again rather than read
_SHORT_WORD = 20  # characters of those that are kept: what many write
_BACK = 100  # characters before a handle in which its claim mostly begins
_WORD = re.compile(r"\S+")
_BARS = frozenset({"|", "\u2022", "\u00b7", "/", "-", "\u2013", "\u2014"})


def may_give_handle(marks: Marks, signature: str) -> bool:
    """Say whether a text may give a handle: most have no sign of one, and of the others most name no platform."""
    has_sign = marks.signs or marks.digits or signature or _has_inner_dot(marks.text)
    return bool(has_sign) and _may_mention_platform(marks.folded)


def _has_inner_dot(text: str) -> bool:
    stops = text.count(". ") + text.endswith(".")  # as nearly all dots are
    return text.count(".") > stops and _INNER_DOT.search(text) is not None


def _may_mention_platform(folded: str) -> bool:
    for name in _ASCII_NAMES if folded.isascii() else _LONG_NAMES:  # in half the time of any()
        if name in folded:
            return True
    return any(name in folded and _is_word_in(name, folded) for name in _SHORT_NAMES)


def _is_word_in(name: str, folded: str) -> bool:
    """Say whether a name stands somewhere in a text without a letter or digit before or behind it."""
    at = folded.find(name)
    while at >= 0:
        end = at + len(name)
        if not (folded[at - 1 : at].isalnum() or folded[end : end + 1].isalnum()):
            return True
        at = folded.find(name, end)
    return False


def handles_of(text: str, signature: str) -> list[Identifier]:
    """Return the handles that ``text`` gives as its writer's own, and those that stand in their signature; all claimed."""
    found = [*_said(Marks(text)), *_signed(signature)]
    return list(dict.fromkeys(found))[:AT_MOST] if found else []


def _signed(signature: str) -> list[Identifier]:
    found: list[Identifier] = []
    for line in signature.split("\n") if signature and _MENTIONS_ONE.search(signature.lower()) else ():
        if _MENTIONS_ONE.search(line.lower()):
            found += _read_all(line, is_signed=True)
        if len(found) >= AT_MOST:
            break
    return found


def _said(text: Marks) -> list[Identifier]:
    found: list[Identifier] = []
    for line, first, last in _lines_with_signs(text):
        if ":" in line and _is_label(line):
            found += _read_all(line, is_signed=False)
        elif (claimed := _read_around_signs(line, first, last)) and _has_one(line):
            found += claimed
        if len(found) >= AT_MOST:
            break
    return found


def _has_one(line: str) -> bool:
    return any(sign in line for sign in SIGNS) or _HAS_ONE.search(line.lower()) is not None


def _lines_with_signs(marks: Marks) -> Iterator[tuple[str, int, int]]:
    """Yield the lines of a text in which there may be a handle, each with the places in it between which its signs are."""
    text = marks.text
    places = [place for sign in marks.signs for place in (text.find(sign), text.rfind(sign))]
    if digits := marks.digits:
        places += digits
    if dot := _INNER_DOT.search(text):
        places += [dot.start(), text.rfind(".") + 1]
    if not places:
        return
    first, last = min(places), max(places)
    start, end = text.rfind("\n", 0, first) + 1, text.find("\n", last)
    for line in text[start : end if end >= 0 else None].split("\n"):
        yield line, max(first - start, 0), last - start + 1
        start += len(line) + 1


def _read_all(line: str, *, is_signed: bool, is_own: bool = True) -> list[Identifier]:
    """Read all words of a line, which is its writer's own unless told otherwise."""
    reading = _Reading(is_signed=is_signed, is_own=is_own)
    for word in line.split():
        reading.take(word)
    return reading.found


def _read_around_signs(line: str, first: int, last: int) -> list[Identifier]:
    """Read a line around each word between two places that may be a handle: from where a claim may begin to where it ends.

    A word that carries none ends what came before, so that whatever stands before such a word is left out.
    """
    reading = _Reading(is_signed=False, is_own=False)
    looked = read = 0  # up to where words are looked at, and up to where they are taken
    for sign in _SIGN.finditer(line, first, last):
        at = sign.start()
        if at < looked:
            continue
        start, before, is_own = _carrying(line, read, at)
        words = _WORD.finditer(line, start)
        if not is_own and len(before) <= _SHORT:
            looked = next(words).end()
            continue
        for word in before:
            reading.take(word)
        for found in words:
            reading.take(found[0])
            looked = read = found.end()
            if not reading.is_own:
                break
    return reading.found


def _carrying(line: str, read: int, at: int) -> tuple[int, list[str], bool]:
    """Return where the word at ``at`` starts, the words before it that carry a claim on, and whether it begins among them.

    They stand behind one that carries none, which is the first of them; or begin at ``read``, where all do from there on.
    """
    since = max(read, at - _BACK)
    words = line[since:at].split()
    start = at - len(words.pop()) if words and not line[at - 1].isspace() else at
    while start > read and not line[start - 1].isspace():
        start -= 1
    if since > read:
        words = words[1:]  # it may have been cut
    is_own = False
    for place in range(len(words) - 1, -1, -1):
        word = _word(words[place])
        if not word.carries:
            return start, words[place:], is_own
        is_own |= word.begins
    return (start, line[read:start].split(), True) if since > read else (start, words, is_own)


def _is_label(line: str) -> bool:
    """Say whether a line is a platform's name, a colon and one word: "IG: ann.x"."""
    name, colon, value = line.strip().partition(":")
    return bool(colon) and name.strip().lower() in _SCOPES and len(value.split()) == 1


class _Word(NamedTuple):
    """A word as it is read.

    Attributes:
        bare: without what stands around it; ``folded``: in lower case.
        begins, carries: whether a claim begins with it, or may go on over it; ``ends``: whether one ends behind it.
    """

    bare: str
    folded: str
    begins: bool
    carries: bool
    ends: bool


def _word(raw: str) -> _Word:
    return _short_word(raw) if len(raw) < _SHORT_WORD else _short_word.__wrapped__(raw)


@lru_cache(maxsize=1 << 12)
def _short_word(raw: str) -> _Word:
    written = raw.strip(_EDGE)
    bare = written.rstrip(_BEHIND).strip(_EDGE)
    folded = bare.lower().replace("\u2019", "'")
    begins = folded in _BEGINNING
    carries = begins or folded in _CARRYING or _SIGN.search(raw) is not None
    return _Word(bare, folded, begins, carries, ends=written.endswith(_ENDS))


class _Reading:
    """A line while its words are read.

    ``is_own`` says whether what comes is still the writer's own; ``_named`` are the platforms that wait for a handle, and
    ``_handle`` is the handle that waits for a platform.
    """

    def __init__(self, *, is_signed: bool, is_own: bool) -> None:
        self.found: list[Identifier] = []
        self._is_signed, self.is_own = is_signed, is_own
        self._named: list[str] = []
        self._handle, self._before = "", ""

    def take(self, raw: str) -> None:
        """Take the next word."""
        word = _word(raw)
        self._read(word.bare, word.folded)
        self._before = word.folded
        if word.ends:
            self._end(own=False)

    def _read(self, word: str, folded: str) -> None:
        link = _LINK.fullmatch(word) if "/" in word else None
        handle = _HANDLE.fullmatch(word) if word[:1] == "@" else None
        is_bar = self._is_signed and (word in _BARS or not word)
        if is_bar or folded in _MINE or (self._before, folded) in _MY_NAME or (folded in _ME and self._before in _FINDING):
            self._end(own=True)
        elif not self.is_own:
            self._end(own=False)
        elif link:
            self._claim(link[2], _SITES[link[1].lower()])
        elif self._is_platform(word, folded):
            if self._handle and self._before in _ON | _FILLING:
                self._claim(self._handle, _SCOPES[folded])
            else:
                self._named.append(_SCOPES[folded])
        elif handle or (self._named and self._is_bare_handle(word)):
            self._handle = handle[1] if handle else word
            for scope in self._named:
                self._claim(self._handle, scope)
            self._named = []
        elif folded not in _ON and folded not in _IS and folded not in _FILLING and word:
            self._end(own=False)

    def _is_platform(self, word: str, folded: str) -> bool:
        if folded == "x":  # a kiss, a size, an unknown
            return word == "X" or self._before in _ON or self._before in _MINE
        return folded in _SCOPES

    def _is_bare_handle(self, word: str) -> bool:
        """Say whether a word without an @ is a handle: "my insta is ann.x" is one, "my insta is broken" none."""
        if not _BARE.fullmatch(word) or not (self._before in _IS or self._before in _SCOPES):
            return False
        is_odd = any(not c.isalpha() and c != "-" for c in word) and any(c.isalpha() for c in word) and len(word) > 3
        return is_odd or self._is_signed

    def _claim(self, written: str, scope: str) -> None:
        written = written.lstrip("@").rstrip(".-")
        if written.lower() in _PAGES:
            return
        claimed = identifiers.handle(written, scope, "claimed")
        if claimed:
            self.found.append(claimed)

    def _end(self, *, own: bool) -> None:
        self.is_own, self._named, self._handle = own, [], ""
