"""What columns of texts say of people: claims, references in our answers, words that may be a yes or no to marketing."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.contract import Identifier
from pipelines.extract.claim_filter import texts_to_read
from pipelines.extract.claims import claims_of, references_of
from pipelines.extract.keywords import LETTERS, keyword_consent
from pipelines.extract.parts.column_identifiers import Identified
from pipelines.extract.parts.column_texts import Flags, each_once, flags_of
from pipelines.settings import Source

_ANYBODY = [Identifier("phone", "", "+", "channel")]


def claimed(texts: pa.Array, said: Flags, found: Sequence[Identified], source: Source) -> list[tuple[int, Identifier]]:
    """Return what the texts ``said`` claim that their rows do not have already, each with the number of its row."""
    if not source.claims or not said.any():
        return []
    rows = np.flatnonzero(said)
    return [
        (row, claim)
        for number, written, looks in texts_to_read(texts.take(pa.array(rows)), source)
        for row in [int(rows[number])]
        for claim in claims_of(written, source, looks=looks)
        if not any(one.is_at(row, claim) for one in found)
    ]


def looked_up(texts: pa.Array, answered: Flags, found: Sequence[Identified], source: Source) -> list[tuple[int, Identifier]]:
    """Return the references that our answers mention, as ``answers.with_references`` does, likewise."""
    if not (source.claims and source.references and answered.any()):
        return []
    rows = np.flatnonzero(answered)
    return [
        (row, reference)
        for number, written, looks in texts_to_read(texts.take(pa.array(rows)), source)
        if looks.references
        for row in [int(rows[number])]
        for reference in references_of(written, source, "reference")
        if not any(one.is_at(row, reference) for one in found)
    ]


def mark_keywords(channel: str, texts: pa.Array, said: Flags, is_odd: Flags) -> None:
    """Mark the rows, of those ``said`` on a channel, whose whole text may say yes or no to marketing."""
    is_short = said & flags_of(pc.less_equal(pc.utf8_length(texts), LETTERS))
    if is_short.any():
        own, found = each_once(
            texts.filter(pa.array(is_short)), lambda short: bool(keyword_consent(short, channel, _ANYBODY))
        )
        is_odd[is_short] |= np.array(found)[own]
