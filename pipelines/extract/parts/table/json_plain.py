"""JSON lines of texts by column, without an object for each: records that all have the same fields in the same order.

Where every value is a string or null, the quotes alone tell where all of them are. Nothing is taken for granted: each byte
that is in no string must be the one that belongs there, the name of each field the one that stands there in the first line,
and in strings there must be what JSON allows. Lines of which anything else is true are not plain: they are parsed.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import pyarrow as pa

_Codes = npt.NDArray[np.uint8]
_Places = npt.NDArray[np.int64]
_Flags = npt.NDArray[np.bool_]
_QUOTE, _BACKSLASH, _SPACE = b'"\\ '
_STYLES = ((b":", b","), (b": ", b", "))  # as most programs write, and as Python does
_NEXT = b'{"'  # how a line begins
_WORD = 8  # bytes that are compared at a time


class _Strings(NamedTuple):
    """All strings of some lines, keys and values, in their order.

    Attributes:
        codes: the lines, and behind them how another would begin.
        words: from each place of ``codes`` on, eight of them as a number.
        opens, closes: where the quotes around each string are; behind them, in ``opens``, that of the line that is none.
    """

    codes: _Codes
    words: npt.NDArray[np.uint64]
    opens: _Places
    closes: _Places


class _Behind(NamedTuple):
    """What stands behind each string: a colon; a colon and null; the end of the line, at once or behind null."""

    is_colon: _Flags
    is_null: _Flags
    is_end: _Flags


def plain_columns(data: bytes, keys: list[str], wanted: list[str]) -> list[pa.Array] | None:
    """Return the texts of the fields ``wanted``, null where a record has null; None if the lines are not plain.

    Args:
        data: lines, each with its end.
        keys: the fields of every record, in their order, each once.
    """
    strings = _strings(data)
    behind = _behind(strings) if strings else None
    if strings is None or behind is None:
        return None
    of_keys = _places_of_keys(strings, behind, keys)
    if of_keys is None:
        return None
    columns = of_keys[[keys.index(name) for name in wanted]]
    texts = _texts(data, strings, (columns + 1).ravel(), behind.is_null[columns].ravel())
    if texts is None:
        return None
    return [texts.slice(place * of_keys.shape[1], of_keys.shape[1]) for place in range(len(wanted))]


def _strings(data: bytes) -> _Strings | None:
    """Return the strings of lines; None where these do not begin as records do, or hold what no text may."""
    if not data.startswith(_NEXT) or not _is_utf8(data):
        return None
    codes = np.frombuffer(data + _NEXT + bytes(_WORD), np.uint8)
    quotes = np.flatnonzero(codes == _QUOTE)
    if b"\\" in data:
        quotes = quotes[~_are_escaped(codes, quotes)]
    if len(quotes) % 2 == 0:
        return None
    words: npt.NDArray[np.uint64] = np.ndarray(len(codes) - _WORD + 1, "<u8", codes.data, strides=(1,))
    return _Strings(codes, words, quotes[::2], quotes[1::2])


def _is_utf8(data: bytes) -> bool:
    if data.isascii():
        return True
    try:
        bounds = pa.py_buffer(np.array([0, len(data)], np.int32))
        pa.BinaryArray.from_buffers(pa.binary(), 1, [None, bounds, pa.py_buffer(data)]).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def _are_escaped(codes: _Codes, quotes: _Places) -> _Flags:
    """Say which quotes stand behind an odd number of backslashes."""
    are: _Flags = codes[quotes - 1] == _BACKSLASH
    if are.any():
        backslashes = np.flatnonzero(codes == _BACKSLASH)
        number = np.arange(len(backslashes))
        begins = np.diff(backslashes, prepend=-2) > 1
        in_run = number - np.maximum.accumulate(np.where(begins, number, 0))
        are[are] = np.isin(quotes[are] - 1, backslashes[in_run % 2 == 0])
    return are


def _behind(strings: _Strings) -> _Behind | None:
    """Return what stands behind each string; None where that is anything but what stands between texts and null."""
    colon, comma = _STYLES[int(strings.codes[strings.closes[0] + 2] == _SPACE)]
    words = strings.words[strings.closes]

    def are(between: bytes) -> _Flags:
        written = b'"' + between + b'"'  # so that it ends where the next string begins
        head = int.from_bytes(written[:_WORD], "little")
        mask = (1 << 8 * min(len(written), _WORD)) - 1
        which: _Flags = words & np.uint64(mask) == np.uint64(head)
        if len(written) > _WORD and which.any():
            tail = int.from_bytes(written[-_WORD:], "little")
            which[which] = strings.words[strings.closes[which] + len(written) - _WORD] == np.uint64(tail)
        return which

    is_colon, is_end = are(colon), are(b"}\n{")
    is_null, is_null_end = are(colon + b"null" + comma), are(colon + b"null}\n{")
    if not (is_colon | is_end | is_null | is_null_end | are(comma)).all():
        return None
    if np.count_nonzero(strings.codes[:-_WORD] < _SPACE) != np.count_nonzero(is_end) + np.count_nonzero(is_null_end):
        return None  # a control character in a string
    return _Behind(is_colon, is_null | is_null_end, is_end | is_null_end)


def _places_of_keys(strings: _Strings, behind: _Behind, keys: list[str]) -> _Places | None:
    """Return which of the strings are the keys, a row a key and a column a line; None where these are not ``keys``."""
    is_key = np.concatenate(([True], ~behind.is_colon[:-1]))
    if (is_key != behind.is_colon | behind.is_null).any():
        return None
    every = np.flatnonzero(is_key)
    if len(every) % len(keys):
        return None
    places = np.ascontiguousarray(every.reshape(-1, len(keys)).T)
    is_last = behind.is_end[places + behind.is_colon[places]]
    if is_last[:-1].any() or not is_last[-1].all():
        return None
    return places if all(_are(strings, column, key) for column, key in zip(places, keys, strict=True)) else None


def _are(strings: _Strings, places: _Places, key: str) -> bool:
    """Say whether all strings at some places are written as ``key`` is."""
    starts = strings.opens[places]
    written = b'"' + key.encode() + b'"'  # so that it ends where they do
    for at in range(0, len(written), _WORD):
        part = written[at : at + _WORD]
        mask = (1 << 8 * len(part)) - 1
        if (strings.words[starts + at] & np.uint64(mask) != np.uint64(int.from_bytes(part, "little"))).any():
            return False
    return True


def _texts(data: bytes, strings: _Strings, which: _Places, is_null: _Flags) -> pa.Array | None:
    """Return what some of the strings say, null for others; None where one that JSON does not allow is in the lines."""
    ends = np.empty(2 * len(strings.closes) + 1, np.int32)  # of the strings, and of what stands between them
    ends[::2], ends[1::2] = strings.opens + 1, strings.closes
    every = pa.StringArray.from_buffers(len(ends) - 1, pa.py_buffer(ends), pa.py_buffer(strings.codes))
    at = 2 * np.arange(len(strings.opens))
    if b"\\" in data:
        backslashes = np.flatnonzero(strings.codes == _BACKSLASH)
        escaped = np.unique(np.searchsorted(strings.opens, backslashes) - 1)
        bounds = zip(strings.opens[escaped].tolist(), (strings.closes[escaped] + 1).tolist(), strict=True)
        try:
            meant = orjson.loads(b"[" + b",".join([data[start:end] for start, end in bounds]) + b"]")
        except orjson.JSONDecodeError:
            return None
        at[escaped] = len(every) + np.arange(len(escaped))
        every = pa.concat_arrays([every, pa.array(meant, pa.string())])
    return every.take(pa.array(at[which], mask=is_null))
