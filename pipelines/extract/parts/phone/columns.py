"""Both ends of calls and texts by column: what is said of a number is asked once for each that differs in a block.

Numbers in full that are nobody's of ours are what nearly all ends are: they are persons as they stand, and not asked for.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Evidence, Identifier
from pipelines.extract.parts.columns.identifiers import Identified
from pipelines.extract.parts.columns.shapes import as_they_stand
from pipelines.extract.parts.columns.texts import NULL, Flags, Places, flags_of
from pipelines.extract.parts.phone.parties import WITHHELD, Ends
from pipelines.extract.values.issues import Issues, UnreadableError

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Words(Generic[Answer]):
    """The texts that differ among those at the two ends, and what is said of each.

    Attributes:
        texts: each text once.
        callers, called: for each row, which of the texts stands at that end.
        is_plain: numbers in full of nobody of ours.
        answers: what is said of the texts that are not plain, in their order; None where that is left to the row reader.
    """

    texts: pa.Array
    callers: Places
    called: Places
    is_plain: Flags
    answers: list[Answer | None]

    def at(self, which: Places, row: int) -> str:
        """Return what stands in a row; ``which`` has the text of each row."""
        text: str = self.texts[which[row]].as_py()
        return text

    def each(self, of_plain: int, take: Callable[[Answer], int], unsaid: int = 0) -> Places:
        """Return a number for each text: ``of_plain`` of a plain one, else what ``take`` takes of what is said of it."""
        found = np.full(len(self.texts), of_plain, np.int64)
        if self.answers:
            found[~self.is_plain] = [unsaid if said is None else take(said) for said in self.answers]
        return found

    def column(self, of_plain: pa.Array | None, take: Callable[[Answer], str | None]) -> pa.Array:
        """Return a text of each text: of a plain one what ``of_plain`` has (null where that is None), else likewise."""
        if of_plain is None:
            of_plain = pa.nulls(len(self.texts), pa.string())
        said = pa.array([None if each is None else take(each) for each in self.answers], pa.string())
        return pc.replace_with_mask(of_plain, pa.array(~self.is_plain), said) if self.answers else of_plain


def words_of(callers: pa.Array, called: pa.Array, ends: Ends, ask: Callable[[str, Ends], Answer]) -> Words[Answer]:
    """Ask for what is said of each text at either end; what cannot be read is left to the row reader.

    Args:
        ask: is asked once for each text that is not plain; whatever it tells in the issues of the ends it is given goes
            no further.
    """
    found = pa.concat_arrays([callers, called]).dictionary_encode()
    own = found.indices.to_numpy(zero_copy_only=False)
    texts = found.dictionary
    is_plain = _are_others_numbers(texts, ends)
    answers = [_answer(text, ends, ask) for text in texts.filter(pa.array(~is_plain)).to_pylist()]
    return Words(texts, own[: len(callers)], own[len(callers) :], is_plain, answers)


def persons(words: Words[Answer], shown: Places, party: Callable[[Answer], list[Identifier]]) -> list[Identified]:
    """Return who is at one end of each row.

    Args:
        shown: for each row, which of the texts it is.
        party: takes the identifiers, one at most, out of what is said of a text that is not plain.
    """
    of_texts: dict[tuple[str, str, Evidence], pa.Array] = {
        ("phone", "", "channel"): pc.if_else(pa.array(words.is_plain), words.texts, NULL)
    }
    places = np.flatnonzero(~words.is_plain).tolist()
    more: dict[tuple[str, str, Evidence], dict[int, str]] = {}
    for place, said in zip(places, words.answers, strict=True):
        for one in party(said) if said is not None else ():
            more.setdefault((one.kind, one.scope, one.evidence), {})[place] = one.value
    for who, values in more.items():
        mask = np.zeros(len(words.texts), np.bool_)
        mask[list(values)] = True
        before = of_texts.get(who, pa.nulls(len(words.texts), pa.string()))
        of_texts[who] = pc.replace_with_mask(before, pa.array(mask), pa.array(values.values(), pa.string()))
    own = pa.array(shown)
    return [Identified(who, values.take(own)) for who, values in of_texts.items()]


def _answer(text: str, ends: Ends, ask: Callable[[str, Ends], Answer]) -> Answer | None:
    try:
        return ask(text, replace(ends, issues=Issues()))
    except UnreadableError:
        return None


def _are_others_numbers(texts: pa.Array, ends: Ends) -> Flags:
    _, is_plain = as_they_stand("phone", texts, ends.source)
    return is_plain & ~flags_of(pc.is_in(texts, pa.array(list(WITHHELD), pa.string())))
