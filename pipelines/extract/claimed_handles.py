"""Handles that a text gives as its writer's own: "I'm @ann_x on X", "my insta is ann.x", "IG: ann.x", "find me at t.me/ann".

The words are read once, in order. A word by which writers speak of themselves begins a claim; platforms, handles and
small words carry it on; any other word ends it. So "I follow @shop on X", "my order from @shop" and a bare mention are
nobody's claim, and the time grows with the text's length alone.
"""

import re

from pipelines.contract import Identifier
from pipelines.extract import identifiers
from pipelines.extract.fields import names

AT_MOST = 5  # a longer list is a company's
# The scopes under which the channels themselves deliver handles, so that both meet.
_PLATFORMS = {
    "x": names("x twitter твиттер"),
    "instagram": names("instagram insta ig инстаграм инста"),
    "telegram": names("telegram tg телеграм"),
    "messenger": names("facebook fb messenger фейсбук"),
    "linkedin": names("linkedin"),
    "tiktok": names("tiktok"),
    "youtube": names("youtube"),
    "threads": names("threads"),
    "bluesky": names("bluesky bsky"),
    "skype": names("skype скайп"),
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
_HAS_ONE = re.compile(r"[@/_]|[a-z]\.[a-z0-9]|[0-9]\.[a-z]|[a-z][0-9]|[0-9][a-z]")  # no handle is without one of these
_BARE = re.compile(r"[a-z0-9_][a-z0-9_.-]{2,48}", re.IGNORECASE | re.ASCII)
# One of these stands, as a word, in every text that gives a handle.
PLATFORM_WORDS = (*sorted(_SCOPES, key=len, reverse=True), "t.me", "m.me", "bsky.app")
_MENTIONS_ONE = re.compile(rf"(?<![^\W_])(?:{'|'.join(map(re.escape, PLATFORM_WORDS))})(?![^\W_])")

# One of these stands in every text that mentions a platform, and is looked for in a fifth of the time.
_LONG_NAMES = tuple(name for name in _SCOPES if len(name) > 2)
_SHORT_NAMES = re.compile(r"(?:x|ig|fb|tg|\.me)(?![^\W_])")

# By which writers speak of themselves. Where a word means something else in another language (German "im", Italian
# "ma", English "min"), it is left out.
_MINE = names("""
    my i'm mein meine meinem meiner mon mi mio mia meu minha mijn mój moje мой моя я soy sou
""")
_MY_NAME = frozenset({("i", "am"), ("ich", "bin"), ("ich", "heiße"), ("ich", "heisse"), ("je", "suis"), ("io", "sono"),
                      ("ik", "ben"), ("jag", "är"), ("jeg", "er")})  # fmt: skip
_ME = names("me mich moi mir mig mij")
_FINDING = names("""
    find add reach follow contact message text dm ping catch finde findest finden erreichst erreichen folge folgt trouvez
    retrouvez suivez ajoutez vind volg
""")
# No claim begins before the first of these: one of the words alone, or two that stand behind each other.
_BEGINNINGS = (
    *map(re.escape, sorted(_MINE, key=len, reverse=True)),
    *(rf"{first}[\W_]+{second}" for first, second in sorted(_MY_NAME)),
    rf"(?:{'|'.join(sorted(_FINDING))})[\W_]+(?:{'|'.join(sorted(_ME))})",
)
_SPEAKS_OF_SELF = re.compile(rf"(?<![^\W_])(?:{'|'.join(_BEGINNINGS)})(?![^\W_])")
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
_WORD = re.compile(r"\S+")
_BEHIND = "".join(_ENDS) + ":,"
_BARS = frozenset({"|", "\u2022", "\u00b7", "/", "-", "\u2013", "\u2014"})


def handles_of(text: str, signature: str = "") -> list[Identifier]:
    """Return the handles that ``text`` gives as its writer's own, and those that stand in their signature; all claimed."""
    found = [*_said(text, is_signed=False), *_said(signature, is_signed=True)]
    return list(dict.fromkeys(found))[:AT_MOST]


def _said(text: str, *, is_signed: bool) -> list[Identifier]:
    found: list[Identifier] = []
    for line in text.split("\n") if text and _may_mention_one(text.lower()) else ():
        folded = line.lower().replace("\u2019", "'")
        if _MENTIONS_ONE.search(folded):
            is_label = is_signed or _is_label(line)
            if is_label or _HAS_ONE.search(folded):
                reading = _Reading(is_signed=is_signed, is_label=is_label)
                if is_label or len(folded) != len(line):
                    for word in line.split():
                        reading.take(word)
                else:
                    _read_phrases(line, folded, reading)
                found += reading.found
        if len(found) >= AT_MOST:
            break
    return found


def _read_phrases(line: str, folded: str, reading: "_Reading") -> None:
    """Read a line from each word on by which its writer speaks of themselves, for as long as they do."""
    at = 0
    while spoken := _SPEAKS_OF_SELF.search(folded, at):
        at, start = spoken.end(), spoken.start()
        while start and not line[start - 1].isspace():
            start -= 1
        for word in _WORD.finditer(line, start):
            reading.take(word[0])
            at = max(at, word.start())
            if word.end() >= spoken.end() and not reading.is_own:
                break
        else:
            return


def _may_mention_one(folded: str) -> bool:
    for name in _LONG_NAMES:
        if name in folded:
            break
    else:
        if not _SHORT_NAMES.search(folded):
            return False
    return bool(_MENTIONS_ONE.search(folded))


def _is_label(line: str) -> bool:
    """Say whether a line is a platform's name, a colon and one word: "IG: ann.x"."""
    name, colon, value = line.strip().partition(":")
    return bool(colon) and name.strip().lower() in _SCOPES and len(value.split()) == 1


class _Reading:
    """A line while its words are read.

    ``is_own`` says whether what comes is still the writer's own; ``_named`` are the platforms that wait for a handle, and
    ``_handle`` is the handle that waits for a platform.
    """

    def __init__(self, *, is_signed: bool, is_label: bool) -> None:
        self.found: list[Identifier] = []
        self._is_signed, self.is_own = is_signed, is_label
        self._named: list[str] = []
        self._handle, self._before = "", ""

    def take(self, raw: str) -> None:
        """Take the next word."""
        written = raw.strip(_EDGE)
        word = written.rstrip(_BEHIND).strip(_EDGE)
        folded = word.lower().replace("\u2019", "'")
        self._read(word, folded)
        self._before = folded
        if written.endswith(_ENDS):
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
