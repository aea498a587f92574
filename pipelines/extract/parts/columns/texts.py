"""Columns of texts: what is plain stays as it is, what is not is made by the function that makes it of one text."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.extract.values.fields import valid
from pipelines.extract.values.issues import UnreadableError
from pipelines.extract.values.text import clean

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

NULL = pa.scalar(None, pa.string())
_VISIBLE = np.zeros(256, np.bool_)  # what no strip takes away
_VISIBLE[33:127] = True


def flags_of(column: pa.Array) -> Flags:
    """Return a column of yes and no, none of them null, as an array to work on."""
    flags: Flags = column.to_numpy(zero_copy_only=False)
    return flags


def is_there(column: pa.Array) -> Flags:
    """Say where a column has a value."""
    return flags_of(column.is_valid()) if column.null_count else np.ones(len(column), np.bool_)


def sizes(texts: pa.Array) -> npt.NDArray[np.int32]:
    """Return how many bytes each text, of a column without null, has in UTF-8."""
    offsets, _ = inside(texts)
    return offsets[1:] - offsets[:-1]


def is_filled(texts: pa.Array) -> Flags:
    """Say which texts, of a column without null, are not empty."""
    return sizes(texts) > 0


def stripped(column: pa.Array) -> pa.Array:
    """Return each text valid and without white space at its ends (``fields.valid``), "" for null."""
    texts = column.fill_null("") if column.null_count else column
    offsets, data = inside(texts)
    filled = offsets[1:] > offsets[:-1]
    ends = np.concatenate((offsets[:-1][filled], offsets[1:][filled] - 1))
    is_plain = _VISIBLE[data[ends]].all() and not (data[offsets[0] : offsets[-1]] == 0).any()
    if is_plain:
        return texts
    other = ~filled
    other[filled] = _VISIBLE[data[offsets[:-1][filled]]] & _VISIBLE[data[offsets[1:][filled] - 1]]
    other = ~other | flags_of(pc.match_substring(texts, "\0"))
    return made_where(texts, other, lambda text: valid(text).strip())


def cleaned(texts: pa.Array) -> pa.Array:
    """Return each text as ``text.clean`` does."""
    offsets, data = inside(texts)
    written = data[offsets[0] : offsets[-1]]
    is_other = (written - np.uint8(ord(" "))) > ord("~") - ord(" ")  # which takes a byte below the space for a large one
    is_other &= written != ord("\n")
    if not is_other.any():
        return texts
    others = np.zeros(len(texts), np.bool_)
    others[np.searchsorted(offsets, np.flatnonzero(is_other) + offsets[0], side="right") - 1] = True
    return made_where(texts, others, clean)


def looks_like(texts: pa.Array, pattern: re.Pattern[str]) -> Flags:
    r"""Say which texts a pattern matches whole, as RE2 reads it: of ``\w`` and ``\d``, ASCII alone. So "no" may be wrong."""
    case = "i" if pattern.flags & re.IGNORECASE else ""
    return flags_of(pc.match_substring_regex(texts, f"(?{case}:^(?:{pattern.pattern})$)"))


def made_where(texts: pa.Array, which: Flags, make: Callable[[str], str | None]) -> pa.Array:
    """Return the texts with some of them, none of them null, made anew; None is null."""
    if not which.any():
        return texts
    mask = pa.array(which)
    return pc.replace_with_mask(texts, mask, pa.array(map(make, texts.filter(mask).to_pylist()), texts.type))


def made(texts: pa.Array, make: Callable[[str], Any], kind: pa.DataType) -> pa.Array:
    """Return what ``make`` makes of each text, as a column; None is null. It is called once for each text that differs."""
    found = texts.dictionary_encode()
    return pa.array(map(make, found.dictionary.to_pylist()), kind).take(found.indices)


def each_once(texts: pa.Array, make: Callable[[str], Any]) -> tuple[npt.NDArray[np.int32], list[Any]]:
    """Call ``make`` once for each text that differs; return which of the outcomes is each row's, and the outcomes."""
    found = texts.dictionary_encode()
    return found.indices.to_numpy(zero_copy_only=False), [make(text) for text in found.dictionary.to_pylist()]


def combinations(*columns: pa.Array | Places) -> tuple[Places, Places]:
    """Return the first row with each combination of the values of several columns, and which combination each row has.

    A column is one of texts, none of them null, or of numbers from 0 on.
    """
    first, own = np.zeros(1, np.int64), np.zeros(len(columns[0]), np.int64)
    for column in columns:
        codes = column.dictionary_encode().indices.to_numpy() if isinstance(column, pa.Array) else column
        codes = codes.astype(np.int64)
        _, first, own = np.unique(own * (int(codes.max(initial=0)) + 1) + codes, return_index=True, return_inverse=True)
    return first, own


def read(texts: pa.Array, make: Callable[[str], Any], kind: pa.DataType, is_odd: Flags) -> pa.Array:
    """Return what ``made`` does; rows with a text that ``make`` refuses (UnreadableError) are marked in ``is_odd``."""

    def tried(text: str) -> tuple[Any, bool]:
        try:
            return make(text), False
        except UnreadableError:
            return None, True

    own, found = each_once(texts, tried)
    if any(is_refused for _, is_refused in found):
        is_odd |= np.array([is_refused for _, is_refused in found])[own]
    return pa.array([value for value, _ in found], kind).take(pa.array(own))


def inside(texts: pa.Array) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return where the texts of a column without null begin and end, and the bytes in which they do."""
    _, offsets, data = texts.buffers()
    places = (
        np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
        if len(texts)
        else np.zeros(1, np.int32)
    )
    return places, np.frombuffer(data or b"", np.uint8)
