"""Published versions: which there are, which one is in use, and moving the pointer back.

``published/current`` is a symlink to ``versions/<version>/``. A version's folder appears whole, by rename, and never
changes; a name with a dot before it is a publish that was cut short.
"""

from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.errors import ConfigurationError, GoldthreadError
from pipelines.files import read_own, sync
from pipelines.settings import Home
from pipelines.warehouse import writer_lock

WHOLE = ("customers.duckdb", "manifest.json")  # a folder that lacks one is no version: somebody was removing it
_TOLD = {"night", "published_at", "files", "counts", "checks"}  # of a manifest that is whole


@dataclass(frozen=True)
class Version:
    """One published version: name, night, when it was published (UTC), its customers, and its checks."""

    version: str
    night: date
    published_at: str
    customers: int
    records: int
    is_current: bool
    checks: int
    warnings: int
    path: Path

    def to_json(self) -> dict[str, Any]:
        """Return plain values for ``json.dumps``."""
        return asdict(self) | {"night": self.night.isoformat(), "path": str(self.path)}


def versions_folder(home: Home) -> Path:
    """Return the folder of the versions."""
    return home.published / "versions"


def version_names(home: Home) -> list[str]:
    """Return the names of the complete versions, the oldest first."""
    folders = [path.parent for path in versions_folder(home).glob("*/manifest.json")]
    return sorted(folder.name for folder in folders if not folder.name.startswith(".") and not _lost(folder))


def _lost(folder: Path) -> list[str]:
    return [name for name in WHOLE if not (folder / name).is_file()]


def current(home: Home) -> Path | None:
    """Return the folder of the version in use, the pointer resolved; None where nothing is published.

    Readers resolve once and open the resolved path: the pointer may move the next moment.

    Raises:
        ConfigurationError: it leads to a version that is gone, whose ids a night must not take for never given.
    """
    pointer = home.published / "current"
    if not pointer.is_symlink():
        return None
    folder = pointer.resolve()
    if lost := _lost(folder):
        listed = ", ".join(version_names(home)) or "none"
        raise ConfigurationError(
            f"{pointer} leads to {pointer.readlink()}, which is not there whole (no {', no '.join(lost)}): restore it "
            f"from a backup, or take another into use; versions are {listed}: goldthread rollback VERSION"
        )
    return folder


def current_file(home: Home) -> Path:
    """Return ``customers.duckdb`` of the version in use.

    Raises:
        ConfigurationError: nothing is published yet.
    """
    folder = current(home)
    if folder is None:
        raise ConfigurationError(f"{home.published}: nothing is published yet; goldthread run --night YYYY-MM-DD does")
    return folder / "customers.duckdb"


def manifest_of(folder: Path) -> dict[str, Any]:
    """Read a version's manifest.

    Raises:
        GoldthreadError: it is damaged.
    """
    path, mend = folder / "manifest.json", "docs/runbook.md says what to do (A published file has changed)"
    manifest = read_own(path, mend)
    if not manifest.keys() >= _TOLD:
        raise GoldthreadError(f"{path}: damaged; {mend}")
    return manifest


def versions(home: Home) -> list[Version]:
    """Return all versions that are there, the oldest first; that the pointer leads to another one is no error here."""
    return [version_of(home, versions_folder(home) / name) for name in version_names(home)]


def version_of(home: Home, folder: Path) -> Version:
    """Describe one version's folder."""
    manifest = manifest_of(folder)
    return Version(
        version=folder.name,
        night=date.fromisoformat(manifest["night"]),
        published_at=manifest["published_at"],
        customers=manifest["counts"]["golden.customer"],
        records=manifest["counts"]["golden.membership"],
        is_current=folder.resolve() == (home.published / "current").resolve(),
        checks=manifest["checks"]["checks"],
        warnings=manifest["checks"]["failed warning"],
        path=folder.resolve(),
    )


def rollback(home: Home, version: str | None = None) -> Version:
    """Move the pointer to ``version``, or to the one before the version in use.

    Raises:
        ConfigurationError: there is no such version; the message names those that exist.
        GoldthreadError: its manifest is damaged.
        LockHeld: another process is writing this home.
    """
    with writer_lock(home):
        names = version_names(home)
        listed = ", ".join(names) or "none"
        if version is None:
            folder = current(home)
            earlier = [name for name in names if folder is not None and name < folder.name]
            if not earlier:
                raise ConfigurationError(f"{home.published}: no version before the one in use; versions are {listed}")
            version = earlier[-1]
        elif version not in names:
            raise ConfigurationError(f"{home.published}: no version {version!r}; versions are {listed}")
        found = version_of(home, versions_folder(home) / version)  # a damaged one is refused before it is in use
        point(home, version)
    return replace(found, is_current=True)


def point(home: Home, version: str) -> None:
    """Make ``version`` the one in use: a reader sees the old pointer or the new one, never none."""
    swap = home.published / ".current.swap"
    swap.unlink(missing_ok=True)
    swap.symlink_to(Path("versions") / version)
    swap.replace(home.published / "current")
    sync(home.published)
