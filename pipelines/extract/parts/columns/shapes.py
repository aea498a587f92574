"""What values look like that are identifiers as they stand, by kind; the others are left to ``identifiers``.

Each shape is one that both Python and RE2 read, and narrower than what ``identifiers`` takes. A value that could be one of
ours is of none.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.parts.columns.texts import Flags, flags_of
from pipelines.extract.values.fields import PLAIN_LIMIT
from pipelines.extract.values.identifiers import Own
from pipelines.extract.values.phone_shapes import numbers_in_full
from pipelines.settings import Source

LINE = r"^[!-~]+(?: [!-~]+)*$"  # one clean line
NAME = r"^[A-Za-z](?:[A-Za-z0-9 .'-]{0,100}[A-Za-z0-9.])?$"  # one line which begins and ends as names do
_LINES = ("given_name", "middle_name", "family_name", "street", "city", "postcode", "country", "company", "visitor")
_LABEL = "[a-z0-9]+(?:-[a-z0-9]+)*"  # without two hyphens in a row, as punycode has
_EMAIL = rf"(?i)^[a-z0-9_]+(?:[.-][a-z0-9_]+)*@(?:{_LABEL}\.)+[a-z]{{2,20}}$"  # without a plus: ours may have one
_LONGEST = {"email": 64, **dict.fromkeys(_LINES, PLAIN_LIMIT)}  # an address: shorter than what limits its parts
_SHAPES = {
    "email": _EMAIL, "name": NAME, "reference": r"^[A-Z0-9-]{1,100}$",
    **dict.fromkeys(_LINES, LINE),
}  # fmt: skip


def as_they_stand(kind: str, texts: pa.Array, source: Source) -> tuple[pa.Array, Flags]:
    """Return the identifiers of one kind that texts are as they stand, and which of them are: the others need judgement."""
    values = pc.ascii_lower(texts) if kind == "email" else texts
    shape = numbers_in_full(source.region) if kind == "phone" else _SHAPES.get(kind)
    if shape is None:
        return values, np.zeros(len(texts), np.bool_)
    is_plain = flags_of(pc.match_substring_regex(texts, shape))
    if kind in _LONGEST:
        is_plain &= flags_of(pc.less_equal(pc.binary_length(texts), _LONGEST[kind]))
    if kind in ("email", "phone"):
        is_plain &= ~_are_ours(values, Own.of(source))
    return values, is_plain


def _are_ours(values: pa.Array, own: Own) -> Flags:
    domains = pc.replace_substring_regex(values, "^.*@", "")
    ours = pa.array([*own.emails, *own.phones], pa.string())
    return flags_of(pc.or_(pc.is_in(values, ours), pc.is_in(domains, pa.array(list(own.domains), pa.string()))))
