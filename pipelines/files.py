"""What lake and published versions ask of single files: their digest, and that they are on the disk."""

import hashlib
import os
from pathlib import Path


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
