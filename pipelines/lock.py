"""Locks of the operating system (``flock``): they go with the process that held them, even one that was killed."""

import contextlib
import errno
import fcntl
import os
from collections.abc import Iterator
from io import FileIO
from pathlib import Path

from pipelines.errors import ConfigurationError, LockHeld
from pipelines.files import NOT_PERMITTED

FULL = {errno.ENOSPC, errno.EDQUOT}

_held: set[Path] = set()  # by this process: a run holds the writer's lock over all its stages


@contextlib.contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock file ``path``, which says who holds it; again within the same process is no second lock.

    Raises:
        LockHeld: another process holds it; the message names its process id.
        ConfigurationError: its folder cannot be written.
    """
    path = path.resolve()
    if path in _held:
        yield
        return
    with _opened(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockHeld(f"{path}: held by process {holder(path) or '?'}; run again when it is done") from None
        _sign(handle)
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            handle.truncate(0)


def _opened(path: Path) -> FileIO:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("ab+", buffering=0)  # nothing is left to be written when it is closed
    except OSError as error:
        if error.errno in NOT_PERMITTED:
            raise ConfigurationError(f"{path.parent}: cannot be written ({os.strerror(error.errno)})") from None
        raise


def _sign(handle: FileIO) -> None:
    """Write who holds it, for people to read; a disk without a byte left stands in no rollback's way."""
    try:
        handle.truncate(0)
        handle.write(str(os.getpid()).encode())
    except OSError as error:
        if error.errno not in FULL:
            raise


def holder(path: Path) -> int | None:
    """Return the living process that the lock file ``path`` names, None where there is none.

    For people to read: only ``hold`` can say for certain, and asking it would stand in a writer's way.
    """
    try:
        words = path.read_text().split()
        os.kill(int(words[0]), 0)
    except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
        return None
    except PermissionError:  # somebody else's process lives
        pass
    return int(words[0])
