"""Names as people bear them: drawn by weight from the long-tailed lists of ``data/names``, one file a culture."""

import itertools
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
from anyascii import anyascii

DATA = Path(__file__).parent / "data"
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

# The share of each culture among the persons; the shop is British.
CULTURES = {
    "english": 0.52, "indian": 0.10, "polish": 0.07, "spanish": 0.06, "arabic": 0.05, "german": 0.05, "chinese": 0.05,
    "french": 0.04, "turkish": 0.03, "vietnamese": 0.02, "japanese": 0.01,
}  # fmt: skip
TAIL = 3_000  # family names a culture made of syllables, beyond the written list
COMPOUNDS = {"spanish": " ", "german": "-", "french": "-", "polish": " ", "vietnamese": " "}  # María José, Jean-Pierre
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})


@dataclass(frozen=True)
class Vocabulary:
    """All names of all cultures in one list, so that a person is an index.

    Attributes:
        names: as written, with diacritics; ``plain`` the same in ASCII; ``slugs`` in lower-case letters only.
        blocks: by culture (and "female" or "male") the first index and the weights of its names, summing to 1.
    """

    names: list[str]
    plain: list[str]
    slugs: list[str]
    blocks: dict[tuple[str, str], tuple[int, Floats]]

    def draw(self, culture: str, kind: str, count: int, rng: np.random.Generator) -> Ints:
        """Draw ``count`` indices into ``names`` by weight."""
        start, weights = self.blocks[culture, kind]
        drawn = np.searchsorted(np.cumsum(weights), rng.random(count), side="right")
        return start + np.minimum(drawn, len(weights) - 1)


@cache
def vocabulary() -> Vocabulary:
    """Read the lists and lengthen them; the same on every machine and for every seed."""
    names: list[str] = []
    blocks: dict[tuple[str, str], tuple[int, Floats]] = {}
    plain: list[str] = []
    for number, culture in enumerate(CULTURES):
        lists = read_lists(DATA / "names" / f"{culture}.txt")
        rng = np.random.default_rng([20, number])
        for kind in ("female", "male", "family"):
            written = lists[kind]
            tail = _syllables(lists, rng) if kind == "family" else _compounds(written, culture, rng)
            entries = list(dict.fromkeys(written + tail))
            blocks[culture, kind] = (len(names), _zipf(len(entries), 0.8 if kind == "family" else 0.9))
            names += entries
            plain += [anyascii(name.translate(UMLAUTS) if culture == "german" else name) for name in entries]
    slugs = ["".join(letter for letter in name.lower() if letter.isalnum()) for name in plain]
    return Vocabulary(names, plain, slugs, blocks)


def read_lists(path: Path) -> dict[str, list[str]]:
    """Read "key: word word …" with continued lines; "_" in a word is a space, "#" starts a comment."""
    lists: dict[str, list[str]] = {}
    key = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split("#")[0].split()
        if words and words[0].endswith(":"):
            key = words.pop(0)[:-1]
        lists.setdefault(key, []).extend(word.replace("_", " ") for word in words)
    return lists


@cache
def nicknames() -> dict[str, list[str]]:
    """Return what friends make of a given name."""
    table: dict[str, list[str]] = {}
    for line in (DATA / "nicknames.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            given, nick = line.split()
            table.setdefault(given, []).append(nick)
    return table


def _zipf(count: int, exponent: float) -> Floats:
    weights = 1.0 / (np.arange(count) + 2.7) ** exponent
    return np.asarray(weights / weights.sum())


def _syllables(lists: dict[str, list[str]], rng: np.random.Generator) -> list[str]:
    middles = ["", "", *lists.get("middle", [])]
    every = ["".join(parts) for parts in itertools.product(lists["start"], middles[1:], lists["end"])]
    order = rng.permutation(len(every))[:TAIL]
    return [every[position] for position in order]


def _compounds(given: list[str], culture: str, rng: np.random.Generator) -> list[str]:
    if culture not in COMPOUNDS:
        return []
    pairs = rng.integers(0, min(len(given), 40), (30, 2))
    joined = [(given[first], given[second]) for first, second in pairs if first != second]
    return [first + COMPOUNDS[culture] + second for first, second in joined]
