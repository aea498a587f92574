"""Random conversations that any channel can carry: each format's tests write them as an export and read them back."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from unicodedata import normalize
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from pipelines.extract.values.reply_words import DEVICE_ENDS, DEVICE_STARTS

LONDON = ZoneInfo("Europe/London")
# The nights on which London's clocks change (01:00 UTC both): an hour is left out, an hour happens twice.
SPRING, AUTUMN = datetime(2026, 3, 29, 1, tzinfo=UTC), datetime(2026, 10, 25, 1, tzinfo=UTC)
EARLIEST, SECONDS = datetime(2024, 1, 1, tzinfo=UTC), 91_000_000  # until 18 November 2026

# Each letter in its usual form (NFC), as what comes out in one line is: one of a transcript's, a name, a subject.
WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cf", "Co", "Cn", "Zl", "Zp"]), min_size=1, max_size=30
).map(lambda text: normalize("NFC", text).strip()).filter(bool)  # fmt: skip
# For formats that set quotes and signatures apart: nothing that looks like the beginning of one. Hypothesis draws strings of
# the code as well, and so the words that a telephone writes under a mail.
UNQUOTED = WORDS.filter(
    lambda text: (
        not (
            text.startswith((">", "|>", "-", "_", "=", "*", "#", "\u2014"))
            or text.casefold().startswith(DEVICE_STARTS)
            or text.casefold().endswith(DEVICE_ENDS)
        )
    )
)
INSTANTS = st.one_of(
    st.integers(0, SECONDS).map(lambda seconds: EARLIEST + timedelta(seconds=seconds)),
    st.sampled_from([SPRING, AUTUMN]).flatmap(
        lambda change: st.integers(-7_200, 7_200).map(lambda seconds: change + timedelta(seconds=seconds))
    ),
)


@dataclass(frozen=True)
class Said:
    """One thing said: in which thread, by whom (``person`` is on the other side either way), when, and what."""

    thread: int
    person: int
    is_ours: bool
    at: datetime
    text: str


def worlds(words: st.SearchStrategy[str] = WORDS, threads: int = 3, at_most: int = 8) -> st.SearchStrategy[list[Said]]:
    """Lists of things said, in no order; a thread is always with the person of its number."""
    said = st.builds(
        lambda thread, is_ours, at, text: Said(thread, thread, is_ours, at, text),
        st.integers(0, threads - 1), st.booleans(), INSTANTS, words,
    )  # fmt: skip
    return st.lists(said, min_size=1, max_size=at_most)


def is_told_twice(at: datetime) -> bool:
    """Whether London's clocks show the wall time of this instant twice: an export without a zone cannot tell which."""
    wall = at.astimezone(LONDON).replace(tzinfo=None)
    return wall.replace(tzinfo=LONDON, fold=0).utcoffset() != wall.replace(tzinfo=LONDON, fold=1).utcoffset()
