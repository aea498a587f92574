"""The threads of a Meta download: what their files say around the messages, who is in them, and which messages are alike."""

from array import array
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.contract import Identifier
from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.meta.files import NOT_A_THREAD, is_elsewhere, number_of, told_by_folder
from pipelines.extract.parts.meta.stream import decoded, look_through, repaired
from pipelines.extract.values import identifiers
from pipelines.extract.values.fields import Drift, Fields, known, names, valid
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import one_line
from pipelines.settings import Source

_LEFT = names("image is_pending is_still_participant joinable_mode magic_words theme")
_USUAL, _ENCRYPTED_USUAL = names("participants thread_path title"), names("participants threadName")
# What Meta shows in the place of a name when the account is gone: "Facebook user", in the languages of its downloads.
_NOBODY = names("""
    a an användare bruger bruker de di do en gebruiker nutzer nutzerin s user usuario usuário utente utilisateur utilizador
    van von użytkownik
""")
_NOBODY_LENGTH = 40


@dataclass(slots=True)
class Part:
    """One file's part of a thread.

    Attributes:
        ref: the thread as Meta names it: ``thread_path``, or ``threadName`` in the end-to-end-encrypted dialect.
        is_metas_ref: whether it is; else it is the name of a file that somebody put there.
        number: of ``message_2.json`` it is 2, and older than 1.
        participants: their names, ours among them; None where the file has no such list.
        authors: the names at the messages, the first few.
        keys, times: for each message a number that equal ones share (they are of one second), and its milliseconds.
        broken: what is wrong with the file, as far as it is not the messages.
    """

    file: SourceFile
    ref: str
    is_metas_ref: bool
    number: int
    is_encrypted: bool
    is_group: bool
    is_left: bool
    participants: list[str] | None
    title: str
    authors: list[str]
    keys: "array[int]"
    times: "array[int]"
    left: Fields
    participants_left: list[Fields]
    broken: str | None

    def tell(self, drift: Drift) -> None:
        """Report what is new around the messages, or gone."""
        drift.tell(self.left, _LEFT, usual=_ENCRYPTED_USUAL if self.is_encrypted else _USUAL)
        for participant in self.participants_left:
            drift.tell(participant, frozenset())


@dataclass(frozen=True, slots=True)
class Thread:
    """What all messages of a thread share: the person on the other side, or the reason why there is none.

    Attributes:
        person: their name, "" where the thread does not tell it.
        title: what a group is called.
        is_without_us: none of a group's people is one of our names, and we have not left it.
    """

    ref: str
    source: Source
    own: Own
    person: str
    party: list[Identifier]
    reason: str | None
    title: str | None = None
    is_without_us: bool = False

    def is_stranger(self, author: str) -> bool:
        """Say whether a message in a thread of two is by a third: somebody who has left since."""
        return bool(self.reason is None and self.person and not is_nobody(author)) and one_line(author) != self.person


def read_part(file: SourceFile) -> Part | None:
    """Return a file's part of a thread; None where it is another part of the download.

    Raises:
        UnreadableError: it is neither, or breaks off before it tells which thread it is.
    """
    look = look_through(file)
    if not look.has_messages:
        if look.broken:
            raise UnreadableError(look.broken)
        if is_elsewhere(file, set(look.around)):
            return None
        raise UnreadableError(NOT_A_THREAD)
    fields = Fields(look.around)
    is_encrypted = not fields.has("thread_path") and (fields.has("threadName") or look.is_encrypted)
    ref, is_metas_ref = _ref(fields, file, is_encrypted=is_encrypted, is_whole=not look.broken)
    if look.broken and not fields.has("participants"):
        raise UnreadableError(f"{look.broken}; who takes part cannot be told")
    told = [] if not fields.has("participants") else fields.items("participants")
    participants, left = _names(told, is_encrypted=is_encrypted)
    return Part(
        file=file,
        ref=ref,
        is_metas_ref=is_metas_ref,
        number=number_of(file) or 1,
        is_encrypted=is_encrypted,
        is_group=len(told) > 2 or (fields.maybe_string("thread_type") or "").endswith("Group"),
        is_left=fields.maybe_boolean("is_still_participant") is False,
        participants=participants if "participants" in fields.names else None,
        title=decoded(fields.maybe_string("title") or "", is_encrypted=is_encrypted),
        authors=list(look.authors),
        keys=look.keys,
        times=look.times,
        left=fields,
        participants_left=left,
        broken=look.broken,
    )


def thread_of(parts: list[Part], source: Source, scope: str) -> Thread:
    """Say who is on the other side; UnreadableError where nobody in the thread is known to be us."""
    own, ref = Own.of(source), parts[0].ref
    authors = dict.fromkeys(author for part in parts for author in part.authors)
    people = list(dict.fromkeys(name for part in parts for name in part.participants or ())) or list(authors)
    others = [name for name in people if not own.is_name(name)]
    is_ours = len(others) < len(people) or any(map(own.is_name, authors))
    is_group = len(people) > 2 or any(part.is_group for part in parts)
    if not is_ours and len(people) > 1 and not is_group:
        raise UnreadableError(f"no participant is one of our names: list them in sources.{source.name}.own")
    if is_group or len(others) > 1:
        title = next((one_line(part.title) for part in parts if part.title), None)
        is_without_us = not is_ours and not all(part.is_left for part in parts)
        return Thread(ref, source, own, "", [], "group", title, is_without_us)
    if not others and len(people) == 2:
        return Thread(ref, source, own, "", [], "own_address")
    person = "" if not others or is_nobody(others[0]) else one_line(others[0])  # a deleted account is left out, too
    account = identifiers.account(ref, scope, "channel") if all(part.is_metas_ref for part in parts) else None
    party = known(account, identifiers.name(person, "channel"))
    return Thread(ref, source, own, person, party, None if party else "no_identifier")


def counted(parts: list[Part]) -> list[npt.NDArray[np.int32]]:
    """Return for each part how many equal messages of the thread are older than each of its messages.

    The parts are left without their keys and times: a thread of a gigabyte has ten million of them.
    """
    oldest_first = sorted(range(len(parts)), key=lambda each: -parts[each].number)
    lengths = [len(part.keys) for part in parts]
    keys = np.concatenate([np.asarray(parts[each].keys)[::-1] for each in oldest_first])
    times = np.concatenate([np.asarray(parts[each].times)[::-1] for each in oldest_first])
    for part in parts:
        part.keys, part.times = array("q"), array("h")
    order = np.lexsort((times, keys))  # stable: what is alike in both stays the oldest first
    keys = keys[order]
    place = np.arange(len(keys), dtype=np.int32)
    first = place * np.concatenate([[True], keys[1:] != keys[:-1]])[: len(keys)]  # of each run of equal ones
    del keys, times
    nth = np.empty(len(place), dtype=np.int32)
    nth[order] = place - np.maximum.accumulate(first)
    found: list[npt.NDArray[np.int32]] = [nth] * len(parts)
    start = 0
    for each in oldest_first:
        found[each] = nth[start : start + lengths[each]][::-1]
        start += lengths[each]
    return found


def is_nobody(name: str) -> bool:
    """Say whether Meta shows this in the place of a name: nothing, or "Facebook user" in one of its languages."""
    shown = one_line(name).casefold()
    rest = shown.replace("facebook", " ").replace("instagram", " ").replace("-", " ")
    return not shown or (len(shown) <= _NOBODY_LENGTH and rest != shown and set(rest.split()) <= _NOBODY)


def _ref(fields: Fields, file: SourceFile, *, is_encrypted: bool, is_whole: bool) -> tuple[str, bool]:
    """Return the thread's name, and whether it is Meta's."""
    if fields.has("thread_path"):
        return valid(repaired(fields.ref("thread_path"))), True
    if is_encrypted and fields.has("threadName"):
        return fields.ref("threadName"), True
    folder = told_by_folder(file)
    if folder:
        return folder, True
    if number_of(file) is not None or not is_whole:
        raise UnreadableError("neither the file nor its folder tells which thread it is")
    return PurePosixPath(file.name).stem, False


def _names(participants: list[Any], *, is_encrypted: bool) -> tuple[list[str], list[Fields]]:
    """Return the participants' names, and what else is said of each."""
    left = [Fields(each) for each in participants if not isinstance(each, str)]
    names_ = [decoded(each, is_encrypted=is_encrypted) for each in participants if isinstance(each, str)]
    return names_ + [decoded(each.string("name"), is_encrypted=is_encrypted) for each in left], left
