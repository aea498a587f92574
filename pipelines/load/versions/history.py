"""The published versions as a history: which one a night goes on from, and what each said had changed."""

from datetime import date
from pathlib import Path

import duckdb

from pipelines.load.versions.published import current, manifest_of, version_names
from pipelines.resolve.customers.change_causes import change_counts
from pipelines.resolve.customers.past import Past
from pipelines.settings import Home


def past_of(home: Home, night: date) -> Past:
    """Return the versions that resolve goes on from on ``night``: see ``resolve.past.Past``.

    Changes are told against the last version before ``night`` first ran: the newest one up to the version in use that is
    not of this night itself. Where the version of this night says what it was told against, and that is gone since, it is
    the version in use: what is not there any more cannot be told again.
    """
    folder = current(home)
    if folder is None:
        return Past()
    names = version_names(home)
    earlier = [name for name in names if name <= folder.name and night_of(name) != night]
    newer = [name for name in names if name > folder.name]
    before = earlier[-1] if earlier else folder.name if manifest_of(folder).get("before") else None
    file_of = {name: folder.with_name(name) / "customers.duckdb" for name in names}
    return Past(file_of[folder.name], file_of[before] if before else None, tuple(file_of[name] for name in newer))


def night_of(version: str) -> date:
    """Return the night that a version is of; its name ends with it."""
    return date.fromisoformat(version.split("-", 1)[1])


def changes_of(database: Path) -> dict[str, dict[str, int]]:
    """Count what happened to customers in a version's ``customers.duckdb``: {"merged": {"records": 12}, …}."""
    with duckdb.connect(str(database), read_only=True) as con:
        return change_counts(con, "golden.change")
