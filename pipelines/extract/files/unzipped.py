"""A gzip stream as it is read, its members one after the other, in which no header and no member costs more than its bytes.

The standard library reads a header byte by byte: a name of 10 MB, or a million empty members, take it many seconds.
"""

import io
import zlib
from typing import IO, Any

from pipelines.extract.values.issues import UnreadableError

_GZIP = 31  # zlib's word for: with gzip's header and sum
_FIRST, _MOST = 1 << 10, 1 << 18  # bytes unpacked at a time: few first, so that few lie behind a member's end
_MEMBERS_FREELY, _MEMBER_SIZE = 1_000, 16  # members that any stream may have; beyond, the bytes that each holds on average


class Salvaged(io.BufferedReader):
    """Buffers a stream that may break: what stands before the break is handed on, and the break told by the next reading.

    The standard library's drops what it has gathered of a piece when the stream breaks within.
    """

    _broken: UnreadableError | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        """Return up to ``size`` bytes; all of them, at once or not at all, where no size is given."""
        if size is None or size < 0:
            return super().read(size)
        if self._broken:
            raise self._broken
        pieces: list[bytes] = []
        try:
            while size and (piece := self.read1(size)):
                pieces.append(piece)
                size -= len(piece)
        except UnreadableError as error:
            if not pieces:
                raise
            self._broken = error
        return b"".join(pieces)

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place, from where it may be read again."""
        self._broken = None
        return super().seek(offset, whence)


class Unzipped(io.RawIOBase):
    """What a gzip stream holds.

    Raises:
        UnreadableError: while reading, where the stream is damaged, cut off, or holds more than ``limit`` bytes.
    """

    def __init__(self, packed: IO[bytes], limit: int) -> None:
        self._packed, self._limit = packed, limit
        self._begin()

    def readable(self) -> bool:
        """Say that it is."""
        return True

    def seekable(self) -> bool:
        """Say that it is: forwards, and back to the beginning."""
        return True

    def tell(self) -> int:
        """Return how much has been unpacked."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place behind the beginning; what lies before it is unpacked again."""
        if whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a gzip stream is not known")
        offset += self._at if whence == io.SEEK_CUR else 0
        if offset < self._at:
            self._packed.seek(0)
            self._begin()
        while self._at < offset and self._some(offset - self._at):
            pass
        return self._at

    def readinto(self, buffer: Any) -> int:
        """Unpack into ``buffer``."""
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _begin(self) -> None:
        self._data, self._from = b"", 0  # what has been read of the file, and up to where it is taken
        self._at = self._members = 0
        self._begin_member()

    def _begin_member(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._piece = _FIRST
        self._members += 1
        if self._members > _MEMBERS_FREELY + self._at // _MEMBER_SIZE:
            raise UnreadableError("the gzip stream is made of empty parts: a bomb, or not one of ours")

    def _some(self, most: int) -> bytes:
        """Return up to ``most`` bytes; b"" at the end."""
        while True:
            if self._member.eof and not self._next_member():
                return b""
            packed = self._member.unconsumed_tail or self._take()
            try:
                data = self._member.decompress(packed, most)
            except zlib.error:
                raise UnreadableError("the gzip stream is damaged") from None
            self._at += len(data)
            if self._at > self._limit:
                raise UnreadableError("the gzip stream unpacks to more than a log can: a bomb, or not one of ours")
            if data:
                return data
            if not packed and not self._member.eof:
                raise UnreadableError("the gzip stream is cut off")

    def _take(self) -> memoryview:
        if self._from >= len(self._data):
            self._data, self._from = self._packed.read(_MOST), 0
        piece = memoryview(self._data)[self._from : self._from + self._piece]
        self._from += len(piece)
        self._piece = min(2 * self._piece, _MOST)
        return piece

    def _next_member(self) -> bool:
        """Begin with the member behind the one that has ended; False where there is none, or only padding."""
        self._from -= len(self._member.unused_data)
        while self._data[self._from : self._from + 1] in (b"", b"\0"):
            rest = self._data[self._from :].lstrip(b"\0")
            self._from = len(self._data) - len(rest)
            if not rest:
                self._data, self._from = self._packed.read(_MOST), 0
            if not self._data:
                return False
        self._begin_member()
        return True
