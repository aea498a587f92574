"""The fields of one record, taken out one by one: what is missing or of another kind is an error, what is left is news."""

from collections.abc import Iterable, KeysView, Mapping
from functools import cache
from typing import Any, TypeVar

from pipelines.contract import Evidence, Identifier
from pipelines.extract.values.issues import Issues, UnreadableError
from pipelines.extract.values.text import one_line

Meaning = TypeVar("Meaning")

_MEDIA = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"OggS", b"%PDF-", b"BEGIN:VCARD", b"ID3", b"#!AMR", b"\x1aE\xdf\xa3")
_MEDIA_AT = {4: (b"ftyp",), 8: (b"WEBP", b"WAVE", b"AVI ")}

PLAIN_LIMIT = 1_000  # characters of an identifier that is only cleaned: what is longer is a text, and recognises nobody
_WHOLE = range(-(2**63), 2**63)  # as many as the lake can hold


class Fields:
    """One record of an export while it is mapped.

    Every method takes a field out; ``missing field 'x'`` and fields of another type raise ``UnreadableError``. A method
    that starts with ``maybe_`` returns None where the field is absent or null. Texts come out valid (see ``valid``).
    """

    __slots__ = ("_left", "names")

    def __init__(self, record: object) -> None:
        if not isinstance(record, dict):
            raise UnreadableError("not a record: expected names and values")
        self._left: dict[str, Any] = dict(record)
        self.names: KeysView[str] = record.keys()  # all that the record came with

    def string(self, name: str) -> str:
        """Take a text."""
        return _text(name, self._take(name))

    def maybe_string(self, name: str) -> str | None:
        """Take a text that may be absent."""
        value = self._left.pop(name, None)
        return None if value is None else _text(name, value)

    def text_or_null(self, name: str) -> str:
        """Take a text that has to be there and may be null, which is an empty one."""
        if name not in self.names:
            raise UnreadableError(f"missing field {name!r}")
        return self.maybe_string(name) or ""

    def ref(self, name: str) -> str:
        """Take an id, a whole number or a text, as text; never empty."""
        return _ref(name, self._take(name))

    def maybe_ref(self, name: str) -> str | None:
        """Take an id that may be absent, which some write as an empty text."""
        value = self._left.pop(name, None)
        return None if value is None or value == "" else _ref(name, value)

    def number(self, name: str) -> int:
        """Take a whole number."""
        return _whole(name, self._take(name))

    def maybe_number(self, name: str) -> int | None:
        """Take a whole number that may be absent."""
        value = self._left.pop(name, None)
        return None if value is None else _whole(name, value)

    def boolean(self, name: str) -> bool:
        """Take a yes or no."""
        return bool(_of_type(name, self._take(name), bool, "true or false"))

    def maybe_boolean(self, name: str) -> bool | None:
        """Take a yes or no that may be absent."""
        value = self._left.pop(name, None)
        return None if value is None else bool(_of_type(name, value, bool, "true or false"))

    def items(self, name: str) -> list[Any]:
        """Take a list."""
        return list(_of_type(name, self._take(name), list, "a list"))

    def text_or_items(self, name: str) -> str | list[Any]:
        """Take a text, or a list of its parts."""
        value = self._take(name)
        return valid(value) if isinstance(value, str) else list(_of_type(name, value, list, "a text or a list"))

    def strings(self, name: str) -> list[str]:
        """Take a list of texts that may be absent, which is an empty one."""
        return [valid(_of_type(name, each, str, "a list of texts")) for each in self.maybe_items(name)]

    def maybe_items(self, name: str) -> list[Any]:
        """Take a list that may be absent, which is an empty one."""
        value = self._left.pop(name, None)
        return [] if value is None else list(_of_type(name, value, list, "a list"))

    def fields(self, name: str) -> "Fields":
        """Take a nested record."""
        return Fields(_of_type(name, self._take(name), dict, "a record"))

    def maybe_fields(self, name: str) -> "Fields":
        """Take a nested record that may be absent, which is one without fields."""
        value = self._left.pop(name, None)
        return Fields({} if value is None else _of_type(name, value, dict, "a record"))

    def choice(self, name: str, known: Mapping[str, Meaning]) -> Meaning:
        """Take a value of a closed set and return its meaning; one we have not seen is never put into a default."""
        value = _of_type(name, self._take(name), str, "a text")  # as written: with a NUL in it, it is another
        if value not in known:
            raise UnreadableError(f"field {name!r} has a value we do not know")
        return known[value]

    def has(self, name: str) -> bool:
        """Say whether the field is there and not null; a null is taken out."""
        if self._left.get(name) is not None:
            return True
        self._left.pop(name, None)
        return False

    def left(self) -> set[str]:
        """Return the names that nobody has taken."""
        return set(self._left)

    def is_left_to(self, ignored: frozenset[str]) -> bool:
        """Say whether nothing is left but fields that are ``ignored``."""
        return self._left.keys() <= ignored

    def _take(self, name: str) -> Any:
        try:
            return self._left.pop(name)
        except KeyError:
            raise UnreadableError(f"missing field {name!r}") from None


class Drift:
    """Tells how the records of a file differ from what we know, each difference once: fields that are new or gone."""

    def __init__(self, issues: Issues, file: str) -> None:
        self._issues, self._file = issues, file
        self._told: set[str] = set()

    def tell(self, fields: Fields, ignored: frozenset[str], usual: frozenset[str] = frozenset()) -> None:
        """Report a mapped record's differences.

        Args:
            ignored: fields that are left on purpose.
            usual: fields that may be null and are always there: a record can do without, their absence is news.
        """
        if not fields.is_left_to(ignored):
            news = {valid(name) for name in fields.left()} - ignored - self._told
            if news:
                self._told |= news
                self._issues.unknown_fields(news, file=self._file)
        if not fields.names >= usual:
            for name in usual - fields.names - self._told:
                self._told.add(name)
                self._issues.warn(file=self._file, reason=f"field {name!r} is gone")


def valid(text: str) -> str:
    """Return ``text`` without NUL and lone surrogates, which neither UTF-8 nor the lake can hold."""
    if text.isascii():
        return text.replace("\0", "") if "\0" in text else text
    return text.encode("utf-8", "replace").decode().replace("\0", "")


def plain(kind: str, value: str, evidence: Evidence, scope: str = "") -> Identifier | None:
    """Return an identifier whose value is only cleaned, its white space collapsed; None where nothing is left, or a text."""
    value = one_line(valid(value))
    return Identifier(kind, scope, value, evidence) if 0 < len(value) <= PLAIN_LIMIT else None


@cache
def names(words: str) -> frozenset[str]:
    """Return the field names that stand in ``words``, apart by white space; of a literal, which is read once."""
    return frozenset(words.split())


def known(*identifiers: Identifier | None) -> list[Identifier]:
    """Return the identifiers that are there, each once, in their order."""
    found = [each for each in identifiers if each]
    return list(dict.fromkeys(found)) if len(found) > 1 else found


def strongest(identifiers: Iterable[Identifier | None]) -> list[Identifier]:
    """Return each value once, by the best who vouches for it: a proven channel, our records, an unproven one, a claim."""
    kept: dict[tuple[str, str, str], Identifier] = {}
    for each in filter(None, identifiers):
        key = (each.kind, each.scope, each.value)
        if key not in kept or _weakness(each) < _weakness(kept[key]):
            kept[key] = each
    return list(kept.values())


def is_media(head: bytes) -> bool:
    """Say whether a file that starts like this is a picture, sound, film, card or document beside the messages."""
    return head.startswith(_MEDIA) or any(head.startswith(marks, at) for at, marks in _MEDIA_AT.items())


def _weakness(identifier: Identifier) -> int:
    if identifier.evidence == "channel":
        return 0 if identifier.is_verified else 2
    return 1 if identifier.evidence == "reference" else 3


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise UnreadableError(f"field {name!r} is not a text")
    return value if value.isascii() and "\0" not in value else valid(value)


def _ref(name: str, value: Any) -> str:
    is_id = isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))
    ref = valid(str(value)) if is_id else ""
    if not ref:
        raise UnreadableError(f"field {name!r} is no id")
    return ref


def _whole(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value not in _WHOLE:
        raise UnreadableError(f"field {name!r} is no whole number")
    return value


def _of_type(name: str, value: Any, kind: type, words: str) -> Any:
    if not isinstance(value, kind):
        raise UnreadableError(f"field {name!r} is not {words}")
    return value
