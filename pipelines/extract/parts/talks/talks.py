"""What was said on calls, which their transcripts bring and the calls' records need, held in little room."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass

import orjson

from pipelines.extract.files.inbox import SourceFile

FILES_HELD = 8  # whose words are held at one time; nearly all have those of one call
BLOCK = 16 << 10  # characters that are packed together: enough for words to repeat, few enough to unpack for one call
CUSTOMER = "Customer"


@dataclass(frozen=True, slots=True)
class Talk:
    """What was said: all of it, a line for each time someone spoke, and the customer's words alone."""

    text: str

    @property
    def by_customer(self) -> str:
        """The customer's words, a line for each time they spoke."""
        lines = (line.partition(": ") for line in self.text.split("\n"))
        return "\n".join(words for role, _, words in lines if role == CUSTOMER)


def talk_in_order(spoken: list[tuple[int, str, str]]) -> Talk:
    """Return the talk of what was spoken: when (of two alike, as they stand), by which role, the words in one line."""
    return Talk("\n".join(f"{role}: {words}" for _, role, words in sorted(spoken, key=lambda line: line[0]) if words))


class Words:
    """The talks of one file, packed: a file of nothing but transcripts has hundreds of megabytes of them."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._block_of: dict[str, int] = {}
        self._loose: dict[str, str] = {}  # what is not packed yet
        self._size = 0
        self._opened: tuple[int, dict[str, str]] = (-1, {})  # the block unpacked last: calls come in their order mostly

    def add(self, ref: str, talk: Talk) -> None:
        """Hold a talk."""
        self._loose[ref] = talk.text
        self._block_of[ref] = len(self._blocks)
        self._size += len(talk.text)
        if self._size >= BLOCK:
            self.pack()

    def pack(self) -> None:
        """Pack what is loose; to be called after the last."""
        if self._loose:
            self._blocks.append(zlib.compress(orjson.dumps(self._loose), 1))
            self._loose, self._size = {}, 0

    def of(self, ref: str) -> Talk | None:
        """Return a talk that was held."""
        number = self._block_of.get(ref)
        if number is None:
            return None
        if self._opened[0] != number:
            self._opened = number, orjson.loads(zlib.decompress(self._blocks[number]))
        return Talk(self._opened[1][ref])


class Talks:
    """The talks of all files, read from one when the first of them is asked for."""

    def __init__(self, read: Callable[[SourceFile], Words]) -> None:
        self._read = read
        self._held: dict[str, Words] = {}

    def of(self, ref: str, file: SourceFile) -> Talk | None:
        """Return the talk that lies in ``file`` under ``ref``."""
        if file.name not in self._held:
            if len(self._held) >= FILES_HELD:
                self._held.clear()
            self._held[file.name] = self._read(file)
        return self._held[file.name].of(ref)
