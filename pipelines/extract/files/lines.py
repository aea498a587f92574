"""The lines of a stream, one by one or many in one piece: whoever cannot take a piece as it is gives it back."""

from typing import IO


class Lines:
    """Reads a stream of bytes by lines and by blocks of whole lines, in any turn.

    What a stream hands on before it breaks is taken; the break is told when all of that has been read.
    """

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._read = getattr(stream, "read1", stream.read)  # which gives what stands before a damage
        self._held, self._at = b"", 0
        self._broken: Exception | None = None

    def readline(self, limit: int) -> bytes:
        """Return the next line with its end, of a longer one the next ``limit`` bytes; b"" at the end of the stream."""
        line = b""
        if self._at < len(self._held):
            end = self._held.find(b"\n", self._at, self._at + limit) + 1 or self._at + limit
            line = self._held[self._at : end]
            self._at += len(line)
            if line.endswith(b"\n") or len(line) == limit:
                return line
        if self._broken:
            raise self._broken
        self._held, self._at = b"", 0
        return line + self._stream.readline(limit - len(line))

    def block(self, size: int) -> bytes:
        """Return about ``size`` bytes of whole lines; b"" where the next line is longer than that, or has no end."""
        held = self._held[self._at :]
        while len(held) < size and not self._broken:
            try:
                more = self._read(size - len(held))
            except Exception as error:
                self._broken = error
                break
            if not more:
                break
            held += more
        end = held.rfind(b"\n") + 1
        self._held, self._at = held, end
        return held[:end]

    def give_back(self, size: int) -> None:
        """Put the last ``size`` bytes of the block that was taken last before what is read next."""
        self._at -= size
