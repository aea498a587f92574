"""Telegram's chats before their messages are read: what each says of itself, held in little room."""

from collections.abc import Iterator
from typing import Any

from pipelines.extract.files.json_stream import Path

_KEPT = ("id", "name", "type")  # fields whose values are held; of others, only that they are there
_Held = tuple[Any, ...]


class Headers:
    """The fields of each chat of a file, by where it stands.

    A file may have hundreds of thousands of chats. Each is one tuple here: the names of its fields, which all chats share
    that have the same, and behind them the values.
    """

    def __init__(self) -> None:
        self._held: dict[str, list[_Held | None]] = {}
        self._shared: dict[Any, Any] = {}
        self._path: Path | None = None  # of the chat that is being read
        self._header: dict[str, Any] = {}

    def add(self, path: Path, fields: dict[str, Any]) -> None:
        """Add fields to the chat that stands there."""
        if path != self._path:
            self._close()
            self._path, self._header = path, self._find(path) or {}  # is there already where a name is there twice
        self._header |= fields

    def paths(self) -> Iterator[Path]:
        """Yield where there are chats."""
        self._close()
        for container, chats in self._held.items():
            for number, held in enumerate(chats):
                if held is not None:
                    yield (container, "list", number) if container else ()

    def of(self, path: Path) -> dict[str, Any]:
        """Return the fields of the chat that stands there; KeyError where there is none."""
        self._close()
        header = self._find(path)
        if header is None:
            raise KeyError(path)
        return header

    def _find(self, path: Path) -> dict[str, Any] | None:
        container, number = _place(path)
        chats = self._held.get(container, [])
        held = chats[number] if number < len(chats) else None
        return None if held is None else dict(zip(held[0], held[1:], strict=True))

    def _close(self) -> None:
        """Put away the chat that is being read."""
        if self._path is None:
            return
        container, number = _place(self._path)
        chats = self._held.setdefault(container, [])
        chats.extend([None] * (number + 1 - len(chats)))  # what stands between two chats is none
        chats[number] = (self._share(tuple(self._header)), *(self._value(*each) for each in self._header.items()))
        self._path, self._header = None, {}

    def _value(self, name: str, value: Any) -> Any:
        if name not in _KEPT:
            return None
        return self._share(value) if name == "type" and isinstance(value, str) else value

    def _share(self, value: Any) -> Any:
        return self._shared.setdefault(value, value)


def _place(path: Path) -> tuple[str, int]:
    """Return the name of a list of chats, and which of them; the file's one chat stands nowhere."""
    if not path:
        return "", 0
    if not isinstance(path[2], int):
        raise KeyError(path)
    return str(path[0]), path[2]
