"""Verify: are the files of the version in use still what was published?"""

from typing import Any

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.files import sha256_of
from pipelines.load.versions.published import current, manifest_of
from pipelines.settings import home_of


def verify_current(home_path: str | None = None) -> dict[str, Any]:
    """Hold every file of the version in use against its manifest.

    Returns:
        ``version``, ``night``, ``files`` (how many were compared), ``customers`` and ``records``.

    Raises:
        ConfigurationError: nothing is published yet.
        GoldthreadError: a file is missing or has changed; the message names the version and the files.
    """
    home = home_of(home_path)
    folder = current(home)
    if folder is None:
        raise ConfigurationError(f"{home.published}: nothing is published yet")
    manifest = manifest_of(folder)
    files = manifest["files"]
    changed = [
        name for name, facts in files.items() if not (folder / name).is_file() or sha256_of(folder / name) != facts["sha256"]
    ]
    if changed:
        raise GoldthreadError(f"version {folder.name}: missing or changed since it was published: {', '.join(changed)}")
    counts = manifest["counts"]
    return {
        "version": folder.name,
        "night": manifest["night"],
        "files": len(files),
        "customers": counts["golden.customer"],
        "records": counts["golden.membership"],
    }
