"""A hostile export and what has to come of it; the tables of them are in ``hostile_*.py``."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from pipelines.settings import Source
from tests.extract import mailboxes
from tests.extract.test_landing import CALLS, call

HIDDEN = "topsecret"  # stands in hostile content: nothing that is told may hold it
GOOD = ("good1", "good2")
BEFORE, AFTER = (call(ref).encode() for ref in GOOD)
MB = 1 << 20


@dataclass(frozen=True)
class Hostile:
    """An export with something in it that means harm.

    Attributes:
        files: makes the content by name, below the source's folder of the night; a name may be bytes.
        good: the ids of the records beside it, which have to come out.
        others: how many records it has beside them, however they end; None where nobody can say.
        told: what a reason or warning says of it.
    """

    source: Source
    files: Callable[[], dict[str | bytes, bytes]]
    good: tuple[str, ...] = GOOD
    others: int | None = 1
    told: str = ""


def case(name: str, hostile: Hostile):
    return pytest.param(hostile, id=name)


def between_lines(name: str, make: Callable[[], bytes], told: str = "", *, others: int | None = 1):
    """A case of one line between two good ones of JSON Lines."""
    return case(name, Hostile(CALLS, lambda: {"a.jsonl": BEFORE + make() + b"\n" + AFTER}, others=others, told=told))


def between_mails(name: str, make: Callable[[], bytes], told: str = "", *, others: int | None = 1):
    """A case of one letter between two good ones of a mailbox."""
    before, after = (mailboxes.mail("hello", Message_ID=f"<{ref}>") for ref in GOOD)
    return case(
        name,
        Hostile(mailboxes.SOURCE, lambda: {"a.mbox": mailboxes.boxed(before, make(), after)}, others=others, told=told),
    )
