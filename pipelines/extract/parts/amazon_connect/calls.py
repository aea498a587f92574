"""The words of Amazon Connect's calls, which their transcripts bring and the calls' records need."""

import zlib

import orjson

from pipelines.extract.files.inbox import SourceFile
from pipelines.extract.parts.amazon_connect.survey import Known, readable
from pipelines.extract.parts.amazon_connect.transcripts import Talk, head_of, is_transcript, talk_of
from pipelines.extract.values.issues import UnreadableError

TALKS_HELD = 8  # files whose calls are held at one time; nearly all have one call
BLOCK = 16 << 10  # characters that are packed together: enough for words to repeat, few enough to unpack for one call


class Talks:
    """The words of calls, read from their files when a call's record comes by."""

    def __init__(self, known: Known) -> None:
        self._known = known
        self._held: dict[str, _Words] = {}

    def of(self, contact_ref: str) -> Talk | None:
        """Return the words of a call; None where no transcript of it can be read."""
        copy = self._known.get(contact_ref)
        if copy is None or copy.is_chat:
            return None
        if copy.file.name not in self._held:
            if len(self._held) >= TALKS_HELD:
                self._held.clear()
            self._held[copy.file.name] = self._read(copy.file)
        return self._held[copy.file.name].of(contact_ref)

    def _read(self, file: SourceFile) -> "_Words":
        words = _Words()
        for _, record in readable([file], b'"Transcript"'):
            try:
                head = head_of(record) if is_transcript(record) else None
                if head and not head.is_chat and self._known[head.contact_ref].is_of(head):
                    words.add(head.contact_ref, talk_of(record))
            except (UnreadableError, KeyError):
                continue
        words.pack()
        return words


class _Words:
    """The words of all calls of one file, packed: a file of nothing but transcripts has hundreds of megabytes of them."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self._block_of: dict[str, int] = {}
        self._loose: dict[str, str] = {}  # what is not packed yet
        self._size = 0
        self._opened: tuple[int, dict[str, str]] = (-1, {})  # the block unpacked last: calls come in their order mostly

    def add(self, contact_ref: str, talk: Talk) -> None:
        self._loose[contact_ref] = talk.text
        self._block_of[contact_ref] = len(self._blocks)
        self._size += len(talk.text)
        if self._size >= BLOCK:
            self.pack()

    def pack(self) -> None:
        if self._loose:
            self._blocks.append(zlib.compress(orjson.dumps(self._loose), 1))
            self._loose, self._size = {}, 0

    def of(self, contact_ref: str) -> Talk | None:
        number = self._block_of.get(contact_ref)
        if number is None:
            return None
        if self._opened[0] != number:
            self._opened = number, orjson.loads(zlib.decompress(self._blocks[number]))
        return Talk(self._opened[1][contact_ref])
