"""What lake and published versions ask of single files: their digest, their words, and that they are on the disk."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pipelines.errors import GoldthreadError


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
