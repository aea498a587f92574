"""Who a WhatsApp chat is with: one person, a group, or ourselves; told by its title and by who wrote in it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from pipelines.contract import Identifier
from pipelines.extract.parts.whatsapp.body import parse_body
from pipelines.extract.parts.whatsapp.dates import OrderProof
from pipelines.extract.parts.whatsapp.lines import MARKS, Entry, split_author
from pipelines.extract.parts.whatsapp.titles import named_in
from pipelines.extract.parts.whatsapp.words import GROUP, NOTICE, OF_WHATSAPP
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import known
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

SCOPE = "whatsapp"
PEOPLE_LIMIT = 10_000  # names kept of a chat; a community has 2,000 members
_NOTICE_LIMIT = 300  # characters in which a notice tells what it is
_NUMBER = re.compile(r"\+\d[\d ()\u00a0.\-\u2010-\u2013]{5,22}\d")
_NAME = re.compile(r"[^\W\d_]{3,}")
_BUSINESS_SCOPED = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{10,128}")
_USERNAME = re.compile(r"@[A-Za-z0-9._]{3,35}")


@dataclass(frozen=True, slots=True)
class Talk:
    """What all messages of a chat share.

    Attributes:
        thread: the chat's name among the source's files, the same in every export of it.
        title: whom it is with, as the phone shows it.
        party, party_ref: the person on the other side; empty where there is none.
        shown: the names under which that person writes.
        reason: why there is none ("group", or a chat with ourselves).
    """

    thread: str
    title: str
    source: Source
    own: Own
    party: list[Identifier]
    party_ref: str
    shown: frozenset[str] = frozenset()
    reason: str | None = None

    @property
    def is_group(self) -> bool:
        """Whether more than one person is on the other side."""
        return self.reason == "group"

    def author(self, author: str | None) -> str:
        """Return who wrote; UnreadableError where nobody can have written it."""
        if author is None:
            raise UnreadableError("cut off: neither an author nor a line end")
        if not (self.is_group or author in self.shown or self.own.is_ref(author)):
            raise UnreadableError(f"by neither the chat's person nor one of our names (sources.{self.source.name}.own)")
        return author

    def is_notice(self, author: str, text: str, entry: Entry) -> bool:
        """Say whether WhatsApp wrote this in somebody's name, as it does on iPhones: of groups, in the group's."""
        return _is_notice(author, text, entry) or (self.is_group and author == self.title and _is_marked(text))


def survey_chat(entries: Iterable[Entry], thread: str, source: Source) -> tuple[OrderProof, Talk]:
    """Look through a chat and return what proves the order of its dates, and who it is with."""
    proof, own = OrderProof(), Own.of(source)
    others: dict[str, bool] = {}  # each author, and whether anything is surely their own and not WhatsApp's in their name
    ours: set[str] = set()
    is_group = False
    for entry in entries:
        if entry.stamp is None:
            continue
        proof.add(entry.stamp)
        author, text = split_author(entry.body)
        if author is None or _is_notice(author, text, entry):
            is_group = is_group or bool(GROUP.search(MARKS.sub("", text[:_NOTICE_LIMIT])))
        if author is None or others.get(author) or author in ours:
            continue
        if own.is_ref(author):
            ours.add(author)
        elif author in others or len(others) < PEOPLE_LIMIT:
            others[author] = others.get(author, False) or not _is_marked(text) or _is_shown(text, entry)
    return proof, _talk(others, thread, own, source, is_group=is_group)


def person_of(shown: str, talk: Talk) -> list[Identifier]:
    """Return the identifiers of one person: a number where the phone shows one, else the name and the chat itself."""
    told = _told_by(shown, talk.source)
    if told and told.kind != "name":
        return [told]
    if talk.is_group:
        return known(told)
    title = _told_by(talk.title, talk.source)
    account = identifiers.account(talk.title, SCOPE, "channel")
    return known(title if title and title.kind != "name" else account, told)


def _number_in(title: str, source: Source) -> str:
    """Return the number in a title that WhatsApp wrote in a language we do not know; "" where there is none."""
    found = _NUMBER.search(title) if OF_WHATSAPP.search(title) else None
    return found[0] if found and _is_number(found[0], source) else ""


def _told_by(shown: str, source: Source) -> Identifier | None:
    """Return what a name in the export is: a number, a user name, an id within the business's own account, or a name."""
    if _BUSINESS_SCOPED.fullmatch(shown):
        return identifiers.account(shown, f"{SCOPE}:{source.name}", "channel")
    if _USERNAME.fullmatch(shown):
        return identifiers.handle(shown, SCOPE, "channel")
    number = identifiers.phone(shown, source.region, "channel")
    return number or identifiers.name(shown.lstrip("~ "), "channel")  # "~ Jo": unknown to the phone, she calls herself so


def _talk(others: dict[str, bool], thread: str, own: Own, source: Source, *, is_group: bool) -> Talk:
    """Say who is on the other side.

    It is with one person where at most one other wrote in it, or where its title is one of those who wrote.
    """
    named = named_in(thread)
    title = named or _number_in(one_line(thread), source) or one_line(thread)
    talk = Talk(thread, title, source, own, party=[], party_ref="")
    writers = [author for author, has_written in others.items() if has_written]
    is_titled = bool(named) and title in writers
    if len(writers) == 1 and set(others) == {title, writers[0]} and _is_number(title, source):
        # The phone does not know her: her number is the title, and she writes as what she calls herself.
        shown, names = writers[0], frozenset(others)
    else:
        if len(others) > 1 and not is_titled:
            is_group = True
        shown = title if is_titled or not others else next(iter(others))
        names = frozenset({shown})
    if is_group:
        return replace(talk, reason="group")
    if own.is_ref(shown):
        return replace(talk, party_ref=shown, reason="own_address")
    party = person_of(shown, talk)
    if not (named or others) and OF_WHATSAPP.search(title):  # with words around a name that cannot be told from it
        party = [each for each in party if each.kind != "name"]
    return replace(talk, party=party, party_ref=shown, shown=names)


def _is_number(title: str, source: Source) -> bool:
    return identifiers.phone(title, source.region, "channel") is not None


def _is_notice(author: str, text: str, entry: Entry) -> bool:
    """Say whether marked words are a notice: the chat's first, one that we know, or one that tells of its author."""
    if not _is_marked(text) or _is_shown(text, entry):
        return False
    plain = MARKS.sub("", text[:_NOTICE_LIMIT])
    if NOTICE.match(plain) or plain.startswith(f"{author} "):
        return True
    return entry.marks_tell and (entry.is_first or _tells_of(author, plain))


def _tells_of(author: str, notice: str) -> bool:
    """Say whether a notice has the author's name in it ("Ann Archer left", "Your code with Ann has changed")."""
    names = [author, *_NAME.findall(author)]
    return any(re.search(rf"(?<!\w){re.escape(name)}(?!\w)", notice) for name in names)


def _is_marked(text: str) -> bool:
    return bool(MARKS.match(text))


def _is_shown(text: str, entry: Entry) -> bool:
    """Say whether a marked text is a picture, call or the like rather than a notice."""
    return _is_marked(text) and parse_body(text, has_file=entry.has_file).is_shown
