"""What columns of texts say of people: claims, references in our answers, words that may be a yes or no to marketing."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Identifier
from pipelines.extract.claims.claims import claims_of, references_of
from pipelines.extract.parts.columns.claims import with_claims, with_mentions
from pipelines.extract.parts.columns.identifiers import Identified
from pipelines.extract.parts.columns.texts import Flags, each_once, flags_of
from pipelines.extract.values.keywords import LETTERS, keyword_consent
from pipelines.extract.values.withdrawals import HINTED
from pipelines.settings import Source

_ANYBODY = [Identifier("phone", "", "+", "channel")]


def claimed(texts: pa.Array, said: Flags, found: Sequence[Identified], source: Source) -> list[tuple[int, Identifier]]:
    """Return what the texts ``said`` claim that their rows do not have already, each with the number of its row."""
    if not source.claims or not said.any():
        return []
    rows = np.flatnonzero(said)
    return [
        (row, claim)
        for number, written, may_have_handle in with_claims(texts.take(pa.array(rows)), source)
        for row in [int(rows[number])]
        for claim in claims_of(written, source, may_have_handle=may_have_handle)
        if not any(one.is_at(row, claim) for one in found)
    ]


def looked_up(texts: pa.Array, answered: Flags, found: Sequence[Identified], source: Source) -> list[tuple[int, Identifier]]:
    """Return the references that our answers mention, as ``answers.with_references`` does, likewise."""
    if not (source.claims and source.references and answered.any()):
        return []
    rows = np.flatnonzero(answered)
    return [
        (row, reference)
        for number, written in with_mentions(texts.take(pa.array(rows)), source)
        for row in [int(rows[number])]
        for reference in references_of(written, source, "reference")
        if not any(one.is_at(row, reference) for one in found)
    ]


def mark_keywords(channel: str, texts: pa.Array, said: Flags, is_odd: Flags) -> None:
    """Mark the rows, of those ``said`` on a channel, whose text may say yes or no to marketing."""
    rows = np.flatnonzero(said)
    words = texts.take(pa.array(rows))
    may_say = pc.or_(pc.less_equal(pc.utf8_length(words), LETTERS), pc.match_substring_regex(words, HINTED))
    own, found = each_once(words.filter(may_say), lambda each: bool(keyword_consent(each, channel, _ANYBODY)))
    is_odd[rows[flags_of(may_say)]] |= np.array(found, np.bool_)[own]
