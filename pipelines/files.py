"""What lake, warehouse and published versions ask of single files and folders: digests, words, that they are on the disk."""

import errno
import hashlib
import json
import os
import re
import shutil
import stat
from pathlib import Path
from typing import Any

from pipelines.errors import GoldthreadError

NOT_PERMITTED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}  # to read or write, and no retry changes it
# As DuckDB tells it.
TOLD_NOT_PERMITTED = re.compile(f'"(?P<path>[^"]+)": (?P<words>{"|".join(map(os.strerror, sorted(NOT_PERMITTED)))})')


def sha256_of(path: Path) -> str:
    """Return the digest of a file, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def sync(path: Path) -> None:
    """Bring a file's bytes, or a folder's entries, to the disk; OSError where that fails: nothing is sealed then."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def emptied(folder: Path) -> Path:
    """Return the folder with nothing in it, the owner's alone; where it is a link or another disk, it stays that.

    Raises:
        OSError: it cannot be made, or something in it cannot be removed.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in folder.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()
    if stat.S_IMODE(folder.stat().st_mode) != 0o700:
        folder.chmod(0o700)
    return folder


def write_own(path: Path, text: str) -> None:
    """Write a text file of ours: whoever reads it, and whenever this is stopped, finds the old one or the new one, whole."""
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    sync(partial)
    partial.replace(path)


def read_own(path: Path, mend: str) -> dict[str, Any]:
    """Read a JSON file that we wrote ourselves, whole or not at all.

    Args:
        mend: what to do where a disk or a hand has damaged it.

    Raises:
        FileNotFoundError: there is none.
        GoldthreadError: it is damaged.
    """
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise GoldthreadError(f"{path}: damaged; {mend}") from None
